/** Primitive values in generated code: types, literals, reads and writes. */
import type { PrimitiveName } from '../ir/primitive-type.ts'

const ACCESSORS: Readonly<Record<PrimitiveName, string>> = {
  char: 'Uint8',
  int8: 'Int8',
  int16: 'Int16',
  int32: 'Int32',
  int64: 'BigInt64',
  uint8: 'Uint8',
  uint16: 'Uint16',
  uint32: 'Uint32',
  uint64: 'BigUint64',
  float: 'Float32',
  double: 'Float64',
}

const SINGLE_BYTE: ReadonlySet<PrimitiveName> = new Set(['char', 'int8', 'uint8'])

/** 64-bit integers: bigint in the API, two words beside it. */
export function isWide(primitive: PrimitiveName): boolean {
  return primitive === 'int64' || primitive === 'uint64'
}

export function isFloat(primitive: PrimitiveName): boolean {
  return primitive === 'float' || primitive === 'double'
}

export function valueType(primitive: PrimitiveName): 'number' | 'bigint' {
  return isWide(primitive) ? 'bigint' : 'number'
}

/** A literal that is also a valid type under `as const` and isolated declarations. */
export function literal(primitive: PrimitiveName, value: bigint | number): string {
  if (isWide(primitive)) return `${value}n`
  if (typeof value === 'bigint') return `${value}`
  if (Object.is(value, -0)) return '-0'
  return String(value)
}

/** As `literal`, for places that want a literal type: NaN and Infinity are names, not literals. */
export function metaLiteral(primitive: PrimitiveName, value: bigint | number): string {
  const text = literal(primitive, value)
  return /NaN|Infinity/.test(text) ? `${text} as number` : text
}

export function stringLiteral(text: string): string {
  const escaped = JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")
  return `'${escaped.replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')}'`
}

/** The text for the inside of a template literal. */
export function templateText(text: string): string {
  return stringLiteral(text).slice(1, -1).replaceAll('`', '\\`').replaceAll('${', '\\${')
}

export function read(view: string, primitive: PrimitiveName, offset: string, littleEndian: boolean): string {
  const order = SINGLE_BYTE.has(primitive) ? '' : `, ${littleEndian}`
  return `${view}.get${ACCESSORS[primitive]}(${offset}${order})`
}

export function write(
  view: string, primitive: PrimitiveName, offset: string, value: string, littleEndian: boolean,
): string {
  const order = SINGLE_BYTE.has(primitive) ? '' : `, ${littleEndian}`
  return `${view}.set${ACCESSORS[primitive]}(${offset}, ${value}${order})`
}

/** A read that gives a number for every integer type. */
export function readNumber(view: string, primitive: PrimitiveName, offset: string, littleEndian: boolean): string {
  const value = read(view, primitive, offset, littleEndian)
  return isWide(primitive) ? `Number(${value})` : value
}

export function writeNumber(
  view: string, primitive: PrimitiveName, offset: string, value: string, littleEndian: boolean,
): string {
  return write(view, primitive, offset, isWide(primitive) ? `BigInt(${value})` : value, littleEndian)
}

/** An offset expression: the base plus a literal, nothing for zero. */
export function plus(base: string, offset: number): string {
  return offset === 0 ? base : `${base} + ${offset}`
}
