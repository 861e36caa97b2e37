/** Corners of schemas in which a plain reading of the layout goes wrong. */
import * as assert from 'uvu/assert'
import { DirectBuffer, EMPTY_ENTRIES_MAX } from '../../../codegen/runtime/index.ts'
import { suite } from '../../support/suite.ts'
import { call, decoderOf, encoderOf, fails, failsWithoutTrace, loadModules, make, read } from './codec-harness.ts'
import type { CodecModule } from './codec-harness.ts'

const test = suite('corners of schemas', { timeoutMs: 60_000 })

const LONG_NAME = `Long${'Message'.repeat(34)}`

const SCHEMA = `<messageSchema package="edges" id="1" version="5">
  <types>
    <composite name="messageHeader">
      <type name="blockLength" primitiveType="uint16"/><type name="templateId" primitiveType="uint16"/>
      <type name="schemaId" primitiveType="uint16"/><type name="version" primitiveType="uint16"/>
    </composite>
    <composite name="groupSizeEncoding">
      <type name="blockLength" primitiveType="uint16"/>
      <type name="numInGroup" primitiveType="uint32" maxValue="2147483647"/>
    </composite>
    <composite name="reversed">
      <type name="varData" primitiveType="uint8" length="0"/><type name="length" primitiveType="uint16"/>
    </composite>
    <composite name="apart">
      <type name="length" primitiveType="uint8"/><type name="varData" primitiveType="uint8" length="0" offset="4"/>
    </composite>
    <composite name="Place">
      <type name="x" primitiveType="int32"/><type name="tag" primitiveType="char" length="3"/>
    </composite>
    <set name="Flags" encodingType="uint8"><choice name="low">0</choice><choice name="high">7</choice></set>
    <type name="Full" primitiveType="uint8" maxValue="255"/>
    <type name="Name" primitiveType="char" length="4"/>
  </types>
  <message name="Data" id="1">
    <group name="notes" id="1"><field name="a" id="2" type="uint8"/><data name="text" id="3" type="reversed"/></group>
    <data name="tail" id="4" type="apart"/>
  </message>
  <message name="Empty" id="2"><group name="nothings" id="1"/></message>
  <message name="Later" id="3">
    <field name="first" id="1" type="uint8"/>
    <field name="full" id="2" type="Full" sinceVersion="1"/><field name="name" id="3" type="Name" sinceVersion="1"/>
  </message>
  <message name="Parts" id="4">
    <field name="place" id="1" type="Place"/><field name="flags" id="2" type="Flags"/>
  </message>
  <message name="${LONG_NAME}" id="5"><field name="a" id="1" type="uint8"/></message>
</messageSchema>`

/** Its header has constants for ids, which are not those of schema and message. */
const CONSTANT_IDS = `<messageSchema package="constant.ids" id="2" version="0"><types>
    <composite name="messageHeader">
      <type name="blockLength" primitiveType="uint16"/>
      <type name="templateId" primitiveType="uint16" presence="constant">9</type>
      <type name="schemaId" primitiveType="uint16" presence="constant">1</type>
      <type name="version" primitiveType="uint16"/>
    </composite>
    <type name="Zero" primitiveType="int64" presence="optional" nullValue="0"/>
  </types>
  <message name="Only" id="1">
    <field name="a" id="1" type="uint8"/><field name="b" id="2" type="Zero"/>
  </message>
</messageSchema>`

let codecs: CodecModule = {}
let constantIds: CodecModule = {}

test.before(async () => {
  const modules = await loadModules({ edges: SCHEMA, constantIds: CONSTANT_IDS })
  codecs = modules.edges
  constantIds = modules.constantIds
})

function buffer(length: number): DirectBuffer {
  return new DirectBuffer(new Uint8Array(length).fill(0xaa))
}

