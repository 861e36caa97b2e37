/** Which runtime functions read and write text of a character encoding. */
import type { Module } from './module.ts'
import { stringLiteral } from './literals.ts'

type Charset = 'Ascii' | 'Latin1' | 'Utf8' | 'other'

/** Java's names and aliases of the encodings that have functions of their own. */
export function charsetOf(encoding: string): Charset {
  const name = encoding.toUpperCase().replaceAll('_', '-')
  if (['US-ASCII', 'ASCII', 'ISO646-US', 'ANSI-X3.4-1968'].includes(name)) return 'Ascii'
  if (['ISO-8859-1', 'ISO8859-1', 'LATIN1', 'ISO-LATIN-1', 'L1', 'CP819'].includes(name)) return 'Latin1'
  return name === 'UTF-8' || name === 'UTF8' ? 'Utf8' : 'other'
}

export function readTextCall(module: Module, encoding: string, bytes: string, offset: string, length: string): string {
  const charset = charsetOf(encoding)
  if (charset === 'other') {
    return `${module.runtime('readText')}(${bytes}, ${offset}, ${length}, ${stringLiteral(encoding)})`
  }
  return `${module.runtime(`read${charset}`)}(${bytes}, ${offset}, ${length})`
}

export function putFixedCall(
  module: Module, encoding: string, bytes: string, offset: string, length: number, name: string,
): string {
  const charset = charsetOf(encoding)
  const args = `${bytes}, ${offset}, ${length}, value, ${name}`
  if (charset === 'other') return `${module.runtime('putFixedText')}(${args}, ${stringLiteral(encoding)})`
  return `${module.runtime(`putFixed${charset}`)}(${args})`
}

/** The text compared in place where one byte is one character, by way of a string otherwise. */
export function equalsCall(
  module: Module, encoding: string, bytes: string, offset: string, length: number, property: string,
): string {
  const charset = charsetOf(encoding)
  if (charset === 'Ascii' || charset === 'Latin1') {
    return `${module.runtime('equalsLatin1')}(${bytes}, ${offset}, ${length}, value)`
  }
  return `this.${property}() === value`
}
