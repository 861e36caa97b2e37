import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as assert from 'uvu/assert'
import { generateTypeScript } from '../../../codegen/index.ts'
import { runChild } from '../../support/child.ts'
import { RUNTIME, compileTypeScript, irOf } from '../../support/codecs.ts'
import { repositoryRoot } from '../../support/root.ts'
import { scratchFolder } from '../../support/scratch.ts'
import { suite } from '../../support/suite.ts'

const test = suite('examples of the documents', { timeoutMs: 60_000 })

const PAGES = ['codecs.md', 'codegen-api.md', 'compiler.md', 'sbe-tools.md']
/** Folder that examples write to: each of them gets one of its own. */
const OUTPUT_FOLDER = `'src/codecs'`
const GLOBALS = `
declare const console: { log(...values: unknown[]): void }
declare class TextEncoder { encode(text: string): Uint8Array }
`
const COMPILER = fileURLToPath(new URL('../../../codegen/index.js', import.meta.url))

interface Example {
  readonly name: string
  readonly text: string
}

const examples: Example[] = PAGES.flatMap((page) => {
  const text = readFileSync(join(repositoryRoot, 'docs', page), 'utf8')
  const blocks = [...text.matchAll(/^```ts\n([^]*?)^```$/gm)].map((match) => match[1] ?? '')
  return blocks.map((block, i) => ({ name: `${page.replace('.md', '')}-${i + 1}`, text: block }))
})

/** What an example says it prints: the comments behind its console.log calls and on lines of their own. */
function expectedOutput(example: string): string {
  return example
    .split('\n')
    .map((line) => /^\/\/ (.*)$|console\.log.* \/\/ (.*)$/.exec(line))
    .flatMap((match) => (match === null ? [] : [match[1] ?? match[2] ?? '']))
    .join('\n')
}

const folder = scratchFolder('docs')

test.before(async () => {
  const codecs = join(folder, 'src', 'marketdata')
  mkdirSync(codecs, { recursive: true })
  const ir = irOf({ name: 'marketdata', schema: join(repositoryRoot, 'schemas', 'market-data.xml') })
  const files = generateTypeScript(ir, { runtimeModule: RUNTIME, staged: true, objects: 'bigint' })
  for (const { path, text } of files) writeFileSync(join(codecs, path), text)
  for (const { name, text } of examples) {
    const runnable = text
      .replaceAll(`'godwit/sbe'`, `'${RUNTIME}'`)
      .replaceAll(`'godwit/codegen'`, `'${COMPILER}'`)
      .replaceAll(OUTPUT_FOLDER, JSON.stringify(join(folder, 'written', name)))
    writeFileSync(join(folder, 'src', `${name}.ts`), `${runnable}${GLOBALS}`)
  }
  await compileTypeScript(folder)
})

test('every page has examples', () => {
  for (const page of PAGES) assert.ok(examples.some(({ name }) => name.startsWith(page.replace('.md', ''))), page)
})

for (const { name, text } of examples) {
  test(`example ${name} prints what it says`, async () => {
    const expected = expectedOutput(text)
    assert.ok(expected.length > 0)
    const result = await runChild(process.execPath, [join(folder, 'out', `${name}.js`)], {
      cwd: repositoryRoot,
      timeoutMs: 20_000,
    })
    assert.is(result.stdout.trim(), expected, result.stderr)
  })
}

test.run()
