import { GodwitError } from './errors.ts'

/** Codes of `SbeError`; docs/errors.md says what each means and what to do. */
export type SbeErrorCode =
  | 'ERR_GODWIT_SBE_BUFFER'
  | 'ERR_GODWIT_SBE_BOUNDS'
  | 'ERR_GODWIT_SBE_BLOCK_LENGTH'
  | 'ERR_GODWIT_SBE_GROUP_COUNT'
  | 'ERR_GODWIT_SBE_NO_MORE_ENTRIES'
  | 'ERR_GODWIT_SBE_INDEX'
  | 'ERR_GODWIT_SBE_LENGTH'
  | 'ERR_GODWIT_SBE_INEXACT'
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

// The functions below keep the construction of messages out of the generated accessors, which stay small enough to
// be inlined.

export function throwWrap(name: string, offset: number, blockLength: number, length: number, capacity: number): never {
  if (!(Number.isInteger(offset) && offset >= 0 && length >= 0 && offset + length <= capacity)) {
    throw new SbeError(
      'ERR_GODWIT_SBE_BOUNDS',
      `${name}: offset ${offset} and length ${length} do not lie within the buffer of ${capacity} bytes`,
    )
  }
  throw new SbeError(
    'ERR_GODWIT_SBE_BOUNDS',
    `${name}: the block takes ${blockLength} bytes at offset ${offset}, but the message has ${length}`,
  )
}

/** What keeps a decoder from a block that ends behind `end`, or is shorter than `required`. */
export function throwBlock(
  name: string, required: number, offset: number, blockLength: number, end: number, capacity: number,
): never {
  const isWhole = Number.isInteger(offset) && Number.isInteger(blockLength)
  const isInside = offset >= 0 && blockLength >= 0 && offset + blockLength <= end && end <= capacity
  if (isWhole && isInside) throwBlockLength(name, blockLength, required)
  throwWrap(name, offset, blockLength, end - offset, capacity)
}

export function throwBounds(name: string, needed: number, offset: number, end: number): never {
  throw new SbeError(
    'ERR_GODWIT_SBE_BOUNDS',
    `${name}: needs ${needed} bytes at offset ${offset}, but the message ends at ${end}`,
  )
}

export function throwBlockLength(name: string, blockLength: number, required: number): never {
  throw new SbeError(
    'ERR_GODWIT_SBE_BLOCK_LENGTH',
    `${name}: block length ${blockLength} on the wire is shorter than the ${required} bytes of the first version`,
  )
}

export function throwGroupCount(name: string, count: number, min: number, max: number): never {
  throw new SbeError(
    'ERR_GODWIT_SBE_GROUP_COUNT',
    `${name}: count ${count} is not a whole number from ${min} to ${max}`,
  )
}

export function throwNoMoreEntries(name: string, count: number): never {
  throw new SbeError(
    'ERR_GODWIT_SBE_NO_MORE_ENTRIES',
    `${name}: all ${count} entries have been taken; check hasNext() before next()`,
  )
}

export function throwIndex(name: string, index: number, length: number): never {
  throw new SbeError('ERR_GODWIT_SBE_INDEX', `${name}: index ${index} is outside the range 0 to ${length - 1}`)
}

export function throwLength(name: string, length: number, max: number): never {
  throw new SbeError(
    'ERR_GODWIT_SBE_LENGTH',
    `${name}: length ${length} is not possible, it can have 0 to ${max} bytes`,
  )
}

export function throwInexact(name: string): never {
  throw new SbeError(
    'ERR_GODWIT_SBE_INEXACT',
    `${name}: the value is not an integer that a Number holds exactly; use the bigint accessor`,
  )
}

export function throwTemplate(name: string, expected: number, actual: number): never {
  throw new SbeError('ERR_GODWIT_SBE_TEMPLATE', `${name}: the header has template id ${actual}, not ${expected}`)
}

export function throwSchema(name: string, expected: number, actual: number): never {
  throw new SbeError('ERR_GODWIT_SBE_SCHEMA', `${name}: the header has schema id ${actual}, not ${expected}`)
}
