import { Worker } from 'node:worker_threads'
import type { MessagePort } from 'node:worker_threads'
import * as assert from 'uvu/assert'
import { COMMAND_QUEUE_CAPACITY } from '../../../driver/core/command-queue.ts'
import { makePortQueue, MergedSource, PortSink, PortSource } from '../../../driver/launcher/port-queue.ts'
import type { QueuePort } from '../../../driver/launcher/port-queue.ts'
import { suite } from '../../support/suite.ts'
import type { QueueWorkerData } from './queue-worker.ts'

const test = suite('queues between threads')

test('hold a bounded number of commands and count offers beyond', () => {
  const queue = makePortQueue()
  let full = 0
  const sink = new PortSink<number>(queue.sink, () => full++)
  const source = new PortSource<number>(queue.source)
  assert.is(source.poll(), undefined)
  for (let i = 0; i < COMMAND_QUEUE_CAPACITY; i++) assert.ok(sink.offer(i))
  assert.is(sink.remainingCapacity(), 0)
  assert.not(sink.offer(-1))
  assert.is(full, 1)
  assert.is(source.poll(), 0)
  assert.is(sink.remainingCapacity(), 1)
  assert.ok(sink.offer(COMMAND_QUEUE_CAPACITY))
  for (let i = 1; i <= COMMAND_QUEUE_CAPACITY; i++) assert.is(source.poll(), i)
  assert.is(source.poll(), undefined)
  assert.is(sink.remainingCapacity(), COMMAND_QUEUE_CAPACITY)
  queue.sink.port.close()
})

test('carry commands through a worker that never turns its event loop, in order, within their bound', async () => {
  const [there, back] = [makePortQueue(), makePortQueue()]
  const control = new SharedArrayBuffer(8)
  const words = new Int32Array(control)
  const file = import.meta.url.endsWith('.ts') ? './queue-worker.ts' : './queue-worker.js'
  const data: QueueWorkerData = { source: there.source, sink: back.sink, control }
  const worker = new Worker(new URL(file, import.meta.url), {
    workerData: data,
    transferList: [there.source.port, back.sink.port] as readonly QueuePort[] as MessagePort[],
  })
  const ended = new Promise((resolve) => worker.once('exit', resolve))
  let full = 0
  const sink = new PortSink<{ readonly number: number; readonly memory: SharedArrayBuffer }>(there.sink, () => full++)
  const source = new PortSource<{ readonly number: number; readonly memory: SharedArrayBuffer }>(back.source)
  const memory = new SharedArrayBuffer(8)
  let sent = 0
  // The worker does not take any yet.
  while (sink.offer({ number: sent, memory })) sent++
  assert.is(sent, COMMAND_QUEUE_CAPACITY)
  Atomics.store(words, 0, 1)
  Atomics.notify(words, 0)
  // Nobody takes replies: the worker fills its queue, and then ours to it is full as well.
  const startMs = performance.now()
  while (Atomics.load(words, 1) === 0 && performance.now() - startMs < 5000) {
    if (sink.offer({ number: sent, memory })) sent++
  }
  assert.ok(Atomics.load(words, 1) > 0)
  assert.is(COMMAND_QUEUE_CAPACITY, new Int32Array(back.source.count)[0])
  const count = 5000
  let received = 0
  while (received < count && performance.now() - startMs < 8000) {
    if (sent < count && sink.offer({ number: sent, memory })) sent++
    const reply = source.poll()
    if (reply === undefined) continue
    assert.is(reply.number, received++)
    if (received === 1) {
      new Int32Array(reply.memory)[0] = 42
      assert.is(new Int32Array(memory)[0], 42, 'memory stays shared')
    }
  }
  assert.is(received, count)
  assert.ok(full > 0)
  Atomics.store(words, 0, 2)
  await ended
})

test('merged: each has its turn', () => {
  const source = (...values: number[]): { poll(): number | undefined } => ({ poll: () => values.shift() })
  const merged = new MergedSource<number>([source(1, 2, 3), source(), source(10, 20)])
  const taken = Array.from({ length: 6 }, () => merged.poll())
  assert.equal(taken, [1, 10, 2, 20, 3, undefined])
})

test.run()
