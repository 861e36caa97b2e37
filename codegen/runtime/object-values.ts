/** What the code of plain objects needs of values: errors out of line, and reads that are more than one access. */
import { checkField } from './bytes.ts'
import { SbeError } from './sbe-error.ts'

const SHOWN_LENGTH_MAX = 40

/** A value of an object that its message cannot hold. */
export function valueError(path: string, value: unknown, expected: string): SbeError {
  const what = value === undefined ? ` is missing, expected ${expected}` : `: ${show(value)} is not ${expected}`
  return new SbeError('ERR_GODWIT_SBE_VALUE', path + what)
}

/** As `valueError`, for 64-bit integers that objects hold as Numbers. */
export function wideValueError(path: string, value: unknown, expected: string): SbeError {
  if (!Number.isInteger(value) || Number.isSafeInteger(value)) return valueError(path, value, expected)
  return new SbeError(
    'ERR_GODWIT_SBE_INEXACT',
    `${path}: ${show(value)} is no safe integer; generate the codecs with --objects bigint`,
  )
}

/** What keeps a value from an array of a fixed length, or from data. */
export function arrayError(path: string, value: unknown, isArray: boolean, expected: string): SbeError {
  if (!isArray) return valueError(path, value, expected)
  const { length } = value as { readonly length: number }
  return new SbeError('ERR_GODWIT_SBE_LENGTH', `${path}: the length ${length} is not that of ${expected}`)
}

/** What keeps a text from its field: `length` is what it takes encoded, negative when it cannot be encoded. */
export function textError(path: string, value: unknown, length: number, max: number, encoding: string): SbeError {
  const expected = `a text in ${encoding} of at most ${max} bytes`
  if (typeof value !== 'string') return valueError(path, value, expected)
  if (length > max) {
    const message = `${path}: ${show(value)} takes ${length} bytes, it can have at most ${max}`
    return new SbeError('ERR_GODWIT_SBE_LENGTH', message)
  }
  return valueError(path, value, `${expected} that reads back as the same text`)
}

/** A value for an error message, whatever it is. */
function show(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value.length > SHOWN_LENGTH_MAX ? `${value.slice(0, SHOWN_LENGTH_MAX)}...` : value)
    case 'bigint':
      return value > -(2n ** 128n) && value < 2n ** 128n ? `${value}n` : 'a bigint of more than 128 bits'
    case 'object':
      if (value === null) return 'null'
      return Array.isArray(value) ? 'an array' : 'an object'
    case 'function':
      return 'a function'
    default:
      return Object.is(value, -0) ? '-0' : String(value)
  }
}

/** A 64-bit integer from its words; throws when it is no safe integer. */
export function exactNumber(hi: number, lo: number, path: string): number {
  const value = hi * 0x1_0000_0000 + lo
  if (!Number.isSafeInteger(value)) throw inexactWords(hi, lo, path)
  return value
}

function inexactWords(hi: number, lo: number, path: string): SbeError {
  const value = BigInt(hi) * 0x1_0000_0000n + BigInt(lo)
  return new SbeError(
    'ERR_GODWIT_SBE_INEXACT',
    `${path}: ${value} is no safe integer; generate the codecs with --objects bigint`,
  )
}

/** A copy of bytes of a message. */
export function copyOf(bytes: Uint8Array, offset: number, length: number): Uint8Array {
  checkField(bytes, offset, length)
  return bytes.slice(offset, offset + length)
}

/** As `copyOf`, signed. */
export function int8sOf(bytes: Uint8Array, offset: number, length: number): Int8Array {
  return new Int8Array(copyOf(bytes, offset, length).buffer)
}

/** Whether a value is an array of bytes, of any realm. */
export function isBytes(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array || kindOf(value) === 'Uint8Array'
}

export function isInt8s(value: unknown): value is Int8Array {
  return value instanceof Int8Array || kindOf(value) === 'Int8Array'
}

/** The kind of a typed array, which nothing else can pretend to be. */
function kindOf(value: unknown): unknown {
  const typedArray: object = Object.getPrototypeOf(Uint8Array.prototype) as object
  return Object.getOwnPropertyDescriptor(typedArray, Symbol.toStringTag)?.get?.call(value)
}
