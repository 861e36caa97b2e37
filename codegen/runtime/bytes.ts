import { SbeError } from './sbe-error.ts'

/** Up to this length a loop copies faster than making a view for `set` (measured). */
const LOOP_COPY_LENGTH_MAX = 48

/** Entries that take no bytes cannot be bounded by the bytes left; more of them in a message than this are refused. */
export const EMPTY_ENTRIES_MAX: number = 65_535

/**
 * Checks that a field lies within its buffer. Only that of a flyweight that is not wrapped, or not at an entry, does
 * not; a DataView refuses it by itself, but an array of bytes reads undefined and swallows what is written.
 */
export function checkField(bytes: Uint8Array, offset: number, length: number): void {
  if (!(offset >= 0 && offset + length <= bytes.length)) throwField()
}

function throwField(): never {
  throw new SbeError(
    'ERR_GODWIT_SBE_BOUNDS',
    'the flyweight is not wrapped, or its group is not at an entry: call wrap() or next() first',
  )
}

/** Copies bytes. The caller has checked the bounds of the array that is not the message's. */
export function copyBytes(
  dst: Uint8Array, dstOffset: number, src: Uint8Array, srcOffset: number, length: number,
): void {
  checkField(dst, dstOffset, length)
  checkField(src, srcOffset, length)
  moveBytes(dst, dstOffset, src, srcOffset, length)
}

/** Copies at most `length` bytes of a fixed-length array; returns how many. */
export function getBytes(
  name: string,
  bytes: Uint8Array,
  offset: number,
  size: number,
  dst: Uint8Array,
  dstOffset: number = 0,
  length: number = size,
): number {
  const n = Math.min(length, size)
  checkRange(name, n, dstOffset, dst.length)
  checkField(bytes, offset, size)
  moveBytes(dst, dstOffset, bytes, offset, n)
  return n
}

/** As `copyBytes`, when the caller has checked the bounds of both arrays. */
export function moveBytes(
  dst: Uint8Array, dstOffset: number, src: Uint8Array, srcOffset: number, length: number,
): void {
  if (length <= LOOP_COPY_LENGTH_MAX) {
    for (let i = 0; i < length; i++) dst[dstOffset + i] = src[srcOffset + i] as number
  } else {
    dst.set(src.subarray(srcOffset, srcOffset + length), dstOffset)
  }
}

/** Checks that a part of an array that the caller gave lies within it. */
export function checkRange(name: string, length: number, offset: number, available: number): void {
  // Nearly all offsets and lengths are whole numbers of 32 bits, which is quickly seen.
  if (offset >>> 0 === offset && length >>> 0 === length && offset + length <= available) return
  checkAnyRange(name, length, offset, available)
}

function checkAnyRange(name: string, length: number, offset: number, available: number): void {
  const isWhole = Number.isInteger(offset) && Number.isInteger(length)
  if (!(isWhole && offset >= 0 && length >= 0 && offset + length <= available)) {
    throw new SbeError(
      'ERR_GODWIT_SBE_LENGTH',
      `${name}: ${length} bytes at offset ${offset} do not lie within the array of ${available} bytes`,
    )
  }
}

/** Checks that as many entries as a group header announces can lie in the bytes that are left. */
export function checkGroup(name: string, count: number, entryLengthMin: number, available: number): void {
  // The count may be of a signed type or a float.
  if (!(Number.isInteger(count) && count >= 0)) {
    throw new SbeError('ERR_GODWIT_SBE_BOUNDS', `${name}: there cannot be ${count} entries`)
  }
  if (count * entryLengthMin > available || (entryLengthMin === 0 && count > EMPTY_ENTRIES_MAX)) {
    throw new SbeError(
      'ERR_GODWIT_SBE_BOUNDS',
      `${name}: ${count} entries of at least ${entryLengthMin} bytes do not fit into the ${available} bytes left`,
    )
  }
}

/** Where a decoder counts the entries that take no bytes, up to which of their groups. */
interface EmptyEntries {
  _emptyEntries: number
  _emptyEnd: number
}

/**
 * Counts entries that take no bytes against what a whole message may have of them: nested groups could multiply them
 * beyond all bounds. Reading a group once more costs nothing.
 */
export function checkEmptyEntries(name: string, count: number, header: number, message: EmptyEntries): void {
  if (header < message._emptyEnd) return
  const total = message._emptyEntries + count
  if (total > EMPTY_ENTRIES_MAX) {
    throw new SbeError('ERR_GODWIT_SBE_BOUNDS', `${name}: more than ${EMPTY_ENTRIES_MAX} entries without bytes`)
  }
  message._emptyEntries = total
  message._emptyEnd = header + 1
}
