import * as assert from 'uvu/assert'
import { DirectBuffer } from '../../../codegen/runtime/index.ts'
import type { CompositeMeta, JsonValue, MessageMeta } from '../../../codegen/runtime/index.ts'
import { decodeJson, encodeJson } from '../../support/json-encoder.ts'
import { suite } from '../../support/suite.ts'
import { call, encoderOf, loadModules, make } from './codec-harness.ts'
import type { CodecModule } from './codec-harness.ts'
import { escaped, schemaText } from './schema-parts.ts'

const test = suite('names of members', { timeoutMs: 30_000 })

const KEYWORDS = `abstract any arguments as asserts async await bigint boolean break case catch class const continue
  debugger declare default delete do else enum eval export extends false finally for from function get global if
  implements import in infer instanceof interface is keyof let module namespace never new null number object of out
  override package private protected public readonly require return satisfies set static string super switch symbol
  this throw true try type typeof undefined unique unknown using var void while with yield`.split(/\s+/)

const USUAL = `header message version index at raw name length id type value data view bytes first last end order json
  iterator absent group limit offset buffer parent then catch prototype arguments caller meta block`.split(/\s+/)

/** Of one codec of each kind, what its flyweights have of their own: names that a schema must be free to use. */
const PLAIN = schemaText({
  types: `<composite name="Point"><type name="plain1" primitiveType="uint8" sinceVersion="1"/></composite>
    <set name="Marks" encodingType="uint64"><choice name="plain2">0</choice></set>`,
  messages: `<message name="Plain" id="1">
      <field name="plain3" id="3" type="Point"/><field name="plain4" id="4" type="Marks"/>
      <field name="plain5" id="5" type="uint8" sinceVersion="1"/>
      <group name="plain6" id="6">
        <field name="plain7" id="7" type="uint8"/><field name="plain12" id="12" type="uint8" sinceVersion="1"/>
        <group name="plain8" id="8" sinceVersion="1"><field name="plain9" id="9" type="uint8"/></group>
        <data name="plain10" id="10" type="varString"/>
      </group>
      <group name="plain13" id="13" sinceVersion="1"/>
      <data name="plain11" id="11" type="varBytes"/>
    </message>`,
  attributes: 'version="1"',
})

function ownMembers(module: CodecModule): string[] {
  const buffer = new DirectBuffer(new Uint8Array(64))
  const encoder = call(make(module, 'PlainEncoder'), 'wrap', buffer, 0)
  const decoder = call(make(module, 'PlainDecoder'), 'wrap', buffer, 0, 10, 1)
  const objects = [
    encoder, decoder, call(encoder, 'plain6Count', 0), call(decoder, 'plain6'), make(module, 'PointDecoder'),
    make(module, 'PointEncoder'), make(module, 'MarksDecoder'), make(module, 'MarksEncoder'),
  ] as object[]
  const names = objects.flatMap((object) => [object, Object.getPrototypeOf(object) as object, Object.prototype])
    .flatMap((object) => Object.getOwnPropertyNames(object))
  return names.filter((name) => !/plain\d/i.test(name))
}

const generate = { precedenceChecks: true, staged: true }
const { plain } = await loadModules({ plain: PLAIN }, generate)
const reserved = [...new Set(ownMembers(plain))]

/** A holder of a member `x` is `_x`, so names that begin with an underscore are tried without it as well. */
const clashing = [...new Set([
  ...reserved, ...reserved.map((name) => name.replace(/^_+/, '')).filter((name) => name !== ''), ...USUAL,
])]
const names = [...new Set([...clashing, ...KEYWORDS])]

type Make = (name: string, index: number) => string
const all = (make: Make): string => names.map((name, index) => make(escaped(name), index)).join('\n')
/** Only the names that may clash: keywords are alike in all kinds of members. */
const each = (make: Make): string => clashing.map((name, index) => make(escaped(name), index)).join('\n')

/** Names for messages: those of handlers and classes are made from them. */
const MESSAGES = [
  ...Object.getOwnPropertyNames(Object.prototype), 'unknown', 'index', 'dispatcher', ...KEYWORDS.slice(0, 30),
]

/** A set has 64 choices at most. */
const PARTS = [0, 1, 2]
const choicesOf = (part: number): string =>
  names.slice(part * 64, part * 64 + 64).map((n, i) => `<choice name="${n}">${i}</choice>`).join('')

