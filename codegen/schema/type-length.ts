import { PRIMITIVE_TYPES } from '../ir/primitive-type.ts'
import type { SchemaType } from './model.ts'

export const VARIABLE_LENGTH = -1

/** Size of a type on the wire; 0 for constants, -1 when variable. */
export function encodedLengthOf(type: SchemaType): number {
  switch (type.kind) {
    case 'type':
      if (type.presence === 'constant') return 0
      return type.variableLength ? VARIABLE_LENGTH : PRIMITIVE_TYPES[type.primitiveType].size * type.length
    case 'enum':
      return type.presence === 'constant' ? 0 : PRIMITIVE_TYPES[type.encodingType].size
    case 'set':
      return PRIMITIVE_TYPES[type.encodingType].size
    case 'composite':
      return type.encodedLength
  }
}

/** Size of the members of a composite with their offsets honoured. */
export function lengthOfMembers(members: Iterable<SchemaType>): number {
  let length = 0
  for (const member of members) {
    if (member.kind === 'type' && member.variableLength) return VARIABLE_LENGTH
    if (member.offset !== -1) length = member.offset
    if (member.presence !== 'constant') length += encodedLengthOf(member)
  }
  return length
}
