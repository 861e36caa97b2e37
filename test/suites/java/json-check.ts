import { PRIMITIVE_TYPES } from '../../../codegen/ir/primitive-type.ts'
import { accessorNames } from './accessor-names.ts'
import { hostValue } from './block-encoder.ts'
import type { Layout, Member } from './ir-layout.ts'
import { primitiveOf } from './ir-layout.ts'
import { firstOf } from './value-check.ts'
import type { DecodedBlock, DecodedValue } from './value-tree.ts'

interface Json {
  readonly [name: string]: unknown
}

/** How the JSON form of a message differs from what its accessors said; undefined when it does not. */
export function checkJson(layout: Layout, decoded: DecodedBlock, json: unknown, path = ''): string | undefined {
  const names = accessorNames([...layout.fields, ...layout.groups, ...layout.data])
  const members = json as Json
  return firstOf([
    ...layout.fields.map((field) => () => checkMember(field, decoded, members[names(field)], `${path}.${field.name}`)),
    ...layout.groups.map((group) => () => {
      const read = decoded[group.name] as readonly DecodedBlock[]
      const entries = members[names(group)] as readonly unknown[]
      const counts = `${read.length} entries, ${entries.length} in JSON`
      if (read.length !== entries.length) return `${path}.${group.name}: ${counts}`
      return firstOf(read.map((entry, index) => () =>
        checkJson(group.entry, entry, entries[index], `${path}.${group.name}[${index}]`)))
    }),
    ...layout.data.map((data) => () => {
      const { bytes, text } = decoded[data.name] as DecodedBlock
      return expectEqual(`${path}.${data.name}`, text ?? bytes, members[names(data)])
    }),
  ])
}

function checkMember(member: Member, decoded: DecodedBlock, json: unknown, path: string): string | undefined {
  const value = Object.hasOwn(decoded, member.name) ? decoded[member.name] : undefined
  if (value === undefined) return undefined
  switch (member.type.signal) {
    case 'BEGIN_COMPOSITE': {
      if (value === null) return expectEqual(path, null, json)
      const names = accessorNames(member.members)
      return firstOf(member.members.map((inner) => () =>
        checkMember(inner, value as DecodedBlock, (json as Json)[names(inner)], `${path}.${inner.name}`)))
    }
    case 'BEGIN_ENUM': {
      const { raw, name } = value as DecodedBlock
      const known = name === 'NULL_VAL' ? null : name
      return expectEqual(path, name === 'SBE_UNKNOWN' ? Number(raw) : known, json)
    }
    case 'BEGIN_SET': {
      const names = accessorNames(member.members)
      const choices = (value as DecodedBlock)['choices'] as DecodedBlock
      if (json === null) return Object.values(choices).includes(true) ? `${path}: null in JSON` : undefined
      return firstOf(member.members.map((choice) => () =>
        expectEqual(`${path}.${choice.name}`, choices[choice.name], (json as Json)[names(choice)])))
    }
    default:
      return checkSimple(member, value, json, path)
  }
}

function checkSimple(member: Member, value: DecodedValue, json: unknown, path: string): string | undefined {
  const { type, arrayLength, constant } = member
  if (type.encoding.constValue instanceof Uint8Array) return expectEqual(path, value, json)
  if (constant || arrayLength === 1) return checkScalar(member, String(value), json, path)
  if (primitiveOf(type) === 'char') return expectEqual(path, (value as DecodedBlock)['text'], json)
  const elements = (value as DecodedBlock)['at'] as readonly string[]
  return firstOf(elements.map((element, index) => () =>
    checkScalar(member, element, json === null ? null : (json as readonly unknown[])[index], `${path}[${index}]`)))
}

function checkScalar({ token, type, constant }: Member, text: string, json: unknown, path: string): string | undefined {
  const primitive = primitiveOf(type)
  const nullValue = type.encoding.nullValue ?? PRIMITIVE_TYPES[primitive].nullValue
  const value = hostValue(primitive, text)
  const optional = !constant && (token.encoding.presence === 'optional' || type.encoding.presence === 'optional')
  const isNull = typeof value === 'bigint' ? value === nullValue : value === Number(nullValue) || Number.isNaN(value)
  if (isNull && optional) return expectEqual(path, null, json)
  if (json === null) {
    const mayBeAbsent = !constant && Math.max(token.version, token.sinceVersion) > 0
    return Number.isNaN(value) || (isNull && mayBeAbsent) ? undefined : `${path}: ${text}, null in JSON`
  }
  if (primitive === 'char') return expectEqual(path, String.fromCharCode(Number(value)), json)
  if (typeof value === 'bigint') return expectEqual(path, String(value), json)
  if (Math.abs(value) === Infinity) return expectEqual(path, String(value), json)
  const number = typeof json === 'number' && primitive === 'float' ? Math.fround(json) : json
  // Text in JSON has no -0.
  return value === number ? undefined : expectEqual(path, value, number)
}

function expectEqual(path: string, wanted: unknown, json: unknown): string | undefined {
  return Object.is(wanted, json) ? undefined : `${path}: ${JSON.stringify(wanted)}, ${JSON.stringify(json)} in JSON`
}
