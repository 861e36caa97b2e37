import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import * as assert from 'uvu/assert'
import { runChild } from '../../support/child.ts'
import { repositoryRoot } from '../../support/root.ts'
import { suite } from '../../support/suite.ts'
import { addSummaries, formatSummary, judge, NOTHING, parseSummary } from '../../support/summary.ts'

const test = suite('test runner', { timeoutMs: 20_000 })

function compiled(path: string): string {
  return JSON.stringify(pathToFileURL(join(repositoryRoot, 'dist', 'test', path)).href)
}

/** Runs one test file given as source text through the runner, in a process of its own. */
async function runSource(body: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'godwit-runner-'))
  try {
    const file = join(folder, 'sample.test.mjs')
    writeFileSync(
      file,
      `import { suite } from ${compiled('support/suite.js')}
const test = suite('sample', { timeoutMs: 100 })
${body}
`,
    )
    const source = `import { runFiles } from ${compiled('support/run-files.js')}
import { formatSummary } from ${compiled('support/summary.js')}
const summary = await runFiles([${JSON.stringify(file)}], { timeBoxMs: 3000, blockedGraceMs: 300, exitGraceMs: 400 })
console.log('\\n' + formatSummary(summary))`
    const result = await runChild(process.execPath, ['--input-type=module', '--eval', source], {
      cwd: repositoryRoot,
      env: { NO_COLOR: '1', FORCE_COLOR: undefined },
      timeoutMs: 15_000,
    })
    return result.stdout
  } finally {
    rmSync(folder, { recursive: true })
  }
}

test('counts passed, failed and skipped tests', async () => {
  const output = await runSource(`test('one', () => {})
test('two', () => { throw new Error('no') })
test.skip('three')
test.run()`)
  assert.equal(parseSummary(output), { passed: 1, failed: 1, skipped: 1 })
})

test('ends a test that blocks its thread and names it', async () => {
  const output = await runSource("test('one', () => {})\ntest('spins', () => { for (;;); })\ntest.run()")
  assert.match(output, 'FAILED test "sample: spins" blocks its thread and did not finish within its limit of 100 ms')
  assert.equal(parseSummary(output), { passed: 1, failed: 1, skipped: 0 })
})

test('ends a process that a test keeps alive', async () => {
  const output = await runSource("test('leaks', () => { setInterval(() => {}, 1000) })\ntest.run()")
  assert.match(output, 'the process did not go on after test "sample: leaks"')
  assert.equal(parseSummary(output), { passed: 1, failed: 1, skipped: 0 })
})

test('fails when a file cannot be loaded, ends the process or runs no test', async () => {
  const exits = "test('one', () => process.exit(0))\ntest.run()"
  for (const body of ["throw new Error('no')", exits, "test('one', () => {})"]) {
    const summary = parseSummary(await runSource(body))
    assert.ok(summary !== undefined && summary.failed > 0, body)
  }
})

test('a summary line is read back, and only from the last line', () => {
  const summary = { passed: 3, failed: 0, skipped: 12 }
  assert.equal(parseSummary(`text\n${formatSummary(summary)}\n`), summary)
  assert.is(parseSummary('1 passed, 0 failed, 0 skipped\nmore'), undefined)
  assert.is(parseSummary(''), undefined)
  assert.equal(addSummaries(summary, { passed: 1, failed: 2, skipped: 3 }), { passed: 4, failed: 2, skipped: 15 })
})

test('nothing passed is a failure', () => {
  assert.is(judge(NOTHING, true).failed, 1)
  assert.is(judge({ passed: 5, failed: 0, skipped: 0 }, false).failed, 1)
  assert.is(judge({ passed: 5, failed: 0, skipped: 0 }, true).failed, 0)
  assert.is(judge({ passed: 5, failed: 2, skipped: 0 }, false).failed, 2)
})

test.run()
