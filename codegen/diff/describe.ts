/** Parts of schemas as a reader of a report sees them. */
import { decodeConstant } from '../character-encodings.ts'
import type { PrimitiveName, PrimitiveValue } from '../ir/primitive-type.ts'
import { isConstant } from '../model/schema-model.ts'
import type { DataModel, FieldModel, GroupModel, ScalarMember, TypeModel } from '../model/schema-model.ts'

/** Such as `uint32`, `char[8]` or the name of a type. */
export function typeText(type: TypeModel): string {
  if (type.kind !== 'scalar') return type.name
  return type.arrayLength === undefined ? type.primitive : `${type.primitive}[${type.arrayLength}]`
}

/** Such as `int64 at offset 24, optional, since version 1`. */
export function fieldText(field: FieldModel): string {
  const parts = isConstant(field)
    ? [`constant ${constantText(field)}`]
    : [`${typeText(field.type)} at offset ${field.offset}`, ...(field.presence === 'optional' ? ['optional'] : [])]
  return [...parts, ...sinceText(field)].join(', ')
}

export function groupText(group: GroupModel): string {
  return [`entries of ${group.blockLength} bytes`, ...sinceText(group)].join(', ')
}

export function dataText(data: DataModel): string {
  const { lengthMember, characterEncoding } = data
  return [`${characterEncoding ?? 'bytes'} after a length of ${lengthMember.type.primitive}`, ...sinceText(data)]
    .join(', ')
}

function sinceText({ sinceVersion }: { readonly sinceVersion: number }): string[] {
  return sinceVersion > 0 ? [`since version ${sinceVersion}`] : []
}

/** The value of a constant; its code for one of an enum. */
export function constantText({ type, constantValueName }: FieldModel): string {
  if (type.kind === 'enum') {
    const code = type.values.find(({ name }) => name === constantValueName)?.value
    return code === undefined ? String(constantValueName) : valueText(type.primitive, code)
  }
  return type.kind === 'scalar' ? valueText(type.primitive, type.constValue ?? type.nullValue) : type.name
}

export function valueText(primitive: PrimitiveName, value: PrimitiveValue): string {
  if (value instanceof Uint8Array) return JSON.stringify(decodeConstant(value))
  const isPrintable = primitive === 'char' && value > 0x20 && value < 0x7f
  return isPrintable ? `'${String.fromCharCode(Number(value))}'` : String(value)
}

/** Such as `uint16 at 0`. */
export function memberText({ type, offset }: ScalarMember): string {
  return `${type.primitive} at ${offset}`
}
