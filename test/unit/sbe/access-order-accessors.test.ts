import * as assert from 'uvu/assert'
import { DirectBuffer, SbeError } from '../../../codegen/runtime/index.ts'
import { loadCodecs } from '../../support/codecs.ts'
import { call, make } from '../../support/json-encoder.ts'
import type { CodecModule } from '../../support/json-encoder.ts'
import { suite } from '../../support/suite.ts'
import { schemaText } from './schema-parts.ts'

const test = suite('accessors that check their order')

/** A field of every kind, in the root block and in a group before nested data. */
const FIELDS = `
  <field name="number" id="1" type="uint32"/>
  <field name="wide" id="2" type="int64" presence="optional"/>
  <field name="ratio" id="3" type="double" presence="optional"/>
  <field name="letter" id="4" type="char"/>
  <field name="text" id="5" type="Text" presence="optional"/>
  <field name="numbers" id="6" type="Numbers"/>
  <field name="wides" id="7" type="Wides"/>
  <field name="octets" id="8" type="Octets"/>
  <field name="side" id="9" type="Side"/>
  <field name="flags" id="10" type="Flags"/>
  <field name="wideFlags" id="11" type="WideFlags"/>
  <field name="price" id="12" type="Price"/>
  <field name="fixed" id="13" type="Fixed"/>
  <field name="fixedText" id="14" type="FixedText"/>
  <field name="fixedSide" id="15" type="Side" presence="constant" valueRef="Side.BUY"/>`

const SCHEMA = schemaText({
  types: `
  <type name="Text" primitiveType="char" length="4"/>
  <type name="Numbers" primitiveType="uint16" length="3"/>
  <type name="Wides" primitiveType="uint64" length="2"/>
  <type name="Octets" primitiveType="uint8" length="5"/>
  <type name="Fixed" primitiveType="uint16" presence="constant">7</type>
  <type name="FixedText" primitiveType="char" presence="constant">fixed</type>
  <enum name="Side" encodingType="uint8"><validValue name="BUY">1</validValue></enum>
  <set name="Flags" encodingType="uint8"><choice name="on">0</choice></set>
  <set name="WideFlags" encodingType="uint64"><choice name="on">40</choice></set>
  <composite name="Price">
    <type name="mantissa" primitiveType="int64"/>
    <type name="exponent" primitiveType="int8"/>
    <set name="marks" encodingType="uint8"><choice name="on">0</choice></set>
    <ref name="direction" type="Side"/>
  </composite>
`,
  messages: `<message name="Kinds" id="1">
  ${FIELDS}
  <group name="entries" id="20">
    ${FIELDS}
    <group name="inner" id="30"><field name="x" id="1" type="uint8"/></group>
    <data name="note" id="31" type="varString"/>
  </group>
  <data name="tail" id="21" type="varString"/>
</message>`,
})

const codecs = await loadCodecs<CodecModule>({
  name: 'kinds', schema: { text: SCHEMA }, generate: { precedenceChecks: true },
})

/** Methods that read or write nothing of the block: navigation, lengths of arrays, constants. */
const FREE = new Set([
  'constructor', 'wrap', 'wrapAndApplyHeader', 'buffer', 'offset', 'limit', 'setLimit', 'encodedLength',
  'actingVersion', 'actingBlockLength', 'sbeRewind', 'sbeSkip', 'sbeDecodedLength', 'sbeBlockLength', 'sbeTemplateId',
  'sbeSchemaId', 'sbeSchemaVersion', 'sbeSemanticVersion', 'sbeSemanticType', 'toString', 'toJSON',
  'checkEncodingIsComplete', 'count', 'hasNext', 'next', 'at', 'resetCountToIndex',
  'textLength', 'numbersLength', 'widesLength', 'octetsLength', 'fixed', 'fixedText', 'fixedTextLength', 'fixedSide',
])

function accessorsOf(className: string): readonly string[] {
  const { prototype } = codecs[className] as { readonly prototype: object }
  const names = Object.getOwnPropertyNames(prototype)
  return names.filter((name) => !FREE.has(name) && !name.startsWith('_'))
}

