/**
 * Fields of frames in a term, by the offset of the frame, which is a multiple of 32.
 *
 * A frame length of 0 says that nothing is there yet, a negative one that a frame is being written. Whoever reads a
 * frame loads its length first, whoever writes one stores it last.
 */
import { DataHeaderMeta } from '../../schemas/generated/aeron.wire/index.ts'
import type { AtomicBuffer } from '../memory/atomic-buffer.ts'

const { fields } = DataHeaderMeta

/** Distances in 32-bit words from the start of a frame. Version, flags and type share a word. */
export const FLAGS_AND_TYPE_WORD: number = fields.version.offset >> 2
export const TERM_OFFSET_WORD: number = fields.termOffset.offset >> 2
export const SESSION_ID_WORD: number = fields.sessionId.offset >> 2
export const STREAM_ID_WORD: number = fields.streamId.offset >> 2
export const TERM_ID_WORD: number = fields.termId.offset >> 2
export const RESERVED_VALUE_WORD: number = fields.reservedValue.offset >> 2

const FLAGS_SHIFT = (fields.flags.offset & 3) << 3
const FRAME_TYPE_SHIFT = (fields.frameType.offset & 3) << 3
const FRAME_TYPE_MASK = 0xffff

/** The word of version, flags and type; the version is 0. */
export function flagsAndType(flags: number, frameType: number): number {
  return (flags << FLAGS_SHIFT) | (frameType << FRAME_TYPE_SHIFT)
}

/** Acquires: what was written before the length is visible. */
export function loadFrameLength(term: AtomicBuffer, frameOffset: number): number {
  return Atomics.load(term.int32s, frameOffset >> 2)
}

/** Releases: who sees the length sees all that was written before. */
export function storeFrameLength(term: AtomicBuffer, frameOffset: number, frameLength: number): void {
  Atomics.store(term.int32s, frameOffset >> 2, frameLength)
}

export function frameTypeOf(term: AtomicBuffer, frameOffset: number): number {
  return (term.int32s[(frameOffset >> 2) + FLAGS_AND_TYPE_WORD]! >>> FRAME_TYPE_SHIFT) & FRAME_TYPE_MASK
}

// The first 8 bytes of a frame pass through these words.
const scratchStart: BigInt64Array = new BigInt64Array(1)
const scratchStartWords: Int32Array = new Int32Array(scratchStart.buffer)

/**
 * Sets length, version, flags and type in one atomic step if the length is still the expected one, so that nobody who
 * writes the same frame at the same time is overwritten. Releases as `storeFrameLength` does.
 *
 * @returns whether they were set
 */
export function compareAndSetFrameStart(
  term: AtomicBuffer,
  frameOffset: number,
  expectedLength: number,
  frameLength: number,
  versionFlagsAndType: number,
): boolean {
  const index = frameOffset >> 3
  const before = Atomics.load(term.int64s, index)
  scratchStart[0] = before
  if (scratchStartWords[0] !== expectedLength) return false
  scratchStartWords[0] = frameLength
  scratchStartWords[1] = versionFlagsAndType
  return Atomics.compareExchange(term.int64s, index, before, scratchStart[0]) === before
}
