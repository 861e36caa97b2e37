import { FRAME_ALIGNMENT } from '../../../schemas/descriptors.ts'
import type { StatusMessageDecoder } from '../../../schemas/generated/aeron.wire/index.ts'

/** Decides how far a publication may send. The limits are exclusive positions. */
export interface FlowControl {
  /**
   * A receiver told what it has consumed and how much more it takes.
   *
   * @param consumptionPosition the position that the message names
   * @returns the new limit
   */
  onStatusMessage(status: StatusMessageDecoder, consumptionPosition: number, senderLimit: number, nowNs: number): number

  /**
   * Nothing was sent in this cycle.
   *
   * @returns the new limit
   */
  onIdle(senderLimit: number, nowNs: number): number

  /** Whether the receivers without which the stream does not count as connected are there. */
  hasRequiredReceivers(): boolean
}

/** Follows whoever is furthest: for channels with one receiver. */
export class UnicastFlowControl implements FlowControl {
  onStatusMessage(status: StatusMessageDecoder, consumptionPosition: number, senderLimit: number): number {
    return Math.max(senderLimit, consumptionPosition + alignedWindow(status.receiverWindow()))
  }

  onIdle(senderLimit: number): number {
    return senderLimit
  }

  hasRequiredReceivers(): boolean {
    return true
  }
}

/** A window rounded down to whole frames, so that limits stay multiples of 32. */
function alignedWindow(receiverWindow: number): number {
  return receiverWindow & -FRAME_ALIGNMENT
}
