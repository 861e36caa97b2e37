import type { DirectBuffer } from '../../codegen/runtime/index.ts'
import { GodwitError } from '../../codegen/runtime/index.ts'
import { FRAME_ALIGNMENT, UNFRAGMENTED, align } from '../../schemas/descriptors.ts'
import { DataFlags, FrameType } from '../../schemas/generated/aeron.wire/index.ts'
import type { AtomicBuffer } from '../memory/atomic-buffer.ts'
import { copyIntoTerm } from './copy.ts'
import {
  FLAGS_AND_TYPE_WORD,
  RESERVED_VALUE_WORD,
  SESSION_ID_WORD,
  STREAM_ID_WORD,
  TERM_ID_WORD,
  TERM_OFFSET_WORD,
  flagsAndType,
  storeFrameLength,
} from './frame.ts'
import { HEADER_LENGTH } from './log-buffer-descriptor.ts'
import type { LogBuffers } from './log-buffers.ts'

/**
 * Gives the reserved value of a frame whose payload lies in the term already. Called for each fragment of a message.
 *
 * @param frameOffset of the header in the term
 * @param frameLength with the header, without the padding behind
 */
export type ReservedValueSupplier = (termBuffer: AtomicBuffer, frameOffset: number, frameLength: number) => bigint

/** A part of a message. */
export interface MessagePart {
  readonly buffer: DirectBuffer
  readonly offset: number
  readonly length: number
}

const BEGIN = 1 << DataFlags.begin
const END = 1 << DataFlags.end
const DATA_UNFRAGMENTED = flagsAndType(UNFRAGMENTED, FrameType.DATA)
const PAD_UNFRAGMENTED = flagsAndType(UNFRAGMENTED, FrameType.PAD)

/** Writes frames into parts of terms that nobody else writes to: the raw tail has been moved behind them. */
export class FrameWriter {
  readonly maxPayloadLength: number
  readonly #sessionId: number
  readonly #streamId: number

  constructor(log: LogBuffers) {
    this.maxPayloadLength = log.mtuLength - HEADER_LENGTH
    this.#sessionId = log.sessionId
    this.#streamId = log.streamId
  }

  /** Writes the header with a negative length: nobody reads the frame before its length is stored. */
  beginFrame(term: AtomicBuffer, frameOffset: number, termId: number, frameLength: number): void {
    this.#putHeader(term.int32s, frameOffset, termId, frameLength, DATA_UNFRAGMENTED)
  }

  writePadding(term: AtomicBuffer, frameOffset: number, termId: number, frameLength: number): void {
    this.#putHeader(term.int32s, frameOffset, termId, frameLength, PAD_UNFRAGMENTED)
    storeFrameLength(term, frameOffset, frameLength)
  }

  /** Writes a message that fits one frame. */
  writeMessage(
    term: AtomicBuffer,
    frameOffset: number,
    termId: number,
    source: DirectBuffer,
    offset: number,
    length: number,
    supplier: ReservedValueSupplier | undefined,
  ): void {
    const frameLength = length + HEADER_LENGTH
    this.#putHeader(term.int32s, frameOffset, termId, frameLength, DATA_UNFRAGMENTED)
    copyIntoTerm(term, frameOffset + HEADER_LENGTH, source, offset, length)
    if (supplier !== undefined) {
      const end = frameOffset + align(frameLength, FRAME_ALIGNMENT)
      this.#putReservedValue(term, frameOffset, termId, frameLength, end, supplier)
    }
    storeFrameLength(term, frameOffset, frameLength)
  }

  /**
   * Writes a message as fragments.
   *
   * @param endOffset where the last fragment with its padding ends
   */
  writeFragments(
    term: AtomicBuffer,
    termOffset: number,
    termId: number,
    endOffset: number,
    source: DirectBuffer,
    offset: number,
    length: number,
    supplier: ReservedValueSupplier | undefined,
  ): void {
    const end = offset + length
    let frameOffset = termOffset
    let from = offset
    let flags = BEGIN
    while (from < end) {
      const payloadLength = Math.min(end - from, this.maxPayloadLength)
      if (from + payloadLength === end) flags |= END
      const frameLength = payloadLength + HEADER_LENGTH
      this.#putHeader(term.int32s, frameOffset, termId, frameLength, flagsAndType(flags, FrameType.DATA))
      copyIntoTerm(term, frameOffset + HEADER_LENGTH, source, from, payloadLength)
      if (supplier !== undefined) this.#putReservedValue(term, frameOffset, termId, frameLength, endOffset, supplier)
      storeFrameLength(term, frameOffset, frameLength)
      frameOffset += align(frameLength, FRAME_ALIGNMENT)
      from += payloadLength
      flags = 0
    }
  }

