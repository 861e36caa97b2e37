/**
 * The eleven primitive types of SBE 1.0 and their default ranges and null values.
 *
 * Integer limits are bigint so that one representation is exact for all widths; `float` and `double` limits are
 * numbers.
 */

/** Name of a primitive type, as schemas have it. */
export type PrimitiveName =
  | 'char'
  | 'int8'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'uint8'
  | 'uint16'
  | 'uint32'
  | 'uint64'
  | 'float'
  | 'double'

/**
 * A value in a schema: integers (and `char`, as its code) are bigint, floating point values are number, character
 * array constants are their bytes.
 */
export type PrimitiveValue = bigint | number | Uint8Array

/** A primitive type, with the range and the null value of fields whose type has none of its own. */
export interface PrimitiveType {
  readonly name: PrimitiveName
  /** Size on the wire in bytes. */
  readonly size: 1 | 2 | 4 | 8
  readonly kind: 'integer' | 'float'
  readonly signed: boolean
  readonly minValue: bigint | number
  readonly maxValue: bigint | number
  readonly nullValue: bigint | number
}

function integer(name: PrimitiveName, size: 1 | 2 | 4 | 8, signed: boolean): PrimitiveType {
  const bits = BigInt(size * 8)
  return {
    name,
    size,
    kind: 'integer',
    signed,
    minValue: signed ? -(2n ** (bits - 1n)) + 1n : 0n,
    maxValue: signed ? 2n ** (bits - 1n) - 1n : 2n ** bits - 2n,
    nullValue: signed ? -(2n ** (bits - 1n)) : 2n ** bits - 1n,
  }
}

function float(name: PrimitiveName, size: 4 | 8, maxValue: number): PrimitiveType {
  return { name, size, kind: 'float', signed: true, minValue: -maxValue, maxValue, nullValue: NaN }
}

/** The eleven primitive types by their names. */
export const PRIMITIVE_TYPES: Readonly<Record<PrimitiveName, PrimitiveType>> = {
  char: { name: 'char', size: 1, kind: 'integer', signed: false, minValue: 0x20n, maxValue: 0x7en, nullValue: 0n },
  int8: integer('int8', 1, true),
  int16: integer('int16', 2, true),
  int32: integer('int32', 4, true),
  int64: integer('int64', 8, true),
  uint8: integer('uint8', 1, false),
  uint16: integer('uint16', 2, false),
  uint32: integer('uint32', 4, false),
  uint64: integer('uint64', 8, false),
  float: float('float', 4, 3.4028234663852886e38),
  double: float('double', 8, Number.MAX_VALUE),
}

/** Whether `name` is one of the eleven primitive type names. */
export function isPrimitiveName(name: string): name is PrimitiveName {
  return Object.hasOwn(PRIMITIVE_TYPES, name)
}
