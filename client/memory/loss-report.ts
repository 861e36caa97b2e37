import { readAscii, writeAscii } from '../../codegen/runtime/index.ts'
import {
  LOSS_REPORT_ENTRY_ALIGNMENT,
  MALFORMED,
  align,
  lengthWithTexts,
  putSecondTextLength,
  secondTextLength,
  secondTextOffset,
} from '../../schemas/descriptors.ts'
import { LossReportEntryDecoder, LossReportEntryMeta } from '../../schemas/generated/aeron.memory/index.ts'
import type { AtomicBuffer } from './atomic-buffer.ts'

const ENTRY = LossReportEntryMeta.fields
const BLOCK_LENGTH = LossReportEntryDecoder.BLOCK_LENGTH

/** Records which streams lost how much. There is one writer for a region, which is zeroes at first. */
export class LossReport {
  readonly #buffer: AtomicBuffer
  #nextOffset: number = 0

  constructor(buffer: AtomicBuffer) {
    this.#buffer = buffer
  }

  /**
   * The first loss of an image.
   *
   * @param nowMs epoch time
   * @param channel US-ASCII
   * @param source address that the stream comes from, US-ASCII
   * @returns what records further losses; undefined when there is no room
   */
  createEntry(
    bytesLost: number, nowMs: number, sessionId: number, streamId: number, channel: string, source: string,
  ): LossReportEntry | undefined {
    const buffer = this.#buffer
    const offset = this.#nextOffset
    const length = lengthWithTexts(BLOCK_LENGTH, channel.length, source.length)
    if (length > buffer.byteLength - offset) return undefined
    this.#nextOffset = offset + align(length, LOSS_REPORT_ENTRY_ALIGNMENT)
    buffer.storeInt64(offset + ENTRY.totalBytesLost.offset, bytesLost)
    buffer.storeInt64(offset + ENTRY.firstObservationTimestampMs.offset, nowMs)
    buffer.storeInt64(offset + ENTRY.lastObservationTimestampMs.offset, nowMs)
    buffer.view.setInt32(offset + ENTRY.sessionId.offset, sessionId, true)
    buffer.view.setInt32(offset + ENTRY.streamId.offset, streamId, true)
    buffer.view.setInt32(offset + ENTRY.channelLength.offset, channel.length, true)
    writeAscii(buffer.bytes, offset + BLOCK_LENGTH, channel)
    writeAscii(buffer.bytes, putSecondTextLength(buffer, offset, BLOCK_LENGTH, channel.length, source.length), source)
    buffer.storeInt64(offset + ENTRY.observationCount.offset, 1)
    return new LossReportEntry(buffer, offset)
  }
}

/** Losses of one image. */
export class LossReportEntry {
  readonly #buffer: AtomicBuffer
  readonly #offset: number

  constructor(buffer: AtomicBuffer, offset: number) {
    this.#buffer = buffer
    this.#offset = offset
  }

  /** @param nowMs epoch time */
  recordObservation(bytesLost: number, nowMs: number): void {
    this.#buffer.storeInt64(this.#offset + ENTRY.lastObservationTimestampMs.offset, nowMs)
    this.#buffer.addInt64(this.#offset + ENTRY.totalBytesLost.offset, bytesLost)
    this.#buffer.addInt64(this.#offset + ENTRY.observationCount.offset, 1)
  }
}

export interface LossObservation {
  readonly observationCount: number
  readonly totalBytesLost: number
  /** Epoch time. */
  readonly firstObservationMs: number
  /** Epoch time. */
  readonly lastObservationMs: number
  readonly sessionId: number
  readonly streamId: number
  readonly channel: string
  readonly source: string
}

/**
 * Hands out all entries. What comes behind an entry that cannot be is not read.
 *
 * @returns number of entries
 */
export function readLossReport(buffer: AtomicBuffer, handler: (observation: LossObservation) => void): number {
  let offset = 0
  let count = 0
  for (;;) {
    const length = lossEntryLength(buffer, offset)
    if (length <= 0) return count
    const channelLength = buffer.view.getInt32(offset + ENTRY.channelLength.offset, true)
    const texts = buffer.bytes.slice(offset, offset + length)
    const sourceOffset = secondTextOffset(BLOCK_LENGTH, channelLength)
    // The memory is not trusted to be what it was when it was checked.
    if (!(channelLength >= 0 && sourceOffset <= length)) return count
    count++
    handler({
      observationCount: buffer.loadInt64(offset + ENTRY.observationCount.offset),
      totalBytesLost: buffer.loadInt64(offset + ENTRY.totalBytesLost.offset),
      firstObservationMs: buffer.loadInt64(offset + ENTRY.firstObservationTimestampMs.offset),
      lastObservationMs: buffer.loadInt64(offset + ENTRY.lastObservationTimestampMs.offset),
      sessionId: buffer.view.getInt32(offset + ENTRY.sessionId.offset, true),
      streamId: buffer.view.getInt32(offset + ENTRY.streamId.offset, true),
      channel: readAscii(texts, BLOCK_LENGTH, channelLength),
      source: readAscii(texts, sourceOffset, length - sourceOffset),
    })
    offset += align(length, LOSS_REPORT_ENTRY_ALIGNMENT)
  }
}

/** Length of the entry at that offset; 0 where the report ends, MALFORMED when no entry can be there. */
export function lossEntryLength(buffer: AtomicBuffer, offset: number): number {
  if (offset > buffer.byteLength - BLOCK_LENGTH) return 0
  const observationCount = buffer.loadInt64(offset + ENTRY.observationCount.offset)
  if (observationCount === 0) return 0
  if (observationCount < 0) return MALFORMED
  const channelLength = buffer.view.getInt32(offset + ENTRY.channelLength.offset, true)
  const sourceLength = secondTextLength(buffer, offset, buffer.byteLength - offset, BLOCK_LENGTH, channelLength)
  return sourceLength === MALFORMED ? MALFORMED : lengthWithTexts(BLOCK_LENGTH, channelLength, sourceLength)
}
