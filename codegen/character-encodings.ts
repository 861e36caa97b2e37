/** Names of character encodings, which schemas take from Java. */

/** Encodings that codecs have functions of their own for; others are left to the platform's TextDecoder. */
export type Charset = 'ascii' | 'latin1' | 'utf8' | 'other'

/** Java's names and aliases, in lower case and with hyphens for underscores. */
const NAMES: Readonly<Record<Exclude<Charset, 'other'>, readonly string[]>> = {
  ascii: [
    'us-ascii', 'ascii', 'ascii7', 'us', '646', 'default', 'iso646-us', 'iso-646.irv:1983', 'iso-646.irv:1991',
    'iso-ir-6', 'ansi-x3.4-1968', 'ansi-x3.4-1986', 'ibm367', 'cp367', 'csascii',
  ],
  latin1: [
    'iso-8859-1', 'iso8859-1', '8859-1', 'iso-8859-1:1987', 'iso-latin-1', 'iso-ir-100', 'latin1', 'l1', 'ibm819',
    'ibm-819', 'cp819', '819', 'csisolatin1',
  ],
  utf8: ['utf-8', 'utf8', 'unicode-1-1-utf-8'],
}

const CHARSETS: ReadonlyMap<string, Charset> = new Map([
  ...NAMES.ascii.map((name) => [name, 'ascii'] as const),
  ...NAMES.latin1.map((name) => [name, 'latin1'] as const),
  ...NAMES.utf8.map((name) => [name, 'utf8'] as const),
])

/** What a `characterEncoding` means to codecs. */
export function charsetOf(name: string): Charset {
  return CHARSETS.get(name.toLowerCase().replaceAll('_', '-')) ?? 'other'
}

/** Whether codecs can read text in the encoding, on a platform like this one. */
export function isKnownEncoding(name: string): boolean {
  if (charsetOf(name) !== 'other') return true
  try {
    return new TextDecoder(name).encoding !== ''
  } catch {
    return false
  }
}

/** Whether characters take several bytes each, zero bytes among them. */
export function isWideEncoding(name: string): boolean {
  return /^(x-)?(utf-?(16|32)|ucs-?[24]|iso-10646-ucs-[24])/i.test(name.replaceAll('_', '-'))
}

/** Text of a constant; where the platform does not know its encoding it has ASCII only. */
export function decodeConstant(bytes: Uint8Array, encoding: string = 'utf-8'): string {
  try {
    return new TextDecoder(encoding).decode(bytes)
  } catch {
    return new TextDecoder('utf-8').decode(bytes)
  }
}
