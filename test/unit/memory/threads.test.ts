/** Rings and broadcast buffers between threads, as fast as they go. */
import { setTimeout } from 'node:timers/promises'
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
const RING_CAPACITY = 131_072
const BROADCAST_CAPACITY = 8192
/** As many messages are read one by one, at the heels of producers, before they are left alone for a while. */
const MESSAGES_PER_REST = 2000

interface ThreadEnd {
  /** Undefined when all went well. */
  readonly failure: unknown
  /** What the thread said last. */
  readonly message: unknown
}

function run(order: ThreadOrder): Promise<ThreadEnd> {
  const worker = new Worker(new URL('./thread.js', import.meta.url), { workerData: order })
  let failure: unknown
  let message: unknown
  worker.once('error', (error) => void (failure = error))
  worker.on('message', (value) => void (message = value))
  return new Promise((resolve) => worker.once('exit', () => resolve({ failure, message })))
}

test('many producers: every message comes once, whole, and in the order of its producer', async () => {
  const buffer = AtomicBuffer.allocate(RING_CAPACITY + RING_BUFFER_TRAILER_LENGTH)
  const memory = buffer.bytes.buffer as SharedArrayBuffer
  const gate = new SharedArrayBuffer(4)
  const messageCount = MESSAGES / PRODUCERS
  const threads = Array.from({ length: PRODUCERS }, (_, id) =>
    run({ role: 'producer', memory, gate, threadCount: PRODUCERS, id, messageCount }))
  let running = PRODUCERS
  for (const thread of threads) void thread.then(() => void running--)

  const ring = new ManyToOneRingBuffer(buffer)
  const next = new Array<number>(PRODUCERS).fill(0)
  let wrong = 0
  let received = 0
  const handler = (typeId: number, from: AtomicBuffer, offset: number, length: number): void => {
    const [producer, sequence] = readTestMessage(typeId, from, offset, length) ?? [-1, -1]
    if (next[producer] === sequence) next[producer]++
    else wrong++
  }
  while (received < MESSAGES) {
    const areDone = running === 0
    for (let i = 0; i < MESSAGES_PER_REST; i++) received += ring.read(handler, 1)
    await setTimeout(1)
    const count = ring.read(handler, MESSAGES)
    received += count
    // What has not come by now never will.
    if (areDone && count === 0) break
  }
  for (const { failure } of await Promise.all(threads)) assert.is(failure, undefined)
  assert.is(wrong, 0)
  assert.equal(next, new Array<number>(PRODUCERS).fill(messageCount))
  assert.is(ring.corruptionCount, 0)
  assert.is(ring.size(), 0)
  assert.ok(buffer.bytes.subarray(0, RING_CAPACITY).every((byte) => byte === 0))
})

test('one transmitter: receivers get whole messages in order, or are told that they were lapped', async () => {
  const buffer = AtomicBuffer.allocate(BROADCAST_CAPACITY + BROADCAST_BUFFER_TRAILER_LENGTH)
  const memory = buffer.bytes.buffer as SharedArrayBuffer
  const gate = new SharedArrayBuffer(4)
  const order = { memory, gate, threadCount: RECEIVERS + 1, messageCount: MESSAGES }
  const receivers = Array.from({ length: RECEIVERS }, (_, id) => run({ ...order, role: 'receiver', id }))
  const transmitter = run({ ...order, role: 'transmitter', id: RECEIVERS })
  assert.is((await transmitter).failure, undefined)
  for (const { failure, message } of await Promise.all(receivers)) {
    assert.is(failure, undefined)
    const { wrong, lastSequence, received, lapped } = message as ReceiverResult
    assert.is(wrong, 0)
    assert.is(lastSequence, MESSAGES - 1)
    assert.ok(received > 0)
    assert.ok(received === MESSAGES || lapped > 0, `${received} received, none said to be lost`)
  }
})

test.run()
