import { spawn } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { runChild } from '../../support/child.ts'
import type { ChildResult } from '../../support/child.ts'
import { repositoryRoot } from '../../support/root.ts'
import { suite } from '../../support/suite.ts'

const test = suite('main job', { timeoutMs: 40_000 })

const PROGRAM = join(repositoryRoot, 'dist', 'perf', 'start.js')

function start(...args: readonly string[]): Promise<ChildResult> {
  return runChild(process.execPath, [PROGRAM, ...args], { cwd: tmpdir(), timeoutMs: 30_000 })
}

function expectProof(stdout: string): void {
  assert.match(stdout, /^throughput +[\d,]+ messages\/s, [\d.]+ MB\/s/m)
  assert.match(stdout, /^latency, us +p50 +p90 +p99 +p99\.9 +max$/m)
  assert.match(stdout, /^loss +[\d,]+ of [\d,]+ datagrams dropped \([\d.]+ %\)$/m)
  assert.match(stdout, /^repair +[\d,]+ NAKs, [\d,]+ retransmits, [\d.]+ MB sent again$/m)
  assert.match(stdout, /^proof +[\d,]+ messages sent and received, each one once and in order$/m)
  assert.match(stdout, /^ +[0-9a-f]{64}$/m)
}

test('everything arrives although datagrams are lost, and the summary proves it', async () => {
  const { code, stdout, stderr } = await start('--seconds', '0.5', '--loss', '5')
  assert.is(code, 0, stderr)
  expectProof(stdout)
  assert.match(stdout, /^ +\d\.\d s {2}full speed +[\d,]+ messages\/s/m)
  assert.match(stdout, /^ {2}paced( +[\d,]+){5} {3}at [\d,]+ messages\/s$/m)
  assert.not.match(stdout, /^loss +0 of/m)
  assert.not.match(stdout, /^repair +0 NAKs/m)
  assert.match(stdout, /^passed in [\d.]+ s/m)
})

test('the sockets of Node do, too', async () => {
  const { code, stdout, stderr } = await start('--seconds', '0.3', '--media', 'dgram')
  assert.is(code, 0, stderr)
  expectProof(stdout)
})

test('the job fails when what is lost is not repaired', async () => {
  const { code, stdout, stderr } = await start('--seconds', '1', '--loss', '10', '--subscription', 'reliable=false')
  assert.is(code, 1)
  assert.match(stderr, /^FAILED: subscriber: (message|messages) \d.* missing: message \d+ arrived instead$/m)
  assert.not.match(stdout, 'proof')
})

test('the job fails when the driver refuses a channel, and says why', async () => {
  const { code, stderr } = await start('--subscription', 'rcv-wnd=much')
  assert.is(code, 1)
  assert.match(stderr, /^FAILED: subscriber: .*rcv-wnd/m)
})

test('an interrupt ends the job with the summary so far', async () => {
  const child = spawn(process.execPath, [PROGRAM, '--seconds', '60'], { stdio: ['ignore', 'pipe', 'inherit'] })
  let stdout = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    if (!stdout.includes(' s  ') && `${stdout}${text}`.includes(' s  ')) child.kill('SIGINT')
    stdout += text
  })
  const code = await new Promise((resolve) => child.once('close', resolve))
  assert.is(code, 130)
  assert.match(stdout, /^throughput +not measured$/m)
  assert.match(stdout, /^proof +[\d,]+ messages sent and received/m)
  assert.match(stdout, /^interrupted after [\d.]+ s/m)
})

test('help tells the options, and a wrong one is named', async () => {
  const help = await start('--help')
  assert.is(help.code, 0)
  for (const option of ['--seconds', '--rate', '--loss', '--media', '--subscription']) assert.match(help.stdout, option)
  const wrong = await start('--sekonds', '1')
  assert.is(wrong.code, 2)
  assert.match(wrong.stderr, 'start: unknown option "--sekonds". Did you mean "--seconds"?')
  assert.match(wrong.stderr, 'npm start -- --help')
})

test.run()
