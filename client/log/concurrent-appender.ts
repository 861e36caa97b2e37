import type { DirectBuffer } from '../../codegen/runtime/index.ts'
import { FRAME_ALIGNMENT, align } from '../../schemas/descriptors.ts'
import { Appender } from './appender.ts'
import type { BufferClaim } from './buffer-claim.ts'
import type { MessagePart, ReservedValueSupplier } from './frame-writer.ts'
import {
  HEADER_LENGTH,
  computeFragmentedFrameLength,
  computeTermCount,
  indexByTermCount,
} from './log-buffer-descriptor.ts'
import { Tail, rotateLog } from './log-buffers.ts'
import { ADMIN_ACTION, CLOSED, MAX_POSITION_EXCEEDED } from './offer-result.ts'

/**
 * Appends to a log that others append to at the same time: each claims its part with one atomic add to the raw tail.
 *
 * All methods return the position behind what was appended, or a negative code of offer-result.ts.
 */
export class ConcurrentAppender extends Appender {
  readonly #tail: Tail = new Tail()

  /** Where the next message will begin, or CLOSED. */
  position(): number {
    return this.closed ? CLOSED : this.log.producerPosition()
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
    const position = this.#claim(length, required)
    if (position < 0) return position
    const { termOffset, termId } = this.#tail
    const term = this.log.terms[indexByTermCount(computeTermCount(termId, this.log.initialTermId))]!
    if (isWhole) writer.writeMessage(term, termOffset, termId, source, offset, length, supplier)
    else writer.writeFragments(term, termOffset, termId, termOffset + required, source, offset, length, supplier)
    return position
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
    const position = this.#claim(length, required)
    if (position < 0) return position
    const { termOffset, termId } = this.#tail
    const term = this.log.terms[indexByTermCount(computeTermCount(termId, this.log.initialTermId))]!
    writer.writeParts(term, termOffset, termId, termOffset + required, parts, length, supplier)
    return position
  }

  /**
   * Claims room for a message of that length, at most `maxPayloadLength`, which is to be written in place.
   *
   * @throws GodwitError ERR_GODWIT_LOG_LENGTH
   */
  claim(length: number, bufferClaim: BufferClaim): number {
    this.checkLength('claim', length, this.maxPayloadLength)
    const frameLength = length + HEADER_LENGTH
    const position = this.#claim(length, align(frameLength, FRAME_ALIGNMENT))
    if (position < 0) return position
    const { termOffset, termId } = this.#tail
    const term = this.log.terms[indexByTermCount(computeTermCount(termId, this.log.initialTermId))]!
    this.writer.beginFrame(term, termOffset, termId, frameLength)
    bufferClaim.wrap(term, termOffset, frameLength)
    return position
  }

  /** Returns the position behind `required` bytes of which the start is in `#tail` then, or a code. */
  #claim(length: number, required: number): number {
    if (this.closed) return CLOSED
    const log = this.log
    const tail = this.#tail
    const limit = this.positionLimit.get()
    const termCount = log.activeTermCount()
    const partition = indexByTermCount(termCount)
    log.loadTailOf(partition, tail)
    if (computeTermCount(tail.termId, log.initialTermId) !== termCount) return ADMIN_ACTION
    const { termId } = tail
    const position = termCount * log.termLength + Math.min(tail.termOffset, log.termLength)
    if (position >= limit) return this.refusal(position, length)
    log.addToTail(partition, required, tail)
    // Others have gone on meanwhile, by three terms: this message came behind the end of the one it was for.
    if (tail.termId !== termId && tail.termOffset >= log.termLength) return ADMIN_ACTION
    const end = tail.termOffset + required
    if (end > log.termLength) return this.#endTerm(tail.termOffset, tail.termId)
    return computeTermCount(tail.termId, log.initialTermId) * log.termLength + end
  }

  /** Who began within the term fills it up; everyone who came to its end helps to go on to the next one. */
  #endTerm(termOffset: number, termId: number): number {
    const { log } = this
    const termCount = computeTermCount(termId, log.initialTermId)
    if (termOffset < log.termLength) {
      this.writer.writePadding(log.terms[indexByTermCount(termCount)]!, termOffset, termId, log.termLength - termOffset)
    }
    if ((termCount + 1) * log.termLength >= log.maxPossiblePosition) return MAX_POSITION_EXCEEDED
    rotateLog(log, termCount, termId)
    return ADMIN_ACTION
  }
}
