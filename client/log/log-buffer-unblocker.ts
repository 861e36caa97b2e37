import {
  computeTermCount,
  computeTermCountFromPosition,
  computeTermOffsetFromPosition,
  indexByTermCount,
} from './log-buffer-descriptor.ts'
import type { LogBuffers } from './log-buffers.ts'
import { Tail, rotateLog } from './log-buffers.ts'
import { UnblockResult, unblockTerm } from './term-unblocker.ts'

/**
 * Lets a stream go on that stands still because a publisher died between claiming and committing, or between filling
 * a term and going on to the next one. For logs of concurrent publications, and of exclusive ones that have ended.
 *
 * @param blockedPosition where consumers wait
 * @param hasEnded whether nobody publishes any more: then a claim behind which nothing follows is given up, too
 * @returns whether something was changed
 */
export function unblockLog(log: LogBuffers, blockedPosition: number, hasEnded: boolean = false): boolean {
  const tail = new Tail()
  const blockedTermCount = computeTermCountFromPosition(blockedPosition, log.positionBitsToShift)
  const blockedOffset = computeTermOffsetFromPosition(blockedPosition, log.positionBitsToShift)
  const activeTermCount = log.activeTermCount()
  if (activeTermCount === blockedTermCount - 1 && blockedOffset === 0) {
    log.loadTail(indexByTermCount(activeTermCount), tail)
    return rotateLog(log, activeTermCount, tail.termId)
  }
  const partition = indexByTermCount(blockedTermCount)
  log.loadTail(partition, tail)
  if (computeTermCount(tail.termId, log.initialTermId) !== blockedTermCount) return false
  const tailOffset = Math.min(tail.termOffset, log.termLength)
  const result = unblockTerm(log, log.terms[partition]!, blockedOffset, tailOffset, tail.termId, hasEnded)
  const hasNextTerm = (blockedTermCount + 1) * log.termLength < log.maxPossiblePosition
  if (result === UnblockResult.UNBLOCKED_TO_END && hasNextTerm) rotateLog(log, blockedTermCount, tail.termId)
  return result !== UnblockResult.NO_ACTION
}
