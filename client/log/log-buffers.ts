import { LogMetadataMeta } from '../../schemas/generated/aeron.memory/index.ts'
import { DataHeaderMeta } from '../../schemas/generated/aeron.wire/index.ts'
import { AtomicBuffer } from '../memory/atomic-buffer.ts'
import {
  LOG_LENGTH_MIN,
  LOG_META_DATA_LENGTH,
  PARTITION_COUNT,
  checkMtuLength,
  checkPageSize,
  checkTermLength,
  computeLogLength,
  computeTermCount,
  indexByTermCount,
  layoutError,
  maxPossiblePosition,
  positionBitsToShift,
} from './log-buffer-descriptor.ts'

const { fields } = LogMetadataMeta
const HEADER_OFFSET = fields.defaultFrameHeader.offset
const TAILS_OFFSET = fields.termTailCounters.offset
const TAIL_LENGTH = 8

// A raw tail passes through these words, so that its two halves come from one atomic access.
const scratchTail: BigInt64Array = new BigInt64Array(1)
const scratchTailWords: Int32Array = new Int32Array(scratchTail.buffer)

/**
 * A log: its terms, and its metadata. What does not change is read once and checked, since another process may have
 * written it; the rest is read and written where it is, with acquire and release semantics.
 */
export class LogBuffers {
  readonly terms: readonly [AtomicBuffer, AtomicBuffer, AtomicBuffer]
  readonly metadata: AtomicBuffer
  readonly termLength: number
  readonly pageSize: number
  readonly positionBitsToShift: number
  /** Exclusive limit of positions. */
  readonly maxPossiblePosition: number
  readonly initialTermId: number
  readonly mtuLength: number
  /** Registration id of the publication or image. */
  readonly correlationId: number
  readonly sessionId: number
  readonly streamId: number

  /**
   * Attaches to a log that has been initialised.
   *
   * @param byteOffset multiple of 8
   * @param byteLength of the log; default the rest of the memory
   * @throws GodwitError ERR_GODWIT_LOG_LAYOUT when lengths in the metadata are impossible or do not fit the memory
   */
  constructor(memory: ArrayBufferLike, byteOffset: number = 0, byteLength: number = memory.byteLength - byteOffset) {
    if (!(byteLength >= LOG_LENGTH_MIN)) {
      throw layoutError(`${byteLength} bytes are too few`)
    }
    const metadata = new AtomicBuffer(memory, byteOffset + byteLength - LOG_META_DATA_LENGTH, LOG_META_DATA_LENGTH)
    const { view } = metadata
    const termLength = view.getInt32(fields.termLength.offset, true)
    const pageSize = view.getInt32(fields.pageSize.offset, true)
    const mtuLength = view.getInt32(fields.mtuLength.offset, true)
    checkTermLength(termLength)
    checkPageSize(pageSize)
    checkMtuLength(mtuLength)
    const expectedLength = computeLogLength(termLength, pageSize)
    if (byteLength !== expectedLength) {
      throw layoutError(`${byteLength} bytes, expected ${expectedLength} for terms of ${termLength}`)
    }
    const term = (index: number): AtomicBuffer =>
      new AtomicBuffer(memory, byteOffset + index * termLength, termLength)
    this.terms = [term(0), term(1), term(2)]
    this.metadata = metadata
    this.termLength = termLength
    this.pageSize = pageSize
    this.positionBitsToShift = positionBitsToShift(termLength)
    this.maxPossiblePosition = maxPossiblePosition(termLength)
    this.initialTermId = view.getInt32(fields.initialTermId.offset, true)
    this.mtuLength = mtuLength
    this.correlationId = metadata.loadInt64(fields.correlationId.offset)
    this.sessionId = view.getInt32(HEADER_OFFSET + DataHeaderMeta.fields.sessionId.offset, true)
    this.streamId = view.getInt32(HEADER_OFFSET + DataHeaderMeta.fields.streamId.offset, true)
  }

