import { EMPTY_BUFFER } from './direct-buffer.ts'
import type { DirectBuffer } from './direct-buffer.ts'

/** A reusable reference to a range of a buffer: variable-length data without a copy and without garbage. */
export class Slice {
  buffer: DirectBuffer = EMPTY_BUFFER
  offset: number = 0
  length: number = 0

  wrap(buffer: DirectBuffer, offset: number, length: number): this {
    this.buffer = buffer
    this.offset = offset
    this.length = length
    return this
  }

  /** The range as a view of the same memory; allocates the view. */
  toUint8Array(): Uint8Array {
    return this.buffer.bytes.subarray(this.offset, this.offset + this.length)
  }
}
