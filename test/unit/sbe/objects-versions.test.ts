import { pathToFileURL } from 'node:url'
import * as assert from 'uvu/assert'
import { DirectBuffer } from '../../../codegen/runtime/index.ts'
import { buildCodecs } from '../../support/codecs.ts'
import { suite } from '../../support/suite.ts'
import { sharedVector, withVectors } from '../../support/vectors.ts'
import { call, decoderOf, fails, loadModules } from './codec-harness.ts'
import type { CodecModule } from './codec-harness.ts'
import { schemaText } from './schema-parts.ts'

const test = suite('plain objects of other versions', { timeoutMs: 60_000 })
const testWithVectors = withVectors(test)

const HEADER_LENGTH = 8

const TYPES = `
  <type name="Text" primitiveType="char" length="2"/><type name="Numbers" primitiveType="uint16" length="2"/>
  <type name="Octets" primitiveType="uint8" length="2"/><type name="Full" primitiveType="uint8" maxValue="255"/>
  <type name="Fixed" primitiveType="uint8" presence="constant">42</type>
  <enum name="Side" encodingType="uint8"><validValue name="BUY">1</validValue></enum>
  <set name="Marks" encodingType="uint8"><choice name="on">3</choice></set>
  <composite name="Price"><type name="mantissa" primitiveType="int32"/><type name="scale" primitiveType="uint8"/>
    <type name="exponent" primitiveType="int8" presence="constant">-2</type></composite>
  <composite name="Loose"><type name="a" primitiveType="int16" presence="optional"/><ref name="marks" type="Marks"/>
    <type name="text" primitiveType="char" length="2"/></composite>
  <composite name="Grown"><type name="a" primitiveType="uint8"/><type name="b" primitiveType="uint8" sinceVersion="2"/>
    <ref name="inner" type="Loose" sinceVersion="2"/></composite>`

/** One field of each kind that version 1 brought, and what it is in an object of this version. */
const LATER: readonly (readonly [name: string, type: string, value: unknown])[] = [
  ['small', 'uint8', 5], ['ratio', 'double', 0.5], ['wide', 'int64', 6n], ['letter', 'char', 'A'],
  ['full', 'Full', 255], ['text', 'Text', 'ab'], ['numbers', 'Numbers', [1, 2]],
  ['octets', 'Octets', Uint8Array.of(1, 2)], ['side', 'Side', 1],
  ['marks', 'Marks', { on: true }], ['price', 'Price', { mantissa: 7, scale: 1, exponent: -2 }],
  ['loose', 'Loose', { a: 3, marks: { on: false }, text: 'x' }],
]

const fields = LATER.map(([name, type], i) => `<field name="${name}" id="${i + 10}" type="${type}" sinceVersion="1"/>`)
const FIRST = '<field name="first" id="1" type="uint16"/>'
const SCHEMA = schemaText({
  attributes: 'version="2"', types: TYPES,
  messages: `
    <message name="Root" id="1">${FIRST}${fields.join('')}<field name="fixed" id="30" type="Fixed" sinceVersion="1"/>
      <field name="grown" id="31" type="Grown" sinceVersion="1"/>
      <group name="late" id="40" sinceVersion="1"><field name="a" id="1" type="uint8"/></group>
      <data name="note" id="41" type="varString" sinceVersion="1"/>
      <data name="blob" id="42" type="varBytes" sinceVersion="2"/></message>
    <message name="Entries" id="2"><group name="x" id="1">${FIRST}${fields.join('')}</group></message>`,
})

const { plain } = await loadModules({ plain: SCHEMA }, { objects: 'bigint' })
const { checked } = await loadModules({ checked: SCHEMA }, { objects: 'bigint', precedenceChecks: true })

type Plain = Record<string, unknown>

function run(module: CodecModule, name: string, ...args: readonly unknown[]): unknown {
  const found = module[name]
  if (typeof found !== 'function') throw new TypeError(`no function ${name}`)
  return Reflect.apply(found, undefined, args)
}

/** A message of version 0, which had one field. */
function oldRoot(): Uint8Array {
  const bytes = new Uint8Array(HEADER_LENGTH + 2)
  const view = new DataView(bytes.buffer)
  for (const [i, value] of [2, 1, 1, 0, 513].entries()) view.setUint16(i * 2, value, true)
  return bytes
}

const nulls = Object.fromEntries(LATER.map(([name]) => [name, null]))
const values = Object.fromEntries(LATER.map(([name, , value]) => [name, value]))
const ABSENT: Plain = { first: 513, ...nulls, fixed: 42, grown: null, late: [], note: '', blob: new Uint8Array(0) }

for (const [what, module] of [['plain', plain], ['checked', checked]] as const) {
  test(`what the sender's version lacks is null, no entries, nothing, in ${what} codecs`, () => {
    assert.equal(run(module, 'rootFromBytes', oldRoot()), ABSENT)
  })

  test(`an object of an older message is written as one of this version, in ${what} codecs`, () => {
    const bytes = run(module, 'rootToBytes', run(module, 'rootFromBytes', oldRoot())) as Uint8Array
    assert.equal(run(module, 'rootFromBytes', bytes), {
      ...ABSENT,
      // What has no null value of its own comes back as what was written for it.
      full: 255,
      text: '',
      numbers: [65535, 65535],
      octets: Uint8Array.of(255, 255),
      marks: { on: false },
      loose: { a: null, marks: { on: false }, text: '' },
    })
    // Price has a member that is never null, Loose and what Grown has of version 1 as well.
    const block = bytes.subarray(HEADER_LENGTH)
    assert.is(new DataView(block.buffer, block.byteOffset).getUint8(2), 255, 'a null value on the wire')
  })
}

