import * as assert from 'uvu/assert'
import { generateTypeScript } from '../../../codegen/index.ts'
import type { GeneratedFile } from '../../../codegen/index.ts'
import * as runtime from '../../../codegen/runtime/index.ts'
import { DirectBuffer } from '../../../codegen/runtime/index.ts'
import type { MessageMeta } from '../../../codegen/runtime/index.ts'
import { irOf } from '../../support/codecs.ts'
import { decodeJson } from '../../support/json-encoder.ts'
import { suite } from '../../support/suite.ts'
import { call, encoderOf, loadModules } from './codec-harness.ts'
import type { CodecModule } from './codec-harness.ts'
import { schemaText } from './schema-parts.ts'

const test = suite('names of types and files', { timeoutMs: 30_000 })

/** Names that generated modules use: of the runtime, of the platform, of their own. */
const USED = [...new Set([
  ...Object.keys(runtime),
  ...Object.getOwnPropertyNames(globalThis).filter((name) => /^[A-Z]\w*$/.test(name)),
  'JsonValue', 'TextShape', 'AccessItem', 'Iterable', 'IterableIterator', 'Iterator', 'ArrayLike', 'Record', 'Partial',
  'Readonly', 'Pick', 'ACCESS_ORDER', 'TEXT_SHAPE', 'MessageHandlers', 'MessageDispatcher', 'MessageHeader', 'Unknown',
  'Any', 'Never', 'Undefined', 'Void', 'This', 'Constructor', 'Prototype', 'Meta', 'Decoder', 'Encoder', 'Lengths',
])]
/** Of messages, sets and composites, modules import names that end in Decoder or Encoder only. */
const SOME = [
  'Text', 'Access', 'Number', 'DirectBuffer', 'Slice', 'JsonValue', 'SbeError', 'Meta', 'Decoder', 'Encoder', 'Lengths',
  'MessageHeader', 'MessageHandlers', 'MessageDispatcher', 'Unknown', 'Constructor', 'GroupIterator', 'Object',
]
const each = (list: readonly string[], make: (name: string, index: number) => string): string =>
  list.map((name, index) => make(name, index)).join('\n')

/** A message of everything: whatever its module uses must not be taken by a type of the schema. */
const everything = (name: string, id: number, fields: string): string => `<message name="${name}" id="${id}">
  <field name="number" id="1001" type="int64" presence="optional"/><field name="ratio" id="1002" type="float"/>
  <field name="text" id="1003" type="ShortText"/><field name="wides" id="1004" type="Wides"/>
  <field name="octets" id="1005" type="Octets"/><field name="since" id="1006" type="uint8" sinceVersion="1"/>
  ${fields}
  <group name="entries" id="1010" dimensionType="wideSize"><field name="x" id="1" type="uint8"/></group>
  <group name="deep" id="1011"><data name="note" id="1" type="varString"/></group>
  <data name="bytes" id="1012" type="varWide"/><data name="word" id="1013" type="varString"/>
</message>`
const VALUES: { readonly [name: string]: runtime.JsonValue } = {
  number: '-5', ratio: 0.1, text: 'abc', wides: ['1', '2'], octets: [1, 2, 3], since: 9,
  entries: [{ x: 1 }, { x: 2 }], deep: [{ note: 'd' }], bytes: '0102', word: 'wörd',
}
const TYPES = `
  <type name="ShortText" primitiveType="char" length="5"/><type name="Wides" primitiveType="uint64" length="2"/>
  <type name="Octets" primitiveType="uint8" length="3"/>
  <composite name="wideSize"><type name="blockLength" primitiveType="uint16"/>
    <type name="numInGroup" primitiveType="uint64" maxValue="1000"/></composite>
  <composite name="varWide"><type name="length" primitiveType="uint64" maxValue="1000"/>
    <type name="varData" primitiveType="uint8" length="0"/></composite>`

const enumOf = (name: string): string =>
  `<enum name="${name}" encodingType="uint8"><validValue name="A">1</validValue></enum>`
const fieldsOf = (list: readonly string[]): string =>
  each(list, (name, i) => `<field name="f${i}" id="${i}" type="${name}"/>`)
const attributes = 'version="1"'

const LIKE_FILES = ['MyType', 'myType', 'my_type', 'MY_TYPE', 'My-Type', 'my.type', 'mytype']

