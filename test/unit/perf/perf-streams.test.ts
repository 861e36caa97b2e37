import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { CLOSED, MAX_POSITION_EXCEEDED } from '../../../client/log/offer-result.ts'
import { noop } from '../../../client/memory/idle-strategy.ts'
import { GodwitError } from '../../../codegen/runtime/index.ts'
import { latencyOptions, throughputOptions } from '../../../perf/cli/options.ts'
import { measureLatency, measureThroughput } from '../../../perf/streams/measure.ts'
import { checkRefusal } from '../../../perf/streams/throughput.ts'
import { Turns } from '../../../perf/streams/turns.ts'
import { runChild } from '../../support/child.ts'
import { repositoryRoot } from '../../support/root.ts'
import { suite } from '../../support/suite.ts'
import { runPerf } from './run-perf.ts'

const test = suite('perf: streams', { timeoutMs: 20_000 })

const SHORT = ['--seconds', '0.1', '--warm-up', '0.05', '--idle', 'backoff', '--term-length', '1m']
/** For runs that are expected to end early. */
const LONG = ['--seconds', '15', '--idle', 'backoff']
const UDP = ['--channel', 'aeron:udp?endpoint=localhost:0']

/** What a run prints with --json. */
async function figuresOf(...args: readonly string[]): Promise<Readonly<Record<string, unknown>>> {
  const { code, out, err } = await runPerf(...args, ...SHORT, '--json')
  assert.is(code, 0, err)
  return JSON.parse(out) as Record<string, unknown>
}

function numberIn(figures: Readonly<Record<string, unknown>>, name: string): number {
  const value = figures[name]
  assert.type(value, 'number', name)
  return value as number
}

async function rejectionOf(run: Promise<unknown>): Promise<GodwitError> {
  const error = await run.then(() => undefined, (reason: unknown) => reason)
  assert.instance(error, GodwitError)
  return error as GodwitError
}

const RUNS: readonly (readonly [string, readonly string[]])[] = [
  ['IPC, claimed', ['--claim', '--concurrent']],
  ['IPC, fragmented, driver invoked', ['--length', '20000', '--driver', 'invoker']],
  ['UDP, dedicated threads', [...UDP, '--threading', 'DEDICATED']],
  ['UDP, driver invoked, fragmented', [...UDP, '--driver', 'invoker', '--length', '5000']],
  ['UDP, driver invoked, sockets of Node', [...UDP, '--driver', 'invoker', '--media', 'dgram']],
]

for (const [name, args] of RUNS) {
  test(`${name}: throughput as JSON`, async () => {
    const figures = await figuresOf('throughput', ...args)
    const { plan, environment } = figures as {
      readonly plan: { readonly length: number }
      readonly environment: Readonly<Record<string, unknown>>
    }
    const perSecond = numberIn(figures, 'messagesPerSecond')
    assert.ok(perSecond > 0, `${perSecond} messages per second`)
    assert.is(Math.round(numberIn(figures, 'bytesPerSecond')), Math.round(perSecond * plan.length))
    assert.is(numberIn(figures, 'messages'), Math.round(perSecond * numberIn(figures, 'seconds')))
    assert.ok(numberIn(figures, 'published') >= numberIn(figures, 'messages'))
    assert.is(numberIn(figures, 'comparedWhole'), Math.ceil(numberIn(figures, 'published') / 1024))
    assert.is(figures['interrupted'], false)
    assert.is(environment['node'], process.versions.node)
    assert.is(environment['termLength'], 1048576)
    assert.is(environment['mtuLength'], 1408)
  })
}

test('latency as JSON, in both loops and over both media', async () => {
  for (const args of [['--length', '3000'], [...UDP, '--rate', '2000']]) {
    const figures = await figuresOf('latency', ...args)
    const times = ['minUs', 'p50Us', 'p90Us', 'p99Us', 'p999Us', 'maxUs'].map((time) => numberIn(figures, time))
    assert.ok(times[0]! > 0, `the shortest time is ${times[0]}`)
    assert.equal(times, [...times].sort((a, b) => a - b))
    assert.ok(numberIn(figures, 'count') > 0)
    assert.ok(numberIn(figures, 'meanUs') > 0)
    assert.is(figures['loop'], args.includes('--rate') ? 'open' : 'closed')
  }
})

