import { MAX_TOKENS } from '../limits.ts'
import type { CompositeType, EnumType, Field, Group, Member, Message, NamedValue } from '../schema/model.ts'
import type { Schema, SchemaType, SetType, SimpleType, TypeBase } from '../schema/model.ts'
import { encodedLengthOf } from '../schema/type-length.ts'
import { splitValueRef } from '../schema/value-ref.ts'
import type { Ir, IrMessage } from './ir.ts'
import { PRIMITIVE_TYPES, type PrimitiveName, type PrimitiveValue } from './primitive-type.ts'
import type { Encoding, Presence, Signal, Token } from './token.ts'
import { TypeCapture } from './type-capture.ts'

/** Thrown when a schema expands to more tokens than there may be. */
export class TooManyTokensError extends Error {}

/** Translates a valid schema, token by token as the reference does. */
export function generateIr(schema: Schema, capture: TypeCapture): Ir {
  const budget = { left: MAX_TOKENS }
  const header = new TokenList(schema, budget)
  header.composite(schema.header, 0, undefined)
  capture.add(header.tokens)
  const messages: IrMessage[] = []
  for (const message of schema.messages) {
    const list = new TokenList(schema, budget)
    list.message(message)
    capture.add(list.tokens)
    messages.push({ name: message.name, id: message.id, tokens: list.tokens })
  }
  return {
    packageName: schema.packageName,
    schemaId: schema.id,
    schemaVersion: schema.version,
    semanticVersion: schema.semanticVersion ?? '',
    description: schema.description ?? '',
    byteOrder: schema.byteOrder,
    headerTokens: header.tokens,
    messages,
    types: capture.types,
  }
}

type Draft = { -readonly [Key in keyof Token]: Token[Key] }

type Part = Partial<Token> & Pick<Token, 'name' | 'encoding'>

class TokenList {
  readonly tokens: Draft[] = []
  private readonly schema: Schema
  private readonly budget: { left: number }

  constructor(schema: Schema, budget: { left: number }) {
    this.schema = schema
    this.budget = budget
  }

  message(message: Message): void {
    const { name, description, id, sinceVersion, deprecated } = message
    const part: Part = {
      name,
      description,
      id,
      version: sinceVersion,
      sinceVersion,
      deprecated,
      encodedLength: message.blockLength,
      encoding: { presence: 'required', semanticType: message.semanticType },
    }
    this.between('BEGIN_MESSAGE', 'END_MESSAGE', part, () => this.members(message.members))
  }

  /** `field` is the field or data whose type this is; the header and group dimensions have none. */
  composite(type: CompositeType, offset: number, field: Member | undefined): void {
    const part = this.typePart(type, offset, type.encodedLength, field, {
      presence: 'required',
      semanticType: semanticTypeOf(type, field),
    })
    this.between('BEGIN_COMPOSITE', 'END_COMPOSITE', part, () => {
      let memberOffset = 0
      for (const member of type.members.values()) {
        if (member.offset !== -1) memberOffset = member.offset
        this.compositeMember(type, member, memberOffset, field)
        memberOffset += encodedLengthOf(member)
      }
    })
  }

  private compositeMember(
    composite: CompositeType,
    member: SchemaType,
    offset: number,
    field: Member | undefined,
  ): void {
    if (member.kind === 'type') {
      const version = field === undefined
        ? member.sinceVersion
        : Math.max(field.sinceVersion, composite.sinceVersion)
      const { primitiveType, characterEncoding } = member
      const encoding = { primitiveType, characterEncoding, ...valuesOf(member, member.presence) }
      this.add('ENCODING', { ...this.typePart(member, offset, encodedLengthOf(member), field, encoding), version })
    } else {
      this.compoundType(member, offset, field)
    }
  }

  private members(members: readonly Member[]): void {
    for (const member of members) {
      if (member.kind === 'group') this.group(member)
      else this.field(member)
    }
  }

  private group(group: Group): void {
    const part = memberPart(group, 0, { presence: 'required' })
    this.between('BEGIN_GROUP', 'END_GROUP', part, () => {
      if (group.dimensionType !== undefined) this.composite(group.dimensionType, 0, group)
      this.members(group.members)
    })
  }

  private field(field: Field): void {
    const { type, presence, epoch, timeUnit, semanticType, valueRef } = field
    if (type === undefined) return
    const constant: Partial<Encoding> = presence === 'constant' && valueRef !== undefined
      ? { primitiveType: 'char', constValue: new TextEncoder().encode(valueRef) }
      : {}
    const encoding = { presence, epoch, timeUnit, semanticType, ...constant }
    const body = (): void => {
      if (type.kind === 'type') this.simpleType(type, field.computedOffset, field)
      else this.compoundType(type, field.computedOffset, field)
    }
    if (field.kind === 'data') this.between('BEGIN_VAR_DATA', 'END_VAR_DATA', memberPart(field, 0, encoding), body)
    else this.between('BEGIN_FIELD', 'END_FIELD', memberPart(field, type.sinceVersion, encoding), body)
  }

