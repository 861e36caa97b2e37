import { moveBytes } from '../../codegen/runtime/index.ts'
import type { DirectBuffer } from '../../codegen/runtime/index.ts'
import { RingBufferTrailerDecoder, RingBufferTrailerMeta } from '../../schemas/generated/aeron.memory/index.ts'
import { RECORD_ALIGNMENT, align } from '../../schemas/descriptors.ts'
import type { AtomicBuffer } from './atomic-buffer.ts'
import { ControlledAction } from './controlled-action.ts'
import {
  PADDING_TYPE,
  RECORD_HEADER_LENGTH,
  RECORD_LENGTH_OFFSET,
  RECORD_TYPE_OFFSET,
  alignedRecordLength,
  checkCapacity,
  checkMessage,
  maxMessageLengthOf,
} from './record-buffer.ts'

const TRAILER = RingBufferTrailerMeta.fields

/** Length of a ring buffer without its capacity. */
export const RING_BUFFER_TRAILER_LENGTH: number = RingBufferTrailerDecoder.BLOCK_LENGTH

/** What `claim` returns when there is no room. */
const FULL = -1

/**
 * Gets a message in the ring's own memory, valid during the call only. Producers are not trusted, nor is the message:
 * it may even change while it is read.
 */
export type RingMessageHandler = (typeId: number, buffer: AtomicBuffer, offset: number, length: number) => void

export type ControlledRingMessageHandler =
  (typeId: number, buffer: AtomicBuffer, offset: number, length: number) => ControlledAction

/**
 * Ring buffer from many producers to one consumer: commands from clients to the driver.
 *
 * ```
 *  0        head            tail                      capacity          capacity + RING_BUFFER_TRAILER_LENGTH
 *  +--------+---------------+-------------------------+-----------------+
 *  | zeroes | records       | zeroes                  | trailer         |
 *  +--------+---------------+-------------------------+-----------------+
 *            i32 length (negative while it is written, 0 while only claimed) . i32 type . message . to 8
 * ```
 *
 * Producers are other processes and may write anything. The consumer never leaves the region and never reads a byte
 * twice: when what lies between head and tail cannot be records it is dropped, `corruptionCount` grows, and the ring
 * goes on with what is written next.
 */
export class ManyToOneRingBuffer {
  readonly capacity: number
  /** Longest message in bytes. */
  readonly maxMessageLength: number
  readonly #buffer: AtomicBuffer
  readonly #mask: number
  readonly #tailOffset: number
  readonly #headCacheOffset: number
  readonly #headOffset: number
  readonly #correlationOffset: number
  readonly #heartbeatOffset: number
  #corruptionCount: number = 0

  /**
   * @param buffer capacity, a power of two, and trailer
   * @throws GodwitError ERR_GODWIT_BUFFER_CAPACITY
   */
  constructor(buffer: AtomicBuffer) {
    const capacity = checkCapacity('ManyToOneRingBuffer', buffer.byteLength, RING_BUFFER_TRAILER_LENGTH)
    this.capacity = capacity
    this.maxMessageLength = maxMessageLengthOf(capacity)
    this.#buffer = buffer
    this.#mask = capacity - 1
    this.#tailOffset = capacity + TRAILER.tailPosition.offset
    this.#headCacheOffset = capacity + TRAILER.headCachePosition.offset
    this.#headOffset = capacity + TRAILER.headPosition.offset
    this.#correlationOffset = capacity + TRAILER.correlationCounter.offset
    this.#heartbeatOffset = capacity + TRAILER.consumerHeartbeatMs.offset
  }

  /** How often this consumer found content that cannot be records, and dropped what was in the ring. */
  get corruptionCount(): number {
    return this.#corruptionCount
  }

  /**
   * Copies a message into the ring. Producers on all threads may do so at a time.
   *
   * @returns false when the ring is full: try again later
   * @throws GodwitError ERR_GODWIT_MESSAGE_TYPE below 1, ERR_GODWIT_MESSAGE_LENGTH over `maxMessageLength`
   */
  write(typeId: number, source: DirectBuffer, offset: number, length: number): boolean {
    checkMessage(typeId, source, offset, length, this.maxMessageLength)
    const index = this.#claim(alignedRecordLength(length))
    if (index === FULL) return false
    const buffer = this.#buffer
    const recordLength = RECORD_HEADER_LENGTH + length
    buffer.storeInt32(index + RECORD_LENGTH_OFFSET, -recordLength)
    moveBytes(buffer.bytes, index + RECORD_HEADER_LENGTH, source.bytes, offset, length)
    buffer.storeInt32(index + RECORD_TYPE_OFFSET, typeId)
    buffer.storeInt32(index + RECORD_LENGTH_OFFSET, recordLength)
    return true
  }

