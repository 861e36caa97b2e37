/** The tree of one schema, made from the flat tokens of the IR. Code is generated from it; OTF decoders walk it. */
import type { ByteOrder, Presence } from '../ir/token.ts'
import { PRIMITIVE_TYPES } from '../ir/primitive-type.ts'
import type { PrimitiveName, PrimitiveValue } from '../ir/primitive-type.ts'

/** A schema as a tree. */
export interface SchemaModel {
  readonly packageName: string
  readonly schemaId: number
  readonly schemaVersion: number
  readonly semanticVersion: string
  readonly description: string
  readonly byteOrder: ByteOrder
  readonly header: CompositeModel
  readonly messages: readonly MessageModel[]
  /** All enums, sets and composites in use, each once, in order of first use. */
  readonly types: readonly NamedTypeModel[]
}

/** What a message and an entry of a group consist of: a block of fields, then groups, then variable-length data. */
export interface BlockModel {
  /** Bytes of the fields, with padding. */
  readonly blockLength: number
  readonly fields: readonly FieldModel[]
  readonly groups: readonly GroupModel[]
  readonly data: readonly DataModel[]
}

/** A message. `id` is the template id; `deprecated` is 0 when it is not, here and elsewhere. */
export interface MessageModel extends BlockModel {
  readonly kind: 'message'
  readonly name: string
  readonly id: number
  readonly description: string | undefined
  readonly sinceVersion: number
  readonly deprecated: number
  readonly semanticType: string | undefined
}

/** A repeating group: its header, and what each entry is. */
export interface GroupModel extends BlockModel {
  readonly kind: 'group'
  readonly name: string
  readonly id: number
  readonly description: string | undefined
  readonly sinceVersion: number
  readonly deprecated: number
  /** Bytes before the first entry. */
  readonly headerLength: number
  /** The composite before the entries, with all that is in it. It is not among the types of the schema. */
  readonly header: CompositeModel
  readonly blockLengthMember: ScalarMember
  readonly numInGroupMember: ScalarMember
  readonly numGroupsMember: ScalarMember | undefined
  readonly numVarDataFieldsMember: ScalarMember | undefined
}

/** Variable-length data: a length, and as many bytes. */
export interface DataModel {
  readonly kind: 'data'
  readonly name: string
  readonly id: number
  readonly description: string | undefined
  readonly sinceVersion: number
  readonly deprecated: number
  readonly semanticType: string | undefined
  /** Bytes before the data: the end of the length and of any padding. */
  readonly headerLength: number
  /** Name of the composite of length and data. */
  readonly headerName: string
  readonly lengthMember: ScalarMember
  /** What the data consists of. */
  readonly primitive: PrimitiveName
  readonly characterEncoding: string | undefined
}

/** A field of a block or a member of a composite. */
export interface FieldModel {
  readonly name: string
  readonly id: number
  readonly description: string | undefined
  readonly sinceVersion: number
  readonly deprecated: number
  readonly presence: Presence
  /** Bytes from the beginning of the block or composite. */
  readonly offset: number
  readonly epoch: string | undefined
  readonly timeUnit: string | undefined
  readonly semanticType: string | undefined
  /** What the type says where the field itself says nothing. */
  readonly semanticTypeOfType: string | undefined
  /** Name of the enum value that a constant enum field always has. */
  readonly constantValueName: string | undefined
  readonly type: TypeModel
}

/** The type of a field: a value or an array, or a type with parts. */
export type TypeModel = ScalarModel | NamedTypeModel

/** A type with parts. `sinceVersion` is the lowest of its uses; `deprecated` is 0 when it is not. */
export type NamedTypeModel = EnumModel | SetModel | CompositeModel

/** A value of a primitive type, or an array of them. */
export interface ScalarModel {
  readonly kind: 'scalar'
  /** Name of the declared type; undefined for a primitive type, and for one that is declared as a member itself. */
  readonly name: string | undefined
  /** Of the type, not of the field that is of it. */
  readonly description: string | undefined
  readonly primitive: PrimitiveName
  /** Number of elements; undefined for a single value. */
  readonly arrayLength: number | undefined
  /** Size in bytes; 0 for a constant. */
  readonly encodedLength: number
  readonly constValue: PrimitiveValue | undefined
  readonly minValue: bigint | number
  readonly maxValue: bigint | number
  readonly nullValue: bigint | number
  readonly characterEncoding: string | undefined
}

/** A scalar member of a header, dimension or length composite. */
export interface ScalarMember {
  readonly name: string
  readonly offset: number
  readonly type: ScalarModel
}

/** An enum: one of some values, or null. */
export interface EnumModel {
  readonly kind: 'enum'
  readonly name: string
  readonly description: string | undefined
  readonly sinceVersion: number
  readonly deprecated: number
  readonly primitive: PrimitiveName
  readonly encodedLength: number
  readonly nullValue: bigint | number
  readonly values: readonly EnumValueModel[]
}

