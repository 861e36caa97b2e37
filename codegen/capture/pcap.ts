import type { ByteQueue } from '../framing/byte-queue.ts'
import { checkPacketLength } from './packet.ts'
import type { CapturedPacket } from './packet.ts'

/** The first four bytes, little-endian, and what they say: times in nanoseconds, not microseconds. */
const MAGIC_MICROSECONDS = 0xa1b2c3d4
const MAGIC_NANOSECONDS = 0xa1b23c4d
const MAGICS = [MAGIC_MICROSECONDS, MAGIC_NANOSECONDS]

const FILE_HEADER_LENGTH = 24
const LINK_TYPE_OFFSET = 20
const RECORD_HEADER_LENGTH = 16
const NS_PER_SECOND = 1_000_000_000n
const NS_PER_MICROSECOND = 1000n

export function isPcap(view: DataView, offset: number): boolean {
  return MAGICS.includes(view.getUint32(offset, true)) || MAGICS.includes(view.getUint32(offset, false))
}

/** Reads the packets of a file in the format of libpcap. */
export class PcapFormat {
  #littleEndian = true
  #nsPerUnit = NS_PER_MICROSECOND
  #linkType: number | undefined
  #packets = 0

  /** The next packet; undefined when more must come first. */
  next(queue: ByteQueue): CapturedPacket | undefined {
    this.#linkType ??= this.#readFileHeader(queue)
    if (this.#linkType === undefined || queue.length < RECORD_HEADER_LENGTH) return undefined
    const littleEndian = this.#littleEndian
    const { buffer, start } = queue
    const { view } = buffer
    const length = view.getUint32(start + 8, littleEndian)
    checkPacketLength(this.#packets + 1, length, queue.position)
    if (queue.length < RECORD_HEADER_LENGTH + length) return undefined
    const seconds = BigInt(view.getUint32(start, littleEndian))
    const fraction = BigInt(view.getUint32(start + 4, littleEndian))
    queue.skip(RECORD_HEADER_LENGTH + length)
    return {
      number: ++this.#packets,
      timeNs: seconds * NS_PER_SECOND + fraction * this.#nsPerUnit,
      linkType: this.#linkType,
      buffer,
      offset: start + RECORD_HEADER_LENGTH,
      length,
      originalLength: view.getUint32(start + 12, littleEndian),
    }
  }

  /** Returns the link type. */
  #readFileHeader(queue: ByteQueue): number | undefined {
    if (queue.length < FILE_HEADER_LENGTH) return undefined
    const { buffer: { view }, start } = queue
    this.#littleEndian = MAGICS.includes(view.getUint32(start, true))
    const magic = view.getUint32(start, this.#littleEndian)
    this.#nsPerUnit = magic === MAGIC_NANOSECONDS ? 1n : NS_PER_MICROSECOND
    const linkType = view.getUint32(start + LINK_TYPE_OFFSET, this.#littleEndian)
    queue.skip(FILE_HEADER_LENGTH)
    // What is above says how Ethernet's checksums were captured.
    return linkType & 0xffff
  }
}
