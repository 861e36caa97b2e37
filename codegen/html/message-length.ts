import { MAX_BLOCK_LENGTH } from '../limits.ts'
import type { BlockModel, GroupModel, MessageModel, SchemaModel } from '../model/schema-model.ts'
import { bytesText, countText } from './value-text.ts'

/** The least and the most bytes of something; the products of counts and lengths go beyond exact numbers. */
export interface LengthRange {
  readonly min: bigint
  readonly max: bigint
}

/** Bytes of a message of the schema's version on the wire, its header included. */
export function messageLength(model: SchemaModel, message: MessageModel): LengthRange {
  const { min, max } = blockRange(message)
  const header = BigInt(model.header.encodedLength)
  return { min: header + min, max: header + max }
}

/** How many entries a group may have. */
export function entryRange({ numInGroupMember }: GroupModel): LengthRange {
  const { minValue, maxValue, constValue } = numInGroupMember.type
  if (typeof constValue === 'bigint') return { min: constValue, max: constValue }
  return { min: atLeastZero(minValue), max: atLeastZero(maxValue) }
}

/** A block with the groups and data behind it. */
function blockRange(block: BlockModel): LengthRange {
  let min = BigInt(block.blockLength)
  let max = min
  for (const group of block.groups) {
    const entry = blockRange(group)
    const count = entryRange(group)
    min += BigInt(group.headerLength) + count.min * entry.min
    max += BigInt(group.headerLength) + count.max * entry.max
  }
  for (const data of block.data) {
    const { minValue, maxValue } = data.lengthMember.type
    min += BigInt(data.headerLength) + atLeastZero(minValue)
    max += BigInt(data.headerLength) + atLeastZero(maxValue)
  }
  return { min, max }
}

function atLeastZero(value: bigint | number): bigint {
  return typeof value === 'bigint' && value > 0n ? value : 0n
}

/** Such as `86 bytes` or `27 to 8,155 bytes`. */
export function lengthText({ min, max }: LengthRange): string {
  if (min === max) return bytesText(min)
  return max > MAX_BLOCK_LENGTH ? `${bytesText(min)} or more` : `${countText(min)} to ${bytesText(max)}`
}
