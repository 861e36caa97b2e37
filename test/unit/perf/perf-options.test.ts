import { cpus } from 'node:os'
import * as assert from 'uvu/assert'
import { UsageError } from '../../../codegen/cli/command.ts'
import { machineFor } from '../../../perf/cli/environment.ts'
import { latencyOptions, throughputOptions } from '../../../perf/cli/options.ts'
import { driverOptionsOf } from '../../../perf/streams/plan.ts'
import { suite } from '../../support/suite.ts'
import { runPerf } from './run-perf.ts'

const test = suite('perf: options')

function expectUsage(args: readonly string[], message: string | RegExp): void {
  for (const read of [throughputOptions, latencyOptions]) {
    assert.throws(() => read(args), (error: unknown) => {
      assert.instance(error, UsageError)
      assert.match((error as UsageError).message, message)
      return true
    })
  }
}

test('there is help at every level, which names every option', async () => {
  const top = await runPerf('--help')
  assert.is(top.code, 0)
  assert.match(top.out, 'Usage: godwit perf <command>')
  const common = ['channel', 'stream', 'length', 'seconds', 'warm-up', 'driver', 'dir', 'threading', 'idle']
  const more = ['driver-idle', 'media', 'mtu', 'term-length', 'concurrent', 'json']
  for (const [command, own] of [['throughput', 'claim'], ['latency', 'rate']] as const) {
    const { code, out, err } = await runPerf(command, '--seconds', '1', '--help')
    assert.is(code, 0)
    assert.is(err, '')
    assert.match(out, `Usage: godwit perf ${command}`)
    for (const option of [...common, ...more, own]) assert.match(out, `  --${option} `, option)
  }
})

test('without options, 32 bytes go over IPC for five seconds', () => {
  const { plan, json } = throughputOptions([])
  assert.equal(plan, {
    channel: 'aeron:ipc',
    streamId: 1001,
    length: 32,
    seconds: 5,
    warmUpSeconds: 1,
    driver: 'embedded',
    dir: undefined,
    threading: 'SHARED',
    idle: 'backoff',
    driverIdle: 'backoff',
    media: 'auto',
    mtuLength: undefined,
    termLength: undefined,
    claims: false,
    isConcurrent: false,
    rate: undefined,
  })
  assert.is(json, false)
})

test('options become the plan, and the plan settings of the driver', () => {
  const { plan } = throughputOptions([
    '--channel', 'aeron:udp?endpoint=localhost:0', '--stream=-7', '--length', '1k', '--seconds', '0.5',
    '--warm-up', '0', '--threading', 'DEDICATED', '--idle', 'yielding', '--driver-idle', 'busySpin',
    '--media', 'dgram', '--mtu', '8k', '--term-length', '1m', '--concurrent', '--claim', '--json',
  ])
  assert.is(plan.streamId, -7)
  assert.is(plan.length, 1024)
  assert.is(plan.seconds, 0.5)
  assert.is(plan.warmUpSeconds, 0)
  assert.is(plan.claims, true)
  assert.is(plan.isConcurrent, true)
  assert.equal(driverOptionsOf(plan), {
    threadingMode: 'DEDICATED',
    media: 'dgram',
    conductorIdleStrategy: 'busySpin',
    senderIdleStrategy: 'busySpin',
    receiverIdleStrategy: 'busySpin',
    sharedNetworkIdleStrategy: 'busySpin',
    sharedIdleStrategy: 'busySpin',
    mtuLength: 8192,
    ipcMtuLength: 8192,
    termBufferLength: 1048576,
    ipcTermBufferLength: 1048576,
  })
  assert.is(latencyOptions(['--rate', '2500']).plan.rate, 2500)
  assert.is(throughputOptions(['--driver', 'invoker']).plan.threading, 'INVOKER')
  assert.is(throughputOptions(['--driver', 'process']).plan.threading, 'DEDICATED')
  assert.is(throughputOptions(['--driver', 'process', '--threading', 'SHARED']).plan.threading, 'SHARED')
  const { plan: { driver, dir, threading, driverIdle, media } } = throughputOptions(['--dir', '/dev/shm/x'])
  assert.equal([driver, dir, threading, driverIdle, media], ['running', '/dev/shm/x', undefined, undefined, undefined])
})

test('spinning is the default only for latency where each busy thread has a core', () => {
  const cores = cpus().length
  const idleOf = (...args: readonly string[]): string => latencyOptions(args).plan.idle
  const udp = ['--channel', 'aeron:udp?endpoint=localhost:0']
  assert.is(idleOf(), cores >= 2 ? 'busySpin' : 'backoff')
  assert.is(idleOf(...udp), cores >= 3 ? 'busySpin' : 'backoff')
  assert.is(idleOf(...udp, '--threading', 'DEDICATED'), cores >= 4 ? 'busySpin' : 'backoff')
  assert.is(idleOf(...udp, '--driver', 'process'), cores >= 4 ? 'busySpin' : 'backoff')
  assert.is(idleOf(...udp, '--dir', '/dev/shm/x'), cores >= 3 ? 'busySpin' : 'backoff')
  assert.is(idleOf(...udp, '--driver', 'invoker'), cores >= 2 ? 'busySpin' : 'backoff')
})

