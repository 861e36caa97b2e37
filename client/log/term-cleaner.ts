import type { AtomicBuffer } from '../memory/atomic-buffer.ts'
import { FLAGS_AND_TYPE_WORD, storeFrameLength } from './frame.ts'
import { computeTermOffsetFromPosition } from './log-buffer-descriptor.ts'
import type { LogBuffers } from './log-buffers.ts'

const FRAME_START_LENGTH = (FLAGS_AND_TYPE_WORD + 1) << 2

/**
 * Zeroes a range of a term, its first frame length last: whoever sees that one as 0 sees the rest as 0.
 *
 * @param termOffset multiple of 32
 * @param length multiple of 32, above 0
 */
export function cleanTerm(term: AtomicBuffer, termOffset: number, length: number): void {
  // By words: byte by byte it takes many times as long in shared memory.
  term.int64s.fill(0n, (termOffset + FRAME_START_LENGTH) >> 3, (termOffset + length) >> 3)
  term.int32s[(termOffset >> 2) + FLAGS_AND_TYPE_WORD] = 0
  storeFrameLength(term, termOffset, 0)
}

/**
 * Cleans towards a position, at most to the end of one term.
 *
 * @param cleanPosition up to which everything is clean
 * @returns the new clean position
 */
export function cleanTo(log: LogBuffers, cleanPosition: number, limitPosition: number): number {
  if (limitPosition <= cleanPosition) return cleanPosition
  const termOffset = computeTermOffsetFromPosition(cleanPosition, log.positionBitsToShift)
  const length = Math.min(limitPosition - cleanPosition, log.termLength - termOffset)
  cleanTerm(log.termOf(cleanPosition), termOffset, length)
  return cleanPosition + length
}