  private compoundType(type: Exclude<SchemaType, SimpleType>, offset: number, field: Member | undefined): void {
    switch (type.kind) {
      case 'composite':
        this.composite(type, offset, field)
        break
      case 'enum':
        this.enumType(type, offset, field)
        break
      case 'set':
        this.setType(type, offset, field)
        break
    }
  }

  private simpleType(type: SimpleType, offset: number, field: Field): void {
    const { presence, timeUnit, epoch, valueRef } = field
    const { primitiveType, characterEncoding } = type
    const values = presence === 'constant' && valueRef !== undefined
      ? { presence, constValue: this.valueOf(valueRef) }
      : valuesOf(type, presence)
    const semanticType = semanticTypeOf(type, field)
    const encoding = { primitiveType, characterEncoding, semanticType, timeUnit, epoch, ...values }
    const encodedLength = presence === 'constant' ? 0 : encodedLengthOf(type)
    this.add('ENCODING', this.typePart(type, offset, encodedLength, field, encoding))
  }

  private valueOf(valueRef: string): PrimitiveValue | undefined {
    const split = splitValueRef(valueRef)
    const type = split === undefined ? undefined : this.schema.types.get(split.enumName)
    return type?.kind === 'enum' ? type.validValues.get(split?.valueName ?? '')?.value : undefined
  }

  private enumType(type: EnumType, offset: number, field: Member | undefined): void {
    const { encodingType: primitiveType, nullValue, validValues } = type
    const semanticType = semanticTypeOf(type, field)
    const part = this.typePart(type, offset, PRIMITIVE_TYPES[primitiveType].size, field, {
      presence: 'required',
      primitiveType,
      semanticType,
      nullValue,
    })
    this.between('BEGIN_ENUM', 'END_ENUM', part, () => this.values('VALID_VALUE', validValues.values(), primitiveType))
  }

  private setType(type: SetType, offset: number, field: Member | undefined): void {
    const { encodingType: primitiveType } = type
    const semanticType = semanticTypeOf(type, field)
    const part = this.typePart(type, offset, PRIMITIVE_TYPES[primitiveType].size, field, {
      presence: 'required',
      primitiveType,
      semanticType,
    })
    this.between('BEGIN_SET', 'END_SET', part, () => this.values('CHOICE', type.choices.values(), primitiveType))
  }

  private values(signal: Signal, values: Iterable<NamedValue>, primitiveType: PrimitiveName): void {
    for (const { name, description, sinceVersion, deprecated, value } of values) {
      const encoding: Encoding = { presence: 'required', primitiveType, constValue: value }
      this.add(signal, { name, description, version: sinceVersion, sinceVersion, deprecated, encoding })
    }
  }

  private typePart(
    type: TypeBase,
    offset: number,
    encodedLength: number,
    field: Member | undefined,
    encoding: Encoding,
  ): Part {
    const { name, packageName, referencedName, description, deprecated, sinceVersion } = type
    const version = Math.max(field?.sinceVersion ?? 0, sinceVersion)
    return {
      name,
      packageName,
      referencedName,
      description,
      deprecated,
      sinceVersion,
      version,
      encodedLength,
      offset,
      encoding,
    }
  }

  private between(begin: Signal, end: Signal, part: Part, body: () => void): void {
    const first = this.add(begin, part)
    const index = this.tokens.length - 1
    body()
    const last = this.add(end, part)
    first.componentTokenCount = this.tokens.length - index
    last.componentTokenCount = first.componentTokenCount
  }

  private add(signal: Signal, part: Part): Draft {
    if (this.budget.left-- === 0) throw new TooManyTokensError()
    const token: Draft = {
      signal,
      name: part.name,
      referencedName: part.referencedName,
      description: part.description,
      packageName: part.packageName,
      id: part.id ?? -1,
      version: part.version ?? 0,
      sinceVersion: part.sinceVersion ?? 0,
      deprecated: part.deprecated ?? 0,
      encodedLength: part.encodedLength ?? 0,
      offset: part.offset ?? 0,
      componentTokenCount: 1,
      encoding: part.encoding,
    }
    this.tokens.push(token)
    return token
  }
}

/** Field, group and data tokens; their own version and that of their type are one. */
function memberPart(member: Member, typeSinceVersion: number, encoding: Encoding): Part {
  const { name, description, id, deprecated, computedOffset, computedBlockLength } = member
  const version = Math.max(member.sinceVersion, typeSinceVersion)
  return {
    name,
    description,
    id,
    deprecated,
    version,
    sinceVersion: version,
    offset: computedOffset,
    encodedLength: computedBlockLength,
    encoding,
  }
}

function valuesOf(type: SimpleType, presence: Presence): Pick<Encoding, 'presence'> & Partial<Encoding> {
  const { minValue, maxValue, nullValue, constValue } = type
  switch (presence) {
    case 'required':
      return { presence, minValue, maxValue }
    case 'optional':
      return { presence, minValue, maxValue, nullValue }
    case 'constant':
      return { presence, constValue }
  }
}

function semanticTypeOf(type: TypeBase, member: Member | undefined): string | undefined {
  return type.semanticType ?? (member === undefined || member.kind === 'group' ? undefined : member.semanticType)
}
