import type { DirectBuffer } from '../../codegen/runtime/index.ts'
import { GodwitError } from '../../codegen/runtime/index.ts'
import { FRAME_ALIGNMENT, align } from '../../schemas/descriptors.ts'
import { DataHeaderMeta, FrameType } from '../../schemas/generated/aeron.wire/index.ts'
import type { AtomicBuffer } from '../memory/atomic-buffer.ts'
import type { PositionLimit } from './appender.ts'
import { Appender, checkRange } from './appender.ts'
import type { BufferClaim } from './buffer-claim.ts'
import type { MessagePart, ReservedValueSupplier } from './frame-writer.ts'
import { insertFrames } from './term-rebuilder.ts'
import {
  HEADER_LENGTH,
  computeFragmentedFrameLength,
  computeTermBeginPosition,
  computeTermCount,
  indexByTermCount,
} from './log-buffer-descriptor.ts'
import type { LogBuffers } from './log-buffers.ts'
import { Tail } from './log-buffers.ts'
import { ADMIN_ACTION, CLOSED, MAX_POSITION_EXCEEDED } from './offer-result.ts'

const { fields } = DataHeaderMeta

/**
 * Appends to a log that nobody else appends to, which needs no atomic add.
 *
 * All methods that append return the position behind it, or a negative code of offer-result.ts.
 */
export class ExclusiveAppender extends Appender {
  #partition: number
  #term: AtomicBuffer
  #termId: number
  #termOffset: number
  #termBeginPosition: number

