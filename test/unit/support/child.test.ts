import * as assert from 'uvu/assert'
import { runChild, runChildOk } from '../../support/child.ts'
import { suite } from '../../support/suite.ts'

const test = suite('child processes')

const node = (script: string): readonly string[] => ['-e', script]

test('gives code, output and input of a child', async () => {
  const script = "process.stdin.pipe(process.stdout); process.stderr.write('e'); process.exitCode = 3"
  const result = await runChild(process.execPath, node(script), { timeoutMs: 8_000, input: 'text' })
  assert.equal([result.code, result.stdout, result.stderr, result.timedOut], [3, 'text', 'e', false])
})

test('ends a child that takes too long, and what it started', async () => {
  const script = `const { spawn } = require('node:child_process')
spawn(process.execPath, ['-e', "console.log('there'); setInterval(() => {}, 1000)"], { stdio: 'inherit' })
setInterval(() => {}, 1000)`
  // Both hold the output open, so that the result is there when both have ended.
  const result = await runChild(process.execPath, node(script), { timeoutMs: 1_500 })
  assert.ok(result.timedOut)
  assert.equal([result.code, result.signal, result.stdout], [null, 'SIGKILL', 'there\n'])
})

test('a failure holds the output of the child', async () => {
  const options = { timeoutMs: 8_000 }
  const error = await runChildOk(process.execPath, node("console.log('said'); process.exit(2)"), options).catch(String)
  assert.match(String(error), /ended with 2[^]*said/)
})

test('a command that is not there is an error', async () => {
  const error = await runChild('godwit-no-such-command', [], { timeoutMs: 8_000 }).catch(String)
  assert.match(String(error), 'ENOENT')
})

test.run()