type Schema = 'enums' | 'sets' | 'composites' | 'messages' | 'groups' | 'same' | 'files'
const SCHEMAS: Readonly<Record<Schema, string>> = {
  enums: schemaText({
    types: TYPES + each(USED, enumOf), messages: everything('Holder', 1, fieldsOf(USED)), attributes,
  }),
  sets: schemaText({
    types: TYPES + each(SOME, (n) => `<set name="${n}" encodingType="uint8"><choice name="a">1</choice></set>`),
    messages: everything('Holder', 1, fieldsOf(SOME)), attributes,
  }),
  composites: schemaText({
    types: TYPES + each(SOME, (n) =>
      `<composite name="${n}"><type name="a" primitiveType="uint64" presence="optional"/></composite>`),
    messages: everything('Holder', 1, fieldsOf(SOME)), attributes,
  }),
  messages: schemaText({ types: TYPES, messages: each(SOME, (name, i) => everything(name, i + 1, '')), attributes }),
  groups: schemaText({
    messages: `<message name="Holder" id="1">
      ${each(USED, (n, i) => `<group name="${n}" id="${i}"><field name="x" id="1" type="uint8"/></group>`)}</message>`,
  }),
  same: schemaText({
    types: `<enum name="Car" encodingType="uint8"><validValue name="A">1</validValue></enum>
      <set name="car" encodingType="uint8"><choice name="a">0</choice></set>
      <composite name="One"><enum name="Kind" encodingType="uint8"><validValue name="ONE">1</validValue></enum>
        <set name="Bits" encodingType="uint8"><choice name="one">0</choice></set>
        <composite name="Point"><type name="x" primitiveType="int8"/></composite></composite>
      <composite name="Two"><enum name="Kind" encodingType="uint16"><validValue name="TWO">2</validValue></enum>
        <set name="Bits" encodingType="uint16"><choice name="two">9</choice></set>
        <composite name="Point"><type name="y" primitiveType="int16"/><type name="z" primitiveType="int16"/></composite>
      </composite>
      <composite name="Point"><type name="w" primitiveType="int32"/></composite>
      <enum name="CarCar" encodingType="uint8"><validValue name="B">2</validValue></enum>
      <composite name="CarName"><type name="n" primitiveType="int8"/></composite>
      <enum name="skipCar" encodingType="uint8"><validValue name="C">3</validValue></enum>`,
    messages: `<message name="Car" id="1">
        <field name="car" id="1" type="Car"/><field name="Car" id="2" type="car"/><field name="one" id="3" type="One"/>
        <field name="two" id="4" type="Two"/><field name="point" id="5" type="Point"/>
        <field name="c" id="6" type="CarCar"/><field name="n" id="7" type="CarName"/>
        <group name="Fuel" id="8"><field name="x" id="1" type="uint8"/>
          <group name="Fuel" id="9"><field name="x" id="1" type="int8"/></group></group>
        <group name="fuel" id="10"><field name="y" id="1" type="uint8"/></group>
      </message>
      <message name="CarFuel" id="2"><field name="x" id="1" type="uint16"/></message>
      <message name="car" id="3"><field name="x" id="1" type="uint32"/></message>
      <message name="CarFuelFuel" id="4"><field name="skip" id="1" type="skipCar"/>
        <data name="d" id="2" type="varString"/></message>
      <message name="CarToJson" id="5"><field name="skip" id="1" type="skipCar"/>
        <data name="d" id="2" type="varString"/></message>
      <message name="Point" id="6"><field name="p" id="1" type="Point"/></message>`,
  }),
  files: schemaText({
    types: each(LIKE_FILES, enumOf),
    messages: `<message name="User" id="1">${fieldsOf(LIKE_FILES)}</message>` + each(
      ['index', 'Index', 'dispatcher', 'con', 'NUL', 'Com1', 'lpt9', 'aux', 'prn', 'MyType', '---', '日本', '本日'],
      (name, i) => `<message name="${name}" id="${i + 2}"><field name="f" id="1" type="uint8"/></message>`,
    ),
  }),
}

const modules = await loadModules(SCHEMAS, { precedenceChecks: true })

function filesOf(name: Schema): readonly GeneratedFile[] {
  return generateTypeScript(irOf({ name, schema: { text: SCHEMAS[name] } }))
}

const buffer = new DirectBuffer(new Uint8Array(4096))

function newEncoder(module: CodecModule, message: string): unknown {
  buffer.bytes.fill(0xee)
  return encoderOf(module, message, buffer)
}

/** Encodes what a message of everything has, and in between what the caller wants. */
function encodeEverything(module: CodecModule, message: string, encodeFields: (encoder: unknown) => void): void {
  const encoder = newEncoder(module, message)
  call(call(call(encoder, 'number', -5n), 'ratio', 0.1), 'text', 'abc')
  call(call(call(encoder, 'putWides', 1n, 2n), 'putOctets', Uint8Array.of(1, 2, 3)), 'since', 9)
  encodeFields(encoder)
  const entries = call(encoder, 'entriesCount', 2)
  for (const x of [1, 2]) call(call(entries, 'next'), 'x', x)
  call(call(call(encoder, 'deepCount', 1), 'next'), 'note', 'd')
  call(call(encoder, 'putBytes', Uint8Array.of(1, 2)), 'word', 'wörd')
  call(encoder, 'checkEncodingIsComplete')
}

/** Class names of the messages of a module by template id. */
function messagesOf(module: CodecModule): ReadonlyMap<number, string> {
  const metas = Object.entries(module).filter(([key, value]) => {
    return key.endsWith('Meta') && typeof value === 'object' && value !== null && 'templateId' in value
  })
  return new Map(metas.map(([key, value]) => [(value as MessageMeta).templateId, key.slice(0, -'Meta'.length)]))
}

