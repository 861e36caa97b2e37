/** Publishers and a reader in threads of their own on one log, through many terms whose ids wrap. */
import { Worker } from 'node:worker_threads'
import * as assert from 'uvu/assert'
import { AtomicBuffer } from '../../../client/memory/atomic-buffer.ts'
import { AtomicCounter } from '../../../client/memory/atomic-counter.ts'
import { withSeed } from '../../support/seed.ts'
import { suite } from '../../support/suite.ts'
import { TERM_LENGTH, newLog } from './log-harness.ts'
import type { LogReaderResult, LogThreadOrder } from './log-thread.ts'

const test = suite('log threads')
const START_TERM_ID = 0x7fffffff - 8
/** Positions pass 2^32 behind the first term. */
const TERM_COUNT = 2 ** 32 / TERM_LENGTH - 1
const COUNTERS_LENGTH = 1024

interface Thread {
  readonly worker: Worker
  /** What the thread said last. */
  readonly end: Promise<unknown>
}

function run(order: LogThreadOrder): Thread {
  const worker = new Worker(new URL('./log-thread.js', import.meta.url), { workerData: order })
  const end = new Promise((resolve, reject) => {
    let message: unknown
    worker.on('message', (value) => void (message = value))
    worker.once('error', reject)
    worker.once('exit', () => resolve(message))
  })
  return { worker, end }
}

async function runAll(publisherCount: number, messageCount: number, isExclusive: boolean, seed: string): Promise<void> {
  const log = newLog({ isConnected: true, initialTermId: START_TERM_ID - TERM_COUNT, termId: START_TERM_ID })
  const counters = AtomicBuffer.allocate(COUNTERS_LENGTH)
  const start = log.producerPosition()
  new AtomicCounter(counters, 0).set(start + TERM_LENGTH / 2)
  const order = {
    isExclusive,
    log: log.metadata.bytes.buffer as SharedArrayBuffer,
    counters: counters.bytes.buffer as SharedArrayBuffer,
    publisherCount,
    messageCount,
    seed,
  }
  const reader = run({ ...order, role: 'reader', publisherId: -1 })
  const publishers = Array.from({ length: publisherCount }, (_, publisherId) =>
    run({ ...order, role: 'publisher', publisherId }))
  try {
    const published = Promise.all(publishers.map(({ end }) => end))
    const result = await Promise.race([reader.end, published.then(() => reader.end)])
    const { received, mistake, position } = result as LogReaderResult
    assert.is(mistake, undefined)
    assert.equal(received, new Array(publisherCount).fill(messageCount))
    await published
    assert.is(position, log.producerPosition())
    assert.ok(position > 2 ** 32 + 10 * TERM_LENGTH, `only to ${position - start}`)
  } finally {
    await Promise.all([reader, ...publishers].map(({ worker }) => worker.terminate()))
  }
}

test('three publishers: every message comes once, whole, and in the order of its publisher', async () => {
  await withSeed('log threads', (random) => runAll(3, 3000, false, random.seed))
})

test('an exclusive publisher: every message comes once, whole and in order', async () => {
  await withSeed('log thread exclusive', (random) => runAll(1, 6000, true, random.seed))
})

test.run()
