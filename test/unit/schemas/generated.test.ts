import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { compileSchemaFile, formatDiagnostic, generateTypeScript } from '../../../codegen/index.ts'
import type { GenerateOptions } from '../../../codegen/index.ts'
import { generateMarketData } from '../../../perf/market-data/generate.ts'
import { dataFile } from '../../../perf/market-data/data-file.ts'
import { GENERATE_OPTIONS, GENERATE_WITH_OBJECTS } from '../../../schemas/generate-options.ts'
import { repositoryRoot } from '../../support/root.ts'
import { suite } from '../../support/suite.ts'

const test = suite('committed codecs')

const SCHEMAS = join(repositoryRoot, 'schemas')
const GENERATED = join(SCHEMAS, 'generated')
const COMPARED = join(repositoryRoot, 'perf', 'sbe')

/** Schema files; the others are parts that these include. */
function schemaFiles(): string[] {
  const files = readdirSync(SCHEMAS).filter((name) => name.endsWith('.xml')).sort()
  return files.filter((name) => readFileSync(join(SCHEMAS, name), 'utf8').includes(':messageSchema'))
}

test('there are the schemas of the wire, the commands, the memory, file transfers and the market data', () => {
  const expected = ['aeron-commands.xml', 'aeron-memory.xml', 'aeron-wire.xml', 'file-transfer.xml', 'market-data.xml']
  assert.equal(schemaFiles(), expected)
})

const folders: string[] = []
for (const name of schemaFiles()) {
  test(`generating ${name} again makes no difference`, () => {
    const options = name === 'market-data.xml' ? GENERATE_WITH_OBJECTS : GENERATE_OPTIONS
    folders.push(requireCommitted(join(SCHEMAS, name), GENERATED, options))
  })
}

test('generating the car of the comparison with other libraries again makes no difference', () => {
  const runtimeModule = `../${GENERATE_OPTIONS.runtimeModule}`
  requireCommitted(join(COMPARED, 'car.xml'), join(COMPARED, 'generated'), { ...GENERATE_WITH_OBJECTS, runtimeModule })
})

/** Requires the codecs of a schema in a folder to be what the generator makes; returns the name of their folder. */
function requireCommitted(schema: string, generated: string, options: GenerateOptions): string {
  const { ir, diagnostics } = compileSchemaFile(schema)
  assert.equal(diagnostics.map(formatDiagnostic), [])
  if (ir === undefined) throw new Error(`${schema} was not compiled`)
  const folder = join(generated, ir.packageName)
  const files = generateTypeScript(ir, options)
  for (const { path, text } of files) {
    const committed = existsSync(join(folder, path)) ? readFileSync(join(folder, path), 'utf8') : ''
    assert.is(committed, text, `${ir.packageName}/${path} is not what its schema says: run "npm run generate"`)
  }
  const present = readdirSync(folder, { recursive: true }).map(String).sort()
  assert.equal(present, files.map((file) => file.path).sort(), `${ir.packageName}: run "npm run generate"`)
  return ir.packageName
}

test('there are no codecs without a schema', () => {
  assert.equal(readdirSync(GENERATED).sort(), folders.sort())
})

test('the script that generates the codecs names every schema and the options of this test', () => {
  const text = readFileSync(join(repositoryRoot, 'package.json'), 'utf8')
  const { scripts } = JSON.parse(text) as { readonly scripts: Readonly<Record<string, string>> }
  const script = scripts['generate'] ?? ''
  for (const name of schemaFiles()) assert.match(script, `schemas/${name}`)
  assert.match(script, `--import-extension ${GENERATE_OPTIONS.importExtension}`)
  assert.match(script, `--runtime-module ${GENERATE_OPTIONS.runtimeModule}`)
  assert.match(script, '--out schemas/generated')
})

test('making the market data again makes no difference', () => {
  const isSame = readFileSync(dataFile, 'utf8') === generateMarketData()
  assert.is(isSame, true, 'run "node dist/perf/market-data/generate.js"')
})

test.run()