test('threads that spin without a core for each are told of', () => {
  const isOversubscribed = (...args: readonly string[]): boolean =>
    machineFor(throughputOptions(args).plan).isOversubscribed
  const udp = ['--channel', 'aeron:udp?endpoint=localhost:0']
  const cores = cpus().length
  assert.is(isOversubscribed(...udp, '--threading', 'DEDICATED'), false)
  assert.is(isOversubscribed(...udp, '--threading', 'DEDICATED', '--idle', 'busySpin'), cores < 4)
  assert.is(isOversubscribed('--threading', 'DEDICATED', '--driver-idle', 'noop'), cores < 5)
  assert.is(isOversubscribed('--driver', 'process', '--driver-idle', 'noop'), cores < 5)
  assert.is(isOversubscribed(...udp, '--driver', 'process', '--idle', 'busySpin'), cores < 4)
  assert.is(isOversubscribed(...udp, '--dir', '/dev/shm/x', '--idle', 'busySpin'), cores < 3)
})

test('wrong values are wrong usage, and name the option', () => {
  expectUsage(['--length', '3'], '--length: "3" is not a number of 4 to 16777216.')
  expectUsage(['--length', '17m'], '--length: "17m"')
  expectUsage(['--length', 'long'], '--length: "long"')
  expectUsage(['--seconds', '0'], '--seconds: "0" is not a number of 0.01 to 3600.')
  expectUsage(['--seconds', '1e3'], '--seconds: "1e3"')
  expectUsage(['--warm-up', 'x'], '--warm-up: "x"')
  expectUsage(['--stream', '1.5'], '--stream: "1.5"')
  expectUsage(['--stream', '2147483647'], '--stream: "2147483647"')
  expectUsage(['--mtu', 'x'], '--mtu: "x" is not a number of 1 or more.')
  expectUsage(['--term-length', '0'], '--term-length: "0"')
  expectUsage(['--driver', 'none'], '--driver: "none" is none of embedded, invoker, process.')
  expectUsage(['--threading', 'INVOKER'], '--threading: "INVOKER" is none of SHARED, SHARED_NETWORK, DEDICATED.')
  expectUsage(['--driver', 'invoker', '--threading', 'SHARED'], '--threading: a driver that is invoked has no threads')
  expectUsage(['--driver', 'process', '--threading', 'INVOKER'], '--threading: "INVOKER" is none of')
  const settings = { driver: 'process', threading: 'SHARED', 'driver-idle': 'noop', media: 'dgram' }
  for (const [name, value] of Object.entries(settings)) {
    expectUsage(['--dir', '/x', `--${name}`, value], `--${name}: the driver of --dir runs already`)
  }
  expectUsage(['--dir', '/x', '--mtu', '8k'], 'put mtu=8k into --channel')
  expectUsage(['--dir', '/x', '--term-length', '64k'], 'put term-length=64k into --channel')
  expectUsage(['--dir', ''], '--dir: expected the directory')
  expectUsage(['--idle', 'sleep'], '--idle: "sleep" is none of')
  expectUsage(['--driver-idle', 'x'], '--driver-idle: "x" is none of')
  expectUsage(['--media', 'memory'], '--media: "memory" is none of auto, native, dgram.')
  expectUsage(['--channel', 'udp'], /^--channel: channel "udp"/)
  expectUsage(['--channel', 'aeron-spy:aeron:ipc'], '--channel: nothing can be published to a spy.')
  expectUsage(['--lenght', '32'], 'unknown option "--lenght". Did you mean "--length"?')
  assert.throws(() => latencyOptions(['--rate', '0']), '--rate: "0" is not a number of 1 to 10000000.')
  assert.throws(() => latencyOptions(['--claim']), 'unknown option "--claim"')
  assert.throws(() => throughputOptions(['--rate', '1']), 'unknown option "--rate"')
})

test('wrong usage ends with exit code 2 before anything runs', async () => {
  const { code, out, err } = await runPerf('throughput', '--length', 'x')
  assert.is(code, 2)
  assert.is(out, '')
  assert.is(
    err,
    'godwit perf throughput: --length: "x" is not a number of 4 to 16777216.\nTry "godwit perf throughput --help".\n',
  )
  assert.is((await runPerf('thruput')).code, 2)
})

test.run()
