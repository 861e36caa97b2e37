/**
 * Character encodings other than ASCII, ISO-8859-1 and UTF-8. Platforms decode them (TextDecoder) but encode only
 * UTF-8, so an encoding table is made from the decoder at first use.
 */
import { checkField } from './bytes.ts'
import { SbeError, lengthError } from './sbe-error.ts'

interface Decoder {
  decode(bytes: Uint8Array): string
}

interface Platform {
  readonly TextDecoder?: new (label: string, options?: { fatal?: boolean; ignoreBOM?: boolean }) => Decoder
}

interface Charset {
  readonly decoder: Decoder
  readonly strict: Decoder
  /** Bytes by character; made when the first string is encoded. */
  table: Map<string, Uint8Array> | undefined
}

const GB18030_SUPPLEMENTARY_START = 189_000
const charsets = new Map<string, Charset>()

function charsetOf(label: string): Charset {
  const known = charsets.get(label)
  if (known !== undefined) return known
  const { TextDecoder } = globalThis as Platform
  if (TextDecoder === undefined) {
    throw new SbeError(
      'ERR_GODWIT_SBE_CHARSET',
      `character encoding ${label} needs TextDecoder, which this platform lacks; use the byte accessors`,
    )
  }
  try {
    const options = { ignoreBOM: true }
    const charset: Charset = {
      decoder: new TextDecoder(label, options),
      strict: new TextDecoder(label, { ...options, fatal: true }),
      table: undefined,
    }
    charsets.set(label, charset)
    return charset
  } catch (cause) {
    throw new SbeError(
      'ERR_GODWIT_SBE_CHARSET',
      `character encoding ${label} is not known to this platform; use the byte accessors`,
      { cause },
    )
  }
}

/** Text in a named character encoding. */
export function readText(bytes: Uint8Array, offset: number, length: number, label: string): string {
  // A copy, because browsers refuse views of shared memory.
  return charsetOf(label).decoder.decode(bytes.slice(offset, offset + length))
}

/** The text in a named character encoding; `?` for what it lacks. */
export function encodeText(text: string, label: string): Uint8Array {
  const charset = charsetOf(label)
  charset.table ??= makeTable(charset.strict, label)
  const bytes: number[] = []
  for (const character of text) {
    const encoded = charset.table.get(character) ?? encodeSupplementary(character, label)
    if (encoded === undefined) bytes.push(0x3f)
    else bytes.push(...encoded)
  }
  return Uint8Array.from(bytes)
}

/** A fixed-length character array: the text, then NULs. Nothing is written when the text is too long. */
export function putFixedText(
  bytes: Uint8Array, offset: number, length: number, text: string, name: string, label: string,
): void {
  const encoded = encodeText(text, label)
  if (encoded.length > length) throw lengthError(name, encoded.length, length)
  checkField(bytes, offset, length)
  bytes.set(encoded, offset)
  bytes.fill(0, offset + encoded.length, offset + length)
}

function makeTable(strict: Decoder, label: string): Map<string, Uint8Array> {
  const table = new Map<string, Uint8Array>()
  const add = (...code: number[]): boolean => {
    const bytes = Uint8Array.from(code)
    let text: string
    try {
      text = strict.decode(bytes)
    } catch {
      return false
    }
    // Two characters from one sequence, or none, is a decoder's state and no code of a character.
    if ([...text].length === 1 && !table.has(text)) table.set(text, bytes)
    return true
  }
  if (/^utf-?16(le|be)?$/i.test(label)) {
    const bigEndian = /be$/i.test(label)
    for (let unit = 0; unit <= 0xffff; unit++) {
      if (unit >= 0xd800 && unit <= 0xdfff) continue
      add(...(bigEndian ? [unit >> 8, unit & 0xff] : [unit & 0xff, unit >> 8]))
    }
    return table
  }
  for (let lead = 0; lead <= 0xff; lead++) {
    if (add(lead)) continue
    for (let trail = 0x30; trail <= 0xff; trail++) add(lead, trail)
  }
  if (/^gb18030$/i.test(label)) {
    for (let pointer = 0; pointer < 39_420; pointer++) add(...gb18030FourBytes(pointer))
  }
  return table
}

function encodeSupplementary(character: string, label: string): Uint8Array | undefined {
  const code = character.codePointAt(0) as number
  if (code < 0x10000) return undefined
  if (/^gb18030$/i.test(label)) return Uint8Array.from(gb18030FourBytes(GB18030_SUPPLEMENTARY_START + code - 0x10000))
  const match = /^utf-?16(le|be)?$/i.exec(label)
  if (match === null) return undefined
  const units = [character.charCodeAt(0), character.charCodeAt(1)]
  const bigEndian = match[1]?.toLowerCase() === 'be'
  return Uint8Array.from(units.flatMap((unit) => (bigEndian ? [unit >> 8, unit & 0xff] : [unit & 0xff, unit >> 8])))
}

function gb18030FourBytes(pointer: number): number[] {
  return [
    0x81 + Math.floor(pointer / 12_600),
    0x30 + (Math.floor(pointer / 1260) % 10),
    0x81 + (Math.floor(pointer / 10) % 126),
    0x30 + (pointer % 10),
  ]
}
