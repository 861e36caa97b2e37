import { DirectBuffer, GodwitError } from '../../codegen/runtime/index.ts'

/**
 * A message is its sequence number, an int32, and words that are a function of the sequence number of the last message
 * before it, or of itself, that is a multiple of 1,024:
 *
 * ```
 *  0          4                                length
 *  +----------+----------+----------+-- ... --+
 *  | sequence | word 1   | word 2   |         |
 *  +----------+----------+----------+-- ... --+
 * ```
 */
export const MESSAGE_MIN_LENGTH = 4

/** Every so many messages, one is compared whole. */
export const WHOLE_INTERVAL = 1024

const WHOLE_MASK = WHOLE_INTERVAL - 1
const WORD_LENGTH = 4

/** A word for its place in the message and the block of messages: all bytes differ from one to the next. */
function wordOf(block: number, index: number): number {
  const mixed = Math.imul(block + 1, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b)
  return mixed ^ (mixed >>> 15)
}

function byteOf(block: number, offset: number): number {
  return (wordOf(block, offset >> 2) >>> ((offset & 3) << 3)) & 0xff
}

/** Writes everything behind the sequence number. */
function writeWords(buffer: DirectBuffer, offset: number, length: number, sequence: number): void {
  const { view } = buffer
  const block = sequence >> 10
  let at = WORD_LENGTH
  for (; at <= length - WORD_LENGTH; at += WORD_LENGTH) view.setInt32(offset + at, wordOf(block, at >> 2), true)
  for (; at < length; at++) view.setUint8(offset + at, byteOf(block, at))
}

/** Writes messages, into a buffer of its own or in place. */
export class MessageWriter {
  readonly length: number
  readonly buffer: DirectBuffer

  constructor(length: number) {
    this.length = length
    // Aligned as the engine's copy wants it.
    this.buffer = new DirectBuffer(new ArrayBuffer((length + 7) & ~7))
  }

  /** Makes `buffer` the message of that number; numbers go up by 1. */
  prepare(sequence: number): void {
    const low = sequence | 0
    this.buffer.view.setInt32(0, low, true)
    if ((low & WHOLE_MASK) === 0) writeWords(this.buffer, 0, this.length, low)
  }

  /** Writes the whole message somewhere else. */
  writeTo(buffer: DirectBuffer, offset: number, sequence: number): void {
    const low = sequence | 0
    buffer.view.setInt32(offset, low, true)
    writeWords(buffer, offset, this.length, low)
  }
}

/** Requires that messages come once, in order, and as they were written. */
export class MessageChecker {
  /** Messages that have arrived, all as they should; the number of the next one. */
  received: number = 0
  readonly #length: number
  readonly #expected: DirectBuffer

  constructor(length: number) {
    this.#length = length
    this.#expected = new DirectBuffer(new ArrayBuffer((length + 7) & ~7))
  }

  /** Number of messages that were compared whole. */
  get comparedWhole(): number {
    return Math.ceil(this.received / WHOLE_INTERVAL)
  }

  /** @throws GodwitError ERR_GODWIT_PERF_MESSAGE */
  check(buffer: DirectBuffer, offset: number, length: number): void {
    const expected = this.received | 0
    if (length !== this.#length) throw wrongMessage(this.received, `is ${length} bytes long, not ${this.#length}`)
    const sequence = buffer.view.getInt32(offset, true)
    if (sequence !== expected) throw wrongSequence(this.received, sequence)
    if ((expected & WHOLE_MASK) === 0) this.#compare(buffer, offset)
    this.received++
  }

  #compare(buffer: DirectBuffer, offset: number): void {
    const expected = this.#expected
    const low = this.received | 0
    expected.view.setInt32(0, low, true)
    writeWords(expected, 0, this.#length, low)
    for (let at = 0; at < this.#length; at++) {
      if (buffer.bytes[offset + at] !== expected.bytes[at]) throw wrongMessage(this.received, `differs at byte ${at}`)
    }
  }
}

function wrongSequence(expected: number, sequence: number): GodwitError {
  const distance = (sequence - expected) | 0
  if (distance < 0) return wrongMessage(expected, `was expected, one of ${-distance} before came again`)
  return wrongMessage(expected, `is missing, with ${distance - 1} behind it`)
}

function wrongMessage(number: number, what: string): GodwitError {
  return new GodwitError('ERR_GODWIT_PERF_MESSAGE', `message ${number} ${what}: no figure is given`)
}
