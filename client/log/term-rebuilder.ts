import type { DirectBuffer } from '../../codegen/runtime/index.ts'
import { DataHeaderMeta } from '../../schemas/generated/aeron.wire/index.ts'
import type { AtomicBuffer } from '../memory/atomic-buffer.ts'
import { copyIntoTerm } from './copy.ts'
import { FLAGS_AND_TYPE_WORD, compareAndSetFrameStart, loadFrameLength, storeFrameLength } from './frame.ts'
import { HEADER_LENGTH } from './log-buffer-descriptor.ts'

const { fields } = DataHeaderMeta
const FLAGS_AND_TYPE_OFFSET = FLAGS_AND_TYPE_WORD << 2
const FRAME_START_LENGTH = FLAGS_AND_TYPE_OFFSET + 4

/**
 * Puts a packet where it belongs in the term of an image, unless something is there already.
 *
 * @param packet validated: frames that lie within the term one behind the other, or one heartbeat
 * @param length of the packet
 * @returns whether it was put there
 */
export function insertPacket(
  term: AtomicBuffer,
  termOffset: number,
  packet: DirectBuffer,
  packetOffset: number,
  length: number,
): boolean {
  if (loadFrameLength(term, termOffset) !== 0) return false
  copyBehindStart(term, termOffset, packet, packetOffset, length)
  const { view } = packet
  const frameLength = view.getInt32(packetOffset + fields.frameLength.offset, true)
  const versionFlagsAndType = view.getInt32(packetOffset + FLAGS_AND_TYPE_OFFSET, true)
  return compareAndSetFrameStart(term, termOffset, 0, frameLength, versionFlagsAndType)
}

/** Puts frames into room that their writer has claimed; the length of the first one is stored last. */
export function insertFrames(
  term: AtomicBuffer,
  termOffset: number,
  source: DirectBuffer,
  offset: number,
  length: number,
): void {
  copyBehindStart(term, termOffset, source, offset, length)
  const { view } = source
  term.int32s[(termOffset >> 2) + FLAGS_AND_TYPE_WORD] = view.getInt32(offset + FLAGS_AND_TYPE_OFFSET, true)
  storeFrameLength(term, termOffset, view.getInt32(offset + fields.frameLength.offset, true))
}

function copyBehindStart(
  term: AtomicBuffer,
  termOffset: number,
  source: DirectBuffer,
  offset: number,
  length: number,
): void {
  if (length > HEADER_LENGTH) {
    copyIntoTerm(term, termOffset + HEADER_LENGTH, source, offset + HEADER_LENGTH, length - HEADER_LENGTH)
  }
  const headerRest = HEADER_LENGTH - FRAME_START_LENGTH
  copyIntoTerm(term, termOffset + FRAME_START_LENGTH, source, offset + FRAME_START_LENGTH, headerRest)
}
