import { charsetOf, isKnownEncoding } from '../character-encodings.ts'
import type { ScalarModel } from '../model/schema-model.ts'
import { bytesToHex, lengthToNul, readAscii, readLatin1, readText, readUtf8 } from '../runtime/index.ts'
import type { DirectBuffer } from '../runtime/index.ts'

/** Text in an encoding of the schema; hex digits without one, and where the platform does not know it. */
export function readTextOrHex(
  encoding: string | undefined, { bytes }: DirectBuffer, offset: number, length: number,
): string {
  switch (encoding === undefined ? undefined : charsetOf(encoding)) {
    case 'ascii':
      return readAscii(bytes, offset, length)
    case 'latin1':
      return readLatin1(bytes, offset, length)
    case 'utf8':
      return readUtf8(bytes, offset, length)
  }
  const isText = encoding !== undefined && isKnownEncoding(encoding)
  return isText ? readText(bytes, offset, length, encoding) : bytesToHex(bytes.subarray(offset, offset + length))
}

/** A `char` array, up to its first NUL unless it is hex digits. */
export function readCharacters(type: ScalarModel, buffer: DirectBuffer, offset: number): string {
  const { characterEncoding = 'US-ASCII', arrayLength = 0 } = type
  const length = isKnownEncoding(characterEncoding) ? lengthToNul(buffer.bytes, offset, arrayLength) : arrayLength
  return readTextOrHex(characterEncoding, buffer, offset, length)
}
