/** Texts of plain objects: what would not be read back as it is written is refused, not replaced. */
import { checkField } from './bytes.ts'
import { encodeText, readText } from './charset.ts'
import { writeUtf8 } from './text.ts'

/** Bytes that a text takes in US-ASCII; -1 when it has other characters, or is no text. */
export function exactAsciiLength(text: unknown): number {
  return exactSingleLength(text, 0x7f)
}

/** As `exactAsciiLength`, for ISO-8859-1. */
export function exactLatin1Length(text: unknown): number {
  return exactSingleLength(text, 0xff)
}

function exactSingleLength(text: unknown, codeMax: number): number {
  if (typeof text !== 'string') return -1
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > codeMax) return -1
  return text.length
}

/** As `exactAsciiLength`, for UTF-8, which lacks lone surrogates. */
export function exactUtf8Length(text: unknown): number {
  if (typeof text !== 'string') return -1
  let length = 0
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code < 0x80) length += 1
    else if (code < 0x800) length += 2
    else if (code < 0xd800 || code > 0xdfff) length += 3
    else {
      const next = i + 1 < text.length ? text.charCodeAt(i + 1) : 0
      if (code > 0xdbff || next < 0xdc00 || next > 0xdfff) return -1
      length += 4
      i++
    }
  }
  return length
}

/** The text in a named character encoding; undefined when it would not be read back as the same, or is no text. */
export function exactText(text: unknown, label: string): Uint8Array | undefined {
  if (typeof text !== 'string') return undefined
  const encoded = encodeText(text, label)
  return readText(encoded, 0, encoded.length, label) === text ? encoded : undefined
}

/**
 * Writes a fixed-length character array of US-ASCII: the text, then NULs. Returns false when it is no text, or would
 * not be read back as the same: it is too long, or has a NUL or another character that the encoding lacks.
 */
export function putExactAscii(bytes: Uint8Array, offset: number, length: number, text: unknown): boolean {
  return putExactSingle(bytes, offset, length, text, 0x7f)
}

/** As `putExactAscii`, for ISO-8859-1. */
export function putExactLatin1(bytes: Uint8Array, offset: number, length: number, text: unknown): boolean {
  return putExactSingle(bytes, offset, length, text, 0xff)
}

function putExactSingle(bytes: Uint8Array, offset: number, length: number, text: unknown, codeMax: number): boolean {
  if (typeof text !== 'string' || text.length > length) return false
  checkField(bytes, offset, length)
  const textLength = text.length
  for (let i = 0; i < textLength; i++) {
    const code = text.charCodeAt(i)
    if (code === 0 || code > codeMax) return false
    bytes[offset + i] = code
  }
  for (let i = textLength; i < length; i++) bytes[offset + i] = 0
  return true
}

/** As `putExactAscii`, for UTF-8. */
export function putExactUtf8(bytes: Uint8Array, offset: number, length: number, text: unknown): boolean {
  const encodedLength = exactUtf8Length(text)
  if (encodedLength < 0 || encodedLength > length || (text as string).includes('\0')) return false
  checkField(bytes, offset, length)
  writeUtf8(bytes, offset, text as string, encodedLength)
  for (let i = encodedLength; i < length; i++) bytes[offset + i] = 0
  return true
}

/** As `putExactAscii`, for a named character encoding. */
export function putExactText(
  bytes: Uint8Array, offset: number, length: number, text: unknown, label: string,
): boolean {
  const encoded = exactText(text, label)
  if (encoded === undefined || encoded.length > length || encoded.includes(0)) return false
  checkField(bytes, offset, length)
  bytes.set(encoded, offset)
  bytes.fill(0, offset + encoded.length, offset + length)
  return true
}
