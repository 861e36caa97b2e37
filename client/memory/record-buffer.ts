import type { DirectBuffer } from '../../codegen/runtime/index.ts'
import { GodwitError } from '../../codegen/runtime/index.ts'
import { RecordHeaderDecoder, RecordHeaderMeta } from '../../schemas/generated/aeron.commands/index.ts'
import { RECORD_ALIGNMENT, align } from '../../schemas/descriptors.ts'

/** Bytes in front of the message of every record. */
export const RECORD_HEADER_LENGTH: number = RecordHeaderDecoder.BLOCK_LENGTH

/** Offset of the record's length from its start. */
export const RECORD_LENGTH_OFFSET: number = RecordHeaderMeta.fields.length.offset

/** Offset of the message type from the record's start. */
export const RECORD_TYPE_OFFSET: number = RecordHeaderMeta.fields.messageType.offset

/** Message type of a record that only fills space. */
export const PADDING_TYPE = -1

/** Messages of ring and broadcast buffers have types from here. */
const MESSAGE_TYPE_MIN = 1

/** Capacity of a ring or broadcast buffer divided by its longest message. */
const MESSAGES_PER_CAPACITY = 8

/** Smaller buffers have no room for messages, larger ones do not fit their index type. */
const CAPACITY_MIN = MESSAGES_PER_CAPACITY * RECORD_ALIGNMENT
const CAPACITY_MAX = 0x4000_0000

/** Bytes that a record with a message of that length takes. */
export function alignedRecordLength(messageLength: number): number {
  return align(RECORD_HEADER_LENGTH + messageLength, RECORD_ALIGNMENT)
}

/**
 * Capacity of a ring or broadcast buffer of that length.
 *
 * @throws GodwitError ERR_GODWIT_BUFFER_CAPACITY when it is no power of two, too small or too large
 */
export function checkCapacity(name: string, byteLength: number, trailerLength: number): number {
  const capacity = byteLength - trailerLength
  if (capacity < CAPACITY_MIN || capacity > CAPACITY_MAX || (capacity & (capacity - 1)) !== 0) {
    throw new GodwitError(
      'ERR_GODWIT_BUFFER_CAPACITY',
      `${name}: ${byteLength} bytes are not a power of two in ${CAPACITY_MIN}..${CAPACITY_MAX} and a trailer of ` +
        `${trailerLength}`,
    )
  }
  return capacity
}

/** Longest message of a ring or broadcast buffer of that capacity. */
export function maxMessageLengthOf(capacity: number): number {
  return capacity / MESSAGES_PER_CAPACITY
}

/**
 * Checks a message before it is written.
 *
 * @throws GodwitError ERR_GODWIT_MESSAGE_TYPE, ERR_GODWIT_MESSAGE_LENGTH
 */
export function checkMessage(
  typeId: number, source: DirectBuffer, offset: number, length: number, maxMessageLength: number,
): void {
  if (!(Number.isInteger(typeId) && typeId >= MESSAGE_TYPE_MIN)) {
    throw new GodwitError(
      'ERR_GODWIT_MESSAGE_TYPE',
      `message type ${typeId} must be a whole number from ${MESSAGE_TYPE_MIN}`,
    )
  }
  if (!(Number.isInteger(length) && length >= 0 && length <= maxMessageLength)) {
    throw new GodwitError(
      'ERR_GODWIT_MESSAGE_LENGTH',
      `message of ${length} bytes: the length must be in 0..${maxMessageLength}; send less, or use a larger buffer`,
    )
  }
  if (!(Number.isInteger(offset) && offset >= 0 && offset + length <= source.byteLength)) {
    throw new GodwitError(
      'ERR_GODWIT_MESSAGE_LENGTH',
      `message of ${length} bytes at offset ${offset} does not lie within its source of ${source.byteLength} bytes`,
    )
  }
}
