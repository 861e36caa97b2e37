import { createHash } from 'node:crypto'
import type { Hash } from 'node:crypto'
import type { DirectBuffer } from '../../codegen/runtime/index.ts'

const CHUNK_LENGTH = 64 * 1024

/** Longest message that a digest takes, in bytes. */
const MESSAGE_LENGTH_MAX = 4096

const NUMBER_LENGTH = 4

/** SHA-256 over a stream of messages: of each one its number and its bytes. */
export class StreamDigest {
  readonly #hash: Hash = createHash('sha256')
  readonly #chunk: Uint8Array = new Uint8Array(CHUNK_LENGTH)
  readonly #view: DataView = new DataView(this.#chunk.buffer)
  #used: number = 0

  add(number: number, buffer: DirectBuffer, offset: number, length: number): void {
    if (length > MESSAGE_LENGTH_MAX) throw new Error(`a message of ${length} bytes is too long for this job`)
    if (this.#used > CHUNK_LENGTH - MESSAGE_LENGTH_MAX - NUMBER_LENGTH) this.#flush()
    const from = buffer.view
    const to = this.#view
    let used = this.#used
    to.setUint32(used, number)
    used += NUMBER_LENGTH
    // Messages are short: this is faster than a call that copies.
    let i = 0
    for (; i <= length - 4; i += 4) to.setInt32(used + i, from.getInt32(offset + i))
    for (; i < length; i++) to.setUint8(used + i, from.getUint8(offset + i))
    this.#used = used + length
  }

  /** The digest in hexadecimal digits; nothing can be added behind it. */
  end(): string {
    this.#flush()
    return this.#hash.digest('hex')
  }

  #flush(): void {
    this.#hash.update(this.#chunk.subarray(0, this.#used))
    this.#used = 0
  }
}
