import * as assert from 'uvu/assert'
import {
  compileSchemaText, decodeToJson, JsonListener, NOT_IN_MESSAGE, OtfDecoder, readPrimitive,
} from '../../../codegen/index.ts'
import type { Ir, OtfListener } from '../../../codegen/index.ts'
import { DirectBuffer, EMPTY_ENTRIES_MAX, SbeError } from '../../../codegen/runtime/index.ts'
import { ODD_LENGTHS_SCHEMA, VEHICLE_SCHEMA } from '../../support/hostile/schemas.ts'
import { suite } from '../../support/suite.ts'
import { HEADER, schemaText } from '../sbe/schema-parts.ts'

const test = suite('decoding on the fly')

const TIME_LIMIT_MS = 2_000

function irOf(text: string): Ir {
  const { ir, diagnostics } = compileSchemaText(text, 'otf.xml')
  if (ir === undefined) throw new Error(JSON.stringify(diagnostics))
  return ir
}

const hex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text.replaceAll(/\s/g, ''), 'hex'))

function failureOf(run: () => unknown): string {
  try {
    run()
    return 'nothing'
  } catch (error) {
    if (error instanceof SbeError) return `${error.code}: ${error.message}`
    throw error
  }
}

const NESTED = irOf(schemaText({
  attributes: 'version="1"',
  types: `<enum name="Side" encodingType="uint8"><validValue name="Buy">1</validValue></enum>
    <set name="Marks" encodingType="uint8"><choice name="on">0</choice></set>
    <type name="Four" primitiveType="uint8" presence="constant">4</type>
    <composite name="Point"><type name="x" primitiveType="uint8"/><ref name="side" type="Side"/></composite>`,
  messages: `<message name="M" id="7">
    <field name="a" id="1" type="uint16"/><field name="side" id="2" type="Side"/>
    <field name="marks" id="3" type="Marks"/><field name="point" id="4" type="Point"/>
    <field name="four" id="5" type="Four"/><field name="late" id="6" type="Point" sinceVersion="1"/>
    <group name="outer" id="7"><field name="n" id="1" type="uint8"/>
      <group name="inner" id="2"><field name="v" id="1" type="uint8"/></group>
      <data name="note" id="3" type="varString"/>
    </group>
    <group name="none" id="8" sinceVersion="1"><field name="n" id="1" type="uint8"/></group>
    <data name="end" id="9" type="varBytes"/>
  </message>`,
}))

/** Version 0: a block of six bytes, two outer entries, the first with two inner ones. */
const NESTED_BYTES = hex(`0600 0700 0100 0000  0201 01 01 05 01
  01 02  0a 01 02 0b 0c 01 41  0d 01 00 00  0200 cafe`)

test('a listener is told all parts of a message in their order, and where they lie', () => {
  const told: string[] = []
  const listener: OtfListener = {
    onBeginMessage: ({ name, id }, version) => told.push(`message ${name} ${id} of version ${version}`),
    onEncoding: ({ name }, type, buffer, offset) => {
      const isThere = offset !== NOT_IN_MESSAGE
      const value = isThere ? readPrimitive(buffer, offset, type.primitive, 'littleEndian') : type.constValue
      told.push(`${name} at ${offset} is ${String(value)}`)
    },
    onEnum: ({ name }, type, _buffer, offset) => told.push(`enum ${name} ${type.name} at ${offset}`),
    onBitSet: ({ name }, type, _buffer, offset) => told.push(`set ${name} ${type.name} at ${offset}`),
    onBeginComposite: ({ name }, type, _buffer, offset) => told.push(`composite ${name} ${type.name} at ${offset}`),
    onEndComposite: ({ name }) => told.push(`end of ${name}`),
    onGroupHeader: ({ name }, count) => told.push(`group ${name} of ${count}`),
    onBeginGroup: ({ name }, index, count) => told.push(`${name} ${index} of ${count}`),
    onEndGroup: ({ name }, index) => told.push(`end of ${name} ${index}`),
    onVarData: ({ name }, _buffer, offset, length) => told.push(`data ${name} at ${offset}, ${length}`),
    onEndMessage: ({ name }) => told.push(`end of ${name}`),
  }
  const buffer = new DirectBuffer(new Uint8Array([0xee, ...NESTED_BYTES, 0xee]))
  const decoder = new OtfDecoder(NESTED)
  assert.is(decoder.decode(buffer, 1, listener, NESTED_BYTES.length), NESTED_BYTES.length)
  assert.equal(told, [
    'message M 7 of version 0', 'a at 9 is 258', 'enum side Side at 11', 'set marks Marks at 12',
    'composite point Point at 13', 'x at 13 is 5', 'enum side Side at 14', 'end of point', 'four at -1 is 4',
    'composite late Point at -1', 'group outer of 2',
    'outer 0 of 2', 'n at 17 is 10', 'group inner of 2', 'inner 0 of 2', 'v at 20 is 11', 'end of inner 0',
    'inner 1 of 2', 'v at 21 is 12', 'end of inner 1', 'data note at 23, 1', 'end of outer 0',
    'outer 1 of 2', 'n at 24 is 13', 'group inner of 0', 'data note at 28, 0', 'end of outer 1',
    'group none of 0', 'data end at 30, 2', 'end of M',
  ])
  assert.is(decoder.decode(buffer, 1, {}), NESTED_BYTES.length, 'a listener needs not listen')
})

