import type { AtomicBuffer } from '../../../client/memory/atomic-buffer.ts'
import type { DirectBuffer } from '../../../codegen/runtime/index.ts'

/** What a thread of the race tests is to do. */
export interface ThreadOrder {
  readonly role: 'producer' | 'transmitter' | 'receiver'
  readonly memory: SharedArrayBuffer
  /** Counts the threads that are ready, so that they begin together. */
  readonly gate: SharedArrayBuffer
  readonly threadCount: number
  readonly id: number
  readonly messageCount: number
}

/** What a receiver saw. */
export interface ReceiverResult {
  readonly received: number
  readonly lapped: number
  readonly wrong: number
  readonly lastSequence: number
}

export const MESSAGE_TYPE = 42

/** Longest filler behind the head of a message. */
const FILLER_LENGTH_MAX = 56
const HEAD_LENGTH = 8

export const TEST_MESSAGE_LENGTH_MAX: number = HEAD_LENGTH + FILLER_LENGTH_MAX

/** A message whose length and every byte follow from its sender and number. Returns its length. */
export function putTestMessage(buffer: DirectBuffer, senderId: number, sequence: number): number {
  const length = testMessageLength(senderId, sequence)
  buffer.view.setInt32(0, senderId, true)
  buffer.view.setInt32(4, sequence, true)
  buffer.bytes.fill(sequence * 7 + senderId, HEAD_LENGTH, length)
  return length
}

/** Sender and number of a message that is whole; undefined when any of it is wrong. */
export function readTestMessage(
  typeId: number, buffer: DirectBuffer | AtomicBuffer, offset: number, length: number,
): readonly [senderId: number, sequence: number] | undefined {
  if (typeId !== MESSAGE_TYPE || length < HEAD_LENGTH) return undefined
  const senderId = buffer.view.getInt32(offset, true)
  const sequence = buffer.view.getInt32(offset + 4, true)
  if (length !== testMessageLength(senderId, sequence)) return undefined
  const filler = (sequence * 7 + senderId) & 0xff
  for (let i = HEAD_LENGTH; i < length; i++) if (buffer.bytes[offset + i] !== filler) return undefined
  return [senderId, sequence]
}

function testMessageLength(senderId: number, sequence: number): number {
  return HEAD_LENGTH + ((sequence * 13 + senderId) % (FILLER_LENGTH_MAX + 1))
}
