/**
 * Strings in messages. Short ones are faster without a native call (measured: up to about 16 characters), long ones
 * go through Buffer or TextDecoder where the platform has them.
 */
import { checkField } from './bytes.ts'
import { lengthError } from './sbe-error.ts'

const SHORT_LENGTH_MAX = 16
const CODE_CHUNK_LENGTH = 4096
const QUESTION_MARK = 0x3f
const REPLACEMENT = 0xfffd

interface BufferPrototype {
  latin1Slice?(this: Uint8Array, start: number, end: number): string
  utf8Slice?(this: Uint8Array, start: number, end: number): string
  utf8Write?(this: Uint8Array, value: string, offset: number, length: number): number
}

interface Platform {
  readonly Buffer?: { readonly prototype: BufferPrototype }
  readonly TextDecoder?: new (label: string) => { decode(bytes: Uint8Array): string }
  readonly TextEncoder?: new () => { encodeInto(text: string, bytes: Uint8Array): { written: number } }
}

const platform = globalThis as Platform
const buffer: BufferPrototype = platform.Buffer?.prototype ?? {}
const utf8Decoder = platform.TextDecoder === undefined ? undefined : new platform.TextDecoder('utf-8')
const utf8Encoder = platform.TextEncoder === undefined ? undefined : new platform.TextEncoder()

/** Number of bytes before the first NUL, at most `length`. */
export function lengthToNul(bytes: Uint8Array, offset: number, length: number): number {
  checkField(bytes, offset, length)
  let n = 0
  while (n < length && bytes[offset + n] !== 0) n++
  return n
}

/** US-ASCII; a byte above 127 reads as U+FFFD. */
export function readAscii(bytes: Uint8Array, offset: number, length: number): string {
  return isAscii(bytes, offset, length) ? readLatin1(bytes, offset, length) : readAsciiReplacing(bytes, offset, length)
}

function isAscii(bytes: Uint8Array, offset: number, length: number): boolean {
  let all = 0
  for (let i = 0; i < length; i++) all |= byteAt(bytes, offset + i)
  return all <= 0x7f
}

function readAsciiReplacing(bytes: Uint8Array, offset: number, length: number): string {
  let text = ''
  for (let i = 0; i < length; i++) {
    const byte = byteAt(bytes, offset + i)
    text += String.fromCharCode(byte > 0x7f ? REPLACEMENT : byte)
  }
  return text
}

/** ISO-8859-1. */
export function readLatin1(bytes: Uint8Array, offset: number, length: number): string {
  if (length <= SHORT_LENGTH_MAX) return readShort(bytes, offset, length)
  if (buffer.latin1Slice !== undefined) return buffer.latin1Slice.call(bytes, offset, offset + length)
  let text = ''
  for (let from = offset; from < offset + length; from += CODE_CHUNK_LENGTH) {
    const to = Math.min(from + CODE_CHUNK_LENGTH, offset + length)
    text += String.fromCharCode.apply(null, bytes.subarray(from, to) as unknown as number[])
  }
  return text
}

