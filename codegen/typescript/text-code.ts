/** Which runtime functions read and write text of a character encoding. */
import { charsetOf } from '../character-encodings.ts'
import type { Module } from './module.ts'
import { stringLiteral } from './literals.ts'

/** How the names of the runtime's functions for an encoding end. */
const FUNCTION_SUFFIXES = { ascii: 'Ascii', latin1: 'Latin1', utf8: 'Utf8', other: 'other' } as const

export function textSuffixOf(encoding: string): (typeof FUNCTION_SUFFIXES)[keyof typeof FUNCTION_SUFFIXES] {
  return FUNCTION_SUFFIXES[charsetOf(encoding)]
}

export function readTextCall(module: Module, encoding: string, bytes: string, offset: string, length: string): string {
  const charset = textSuffixOf(encoding)
  if (charset === 'other') {
    return `${module.runtime('readText')}(${bytes}, ${offset}, ${length}, ${stringLiteral(encoding)})`
  }
  return `${module.runtime(`read${charset}`)}(${bytes}, ${offset}, ${length})`
}

export function putFixedCall(
  module: Module, encoding: string, bytes: string, offset: string, length: number, name: string,
): string {
  const charset = textSuffixOf(encoding)
  const args = `${bytes}, ${offset}, ${length}, value, ${name}`
  if (charset === 'other') return `${module.runtime('putFixedText')}(${args}, ${stringLiteral(encoding)})`
  return `${module.runtime(`putFixed${charset}`)}(${args})`
}

/** The text compared in place where one byte is one character, by way of a string otherwise. */
export function equalsCall(
  module: Module, encoding: string, bytes: string, offset: string, length: number, property: string,
): string {
  const charset = textSuffixOf(encoding)
  if (charset === 'Ascii' || charset === 'Latin1') {
    return `${module.runtime('equalsLatin1')}(${bytes}, ${offset}, ${length}, value)`
  }
  return `this.${property}() === value`
}
