import * as assert from 'uvu/assert'
import { DirectBuffer } from '../../../codegen/runtime/index.ts'
import type { CompositeMeta, MessageMeta } from '../../../codegen/runtime/index.ts'
import { generateTypeScript } from '../../../codegen/index.ts'
import { irOf } from '../../support/codecs.ts'
import { decodeJson } from '../../support/json-encoder.ts'
import { suite } from '../../support/suite.ts'
import { call, decoderOf, encoderOf, loadModules, make } from './codec-harness.ts'
import type { CodecModule } from './codec-harness.ts'
import { escaped, schemaText } from './schema-parts.ts'

const test = suite('names and texts with odd characters')

/** What would take effect if any text of a schema were code. */
const INJECTED = 'globalThis.injectedByASchema=1'
const HOSTILE = [
  `*/ ${INJECTED} /*`, `\`+(${INJECTED})+\``, `\${${INJECTED}}`, `'+(${INJECTED})+'`, `"+(${INJECTED})+"`,
  `\\';${INJECTED};'`, `\\\`;${INJECTED};\``, `\n${INJECTED}\n`, `\r${INJECTED}`, `\u2028${INJECTED}\u2029`,
  `//${INJECTED}`, `</script>`, `\\u{110000}`, `\\x`, `\\`, `*`, `/`, `**/`, `*\u200b/`, `@internal`,
  `@ts-${'nocheck'}`, `\ufeff`, '\u0085', '\u00a0',
]
const NAMES = [
  ...HOSTILE.map((text) => text.replace(/[\n\r]/g, ' ')),
  'two words', 'two-words', 'two.words', '1st', '42', '-', '_', '$', '$$', '日本語', 'ñandú', 'Ünïcode', 'ǆ', 'ß',
  '𝒳', '😀', 'a\u0301', 'á', '#private', 'async*', 'get x', '[Symbol.iterator]', 'a,b', 'a:b', 'a=1', 'a?', 'a!',
  '\u200d', '٣', 'ﬁ',
]

const attribute = (name: string, text: string): string => `${name}="${escaped(text)}"`
const named = (text: string): string => attribute('name', text)
const each = (make: (name: string, index: number) => string): string => NAMES.map(make).join('\n')

const NAMED = schemaText({
  types: `
    <enum name="Values" encodingType="uint16">
      ${each((n, i) => `<validValue ${named(n)}>${i}</validValue>`)}</enum>
    <set name="Choices" encodingType="uint64">${each((n, i) => `<choice ${named(n)}>${i}</choice>`)}</set>
    <composite name="Members">${each((n) => `<type ${named(n)} primitiveType="uint8"/>`)}</composite>
    ${each((n, i) => i % 2 === 0
      ? `<enum ${named(`T ${n}`)} encodingType="uint8"><validValue name="A">1</validValue></enum>`
      : `<composite ${named(`T ${n}`)}><type name="a" primitiveType="uint8"/></composite>`)}`,
  messages: `
    <message name="Fields" id="1">${each((n, i) => `<field ${named(n)} id="${i}" type="uint16"/>`)}</message>
    <message name="Groups" id="2">${each((n, i) => `<group ${named(n)} id="${i}">
      <field name="x" id="1" type="uint8"/></group>`)}</message>
    <message name="Data" id="3">${each((n, i) => `<data ${named(n)} id="${i}" type="varString"/>`)}</message>
    <message name="Types" id="4"><field name="v" id="1" type="Values"/><field name="c" id="2" type="Choices"/>
      <field name="m" id="3" type="Members"/>
      ${each((n, i) => `<field name="f${i}" id="${i + 10}" ${attribute('type', `T ${n}`)}/>`)}</message>
    ${each((n, i) => `<message ${named(n)} id="${i + 10}"><field name="x" id="1" type="uint8"/>
      <group name="g" id="2"><data name="d" id="3" type="varString"/></group></message>`)}`,
})

/** An element of every kind with a text in every attribute that is only told. */
function described(text: string, index: number): string {
  const description = attribute('description', text)
  const semantics = attribute('semanticType', text)
  const times = `${attribute('epoch', text)} ${attribute('timeUnit', text)}`
  return `<message name="M${index}" id="${index + 1}" ${description} ${semantics}>
    <field name="a" id="1" type="uint8" ${description} ${semantics} ${times} deprecated="1"/>
    <field name="e" id="2" type="Values" ${description}/>
    <field name="c" id="3" type="Marks"/><field name="p" id="4" type="Point"/>
    <field name="k" id="5" ${attribute('type', `K${index}`)}/>
    <group name="g" id="6" ${description}><field name="x" id="1" type="uint8" ${description}/></group>
    <data name="d" id="7" type="varString" ${description} ${semantics}/>
  </message>`
}

const TEXT = HOSTILE.join(' | ')
const DESCRIBED = schemaText({
  attributes: `version="1" ${attribute('semanticVersion', TEXT)} ${attribute('description', TEXT)}`,
  types: `
    <enum name="Values" encodingType="uint8" ${attribute('description', TEXT)}>
      <validValue name="A" ${attribute('description', TEXT)}>1</validValue></enum>
    <set name="Marks" encodingType="uint8" ${attribute('description', TEXT)}>
      <choice name="on" ${attribute('description', TEXT)}>0</choice></set>
    <composite name="Point" ${attribute('description', TEXT)}>
      <type name="x" primitiveType="uint8" ${attribute('description', TEXT)}/></composite>
    ${HOSTILE.map((text, i) => `<type name="K${i}" primitiveType="char" presence="constant"
      characterEncoding="UTF-8">= ${escaped(text)}</type>`).join('')}`,
  messages: HOSTILE.map(described).join('\n'),
})

