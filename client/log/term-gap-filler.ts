import type { AtomicBuffer } from '../memory/atomic-buffer.ts'
import type { LogBuffers } from './log-buffers.ts'
import { isUntouched, padFrame } from './padding.ts'

/**
 * Fills a gap of an image with padding, unless data has come in the meantime.
 *
 * @param gapLength multiple of 32
 * @returns whether it was filled
 */
export function fillGap(
  log: LogBuffers,
  term: AtomicBuffer,
  termId: number,
  gapOffset: number,
  gapLength: number,
): boolean {
  if (!isUntouched(term, gapOffset, gapOffset + gapLength)) return false
  return padFrame(log, term, gapOffset, termId, 0, gapLength)
}
