/** Values as the bytes that a file has for them, little-endian in the width of their type. */
import { PRIMITIVE_TYPES } from '../ir/primitive-type.ts'
import type { PrimitiveName, PrimitiveValue } from '../ir/primitive-type.ts'

const FLOAT_NAN_BITS = 0x7fc0_0000
const DOUBLE_NAN_BITS = 0x7ff8_0000_0000_0000n

/** Constants of several characters are their own bytes. */
export function bytesOfValue(value: PrimitiveValue, primitive: PrimitiveName): Uint8Array {
  if (value instanceof Uint8Array) return value
  const { size, kind } = PRIMITIVE_TYPES[primitive]
  const view = new DataView(new ArrayBuffer(size))
  if (kind === 'integer') {
    for (let rest = BigInt(value), i = 0; i < size; i++, rest >>= 8n) view.setUint8(i, Number(BigInt.asUintN(8, rest)))
  } else if (primitive === 'float') {
    // Engines are free to write any of the numbers that are not one.
    if (Number.isNaN(value)) view.setUint32(0, FLOAT_NAN_BITS, true)
    else view.setFloat32(0, Number(value), true)
  } else if (Number.isNaN(value)) {
    view.setBigUint64(0, DOUBLE_NAN_BITS, true)
  } else {
    view.setFloat64(0, Number(value), true)
  }
  return new Uint8Array(view.buffer)
}

/** The value of that many bytes; undefined where they are too few or too many for the type. */
export function valueOfBytes(bytes: Uint8Array, primitive: PrimitiveName): PrimitiveValue | undefined {
  const { size, kind, signed } = PRIMITIVE_TYPES[primitive]
  if (primitive === 'char' && bytes.length > 1) return bytes.slice()
  if (bytes.length !== size) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  if (kind === 'float') return primitive === 'float' ? view.getFloat32(0, true) : view.getFloat64(0, true)
  let value = 0n
  for (let i = size - 1; i >= 0; i--) value = (value << 8n) | BigInt(view.getUint8(i))
  return signed ? BigInt.asIntN(size * 8, value) : value
}
