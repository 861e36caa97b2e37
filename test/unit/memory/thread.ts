/** Thread of the race tests: writes to a ring, or to or from a broadcast buffer, as fast as it can. */
import { parentPort, workerData } from 'node:worker_threads'
import { AtomicBuffer } from '../../../client/memory/atomic-buffer.ts'
import { BroadcastReceiver } from '../../../client/memory/broadcast-receiver.ts'
import { BroadcastTransmitter } from '../../../client/memory/broadcast-transmitter.ts'
import { ManyToOneRingBuffer } from '../../../client/memory/many-to-one-ring-buffer.ts'
import { DirectBuffer, GodwitError } from '../../../codegen/runtime/index.ts'
import type { ReceiverResult, ThreadOrder } from './thread-protocol.ts'
import { MESSAGE_TYPE, TEST_MESSAGE_LENGTH_MAX, putTestMessage, readTestMessage } from './thread-protocol.ts'

const WAIT_MS = 0.05
const LIMIT_MS = 8000
/** The transmitter lets receivers come after so many messages, or they would do nothing but fall behind. */
const MESSAGES_PER_WAIT = 500

const order = workerData as ThreadOrder
const buffer = new AtomicBuffer(order.memory)
const gate = new Int32Array(order.gate)
const clock = new Int32Array(new SharedArrayBuffer(4))
const endMs = performance.now() + LIMIT_MS

function pause(): void {
  if (performance.now() > endMs) throw new Error(`${order.role} ${order.id} got stuck`)
  Atomics.wait(clock, 0, 0, WAIT_MS)
}

function begin(): void {
  Atomics.add(gate, 0, 1)
  while (Atomics.load(gate, 0) < order.threadCount) pause()
}

function produce(): void {
  const ring = new ManyToOneRingBuffer(buffer)
  const message = new DirectBuffer(new ArrayBuffer(TEST_MESSAGE_LENGTH_MAX))
  begin()
  for (let sequence = 0; sequence < order.messageCount; sequence++) {
    const length = putTestMessage(message, order.id, sequence)
    while (!ring.write(MESSAGE_TYPE, message, 0, length)) pause()
  }
}

function transmit(): void {
  const transmitter = new BroadcastTransmitter(buffer)
  const message = new DirectBuffer(new ArrayBuffer(TEST_MESSAGE_LENGTH_MAX))
  begin()
  for (let sequence = 0; sequence < order.messageCount; sequence++) {
    transmitter.transmit(MESSAGE_TYPE, message, 0, putTestMessage(message, order.id, sequence))
    if (sequence % MESSAGES_PER_WAIT === 0) pause()
  }
}

function receive(): ReceiverResult {
  const receiver = new BroadcastReceiver(buffer)
  let received = 0
  let wrong = 0
  let lastSequence = -1
  begin()
  while (lastSequence < order.messageCount - 1) {
    try {
      const count = receiver.receive((typeId, from, offset, length) => {
        const [, sequence] = readTestMessage(typeId, from, offset, length) ?? [-1, -1]
        if (sequence <= lastSequence) wrong++
        lastSequence = Math.max(sequence, lastSequence)
      })
      received += count
      if (count === 0) pause()
    } catch (error) {
      if (!(error instanceof GodwitError && error.code === 'ERR_GODWIT_BROADCAST_LAPPED')) throw error
    }
  }
  return { received, lapped: receiver.lappedCount, wrong, lastSequence }
}

if (order.role === 'producer') produce()
else if (order.role === 'transmitter') transmit()
else parentPort?.postMessage(receive())
