import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { compileSchemaFile, compileSchemaText, decodeIr, encodeIr, generateTypeScript } from '../../../codegen/index.ts'
import type { Ir } from '../../../codegen/index.ts'
import { membersWithLostVersions } from '../../../codegen/ir-file/lost-versions.ts'
import { repositoryRoot } from '../../support/root.ts'
import { withSeed } from '../../support/seed.ts'
import { suite } from '../../support/suite.ts'
import { vectorsDir, withVectors } from '../../support/vectors.ts'
import { generateSchema, printSchema } from '../../suites/java/schema-generator.ts'
import { asInFile, compiled, contentOf, FULL_IR, tokensOf, withToken } from './ir-files.ts'

const test = suite('ir: decode', { timeoutMs: 30_000 })

const RANDOM_SCHEMAS = 60

function schemasIn(folder: string): string[] {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  return paths.filter((path) => path.endsWith('.xml')).sort().map((path) => join(folder, path))
}

/** Reads what was written, and holds it against the schema: its tokens, and the codecs that come of them. */
function assertRoundTrip(ir: Ir, what: string): void {
  const bytes = encodeIr(ir)
  const read = decodeIr(bytes)
  assert.equal(contentOf(read), contentOf(ir), what)
  assert.equal(encodeIr(read), encodeIr(asInFile(ir)), what)
  if (membersWithLostVersions(ir, read).length > 0) return
  assert.equal(codeOf(read), codeOf(asInFile(ir)), what)
}

/** Codecs without their comments: a file does not tell since when a type is there that only newer fields use. */
function codeOf(ir: Ir): unknown {
  const code = (text: string): string => text.replaceAll(/ *\/\*\*[^]*?\*\/\n/g, '')
  return generateTypeScript(ir, { objects: 'bigint', staged: true }).map(({ path, text }) => [path, code(text)])
}

test('reads the schema with everything in it token by token, and makes the same codecs of it', () => {
  assertRoundTrip(FULL_IR, 'full schema')
})

for (const file of schemasIn(join(repositoryRoot, 'schemas'))) {
  const { ir } = compileSchemaFile(file)
  if (ir !== undefined) test(`${file.slice(repositoryRoot.length + 1)} comes back`, () => assertRoundTrip(ir, file))
}

withVectors(test)('every published and every test schema comes back', () => {
  const taken = schemasIn(vectorsDir('sbe')).filter((file) => {
    const { ir } = compileSchemaFile(file, { lenient: true })
    if (ir !== undefined) assertRoundTrip(ir, file)
    return ir !== undefined
  })
  assert.ok(taken.length > 70, `${taken.length} schemas`)
})

test('random schemas come back', () =>
  withSeed('ir/random', (random) => {
    for (let index = 0; index < RANDOM_SCHEMAS; index++) {
      const text = printSchema(generateSchema(random, { hostile: random.bool(0.3) }), random)
      const { ir } = compileSchemaText(text, 'random.xml')
      if (ir !== undefined) assertRoundTrip(ir, text)
    }
  }))

test('takes bytes that lie somewhere in a buffer', () => {
  const bytes = encodeIr(FULL_IR)
  const room = new Uint8Array(bytes.length + 20).fill(0xff)
  room.set(bytes, 7)
  assert.equal(contentOf(decodeIr(room.subarray(7, 7 + bytes.length))), contentOf(FULL_IR))
})

test('messages come in the order of their ids, whatever that of the file', () => {
  const ir = compiled(readFileSync(join(repositoryRoot, 'schemas', 'market-data.xml'), 'utf8'))
  const backwards = { ...ir, messages: [...ir.messages].reverse() }
  assert.equal(decodeIr(encodeIr(backwards)).messages.map(({ id }) => id), [1, 2, 3, 4, 5])
})

test('reads the layout of releases up to 1.35, which had no packages of types', () => {
  const read = decodeIr(encodeIr(FULL_IR, { layout: '1.6' }))
  const without = (ir: Ir): unknown => JSON.parse(JSON.stringify(contentOf(ir)), (key, value: unknown) =>
    key === 'packageName' && value === 'full.types' ? undefined : value)
  assert.ok(tokensOf(FULL_IR).some(({ packageName }) => packageName === 'full.types'))
  assert.equal(without(read), without(FULL_IR))
})

