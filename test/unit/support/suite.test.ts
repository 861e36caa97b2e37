import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { runChild } from '../../support/child.ts'
import { repositoryRoot } from '../../support/root.ts'
import { suite, withTimeout } from '../../support/suite.ts'

const test = suite('test support')

/** Runs a suite given as source text in a process of its own. */
async function runSuite(body: string): Promise<{ code: number | null; output: string }> {
  const module = JSON.stringify(join(repositoryRoot, 'dist', 'test', 'support', 'suite.js'))
  const source = `import { suite } from ${module}\nconst test = suite('sample', { timeoutMs: 50 })\n${body}\ntest.run()`
  const result = await runChild(process.execPath, ['--input-type=module', '--eval', source], {
    cwd: repositoryRoot,
    env: { NO_COLOR: '1', FORCE_COLOR: undefined },
    timeoutMs: 8_000,
  })
  return { code: result.code, output: result.stdout + result.stderr }
}

test('a test that never settles fails with its name and limit', async () => {
  const { code, output } = await runSuite("test('waits', () => new Promise((resolve) => setTimeout(resolve, 2_000)))")
  assert.is(code, 1)
  assert.match(output, 'test "sample: waits" did not finish within its limit of 50 ms')
})

test('a failing before hook fails every test', async () => {
  const { code, output } = await runSuite(
    "test.before(() => { throw new Error('no set-up') })\ntest('one', () => {})\ntest('two', () => {})",
  )
  assert.is(code, 1)
  assert.match(output, 'no set-up')
  assert.match(output, /Passed:\s+0/)
})

test('a failing after hook fails the suite', async () => {
  const { code, output } = await runSuite("test.after(() => { throw new Error('left over') })\ntest('one', () => {})")
  assert.is(code, 1)
  assert.match(output, 'left over')
})

test('a failing hook after each test fails the test', async () => {
  const { code } = await runSuite("test.after.each(() => { throw new Error('left over') })\ntest('one', () => {})")
  assert.is(code, 1)
})

test('a thrown value that is no error fails the test', async () => {
  const { code, output } = await runSuite("test('one', () => { throw undefined })")
  assert.is(code, 1)
  assert.match(output, 'thrown: undefined')
})

test('a skipped test is printed and counted', async () => {
  const { code, output } = await runSuite("test('one', () => {})\ntest.skip('two', () => {}, 'a reason')")
  assert.is(code, 0)
  assert.match(output, 'SKIPPED sample: two (a reason)')
  assert.match(output, /Skipped:\s+1/)
})

test('a passing body within its limit passes', async () => {
  await withTimeout('this', 1_000, () => undefined)
})

test.run()
