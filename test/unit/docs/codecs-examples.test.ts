import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { generateTypeScript } from '../../../codegen/index.ts'
import { runChild } from '../../support/child.ts'
import { RUNTIME, compileTypeScript, irOf } from '../../support/codecs.ts'
import { repositoryRoot } from '../../support/root.ts'
import { scratchFolder } from '../../support/scratch.ts'
import { suite } from '../../support/suite.ts'

const test = suite('examples of docs/codecs.md', { timeoutMs: 60_000 })

const page = readFileSync(join(repositoryRoot, 'docs', 'codecs.md'), 'utf8')
const examples = [...page.matchAll(/^```ts\n([^]*?)^```$/gm)].map((match) => match[1] ?? '')

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
  const files = generateTypeScript(ir, { runtimeModule: RUNTIME })
  for (const { path, text } of files) writeFileSync(join(codecs, path), text)
  examples.forEach((example, i) => {
    const text = example.replaceAll(`'godwit/sbe'`, `'${RUNTIME}'`)
    const globals = 'declare const console: { log(...values: unknown[]): void }'
    writeFileSync(join(folder, 'src', `example${i}.ts`), `${text}\n${globals}\n`)
  })
  await compileTypeScript(folder)
})

test('there are examples', () => {
  assert.ok(examples.length >= 4)
})

examples.forEach((example, i) => {
  test(`example ${i + 1} prints what it says`, async () => {
    const expected = expectedOutput(example)
    assert.ok(expected.length > 0)
    const result = await runChild(process.execPath, [join(folder, 'out', `example${i}.js`)], { timeoutMs: 20_000 })
    assert.is(result.stdout.trim(), expected, result.stderr)
  })
})

test.run()
