/** Rings and broadcast buffers between threads, as fast as they go. */
import { once } from 'node:events'
import { setImmediate } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import * as assert from 'uvu/assert'
import { AtomicBuffer } from '../../../client/memory/atomic-buffer.ts'
import { BROADCAST_BUFFER_TRAILER_LENGTH } from '../../../client/memory/broadcast-transmitter.ts'
import { ManyToOneRingBuffer, RING_BUFFER_TRAILER_LENGTH } from '../../../client/memory/many-to-one-ring-buffer.ts'
import { suite } from '../../support/suite.ts'
import type { ReceiverResult, ThreadOrder } from './thread-protocol.ts'
import { readTestMessage } from './thread-protocol.ts'

const test = suite('memory/threads')

const MESSAGES = 100_000
const PRODUCERS = 4
const RECEIVERS = 2
const RING_CAPACITY = 16_384
const BROADCAST_CAPACITY = 8192
const READ_LIMIT = 1000

interface Thread {
  readonly worker: Worker
  readonly ended: Promise<unknown>
}

function start(order: ThreadOrder): Thread {
  const worker = new Worker(new URL('./thread.js', import.meta.url), { workerData: order })
  return { worker, ended: once(worker, 'exit') }
}

test('many producers: every message comes once, whole, and in the order of its producer', async () => {
  const buffer = AtomicBuffer.allocate(RING_CAPACITY + RING_BUFFER_TRAILER_LENGTH)
  const memory = buffer.bytes.buffer as SharedArrayBuffer
  const gate = new SharedArrayBuffer(4)
  const messageCount = MESSAGES / PRODUCERS
  const threads = Array.from({ length: PRODUCERS }, (_, id) =>
    start({ role: 'producer', memory, gate, threadCount: PRODUCERS, id, messageCount }))
  let failure: unknown
  for (const { worker } of threads) worker.once('error', (error) => void (failure = error))

  const ring = new ManyToOneRingBuffer(buffer)
  const next = new Array<number>(PRODUCERS).fill(0)
  let wrong = 0
  let received = 0
  while (received < MESSAGES && failure === undefined) {
    const count = ring.read((typeId, from, offset, length) => {
      const [producer, sequence] = readTestMessage(typeId, from, offset, length) ?? [-1, -1]
      if (next[producer] === sequence) next[producer]++
      else wrong++
    }, READ_LIMIT)
    received += count
    if (count === 0) await setImmediate()
  }
  assert.is(failure, undefined)
  assert.is(wrong, 0)
  assert.equal(next, new Array<number>(PRODUCERS).fill(messageCount))
  assert.is(ring.corruptionCount, 0)
  await Promise.all(threads.map(({ ended }) => ended))
  assert.is(ring.size(), 0)
  assert.ok(buffer.bytes.subarray(0, RING_CAPACITY).every((byte) => byte === 0))
})

test('one transmitter: receivers get whole messages in order, or are told that they were lapped', async () => {
  const buffer = AtomicBuffer.allocate(BROADCAST_CAPACITY + BROADCAST_BUFFER_TRAILER_LENGTH)
  const memory = buffer.bytes.buffer as SharedArrayBuffer
  const gate = new SharedArrayBuffer(4)
  const threadCount = RECEIVERS + 1
  const order = { memory, gate, threadCount, messageCount: MESSAGES }
  const receivers = Array.from({ length: RECEIVERS }, (_, id) => start({ ...order, role: 'receiver', id }))
  const results = receivers.map(async ({ worker }) => (await once(worker, 'message'))[0] as ReceiverResult)
  const transmitter = start({ ...order, role: 'transmitter', id: RECEIVERS })
  for (const result of await Promise.all(results)) {
    assert.is(result.wrong, 0)
    assert.is(result.lastSequence, MESSAGES - 1)
    assert.ok(result.received > 0)
    assert.ok(result.received === MESSAGES || result.lapped > 0, `${result.received} received, none said to be lost`)
  }
  await Promise.all([...receivers, transmitter].map(({ ended }) => ended))
})

test.run()