/** A value of an enum. */
export interface EnumValueModel {
  readonly name: string
  readonly value: bigint
  readonly description: string | undefined
  readonly sinceVersion: number
  readonly deprecated: number
}

/** A set of flags, each a bit. */
export interface SetModel {
  readonly kind: 'set'
  readonly name: string
  readonly description: string | undefined
  readonly sinceVersion: number
  readonly deprecated: number
  readonly primitive: PrimitiveName
  readonly encodedLength: number
  readonly choices: readonly ChoiceModel[]
}

/** A flag of a set. */
export interface ChoiceModel {
  readonly name: string
  /** Position of the bit, 0 for the least significant one. */
  readonly bit: number
  readonly description: string | undefined
  readonly sinceVersion: number
  readonly deprecated: number
}

/** A composite: members one behind the other. */
export interface CompositeModel {
  readonly kind: 'composite'
  readonly name: string
  readonly description: string | undefined
  readonly sinceVersion: number
  readonly deprecated: number
  readonly encodedLength: number
  readonly members: readonly FieldModel[]
}

/** The last byte that a type occupies in a given version, relative to its own start; 0 when it occupies none. */
export function typeEnd(type: TypeModel, version: number): number {
  if (type.kind !== 'composite') return type.encodedLength
  let end = 0
  for (const member of type.members) {
    if (member.sinceVersion <= version) end = Math.max(end, memberEnd(member, version))
  }
  return end
}

function memberEnd(member: FieldModel, version: number): number {
  const length = member.constantValueName === undefined ? typeEnd(member.type, version) : 0
  return length === 0 ? 0 : member.offset + length
}

/** The bytes that a block has at least in a given version. */
export function blockEnd(block: BlockModel, version: number): number {
  let end = 0
  for (const field of block.fields) {
    if (field.sinceVersion <= version) end = Math.max(end, memberEnd(field, version))
  }
  return end
}

/** Versions after 0 in which a block grew, ascending. */
export function blockVersions(block: BlockModel): number[] {
  const versions = new Set<number>()
  const visit = (field: FieldModel, outer: number): void => {
    const version = Math.max(outer, field.sinceVersion)
    if (version > 0) versions.add(version)
    if (field.type.kind === 'composite') for (const member of field.type.members) visit(member, version)
  }
  for (const field of block.fields) visit(field, 0)
  return [...versions].sort((a, b) => a - b)
}

/** Whether codecs of a block or composite also reach its bytes one by one: for text, arrays of bytes and data. */
export function usesBytes(type: BlockModel | CompositeModel): boolean {
  if ('members' in type) return type.members.some(fieldUsesBytes)
  return type.data.length > 0 || type.fields.some(fieldUsesBytes) || type.groups.some(usesBytes)
}

function fieldUsesBytes({ type }: FieldModel): boolean {
  if (type.kind === 'composite') return usesBytes(type)
  return type.kind === 'scalar' && type.arrayLength !== undefined && PRIMITIVE_TYPES[type.primitive].size === 1
}

/** Whether all entries of a group have the same length on the wire. */
export function isFixedStride(block: BlockModel): boolean {
  return block.groups.length === 0 && block.data.length === 0
}

/** Whether a composite has members that some version lacks. */
export function isVersioned(type: TypeModel): boolean {
  return type.kind === 'composite' && type.members.some((m) => m.sinceVersion > 0 || isVersioned(m.type))
}

/** Bytes of a length field that bound the count of entries holding the data. */
export function dataHeaderMin(data: DataModel): number {
  return data.lengthMember.offset + PRIMITIVE_TYPES[data.lengthMember.type.primitive].size
}

/** Bytes that every entry takes besides its block: the headers of the nested parts that all versions have. */
export function entryLengthMin(group: GroupModel): number {
  let length = 0
  for (const nested of group.groups) if (nested.sinceVersion === 0) length += nested.headerLength
  for (const data of group.data) if (data.sinceVersion === 0) length += dataHeaderMin(data)
  return length
}

/** Whether entries of a group may lie on the wire without taking a byte. */
export function mayTakeNoBytes(group: GroupModel): boolean {
  return blockEnd(group, 0) === 0 && entryLengthMin(group) === 0
}

export function hasEntriesWithoutBytes(block: BlockModel): boolean {
  return block.groups.some((group) => mayTakeNoBytes(group) || hasEntriesWithoutBytes(group))
}

/** Whether a field's value is the schema's: it takes no bytes, and every version has it. */
export function isConstant({ type, presence, constantValueName }: FieldModel): boolean {
  if (type.kind === 'scalar') return presence === 'constant' || type.constValue !== undefined
  return type.kind === 'enum' && constantValueName !== undefined
}
