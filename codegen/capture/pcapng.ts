import type { ByteQueue } from '../framing/byte-queue.ts'
import type { DirectBuffer } from '../runtime/index.ts'
import { captureError, checkPacketLength } from './packet.ts'
import type { CapturedPacket } from './packet.ts'

const SECTION_HEADER = 0x0a0d0d0a
const INTERFACE_DESCRIPTION = 1
const PACKET = 2
const SIMPLE_PACKET = 3
const ENHANCED_PACKET = 6

const BYTE_ORDER_MAGIC = 0x1a2b3c4d
/** Type and length of a block, and the first word of a section header. */
const SECTION_START_LENGTH = 12
const BLOCK_HEADER_LENGTH = 8
/** A block has its length at the end, too. */
const BLOCK_TRAILER_LENGTH = 4
const BLOCK_LENGTH_MIN: number = BLOCK_HEADER_LENGTH + BLOCK_TRAILER_LENGTH
/** Longest description of an interface; those of systems have hundreds of bytes. */
const INTERFACE_LENGTH_MAX = 1024 * 1024
const INTERFACES_MAX = 65_536
/** Where options of an interface begin in the body of its block, and where the packet in that of an enhanced packet. */
const OPTIONS_OFFSET = 8
const PACKET_DATA_OFFSET = 20

const OPTION_END = 0
const OPTION_TIME_RESOLUTION = 9
const OPTION_TIME_OFFSET = 14
const RESOLUTION_DEFAULT = 6
const NS_PER_SECOND = 1_000_000_000n

interface Interface {
  readonly linkType: number
  readonly lengthMax: number
  readonly unitsPerSecond: bigint
  readonly offsetSeconds: bigint
}

/** Whether a file begins so; needs 12 bytes. */
export function isPcapng(view: DataView, offset: number): boolean {
  return view.getUint32(offset, true) === SECTION_HEADER &&
    [true, false].some((littleEndian) => view.getUint32(offset + 8, littleEndian) === BYTE_ORDER_MAGIC)
}

/** Reads the packets of a file in the format pcapng. What it holds besides packets and interfaces is skipped. */
export class PcapngFormat {
  #littleEndian = true
  #interfaces: Interface[] = []
  #packets = 0

  /** The next packet; undefined when more must come first. */
  next(queue: ByteQueue): CapturedPacket | undefined {
    while (queue.length >= SECTION_START_LENGTH) {
      const { buffer, start, position } = queue
      const type = buffer.view.getUint32(start, true) === SECTION_HEADER ? this.#enterSection(buffer, start, position)
        : buffer.view.getUint32(start, this.#littleEndian)
      const length = buffer.view.getUint32(start + 4, this.#littleEndian)
      if (length < BLOCK_LENGTH_MIN || length % 4 !== 0) {
        throw captureError(`the block at offset ${position} of the capture cannot have a length of ${length}`)
      }
      const body = start + BLOCK_HEADER_LENGTH
      const end = start + length - BLOCK_TRAILER_LENGTH
      const isPacket = type === ENHANCED_PACKET || type === PACKET || type === SIMPLE_PACKET
      if (isPacket) checkPacketLength(this.#packets + 1, length - BLOCK_LENGTH_MIN, position)
      else if (type !== INTERFACE_DESCRIPTION) {
        queue.skip(length)
        continue
      } else if (length > INTERFACE_LENGTH_MAX) {
        throw captureError(`the interface at offset ${position} of the capture cannot have ${length} bytes`)
      }
      if (queue.length < length) return undefined
      queue.skip(length)
      if (isPacket) return this.#packet(type, buffer, body, end, position)
      this.#addInterface(buffer, body, end, position)
    }
    return undefined
  }

  #enterSection({ view }: DirectBuffer, start: number, position: number): number {
    const littleEndian = view.getUint32(start + 8, true) === BYTE_ORDER_MAGIC
    if (!littleEndian && view.getUint32(start + 8, false) !== BYTE_ORDER_MAGIC) {
      throw captureError(`the section at offset ${position} of the capture does not say its byte order`)
    }
    this.#littleEndian = littleEndian
    this.#interfaces = []
    return SECTION_HEADER
  }

  #addInterface(buffer: DirectBuffer, body: number, end: number, position: number): void {
    if (body + OPTIONS_OFFSET > end || this.#interfaces.length === INTERFACES_MAX) {
      throw captureError(`the interface at offset ${position} of the capture has no link type, or is one too many`)
    }
    const { view } = buffer
    const littleEndian = this.#littleEndian
    let resolution = RESOLUTION_DEFAULT
    let offsetSeconds = 0n
    let option = body + OPTIONS_OFFSET
    while (option + 4 <= end) {
      const code = view.getUint16(option, littleEndian)
      const length = view.getUint16(option + 2, littleEndian)
      const value = option + 4
      if (code === OPTION_END || value + length > end) break
      if (code === OPTION_TIME_RESOLUTION && length === 1) resolution = view.getUint8(value)
      if (code === OPTION_TIME_OFFSET && length === 8) offsetSeconds = view.getBigInt64(value, littleEndian)
      option = value + length + (-length & 3)
    }
    this.#interfaces.push({
      linkType: view.getUint16(body, littleEndian),
      lengthMax: view.getUint32(body + 4, littleEndian),
      // A power of two or of ten.
      unitsPerSecond: (resolution & 0x80) === 0 ? 10n ** BigInt(resolution) : 2n ** BigInt(resolution & 0x7f),
      offsetSeconds,
    })
  }

  #packet(type: number, buffer: DirectBuffer, body: number, end: number, position: number): CapturedPacket {
    const { view } = buffer
    const littleEndian = this.#littleEndian
    const number = this.#packets + 1
    const dataOffset = type === SIMPLE_PACKET ? 4 : PACKET_DATA_OFFSET
    const available = end - body - dataOffset
    if (available < 0) throw captureError(`packet ${number}, at offset ${position} of the capture, is cut off`)
    const word = (offset: number): number => view.getUint32(body + offset, littleEndian)
    const id = type === SIMPLE_PACKET ? 0 : type === PACKET ? view.getUint16(body, littleEndian) : word(0)
    const source = this.#interfaces[id]
    if (source === undefined) {
      throw captureError(`packet ${number}, at offset ${position} of the capture, is of interface ${id}, ` +
        'which the capture does not describe')
    }
    const originalLength = type === SIMPLE_PACKET ? word(0) : word(16)
    // A simple packet does not say how much of it was captured; a limit of 0 is none.
    const simpleLength = Math.min(originalLength, source.lengthMax === 0 ? Infinity : source.lengthMax)
    const length = type === SIMPLE_PACKET ? simpleLength : word(12)
    if (length > available) {
      throw captureError(`packet ${number}, at offset ${position} of the capture, is said to have ${length} bytes, ` +
        `but its block has room for ${available}`)
    }
    this.#packets = number
    const offset = body + dataOffset
    const timeNs = type === SIMPLE_PACKET ? undefined : timeOf(source, (BigInt(word(4)) << 32n) | BigInt(word(8)))
    return { number, timeNs, linkType: source.linkType, buffer, offset, length, originalLength }
  }
}

function timeOf({ unitsPerSecond, offsetSeconds }: Interface, units: bigint): bigint {
  return (units * NS_PER_SECOND) / unitsPerSecond + offsetSeconds * NS_PER_SECOND
}