test('text tells figures, machine and stream', async () => {
  const { code, out, err } = await runPerf('throughput', ...SHORT)
  assert.is(code, 0)
  assert.is(err, '')
  assert.match(out, `Node ${process.versions.node}`)
  assert.match(out, 'aeron:ipc, stream 1001, 32 bytes, MTU 1408, terms of 1048576')
  assert.match(out, 'driver embedded: conductor, sender and receiver in one thread of the driver')
  assert.match(out, /^[\d,]+ messages per second, [\d.,]+ MB per second$/m)
})

test('a message that is missing, comes again or differs fails the run', async () => {
  const threadModule = new URL('./faulty-thread.js', import.meta.url)
  const faults = { drop: 'is missing', corrupt: 'differs at byte 31' }
  for (const [fault, message] of Object.entries(faults)) {
    process.env['GODWIT_TEST_FAULT'] = fault
    const error = await rejectionOf(measureThroughput(throughputOptions(LONG).plan, { threadModule }))
    assert.is(error.code, 'ERR_GODWIT_PERF_MESSAGE')
    assert.match(error.message, message)
  }
  process.env['GODWIT_TEST_FAULT'] = 'repeat'
  const error = await rejectionOf(measureLatency(latencyOptions([...LONG, '--rate', '20000']).plan, { threadModule }))
  assert.is(error.code, 'ERR_GODWIT_PERF_MESSAGE')
})

test('a failed run ends with exit code 1 and prints no figure', async () => {
  const root = mkdtempSync(join(tmpdir(), 'godwit-perf-'))
  try {
    for (const folder of ['client', 'codegen', 'driver', 'perf/cli', 'perf/streams', 'schemas']) {
      cpSync(join(repositoryRoot, 'dist', folder), join(root, 'dist', folder), { recursive: true })
    }
    cpSync(join(repositoryRoot, 'package.json'), join(root, 'package.json'))
    symlinkSync(join(repositoryRoot, 'node_modules'), join(root, 'node_modules'), 'dir')
    const file = join(root, 'dist', 'perf', 'streams', 'payload.js')
    const text = readFileSync(file, 'utf8')
    const line = 'const low = sequence | 0;'
    assert.ok(text.includes(line), 'the line to be broken is there')
    writeFileSync(file, text.replace(line, 'const low = sequence > 5000 ? 0 : sequence | 0;'))
    const args = ['perf', 'throughput', ...SHORT, '--json']
    const broken = await runChild(process.execPath, [join(root, 'dist', 'driver', 'cli.js'), ...args], {
      timeoutMs: 15_000,
    })
    assert.is(broken.code, 1)
    assert.is(broken.stdout, '')
    assert.match(broken.stderr, /^godwit: message 5001 .* no figure is given \(ERR_GODWIT_PERF_MESSAGE\)$/m)
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
})

test('a run that is interrupted gives what was measured, or says that nothing was', async () => {
  const early = new AbortController()
  const warming = measureThroughput(throughputOptions(['--warm-up', '20', '--idle', 'backoff']).plan, {
    signal: early.signal,
    onProgress: () => early.abort(),
  })
  assert.is((await rejectionOf(warming)).code, 'ERR_GODWIT_PERF_INTERRUPTED')
  const starting = measureThroughput(throughputOptions([]).plan, { signal: AbortSignal.abort() })
  assert.is((await rejectionOf(starting)).code, 'ERR_GODWIT_PERF_INTERRUPTED')

  const running = runPerf('throughput', '--warm-up', '0', '--seconds', '15', '--idle', 'backoff', '--json')
  setTimeout(() => process.emit('SIGINT'), 1000)
  const { code, out } = await running
  assert.is(code, 0)
  const { interrupted, seconds, messagesPerSecond } = JSON.parse(out) as Record<string, number | boolean>
  assert.is(interrupted, true)
  assert.ok(Number(seconds) < 10 && Number(messagesPerSecond) > 0)
})

test('a stream on which nothing happens has stalled after ten seconds', () => {
  let nowMs = 0
  const turns = new Turns(noop(), undefined, () => nowMs)
  const idle = (count: number): void => {
    for (let i = 0; i < count; i++) void turns.end(0)
  }
  idle(1000)
  nowMs = 9_000
  void turns.end(1)
  idle(1000)
  nowMs = 18_000
  idle(1000)
  nowMs = 20_000
  assert.throws(() => idle(1000), (error: unknown) => (error as GodwitError).code === 'ERR_GODWIT_PERF_STALLED')
})

test('a publication that can publish no more ends the run', () => {
  for (const result of [CLOSED, MAX_POSITION_EXCEEDED]) {
    assert.throws(() => checkRefusal(result), /nothing more can be published/)
  }
  checkRefusal(-2)
})

test.run()
