const FIRST_CAPACITY = 64 * 1024

/** Little-endian bytes, one after the other, in memory that grows. */
export class ByteWriter {
  #bytes: Uint8Array = new Uint8Array(FIRST_CAPACITY)
  #view: DataView = new DataView(this.#bytes.buffer)
  #length = 0

  get length(): number {
    return this.#length
  }

  int32(value: number): void {
    const offset = this.#take(4)
    this.#view.setInt32(offset, value, true)
  }

  uint8(value: number): void {
    const offset = this.#take(1)
    this.#view.setUint8(offset, value)
  }

  uint16(value: number): void {
    const offset = this.#take(2)
    this.#view.setUint16(offset, value, true)
  }

  bytes(bytes: Uint8Array): void {
    const offset = this.#take(bytes.length)
    this.#bytes.set(bytes, offset)
  }

  /** What has been written. */
  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length)
  }

  #take(length: number): number {
    const offset = this.#length
    const end = offset + length
    if (end > this.#bytes.length) {
      const bytes = new Uint8Array(Math.max(end, this.#bytes.length * 2))
      bytes.set(this.#bytes)
      this.#bytes = bytes
      this.#view = new DataView(bytes.buffer)
    }
    this.#length = end
    return offset
  }
}
