/**
 * What a datagram must be before anyone looks at its fields, and what the frames that a sender hears must be beyond
 * that. Free functions over bytes: nothing is allocated, nothing is thrown.
 */
import type { DirectBuffer } from '../../../codegen/runtime/index.ts'
import {
  ERROR_TEXT_LENGTH_MAX,
  FRAME_ALIGNMENT,
  FRAME_VERSION,
  STATUS_MESSAGE_LENGTH,
} from '../../../schemas/descriptors.ts'
import {
  DataHeaderDecoder,
  ErrorFrameDecoder,
  ErrorFrameMeta,
  FrameHeaderDecoder,
  FrameHeaderMeta,
  FrameType,
  NakDecoder,
  NakMeta,
  ResolutionEntryIpv4Decoder,
  ResponseSetupDecoder,
  RttMeasurementDecoder,
  SetupDecoder,
  StatusMessageMeta,
} from '../../../schemas/generated/aeron.wire/index.ts'

const FRAME_LENGTH_OFFSET = FrameHeaderMeta.fields.frameLength.offset
const VERSION_OFFSET = FrameHeaderMeta.fields.version.offset
const FRAME_TYPE_OFFSET = FrameHeaderMeta.fields.frameType.offset

const NAK_TERM_OFFSET = NakMeta.fields.termOffset.offset
const NAK_LENGTH = NakMeta.fields.length.offset
const STATUS_TERM_OFFSET = StatusMessageMeta.fields.consumptionTermOffset.offset
const STATUS_WINDOW = StatusMessageMeta.fields.receiverWindow.offset
const ERROR_TEXT_LENGTH = ErrorFrameMeta.fields.textLength.offset

const ALIGNMENT_MASK = FRAME_ALIGNMENT - 1
const RESOLUTION_LENGTH_MIN = FrameHeaderDecoder.BLOCK_LENGTH + ResolutionEntryIpv4Decoder.BLOCK_LENGTH

/**
 * First level: whether a datagram begins with a frame that a driver knows, and holds all of its fixed fields and as
 * much behind them as its frame length says. DATA and PAD are not done with that: there may be more frames.
 *
 * @param length of the datagram; its bytes lie within the buffer
 */
export function isFrameValid(buffer: DirectBuffer, offset: number, length: number): boolean {
  if (length < FrameHeaderDecoder.BLOCK_LENGTH) return false
  const { view } = buffer
  const frameLength = view.getInt32(offset + FRAME_LENGTH_OFFSET, true)
  if (frameLength < 0 || view.getUint8(offset + VERSION_OFFSET) !== FRAME_VERSION) return false
  const frameType = view.getUint16(offset + FRAME_TYPE_OFFSET, true)
  if (frameType === FrameType.DATA || frameType === FrameType.PAD) {
    return length >= DataHeaderDecoder.BLOCK_LENGTH && (length & ALIGNMENT_MASK) === 0
  }
  return length >= controlFrameLengthMin(frameType) && frameLength <= length
}

/** Type of the frame at the start of a valid datagram. */
export function frameTypeAt(buffer: DirectBuffer, offset: number): number {
  return buffer.view.getUint16(offset + FRAME_TYPE_OFFSET, true)
}

/** Second level of a NAK: the range lies within a term. */
export function isNakValid(buffer: DirectBuffer, offset: number, termLength: number): boolean {
  const { view } = buffer
  const termOffset = view.getInt32(offset + NAK_TERM_OFFSET, true)
  const length = view.getInt32(offset + NAK_LENGTH, true)
  return isTermOffset(termOffset, termLength) && length >= 0 && termOffset + length <= termLength
}

/** Second level of a status message: the position lies within a term, the window in half of one. */
export function isStatusMessageValid(buffer: DirectBuffer, offset: number, termLength: number): boolean {
  const { view } = buffer
  const termOffset = view.getInt32(offset + STATUS_TERM_OFFSET, true)
  const receiverWindow = view.getInt32(offset + STATUS_WINDOW, true)
  return isTermOffset(termOffset, termLength) && receiverWindow >= 0 && receiverWindow <= termLength / 2
}

/** Second level of an ERR frame: the text lies within the frame. */
export function isErrorFrameValid(buffer: DirectBuffer, offset: number): boolean {
  const { view } = buffer
  const textLength = view.getInt32(offset + ERROR_TEXT_LENGTH, true)
  if (textLength < 0 || textLength > ERROR_TEXT_LENGTH_MAX) return false
  return ErrorFrameDecoder.BLOCK_LENGTH + textLength <= view.getInt32(offset + FRAME_LENGTH_OFFSET, true)
}

/** Whether a frame may begin there. */
function isTermOffset(termOffset: number, termLength: number): boolean {
  return termOffset >= 0 && termOffset < termLength && (termOffset & ALIGNMENT_MASK) === 0
}

function controlFrameLengthMin(frameType: number): number {
  switch (frameType) {
    case FrameType.SM:
      return STATUS_MESSAGE_LENGTH
    case FrameType.NAK:
      return NakDecoder.BLOCK_LENGTH
    case FrameType.SETUP:
      return SetupDecoder.BLOCK_LENGTH
    case FrameType.RTTM:
      return RttMeasurementDecoder.BLOCK_LENGTH
    case FrameType.ERR:
      return ErrorFrameDecoder.BLOCK_LENGTH
    case FrameType.RSP_SETUP:
      return ResponseSetupDecoder.BLOCK_LENGTH
    case FrameType.RES:
      return RESOLUTION_LENGTH_MIN
    default:
      return Infinity
  }
}
