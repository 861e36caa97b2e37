import type { NativeLibrary } from './native-library.ts'
import {
  CONTROL,
  MESSAGE,
  MSG_CTRUNC,
  MSG_TRUNC,
  SOCKADDR,
  SOL_UDP,
  UDP_GRO,
  UDP_SEGMENT,
  VECTOR,
} from './constants.ts'

const TWO_TO_32 = 4_294_967_296

/**
 * Memory for the headers of a row of messages, each with one vector and room for one control message.
 *
 * ```
 *   | mmsghdr 64 x count | iovec 16 x count | control 24 x count | sockaddr 32 x addresses |
 * ```
 */
class MessageHeaders {
  readonly view: DataView
  readonly words: Int32Array
  /** Address of the first header. */
  readonly address: number
  readonly vectorsOffset: number
  readonly controlsOffset: number
  readonly namesOffset: number

  constructor(library: NativeLibrary, count: number, addresses: number) {
    this.vectorsOffset = count * MESSAGE.length
    this.controlsOffset = this.vectorsOffset + count * VECTOR.length
    this.namesOffset = this.controlsOffset + count * CONTROL.stride
    const memory = new ArrayBuffer(this.namesOffset + addresses * SOCKADDR.stride)
    this.view = new DataView(memory)
    this.words = new Int32Array(memory)
    this.address = library.addressOf(new Uint8Array(memory))
    for (let i = 0; i < count; i++) {
      const header = i * MESSAGE.length
      this.setPointer(header + MESSAGE.vectors, this.address + this.vectorsOffset + i * VECTOR.length)
      this.setLength(header + MESSAGE.vectorCount, 1)
      this.setPointer(header + MESSAGE.control, this.address + this.controlsOffset + i * CONTROL.stride)
      const name = addresses === 1 ? 0 : i
      this.setPointer(header + MESSAGE.name, this.address + this.namesOffset + name * SOCKADDR.stride)
    }
  }

  setVector(index: number, address: number, length: number): void {
    const vector = this.vectorsOffset + index * VECTOR.length
    this.setPointer(vector + VECTOR.base, address)
    this.setLength(vector + VECTOR.size, length)
  }

  protected setLength(offset: number, length: number): void {
    this.view.setUint32(offset, length, true)
  }

  private setPointer(offset: number, address: number): void {
    this.view.setUint32(offset, address >>> 0, true)
    this.view.setUint32(offset + 4, Math.floor(address / TWO_TO_32), true)
  }
}

/** Headers of messages on their way out, all to one destination. */
export class SendHeaders extends MessageHeaders {
  /** @param nameLength of the destination; 0 for connected sockets */
  constructor(library: NativeLibrary, count: number, nameLength: number) {
    super(library, count, 1)
    for (let i = 0; i < count; i++) {
      this.setLength(i * MESSAGE.length + MESSAGE.nameLength, nameLength)
      const control = this.controlsOffset + i * CONTROL.stride
      this.setLength(control + CONTROL.length, CONTROL.headerLength + Uint16Array.BYTES_PER_ELEMENT)
      this.view.setInt32(control + CONTROL.level, SOL_UDP, true)
      this.view.setInt32(control + CONTROL.type, UDP_SEGMENT, true)
    }
  }

  /** @param segmentLength the message is cut into pieces of this length; 0 for one datagram */
  set(index: number, address: number, length: number, segmentLength: number): void {
    this.setVector(index, address, length)
    this.setLength(index * MESSAGE.length + MESSAGE.controlLength, segmentLength === 0 ? 0 : CONTROL.stride)
    const control = this.controlsOffset + index * CONTROL.stride
    if (segmentLength !== 0) this.view.setUint16(control + CONTROL.data, segmentLength, true)
  }
}

/** Least length of control data with the length of joined datagrams. */
const SEGMENT_CONTROL_LENGTH = CONTROL.headerLength + Int32Array.BYTES_PER_ELEMENT

/** Headers of messages on their way in, each with an address and a buffer of its own. */
export class ReceiveHeaders extends MessageHeaders {
  constructor(library: NativeLibrary, count: number, buffers: Uint8Array) {
    super(library, count, count)
    const start = library.addressOf(buffers)
    const bufferLength = buffers.byteLength / count
    for (let i = 0; i < count; i++) this.setVector(i, start + i * bufferLength, bufferLength)
    this.reset(count)
  }

  /** The system writes the lengths that it used over those that there are. */
  reset(count: number): void {
    for (let i = 0; i < count; i++) {
      const header = i * MESSAGE.length
      this.setLength(header + MESSAGE.nameLength, SOCKADDR.ipv6Length)
      this.setLength(header + MESSAGE.controlLength, CONTROL.stride)
      this.setLength(header + MESSAGE.flags, 0)
    }
  }

  /** Whether a message is all there: nothing was cut off, and its sender has an address of the family. */
  isWhole(index: number, family: number, nameLength: number): boolean {
    const { view } = this
    const header = index * MESSAGE.length
    return (
      (view.getUint32(header + MESSAGE.flags, true) & (MSG_TRUNC | MSG_CTRUNC)) === 0 &&
      view.getUint32(header + MESSAGE.nameLength, true) >= nameLength &&
      view.getUint16(this.namesOffset + index * SOCKADDR.stride + SOCKADDR.family, true) === family
    )
  }

  receivedLength(index: number): number {
    return this.view.getUint32(index * MESSAGE.length + MESSAGE.transferred, true)
  }

  /** Length of the datagrams that the system joined; 0 when there is one only. */
  segmentLength(index: number): number {
    const { view } = this
    if (view.getUint32(index * MESSAGE.length + MESSAGE.controlLength, true) < SEGMENT_CONTROL_LENGTH) return 0
    const control = this.controlsOffset + index * CONTROL.stride
    const isSegmented =
      view.getInt32(control + CONTROL.level, true) === SOL_UDP &&
      view.getInt32(control + CONTROL.type, true) === UDP_GRO
    return isSegmented ? view.getInt32(control + CONTROL.data, true) : 0
  }

  /** Where the words of the sender's address begin. */
  nameWord(index: number): number {
    return (this.namesOffset + index * SOCKADDR.stride) / Int32Array.BYTES_PER_ELEMENT
  }
}
