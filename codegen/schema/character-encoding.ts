import { charsetOf, isKnownEncoding, isWideEncoding } from '../character-encodings.ts'
import { PRIMITIVE_TYPES } from '../ir/primitive-type.ts'
import type { XmlElement } from '../xml/xml-element.ts'
import type { SimpleType } from './model.ts'
import type { Reporter } from './reporter.ts'

type TextType = Pick<SimpleType, 'primitiveType' | 'length' | 'characterEncoding'>

/** Warns of encodings in which codecs cannot read or write the text of a type, or not all of it. */
export function checkCharacterEncoding(reporter: Reporter, element: XmlElement, type: TextType): void {
  const { primitiveType, length, characterEncoding: encoding = '' } = type
  if (encoding === '' || PRIMITIVE_TYPES[primitiveType].size !== 1) return
  const at = { at: element, attribute: 'characterEncoding' }
  if (!isKnownEncoding(encoding)) {
    const message = `the encoding '${encoding}' is not known: accessors of text will throw, only bytes can be used`
    reporter.warning({ code: 'unknown-encoding', ...at, message, expected: 'UTF-8, ISO-8859-1, US-ASCII or the like' })
  }
  if (primitiveType === 'char' && length > 1 && isWideEncoding(encoding)) {
    const message = `text in ${encoding} has zero bytes, and that of a char array ends at the first one: use bytes`
    reporter.warning({ code: 'wide-encoding', ...at, message, expected: 'UTF-8 or an encoding of single bytes' })
  } else if (/^utf[-_]?16$/i.test(encoding)) {
    const message = `${encoding} leaves the byte order open: codecs take it as little-endian, Java writes big-endian`
    reporter.warning({ code: 'wide-encoding', ...at, message, expected: 'UTF-16LE or UTF-16BE' })
  }
}

/** Bytes of a constant, or undefined when it has characters that the encoding lacks or that we cannot encode. */
export function encodeCharacters(text: string, characterEncoding: string): Uint8Array | undefined {
  const charset = charsetOf(characterEncoding)
  if (charset === 'utf8') return new TextEncoder().encode(text)
  // Encodings we know nothing of still agree on ASCII, but for the wide ones.
  if (isWideEncoding(characterEncoding)) return undefined
  const max = charset === 'latin1' ? 0xff : 0x7f
  const bytes = new Uint8Array(text.length)
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code > max) return undefined
    bytes[i] = code
  }
  return bytes
}