  /** As the constructor, for a log that is all of a buffer. */
  static over({ bytes }: AtomicBuffer): LogBuffers {
    return new LogBuffers(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  /** The term that a position lies in. */
  termOf(position: number): AtomicBuffer {
    return this.terms[Math.floor(position / this.termLength) % PARTITION_COUNT]!
  }

  activeTermCount(): number {
    return this.metadata.loadInt32(fields.activeTermCount.offset)
  }

  setActiveTermCount(termCount: number): void {
    this.metadata.storeInt32(fields.activeTermCount.offset, termCount)
  }

  compareAndSetActiveTermCount(expected: number, termCount: number): boolean {
    return this.metadata.compareAndSetInt32(fields.activeTermCount.offset, expected, termCount)
  }

  /**
   * Reads a raw tail: the offset is one of that term.
   *
   * @param tail receives the offset, which may be beyond the term, and the term id
   */
  loadTail(partition: number, tail: Tail): void {
    const { int32s } = this.metadata
    const word = (TAILS_OFFSET + partition * TAIL_LENGTH) >> 2
    // Term ids do not come again. In one access it would be a BigInt on the heap.
    for (;;) {
      tail.termId = Atomics.load(int32s, word + 1)
      tail.termOffset = Atomics.load(int32s, word) >>> 0
      if (int32s[word + 1] === tail.termId) return
    }
  }

  /**
   * As `loadTail`, of the partition of a term count that was loaded before: if the term id is that of the term, the
   * offset is one of it.
   */
  loadTailOf(partition: number, tail: Tail): void {
    const { int32s } = this.metadata
    const word = (TAILS_OFFSET + partition * TAIL_LENGTH) >> 2
    tail.termOffset = Atomics.load(int32s, word) >>> 0
    tail.termId = int32s[word + 1]!
  }

  /**
   * Adds to a raw tail; `tail` receives the offset before, and a term id. An offset within the term is one of the term
   * with that id: it cannot end before its frame is there. An offset beyond may be one of an earlier term.
   */
  addToTail(partition: number, length: number, tail: Tail): void {
    const { int32s } = this.metadata
    const word = (TAILS_OFFSET + partition * TAIL_LENGTH) >> 2
    tail.termOffset = Atomics.add(int32s, word, length) >>> 0
    tail.termId = int32s[word + 1]!
  }

  /** For the only writer of a raw tail, as long as the term id stays. */
  setTailOffset(partition: number, termOffset: number): void {
    this.metadata.storeInt32(TAILS_OFFSET + partition * TAIL_LENGTH, termOffset)
  }

  setTail(partition: number, termId: number, termOffset: number): void {
    scratchTailWords[0] = termOffset
    scratchTailWords[1] = termId
    Atomics.store(this.metadata.int64s, (TAILS_OFFSET + partition * TAIL_LENGTH) >> 3, scratchTail[0]!)
  }

  /** Sets a raw tail to the start of a term if its term is still the expected one. */
  compareAndSetTailTerm(partition: number, expectedTermId: number, termId: number): void {
    const index = (TAILS_OFFSET + partition * TAIL_LENGTH) >> 3
    for (;;) {
      const before = Atomics.load(this.metadata.int64s, index)
      scratchTail[0] = before
      if (scratchTailWords[1] !== expectedTermId) return
      scratchTailWords[0] = 0
      scratchTailWords[1] = termId
      if (Atomics.compareExchange(this.metadata.int64s, index, before, scratchTail[0]) === before) return
    }
  }

  /** Where the publication will append next, at most the end of its active term. */
  producerPosition(): number {
    const partition = indexByTermCount(this.activeTermCount())
    this.loadTail(partition, scratch)
    const termOffset = Math.min(scratch.termOffset, this.termLength)
    return computeTermCount(scratch.termId, this.initialTermId) * this.termLength + termOffset
  }

  isConnected(): boolean {
    return this.metadata.loadInt32(fields.isConnected.offset) === 1
  }

  setConnected(isConnected: boolean): void {
    this.metadata.storeInt32(fields.isConnected.offset, isConnected ? 1 : 0)
  }

  /** Beyond every position (2^63) until the end is known. */
  endOfStreamPosition(): number {
    return this.metadata.loadInt64(fields.endOfStreamPosition.offset)
  }

  setEndOfStreamPosition(position: number): void {
    this.metadata.storeInt64(fields.endOfStreamPosition.offset, position)
  }

  /** Transports that an image receives on. */
  activeTransportCount(): number {
    return this.metadata.loadInt32(fields.activeTransportCount.offset)
  }

  setActiveTransportCount(count: number): void {
    this.metadata.storeInt32(fields.activeTransportCount.offset, count)
  }

  isPublicationRevoked(): boolean {
    return Atomics.load(this.metadata.bytes, fields.isPublicationRevoked.offset) === 1
  }

  setPublicationRevoked(): void {
    Atomics.store(this.metadata.bytes, fields.isPublicationRevoked.offset, 1)
  }
}

/** The two halves of a raw tail. */
export class Tail {
  termOffset: number = 0
  termId: number = 0
}

const scratch: Tail = new Tail()

/**
 * Moves a log of a concurrent publication on to its next term. Several may do it at once, and repeat it.
 *
 * @param termCount of the term that is full
 * @returns whether this call moved the active term count
 */
export function rotateLog(log: LogBuffers, termCount: number, termId: number): boolean {
  const nextTermId = (termId + 1) | 0
  const nextTermCount = (termCount + 1) | 0
  log.compareAndSetTailTerm(indexByTermCount(nextTermCount), (nextTermId - PARTITION_COUNT) | 0, nextTermId)
  return log.compareAndSetActiveTermCount(termCount, nextTermCount)
}
