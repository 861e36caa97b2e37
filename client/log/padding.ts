import { FRAME_ALIGNMENT, UNFRAGMENTED } from '../../schemas/descriptors.ts'
import { FrameType } from '../../schemas/generated/aeron.wire/index.ts'
import type { AtomicBuffer } from '../memory/atomic-buffer.ts'
import {
  SESSION_ID_WORD,
  STREAM_ID_WORD,
  TERM_ID_WORD,
  TERM_OFFSET_WORD,
  compareAndSetFrameStart,
  flagsAndType,
  loadFrameLength,
} from './frame.ts'
import type { LogBuffers } from './log-buffers.ts'

const PADDING = flagsAndType(UNFRAGMENTED, FrameType.PAD)

/**
 * Makes a frame padding, unless its writer is faster. The fields of the header that do not depend on the kind of the
 * frame are those that its writer writes too, so that it does not matter who does it last.
 *
 * @param expectedLength frame length that was found there
 * @returns whether it is padding now
 */
export function padFrame(
  log: LogBuffers,
  term: AtomicBuffer,
  frameOffset: number,
  termId: number,
  expectedLength: number,
  frameLength: number,
): boolean {
  const { int32s } = term
  const word = frameOffset >> 2
  int32s[word + TERM_OFFSET_WORD] = frameOffset
  int32s[word + SESSION_ID_WORD] = log.sessionId
  int32s[word + STREAM_ID_WORD] = log.streamId
  int32s[word + TERM_ID_WORD] = termId
  return compareAndSetFrameStart(term, frameOffset, expectedLength, frameLength, PADDING)
}

/** Whether nothing was begun in the range. Looks from its end on, for writers may be coming from its start. */
export function isUntouched(term: AtomicBuffer, startOffset: number, endOffset: number): boolean {
  for (let offset = endOffset - FRAME_ALIGNMENT; offset >= startOffset; offset -= FRAME_ALIGNMENT) {
    if (loadFrameLength(term, offset) !== 0) return false
  }
  return true
}
