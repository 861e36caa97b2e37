import { FRAME_ALIGNMENT, align } from '../../schemas/descriptors.ts'
import { FrameType } from '../../schemas/generated/aeron.wire/index.ts'
import type { AtomicBuffer } from '../memory/atomic-buffer.ts'
import { frameTypeOf, loadFrameLength } from './frame.ts'
import { HEADER_LENGTH } from './log-buffer-descriptor.ts'

/** What a scan found. */
export class Availability {
  /** Bytes of whole frames to put on the wire. When the first frame is longer than the limit: minus its length. */
  available: number = 0
  /** Bytes behind them that are padding, which is not sent. */
  padding: number = 0
}

/**
 * Finds whole frames that can be sent in one datagram. Padding contributes its header and is the last.
 *
 * @param maxLength of the datagram
 * @param result is set
 */
export function scanForAvailability(
  term: AtomicBuffer,
  termOffset: number,
  maxLength: number,
  result: Availability,
): void {
  const limit = Math.min(maxLength, term.byteLength - termOffset)
  let available = 0
  let padding = 0
  while (available < limit) {
    const frameOffset = termOffset + available
    const frameLength = loadFrameLength(term, frameOffset)
    if (frameLength <= 0) break
    const isPadding = frameTypeOf(term, frameOffset) === FrameType.PAD
    const length = isPadding ? HEADER_LENGTH : align(frameLength, FRAME_ALIGNMENT)
    if (available + length > limit) {
      if (available === 0) available = -length
      break
    }
    available += length
    if (isPadding) {
      padding = Math.max(0, Math.min(align(frameLength, FRAME_ALIGNMENT), term.byteLength - frameOffset) - length)
      break
    }
  }
  result.available = available
  result.padding = padding
}