  /**
   * Hands out at most `limit` messages, and not beyond the end of the buffer. A message whose handler throws counts
   * as consumed.
   *
   * @returns number of messages
   */
  read(handler: RingMessageHandler, limit: number): number {
    return this.#consume(handler, limit, false)
  }

  /** As `read`; the handler says how to go on. A message that it aborted does not count. */
  controlledRead(handler: ControlledRingMessageHandler, limit: number): number {
    return this.#consume(handler, limit, true)
  }

  /**
   * Removes what keeps the consumer from going on: a record at the head whose producer died between claiming and
   * completing it. Only to be called, by the consumer, when it has been stuck for so long that no producer can still be
   * at work there.
   *
   * @returns whether something was removed
   */
  unblock(): boolean {
    const buffer = this.#buffer
    const head = buffer.loadInt64(this.#headOffset)
    const tail = buffer.loadInt64(this.#tailOffset)
    if (head === tail && isPosition(head)) return false
    if (!this.#isRange(head, tail)) {
      this.#drop(head)
      return true
    }
    const index = head & this.#mask
    const length = buffer.loadInt32(index + RECORD_LENGTH_OFFSET)
    if (length > 0) return false
    if (length < 0) {
      if (this.#isRecord(head, -length)) this.#pad(index, -length)
      else this.#drop(head)
      return true
    }
    const end = this.#nextWritten(head, tail)
    if (end === tail || !this.#isZeroed(head, end)) return false
    this.#pad(index, Math.min(end - head, this.capacity - index))
    return true
  }

  /** A new id, unique among all that take theirs from this ring. */
  nextCorrelationId(): number {
    return this.#buffer.addInt64(this.#correlationOffset, 1)
  }

  /** Epoch time at which the consumer was last alive: 0 before it began, -1 after a clean end. */
  consumerHeartbeatMs(): number {
    return this.#buffer.loadInt64(this.#heartbeatOffset)
  }

  setConsumerHeartbeatMs(epochMs: number): void {
    this.#buffer.storeInt64(this.#heartbeatOffset, epochMs)
  }

  /** Position up to which producers have claimed. */
  producerPosition(): number {
    return this.#buffer.loadInt64(this.#tailOffset)
  }

  /** Position up to which the consumer has read. */
  consumerPosition(): number {
    return this.#buffer.loadInt64(this.#headOffset)
  }

  /** Bytes claimed and not yet consumed, in 0..capacity. */
  size(): number {
    const head = this.consumerPosition()
    return Math.max(0, Math.min(this.producerPosition() - head, this.capacity))
  }

  #consume(handler: RingMessageHandler | ControlledRingMessageHandler, limit: number, isControlled: boolean): number {
    const buffer = this.#buffer
    let head = buffer.loadInt64(this.#headOffset)
    let index = head & this.#mask
    let consumed = 0
    let messages = 0
    try {
      while (messages < limit && index + consumed < this.capacity) {
        const recordIndex = index + consumed
        const recordLength = buffer.loadInt32(recordIndex + RECORD_LENGTH_OFFSET)
        if (recordLength <= 0) break
        if (!this.#isRecord(head + consumed, recordLength)) {
          this.#drop(head)
          consumed = 0
          break
        }
        const alignedLength = align(recordLength, RECORD_ALIGNMENT)
        consumed += alignedLength
        const typeId = buffer.loadInt32(recordIndex + RECORD_TYPE_OFFSET)
        if (typeId === PADDING_TYPE) continue
        messages++
        const messageOffset = recordIndex + RECORD_HEADER_LENGTH
        const action = handler(typeId, buffer, messageOffset, recordLength - RECORD_HEADER_LENGTH)
        if (!isControlled || action === ControlledAction.CONTINUE) continue
        if (action === ControlledAction.ABORT) {
          messages--
          consumed -= alignedLength
          break
        }
        if (action === ControlledAction.BREAK) break
        this.#release(head, consumed)
        head += consumed
        index += consumed
        consumed = 0
      }
    } finally {
      if (consumed > 0) this.#release(head, consumed)
    }
    return messages
  }

  #claim(alignedLength: number): number {
    const buffer = this.#buffer
    let head = buffer.loadInt64(this.#headCacheOffset)
    for (;;) {
      const tail = buffer.loadInt64(this.#tailOffset)
      // The consumer puts such a tail right when it next looks for what blocks it.
      if (!isPosition(tail)) return FULL
      if (!(alignedLength <= this.capacity - (tail - head))) {
        head = buffer.loadInt64(this.#headOffset)
        if (!(alignedLength <= this.capacity - (tail - head))) return FULL
        buffer.storeInt64(this.#headCacheOffset, head)
      }
      const index = tail & this.#mask
      const toEnd = this.capacity - index
      let padding = 0
      if (alignedLength > toEnd) {
        if (alignedLength > (head & this.#mask)) {
          head = buffer.loadInt64(this.#headOffset)
          if (alignedLength > (head & this.#mask)) return FULL
          buffer.storeInt64(this.#headCacheOffset, head)
        }
        padding = toEnd
      }
      if (!buffer.compareAndSetInt64(this.#tailOffset, tail, tail + alignedLength + padding)) continue
      if (padding === 0) return index
      buffer.storeInt32(index + RECORD_LENGTH_OFFSET, -padding)
      this.#pad(index, padding)
      return 0
    }
  }

  #pad(index: number, length: number): void {
    this.#buffer.storeInt32(index + RECORD_TYPE_OFFSET, PADDING_TYPE)
    this.#buffer.storeInt32(index + RECORD_LENGTH_OFFSET, length)
  }

  /** Zeroes what was consumed, for a length of 0 says that a record is not written yet, and then frees it. */
  #release(head: number, length: number): void {
    const index = head & this.#mask
    this.#buffer.bytes.fill(0, index, index + length)
    this.#buffer.storeInt64(this.#headOffset, head + length)
  }

  /** Whether a record of that length, which may be hostile, can lie at that position. */
  #isRecord(position: number, length: number): boolean {
    if (length < RECORD_HEADER_LENGTH || length > this.capacity - (position & this.#mask)) return false
    const tail = this.#buffer.loadInt64(this.#tailOffset)
    return this.#isRange(position, tail) && align(length, RECORD_ALIGNMENT) <= tail - position
  }

  #isRange(head: number, tail: number): boolean {
    return isPosition(head) && isPosition(tail) && head <= tail && tail - head <= this.capacity
  }

  /** Drops everything up to the tail; positions that make no sense begin anew. */
  #drop(head: number): void {
    this.#corruptionCount++
    const buffer = this.#buffer
    const tail = buffer.loadInt64(this.#tailOffset)
    if (this.#isRange(head, tail)) {
      const toEnd = Math.min(tail - head, this.capacity - (head & this.#mask))
      if (toEnd > 0) this.#release(head, toEnd)
      if (head + toEnd < tail) this.#release(head + toEnd, tail - head - toEnd)
      return
    }
    buffer.bytes.fill(0, 0, this.capacity)
    const restart = isPosition(head) ? head : 0
    buffer.storeInt64(this.#headCacheOffset, restart)
    buffer.storeInt64(this.#headOffset, restart)
    buffer.storeInt64(this.#tailOffset, restart)
  }

  /** Position behind the head at which something is written; the tail when there is nothing. */
  #nextWritten(head: number, tail: number): number {
    let position = head + RECORD_ALIGNMENT
    while (position < tail && this.#buffer.loadInt32(position & this.#mask) === 0) position += RECORD_ALIGNMENT
    return position
  }

  /** A producer may have begun behind the scan: it goes back over what it has passed. */
  #isZeroed(head: number, end: number): boolean {
    for (let position = end - RECORD_ALIGNMENT; position >= head; position -= RECORD_ALIGNMENT) {
      if (this.#buffer.loadInt32(position & this.#mask) !== 0) return false
    }
    return true
  }
}

function isPosition(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0 && value % RECORD_ALIGNMENT === 0
}
