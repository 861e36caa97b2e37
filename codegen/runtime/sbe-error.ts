import { GodwitError } from './errors.ts'

/** Codes of `SbeError`; docs/errors.md says what each means and what to do. */
export type SbeErrorCode =
  | 'ERR_GODWIT_SBE_BUFFER'
  | 'ERR_GODWIT_SBE_BOUNDS'
  | 'ERR_GODWIT_SBE_BLOCK_LENGTH'
  | 'ERR_GODWIT_SBE_GROUP_COUNT'
  | 'ERR_GODWIT_SBE_NO_MORE_ENTRIES'
  | 'ERR_GODWIT_SBE_MISSING_ENTRIES'
  | 'ERR_GODWIT_SBE_INDEX'
  | 'ERR_GODWIT_SBE_LENGTH'
  | 'ERR_GODWIT_SBE_INEXACT'
  | 'ERR_GODWIT_SBE_VALUE'
  | 'ERR_GODWIT_SBE_TEMPLATE'
  | 'ERR_GODWIT_SBE_SCHEMA'
  | 'ERR_GODWIT_SBE_CHARSET'
  | 'ERR_GODWIT_SBE_ORDER'
  | 'ERR_GODWIT_SBE_RUNTIME'

/** The one error class of generated codecs: malformed bytes, a buffer too small, a value that does not fit. */
export class SbeError extends GodwitError {
  protected static override readonly brand: symbol = Symbol.for('godwit.error.sbe')

  declare readonly code: SbeErrorCode

  constructor(code: SbeErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(code, message, options)
    Object.defineProperty(this, SbeError.brand, { value: true })
  }
}

// The functions below keep the construction of messages out of the generated accessors, which stay small enough to be
// inlined. They give the error, and the caller throws it, because compilers see then that nothing follows: what they
// know of objects and fields before the check holds after it.

export function wrapError(
  name: string, offset: number, blockLength: number, length: number, capacity: number,
): SbeError {
  if (!(Number.isInteger(offset) && offset >= 0 && length >= 0 && offset + length <= capacity)) {
    return new SbeError(
      'ERR_GODWIT_SBE_BOUNDS',
      `${name}: offset ${offset} and length ${length} do not lie within the buffer of ${capacity} bytes`,
    )
  }
  return new SbeError(
    'ERR_GODWIT_SBE_BOUNDS',
    `${name}: the block takes ${blockLength} bytes at offset ${offset}, but the message has ${length}`,
  )
}

/** What keeps a decoder from a block that ends behind `end`, or is shorter than `required`. */
export function blockError(
  name: string, required: number, offset: number, blockLength: number, end: number, capacity: number,
): SbeError {
  const isWhole = Number.isInteger(offset) && Number.isInteger(blockLength)
  const isInside = offset >= 0 && blockLength >= 0 && offset + blockLength <= end && end <= capacity
  if (isWhole && isInside) return blockLengthError(name, blockLength, required)
  return wrapError(name, offset, blockLength, end - offset, capacity)
}

export function boundsError(name: string, needed: number, offset: number, end: number): SbeError {
  return new SbeError(
    'ERR_GODWIT_SBE_BOUNDS',
    `${name}: needs ${needed} bytes at offset ${offset}, but the message ends at ${end}`,
  )
}

export function blockLengthError(name: string, blockLength: number, required: number): SbeError {
  return new SbeError(
    'ERR_GODWIT_SBE_BLOCK_LENGTH',
    `${name}: block length ${blockLength} on the wire is shorter than the ${required} bytes of the first version`,
  )
}

export function groupCountError(name: string, count: number, min: number, max: number): SbeError {
  return new SbeError(
    'ERR_GODWIT_SBE_GROUP_COUNT',
    `${name}: count ${count} is not a whole number from ${min} to ${max}`,
  )
}

export function noMoreEntriesError(name: string, count: number): SbeError {
  return new SbeError(
    'ERR_GODWIT_SBE_NO_MORE_ENTRIES',
    `${name}: all ${count} entries have been taken; check hasNext() before next()`,
  )
}

export function missingEntriesError(name: string, taken: number, count: number): SbeError {
  return new SbeError(
    'ERR_GODWIT_SBE_MISSING_ENTRIES',
    `${name}: only ${taken} of ${count} entries have been taken; take the others, or call resetCountToIndex() first`,
  )
}

export function indexError(name: string, index: number, length: number): SbeError {
  return new SbeError('ERR_GODWIT_SBE_INDEX', `${name}: index ${index} is outside the range 0 to ${length - 1}`)
}

export function lengthError(name: string, length: number, max: number): SbeError {
  return new SbeError(
    'ERR_GODWIT_SBE_LENGTH',
    `${name}: length ${length} is not possible, it can have 0 to ${max} bytes`,
  )
}

export function inexactError(name: string): SbeError {
  return new SbeError(
    'ERR_GODWIT_SBE_INEXACT',
    `${name}: the value is not an integer that a Number holds exactly; use the bigint accessor`,
  )
}

export function templateError(name: string, expected: number, actual: number): SbeError {
  return new SbeError('ERR_GODWIT_SBE_TEMPLATE', `${name}: the header has template id ${actual}, not ${expected}`)
}

export function schemaError(name: string, expected: number, actual: number): SbeError {
  return new SbeError('ERR_GODWIT_SBE_SCHEMA', `${name}: the header has schema id ${actual}, not ${expected}`)
}