  /** Writes a message that lies in several parts, as one frame or as fragments. */
  writeParts(
    term: AtomicBuffer,
    termOffset: number,
    termId: number,
    endOffset: number,
    parts: readonly MessagePart[],
    length: number,
    supplier: ReservedValueSupplier | undefined,
  ): void {
    let frameOffset = termOffset
    let remaining = length
    let partIndex = 0
    let partConsumed = 0
    let flags = BEGIN
    do {
      const payloadLength = Math.min(remaining, this.maxPayloadLength)
      if (payloadLength === remaining) flags |= END
      const frameLength = payloadLength + HEADER_LENGTH
      this.#putHeader(term.int32s, frameOffset, termId, frameLength, flagsAndType(flags, FrameType.DATA))
      let filled = 0
      while (filled < payloadLength) {
        const part = parts[partIndex]!
        const length = Math.min(part.length - partConsumed, payloadLength - filled)
        copyBytes(term, frameOffset + HEADER_LENGTH + filled, part, partConsumed, length)
        filled += length
        partConsumed += length
        if (partConsumed === part.length) {
          partIndex++
          partConsumed = 0
        }
      }
      if (supplier !== undefined) this.#putReservedValue(term, frameOffset, termId, frameLength, endOffset, supplier)
      storeFrameLength(term, frameOffset, frameLength)
      frameOffset += align(frameLength, FRAME_ALIGNMENT)
      remaining -= payloadLength
      flags = 0
    } while (remaining > 0)
  }

  /**
   * No fence follows the negative length. Readers do not care which of it and the rest they see first, and who unblocks
   * a log comes seconds later and checks everything that it replaces.
   */
  #putHeader(
    int32s: Int32Array,
    frameOffset: number,
    termId: number,
    frameLength: number,
    versionFlagsAndType: number,
  ): void {
    const word = frameOffset >> 2
    // A plain store is enough: whether others see this or still 0, nothing is there for them. An atomic one here would
    // wait for the cache line, and take a third of the time of an offer.
    int32s[word] = -frameLength
    int32s[word + FLAGS_AND_TYPE_WORD] = versionFlagsAndType
    int32s[word + TERM_OFFSET_WORD] = frameOffset
    int32s[word + SESSION_ID_WORD] = this.#sessionId
    int32s[word + STREAM_ID_WORD] = this.#streamId
    int32s[word + TERM_ID_WORD] = termId
    int32s[word + RESERVED_VALUE_WORD] = 0
    int32s[word + RESERVED_VALUE_WORD + 1] = 0
  }

  /** What a supplier that throws leaves unwritten becomes padding, or the stream would end here. */
  #putReservedValue(
    term: AtomicBuffer,
    frameOffset: number,
    termId: number,
    frameLength: number,
    endOffset: number,
    supplier: ReservedValueSupplier,
  ): void {
    try {
      const value = supplier(term, frameOffset, frameLength)
      if (typeof value !== 'bigint') throw supplierError(value)
      term.int64s[(frameOffset >> 3) + (RESERVED_VALUE_WORD >> 1)] = value
    } catch (error) {
      this.writePadding(term, frameOffset, termId, endOffset - frameOffset)
      throw error
    }
  }
}

function supplierError(value: unknown): GodwitError {
  return new GodwitError('ERR_GODWIT_ARGUMENT', `supplier: expected that it returns a bigint, not a ${typeof value}`)
}

function copyBytes(term: AtomicBuffer, termOffset: number, part: MessagePart, consumed: number, length: number): void {
  if ((termOffset & 3) === 0) {
    copyIntoTerm(term, termOffset, part.buffer, part.offset + consumed, length)
  } else {
    const from = part.offset + consumed
    term.bytes.set(part.buffer.bytes.subarray(from, from + length), termOffset)
  }
}