function readShort(b: Uint8Array, o: number, length: number): string {
  // One call with literal arguments makes the string at once, in half the time of two halves and their concatenation.
  // The bytes are read in place: as calls they would be too many for V8 to inline all of them.
  switch (length) {
    case 0: return ''
    case 1: return String.fromCharCode(b[o]!)
    case 2: return String.fromCharCode(b[o]!, b[o + 1]!)
    case 3: return String.fromCharCode(b[o]!, b[o + 1]!, b[o + 2]!)
    case 4: return String.fromCharCode(b[o]!, b[o + 1]!, b[o + 2]!, b[o + 3]!)
    case 5: return String.fromCharCode(b[o]!, b[o + 1]!, b[o + 2]!, b[o + 3]!, b[o + 4]!)
    case 6: return String.fromCharCode(b[o]!, b[o + 1]!, b[o + 2]!, b[o + 3]!, b[o + 4]!, b[o + 5]!)
    case 7: return String.fromCharCode(b[o]!, b[o + 1]!, b[o + 2]!, b[o + 3]!, b[o + 4]!, b[o + 5]!, b[o + 6]!)
    case 8:
      return String.fromCharCode(
        b[o]!, b[o + 1]!, b[o + 2]!, b[o + 3]!, b[o + 4]!, b[o + 5]!, b[o + 6]!, b[o + 7]!,
      )
    case 9:
      return String.fromCharCode(
        b[o]!, b[o + 1]!, b[o + 2]!, b[o + 3]!, b[o + 4]!, b[o + 5]!, b[o + 6]!, b[o + 7]!, b[o + 8]!,
      )
    case 10:
      return String.fromCharCode(
        b[o]!, b[o + 1]!, b[o + 2]!, b[o + 3]!, b[o + 4]!, b[o + 5]!, b[o + 6]!, b[o + 7]!, b[o + 8]!,
        b[o + 9]!,
      )
    case 11:
      return String.fromCharCode(
        b[o]!, b[o + 1]!, b[o + 2]!, b[o + 3]!, b[o + 4]!, b[o + 5]!, b[o + 6]!, b[o + 7]!, b[o + 8]!,
        b[o + 9]!, b[o + 10]!,
      )
    case 12:
      return String.fromCharCode(
        b[o]!, b[o + 1]!, b[o + 2]!, b[o + 3]!, b[o + 4]!, b[o + 5]!, b[o + 6]!, b[o + 7]!, b[o + 8]!,
        b[o + 9]!, b[o + 10]!, b[o + 11]!,
      )
    case 13:
      return String.fromCharCode(
        b[o]!, b[o + 1]!, b[o + 2]!, b[o + 3]!, b[o + 4]!, b[o + 5]!, b[o + 6]!, b[o + 7]!, b[o + 8]!,
        b[o + 9]!, b[o + 10]!, b[o + 11]!, b[o + 12]!,
      )
    case 14:
      return String.fromCharCode(
        b[o]!, b[o + 1]!, b[o + 2]!, b[o + 3]!, b[o + 4]!, b[o + 5]!, b[o + 6]!, b[o + 7]!, b[o + 8]!,
        b[o + 9]!, b[o + 10]!, b[o + 11]!, b[o + 12]!, b[o + 13]!,
      )
    case 15:
      return String.fromCharCode(
        b[o]!, b[o + 1]!, b[o + 2]!, b[o + 3]!, b[o + 4]!, b[o + 5]!, b[o + 6]!, b[o + 7]!, b[o + 8]!,
        b[o + 9]!, b[o + 10]!, b[o + 11]!, b[o + 12]!, b[o + 13]!, b[o + 14]!,
      )
    case 16:
      return String.fromCharCode(
        b[o]!, b[o + 1]!, b[o + 2]!, b[o + 3]!, b[o + 4]!, b[o + 5]!, b[o + 6]!, b[o + 7]!, b[o + 8]!,
        b[o + 9]!, b[o + 10]!, b[o + 11]!, b[o + 12]!, b[o + 13]!, b[o + 14]!, b[o + 15]!,
      )
    default: return readShort(b, o, SHORT_LENGTH_MAX) + readShort(b, o + SHORT_LENGTH_MAX, length - SHORT_LENGTH_MAX)
  }
}

/** UTF-8; malformed sequences read as U+FFFD, as the Encoding standard says. */
export function readUtf8(bytes: Uint8Array, offset: number, length: number): string {
  if (length > SHORT_LENGTH_MAX) {
    if (buffer.utf8Slice !== undefined) return buffer.utf8Slice.call(bytes, offset, offset + length)
    // TextDecoder drops a byte order mark, which is a character of the message here; browsers refuse shared memory.
    if (utf8Decoder !== undefined && bytes[offset] !== 0xef && bytes.buffer instanceof ArrayBuffer) {
      return utf8Decoder.decode(bytes.subarray(offset, offset + length))
    }
  }
  return isAscii(bytes, offset, length) ? readLatin1(bytes, offset, length) : decodeUtf8(bytes, offset, offset + length)
}

function decodeUtf8(bytes: Uint8Array, from: number, end: number): string {
  let text = ''
  let i = from
  while (i < end) {
    const lead = byteAt(bytes, i++)
    if (lead < 0x80) {
      text += String.fromCharCode(lead)
      continue
    }
    const count = continuationBytes(lead)
    let code = count === 0 ? REPLACEMENT : lead & (0x3f >> count)
    let lower = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80
    let upper = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf
    for (let k = 0; k < count; k++) {
      const next = i < end ? byteAt(bytes, i) : 0
      if (next < lower || next > upper) {
        code = REPLACEMENT
        break
      }
      code = (code << 6) | (next & 0x3f)
      lower = 0x80
      upper = 0xbf
      i++
    }
    text += String.fromCodePoint(code)
  }
  return text
}

/** Bytes that follow a lead byte; 0 when it is none. */
function continuationBytes(lead: number): number {
  if (lead >= 0xc2 && lead <= 0xdf) return 1
  if (lead >= 0xe0 && lead <= 0xef) return 2
  return lead >= 0xf0 && lead <= 0xf4 ? 3 : 0
}

