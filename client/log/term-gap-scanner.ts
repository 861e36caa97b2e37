import { FRAME_ALIGNMENT, align } from '../../schemas/descriptors.ts'
import type { AtomicBuffer } from '../memory/atomic-buffer.ts'
import { loadFrameLength } from './frame.ts'

/**
 * Walks over frames without a gap.
 *
 * @returns where the first gap begins; the limit, or the end of a frame that exceeds it, when there is none
 */
export function scanForGap(term: AtomicBuffer, termOffset: number, limitOffset: number): number {
  let offset = termOffset
  while (offset < limitOffset) {
    const frameLength = loadFrameLength(term, offset)
    if (frameLength <= 0) break
    offset += align(frameLength, FRAME_ALIGNMENT)
  }
  return offset
}

/** Bytes from the start of a gap to the next frame or the limit. */
export function gapLength(term: AtomicBuffer, gapOffset: number, limitOffset: number): number {
  let offset = gapOffset + FRAME_ALIGNMENT
  while (offset < limitOffset && loadFrameLength(term, offset) === 0) offset += FRAME_ALIGNMENT
  return offset - gapOffset
}
