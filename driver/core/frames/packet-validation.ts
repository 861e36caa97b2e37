/**
 * What SETUP, DATA and PAD must be before a receiver acts on them. Free functions over bytes, behind the first look at
 * every datagram: nothing is allocated, nothing is thrown.
 */
import {
  MTU_MAX_LENGTH,
  MTU_MIN_LENGTH,
  TERM_MAX_LENGTH,
  TERM_MIN_LENGTH,
} from '../../../client/log/log-buffer-descriptor.ts'
import type { DirectBuffer } from '../../../codegen/runtime/index.ts'
import { FRAME_ALIGNMENT, HEARTBEAT_FRAME_LENGTH, alignedFrameLength } from '../../../schemas/descriptors.ts'
import { DataHeaderDecoder, DataHeaderMeta, FrameType, SetupMeta } from '../../../schemas/generated/aeron.wire/index.ts'

const HEADER_LENGTH = DataHeaderDecoder.BLOCK_LENGTH
const FRAME_LENGTH_OFFSET = DataHeaderMeta.fields.frameLength.offset
const FRAME_TYPE_OFFSET = DataHeaderMeta.fields.frameType.offset
const TERM_OFFSET_OFFSET = DataHeaderMeta.fields.termOffset.offset

const SETUP_TERM_OFFSET = SetupMeta.fields.termOffset.offset
const SETUP_TERM_LENGTH = SetupMeta.fields.termLength.offset
const SETUP_MTU = SetupMeta.fields.mtu.offset

const ALIGNMENT_MASK = FRAME_ALIGNMENT - 1

/** What `packetEndOffset` returns for a packet that must be dropped. */
export const INVALID_PACKET = -1

/**
 * Looks at every frame of a DATA or PAD datagram: all of it can be stored in a term, or nothing.
 *
 * Two things are refused that Aeron lets pass, for no sender makes them: a frame shorter than its own header, in which
 * readers would see a negative payload, and padding that is not the last frame, or has more than its header.
 *
 * @param length of the datagram, at least a header and a multiple of 32
 * @returns term offset behind the packet, with the whole padding of a PAD frame, of which only the header is sent; that
 * of the heartbeat itself for one; INVALID_PACKET
 */
export function packetEndOffset(buffer: DirectBuffer, offset: number, length: number, termLength: number): number {
  const { view } = buffer
  const termOffset = view.getInt32(offset + TERM_OFFSET_OFFSET, true)
  if (termOffset < 0 || termOffset >= termLength || (termOffset & ALIGNMENT_MASK) !== 0) return INVALID_PACKET
  let frameLength = view.getInt32(offset + FRAME_LENGTH_OFFSET, true)
  if (frameLength === HEARTBEAT_FRAME_LENGTH && length === HEADER_LENGTH) return termOffset
  const packetEnd = offset + length
  let frameOffset = offset
  let endOffset = termOffset
  for (;;) {
    if (frameLength < HEADER_LENGTH || frameLength > termLength - endOffset) return INVALID_PACKET
    if (view.getInt32(frameOffset + TERM_OFFSET_OFFSET, true) !== endOffset) return INVALID_PACKET
    const frameType = view.getUint16(frameOffset + FRAME_TYPE_OFFSET, true)
    const alignedLength = alignedFrameLength(frameLength)
    endOffset += alignedLength
    if (frameType === FrameType.PAD) return frameOffset + HEADER_LENGTH === packetEnd ? endOffset : INVALID_PACKET
    if (frameType !== FrameType.DATA) return INVALID_PACKET
    frameOffset += alignedLength
    if (packetEnd - frameOffset < HEADER_LENGTH) return frameOffset === packetEnd ? endOffset : INVALID_PACKET
    frameLength = view.getInt32(frameOffset + FRAME_LENGTH_OFFSET, true)
  }
}

/** Second level of a SETUP: the stream that it announces can exist. */
export function isSetupValid(buffer: DirectBuffer, offset: number): boolean {
  const { view } = buffer
  const termLength = view.getInt32(offset + SETUP_TERM_LENGTH, true)
  if (termLength < TERM_MIN_LENGTH || termLength > TERM_MAX_LENGTH) return false
  const termOffset = view.getInt32(offset + SETUP_TERM_OFFSET, true)
  const mtuLength = view.getInt32(offset + SETUP_MTU, true)
  return (
    (termLength & (termLength - 1)) === 0 &&
    termOffset >= 0 && termOffset < termLength && (termOffset & ALIGNMENT_MASK) === 0 &&
    mtuLength >= MTU_MIN_LENGTH && mtuLength <= MTU_MAX_LENGTH && (mtuLength & ALIGNMENT_MASK) === 0
  )
}