/** Number of bytes of the text in UTF-8; a lone surrogate counts as U+FFFD. */
export function utf8Length(text: string): number {
  let length = 0
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code < 0x80) length += 1
    else if (code < 0x800) length += 2
    else if (isPair(text, i)) {
      length += 4
      i++
    } else length += 3
  }
  return length
}

function isPair(text: string, index: number): boolean {
  const code = text.charCodeAt(index)
  if (code < 0xd800 || code > 0xdbff || index + 1 >= text.length) return false
  const next = text.charCodeAt(index + 1)
  return next >= 0xdc00 && next <= 0xdfff
}

/** Writes US-ASCII, one byte per character, `?` for what it lacks. The caller has checked the bounds. */
export function writeAscii(bytes: Uint8Array, offset: number, text: string): void {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    bytes[offset + i] = code > 0x7f ? QUESTION_MARK : code
  }
}

/** Writes ISO-8859-1, one byte per character, `?` for what it lacks. The caller has checked the bounds. */
export function writeLatin1(bytes: Uint8Array, offset: number, text: string): void {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    bytes[offset + i] = code > 0xff ? QUESTION_MARK : code
  }
}

/** Writes UTF-8 of `length` bytes, as `utf8Length` counted them. The caller has checked the bounds. */
export function writeUtf8(bytes: Uint8Array, offset: number, text: string, length: number): void {
  if (length === text.length) {
    if (length <= SHORT_LENGTH_MAX || (buffer.utf8Write === undefined && utf8Encoder === undefined)) {
      return writeLatin1(bytes, offset, text)
    }
  }
  if (length > SHORT_LENGTH_MAX) {
    if (buffer.utf8Write !== undefined) {
      buffer.utf8Write.call(bytes, text, offset, length)
      return
    }
    if (utf8Encoder !== undefined && bytes.buffer instanceof ArrayBuffer) {
      utf8Encoder.encodeInto(text, bytes.subarray(offset, offset + length))
      return
    }
  }
  encodeUtf8(bytes, offset, text)
}

function encodeUtf8(bytes: Uint8Array, offset: number, text: string): void {
  let o = offset
  for (let i = 0; i < text.length; i++) {
    let code = text.charCodeAt(i)
    if (code < 0x80) {
      bytes[o++] = code
      continue
    }
    if (code < 0x800) {
      bytes[o++] = 0xc0 | (code >> 6)
      bytes[o++] = 0x80 | (code & 0x3f)
      continue
    }
    if (isPair(text, i)) {
      code = text.codePointAt(i) as number
      i++
      bytes[o++] = 0xf0 | (code >> 18)
      bytes[o++] = 0x80 | ((code >> 12) & 0x3f)
    } else {
      if (code >= 0xd800 && code <= 0xdfff) code = REPLACEMENT
      bytes[o++] = 0xe0 | (code >> 12)
    }
    bytes[o++] = 0x80 | ((code >> 6) & 0x3f)
    bytes[o++] = 0x80 | (code & 0x3f)
  }
}

/** A fixed-length character array: the text, then NULs. Nothing is written when the text is too long. */
export function putFixedAscii(bytes: Uint8Array, offset: number, length: number, text: string, name: string): void {
  if (text.length > length) throw lengthError(name, text.length, length)
  checkField(bytes, offset, length)
  writeAscii(bytes, offset, text)
  for (let i = text.length; i < length; i++) bytes[offset + i] = 0
}

export function putFixedLatin1(bytes: Uint8Array, offset: number, length: number, text: string, name: string): void {
  if (text.length > length) throw lengthError(name, text.length, length)
  checkField(bytes, offset, length)
  writeLatin1(bytes, offset, text)
  for (let i = text.length; i < length; i++) bytes[offset + i] = 0
}

export function putFixedUtf8(bytes: Uint8Array, offset: number, length: number, text: string, name: string): void {
  const textLength = utf8Length(text)
  if (textLength > length) throw lengthError(name, textLength, length)
  checkField(bytes, offset, length)
  writeUtf8(bytes, offset, text, textLength)
  for (let i = textLength; i < length; i++) bytes[offset + i] = 0
}

/** Whether a fixed-length character array holds exactly this text of one-byte characters, without making a string. */
export function equalsLatin1(bytes: Uint8Array, offset: number, length: number, text: string): boolean {
  checkField(bytes, offset, length)
  const textLength = text.length
  if (textLength > length) return false
  for (let i = 0; i < textLength; i++) {
    if (bytes[offset + i] !== text.charCodeAt(i)) return false
  }
  return textLength === length || bytes[offset + textLength] === 0
}

function byteAt(bytes: Uint8Array, index: number): number {
  return bytes[index] as number
}
