import { PRIMITIVE_TYPES, type PrimitiveName } from '../ir/primitive-type.ts'

/** A number or character code from the text of a schema, or what is wrong with it. */
export type ParsedValue =
  | {
    readonly value: bigint | number
    /** Whether the primitive type can hold it. */
    readonly fits: boolean
    readonly reference?: undefined
  }
  | {
    readonly value?: undefined
    readonly message: string
    readonly expected: string
    /** What the reference throws; empty when it takes the value. */
    readonly reference: string
  }

const FLOAT = /^[+-]?(?:NaN|Infinity|(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?[fFdD]?)$/
const INTEGER = /^[+-]?[0-9]+$/

/** More digits than any 64-bit number has are not worth converting. */
const MAX_DIGITS = 64

/** What the reference's parsers take; it reads unsigned types with the next wider signed parser. */
const REFERENCE_BITS: Readonly<Partial<Record<PrimitiveName, bigint>>> = {
  int8: 8n,
  int16: 16n,
  int32: 32n,
  int64: 64n,
  uint8: 16n,
  uint16: 32n,
  uint32: 64n,
}

export function parsePrimitive(text: string, primitive: PrimitiveName): ParsedValue {
  if (primitive === 'char') return parseCharacter(text)
  if (PRIMITIVE_TYPES[primitive].kind === 'float') return parseFloatingPoint(text, primitive)
  return parseIntegral(text, primitive)
}

/** Smallest and largest value that the bits of an integer type can hold, sentinels included. */
export function bitRange(primitive: PrimitiveName): readonly [bigint, bigint] {
  const { size, signed } = PRIMITIVE_TYPES[primitive]
  const bits = BigInt(size * 8)
  return signed ? [-(2n ** (bits - 1n)), 2n ** (bits - 1n) - 1n] : [0n, 2n ** bits - 1n]
}

/** A number as the reference holds, compares and prints those of all integer types: a signed integer of 64 bits. */
export function asLong(value: bigint | number): bigint | number {
  return typeof value === 'bigint' ? BigInt.asIntN(64, value) : value
}

function parseCharacter(text: string): ParsedValue {
  const trimmed = text.length > 1 ? text.trim() : text
  const expected = 'one US-ASCII character'
  if (trimmed.length !== 1) {
    const reference = text.length > 1
      ? `IllegalArgumentException: Constant char value malformed: ${text}`
      : 'ArrayIndexOutOfBoundsException: Index 0 out of bounds for length 0'
    return { message: `'${text}' is not a character`, expected, reference }
  }
  const code = trimmed.charCodeAt(0)
  return code > 0x7f
    ? { message: `'${text}' is not a US-ASCII character`, expected, reference: '' }
    : { value: BigInt(code), fits: true }
}

function parseFloatingPoint(text: string, primitive: PrimitiveName): ParsedValue {
  const trimmed = text.trim()
  if (!FLOAT.test(trimmed)) {
    const reference = trimmed === ''
      ? 'NumberFormatException: empty String'
      : `NumberFormatException: For input string: "${trimmed}"`
    return { message: `'${text}' is not a number`, expected: `a ${primitive}`, reference }
  }
  const value = Number(trimmed.replace(/[fFdD]$/, ''))
  return { value: primitive === 'float' ? Math.fround(value) : value, fits: true }
}

function parseIntegral(text: string, primitive: PrimitiveName): ParsedValue {
  const trimmed = text.trim()
  const [min, max] = bitRange(primitive)
  const expected = `an integer from ${min} to ${max}`
  if (!INTEGER.test(trimmed)) {
    const detail = primitive === 'uint64' ? '' : `: For input string: "${text}"`
    return { message: `'${text}' is not a number`, expected, reference: `NumberFormatException${detail}` }
  }
  if (trimmed.length > MAX_DIGITS) {
    const message = `'${trimmed.slice(0, MAX_DIGITS)}...' is out of range`
    return { message, expected, reference: 'NumberFormatException' }
  }
  const value = BigInt(trimmed.replace(/^\+/, ''))
  const thrown = referenceRangeError(text, value, primitive)
  if (thrown !== undefined) return { message: `'${text}' is out of range`, expected, reference: thrown }
  return { value, fits: value >= min && value <= max }
}

function referenceRangeError(text: string, value: bigint, primitive: PrimitiveName): string | undefined {
  const bits = REFERENCE_BITS[primitive]
  if (bits === undefined) {
    const tooLarge = value > bitRange('uint64')[1]
    return tooLarge ? `IllegalArgumentException: Value greater than UINT64 allows: value=${text}` : undefined
  }
  const limit = 2n ** (bits - 1n)
  if (value >= -limit && value < limit) return undefined
  const narrow = bits < 32n && value >= -(2n ** 31n) && value < 2n ** 31n
  return narrow
    ? `NumberFormatException: Value out of range. Value:"${text}" Radix:10`
    : `NumberFormatException: For input string: "${text}"`
}
