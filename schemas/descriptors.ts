/**
 * What SBE cannot say about Aeron's layouts: the one place that says it. The fixed blocks themselves come from the
 * schemas beside this file, and no code repeats their offsets.
 *
 * **Texts with a signed length.** SBE's variable-length data has unsigned lengths only. The last field of a block is
 * the length of the first text, which begins where the block ends. A second text has its length in front of it, at the
 * next multiple of 4:
 *
 * ```
 *   0                      BLOCK_LENGTH
 *   +----------------------+---------------------+---------+------------------+----------------------+
 *   | block      | i32 len | first text, `len`   | 0..3    | i32 length       | second text          |
 *   +----------------------+---------------------+---------+------------------+----------------------+
 *                                                          ^ multiple of 4 from the start of the block
 * ```
 *
 * First text only: AddPublication, AddSubscription, Destination, TerminateDriver, RejectImage, ErrorResponse,
 * PublicationReady, UnavailableImage, PublicationError; ErrorFrame; the keys of counters. Both: AddCounter and
 * AddStaticCounter (key, label), AvailableImage (log file name, source identity), LossReportEntry (channel, source).
 * An ErrorLogRecord has a text too, but in front of it the length of block and text together.
 *
 * **Frames.** A DATA frame in a log or a datagram takes a multiple of 32 bytes, a PAD frame takes them in a log but is
 * only its header in a datagram:
 *
 * ```
 *   log       | header 32 | payload, to frameLength | to 32 | header (PAD) | unused, to frameLength        |
 *   datagram  | header 32 | payload, to frameLength | to 32 | header (PAD) |
 * ```
 *
 * A heartbeat is a datagram of one header whose frame length is 0. A status message of 44 bytes has a group tag, one of
 * 36 bytes has none.
 *
 * **Resolution entries.** They follow the 8 bytes of a ResolutionFrame to the end of the frame:
 *
 * ```
 *   0         1       2       4          8            8 + address                    multiple of 8
 *   | i8 type | flags | port  | i32 age  | address 4  | i16 length | name, `length`  | 0..7 | next entry
 *                                        |        16  |
 * ```
 */
import type { DirectBuffer } from '../codegen/runtime/index.ts'
import { RejectImageDecoder, RemovePublicationMeta } from './generated/aeron.commands/index.ts'
import {
  DataFlags,
  DataHeaderDecoder,
  FrameType,
  ResolutionEntryIpv4Decoder,
  ResolutionEntryIpv6Decoder,
  ResolutionType,
  StatusMessageDecoder,
  StatusMessageMeta,
} from './generated/aeron.wire/index.ts'

/** The smallest multiple of `alignment`, a power of two, that is not below `value`. */
export function align(value: number, alignment: number): number {
  return value + (-value & (alignment - 1))
}

// Texts with a signed length

/** Bytes of the length in front of a second text. */
export const TEXT_LENGTH_LENGTH = 4

/** A second text's length begins at a multiple of this, counted from the start of the block. */
export const TEXT_ALIGNMENT = 4

/** What `secondTextLength` returns when the texts do not lie within the message. */
export const MALFORMED = -1

/** Length of a block with two texts. */
export function lengthWithTexts(blockLength: number, firstLength: number, secondLength: number): number {
  return secondTextOffset(blockLength, firstLength) + secondLength
}

/** Where the second text begins, from the start of the block; its length lies in the 4 bytes in front of it. */
export function secondTextOffset(blockLength: number, firstLength: number): number {
  return align(blockLength + firstLength, TEXT_ALIGNMENT) + TEXT_LENGTH_LENGTH
}

/** Whether a first text of that length, which may be hostile, lies within a message of `totalLength` bytes. */
export function firstTextFits(totalLength: number, blockLength: number, firstLength: number): boolean {
  return firstLength >= 0 && firstLength <= totalLength - blockLength
}

/**
 * Reads the length of the second text; MALFORMED when either text does not lie within the message.
 *
 * @param offset start of the block
 * @param totalLength bytes of the message, block included
 */
export function secondTextLength(
  buffer: DirectBuffer,
  offset: number,
  totalLength: number,
  blockLength: number,
  firstLength: number,
): number {
  if (!firstTextFits(totalLength, blockLength, firstLength)) return MALFORMED
  const textOffset = secondTextOffset(blockLength, firstLength)
  if (textOffset > totalLength) return MALFORMED
  const length = buffer.view.getInt32(offset + textOffset - TEXT_LENGTH_LENGTH, true)
  return length >= 0 && length <= totalLength - textOffset ? length : MALFORMED
}

