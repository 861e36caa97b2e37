import { GodwitError, readAscii, writeAscii } from '../../codegen/runtime/index.ts'
import {
  CounterMetadataDecoder,
  CounterMetadataMeta,
  CounterValueDecoder,
} from '../../schemas/generated/aeron.memory/index.ts'
import type { AtomicBuffer } from './atomic-buffer.ts'

const METADATA = CounterMetadataMeta.fields

/** Id of no counter. */
export const NULL_COUNTER_ID = -1

/** Longest key in bytes; what is longer is cut. */
export const COUNTER_KEY_LENGTH_MAX: number = METADATA.key.encodedLength

/** Longest label in bytes; what is longer is cut. */
export const COUNTER_LABEL_LENGTH_MAX: number = METADATA.label.encodedLength

/** @throws GodwitError ERR_GODWIT_COUNTER_ID when the id, which may be hostile, is not below the capacity */
export function checkCounterId(counterId: number, capacity: number): void {
  if (!(Number.isInteger(counterId) && counterId >= 0 && counterId < capacity)) {
    throw new GodwitError('ERR_GODWIT_COUNTER_ID', `counter id ${String(counterId)} must be in 0..${capacity - 1}`)
  }
}

/** Offset of a counter's record in the region of values. */
export function counterValueOffset(counterId: number): number {
  return counterId * CounterValueDecoder.BLOCK_LENGTH
}

/** Offset of a counter's record in the region of metadata. */
export function counterMetadataOffset(counterId: number): number {
  return counterId * CounterMetadataDecoder.BLOCK_LENGTH
}

/** Number of counters that two regions have room for. */
export function counterCapacity(metadata: AtomicBuffer, values: AtomicBuffer): number {
  const ofMetadata = Math.floor(metadata.byteLength / CounterMetadataDecoder.BLOCK_LENGTH)
  return Math.min(ofMetadata, Math.floor(values.byteLength / CounterValueDecoder.BLOCK_LENGTH))
}

/** Length of the region of metadata that belongs to a region of values of that length. */
export function countersMetadataLength(countersValuesLength: number): number {
  return (countersValuesLength / CounterValueDecoder.BLOCK_LENGTH) * CounterMetadataDecoder.BLOCK_LENGTH
}

/** Label of a counter as it is now. */
export function counterLabel(metadata: AtomicBuffer, counterId: number): string {
  const offset = counterMetadataOffset(counterId)
  const start = offset + METADATA.label.offset
  // A copy, for others may write to the label while it is read.
  const bytes = metadata.bytes.slice(start, start + labelLength(metadata, offset))
  return readAscii(bytes, 0, bytes.length)
}

/** Replaces the label of a counter; US-ASCII, cut to its maximum. */
export function setCounterLabel(metadata: AtomicBuffer, counterId: number, label: string): void {
  putLabel(metadata, counterMetadataOffset(counterId), 0, label)
}

/**
 * Adds text to the label of a counter that is in use, as far as there is room. Drivers do so, and clients to their
 * heartbeat counter.
 */
export function appendToCounterLabel(metadata: AtomicBuffer, counterId: number, text: string): void {
  const offset = counterMetadataOffset(counterId)
  putLabel(metadata, offset, labelLength(metadata, offset), text)
}

function putLabel(metadata: AtomicBuffer, offset: number, from: number, text: string): void {
  const fitting = text.slice(0, COUNTER_LABEL_LENGTH_MAX - from)
  writeAscii(metadata.bytes, offset + METADATA.label.offset + from, fitting)
  metadata.storeInt32(offset + METADATA.labelLength.offset, from + fitting.length)
}

/** Within its maximum, whatever is in the memory. */
function labelLength(metadata: AtomicBuffer, offset: number): number {
  const length = metadata.loadInt32(offset + METADATA.labelLength.offset)
  return Math.max(0, Math.min(length, COUNTER_LABEL_LENGTH_MAX))
}