test('types may be called like anything that generated modules use', () => {
  assert.ok(USED.length > 150)
  for (const [name, types, suffix, value, json] of [
    ['enums', USED, '', 1, 'A'], ['sets', SOME, 'Raw', 2, { a: true }], ['composites', SOME, 'A', 7n, { a: '7' }],
  ] as const) {
    const module = modules[name]
    const { fields } = module['HolderMeta'] as MessageMeta
    const own = Object.keys(fields).filter((property) => /^f\d+$/.test(property))
    encodeEverything(module, 'Holder', (encoder) => own.forEach((property) => call(encoder, property + suffix, value)))
    assert.equal(decodeJson(module, 'Holder', buffer), {
      ...VALUES, ...Object.fromEntries(own.map((property) => [property, json])),
    })
    assert.is(own.length, types.length)
    assert.is(new Set(own.map((property) => fields[property]?.type)).size, own.length, 'each has a type of its own')
  }
})

test('messages and groups may be called like anything that generated modules use', () => {
  const messages = modules.messages
  const classes = messagesOf(messages)
  assert.is(classes.size, SOME.length)
  for (const message of classes.values()) {
    encodeEverything(messages, message, () => undefined)
    assert.equal(decodeJson(messages, message, buffer), VALUES)
  }
  const groups = modules.groups
  const properties = Object.keys((groups['HolderMeta'] as MessageMeta).groups)
  assert.is(properties.length, USED.length)
  const encoder = newEncoder(groups, 'Holder')
  properties.forEach((property, i) => call(call(call(encoder, `${property}Count`, 1), 'next'), 'x', i))
  assert.equal(
    decodeJson(groups, 'Holder', buffer), Object.fromEntries(properties.map((property, i) => [property, [{ x: i }]])),
  )
})

test('message, group and types of one name, and types of one name in two composites, are told apart', () => {
  const same = modules.same
  const encoder = newEncoder(same, 'Car')
  call(call(encoder, 'car', 1), 'car_Raw', 1)
  call(call(encoder, 'oneKind', 1), 'oneBitsRaw', 1)
  call(call(encoder, 'onePointX', -1), 'twoKind', 2)
  call(call(encoder, 'twoBitsRaw', 512), 'twoPointY', -300)
  call(call(call(call(encoder, 'twoPointZ', 301), 'pointW', 70_000), 'c', 2), 'nN', 3)
  const fuel = call(call(call(encoder, 'fuelCount', 1), 'next'), 'x', 200)
  call(call(call(fuel, 'fuelCount', 1), 'next'), 'x', -100)
  call(call(call(encoder, 'fuel_Count', 1), 'next'), 'y', 201)
  assert.equal(decodeJson(same, 'Car', buffer), {
    car: 'A', car_: { a: true }, one: { kind: 'ONE', bits: { one: true }, point: { x: -1 } },
    two: { kind: 'TWO', bits: { two: true }, point: { y: -300, z: 301 } }, point: { w: 70_000 }, c: 'B', n: { n: 3 },
    fuel: [{ x: 200, fuel: [{ x: -100 }] }], fuel_: [{ y: 201 }],
  })
  const classes = messagesOf(same)
  assert.equal([...classes.keys()].sort(), [1, 2, 3, 4, 5, 6])
  assert.equal([classes.get(1), classes.get(2)], ['Car', 'CarFuel'], 'messages have the first right to their names')
  for (const [id, x] of [[2, 65_000], [3, 4_000_000_000]] as const) {
    const name = classes.get(id) ?? ''
    call(newEncoder(same, name), 'x', x)
    assert.equal(decodeJson(same, name, buffer), { x })
  }
  for (const id of [4, 5]) {
    const name = classes.get(id) ?? ''
    call(call(newEncoder(same, name), 'skip', 3), 'd', 'x')
    assert.equal(decodeJson(same, name, buffer), { skip: 'C', d: 'x' })
  }
  call(newEncoder(same, classes.get(6) ?? ''), 'pW', -1)
  assert.equal(decodeJson(same, classes.get(6) ?? '', buffer), { p: { w: -1 } })
})

test('no two files have names that are the same where case is not told apart, or are devices', () => {
  for (const name of Object.keys(SCHEMAS) as Schema[]) {
    const paths = filesOf(name).map(({ path }) => path)
    assert.is(new Set(paths.map((path) => path.toLowerCase())).size, paths.length, name)
    for (const path of paths) {
      assert.match(path, /^[a-z0-9_-]+\.ts$/)
      assert.not.match(path, /^(?:con|prn|aux|nul|com\d|lpt\d)\./)
    }
    assert.is(paths.filter((path) => path === 'index.ts' || path === 'dispatcher.ts').length, 2)
  }
})

test('types whose files would have one name keep modules of their own', () => {
  const files = modules.files
  const { fields } = files['UserMeta'] as MessageMeta
  assert.is(new Set(Object.values(fields).map(({ type }) => type)).size, LIKE_FILES.length)
  const encoder = newEncoder(files, 'User')
  for (const property of Object.keys(fields)) call(encoder, property, 1)
  assert.equal([...new Set(Object.values(decodeJson(files, 'User', buffer)))], ['A'])
})

test.run()
