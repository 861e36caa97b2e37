/** Where objects hold null. */
import type { CompositeModel, EnumModel, FieldModel, ScalarModel } from '../../model/schema-model.ts'
import { isConstant } from '../../model/schema-model.ts'
import { isByteArray } from '../array-code.ts'

export interface Nullability {
  /** The sender's version may lack the field. */
  readonly byVersion: boolean
  /** A value on the wire says null. */
  readonly byValue: boolean
}

export function nullabilityOf(field: FieldModel): Nullability {
  if (isConstant(field)) return { byVersion: false, byValue: false }
  const byVersion = field.sinceVersion > 0
  return { byVersion, byValue: isNullByValue(field, byVersion) }
}

export function isNullable(field: FieldModel): boolean {
  const { byVersion, byValue } = nullabilityOf(field)
  return byVersion || byValue
}

function isNullByValue({ type, presence }: FieldModel, byVersion: boolean): boolean {
  const isOptional = presence === 'optional'
  switch (type.kind) {
    case 'set':
      return false
    case 'enum':
      return (isOptional || byVersion) && !isNullAValue(type)
    case 'composite':
      return (isOptional || byVersion) && nullMemberOf(type) !== undefined
    case 'scalar':
      break
  }
  if (type.arrayLength !== undefined) return type.primitive === 'char' && type.arrayLength > 0 && isOptional
  return isOptional || (byVersion && isNullOutside(type))
}

/** Whether elements of an array may be null; bytes are no numbers, and have none. */
export function hasNullElements({ type, presence }: FieldModel): boolean {
  if (type.kind !== 'scalar' || type.arrayLength === undefined || presence !== 'optional') return false
  return type.primitive !== 'char' && !isByteArray(type)
}

/** Whether the null value is none that a required field may have. */
function isNullOutside({ minValue, maxValue, nullValue }: ScalarModel): boolean {
  return !(nullValue >= minValue && nullValue <= maxValue)
}

function isNullAValue(type: EnumModel): boolean {
  // A bigint and a number that are the same are equal, though not identical.
  return type.values.some(({ value }) => BigInt(value) === BigInt(type.nullValue))
}

export interface NullMember {
  readonly type: ScalarModel
  readonly offset: number
}

/**
 * The member by which a composite can be told to be null: the first one that must have a value, because it is required
 * and every version has it, and lacks one.
 */
export function nullMemberOf(type: CompositeModel): NullMember | undefined {
  for (const member of type.members) {
    if (member.presence !== 'required' || member.sinceVersion > 0 || isConstant(member)) continue
    const inner = member.type
    if (inner.kind === 'composite') {
      const found = nullMemberOf(inner)
      if (found !== undefined) return { type: found.type, offset: member.offset + found.offset }
    } else if (inner.kind === 'scalar' && inner.arrayLength === undefined && isNullOutside(inner)) {
      return { type: inner, offset: member.offset }
    }
  }
  return undefined
}
