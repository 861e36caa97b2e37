import { moveBytes } from '../../codegen/runtime/index.ts'
import type { DirectBuffer } from '../../codegen/runtime/index.ts'
import {
  BroadcastBufferTrailerDecoder,
  BroadcastBufferTrailerMeta,
} from '../../schemas/generated/aeron.memory/index.ts'
import type { AtomicBuffer } from './atomic-buffer.ts'
import { fence } from './fence.ts'
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

const TRAILER = BroadcastBufferTrailerMeta.fields

/** Length of a broadcast buffer without its capacity. */
export const BROADCAST_BUFFER_TRAILER_LENGTH: number = BroadcastBufferTrailerDecoder.BLOCK_LENGTH

/**
 * Writes to all receivers at once, and waits for none: what the driver tells its clients.
 *
 * ```
 *  0                latest      tail                  capacity      capacity + BROADCAST_BUFFER_TRAILER_LENGTH
 *  +----------------+-----------+---------------------+-------------+
 *  | older records  | newest    | oldest records      | trailer     |
 *  +----------------+-----------+---------------------+-------------+
 * ```
 *
 * There is one transmitter for a buffer. It keeps its own position: receivers are not trusted with it.
 */
export class BroadcastTransmitter {
  readonly capacity: number
  /** Longest message in bytes. */
  readonly maxMessageLength: number
  readonly #buffer: AtomicBuffer
  readonly #tailIntentOffset: number
  readonly #tailOffset: number
  readonly #latestOffset: number
  #tail: number

  /**
   * @param buffer capacity, a power of two, and trailer
   * @throws GodwitError ERR_GODWIT_BUFFER_CAPACITY
   */
  constructor(buffer: AtomicBuffer) {
    const capacity = checkCapacity('BroadcastTransmitter', buffer.byteLength, BROADCAST_BUFFER_TRAILER_LENGTH)
    this.capacity = capacity
    this.maxMessageLength = maxMessageLengthOf(capacity)
    this.#buffer = buffer
    this.#tailIntentOffset = capacity + TRAILER.tailIntentCounter.offset
    this.#tailOffset = capacity + TRAILER.tailCounter.offset
    this.#latestOffset = capacity + TRAILER.latestCounter.offset
    this.#tail = buffer.loadInt64(this.#tailOffset)
  }

  /** @throws GodwitError ERR_GODWIT_MESSAGE_TYPE below 1, ERR_GODWIT_MESSAGE_LENGTH over `maxMessageLength` */
  transmit(typeId: number, source: DirectBuffer, offset: number, length: number): void {
    checkMessage(typeId, source, offset, length, this.maxMessageLength)
    const buffer = this.#buffer
    const alignedLength = alignedRecordLength(length)
    let latest = this.#tail
    let index = latest & (this.capacity - 1)
    const toEnd = this.capacity - index
    const padding = alignedLength > toEnd ? toEnd : 0
    const tail = latest + padding + alignedLength

    buffer.storeInt64(this.#tailIntentOffset, tail)
    // Receivers must see that older records are going before a byte of them changes.
    fence()
    if (padding > 0) {
      buffer.storeInt32(index + RECORD_LENGTH_OFFSET, padding)
      buffer.storeInt32(index + RECORD_TYPE_OFFSET, PADDING_TYPE)
      latest += padding
      index = 0
    }
    buffer.storeInt32(index + RECORD_LENGTH_OFFSET, RECORD_HEADER_LENGTH + length)
    buffer.storeInt32(index + RECORD_TYPE_OFFSET, typeId)
    moveBytes(buffer.bytes, index + RECORD_HEADER_LENGTH, source.bytes, offset, length)
    buffer.storeInt64(this.#latestOffset, latest)
    buffer.storeInt64(this.#tailOffset, tail)
    this.#tail = tail
  }
}
