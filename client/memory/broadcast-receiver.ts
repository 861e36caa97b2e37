import { DirectBuffer, GodwitError, moveBytes } from '../../codegen/runtime/index.ts'
import { RECORD_ALIGNMENT, align } from '../../schemas/descriptors.ts'
import { BroadcastBufferTrailerMeta } from '../../schemas/generated/aeron.memory/index.ts'
import type { AtomicBuffer } from './atomic-buffer.ts'
import { BROADCAST_BUFFER_TRAILER_LENGTH } from './broadcast-transmitter.ts'
import { fence } from './fence.ts'
import {
  PADDING_TYPE,
  RECORD_HEADER_LENGTH,
  RECORD_LENGTH_OFFSET,
  RECORD_TYPE_OFFSET,
  checkCapacity,
  maxMessageLengthOf,
} from './record-buffer.ts'

const TRAILER = BroadcastBufferTrailerMeta.fields
const SCRATCH_LENGTH_INITIAL = 4096

/** Gets a copy of the message, valid during the call only. */
export type BroadcastMessageHandler = (typeId: number, buffer: DirectBuffer, offset: number, length: number) => void

/**
 * Reads what a `BroadcastTransmitter` writes, from the newest record at the time that it is made. A receiver that falls
 * behind by the capacity is lapped: it loses messages and is told so by an error.
 */
export class BroadcastReceiver {
  readonly #buffer: AtomicBuffer
  readonly #capacity: number
  readonly #recordLengthMax: number
  readonly #tailIntentOffset: number
  readonly #tailOffset: number
  readonly #latestOffset: number
  #cursor: number
  #scratch: DirectBuffer = new DirectBuffer(new ArrayBuffer(SCRATCH_LENGTH_INITIAL))
  #lappedCount: number = 0

  /**
   * @param buffer capacity, a power of two, and trailer
   * @throws GodwitError ERR_GODWIT_BUFFER_CAPACITY
   */
  constructor(buffer: AtomicBuffer) {
    const capacity = checkCapacity('BroadcastReceiver', buffer.byteLength, BROADCAST_BUFFER_TRAILER_LENGTH)
    this.#capacity = capacity
    this.#recordLengthMax = RECORD_HEADER_LENGTH + maxMessageLengthOf(capacity)
    this.#buffer = buffer
    this.#tailIntentOffset = capacity + TRAILER.tailIntentCounter.offset
    this.#tailOffset = capacity + TRAILER.tailCounter.offset
    this.#latestOffset = capacity + TRAILER.latestCounter.offset
    this.#cursor = buffer.loadInt64(this.#latestOffset)
  }

  /** How often the transmitter overtook this receiver. */
  get lappedCount(): number {
    return this.#lappedCount
  }

  /**
   * Copies the next message and hands it to the handler.
   *
   * @returns number of messages, 0 or 1
   * @throws GodwitError ERR_GODWIT_BROADCAST_LAPPED when messages were lost: the receiver is at the newest one then;
   * ERR_GODWIT_BROADCAST_CORRUPT when the buffer does not hold records: the receiver is behind all of them then
   */
  receive(handler: BroadcastMessageHandler): number {
    const buffer = this.#buffer
    const tail = buffer.loadInt64(this.#tailOffset)
    if (!(tail > this.#cursor)) return 0
    let cursor = this.#cursor
    let index = cursor & (this.#capacity - 1)
    let recordLength = buffer.loadInt32(index + RECORD_LENGTH_OFFSET)
    let typeId = buffer.loadInt32(index + RECORD_TYPE_OFFSET)
    if (typeId === PADDING_TYPE) {
      // Padding reaches to the end of the buffer, and the record that did not fit there follows at once.
      cursor += this.#capacity - index
      index = 0
      recordLength = buffer.loadInt32(RECORD_LENGTH_OFFSET)
      typeId = buffer.loadInt32(RECORD_TYPE_OFFSET)
    }
    const isRecord = recordLength >= RECORD_HEADER_LENGTH && recordLength <= this.#recordLengthMax &&
      recordLength <= this.#capacity - index
    const length = isRecord ? recordLength - RECORD_HEADER_LENGTH : 0
    const scratch = this.#scratchFor(length)
    moveBytes(scratch.bytes, 0, buffer.bytes, index + RECORD_HEADER_LENGTH, length)
    // The bytes must have been read before it is looked at whether they were still there.
    fence()
    if (!(this.#cursor + this.#capacity > buffer.loadInt64(this.#tailIntentOffset))) this.#lapped()
    if (!isRecord || typeId === PADDING_TYPE) this.#corrupt(tail, recordLength)
    this.#cursor = cursor + align(recordLength, RECORD_ALIGNMENT)
    handler(typeId, scratch, 0, length)
    return 1
  }

  #scratchFor(length: number): DirectBuffer {
    if (length > this.#scratch.byteLength) this.#scratch = new DirectBuffer(new ArrayBuffer(this.#recordLengthMax))
    return this.#scratch
  }

  #lapped(): never {
    this.#lappedCount++
    this.#cursor = this.#buffer.loadInt64(this.#latestOffset)
    throw new GodwitError(
      'ERR_GODWIT_BROADCAST_LAPPED',
      `BroadcastReceiver: unable to keep up, messages were lost when ${this.#capacity} bytes were overwritten; ` +
        'receive more often, or use a larger buffer',
    )
  }

  #corrupt(tail: number, recordLength: number): never {
    this.#cursor = tail
    throw new GodwitError(
      'ERR_GODWIT_BROADCAST_CORRUPT',
      `BroadcastReceiver: a record of ${recordLength} bytes cannot be; something else has written to the buffer`,
    )
  }
}
