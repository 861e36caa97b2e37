import { PRIMITIVE_TYPES } from '../../ir/primitive-type.ts'
import type { BlockModel, FieldModel, ScalarMember, SchemaModel, MessageModel } from '../../model/schema-model.ts'
import { isConstant } from '../../model/schema-model.ts'
import { headerValues } from '../wrap-code.ts'

/** Bytes that are written. */
interface Range {
  readonly start: number
  readonly end: number
}

/** Whether a message with its header has bytes that nothing writes: padding, and members of other headers. */
export function hasGaps(model: SchemaModel, message: MessageModel): boolean {
  const { header } = model
  const values = headerValues(model, message)
  const written = header.members.filter((member) => values.has(member.name) && member.type.kind === 'scalar')
  return !isCovered(header.encodedLength, written.flatMap((member) => rangesOf(member, 0))) || hasBlockGaps(message)
}

function hasBlockGaps(block: BlockModel): boolean {
  if (!isCovered(block.blockLength, block.fields.flatMap((field) => rangesOf(field, 0)))) return true
  const hasHeaderGaps = block.groups.some((group) => {
    const members = [group.blockLengthMember, group.numInGroupMember]
    return !isCovered(group.headerLength, rangesOfMembers([
      ...members, group.numGroupsMember, group.numVarDataFieldsMember,
    ])) || hasBlockGaps(group)
  })
  if (hasHeaderGaps) return true
  return block.data.some((data) => !isCovered(data.headerLength, rangesOfMembers([data.lengthMember])))
}

function rangesOfMembers(members: readonly (ScalarMember | undefined)[]): readonly Range[] {
  return members.filter((member) => member !== undefined).map(({ offset, type }) => {
    return { start: offset, end: offset + PRIMITIVE_TYPES[type.primitive].size }
  })
}

function rangesOf(field: FieldModel, outer: number): readonly Range[] {
  if (isConstant(field)) return []
  const start = outer + field.offset
  const { type } = field
  if (type.kind === 'composite') return type.members.flatMap((member) => rangesOf(member, start))
  return [{ start, end: start + type.encodedLength }]
}

function isCovered(length: number, ranges: readonly Range[]): boolean {
  let end = 0
  for (const range of [...ranges].sort((a, b) => a.start - b.start)) {
    if (range.start > end) return false
    end = Math.max(end, range.end)
  }
  return end >= length
}
