import type { Position } from './source-text.ts'

/** The text of a document, and what there is to say about how it was encoded. */
export interface DecodedText {
  readonly text: string
  readonly problem?: DecodingProblem | undefined
}

export interface DecodingProblem {
  readonly code: string
  readonly message: string
  readonly expected: string
  readonly position: Position
  /** The text is right all the same. */
  readonly harmless: boolean
}

const START: Position = { line: 1, column: 1 }

/** Bytes of an XML declaration that can hold the encoding. */
const DECLARATION_BYTES = 1024

/**
 * Decodes a document by its byte order mark, else by its XML declaration, else as UTF-8. Bytes that are not valid in
 * the encoding become U+FFFD and a problem.
 */
export function decodeText(bytes: Uint8Array): DecodedText {
  const marked = encodingOfMark(bytes)
  const declared = marked === undefined ? declaredEncoding(bytes) : undefined
  const encoding = marked ?? declared ?? 'utf-8'
  // A declaration that can be read byte by byte is not UTF-16, whatever it says.
  const wide = /^(utf-?16|ucs-?2|iso-10646-ucs-2|utf-?32)/i.test(declared ?? '')
  if (wide) {
    const message = `the document says its encoding is ${declared}, but it is not; it was read as UTF-8`
    const { text, problem } = decodeUtf8(bytes)
    return { text, problem: problem ?? encodingProblem(message, true) }
  }
  if (/^utf-?8$/i.test(encoding)) return decodeUtf8(bytes)
  try {
    return { text: new TextDecoder(encoding, { fatal: true }).decode(bytes) }
  } catch (error) {
    if (error instanceof RangeError) {
      const problem = encodingProblem(`the encoding '${encoding}' is not known`, false)
      return { text: decodeUtf8(bytes).text, problem }
    }
    const problem = encodingProblem(`the document is not valid ${encoding}`, false)
    return { text: new TextDecoder(encoding).decode(bytes), problem }
  }
}

function encodingProblem(message: string, harmless: boolean): DecodingProblem {
  return { code: 'xml-encoding', message, expected: 'UTF-8', position: START, harmless }
}

function encodingOfMark(bytes: Uint8Array): string | undefined {
  const [a, b, c, d] = bytes
  if (a === 0xef && b === 0xbb && c === 0xbf) return 'utf-8'
  if (a === 0xff && b === 0xfe) return 'utf-16le'
  if (a === 0xfe && b === 0xff) return 'utf-16be'
  if (a === 0x3c && b === 0 && c !== 0 && d === 0) return 'utf-16le'
  if (a === 0 && b === 0x3c && c === 0 && d !== 0) return 'utf-16be'
  return undefined
}

function declaredEncoding(bytes: Uint8Array): string | undefined {
  const start = String.fromCharCode(...bytes.subarray(0, DECLARATION_BYTES))
  return /^<\?xml\s[^>]*?\sencoding\s*=\s*["']([A-Za-z][\w.-]*)["']/.exec(start)?.[1]
}

function decodeUtf8(bytes: Uint8Array): DecodedText {
  const text = new TextDecoder('utf-8').decode(bytes)
  const invalid = text.includes('\uFFFD') ? firstInvalidByte(bytes) : -1
  if (invalid === -1) return { text }
  const byte = `0x${(bytes[invalid] ?? 0).toString(16).padStart(2, '0')}`
  const message = `byte ${byte} is not valid UTF-8 here`
  const position = positionOfByte(bytes, invalid)
  return { text, problem: { code: 'xml-encoding', message, expected: 'UTF-8', position, harmless: false } }
}

function positionOfByte(bytes: Uint8Array, index: number): Position {
  const before = new TextDecoder('utf-8').decode(bytes.subarray(0, index)).replace(/\r\n?/g, '\n')
  const lines = before.split('\n')
  return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 }
}

/** Index of the first byte at which no valid UTF-8 sequence starts, or -1. */
function firstInvalidByte(bytes: Uint8Array): number {
  let i = 0
  while (i < bytes.length) {
    const length = sequenceLength(bytes, i)
    if (length === 0) return i
    i += length
  }
  return -1
}

function sequenceLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at] ?? 0
  if (first < 0x80) return 1
  const length = first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0
  if (length === 0 || at + length > bytes.length) return 0
  for (let i = 1; i < length; i++) if (((bytes[at + i] ?? 0) & 0xc0) !== 0x80) return 0
  // Longer than necessary, a surrogate, or beyond the last code point.
  const second = bytes[at + 1] ?? 0
  const tooLong = (first === 0xe0 && second < 0xa0) || (first === 0xf0 && second < 0x90)
  const outside = (first === 0xed && second > 0x9f) || (first === 0xf4 && second > 0x8f)
  return tooLong || outside ? 0 : length
}
