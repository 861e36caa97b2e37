import { FRAME_ALIGNMENT } from '../../schemas/descriptors.ts'
import type { AtomicBuffer } from '../memory/atomic-buffer.ts'
import { loadFrameLength } from './frame.ts'
import type { LogBuffers } from './log-buffers.ts'
import { isUntouched, padFrame } from './padding.ts'

/** What became of a blocked term. */
export const UnblockResult = {
  NO_ACTION: 0,
  UNBLOCKED: 1,
  /** The padding reaches the end of the term, which nobody has rotated. */
  UNBLOCKED_TO_END: 2,
} as const

export type UnblockResult = (typeof UnblockResult)[keyof typeof UnblockResult]

/**
 * Makes padding of what a publisher claimed and will not write any more.
 *
 * @param blockedOffset of the frame that is missing
 * @param tailOffset up to which the term is claimed, at most its length
 * @param hasEnded whether nobody writes any more; otherwise the last claim may be one that somebody just begins with
 */
export function unblockTerm(
  log: LogBuffers,
  term: AtomicBuffer,
  blockedOffset: number,
  tailOffset: number,
  termId: number,
  hasEnded: boolean,
): UnblockResult {
  const frameLength = loadFrameLength(term, blockedOffset)
  if (frameLength > 0 || blockedOffset >= tailOffset) return UnblockResult.NO_ACTION
  if (frameLength < 0) {
    if (-frameLength > term.byteLength - blockedOffset) return UnblockResult.NO_ACTION
    const isPadded = padFrame(log, term, blockedOffset, termId, frameLength, -frameLength)
    return isPadded ? UnblockResult.UNBLOCKED : UnblockResult.NO_ACTION
  }
  let offset = blockedOffset + FRAME_ALIGNMENT
  while (offset < tailOffset && loadFrameLength(term, offset) === 0) offset += FRAME_ALIGNMENT
  const isToEnd = offset >= term.byteLength
  if (offset >= tailOffset && !isToEnd && !hasEnded) return UnblockResult.NO_ACTION
  if (!isUntouched(term, blockedOffset, offset)) return UnblockResult.NO_ACTION
  if (!padFrame(log, term, blockedOffset, termId, 0, offset - blockedOffset)) return UnblockResult.NO_ACTION
  return isToEnd ? UnblockResult.UNBLOCKED_TO_END : UnblockResult.UNBLOCKED
}
