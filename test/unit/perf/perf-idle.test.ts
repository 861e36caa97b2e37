import * as assert from 'uvu/assert'
import { quantile, spreadOf } from '../../../perf/idle/spread.ts'
import { suite } from '../../support/suite.ts'
import { runPerf } from './run-perf.ts'

const test = suite('perf: idle', { timeoutMs: 20_000 })

interface Figures {
  readonly processPercent: { readonly median: number }
  readonly threads?: Readonly<Record<string, { readonly min: number; readonly median: number; readonly max: number }>>
  readonly wakeUps: readonly {
    readonly media: string
    readonly strategy: string
    readonly messages: number
    readonly wakeUp: Readonly<Record<string, number>>
    readonly publish: Readonly<Record<string, number>>
  }[]
}

test('idle as JSON: processor time, and wake-ups over both media', async () => {
  const { code, out, err } = await runPerf(
    'idle', '--seconds', '0.1', '--warm-up', '0', '--idle', 'backoff', '--threading', 'DEDICATED', '--json',
  )
  assert.is(code, 0, err)
  const { processPercent, threads, wakeUps } = JSON.parse(out) as Figures
  assert.ok(processPercent.median > 0)
  if (process.platform === 'linux') {
    const names = ['driverPercent', 'driverWaitsPerSecond', 'clientPercent', 'clientWaitsPerSecond']
    assert.equal(Object.keys(threads!).sort(), names.sort())
    for (const { min, median, max } of Object.values(threads!)) assert.ok(0 < min && min <= median && median <= max)
  }
  assert.equal(wakeUps.map(({ media, strategy }) => `${media} ${strategy}`), ['ipc backoff', 'udp backoff'])
  for (const { messages, wakeUp, publish } of wakeUps) {
    assert.ok(messages > 0)
    for (const times of [wakeUp, publish]) {
      const [p50, p99, max] = ['p50Us', 'p99Us', 'maxUs'].map((name) => times[name] ?? NaN) as [number, number, number]
      assert.ok(0 < p50 && p50 <= p99 && p99 <= max)
    }
  }
})

test('idle as text, without wake-ups', async () => {
  const { code, out, err } = await runPerf('idle', '--seconds', '0.1', '--warm-up', '0', '--idle', 'none')
  assert.is(code, 0, err)
  assert.match(out, `Node ${process.versions.node}`)
  assert.match(out, /^ {2}process +[\d.]+ \([\d.]+ to [\d.]+\)$/m)
  assert.not.match(out, 'wake-ups')
})

test('wrong options of idle are named', async () => {
  for (const [name, value] of [
    ['--seconds', '0'], ['--warm-up', '-1'], ['--threading', 'INVOKER'], ['--media', 'memory'], ['--idle', 'nap'],
    ['--seed', 'x'], ['--driver', 'invoker'],
  ] as const) {
    const { code, err } = await runPerf('idle', `${name}=${value}`)
    assert.is(code, 2)
    assert.match(err, `${name}: "${value}"`)
  }
  const { code, out } = await runPerf('idle', '--help')
  assert.is(code, 0)
  const options = ['seconds', 'warm-up', 'driver', 'dir', 'threading', 'media', 'idle', 'seed', 'json']
  for (const option of options) assert.match(out, `  --${option} `)
})

test('spread and quantiles', () => {
  assert.equal(spreadOf([3, 1, 2]), { median: 2, min: 1, max: 3 })
  const hundred = Array.from({ length: 100 }, (_, i) => i + 1)
  assert.is(quantile(hundred, 0.99), 99)
  assert.is(quantile(hundred, 1), 100)
  assert.is(quantile([7], 0.5), 7)
})

test.run()
