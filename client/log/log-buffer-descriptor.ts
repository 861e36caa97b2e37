/**
 * A log buffer: three terms that are written in turn, and metadata in the last block of the memory.
 *
 * ```
 *   0          T          2T         3T                          length - 4096   length
 *   | term 0   | term 1   | term 2   | 0.. to a multiple of pages | metadata      |
 * ```
 *
 * A position counts bytes from the start of the initial term, an offset from the start of a term. Term ids are 32-bit
 * and wrap; the difference of two of them, also wrapped, is the count of terms between them.
 */
import { GodwitError } from '../../codegen/runtime/index.ts'
import { FRAME_ALIGNMENT, align } from '../../schemas/descriptors.ts'
import { LogMetadataDecoder } from '../../schemas/generated/aeron.memory/index.ts'
import { DataHeaderDecoder } from '../../schemas/generated/aeron.wire/index.ts'

/** Terms, and raw tails, of a log. */
export const PARTITION_COUNT = 3

export const TERM_MIN_LENGTH: number = 64 * 1024

export const TERM_MAX_LENGTH: number = 1024 * 1024 * 1024

export const PAGE_MIN_LENGTH: number = 4096

export const PAGE_MAX_LENGTH: number = 1024 * 1024 * 1024

/** Bytes of the metadata at the end of a log. */
export const LOG_META_DATA_LENGTH: number = LogMetadataDecoder.BLOCK_LENGTH

/** Bytes of the shortest log. */
export const LOG_LENGTH_MIN: number = PARTITION_COUNT * TERM_MIN_LENGTH + LOG_META_DATA_LENGTH

/** Bytes of the header in front of the payload of every frame. */
export const HEADER_LENGTH: number = DataHeaderDecoder.BLOCK_LENGTH

export const MTU_MIN_LENGTH: number = HEADER_LENGTH

/** The longest datagram payload: what UDP over IPv4 can carry, rounded down to whole frames. */
export const MTU_MAX_LENGTH = 65_504

/** No message is longer, however long the terms are. */
export const MAX_MESSAGE_LENGTH: number = 16 * 1024 * 1024

/** A message is at most this part of a term. */
const TERM_PER_MESSAGE = 8

/** Positions are multiples of 32 and exact in a Number up to this one. */
export const POSITION_LIMIT: number = 2 ** 58

const TERM_COUNT_LIMIT = 2 ** 31

/** @throws GodwitError ERR_GODWIT_LOG_LAYOUT unless it is a power of two from 64 KiB to 1 GiB */
export function checkTermLength(termLength: number): void {
  if (!isPowerOfTwoIn(termLength, TERM_MIN_LENGTH, TERM_MAX_LENGTH)) {
    throw layoutError(`term length ${termLength} is not a power of two from ${TERM_MIN_LENGTH} to ${TERM_MAX_LENGTH}`)
  }
}

/** @throws GodwitError ERR_GODWIT_LOG_LAYOUT unless it is a power of two from 4 KiB to 1 GiB */
export function checkPageSize(pageSize: number): void {
  if (!isPowerOfTwoIn(pageSize, PAGE_MIN_LENGTH, PAGE_MAX_LENGTH)) {
    throw layoutError(`page size ${pageSize} is not a power of two from ${PAGE_MIN_LENGTH} to ${PAGE_MAX_LENGTH}`)
  }
}

/** @throws GodwitError ERR_GODWIT_LOG_LAYOUT unless it is a multiple of 32 from 32 to 65504 */
export function checkMtuLength(mtuLength: number): void {
  const inRange = mtuLength >= MTU_MIN_LENGTH && mtuLength <= MTU_MAX_LENGTH
  if (!inRange || mtuLength % FRAME_ALIGNMENT !== 0) {
    throw layoutError(`MTU ${mtuLength} is not a multiple of ${FRAME_ALIGNMENT} up to ${MTU_MAX_LENGTH}`)
  }
}

/** Bytes of a whole log: terms and metadata, rounded up to pages. */
export function computeLogLength(termLength: number, pageSize: number): number {
  return align(PARTITION_COUNT * termLength + LOG_META_DATA_LENGTH, pageSize)
}

/** Binary logarithm of the term length: position >> shift is a count of terms. */
export function positionBitsToShift(termLength: number): number {
  return 31 - Math.clz32(termLength)
}

/** Where no offer may lead beyond: after 2^31 terms, or where positions would no longer be exact. */
export function maxPossiblePosition(termLength: number): number {
  return Math.min(termLength * TERM_COUNT_LIMIT, POSITION_LIMIT)
}

/** Longest message, fragmented or not, in bytes of payload. */
export function maxMessageLength(termLength: number): number {
  return Math.min(termLength / TERM_PER_MESSAGE, MAX_MESSAGE_LENGTH)
}

/** Terms between two term ids; wraps. */
export function computeTermCount(termId: number, initialTermId: number): number {
  return (termId - initialTermId) | 0
}

/** Position of an offset, exclusive ends of terms included, within a term. */
export function computePosition(termId: number, termOffset: number, shift: number, initialTermId: number): number {
  return ((termId - initialTermId) | 0) * (1 << shift) + termOffset
}

export function computeTermBeginPosition(termId: number, shift: number, initialTermId: number): number {
  return ((termId - initialTermId) | 0) * (1 << shift)
}

export function computeTermIdFromPosition(position: number, shift: number, initialTermId: number): number {
  return (computeTermCountFromPosition(position, shift) + initialTermId) | 0
}

/** Terms before the one that the position lies in, which is the next one at the end of a term. */
export function computeTermCountFromPosition(position: number, shift: number): number {
  return Math.floor(position / (1 << shift))
}

/** Offset of a position within its term. */
export function computeTermOffsetFromPosition(position: number, shift: number): number {
  return position & ((1 << shift) - 1)
}

/** Partition of a term. */
export function indexByTerm(initialTermId: number, termId: number): number {
  return indexByTermCount((termId - initialTermId) | 0)
}

/** Partition of the term after that many; 0 to 2 for whatever another process wrote. */
export function indexByTermCount(termCount: number): number {
  return (termCount >>> 0) % PARTITION_COUNT
}

export function indexByPosition(position: number, shift: number): number {
  return Math.floor(position / (1 << shift)) % PARTITION_COUNT
}

/** Bytes that a message takes in a log, with the headers and the padding of all its fragments. */
export function computeFragmentedFrameLength(length: number, maxPayloadLength: number): number {
  const wholeCount = Math.floor(length / maxPayloadLength)
  const remaining = length - wholeCount * maxPayloadLength
  const last = remaining > 0 ? align(remaining + HEADER_LENGTH, FRAME_ALIGNMENT) : 0
  return wholeCount * (maxPayloadLength + HEADER_LENGTH) + last
}

/** What a log that does not keep the layout is refused with. */
export function layoutError(what: string): GodwitError {
  return new GodwitError('ERR_GODWIT_LOG_LAYOUT', `log buffer: ${what}`)
}

function isPowerOfTwoIn(value: number, min: number, max: number): boolean {
  return Number.isInteger(value) && value >= min && value <= max && (value & (value - 1)) === 0
}