const NAMED = schemaText({
  types: `
    <enum name="Values" encodingType="uint16">${all((n, i) => `<validValue name="${n}">${i}</validValue>`)}</enum>
    ${PARTS.map((part) => `<set name="Choices${part}" encodingType="uint64">${choicesOf(part)}</set>`).join('')}
    <composite name="Members">${all((n) => `<type name="${n}" primitiveType="uint8"/>`)}</composite>
    <composite name="Inner">${each((n) => `<ref name="${n}" type="Point"/>`)}</composite>
    <composite name="Point"><type name="x" primitiveType="uint8"/></composite>
    <set name="Marks" encodingType="uint8"><choice name="on">0</choice></set>
    <type name="Text" primitiveType="char" length="3"/>`,
  messages: `
    <message name="Scalars" id="1">
      ${all((n, i) => `<field name="${n}" id="${i}" type="uint16" presence="optional"/>`)}</message>
    <message name="Wides" id="2">${each((n, i) => `<field name="${n}" id="${i}" type="int64"/>`)}</message>
    <message name="Texts" id="3">${each((n, i) => `<field name="${n}" id="${i}" type="Text"/>`)}</message>
    <message name="Enums" id="4">${all((n, i) => `<field name="${n}" id="${i}" type="Values"/>`)}</message>
    <message name="Sets" id="5">${each((n, i) => `<field name="${n}" id="${i}" type="Marks"/>`)}</message>
    <message name="Composites" id="6">${each((n, i) => `<field name="${n}" id="${i}" type="Point"/>`)}</message>
    <message name="Groups" id="7">${each((n, i) => `<group name="${n}" id="${i}"><field name="x" id="1" type="uint8"/>
      </group>`)}</message>
    <message name="Nested" id="8"><group name="outer" id="1">${each((n, i) => `<group name="${n}" id="${i}">
      <field name="x" id="1" type="uint8"/></group>`)}</group></message>
    <message name="Data" id="9">${each((n, i) => `<data name="${n}" id="${i}" type="varString"/>`)}</message>
    <message name="Bytes" id="10">${each((n, i) => `<data name="${n}" id="${i}" type="varBytes"/>`)}</message>
    <message name="Entries" id="11"><group name="outer" id="1">
      ${each((n, i) => `<field name="${n}" id="${i}" type="uint8"/>`)}</group></message>
    <message name="EntryData" id="12"><group name="outer" id="1">
      ${each((n, i) => `<data name="${n}" id="${i}" type="varString"/>`)}</group></message>
    <message name="Composed" id="13">
      <field name="members" id="1" type="Members"/><field name="inner" id="2" type="Inner"/>
      ${PARTS.map((part) => `<field name="choices${part}" id="${part + 3}" type="Choices${part}"/>`).join('')}</message>
    ${MESSAGES.map((n, i) => `<message name="${n}" id="${i + 100}"><field name="f" id="1" type="uint8"/></message>`)
      .join('')}`,
})

const { codecs } = await loadModules({ codecs: NAMED }, generate)

function metaOf(message: string): MessageMeta {
  return codecs[`${message}Meta`] as MessageMeta
}

/** The members of each kind of owner, by the accessor names that they got, in the order of the schema. */
const owners: ReadonlyMap<string, object> = new Map<string, object>([
  ...['Scalars', 'Wides', 'Texts', 'Enums', 'Sets', 'Composites'].map((name) => [name, metaOf(name).fields] as const),
  ...['Data', 'Bytes'].map((name) => [name, metaOf(name).data] as const),
  ['Groups', metaOf('Groups').groups],
  ['Nested', metaOf('Nested').groups['outer']?.groups ?? {}],
  ['Entries', metaOf('Entries').groups['outer']?.fields ?? {}],
  ['EntryData', metaOf('EntryData').groups['outer']?.data ?? {}],
  ['Members', (codecs['MembersMeta'] as CompositeMeta).members],
  ['Inner', (codecs['InnerMeta'] as CompositeMeta).members],
  ['Choices', Object.assign({}, codecs['Choices0'], codecs['Choices1'], codecs['Choices2'])],
])

function propertiesOf(owner: string): string[] {
  return Object.keys(owners.get(owner) ?? {})
}

test('a member is accessed by its name, with an underscore where a flyweight has a member of this name itself', () => {
  const renamed = ['wrap', 'limit', 'buffer', 'offset', 'next', 'count', 'at', 'index', 'raw', 'then', 'toString']
  const kept = ['header', 'message', 'version', 'class', 'value', 'type', 'id', 'length', 'name', 'null', 'json']
  for (const owner of owners.keys()) {
    const properties = propertiesOf(owner)
    const inFull = ['Scalars', 'Enums', 'Members', 'Choices'].includes(owner)
    assert.is(properties.length, inFull ? names.length : clashing.length, owner)
    names.slice(0, properties.length).forEach((name, index) => {
      const property = properties[index] ?? ''
      assert.is(property.replace(/_*$/, ''), name.replace(/_*$/, ''), owner)
      if (renamed.includes(name)) assert.is(property, `${name}_`, owner)
      if (kept.includes(name)) assert.is(property, name, owner)
    })
  }
})

type Json = { readonly [name: string]: JsonValue }

