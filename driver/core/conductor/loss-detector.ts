import {
  computeTermIdFromPosition,
  computeTermOffsetFromPosition,
} from '../../../client/log/log-buffer-descriptor.ts'
import type { LogBuffers } from '../../../client/log/log-buffers.ts'
import { gapLength, scanForGap } from '../../../client/log/term-gap-scanner.ts'
import type { FeedbackDelayGenerator } from './feedback-delay.ts'

/** Told when a gap is due. */
export type LossHandler = (termId: number, termOffset: number, length: number) => void

/**
 * Finds the first gap of an image. A gap is due after a delay, and again and again as long as it stays as it is; one
 * that begins or ends elsewhere is a new one.
 */
export class LossDetector {
  private readonly feedbackDelay: FeedbackDelayGenerator
  private readonly onLoss: LossHandler
  private termId: number = 0
  private termOffset: number = 0
  private length: number = 0
  #deadlineNs: number = Infinity
  #lossFound: boolean = false

  constructor(feedbackDelay: FeedbackDelayGenerator, onLoss: LossHandler) {
    this.feedbackDelay = feedbackDelay
    this.onLoss = onLoss
  }

  /** When the gap is due; Infinity without one. */
  get deadlineNs(): number {
    return this.#deadlineNs
  }

  /** Whether the last scan saw a gap for the first time. */
  get lossFound(): boolean {
    return this.#lossFound
  }

  /**
   * Walks over frames, within the term that it begins in.
   *
   * @param position where to begin: everything before is there
   * @param highWaterPosition up to which something came
   * @returns position of the gap, or of the first frame that nothing is known of
   */
  scan(log: LogBuffers, position: number, highWaterPosition: number, nowNs: number): number {
    this.#lossFound = false
    if (position >= highWaterPosition) {
      this.#deadlineNs = Infinity
      return position
    }
    const shift = log.positionBitsToShift
    const term = log.termOf(position)
    const startOffset = computeTermOffsetFromPosition(position, shift)
    const limitOffset = Math.min(log.termLength, startOffset + (highWaterPosition - position))
    const offset = scanForGap(term, startOffset, limitOffset)
    const scannedPosition = position + (offset - startOffset)
    if (offset >= limitOffset) {
      this.#deadlineNs = Infinity
      return scannedPosition
    }
    const length = gapLength(term, offset, limitOffset)
    this.onGap(computeTermIdFromPosition(position, shift, log.initialTermId), offset, length, nowNs)
    return scannedPosition
  }

  private onGap(termId: number, termOffset: number, length: number, nowNs: number): void {
    const isSame = termId === this.termId && termOffset === this.termOffset && length === this.length
    if (!isSame || this.#deadlineNs === Infinity) {
      this.#lossFound = true
      this.termId = termId
      this.termOffset = termOffset
      this.length = length
      this.#deadlineNs = nowNs + this.feedbackDelay.delayNs()
    }
    if (nowNs < this.#deadlineNs) return
    this.#deadlineNs = nowNs + this.feedbackDelay.retryDelayNs()
    this.onLoss(termId, termOffset, length)
  }
}
