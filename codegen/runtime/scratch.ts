/**
 * Memory in which messages are made before their bytes are copied out of it: a view of new memory costs more than
 * most messages do.
 */
import { DirectBuffer } from './direct-buffer.ts'

const LENGTH_MIN = 8192
/** Memory that is longer is not kept. */
const LENGTH_MAX = 1 << 20

let spare: DirectBuffer | undefined

/**
 * Memory of at least `length` bytes with anything in it, for the caller alone until it is given back: an object that is
 * encoded may have getters, which encode others.
 */
export function takeScratch(length: number): DirectBuffer {
  const scratch = spare
  if (scratch === undefined || scratch.byteLength < length) {
    return new DirectBuffer(new ArrayBuffer(Math.max(length, LENGTH_MIN)))
  }
  spare = undefined
  return scratch
}

export function returnScratch(scratch: DirectBuffer): void {
  if (scratch.byteLength <= LENGTH_MAX) spare = scratch
}