  constructor(log: LogBuffers, positionLimit: PositionLimit) {
    super(log, positionLimit)
    const tail = new Tail()
    this.#partition = indexByTermCount(log.activeTermCount())
    log.loadTail(this.#partition, tail)
    this.#term = log.terms[this.#partition]!
    this.#termId = tail.termId
    this.#termOffset = Math.min(tail.termOffset, log.termLength)
    this.#termBeginPosition = computeTermBeginPosition(tail.termId, log.positionBitsToShift, log.initialTermId)
  }

  /** Where the next message will begin, or CLOSED. */
  position(): number {
    return this.closed ? CLOSED : this.#termBeginPosition + this.#termOffset
  }

  /** Term that was appended to last. */
  get termId(): number {
    return this.#termId
  }

  /** Where in the term the next frame will begin. */
  get termOffset(): number {
    return this.#termOffset
  }

  /**
   * Appends a message.
   *
   * @throws GodwitError ERR_GODWIT_LOG_RANGE, ERR_GODWIT_LOG_LENGTH; whatever the supplier throws
   */
  offer(source: DirectBuffer, offset: number, length: number, supplier?: ReservedValueSupplier): number {
    this.checkMessage(source, offset, length)
    const { writer } = this
    const isWhole = length <= writer.maxPayloadLength
    const required = isWhole
      ? align(length + HEADER_LENGTH, FRAME_ALIGNMENT)
      : computeFragmentedFrameLength(length, writer.maxPayloadLength)
    const refusal = this.#claim(length, required)
    if (refusal < 0) return refusal
    const end = this.#termOffset
    const start = end - required
    if (isWhole) writer.writeMessage(this.#term, start, this.#termId, source, offset, length, supplier)
    else writer.writeFragments(this.#term, start, this.#termId, end, source, offset, length, supplier)
    return this.#termBeginPosition + end
  }

  /**
   * Appends a message that lies in several parts, which may be empty.
   *
   * @throws GodwitError ERR_GODWIT_LOG_RANGE, ERR_GODWIT_LOG_LENGTH; whatever the supplier throws
   */
  offerVectors(parts: readonly MessagePart[], supplier?: ReservedValueSupplier): number {
    const length = this.checkParts(parts)
    const { writer } = this
    const required = length <= writer.maxPayloadLength
      ? align(length + HEADER_LENGTH, FRAME_ALIGNMENT)
      : computeFragmentedFrameLength(length, writer.maxPayloadLength)
    const refusal = this.#claim(length, required)
    if (refusal < 0) return refusal
    const end = this.#termOffset
    writer.writeParts(this.#term, end - required, this.#termId, end, parts, length, supplier)
    return this.#termBeginPosition + end
  }

  /**
   * Claims room for a message of that length, at most `maxPayloadLength`, which is to be written in place.
   *
   * @throws GodwitError ERR_GODWIT_LOG_LENGTH
   */
  claim(length: number, bufferClaim: BufferClaim): number {
    this.checkLength('claim', length, this.maxPayloadLength)
    const frameLength = length + HEADER_LENGTH
    const required = align(frameLength, FRAME_ALIGNMENT)
    const refusal = this.#claim(length, required)
    if (refusal < 0) return refusal
    const start = this.#termOffset - required
    this.writer.beginFrame(this.#term, start, this.#termId, frameLength)
    bufferClaim.wrap(this.#term, start, frameLength)
    return this.#termBeginPosition + this.#termOffset
  }

  /**
   * Appends a frame that subscribers skip, of a header and `length` bytes.
   *
   * @throws GodwitError ERR_GODWIT_LOG_LENGTH beyond `maxMessageLength`
   */
  appendPadding(length: number): number {
    this.checkLength('padding', length, this.maxMessageLength)
    const required = align(length + HEADER_LENGTH, FRAME_ALIGNMENT)
    const refusal = this.#claim(length, required)
    if (refusal < 0) return refusal
    this.writer.writePadding(this.#term, this.#termOffset - required, this.#termId, required)
    return this.#termBeginPosition + this.#termOffset
  }

  /**
   * Appends ready-made frames, each padded to 32 bytes, as they are. The first one must be DATA of this stream, at
   * `termId` and `termOffset`; when the term is full already, at the start of the next one.
   *
   * @param length of all frames, at most the rest of the term
   * @throws GodwitError ERR_GODWIT_LOG_RANGE, ERR_GODWIT_LOG_BLOCK
   */
  offerBlock(source: DirectBuffer, offset: number, length: number): number {
    const { log } = this
    checkRange(source, offset, length)
    if (this.closed) return CLOSED
    const position = this.#termBeginPosition + this.#termOffset
    if (position >= this.positionLimit.get()) return this.refusal(position, length)
    if (this.#termOffset >= log.termLength && !this.#rotate()) return MAX_POSITION_EXCEEDED
    this.#checkBlock(source, offset, length)
    const start = this.#termOffset
    this.#termOffset = start + length
    log.setTailOffset(this.#partition, this.#termOffset)
    insertFrames(this.#term, start, source, offset, length)
    return this.#termBeginPosition + this.#termOffset
  }

  /** Moves the term offset behind `required` bytes and returns 0, or returns a code. */
  #claim(length: number, required: number): number {
    if (this.closed) return CLOSED
    const start = this.#termOffset
    const position = this.#termBeginPosition + start
    if (position >= this.positionLimit.get()) return this.refusal(position, length)
    const end = start + required
    if (end > this.log.termLength) return this.#endTerm(end)
    this.log.setTailOffset(this.#partition, end)
    this.#termOffset = end
    return 0
  }

  #endTerm(end: number): number {
    const { log } = this
    const start = this.#termOffset
    if (start < log.termLength) {
      log.setTailOffset(this.#partition, end)
      this.#termOffset = log.termLength
      this.writer.writePadding(this.#term, start, this.#termId, log.termLength - start)
    }
    return this.#rotate() ? ADMIN_ACTION : MAX_POSITION_EXCEEDED
  }

  /** Whether there is a next term. */
  #rotate(): boolean {
    const { log } = this
    const begin = this.#termBeginPosition + log.termLength
    if (begin >= log.maxPossiblePosition) return false
    this.#termId = (this.#termId + 1) | 0
    this.#termOffset = 0
    this.#termBeginPosition = begin
    const termCount = computeTermCount(this.#termId, log.initialTermId)
    this.#partition = indexByTermCount(termCount)
    this.#term = log.terms[this.#partition]!
    log.setTail(this.#partition, this.#termId, 0)
    log.setActiveTermCount(termCount)
    return true
  }

  #checkBlock({ view }: DirectBuffer, offset: number, length: number): void {
    const { log } = this
    const room = log.termLength - this.#termOffset
    if (length <= 0 || length > room) throw blockError(`length ${length} is not within 1 to the ${room} bytes left`)
    let at = 0
    while (at < length) {
      const left = length - at
      const frameLength = left >= HEADER_LENGTH ? view.getInt32(offset + at + fields.frameLength.offset, true) : 0
      if (frameLength < HEADER_LENGTH || frameLength > left) throw blockError(`there is no whole frame at ${at}`)
      at += align(frameLength, FRAME_ALIGNMENT)
    }
    if (at !== length) throw blockError(`the last frame is not padded to ${FRAME_ALIGNMENT} bytes`)
    this.#checkField('type', view.getUint16(offset + fields.frameType.offset, true), FrameType.DATA)
    this.#checkField('term offset', view.getInt32(offset + fields.termOffset.offset, true), this.#termOffset)
    this.#checkField('session id', view.getInt32(offset + fields.sessionId.offset, true), log.sessionId)
    this.#checkField('stream id', view.getInt32(offset + fields.streamId.offset, true), log.streamId)
    this.#checkField('term id', view.getInt32(offset + fields.termId.offset, true), this.#termId)
  }

  #checkField(name: string, actual: number, expected: number): void {
    if (actual !== expected) throw blockError(`${name} of the first frame is ${actual}, not ${expected}`)
  }
}

function blockError(what: string): GodwitError {
  return new GodwitError('ERR_GODWIT_LOG_BLOCK', `block of frames: ${what}`)
}
