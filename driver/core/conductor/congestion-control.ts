import { FRAME_ALIGNMENT } from '../../../schemas/descriptors.ts'

/** Says how much a sender may have under way to an image. */
export interface CongestionControl {
  /** Receiver window in bytes, a multiple of 32. */
  readonly window: number
  /** Whether a status message must go out whatever was consumed; as of the last rebuild. */
  readonly isStatusForced: boolean

  /**
   * @param consumptionPosition up to which every subscriber has read
   * @param lossFound whether a gap was seen that was not known
   */
  onRebuild(nowNs: number, consumptionPosition: number, lossFound: boolean): void
}

/** The same window always. */
export class StaticCongestionControl implements CongestionControl {
  readonly window: number
  readonly isStatusForced: boolean = false

  constructor(windowLength: number, termLength: number) {
    const window = Math.min(windowLength, termLength / 2)
    this.window = window - (window % FRAME_ALIGNMENT)
  }

  onRebuild(): void {}
}
