import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import * as assert from 'uvu/assert'
import type { BasePublication } from '../../../client/base-publication.ts'
import { Client } from '../../../client/client.ts'
import { DriverWaker } from '../../../client/conductor/driver-waker.ts'
import { RESTING_WORD, WAKE_LENGTH, WAKE_WORD } from '../../../client/protocol/embedded.ts'
import { DirectBuffer } from '../../../codegen/runtime/index.ts'
import { CLOSING } from '../../../driver/launcher/agent-runner.ts'
import { MediaDriver } from '../../../driver/launcher/media-driver.ts'
import { withNative } from '../../support/native.ts'
import { suite } from '../../support/suite.ts'

const test = suite('waking a driver that rests', { timeoutMs: 20_000 })

const UDP = 'aeron:udp?endpoint=127.0.0.1:0'
const MESSAGE = new Uint8Array(16)

let driver: MediaDriver

test.before(async () => {
  driver = await MediaDriver.launch({ onWarning: () => undefined })
})

test.after(async () => {
  await driver.close()
})

const makeWords = (): Int32Array => new Int32Array(new SharedArrayBuffer(WAKE_LENGTH))

/** Begins a wait for the wake word, which does not block. */
function startWaiting(words: Int32Array): void {
  const { waitAsync } = Atomics as unknown as {
    waitAsync(words: Int32Array, index: number, value: number): { readonly async: boolean }
  }
  assert.is(waitAsync(words, WAKE_WORD, 0).async, true)
}

/** Whether nobody has ended that wait meanwhile; ends it. */
function isWaiting(words: Int32Array): boolean {
  return Atomics.notify(words, WAKE_WORD) === 1
}

async function withPublication(
  channel: string, wake: SharedArrayBuffer | undefined, body: (publication: BasePublication) => Promise<void>,
): Promise<void> {
  const client = await Client.connect({ ...driver.handle, wake })
  try {
    const subscription = await client.addSubscription(channel, 10)
    const publication = await client.addPublication(subscription.tryResolveChannelEndpointPort() ?? channel, 10)
    await publication.drain()
    await body(publication)
  } finally {
    await client.close()
  }
}

test('a runner that rests says so, and a client ends its rest', async () => {
  const control = makeWords()
  const cycles = new Int32Array(new SharedArrayBuffer(4))
  const worker = new Worker(new URL('./resting-worker.js', import.meta.url), { workerData: { control, cycles } })
  const waker = new DriverWaker(control.buffer as SharedArrayBuffer)
  for (let cycle = 1; cycle <= 3; cycle++) {
    while (Atomics.load(cycles, 0) < cycle || Atomics.load(control, RESTING_WORD) === 0) await delay(1)
    assert.is(Atomics.load(cycles, 0), cycle)
    // The runner may say that it rests a moment before it does.
    while (Atomics.load(cycles, 0) === cycle) {
      waker.wake()
      await delay(1)
    }
  }
  Atomics.store(control, WAKE_WORD, CLOSING)
  Atomics.notify(control, WAKE_WORD)
  await once(worker, 'exit')
  assert.is(Atomics.load(control, RESTING_WORD), 0)
})

withNative(test)('the threads of a driver rest on the words of its handle', async () => {
  const words = new Int32Array(driver.handle.wake!)
  let seen = 0
  for (let i = 0; i < 2000 && seen === 0; i++) {
    seen = Atomics.load(words, RESTING_WORD)
    await delay(1)
  }
  assert.is(seen, 1)
})

test('what is published over UDP wakes, in each way of publishing', async () => {
  const words = makeWords()
  await withPublication(UDP, words.buffer as SharedArrayBuffer, async (publication) => {
    Atomics.store(words, RESTING_WORD, 1)
    const ways: readonly (() => unknown)[] = [
      () => publication.offer(MESSAGE),
      () => publication.offerVectors([{ buffer: new DirectBuffer(MESSAGE), offset: 0, length: MESSAGE.length }]),
      () => publication.publish(MESSAGE),
    ]
    for (const [i, way] of ways.entries()) {
      startWaiting(words)
      await way()
      assert.not(isWaiting(words), `way ${i}`)
    }
  })
})

test('nobody is notified when no thread rests, nor for IPC, nor for an offer that failed', async () => {
  const words = makeWords()
  const wake = words.buffer as SharedArrayBuffer
  await withPublication(UDP, wake, async (publication) => {
    startWaiting(words)
    assert.ok(publication.offer(MESSAGE) > 0)
    assert.ok(isWaiting(words))
    Atomics.store(words, RESTING_WORD, 1)
    publication.close()
    startWaiting(words)
    assert.ok(publication.offer(MESSAGE) < 0)
    assert.ok(isWaiting(words))
  })
  await withPublication('aeron:ipc', wake, async (publication) => {
    startWaiting(words)
    assert.ok(publication.offer(MESSAGE) > 0)
    assert.ok(isWaiting(words))
  })
})

test('a handle without the words does as well, one with too little memory is none', async () => {
  await withPublication(UDP, undefined, async (publication) => {
    assert.ok(publication.offer(MESSAGE) > 0)
  })
  const wake = new SharedArrayBuffer(WAKE_LENGTH - 1)
  const error = await Client.connect({ ...driver.handle, wake }).catch((reason: unknown) => reason)
  assert.is((error as { readonly code?: string }).code, 'ERR_GODWIT_CLIENT_OPTION')
})

test.run()
