/**
 * Memory of messages that come or go as arrays of bytes. Memory of its own, or views of it, would take longer for each
 * than what is done with them.
 */
import { DirectBuffer } from './direct-buffer.ts'

const MEMORY_LENGTH = 8192
/** Longer messages have memory of their own. */
const SHARED_LENGTH_MAX = 2048

let scratch: DirectBuffer | undefined
let pool: DirectBuffer | undefined
let poolUsed = 0

/** A buffer that begins with the bytes, until it is called again. */
export function bufferOf(bytes: Uint8Array): DirectBuffer {
  if (!(bytes.length <= SHARED_LENGTH_MAX)) return new DirectBuffer(bytes)
  scratch ??= new DirectBuffer(new ArrayBuffer(MEMORY_LENGTH))
  scratch.bytes.set(bytes)
  return scratch
}

/** A buffer with room for a message, zeroes, which `takeRoom` tells the offset of. */
export function roomFor(length: number): DirectBuffer {
  if (!(length <= SHARED_LENGTH_MAX)) return new DirectBuffer(new ArrayBuffer(length))
  // Who transfers bytes of it to another thread takes all of it away.
  if (pool === undefined || poolUsed + length > pool.bytes.length) {
    pool = new DirectBuffer(new ArrayBuffer(MEMORY_LENGTH))
    poolUsed = 0
  }
  return pool
}

/** Takes the room for a message for good: objects may have getters, which make other messages meanwhile. */
export function takeRoom(buffer: DirectBuffer, length: number): number {
  if (buffer !== pool) return 0
  const offset = poolUsed
  poolUsed += (length + 7) & ~7
  return offset
}
