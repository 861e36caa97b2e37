import { readUtf8, utf8Length, writeUtf8 } from '../../codegen/runtime/index.ts'
import { ERROR_LOG_RECORD_ALIGNMENT, MALFORMED, align } from '../../schemas/descriptors.ts'
import { ErrorLogRecordDecoder, ErrorLogRecordMeta } from '../../schemas/generated/aeron.memory/index.ts'
import type { AtomicBuffer } from './atomic-buffer.ts'

const RECORD = ErrorLogRecordMeta.fields
const BLOCK_LENGTH = ErrorLogRecordDecoder.BLOCK_LENGTH

/** Longer texts of errors are cut to this number of UTF-16 code units. */
export const ERROR_LOG_TEXT_LENGTH_MAX = 8192

/**
 * Records each distinct error once, and how often and when it was last seen. There is one writer for a region, which is
 * zeroes at first.
 */
export class DistinctErrorLog {
  readonly #buffer: AtomicBuffer
  readonly #epochMs: () => number
  /** Offsets of records; as bounded as the region is. */
  readonly #offsets: Map<string, number> = new Map()
  #nextOffset: number = 0

  constructor(buffer: AtomicBuffer, epochMs: () => number) {
    this.#buffer = buffer
    this.#epochMs = epochMs
  }

  /**
   * Errors are the same when code and text are.
   *
   * @returns false when there is no room for an error that was not there yet
   */
  record(errorCode: number, text: string): boolean {
    const fitting = text.slice(0, ERROR_LOG_TEXT_LENGTH_MAX)
    const key = `${errorCode} ${fitting}`
    const nowMs = this.#epochMs()
    const offset = this.#offsets.get(key)
    if (offset === undefined) return this.#append(key, fitting, nowMs)
    this.#buffer.storeInt64(offset + RECORD.lastObservationTimestampMs.offset, nowMs)
    this.#buffer.addInt32(offset + RECORD.observationCount.offset, 1)
    return true
  }

  #append(key: string, text: string, nowMs: number): boolean {
    const buffer = this.#buffer
    const offset = this.#nextOffset
    const textLength = utf8Length(text)
    const length = BLOCK_LENGTH + textLength
    if (length > buffer.byteLength - offset) return false
    this.#nextOffset = offset + align(length, ERROR_LOG_RECORD_ALIGNMENT)
    this.#offsets.set(key, offset)
    writeUtf8(buffer.bytes, offset + BLOCK_LENGTH, text, textLength)
    buffer.storeInt64(offset + RECORD.firstObservationTimestampMs.offset, nowMs)
    buffer.storeInt64(offset + RECORD.lastObservationTimestampMs.offset, nowMs)
    buffer.storeInt32(offset + RECORD.observationCount.offset, 1)
    buffer.storeInt32(offset + RECORD.length.offset, length)
    return true
  }
}

export interface ErrorObservation {
  readonly observationCount: number
  /** Epoch time. */
  readonly firstObservationMs: number
  /** Epoch time. */
  readonly lastObservationMs: number
  readonly text: string
}

/**
 * Hands out the errors that were last seen at that epoch time or later. What comes behind a record that cannot be is
 * not read.
 *
 * @returns number of errors
 */
export function readErrorLog(
  buffer: AtomicBuffer, handler: (observation: ErrorObservation) => void, sinceMs: number = 0,
): number {
  let offset = 0
  let count = 0
  for (;;) {
    const length = errorRecordLength(buffer, offset)
    if (length <= 0) return count
    const lastObservationMs = buffer.loadInt64(offset + RECORD.lastObservationTimestampMs.offset)
    if (lastObservationMs >= sinceMs) {
      const text = buffer.bytes.slice(offset + BLOCK_LENGTH, offset + length)
      count++
      handler({
        observationCount: buffer.loadInt32(offset + RECORD.observationCount.offset),
        firstObservationMs: buffer.loadInt64(offset + RECORD.firstObservationTimestampMs.offset),
        lastObservationMs,
        text: readUtf8(text, 0, text.length),
      })
    }
    offset += align(length, ERROR_LOG_RECORD_ALIGNMENT)
  }
}

/** Length of the record at that offset; 0 where the log ends, MALFORMED when no record can be there. */
export function errorRecordLength(buffer: AtomicBuffer, offset: number): number {
  if (offset > buffer.byteLength - BLOCK_LENGTH) return 0
  const length = buffer.loadInt32(offset + RECORD.length.offset)
  if (length === 0) return 0
  return length < BLOCK_LENGTH || length > buffer.byteLength - offset ? MALFORMED : length
}
