import { readdirSync } from 'node:fs'
import type { Worker } from 'node:worker_threads'
import * as assert from 'uvu/assert'
import { Client, RegistrationError } from '../../../client/index.ts'
import type { Publication } from '../../../client/index.ts'
import { AtomicBuffer } from '../../../client/memory/atomic-buffer.ts'
import { Cnc } from '../../../client/memory/cnc.ts'
import { GodwitError } from '../../../codegen/runtime/index.ts'
import type { EmbeddedDriverHandle } from '../../../client/protocol/embedded.ts'
import { MediaDriver } from '../../../driver/index.ts'
import type { MediaDriverOptions, MediaName, ThreadingMode } from '../../../driver/index.ts'
import { DriverWorker, workerFlags } from '../../../driver/launcher/driver-worker.ts'
import type { FaultRates } from '../../../driver/media/fault-direction.ts'
import type { ThreadPlan } from '../../../driver/launcher/driver-thread.ts'
import { suite } from '../../support/suite.ts'

const test = suite('launched media driver')

/** Each mode, and each way to wait: threads cost time to start. */
const LAYOUTS: readonly (readonly [ThreadingMode, MediaName])[] = [
  ['SHARED', 'auto'],
  ['SHARED', 'dgram'],
  ['SHARED_NETWORK', 'auto'],
  ['DEDICATED', 'dgram'],
  ['INVOKER', 'auto'],
  ['INVOKER', 'dgram'],
]

/** As small as it may be: tests start many. */
const SMALL: MediaDriverOptions = { termBufferLength: 65_536, countersBufferLength: 1024 * 1024 }

function isCode(code: string): (error: unknown) => boolean {
  return (error) => error instanceof GodwitError && error.code === code
}

async function rejects(promise: Promise<unknown>, code: string): Promise<void> {
  const error = await promise.then(() => undefined, (reason: unknown) => reason)
  assert.ok(isCode(code)(error), String(error))
}

/** A stream of numbered messages through the sockets of one driver. */
async function expectStream(driver: MediaDriver, count: number): Promise<void> {
  const client = await Client.connect(driver)
  const subscription = await client.addSubscription('aeron:udp?endpoint=127.0.0.1:0', 1001)
  const port = await boundPort(driver)
  const publication = await client.addPublication(`aeron:udp?endpoint=127.0.0.1:${port}`, 1001)
  const bytes = new Uint8Array(600)
  const view = new DataView(bytes.buffer)
  const received: number[] = []
  for (let sent = 0; received.length < count; ) {
    view.setInt32(0, sent)
    if (sent < count && publication.offer(bytes) > 0) sent++
    subscription.poll((buffer, offset) => received.push(buffer.view.getInt32(offset)), 10)
    if (driver.threadingMode === 'INVOKER') driver.invoke()
    await new Promise(setImmediate)
  }
  assert.equal(received, Array.from({ length: count }, (_, i) => i))
  await client.close()
}

