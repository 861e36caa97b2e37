import * as assert from 'uvu/assert'
import { MemberNames } from '../../../codegen/typescript/names.ts'
import { suite } from '../../support/suite.ts'
import { loadModules } from './codec-harness.ts'
import type { CodecModule } from './codec-harness.ts'
import { escaped, schemaText } from './schema-parts.ts'

const test = suite('names in plain objects', { timeoutMs: 60_000 })

/** What TypeScript, every object or the code around has a meaning for. */
const NAMES = [...new Set([
  ...Object.getOwnPropertyNames(Object.prototype),
  ...`prototype then toJSON abstract any arguments as async await bigint boolean break case catch class const continue
  debugger declare default delete do else enum eval export extends false finally for from function get if implements
  import in infer instanceof interface is keyof let module namespace never new null number object of override package
  private protected public readonly return satisfies set static string super switch symbol this throw true try type
  typeof undefined unique unknown using var void while with yield at bits blockLength buffer bytes count decoder element
  encoder end entries entry first header i i0 i1 i2 k length limit message name offset path start value version view
  passData passData2 readUint16s readInt64s valueError copyBytes exactNumber isBytes textError Number Array Int8Array
  Uint8Array String Math BigInt DirectBuffer`.split(/\s+/),
])]

const field = (name: string, i: number): string =>
  `<field name="${escaped(name)}" id="${i + 1}" type="${['uint16', 'Code', 'Long', 'Price', 'Marks'][i % 5]}"/>`
const fields = NAMES.map(field).join('\n')
const data = NAMES.map((name, i) =>
  `<data name="${name}" id="${i + 500}" type="${i % 2 === 0 ? 'varString' : 'varBytes'}"/>`)
const groups = NAMES.map((name, i) => `<group name="${name}" id="${i + 1}"><field name="${name}" id="1" type="Long"/>
  <group name="${name}2" id="2"><data name="${name}" id="3" type="varString"/></group></group>`)

const MESSAGES = [
  'Message', 'MessageObject', 'Objects', 'Text', 'Bytes', 'Object', 'Trade', 'TradeObject', 'tradeToObject', 'Utf8',
  'Int8Array', 'Index', 'constructor', '__proto__', 'class',
]

const SCHEMA = schemaText({
  types: `<type name="Code" primitiveType="char" length="3"/><type name="Long" primitiveType="uint16" length="9"/>
    <composite name="Price">${NAMES.map((name, i) => i % 3 === 0
      ? `<type name="${name}" primitiveType="uint8" presence="constant">1</type>`
      : `<type name="${name}" primitiveType="${i % 3 === 1 ? 'uint8' : 'int64'}"/>`).join('')}</composite>
    <set name="Marks" encodingType="uint64">${NAMES.slice(0, 64).map((name, i) =>
      `<choice name="${name}">${i}</choice>`).join('')}</set>`,
  messages: `<message name="Fields" id="100">${fields}</message>
    <message name="Data" id="101">${data.join('\n')}</message>
    <message name="Groups" id="102">${groups.join('\n')}</message>
    ${MESSAGES.map((name, i) => `<message name="${name}" id="${i + 1}"><field name="x" id="1" type="uint8"/></message>`)
      .join('\n')}`,
})

const { plain } = await loadModules({ plain: SCHEMA }, { objects: 'bigint' })
const { checked } = await loadModules({ checked: SCHEMA }, { objects: 'number', precedenceChecks: true })

type Plain = Record<string, unknown>

function run(module: CodecModule, name: string, value: unknown): unknown {
  const found = module[name]
  if (typeof found !== 'function') throw new TypeError(`no function ${name}`)
  return Reflect.apply(found, undefined, [value])
}

/** As an object that was decoded from zeros, with other values in all properties but constants, which are 1. */
function filled(object: unknown, wide: (value: number) => unknown): unknown {
  let next = 1
  const fill = (value: unknown): unknown => {
    switch (typeof value) {
      case 'number': return next++ % 100
      case 'bigint': return wide(next++)
      case 'boolean': return next++ % 2 === 0
      case 'string': return `t${next++ % 90}`
      default: break
    }
    if (value instanceof Uint8Array) return Uint8Array.of(next++ & 0xff)
    if (Array.isArray(value)) return value.map(fill)
    const entries = Object.entries(value as Plain)
    return Object.fromEntries(entries.map(([key, inner]) => [key, inner === 1 ? 1 : fill(inner)]))
  }
  return fill(object)
}

for (const [what, module, wide] of [['plain', plain, BigInt], ['checked', checked, Number]] as const) {
  test(`fields, groups and data of any name are properties of their own, in ${what} codecs`, () => {
    const bytes = new Uint8Array(1 << 15)
    const encoder = Reflect.construct(module['FieldsEncoder'] as new () => unknown, []) as { sbeBlockLength(): number }
    const view = new DataView(bytes.buffer)
    const header = [encoder.sbeBlockLength(), 100, 1, 0]
    for (const [i, value] of header.entries()) view.setUint16(i * 2, value, true)
    const zeros = run(module, 'fieldsFromBytes', bytes) as Plain
    assert.is(Object.keys(zeros).length, NAMES.length)
    assert.is(Object.getPrototypeOf(zeros), Object.prototype)
    const object = filled(zeros, wide) as Plain
    assert.equal(run(module, 'fieldsFromBytes', run(module, 'fieldsToBytes', object)), object)

    const text = Object.fromEntries(Object.keys(zeros).map((key, i) =>
      [key, i % 2 === 0 ? `é${i}` : Uint8Array.of(i)]))
    assert.equal(run(module, 'dataFromBytes', run(module, 'dataToBytes', text)), text)
  })

  test(`groups of any name are properties of their own, in ${what} codecs`, () => {
    const groups = NAMES.map((name) => {
      const [field, group] = propertiesOf([name, `${name}2`])
      const inner = Object.fromEntries(propertiesOf([name]).map((data) => [data, `é ${name}`]))
      return [{ [field ?? '']: [1, 2, 3, 4, 5, 6, 7, 8, 9], [group ?? '']: [inner, inner] }]
    })
    const object = Object.fromEntries(propertiesOf(NAMES).map((property, i) => [property, groups[i]]))
    assert.is(Object.keys(object).length, NAMES.length)
    assert.equal(run(module, 'groupsFromBytes', run(module, 'groupsToBytes', object)), object)
  })
}

/** What the members of a block are called. */
function propertiesOf(names: readonly string[]): string[] {
  const members = names.map((name) => ({ name }))
  const properties = new MemberNames(members)
  return members.map((member) => properties.of(member))
}

test('messages and types of any name have functions of their own', () => {
  const toBytes = Object.keys(plain).filter((name) => name.endsWith('ToBytes'))
  assert.is(toBytes.length, MESSAGES.length + 4, 'of all messages, and the one for any')
  const results = new Set<string>()
  for (const name of toBytes) {
    if (/^(fields|data|groups|message)ToBytes$/.test(name)) continue
    results.add(Buffer.from(run(plain, name, { x: 5 }) as Uint8Array).toString('hex'))
  }
  assert.is(results.size, MESSAGES.length)
})

test('objects and stages are there beside each other', async () => {
  const { staged } = await loadModules({ staged: SCHEMA }, { objects: 'bigint', staged: true })
  assert.equal(run(staged, 'tradeFromBytes', run(staged, 'tradeToBytes', { x: 5 })), { x: 5 })
})

test('objects leave the names of codecs as they are', async () => {
  const { bare } = await loadModules({ bare: SCHEMA })
  for (const name of Object.keys(bare)) assert.ok(name in plain, name)
})

test.run()