test('takes what releases before 1.35 left where deprecations belong for nothing', () => {
  const ir = { ...compiled(smallSchema('a.package.of.some.length')) }
  const bytes = encodeIr(ir, { layout: '1.6' })
  const view = new DataView(bytes.buffer)
  // The memory held the frame before: the eleventh to fourteenth characters of the package.
  const left = view.getInt32(24, true)
  assert.is(String.fromCharCode(...bytes.subarray(24, 28)), 'of.s')
  const isDeprecated = (read: Ir): boolean => tokensOf(read).some(({ deprecated }) => deprecated !== 0)
  let at = 12 + 2 + ir.packageName.length + 2 + 2
  const places: number[] = []
  while (at < bytes.length) {
    places.push(at + 24)
    at += 28
    for (let strings = 0; strings < 11; strings++) at += 2 + view.getUint16(at, true)
  }
  for (const place of places) view.setInt32(place, left, true)
  assert.not.ok(isDeprecated(decodeIr(bytes)))
  // One token that differs was written by a release that means it.
  view.setInt32(places[0] ?? 0, 1, true)
  assert.ok(isDeprecated(decodeIr(bytes)))
})

test('versions of enums, sets and composites in composites survive, however their fields hide them', () => {
  const schema = smallSchema('p', `
    <enum name="E" encodingType="uint8"><validValue name="A">1</validValue></enum>
    <set name="F" encodingType="uint8"><choice name="a">1</choice></set>
    <composite name="Inner"><type name="x" primitiveType="uint8"/><ref name="f" type="F" sinceVersion="4"/></composite>
    <composite name="Outer">
      <type name="y" primitiveType="uint8"/><ref name="e" type="E" sinceVersion="2"/>
      <ref name="inner" type="Inner" sinceVersion="3"/>
    </composite>`, `
    <field name="old" id="1" type="Outer"/>
    <field name="newer" id="2" type="Outer" sinceVersion="3"/>
    <field name="newest" id="3" type="Inner" sinceVersion="5"/>`)
  const ir = compiled(schema)
  assert.equal(membersWithLostVersions(ir, decodeIr(encodeIr(ir))), [])
  const members = (of: Ir): unknown => tokensOf(of)
    .filter(({ signal }) => signal !== 'ENCODING')
    .filter(({ name }) => ['e', 'f', 'inner'].includes(name))
    .map(({ signal, name, sinceVersion }) => [signal, name, sinceVersion])
  assert.equal(members(decodeIr(encodeIr(ir))), members(ir))
  assert.equal(codeOf(decodeIr(encodeIr(ir))), codeOf(ir))
})

test('tells which members of composites lose their versions', () => {
  const ir = compiled(smallSchema('p', `
    <composite name="Inner" sinceVersion="2"><type name="b" primitiveType="uint8" sinceVersion="3"/></composite>
    <composite name="C">
      <type name="a" primitiveType="uint8"/><type name="late" primitiveType="uint8" sinceVersion="1"/>
      <ref name="inner" type="Inner"/>
    </composite>`, '<field name="f" id="1" type="C"/><field name="g" id="2" type="C" sinceVersion="1"/>'))
  const read = decodeIr(encodeIr(ir))
  assert.equal(membersWithLostVersions(ir, read), ['C.late', 'Inner.b'])
  const late = tokensOf(read).filter(({ name }) => name === 'late')
  assert.equal(late.map(({ sinceVersion }) => sinceVersion), [0, 0])
})

test('takes the version of the type for that of a field, as releases before 1.16 left it', () => {
  const ir = compiled(smallSchema('p', '', '<field name="f" id="1" type="uint8" sinceVersion="2"/>'))
  const old = withToken(ir, 'BEGIN_FIELD f', (token) => ({ ...token, version: 0 }))
  assert.is(tokensOf(decodeIr(encodeIr(old))).find(({ name }) => name === 'f')?.version, 2)
})

function smallSchema(packageName: string, types = '', fields = '<field name="f" id="1" type="uint8"/>'): string {
  const header = ['blockLength', 'templateId', 'schemaId', 'version']
  return `<messageSchema package="${packageName}" id="1" version="5"><types><composite name="messageHeader">
    ${header.map((name) => `<type name="${name}" primitiveType="uint16"/>`).join('')}</composite>${types}</types>
    <message name="M" id="1">${fields}</message></messageSchema>`
}

test.run()