/** The port that the system chose, from the counter with the local address. */
async function boundPort(driver: MediaDriver): Promise<string> {
  for (let turns = 0; turns < 5000; turns++) {
    let port = ''
    driver.counters().forEach((_id, _typeId, _key, label) => {
      port = /^rcv-local-sockaddr: .*127\.0\.0\.1:(\d+)/.exec(label)?.[1] ?? port
    })
    if (port !== '' && port !== '0') return port
    if (driver.threadingMode === 'INVOKER') driver.invoke()
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
  throw new Error('no port was bound')
}

for (const [threadingMode, media] of LAYOUTS) {
  test(`${threadingMode} over ${media}: carries a stream through losses, and ends`, async () => {
    const faults = { seed: 11, send: { loss: 0.05 }, receive: { duplicate: 0.05, reorder: 0.05 } }
    const driver = await MediaDriver.launch({ ...SMALL, threadingMode, media, faults, onWarning: () => undefined })
    try {
      assert.is(driver.threadingMode, threadingMode)
      await expectStream(driver, 200)
      const { send, receive } = driver.faultCounts()
      assert.ok(send.lost > 0 && receive.duplicated > 0 && receive.reordered > 0)
    } finally {
      await driver.close()
    }
  })
}

test('the memory media needs no socket', async () => {
  const driver = await MediaDriver.launch({ ...SMALL, threadingMode: 'INVOKER', media: 'memory' })
  await expectStream(driver, 50)
  await driver.close()
  await rejects(MediaDriver.launch({ threadingMode: 'DEDICATED', media: 'memory' }), 'ERR_GODWIT_SETTINGS')
})

test('embedded drivers are SHARED unless told otherwise, keep what was set, and can be closed often', async () => {
  const driver = await MediaDriver.launch(SMALL)
  assert.is(driver.settings.threadingMode, 'SHARED')
  assert.is(driver.settings.termBufferLength, 65_536)
  const cnc = Cnc.attach(new AtomicBuffer((structuredClone(driver.handle) as EmbeddedDriverHandle).cnc))
  assert.is(cnc.pid(), process.pid)
  assert.is(cnc.countersValues.byteLength, 1024 * 1024)
  assert.throws(() => driver.invoke(), isCode('ERR_GODWIT_INVOKER'))
  assert.throws(() => driver.agents, isCode('ERR_GODWIT_INVOKER'))
  assert.not(driver.isClosed)
  await Promise.all([driver.close(), driver.close(), driver[Symbol.asyncDispose]()])
  assert.ok(driver.isClosed)
  await driver.close()
})

test('a thread that dies closes the driver, and is told', async () => {
  const errors: GodwitError[] = []
  const driver = await MediaDriver.launch({ ...SMALL, onError: (error) => errors.push(error) })
  const { workers } = driver as unknown as { readonly workers: readonly { readonly worker: Worker }[] }
  await workers[0]?.worker.terminate()
  while (errors.length === 0) await new Promise(setImmediate)
  assert.is(errors[0]?.code, 'ERR_GODWIT_DRIVER_DIED')
  assert.ok(driver.isClosed)
  await driver.close()
})

test('a thread that cannot start rejects the launch', async () => {
  const warn = (): void => undefined
  const worker = new DriverWorker({ roles: ['sender'], links: {} } as unknown as ThreadPlan, warn)
  await rejects(worker.ready, 'ERR_GODWIT_DRIVER_DIED')
  await worker.close()
})

test('what keeps a thread from being made rejects the launch, and ends those that were made', async () => {
  const threads = (): number => readdirSync('/proc/self/task').length
  const before = process.platform === 'linux' ? threads() : 0
  let looks = 0
  const faults = {
    // Looked at when it is checked, and when it is posted to each thread: not to the third one.
    get send(): FaultRates {
      if (++looks === 4) throw new Error('cannot be posted')
      return { loss: 0.1 }
    },
  }
  const launched = await MediaDriver.launch({ ...SMALL, threadingMode: 'DEDICATED', faults }).catch((e: unknown) => e)
  assert.match(String(launched), 'cannot be posted')
  assert.is(looks, 4)
  if (process.platform === 'linux') assert.ok(threads() <= before)
})

test('a thread gets the flags of the program, but not those of a text on the command line', () => {
  assert.equal(workerFlags(['--expose-gc', '--import', './x.mjs']), {})
  const flags = ['--input-type=module', '--expose-gc', '--experimental-ffi', '-e', 'code']
  assert.equal(workerFlags(flags), { execArgv: ['--experimental-ffi'] })
  assert.equal(workerFlags(['--input-type', 'module']), { execArgv: [] })
})

test('an agent that cannot be closed keeps neither the others nor the driver open', async () => {
  const driver = await MediaDriver.launch({ ...SMALL, threadingMode: 'INVOKER' })
  const { thread } = driver as unknown as { readonly thread: { readonly agents: { close(): void }[] } }
  const closed: number[] = []
  for (const [i, agent] of thread.agents.entries()) {
    const close = agent.close.bind(agent)
    agent.close = () => {
      close()
      closed.push(i)
      if (i === 2) throw new Error('cannot')
    }
  }
  await driver.close()
  assert.equal(closed, [2, 1, 0])
})

test('without memory for logs: an answer for the client, no image for now, and a driver that goes on', async () => {
  const driver = await MediaDriver.launch({ ...SMALL, threadingMode: 'INVOKER' })
  const turn = setInterval(() => driver.invoke())
  const { SharedArrayBuffer: plenty } = globalThis
  let logsLeft = 0
  const scarce = new Proxy(plenty, {
    construct: (target, [byteLength]: [number]) => {
      if (byteLength > 100_000 && logsLeft-- <= 0) throw new RangeError('Array buffer allocation failed')
      return new target(byteLength)
    },
  })
  const client = await Client.connect(driver)
  try {
    const subscription = await client.addSubscription('aeron:udp?endpoint=127.0.0.1:0', 1001)
    const channel = `aeron:udp?endpoint=127.0.0.1:${await boundPort(driver)}`
    globalThis.SharedArrayBuffer = scarce
    const error = await client.addPublication(channel, 1001).catch((reason: unknown) => reason)
    assert.instance(error, RegistrationError)
    assert.is((error as RegistrationError).errorName, 'STORAGE_SPACE')
    logsLeft = 1
    // The socket of the one that failed is being closed.
    let publication: Publication | undefined
    while (publication === undefined) {
      publication = await client.addPublication(channel, 1001).catch((reason: unknown) => {
        if (!String(reason).includes('try again')) throw reason
        return undefined
      })
    }
    while (!driver.errors().some(({ text }) => text.includes('images/'))) await new Promise(setImmediate)
    globalThis.SharedArrayBuffer = plenty
    await publication.waitForConnected({ timeoutMs: 5000 })
    assert.is(subscription.imageCount, 1)
  } finally {
    globalThis.SharedArrayBuffer = plenty
    clearInterval(turn)
    await driver.close()
    await client.close()
  }
})

test('agents are run one by one, until the driver is closed', async () => {
  const invoked = await MediaDriver.launch({ ...SMALL, threadingMode: 'INVOKER' })
  const { conductor, sender, receiver } = invoked.agents
  for (const agent of [conductor, sender, receiver]) assert.type(agent.invoke(), 'number')
  await invoked.close()
  assert.throws(() => invoked.invoke(), isCode('ERR_GODWIT_INVOKER'))
  assert.throws(() => sender.invoke(), isCode('ERR_GODWIT_INVOKER'))
})

test('wrong settings and faults are refused before anything starts', async () => {
  await rejects(MediaDriver.launch({ mtuLength: 17 }), 'ERR_GODWIT_SETTINGS')
  await rejects(MediaDriver.launch({ nonsense: 1 } as MediaDriverOptions), 'ERR_GODWIT_SETTINGS')
  await rejects(MediaDriver.launch({ faults: { send: { loss: 2 } } }), 'ERR_GODWIT_FAULTS')
})

test('buffers for which there is no memory are settings that are too large', async () => {
  const { SharedArrayBuffer: plenty } = globalThis
  globalThis.SharedArrayBuffer = new Proxy(plenty, {
    construct: () => {
      throw new RangeError('Array buffer allocation failed')
    },
  })
  try {
    await rejects(MediaDriver.launch({ threadingMode: 'INVOKER' }), 'ERR_GODWIT_SETTINGS')
  } finally {
    globalThis.SharedArrayBuffer = plenty
  }
})

test('counters, errors and losses can be read', async () => {
  const driver = await MediaDriver.launch({ ...SMALL, threadingMode: 'INVOKER' })
  const labels: string[] = []
  driver.counters().forEach((_id, _typeId, _key, label) => labels.push(label))
  assert.ok(labels.includes('Bytes sent'))
  assert.equal(driver.errors(), [])
  assert.equal(driver.losses(), [])
  await driver.close()
})

test.run()
