/** Members of a header whose values are known, put together into words of up to 32 bits. */
import { PRIMITIVE_TYPES } from '../ir/primitive-type.ts'
import type { CompositeModel, ScalarMember } from '../model/schema-model.ts'
import { plus } from './literals.ts'

export interface HeaderWord {
  readonly names: readonly string[]
  readonly offset: number
  readonly bytes: number
  readonly value: number
}

const WORD_BYTES_MAX = 4
const IN_PLACE: readonly string[] = ['int8', 'int16', 'int32', 'uint8', 'uint16', 'uint32']

/** A header member that code can read and write in place, without the header's accessors. */
export function inPlace(header: CompositeModel, name: string): ScalarMember | undefined {
  const member = header.members.find((candidate) => candidate.name === name)
  if (member === undefined || member.type.kind !== 'scalar' || member.presence === 'constant') return undefined
  const { type, offset } = member
  const isValue = type.constValue === undefined && type.arrayLength === undefined
  return isValue && IN_PLACE.includes(type.primitive) ? { name, offset, type } : undefined
}

/**
 * Words that cover the members in their order on the wire. One access to a word costs as much as one to a member of it,
 * at run time and of what compilers inline.
 */
export function headerWords(
  members: readonly { readonly member: ScalarMember; readonly value: number }[], littleEndian: boolean,
): readonly HeaderWord[] {
  const words = members.map(({ member: { name, offset, type }, value }): HeaderWord => {
    const bytes = PRIMITIVE_TYPES[type.primitive].size
    return { names: [name], offset, bytes, value: value % 2 ** (bytes * 8) }
  }).sort((a, b) => a.offset - b.offset)
  for (let i = 0; i + 1 < words.length;) {
    const [first, second] = words.slice(i, i + 2) as [HeaderWord, HeaderWord]
    const bytes = first.bytes * 2
    const isWord = first.bytes === second.bytes && first.offset + first.bytes === second.offset
    if (!isWord || bytes > WORD_BYTES_MAX) {
      i++
      continue
    }
    const [low, high] = littleEndian ? [first, second] : [second, first]
    const value = low.value + high.value * 2 ** (first.bytes * 8)
    words.splice(i, 2, { names: [...first.names, ...second.names], offset: first.offset, bytes, value })
    // Two words of 8 bits that became one of 16 may go together with the one before.
    i = Math.max(0, i - 1)
  }
  return words
}

export function readWord(word: HeaderWord, littleEndian: boolean): string {
  return `view.getUint${word.bytes * 8}(${plus('offset', word.offset)}${orderOf(word, littleEndian)})`
}

export function writeWord(word: HeaderWord, littleEndian: boolean): string {
  const { names, offset, bytes } = word
  const args = `${plus('offset', offset)}, ${wordLiteral(word)}${orderOf(word, littleEndian)}`
  const write = `view.setUint${bytes * 8}(${args})`
  return names.length === 1 ? write : `${write} // ${names.join(', ')}`
}

/** The value, in the digits of its parts where there are several. */
export function wordLiteral({ names, bytes, value }: HeaderWord): string {
  if (names.length === 1) return String(value)
  return `0x${value.toString(16).padStart(bytes * 2, '0').replace(/^(.{4})(.{4})$/, '$1_$2')}`
}

function orderOf({ bytes }: HeaderWord, littleEndian: boolean): string {
  return bytes === 1 ? '' : `, ${littleEndian}`
}