function jsonOf(owner: string, value: (index: number) => JsonValue): Json {
  return Object.fromEntries(propertiesOf(owner).map((property, index) => [property, value(index)]))
}

test('members of every name keep their values apart, in every kind of owner', () => {
  const buffer = new DirectBuffer(new Uint8Array(4096))
  const choices = (part: number): Json => {
    const properties = Object.keys(codecs[`Choices${part}`] as object)
    return Object.fromEntries(properties.map((property, index) => [property, index % 3 === part]))
  }
  const messages: Readonly<Record<string, Json>> = {
    Scalars: jsonOf('Scalars', (i) => (i % 5 === 0 ? null : i + 1000)),
    Wides: jsonOf('Wides', (i) => `-${i + 1}000000000000`),
    Texts: jsonOf('Texts', (i) => `t${i}`.slice(0, 3)),
    Sets: jsonOf('Sets', (i) => ({ on: i % 3 === 0 })),
    Composites: jsonOf('Composites', (i) => ({ x: i })),
    Groups: jsonOf('Groups', (i) => Array.from({ length: i % 3 }, (_, entry) => ({ x: (i + entry) % 250 }))),
    Nested: { outer: [jsonOf('Nested', (i) => [{ x: i }]), jsonOf('Nested', () => [])] },
    Data: jsonOf('Data', (i) => `data ${i}`),
    Bytes: jsonOf('Bytes', (i) => i.toString(16).padStart(4, '0')),
    Entries: { outer: [jsonOf('Entries', (i) => i), jsonOf('Entries', (i) => names.length - i)] },
    EntryData: { outer: [jsonOf('EntryData', (i) => `a${i}`), jsonOf('EntryData', () => '')] },
    Composed: {
      members: jsonOf('Members', (i) => i), inner: jsonOf('Inner', (i) => ({ x: 255 - i })),
      choices0: choices(0), choices1: choices(1), choices2: choices(2),
    },
  }
  for (const [message, json] of Object.entries(messages)) {
    buffer.bytes.fill(0xee)
    encodeJson(codecs, message, json, buffer)
    assert.equal(decodeJson(codecs, message, buffer), json, message)
  }
})

test('an enum has values of every name, and tells their names as the schema has them', () => {
  const values = codecs['Values'] as Readonly<Record<string, number>>
  const nameOf = codecs['valuesName'] as (value: number) => string | undefined
  const keys = Object.keys(values)
  assert.is(keys.length, names.length + 1)
  names.forEach((name, index) => {
    assert.is(values[keys[index] ?? ''], index)
    assert.is(keys[index], name === '__proto__' ? '__proto___' : name)
    assert.is(nameOf(index), name)
  })
  assert.is(nameOf(names.length), undefined)
  const buffer = new DirectBuffer(new Uint8Array(1024))
  const encoder = call(make(codecs, 'EnumsEncoder'), 'wrap', buffer, 0)
  const properties = propertiesOf('Enums')
  properties.forEach((property, index) => call(encoder, property, index))
  const decoder = call(make(codecs, 'EnumsDecoder'), 'wrap', buffer, 0, call(encoder, 'sbeBlockLength'), 0)
  const json = new Map(Object.entries(call(decoder, 'toJSON') as Json))
  names.forEach((name, index) => {
    assert.is(call(decoder, properties[index] ?? ''), index)
    assert.is(json.get(properties[index] ?? ''), name)
  })
})

test('messages of every name are dispatched to handlers of their own', () => {
  const metas = Object.values(codecs).filter((value): value is MessageMeta => {
    return typeof value === 'object' && value !== null && 'templateId' in value && value.templateId as number >= 100
  })
  assert.is(metas.length, MESSAGES.length)
  const classes = Object.entries(codecs).filter(([key]) => key.endsWith('Encoder'))
  const buffer = new DirectBuffer(new Uint8Array(16))
  const called: string[] = []
  const handlers = new Proxy({}, {
    get: (_target, property) => (message: unknown) => {
      called.push(String(property))
      assert.is(call(message, 'f'), 7)
    },
  })
  const dispatcherClass = codecs['MessageDispatcher'] as new (handlers: object) => object
  const [dispatcher, ignoring] = [new dispatcherClass(handlers), new dispatcherClass({})]
  for (const { templateId, name } of metas) {
    const [key] = classes.find(([, value]) => (value as { TEMPLATE_ID?: number }).TEMPLATE_ID === templateId) ?? []
    call(encoderOf(codecs, (key ?? '').replace(/Encoder$/, ''), buffer), 'f', 7)
    assert.is(call(dispatcher, 'dispatch', buffer, 0), true, name)
    assert.is(call(ignoring, 'dispatch', buffer, 0), true, name)
  }
  assert.is(new Set(called).size, MESSAGES.length)
  // A handler of such a name would be there whether the user has one or not.
  assert.equal(called.filter((name) => name in {} || name === 'unknown'), [])
})

test.run()
