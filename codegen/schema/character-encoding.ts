const ALIASES: Readonly<Record<string, 'ascii' | 'latin1' | 'utf8'>> = {
  'ascii': 'ascii',
  'us-ascii': 'ascii',
  'iso646-us': 'ascii',
  'ansi_x3.4-1968': 'ascii',
  '646': 'ascii',
  'iso-8859-1': 'latin1',
  'iso8859-1': 'latin1',
  'iso8859_1': 'latin1',
  'iso_8859-1': 'latin1',
  'latin1': 'latin1',
  'l1': 'latin1',
  'utf-8': 'utf8',
  'utf8': 'utf8',
}

/** Bytes of a constant, or undefined when it has characters that the encoding lacks or that we cannot encode. */
export function encodeCharacters(text: string, characterEncoding: string): Uint8Array | undefined {
  const name = characterEncoding.toLowerCase()
  const known = Object.hasOwn(ALIASES, name) ? ALIASES[name] : undefined
  if (known === 'utf8') return new TextEncoder().encode(text)
  // Encodings we know nothing of still agree on ASCII, but for the wide ones.
  if (known === undefined && /^utf-?(16|32)/.test(name)) return undefined
  const max = known === 'latin1' ? 0xff : 0x7f
  const bytes = new Uint8Array(text.length)
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code > max) return undefined
    bytes[i] = code
  }
  return bytes
}