test('one listener for JSON serves many messages', () => {
  const decoder = new OtfDecoder(NESTED)
  const listener = new JsonListener(decoder.byteOrder)
  for (let i = 0; i < 2; i++) {
    decoder.decode(new DirectBuffer(NESTED_BYTES), 0, listener)
    assert.is(listener.message, 'M')
    assert.equal((JSON.parse(listener.json) as { readonly end: unknown }).end, 'cafe')
  }
  const cut = NESTED_BYTES.subarray(0, 20)
  assert.match(failureOf(() => decoder.decode(new DirectBuffer(cut), 0, listener)), 'ERR_GODWIT_SBE_BOUNDS: M.outer')
  decoder.decode(new DirectBuffer(NESTED_BYTES), 0, listener)
  assert.is(listener.json, decodeToJson(NESTED, NESTED_BYTES).json)
})

test('decodeToJson takes a part of a Buffer, a DirectBuffer, and an offset', () => {
  const pooled = Buffer.from([...new Uint8Array(11), ...NESTED_BYTES, 1, 2, 3])
  const expected = decodeToJson(NESTED, NESTED_BYTES)
  assert.equal(decodeToJson(NESTED, pooled, { offset: 11 }), expected)
  assert.equal(decodeToJson(NESTED, pooled.subarray(11)), expected)
  assert.equal(decodeToJson(NESTED, new DirectBuffer(pooled, 5), { offset: 6, length: NESTED_BYTES.length }), expected)
  assert.equal(expected.length, NESTED_BYTES.length)
})

test('a message of another schema or an unknown template is refused by name', () => {
  const other = NESTED_BYTES.slice()
  other[4] = 9
  const decode = (bytes: Uint8Array): string => failureOf(() => decodeToJson(NESTED, bytes))
  assert.is(decode(other), 'ERR_GODWIT_SBE_SCHEMA: test: the header has schema id 9, not 1')
  other.set([99, 0, 1], 2)
  assert.is(decode(other),
    'ERR_GODWIT_SBE_TEMPLATE: test: schema 1 has no message with the template id 99 of the header')
})

test('what does not lie within the length that is given is refused', () => {
  const buffer = new DirectBuffer(new Uint8Array([...NESTED_BYTES, ...NESTED_BYTES]))
  for (let length = 0; length < NESTED_BYTES.length; length++) {
    const failure = failureOf(() => decodeToJson(NESTED, buffer, { length }))
    assert.match(failure, 'ERR_GODWIT_SBE_BOUNDS', `length ${length}`)
  }
  const decoder = new OtfDecoder(NESTED)
  for (const length of [-1, NaN, Infinity, buffer.byteLength + 1, 2 ** 53]) {
    assert.match(failureOf(() => decodeToJson(NESTED, buffer, { length })), 'ERR_GODWIT_SBE_BOUNDS', `length ${length}`)
    assert.match(failureOf(() => decoder.decodeHeader(buffer, 0, length)), 'ERR_GODWIT_SBE_BOUNDS', `length ${length}`)
  }
  for (const offset of [-1, NaN, Infinity, 0.5, buffer.byteLength, 2 ** 53]) {
    assert.match(failureOf(() => decodeToJson(NESTED, buffer, { offset })), 'ERR_GODWIT_SBE_BOUNDS', `offset ${offset}`)
  }
})

test('a block shorter than in the first version is refused, at the root and in groups', () => {
  const root = NESTED_BYTES.slice()
  root[0] = 5
  assert.match(failureOf(() => decodeToJson(NESTED, root)), 'ERR_GODWIT_SBE_BLOCK_LENGTH: M:')
  const group = NESTED_BYTES.slice()
  group[14] = 0
  assert.match(failureOf(() => decodeToJson(NESTED, group)), 'ERR_GODWIT_SBE_BLOCK_LENGTH: M.outer:')
})

test('headers of any layout, width and byte order are read', () => {
  const decoder = new OtfDecoder(irOf(ODD_LENGTHS_SCHEMA))
  assert.is(decoder.headerLength, 4 + 8 + 1 + 8 + 3)
  assert.is(decoder.byteOrder, 'bigEndian')
  const bytes = hex('40000000 0000000000000102 09 0000000000000003 414141')
  assert.equal(decoder.decodeHeader(new DirectBuffer(bytes), 0),
    { blockLength: 0x102, templateId: 3, schemaId: 9, version: 2 })
})