/** Arguments that any accessor takes. */
const ARGUMENTS: Readonly<Record<string, readonly unknown[]>> = {
  wide: [1n], tail: ['x'], note: ['x'], text: ['x'], textEquals: ['x'], putWides: [1n, 2n], widesAt: [0, 1n],
  wideFlagsRaw: [1n], priceMantissa: [1n], putText: [new Uint8Array(8)], getText: [new Uint8Array(8)],
  putOctets: [new Uint8Array(4)], getOctets: [new Uint8Array(8)],
}

function argumentsOf(accessor: string): readonly unknown[] {
  return ARGUMENTS[accessor] ?? (/^(?:get|put|wrap)(?:Tail|Note)$/.test(accessor) ? [new Uint8Array(4)] : [0, 0, 0])
}

function codeOf(target: unknown, accessor: string): string {
  try {
    call(target, accessor, ...argumentsOf(accessor))
    return 'ok'
  } catch (error) {
    return error instanceof SbeError ? error.code : String(error)
  }
}

function expectAll(target: unknown, className: string, code: string, besides: readonly string[] = []): void {
  // Last of all, so that the values can be read as any type afterwards.
  const isLast = (name: string): number => Number(name === 'wide')
  const accessors = accessorsOf(className).filter((name) => !besides.includes(name))
  assert.ok(accessors.length > 30, className)
  accessors.sort((a, b) => isLast(a) - isLast(b))
  for (const accessor of accessors) assert.is(codeOf(target, accessor), code, `${className}.${accessor}`)
}

const ORDER = 'ERR_GODWIT_SBE_ORDER'
const AFTER_BLOCK = [
  'tail', 'tailLength', 'skipTail', 'getTail', 'wrapTail', 'tailBytes', 'putTail', 'reserveTail',
  'note', 'noteLength', 'skipNote', 'getNote', 'wrapNote', 'noteBytes', 'putNote', 'reserveNote',
  'entries', 'entriesCount', 'inner', 'innerCount',
]

test('every accessor of a message refuses before the codec is wrapped, and every field allows after', () => {
  for (const side of ['Decoder', 'Encoder']) {
    const codec = make(codecs, `Kinds${side}`)
    expectAll(codec, `Kinds${side}`, ORDER)
    const rest = side === 'Decoder' ? [call(make(codecs, 'KindsEncoder'), 'sbeBlockLength'), 0] : []
    call(codec, 'wrap', new DirectBuffer(new Uint8Array(256)), 0, ...rest)
    expectAll(codec, `Kinds${side}`, 'ok', AFTER_BLOCK)
  }
})

test('every accessor of a group refuses before next(), and every field allows until a nested part is accessed', () => {
  const buffer = new DirectBuffer(new Uint8Array(512))
  const encoder = make(codecs, 'KindsEncoder')
  call(encoder, 'wrap', buffer, 0)
  const decoder = make(codecs, 'KindsDecoder')
  const groups = new Map([
    ['KindsEntriesEncoder', (): unknown => call(encoder, 'entriesCount', 2)],
    ['KindsEntriesDecoder', (): unknown => {
      call(decoder, 'wrap', buffer, 0, call(encoder, 'sbeBlockLength'), 0)
      return call(decoder, 'entries')
    }],
  ])
  for (const [className, begin] of groups) {
    const group = begin()
    const bytes = buffer.bytes.slice()
    expectAll(group, className, ORDER)
    assert.equal(buffer.bytes, bytes, 'what is refused writes nothing')
    call(group, 'next')
    expectAll(group, className, 'ok', AFTER_BLOCK)
    call(group, className.endsWith('Encoder') ? 'innerCount' : 'inner', 0)
    const after = buffer.bytes.slice()
    expectAll(group, className, ORDER, AFTER_BLOCK)
    assert.equal(buffer.bytes, after, 'what is refused writes nothing')
    call(group, 'note', 'x')
    expectAll(group, className, ORDER)
    call(group, 'next')
    expectAll(group, className, 'ok', AFTER_BLOCK)
  }
})

test.run()
