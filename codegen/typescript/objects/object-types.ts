/** The interfaces of plain objects. */
import { decodeConstant } from '../../character-encodings.ts'
import type { DataModel, FieldModel, GroupModel, ScalarModel, SetModel } from '../../model/schema-model.ts'
import { isConstant } from '../../model/schema-model.ts'
import { isByteArray } from '../array-code.ts'
import { docOf, fieldDocOf } from '../doc.ts'
import { enumKey, enumMember } from '../enum-code.ts'
import { isWide, literal, stringLiteral } from '../literals.ts'
import type { MemberNames } from '../names.ts'
import { hasNullElements, isNullable } from './nullability.ts'
import type { ObjectContext } from './object-context.ts'

/** A constant's value as a literal: what the object holds, and its type. */
export interface ConstantCode {
  readonly value: string
  readonly type: string
}

export function constantOf(context: ObjectContext, field: FieldModel): ConstantCode {
  const { type, constantValueName } = field
  if (type.kind === 'enum' && constantValueName !== undefined) {
    const { module, names } = context
    const value = type.values.find(({ name }) => name === constantValueName)?.value ?? type.nullValue
    const base = module.type(names.file(type), names.base(type))
    const member = enumMember(base, enumKey(type, constantValueName))
    return { value: literal(type.primitive, value), type: `typeof ${member}` }
  }
  if (type.kind !== 'scalar') throw new RangeError(`${field.name} is no constant`)
  const value = type.constValue ?? type.nullValue
  if (value instanceof Uint8Array) return sameType(stringLiteral(decodeConstant(value, type.characterEncoding)))
  if (type.primitive === 'char') return sameType(stringLiteral(String.fromCharCode(Number(value))))
  // An integer that no Number holds stays a bigint: no message could be an object otherwise.
  const isNumber = isWide(type.primitive) && context.wide === 'number' && Number.isSafeInteger(Number(value))
  if (isNumber) return sameType(String(value))
  const text = literal(type.primitive, value)
  return { value: text, type: /NaN|Infinity|^-0$/.test(text) ? 'number' : text }
}

function sameType(text: string): ConstantCode {
  return { value: text, type: text }
}

/** Type of a single value. */
export function valueTypeOf(context: ObjectContext, type: ScalarModel): string {
  if (type.primitive === 'char') return 'string'
  return isWide(type.primitive) ? context.wide : 'number'
}

function typeOf(context: ObjectContext, field: FieldModel): string {
  const { type } = field
  const { module, names, objectNames } = context
  switch (type.kind) {
    case 'enum':
      return module.type(names.file(type), names.base(type))
    case 'set':
    case 'composite':
      return module.type(objectNames.file(type), objectNames.type(type))
    case 'scalar':
      break
  }
  const element = valueTypeOf(context, type)
  if (type.arrayLength === undefined || type.primitive === 'char') return element
  if (isByteArray(type)) return type.primitive === 'int8' ? 'Int8Array' : 'Uint8Array'
  return hasNullElements(field) ? `(${element} | null)[]` : `${element}[]`
}

/** Declares the properties of fields or members. */
export function emitProperties(context: ObjectContext, fields: readonly FieldModel[], members: MemberNames): void {
  const { code } = context.module
  for (const field of fields) {
    const property = members.of(field)
    code.doc(fieldDocOf(field))
    if (isConstant(field)) code.line(`${property}?: ${constantOf(context, field).type}`)
    else code.line(`${property}: ${typeOf(context, field)}${isNullable(field) ? ' | null' : ''}`)
  }
}

export function emitGroupProperty(context: ObjectContext, group: GroupModel, property: string): void {
  context.module.code.doc(docOf(group)).line(`${property}: ${context.objectNames.type(group)}[]`)
}

export function emitDataProperty(context: ObjectContext, data: DataModel, property: string): void {
  const type = data.characterEncoding === undefined ? 'Uint8Array' : 'string'
  context.module.code.doc(docOf(data)).line(`${property}: ${type}`)
}

export function emitChoices(context: ObjectContext, type: SetModel, members: MemberNames): void {
  for (const choice of type.choices) context.module.code.doc(docOf(choice)).line(`${members.of(choice)}: boolean`)
}