test('constant members of a header have their values, but a schema id that is constant tells nothing', () => {
  const member = (name: string): string => `<type name="${name}" primitiveType="uint16"/>`
  const constant = (name: string, value: number): string =>
    `<type name="${name}" primitiveType="uint16" presence="constant">${value}</type>`
  const header = `<composite name="messageHeader">${member('blockLength')}${constant('templateId', 5)}
    ${constant('schemaId', 77)}${constant('version', 1)}</composite>`
  const messages = '<message name="Five" id="5"><field name="x" id="1" type="uint8"/></message>'
  const ir = irOf(schemaText({ attributes: 'version="1"', header, messages }))
  assert.equal(new OtfDecoder(ir).decodeHeader(new DirectBuffer(hex('0100 2a')), 0),
    { blockLength: 1, templateId: 5, schemaId: 1, version: 1 })
  assert.equal(decodeToJson(ir, hex('0100 2a')), { message: 'Five', json: '{"x":42}', length: 3 })
})

test('a negative version of a signed header is the first one', () => {
  const header = HEADER.replace('name="version" primitiveType="uint16"', 'name="version" primitiveType="int16"')
  const messages = `<message name="M" id="7"><field name="x" id="1" type="uint8"/>
    <field name="late" id="2" type="uint8" sinceVersion="1"/></message>`
  const ir = irOf(schemaText({ attributes: 'version="1"', header, messages }))
  assert.is(decodeToJson(ir, hex('0200 0700 0100 ffff 0102')).json, '{"x":1,"late":null}')
})

/** A message of groups without bytes: an inner group with each of the counts, and one at the end. */
function empties(counts: readonly number[], last: number): Uint8Array {
  const u32 = (value: number): number[] => [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255]
  const inner = counts.flatMap((count) => [0, 0, ...u32(count)])
  const header = hex('40000000 0000000000000000 09 0000000000000002 000000')
  return new Uint8Array([...header, 0, 0, ...u32(counts.length), ...inner, ...new Uint8Array(12), ...u32(last)])
}

test('entries without bytes are counted over a whole message, and too many refused at once', () => {
  const ir = irOf(ODD_LENGTHS_SCHEMA)
  const startMs = performance.now()
  const most = decodeToJson(ir, empties([EMPTY_ENTRIES_MAX - 1, 1], 0))
  assert.is(most.json.split('"nothing"').length - 1, 2 + EMPTY_ENTRIES_MAX)
  for (const [counts, last] of [
    [[EMPTY_ENTRIES_MAX, 1], 0], [[EMPTY_ENTRIES_MAX], 1], [[], EMPTY_ENTRIES_MAX + 1], [[], 2 ** 32 - 1],
    [[2 ** 32 - 1], 0], [new Array<number>(3000).fill(EMPTY_ENTRIES_MAX), 0],
  ] as const) {
    assert.match(failureOf(() => decodeToJson(ir, empties(counts, last))), 'ERR_GODWIT_SBE_BOUNDS', `${counts.length}`)
  }
  assert.ok(performance.now() - startMs < TIME_LIMIT_MS)
})

test('an array that a message lacks costs nothing, however long the schema says it is', () => {
  const header = HEADER.replace('"blockLength" primitiveType="uint16"', '"blockLength" primitiveType="uint32"')
  const types = '<type name="Array" primitiveType="uint8" length="2000000000"/>'
  const messages = `<message name="M" id="7"><field name="x" id="1" type="uint8"/>
    <field name="many" id="2" type="Array" sinceVersion="1"/></message>`
  const ir = irOf(schemaText({ attributes: 'version="1"', header, types, messages }))
  assert.is(decodeToJson(ir, hex('01000000 0700 0100 0000 05')).json, '{"x":5,"many":null}')
})

test('JSON that gets too long is refused, whether by entries or by data', () => {
  const types = `<type name="Long" primitiveType="char" presence="constant">${'x'.repeat(2000)}</type>
    <composite name="many"><type name="blockLength" primitiveType="uint16"/><type name="numInGroup"
      primitiveType="uint16"/></composite>
    <composite name="bytes"><type name="length" primitiveType="uint32" maxValue="2000000000"/>
      <type name="varData" primitiveType="uint8" length="0"/></composite>`
  const messages = `<message name="M" id="7"><group name="g" id="1" dimensionType="many"><field name="long" id="1"
    type="Long"/></group><data name="d" id="2" type="bytes"/></message>`
  const ir = irOf(schemaText({ types, messages }))
  const many = hex('0000 0700 0100 0000 0000 ffff 00000000')
  assert.match(failureOf(() => decodeToJson(ir, many)), 'ERR_GODWIT_SBE_LENGTH')
  const large = new Uint8Array(2 ** 26 + 16)
  large.set(hex('0000 0700 0100 0000 0000 0000 00000004'))
  assert.match(failureOf(() => decodeToJson(ir, large)), 'ERR_GODWIT_SBE_LENGTH')
})

test('one schema serves many calls', () => {
  const ir = irOf(VEHICLE_SCHEMA)
  const header = hex('0000 0100 2900 0000')
  const failures = [1, 2].map(() => failureOf(() => decodeToJson(ir, header)))
  assert.is(failures[0], failures[1])
  assert.match(failures[0] ?? '', 'ERR_GODWIT_SBE_BLOCK_LENGTH: Vehicle')
})

test.run()
