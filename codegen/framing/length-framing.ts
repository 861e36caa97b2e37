import { bytesToHex } from '../runtime/index.ts'
import type { DirectBuffer } from '../runtime/index.ts'
import { frameError } from './framing.ts'
import type { Framing, FrameStep } from './framing.ts'

export const LENGTH_TYPES = {
  u8: { size: 1, littleEndian: false },
  u16le: { size: 2, littleEndian: true },
  u16be: { size: 2, littleEndian: false },
  u32le: { size: 4, littleEndian: true },
  u32be: { size: 4, littleEndian: false },
} as const

/** How the length of a frame is encoded: its bits, and which byte comes first. */
export type LengthType = keyof typeof LENGTH_TYPES

/**
 * A frame that says how long it is:
 *
 *     | bytesBefore | length | bytesAfter | message |
 */
export interface LengthFrameLayout {
  readonly lengthType: LengthType
  /** Bytes of the frame before its length; default 0. */
  readonly bytesBefore?: number | undefined
  /** Bytes between the length and the message; default 0, or as many as the mark has. */
  readonly bytesAfter?: number | undefined
  /** How many bytes the length counts besides those of the message; default 0. */
  readonly countedBytes?: number | undefined
  /** Whether the length and what is around it are a part of the message: of a header that the schema describes. */
  readonly isInside?: boolean | undefined
  /** Bytes that must follow the length. */
  readonly mark?: Uint8Array | undefined
  /** Whether a frame with another mark is that of another encoding, and no error. */
  readonly isMixed?: boolean | undefined
  /** Bytes at the beginning of each packet, or of the input; default 0. */
  readonly packetHeaderLength?: number | undefined
}

/** Frames that say how long they are. */
export class LengthFraming implements Framing {
  readonly packetHeaderLength: number
  readonly #type: (typeof LENGTH_TYPES)[LengthType]
  readonly #bytesBefore: number
  readonly #headerLength: number
  readonly #countedBytes: number
  readonly #isInside: boolean
  readonly #mark: Uint8Array
  readonly #isMixed: boolean

  constructor(layout: LengthFrameLayout) {
    const { lengthType, bytesBefore = 0, mark = new Uint8Array(0), countedBytes = 0 } = layout
    const { bytesAfter = mark.length, isInside = false, isMixed = false, packetHeaderLength = 0 } = layout
    this.packetHeaderLength = packetHeaderLength
    this.#type = LENGTH_TYPES[lengthType]
    this.#bytesBefore = bytesBefore
    this.#headerLength = bytesBefore + this.#type.size + bytesAfter
    this.#countedBytes = countedBytes
    this.#isInside = isInside
    this.#mark = mark
    this.#isMixed = isMixed
  }

  next(buffer: DirectBuffer, offset: number, end: number): FrameStep {
    const headerLength = this.#headerLength
    const there = end - offset
    if (there < headerLength) {
      return { kind: 'more', needed: headerLength, missing: `only ${there} of the ${headerLength} bytes of its header` }
    }
    const given = this.#lengthAt(buffer, offset + this.#bytesBefore)
    const counted = this.#countedBytes
    if (given < counted) {
      throw frameError(`its length is ${given}, but the ${counted} bytes of its header that this counts are more`)
    }
    const problem = this.#foreignMark(buffer, offset)
    const frameLength = headerLength + given - counted
    if (there < frameLength) {
      return { kind: 'more', needed: frameLength, missing: `only ${there} of its ${frameLength} bytes` }
    }
    const start = this.#isInside ? offset : offset + headerLength
    const frameEnd = offset + frameLength
    return { kind: 'message', offset: start, length: frameEnd - start, end: frameEnd, problem }
  }

  #lengthAt({ view }: DirectBuffer, offset: number): number {
    const { size, littleEndian } = this.#type
    if (size === 1) return view.getUint8(offset)
    return size === 2 ? view.getUint16(offset, littleEndian) : view.getUint32(offset, littleEndian)
  }

  /** What is wrong with the mark; undefined if nothing is. */
  #foreignMark({ bytes }: DirectBuffer, offset: number): string | undefined {
    const mark = this.#mark
    const start = offset + this.#bytesBefore + this.#type.size
    if (mark.every((byte, i) => byte === bytes[start + i])) return undefined
    const problem = `its length is followed by the bytes ${bytesToHex(bytes.subarray(start, start + mark.length))}, ` +
      `not by ${bytesToHex(mark)}`
    if (this.#isMixed) return `the frame is of another encoding: ${problem}`
    throw frameError(problem)
  }
}
