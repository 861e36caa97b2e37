/** Values and types of a schema as people write them. */
import { decodeConstant } from '../character-encodings.ts'
import { PRIMITIVE_TYPES } from '../ir/primitive-type.ts'
import type { PrimitiveName, PrimitiveValue } from '../ir/primitive-type.ts'
import type { ScalarModel } from '../model/schema-model.ts'

/** A value of a primitive type; characters in quotes where they can be printed. */
export function valueText(primitive: PrimitiveName, value: bigint | number): string {
  if (primitive !== 'char' || typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value)
  return value > 0x20n && value < 0x7fn ? `'${String.fromCharCode(Number(value))}'` : hexText(value, 1)
}

/** A constant, as text where it is one. */
export function constantText({ primitive, characterEncoding }: ScalarModel, value: PrimitiveValue): string {
  if (!(value instanceof Uint8Array)) return valueText(primitive, value)
  return `"${decodeConstant(value, characterEncoding).replace(/\0+$/, '')}"`
}

/** The bits of an integer with all digits of its size in bytes. */
export function hexText(value: bigint, size: number): string {
  return `0x${BigInt.asUintN(size * 8, value).toString(16).toUpperCase().padStart(size * 2, '0')}`
}

/** Such as `uint32` or `char[8]`. */
export function encodingText({ primitive, arrayLength }: ScalarModel): string {
  return arrayLength === undefined ? primitive : `${primitive}[${arrayLength}]`
}

/** Such as `1 to 12`; undefined where the range is that of the primitive type. */
export function rangeText({ primitive, minValue, maxValue, constValue }: ScalarModel): string | undefined {
  const byDefault = PRIMITIVE_TYPES[primitive]
  if (constValue !== undefined || (minValue === byDefault.minValue && maxValue === byDefault.maxValue)) return undefined
  return `${valueText(primitive, minValue)} to ${valueText(primitive, maxValue)}`
}

/** A number with a separator after each three digits. */
export function countText(value: number | bigint): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',')
}

/** Such as `1 byte` or `1,024 bytes`. */
export function bytesText(length: number | bigint): string {
  return `${countText(length)} ${Number(length) === 1 ? 'byte' : 'bytes'}`
}