/** Writes the length of the second text and zeroes the padding before it. Returns where the text begins. */
export function putSecondTextLength(
  buffer: DirectBuffer,
  offset: number,
  blockLength: number,
  firstLength: number,
  secondLength: number,
): number {
  const textOffset = offset + secondTextOffset(blockLength, firstLength)
  buffer.bytes.fill(0, offset + blockLength + firstLength, textOffset - TEXT_LENGTH_LENGTH)
  buffer.view.setInt32(textOffset - TEXT_LENGTH_LENGTH, secondLength, true)
  return textOffset
}

// Commands

/** RemovePublication as clients before 1.48 send it: version 0 of the layout. */
export const REMOVE_PUBLICATION_LENGTH_V0: number = RemovePublicationMeta.fields.flags.offset

/** A RejectImage is at least this long, however short the reason: a C driver refuses less. */
export const REJECT_IMAGE_LENGTH_MIN: number = RejectImageDecoder.BLOCK_LENGTH + 4

// Frames

/** Frames in a log and DATA frames in a datagram begin at multiples of this. */
export const FRAME_ALIGNMENT = 32

/** The version field of every frame. */
export const FRAME_VERSION = 0

/** Frame length of a heartbeat. */
export const HEARTBEAT_FRAME_LENGTH = 0

/** Flags of a frame that holds a whole message. */
export const UNFRAGMENTED: number = (1 << DataFlags.begin) | (1 << DataFlags.end)

/** Whether a datagram of that length that begins with that frame length is a heartbeat, whatever its type. */
export function isHeartbeat(datagramLength: number, frameLength: number): boolean {
  return datagramLength === DataHeaderDecoder.BLOCK_LENGTH && frameLength === HEARTBEAT_FRAME_LENGTH
}

/** Bytes that a frame takes in a log. */
export function alignedFrameLength(frameLength: number): number {
  return align(frameLength, FRAME_ALIGNMENT)
}

/** Bytes that a DATA or PAD frame takes in a datagram. */
export function datagramFrameLength(frameType: FrameType, frameLength: number): number {
  return frameType === FrameType.PAD ? DataHeaderDecoder.BLOCK_LENGTH : alignedFrameLength(frameLength)
}

/** Length of a status message without a group tag: version 0 of the layout. */
export const STATUS_MESSAGE_LENGTH: number = StatusMessageMeta.fields.groupTag.offset

/** Length of a status message with a group tag: version 1 of the layout. */
export const STATUS_MESSAGE_LENGTH_WITH_GROUP_TAG: number = StatusMessageDecoder.BLOCK_LENGTH

/** Acting version to decode a status message with: 1 when its length says that it has a group tag, 0 otherwise. */
export function statusMessageVersion(frameLength: number): number {
  return frameLength === STATUS_MESSAGE_LENGTH_WITH_GROUP_TAG ? StatusMessageMeta.fields.groupTag.sinceVersion : 0
}

/** Longest text of an ERR frame, and longest reason of a RejectImage command. */
export const ERROR_TEXT_LENGTH_MAX = 1023

// Resolution entries

/** Entries of a resolution frame begin at multiples of this, counted from the first one. */
export const RESOLUTION_ENTRY_ALIGNMENT = 8

/** Longest name of a resolution entry; the shortest has 1 byte. */
export const RESOLUTION_NAME_LENGTH_MAX = 512

/** Length of a resolution entry up to its name; 0 for a type that does not exist. */
export function resolutionEntryBlockLength(type: number): number {
  if (type === ResolutionType.NAME_TO_IP4) return ResolutionEntryIpv4Decoder.BLOCK_LENGTH
  return type === ResolutionType.NAME_TO_IP6 ? ResolutionEntryIpv6Decoder.BLOCK_LENGTH : 0
}

/** Length of a resolution entry with its name and padding. */
export function resolutionEntryLength(type: ResolutionType, nameLength: number): number {
  return align(resolutionEntryBlockLength(type) + nameLength, RESOLUTION_ENTRY_ALIGNMENT)
}

/** Whether an entry of that type with a name of that length, both of which may be hostile, fits the bytes left. */
export function resolutionEntryFits(remaining: number, type: number, nameLength: number): boolean {
  const blockLength = resolutionEntryBlockLength(type)
  const isName = nameLength >= 1 && nameLength <= RESOLUTION_NAME_LENGTH_MAX
  return blockLength > 0 && isName && align(blockLength + nameLength, RESOLUTION_ENTRY_ALIGNMENT) <= remaining
}

// Shared memory

/** Records of ring and broadcast buffers begin at multiples of this; a record's length does not include the padding. */
export const RECORD_ALIGNMENT = 8

/** Records of the error log begin at multiples of this. */
export const ERROR_LOG_RECORD_ALIGNMENT = 8

/** Entries of the loss report begin at multiples of this. */
export const LOSS_REPORT_ENTRY_ALIGNMENT = 64