test('a block that is longer than its version says is read up to its version', () => {
  const object = { ...ABSENT, ...values, grown: { a: 1, b: 2, inner: { a: 1, marks: { on: true }, text: 'z' } },
    late: [{ a: 9 }], note: 'é', blob: Uint8Array.of(1) }
  const bytes = run(plain, 'rootToBytes', object) as Uint8Array
  assert.equal(run(plain, 'rootFromBytes', bytes), object)
  new DataView(bytes.buffer, bytes.byteOffset).setUint16(6, 1, true)
  assert.equal(run(plain, 'rootFromBytes', bytes),
    { ...object, grown: { a: 1, b: null, inner: null }, blob: new Uint8Array(0) })
  new DataView(bytes.buffer, bytes.byteOffset).setUint16(6, 0, true)
  assert.equal(run(plain, 'rootFromBytes', bytes), ABSENT)
})

test('entries of a version are as their message', () => {
  const bytes = run(plain, 'entriesToBytes', { x: [{ first: 1, ...values }, { first: 2, ...values }] }) as Uint8Array
  assert.equal(run(plain, 'entriesFromBytes', bytes), { x: [{ first: 1, ...values }, { first: 2, ...values }] })
  new DataView(bytes.buffer, bytes.byteOffset).setUint16(6, 0, true)
  assert.equal(run(plain, 'entriesFromBytes', bytes), { x: [{ first: 1, ...nulls }, { first: 2, ...nulls }] })
  // A block that is too short for its version: as if it were of an older one.
  const short = Uint8Array.of(0, 0, 2, 0, 1, 0, 2, 0, 2, 1, 7, 0)
  assert.equal(run(plain, 'entriesFromBytes', short), { x: [{ first: 7, ...nulls }] })
})

test('the null values of required fields of later versions stand for null alone', () => {
  const first = { ...ABSENT, ...values, grown: null }
  const nullValues = [['small', 255], ['wide', -(2n ** 63n)], ['ratio', NaN], ['side', 255], ['letter', '\0']]
  for (const [name, value] of nullValues) {
    assert.match(fails('ERR_GODWIT_SBE_VALUE', () => run(plain, 'rootToBytes', { ...first, [String(name)]: value })),
      new RegExp(`^Root\\.${String(name)}: .* is not `))
  }
  assert.equal((run(plain, 'rootFromBytes', run(plain, 'rootToBytes', { ...first, text: '' })) as Plain)['text'], '')
})

test('members that their composite got later are null by its own flyweights', () => {
  const decoder = decoderOf(plain, 'Root', new DirectBuffer(run(plain, 'rootToBytes', {
    ...ABSENT, ...values, grown: { a: 1, b: 2, inner: null },
  }) as Uint8Array))
  assert.equal(run(plain, 'grownToObject', call(decoder, 'grown')),
    { a: 1, b: 2, inner: { a: null, marks: { on: false }, text: '' } })
  assert.equal(run(plain, 'marksToObject', call(decoder, 'marks')), { on: true })
})

testWithVectors('messages of the extension schema are objects in each of its versions', async () => {
  const name = 'extension'
  const schema = sharedVector('sbe/schemas/sbe-tool/extension-schema.xml')
  const indexes = await buildCodecs([{ name, schema, generate: { objects: 'number' } }])
  const module = (await import(pathToFileURL(indexes.get(name) ?? '').href)) as CodecModule
  const enumValue = (module['AEnum'] as Record<string, number>)['SecondValue']
  const all = {
    TestMessage1: { tag1: 11, tag2: 22, tag3: { value: 33 }, tag4: enumValue,
      tag5: { firstChoice: true, secondChoice: false }, tag6: 'ab' },
    TestMessage2: { tag1: 11, tag3: { value: 33 }, tag2: 22, tag5: { firstChoice: false, secondChoice: true },
      tag4: enumValue, tag6: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8) },
  }
  const blockLengths = { TestMessage1: [4, 8, 12, 13, 14, 14, 14], TestMessage2: [4, 8, 12, 13, 14, 14, 22] }
  const since = {
    TestMessage1: { tag1: 0, tag2: 1, tag3: 2, tag4: 3, tag5: 4, tag6: 5 },
    TestMessage2: { tag1: 0, tag3: 1, tag2: 2, tag5: 3, tag4: 4, tag6: 6 },
  }
  for (const message of ['TestMessage1', 'TestMessage2'] as const) {
    const base = message.replace('T', 't')
    const bytes = run(module, `${base}ToBytes`, all[message]) as Uint8Array
    for (let version = 0; version <= 6; version++) {
      const blockLength = blockLengths[message][version] ?? 0
      const full = blockLengths[message][6] ?? 0
      const sent = bytes.slice()
      sent.copyWithin(HEADER_LENGTH + blockLength, HEADER_LENGTH + full)
      const view = new DataView(sent.buffer)
      view.setUint16(0, blockLength, true)
      view.setUint16(6, version, true)
      const expected = Object.fromEntries(Object.entries(all[message]).map(([tag, value]) => {
        if (version >= ((since[message] as Record<string, number>)[tag] ?? 0)) return [tag, value]
        return [tag, tag === 'tag6' && message === 'TestMessage1' ? '' : null]
      }))
      const object = run(module, `${base}FromBytes`, sent) as Plain
      assert.equal(object, expected, `${message} version ${version}`)
      // As a message of version 6 it says the same, where its type can say null.
      const again = run(module, `${base}FromBytes`, run(module, `${base}ToBytes`, object)) as Plain
      assert.is(again['tag2'], object['tag2'])
      assert.is(again['tag4'], object['tag4'])
      assert.equal(again['tag3'], object['tag3'])
    }
  }
})

test.run()
