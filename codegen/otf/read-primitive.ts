import type { PrimitiveName } from '../ir/primitive-type.ts'
import type { ByteOrder } from '../ir/token.ts'
import type { DirectBuffer } from '../runtime/index.ts'

/**
 * Reads one value where an `OtfListener` was told that it lies; elements of an array follow one another.
 *
 * @returns a bigint for `int64` and `uint64`, a number for all others; for `char` its code
 */
export function readPrimitive(
  { view }: DirectBuffer, offset: number, primitive: PrimitiveName, byteOrder: ByteOrder,
): number | bigint {
  const littleEndian = byteOrder === 'littleEndian'
  switch (primitive) {
    case 'char':
    case 'uint8':
      return view.getUint8(offset)
    case 'int8':
      return view.getInt8(offset)
    case 'int16':
      return view.getInt16(offset, littleEndian)
    case 'uint16':
      return view.getUint16(offset, littleEndian)
    case 'int32':
      return view.getInt32(offset, littleEndian)
    case 'uint32':
      return view.getUint32(offset, littleEndian)
    case 'int64':
      return view.getBigInt64(offset, littleEndian)
    case 'uint64':
      return view.getBigUint64(offset, littleEndian)
    case 'float':
      return view.getFloat32(offset, littleEndian)
    case 'double':
      return view.getFloat64(offset, littleEndian)
  }
}