const { namedModule, describedModule } = await loadModules(
  { namedModule: NAMED, describedModule: DESCRIBED }, { precedenceChecks: true },
)
const buffer = new DirectBuffer(new Uint8Array(2048))

function newEncoder(module: CodecModule, message: string): unknown {
  buffer.bytes.fill(0)
  return encoderOf(module, message, buffer)
}

function notInjected(): void {
  assert.is((globalThis as { injectedByASchema?: number }).injectedByASchema, undefined)
}

test('names that are no identifiers become identifiers, and members keep their values apart', () => {
  const module = namedModule
  const owners = {
    Fields: Object.keys((module['FieldsMeta'] as MessageMeta).fields),
    Groups: Object.keys((module['GroupsMeta'] as MessageMeta).groups),
    Data: Object.keys((module['DataMeta'] as MessageMeta).data),
    Members: Object.keys((module['MembersMeta'] as CompositeMeta).members),
  }
  for (const [owner, properties] of Object.entries(owners)) {
    assert.is(properties.length, NAMES.length, owner)
    for (const property of properties) assert.match(property, /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u)
  }
  const pick = (name: string): string | undefined => owners.Fields[NAMES.indexOf(name)]
  assert.equal(['two words', '1st', '日本語', 'Ünïcode'].map(pick), ['two_words', '_1st', '日本語', 'ünïcode'])
  let encoder = newEncoder(module, 'Fields')
  owners.Fields.forEach((property, i) => call(encoder, property, i + 300))
  assert.equal(Object.values(decodeJson(module, 'Fields', buffer)), NAMES.map((_, i) => i + 300))
  encoder = newEncoder(module, 'Groups')
  owners.Groups.forEach((property, i) => call(call(call(encoder, `${property}Count`, 1), 'next'), 'x', i))
  assert.equal(Object.values(decodeJson(module, 'Groups', buffer)), NAMES.map((_, i) => [{ x: i }]))
  encoder = newEncoder(module, 'Data')
  owners.Data.forEach((property, i) => call(encoder, property, `d${i}`))
  assert.equal(Object.values(decodeJson(module, 'Data', buffer)), NAMES.map((_, i) => `d${i}`))
  notInjected()
})

test('text and errors give odd names as they are, and as text only', () => {
  const module = namedModule
  const metas = Object.entries(module).filter(([key, value]) => {
    return key.endsWith('Meta') && typeof value === 'object' && value !== null && 'templateId' in value
  })
  for (const [key, value] of metas) {
    const { name, templateId } = value as MessageMeta
    if (templateId < 10) continue
    assert.is(name, NAMES[templateId - 10])
    const message = key.slice(0, -'Meta'.length)
    const encoder = newEncoder(module, message)
    call(encoder, 'x', 7)
    call(call(call(encoder, 'gCount', 1), 'next'), 'd', '')
    const decoder = decoderOf(module, message, buffer)
    assert.ok(String(decoder).startsWith(`[${name}](sbeTemplateId=${templateId}|`), String(decoder))
    assert.throws(() => call(decoder, 'wrap', buffer, 0, 0, 0), (error: Error) => error.message.includes(name))
  }
  notInjected()
})

test('values and choices keep their odd names in text and JSON', () => {
  const module = namedModule
  const values = module['Values'] as Readonly<Record<string, number>>
  const nameOf = module['valuesName'] as (value: number) => string | undefined
  NAMES.forEach((name, index) => assert.equal([values[name], nameOf(index)], [index, name]))
  const encoder = newEncoder(module, 'Types')
  call(encoder, 'v', 3)
  call(encoder, 'cRaw', 1n << 5n)
  const json = decodeJson(module, 'Types', buffer) as { v: string; c: Readonly<Record<string, boolean>> }
  assert.is(json.v, NAMES[3])
  assert.equal(Object.values(json.c).map((on, index) => (on ? index : -1)).filter((index) => index >= 0), [5])
  notInjected()
})

test('descriptions and other texts stay within comments and strings, word for word', () => {
  const module = describedModule
  notInjected()
  HOSTILE.forEach((text, index) => {
    const meta = module[`M${index}Meta`] as MessageMeta
    const field = meta.fields['a']
    assert.equal([meta.semanticType, meta.data['d']?.semanticType], [text, text])
    assert.equal([field?.semanticType, field?.epoch, field?.timeUnit], [text, text, text])
    const decoder = make(module, `M${index}Decoder`)
    assert.equal([call(decoder, 'k'), call(decoder, 'sbeSemanticType')], [`= ${text}`, text])
    assert.is(call(decoder, 'sbeSemanticVersion'), TEXT)
    assert.is(meta.semanticVersion, TEXT)
  })
  notInjected()
})

test('no generated line breaks within a text', () => {
  for (const { path, text } of generateTypeScript(irOf({ name: 'described', schema: { text: DESCRIBED } }))) {
    assert.not.match(text, /[\r\u2028\u2029]/, path)
    for (const line of text.split('\n')) {
      if (line.includes(INJECTED)) assert.match(line, /^\s*(?:\*|\/\*\*|.*')/, `${path}: ${line}`)
    }
  }
})

test.run()
