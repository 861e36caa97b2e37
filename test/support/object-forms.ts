/** Forms of plain objects of messages for comparison. */
import { PRIMITIVE_TYPES } from '../../codegen/ir/primitive-type.ts'
import { bytesToHex, float32ToJson, floatToJson } from '../../codegen/runtime/index.ts'
import { accessorNames } from '../suites/java/accessor-names.ts'
import { exported, upperFirst } from '../suites/java/flyweight.ts'
import type { Layout, Member } from '../suites/java/ir-layout.ts'
import { primitiveOf } from '../suites/java/ir-layout.ts'
import type { CodecModule } from './json-encoder.ts'

interface PlainObject {
  readonly [property: string]: unknown
}

/** The object without its constants, each of which must be there. */
export function withoutConstants(layout: Layout, object: PlainObject): PlainObject {
  const names = accessorNames([...layout.fields, ...layout.groups, ...layout.data])
  const result: Record<string, unknown> = { ...object, ...membersOf(layout.fields, names, object) }
  for (const field of layout.fields) if (field.constant) remove(result, names(field))
  for (const group of layout.groups) {
    const entries = object[names(group)] as readonly PlainObject[]
    result[names(group)] = entries.map((entry) => withoutConstants(group.entry, entry))
  }
  return result
}

function membersOf(
  members: readonly Member[], names: (member: Member) => string, object: PlainObject,
): Record<string, unknown> {
  const result: Record<string, unknown> = { ...object }
  for (const member of members) {
    const value = object[names(member)]
    if (member.constant) remove(result, names(member))
    else if (member.type.signal === 'BEGIN_COMPOSITE' && value !== null) {
      result[names(member)] = membersOf(member.members, accessorNames(member.members), value as PlainObject)
    }
  }
  return result
}

function remove(object: Record<string, unknown>, property: string): void {
  if (object[property] === undefined) throw new Error(`the constant ${property} is missing`)
  delete object[property]
}

/** What `toJSON` of a decoder gives of the same message; an object without null composites. */
export function jsonOf(module: CodecModule, layout: Layout, object: PlainObject): PlainObject {
  const names = accessorNames([...layout.fields, ...layout.groups, ...layout.data])
  const result: Record<string, unknown> = {}
  for (const field of layout.fields) result[names(field)] = memberJson(module, field, object[names(field)])
  for (const group of layout.groups) {
    const entries = object[names(group)] as readonly PlainObject[]
    result[names(group)] = entries.map((entry) => jsonOf(module, group.entry, entry))
  }
  for (const data of layout.data) {
    const value = object[names(data)]
    result[names(data)] = value instanceof Uint8Array ? bytesToHex(value) : value
  }
  return result
}

function memberJson(module: CodecModule, member: Member, value: unknown): unknown {
  const { type, members } = member
  if (value === null) return type.signal === 'ENCODING' && member.arrayLength > 1 ? '' : null
  switch (type.signal) {
    case 'BEGIN_SET':
      return value
    case 'BEGIN_ENUM': {
      const base = upperFirst(type.referencedName ?? type.name)
      return Reflect.apply(exported(module, base.charAt(0).toLowerCase() + base.slice(1), 'ToJson') as () => unknown,
        undefined, [value])
    }
    case 'BEGIN_COMPOSITE': {
      const names = accessorNames(members)
      return Object.fromEntries(members.map((inner) =>
        [names(inner), memberJson(module, inner, (value as PlainObject)[names(inner)])]))
    }
    default: {
      if (typeof value === 'string') return value
      const isArray = member.arrayLength !== 1 && !member.constant
      return isArray ? Array.from(value as Iterable<unknown>, (element) => scalarJson(member, element))
        : scalarJson(member, value)
    }
  }
}

function scalarJson({ token, type }: Member, value: unknown): unknown {
  const primitive = primitiveOf(type)
  const nullValue = type.encoding.nullValue ?? PRIMITIVE_TYPES[primitive].nullValue
  // Bytes are never null in objects.
  const isNullByte = token.encoding.presence === 'optional' && PRIMITIVE_TYPES[primitive].size === 1 &&
    value === Number(nullValue)
  if (value === null || isNullByte) return null
  if (primitive === 'int64' || primitive === 'uint64') return String(value)
  if (primitive === 'float') return float32ToJson(value as number)
  return primitive === 'double' ? floatToJson(value as number) : value
}
