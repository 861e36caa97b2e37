/** When a receiver asks for what is missing. */
export interface FeedbackDelayGenerator {
  /** From the discovery of a gap to the first NAK. */
  delayNs(): number
  /** From one NAK for a gap to the next. */
  retryDelayNs(): number
}

/** A receiver that is alone asks at once, and again when the answer had time to come. */
export class UnicastFeedbackDelay implements FeedbackDelayGenerator {
  private readonly nakDelayNs: number
  private readonly retryRatio: number

  constructor(nakDelayNs: number, retryRatio: number) {
    this.nakDelayNs = nakDelayNs
    this.retryRatio = retryRatio
  }

  delayNs(): number {
    return this.nakDelayNs
  }

  retryDelayNs(): number {
    return this.nakDelayNs * this.retryRatio
  }
}

/** Gaps of streams that are not reliable are filled as soon as they are seen. */
export const NO_FEEDBACK_DELAY: FeedbackDelayGenerator = { delayNs: () => 0, retryDelayNs: () => 0 }