test('a length that the schema puts behind the data stands in front of it, and nothing before it is touched', () => {
  const bytes = buffer(40)
  const encoder = encoderOf(codecs, 'Data', bytes, 4)
  const notes = call(encoder, 'notesCount', 1)
  call(call(call(notes, 'next'), 'a', 7), 'putText', Uint8Array.of(1, 2))
  call(encoder, 'putTail', Uint8Array.of(9))
  assert.equal([...bytes.bytes.subarray(12, 28)], [1, 0, 1, 0, 0, 0, 7, 2, 0, 1, 2, 1, 0xaa, 0xaa, 0xaa, 9])
  assert.equal([...bytes.bytes.subarray(0, 4)], [0xaa, 0xaa, 0xaa, 0xaa])
  const decoder = decoderOf(codecs, 'Data', bytes, 4)
  const note = call(call(decoder, 'notes'), 'next')
  assert.equal(read(note, 'a', 'textLength'), [7, 2])
  assert.equal([...(call(note, 'textBytes') as Uint8Array)], [1, 2])
  assert.equal([...(call(decoder, 'tailBytes') as Uint8Array)], [9])
  assert.is(call(decoder, 'sbeDecodedLength'), 16)
})

test('an encoder takes as many entries without bytes as a decoder does', () => {
  const bytes = buffer(32)
  call(encoderOf(codecs, 'Empty', bytes), 'nothingsCount', EMPTY_ENTRIES_MAX)
  assert.is(call(call(decoderOf(codecs, 'Empty', bytes), 'nothings'), 'count'), EMPTY_ENTRIES_MAX)
  const encoder = encoderOf(codecs, 'Empty', bytes)
  const tooMany = (): unknown => call(encoder, 'nothingsCount', EMPTY_ENTRIES_MAX + 1)
  failsWithoutTrace('ERR_GODWIT_SBE_GROUP_COUNT', bytes, tooMany)
  bytes.view.setUint32(10, EMPTY_ENTRIES_MAX + 1, true)
  fails('ERR_GODWIT_SBE_BOUNDS', () => call(decoderOf(codecs, 'Empty', bytes), 'nothings'))
})

test('a required field is null only where the version of the sender lacks it', () => {
  const bytes = buffer(32)
  call(call(call(encoderOf(codecs, 'Later', bytes), 'first', 1), 'full', 255), 'name', '')
  const decoder = decoderOf(codecs, 'Later', bytes)
  assert.equal(read(decoder, 'fullIsNull', 'fullOrNull', 'nameIsNull', 'nameOrNull'), [false, 255, false, ''])
  assert.equal(call(decoder, 'toJSON'), { first: 1, full: 255, name: '' })
  const older = call(make(codecs, 'LaterDecoder'), 'wrap', bytes, 8, 1, 0)
  assert.equal(read(older, 'fullIsNull', 'fullOrNull', 'nameIsNull', 'nameOrNull'), [true, null, true, null])
})

test('ids that a header has as constants say nothing of a message', () => {
  const bytes = buffer(32)
  call(call(encoderOf(constantIds, 'Only', bytes), 'a', 5), 'b', 0n)
  assert.equal([...bytes.bytes.subarray(0, 5)], [9, 0, 0, 0, 5])
  assert.equal(read(decoderOf(constantIds, 'Only', bytes), 'a', 'bAsNumber', 'bIsNull'), [5, 0, true])
})

test('composites and sets print like the message that holds them', () => {
  const bytes = buffer(32)
  const encoder = encoderOf(codecs, 'Parts', bytes)
  call(call(call(encoder, 'place'), 'x', -5), 'tag', 'ab')
  call(call(call(encoder, 'flags'), 'clear'), 'high', true)
  const decoder = decoderOf(codecs, 'Parts', bytes)
  assert.is(String(call(decoder, 'place')), `(x=-5|tag='ab')`)
  assert.is(String(call(decoder, 'flags')), '{high}')
  assert.match(String(decoder), /:place=\(x=-5\|tag='ab'\)\|flags=\{high\}$/)
})

test('a message with a very long name has a file that every file system takes', () => {
  const bytes = buffer(32)
  call(encoderOf(codecs, LONG_NAME, bytes), 'a', 3)
  assert.is(call(decoderOf(codecs, LONG_NAME, bytes), 'a'), 3)
})

test.run()
