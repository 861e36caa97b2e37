import { DirectBuffer, EMPTY_BUFFER } from '../runtime/index.ts'

const CAPACITY_MIN = 64 * 1024

/**
 * Bytes that come in pieces and are taken from the front. What is taken before more comes is never copied; otherwise
 * there is one buffer, at most twice as long as what was waiting in it.
 */
export class ByteQueue {
  buffer: DirectBuffer = EMPTY_BUFFER
  /** Where the bytes begin in the buffer. */
  start: number = 0
  /** Where they end. */
  end: number = 0
  /** How many bytes have come and gone before them. */
  position: number = 0
  /** Bytes still to come that are to be skipped. */
  owed: number = 0
  #own: DirectBuffer = EMPTY_BUFFER

  get length(): number {
    return this.end - this.start
  }

  /** @param chunk is not copied unless bytes wait: it must not change before they are taken */
  append(chunk: Uint8Array): void {
    const paid = Math.min(this.owed, chunk.length)
    this.owed -= paid
    this.position += paid
    const bytes = chunk.subarray(paid)
    if (bytes.length === 0) return
    if (this.length === 0) {
      this.buffer = new DirectBuffer(bytes)
      this.start = 0
      this.end = bytes.length
      return
    }
    this.#reserve(bytes.length)
    this.buffer.bytes.set(bytes, this.end)
    this.end += bytes.length
  }

  /** Takes bytes away, also such as have not come yet. */
  skip(count: number): void {
    const there = Math.min(count, this.length)
    this.start += there
    this.position += there
    this.owed += count - there
  }

  #reserve(count: number): void {
    const { buffer, start, end, length } = this
    if (buffer === this.#own && end + count <= buffer.byteLength) return
    if (length + count > this.#own.byteLength) {
      const capacity = Math.max(CAPACITY_MIN, 2 * length, length + count)
      this.#own = new DirectBuffer(new ArrayBuffer(capacity))
    }
    this.#own.bytes.set(buffer.bytes.subarray(start, end), 0)
    this.buffer = this.#own
    this.start = 0
    this.end = length
  }
}
