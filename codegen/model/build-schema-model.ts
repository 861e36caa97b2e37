/** Builds the codec tree from the tokens of an IR. */
import { isPrimitiveName, PRIMITIVE_TYPES } from '../ir/primitive-type.ts'
import type { PrimitiveName, PrimitiveValue } from '../ir/primitive-type.ts'
import type { Ir } from '../ir/ir.ts'
import type { Signal, Token } from '../ir/token.ts'
import type {
  BlockModel,
  ChoiceModel,
  CompositeModel,
  DataModel,
  EnumModel,
  EnumValueModel,
  FieldModel,
  GroupModel,
  MessageModel,
  NamedTypeModel,
  ScalarMember,
  ScalarModel,
  SchemaModel,
  SetModel,
  TypeModel,
} from './schema-model.ts'

const UTF8 = new TextDecoder()

/**
 * The tree of a schema: its messages with their parts, and the types they use, each one object wherever it is used.
 *
 * @throws RangeError when the tokens are not such as the compiler makes
 */
export function buildSchemaModel(ir: Ir): SchemaModel {
  const types = new TypeRegistry()
  const header = new TokenReader(ir.headerTokens, types).composite()
  const messages = ir.messages.map((message) => new TokenReader(message.tokens, types).message())
  return {
    packageName: ir.packageName,
    schemaId: ir.schemaId,
    schemaVersion: ir.schemaVersion,
    semanticVersion: ir.semanticVersion,
    description: ir.description,
    byteOrder: ir.byteOrder,
    header,
    messages,
    types: types.all(),
  }
}

/**
 * Tokens repeat a type at each use. Uses of one declaration become one object here; two declarations that share a name
 * but not their content (inline types of different composites) stay apart.
 */
class TypeRegistry {
  private readonly bySignature = new Map<string, NamedTypeModel & { sinceVersion: number }>()
  private readonly numbers = new Map<unknown, number>()

  intern<T extends NamedTypeModel>(type: T): T {
    const signature = this.signatureOf(type)
    const known = this.bySignature.get(signature)
    if (known === undefined) {
      this.bySignature.set(signature, type)
      this.numbers.set(type, this.numbers.size)
      return type
    }
    known.sinceVersion = Math.min(known.sinceVersion, type.sinceVersion)
    return known as T
  }

  all(): NamedTypeModel[] {
    return [...this.bySignature.values()]
  }

  /** The declaration of a type, without what the field or member by which it is reached adds. */
  private signatureOf(type: NamedTypeModel): string {
    return JSON.stringify({ ...type, sinceVersion: undefined }, (key, value: unknown) => {
      if (typeof value === 'bigint') return `${value}n`
      if (typeof value === 'number' && !Number.isFinite(value)) return String(value)
      if (key === 'semanticType' || key === 'epoch' || key === 'timeUnit') return undefined
      // Types of members are known already: composites in composites would be gone through once for each level.
      return this.numbers.get(value) ?? value
    })
  }
}

class TokenReader {
  private readonly tokens: readonly Token[]
  private readonly types: TypeRegistry
  private index = 0

  constructor(tokens: readonly Token[], types: TypeRegistry) {
    this.tokens = tokens
    this.types = types
  }

  message(): MessageModel {
    const token = this.take('BEGIN_MESSAGE')
    const block = this.block(token.encodedLength)
    this.take('END_MESSAGE')
    return {
      kind: 'message',
      name: token.name,
      id: token.id,
      description: token.description,
      sinceVersion: token.version,
      deprecated: token.deprecated,
      semanticType: token.encoding.semanticType,
      ...block,
    }
  }

  composite(): CompositeModel {
    const begin = this.take('BEGIN_COMPOSITE')
    const members: FieldModel[] = []
    while (this.peek().signal !== 'END_COMPOSITE') members.push(this.compositeMember())
    this.take('END_COMPOSITE')
    return this.types.intern({
      kind: 'composite',
      name: begin.referencedName ?? begin.name,
      description: begin.description,
      sinceVersion: begin.sinceVersion,
      deprecated: begin.deprecated,
      encodedLength: begin.encodedLength,
      members,
    })
  }

  private block(blockLength: number): BlockModel {
    const fields: FieldModel[] = []
    const groups: GroupModel[] = []
    const data: DataModel[] = []
    for (;;) {
      const { signal } = this.peek()
      if (signal === 'BEGIN_FIELD') fields.push(this.field())
      else if (signal === 'BEGIN_GROUP') groups.push(this.group())
      else if (signal === 'BEGIN_VAR_DATA') data.push(this.varData())
      else return { blockLength, fields, groups, data }
    }
  }

  private field(): FieldModel {
    const token = this.take('BEGIN_FIELD')
    const { presence, constValue, semanticType } = token.encoding
    const semanticTypeOfType = semanticType === undefined ? this.peek().encoding.semanticType : undefined
    const type = this.type(false)
    this.take('END_FIELD')
    return {
      name: token.name,
      id: token.id,
      description: token.description,
      sinceVersion: token.version,
      deprecated: token.deprecated,
      presence,
      offset: token.offset,
      epoch: token.encoding.epoch,
      timeUnit: token.encoding.timeUnit,
      semanticType,
      semanticTypeOfType,
      constantValueName: type.kind === 'enum' && presence === 'constant' ? valueNameOf(constValue) : undefined,
      type,
    }
  }

  private compositeMember(): FieldModel {
    const token = this.peek()
    const { presence, constValue } = token.encoding
    const type = this.type(true)
    return {
      name: token.name,
      id: -1,
      description: token.description,
      sinceVersion: token.sinceVersion,
      deprecated: token.deprecated,
      presence,
      offset: token.offset,
      epoch: token.encoding.epoch,
      timeUnit: token.encoding.timeUnit,
      semanticType: token.encoding.semanticType,
      semanticTypeOfType: undefined,
      constantValueName: type.kind === 'enum' && presence === 'constant' ? valueNameOf(constValue) : undefined,
      type,
    }
  }

  /** @param isMember whether it is that of a member of a composite, which has the type's name only through a `ref` */
  private type(isMember: boolean): TypeModel {
    switch (this.peek().signal) {
      case 'BEGIN_COMPOSITE':
        return this.composite()
      case 'BEGIN_ENUM':
        return this.enum()
      case 'BEGIN_SET':
        return this.set()
      default:
        return scalarOf(this.take('ENCODING'), isMember)
    }
  }

  private enum(): EnumModel {
    const begin = this.take('BEGIN_ENUM')
    const primitive = primitiveOf(begin)
    const values: EnumValueModel[] = []
    while (this.peek().signal === 'VALID_VALUE') {
      const token = this.take('VALID_VALUE')
      values.push({
        name: token.name,
        value: token.encoding.constValue as bigint,
        description: token.description,
        sinceVersion: token.version,
        deprecated: token.deprecated,
      })
    }
    this.take('END_ENUM')
    return this.types.intern({
      kind: 'enum',
      name: begin.referencedName ?? begin.name,
      description: begin.description,
      sinceVersion: begin.sinceVersion,
      deprecated: begin.deprecated,
      primitive,
      encodedLength: PRIMITIVE_TYPES[primitive].size,
      nullValue: limitOf(begin.encoding.nullValue, PRIMITIVE_TYPES[primitive].nullValue),
      values,
    })
  }

  private set(): SetModel {
    const begin = this.take('BEGIN_SET')
    const choices: ChoiceModel[] = []
    while (this.peek().signal === 'CHOICE') {
      const token = this.take('CHOICE')
      choices.push({
        name: token.name,
        bit: Number(token.encoding.constValue),
        description: token.description,
        sinceVersion: token.version,
        deprecated: token.deprecated,
      })
    }
    this.take('END_SET')
    return this.types.intern({
      kind: 'set',
      name: begin.referencedName ?? begin.name,
      description: begin.description,
      sinceVersion: begin.sinceVersion,
      deprecated: begin.deprecated,
      primitive: primitiveOf(begin),
      encodedLength: begin.encodedLength,
      choices,
    })
  }

  private group(): GroupModel {
    const token = this.take('BEGIN_GROUP')
    const headerLength = this.peek().encodedLength
    // A registry of its own: no codec is made for what is in dimensions alone.
    const dimensions = this.tokens.slice(this.index, this.index + this.peek().componentTokenCount)
    const header = new TokenReader(dimensions, new TypeRegistry()).composite()
    const members = this.scalarMembers()
    const block = this.block(token.encodedLength)
    this.take('END_GROUP')
    return {
      kind: 'group',
      name: token.name,
      id: token.id,
      description: token.description,
      sinceVersion: token.version,
      deprecated: token.deprecated,
      headerLength,
      header,
      blockLengthMember: memberNamed(members, 'blockLength', token),
      numInGroupMember: memberNamed(members, 'numInGroup', token),
      numGroupsMember: members.get('numGroups'),
      numVarDataFieldsMember: members.get('numVarDataFields'),
      ...block,
    }
  }

  private varData(): DataModel {
    const token = this.take('BEGIN_VAR_DATA')
    const headerName = this.peek().referencedName ?? this.peek().name
    const members = this.scalarMembers()
    this.take('END_VAR_DATA')
    const varData = memberNamed(members, 'varData', token)
    const length = memberNamed(members, 'length', token)
    // Behind the data there are no offsets: a length that the schema puts there still stands in front of it.
    const lengthMember = length.offset < 0 ? { ...length, offset: 0 } : length
    const lengthEnd = lengthMember.offset + length.type.encodedLength
    return {
      kind: 'data',
      name: token.name,
      id: token.id,
      description: token.description,
      sinceVersion: token.version,
      deprecated: token.deprecated,
      semanticType: token.encoding.semanticType,
      headerLength: Math.max(varData.offset, lengthEnd),
      headerName,
      lengthMember,
      primitive: varData.type.primitive,
      characterEncoding: varData.type.characterEncoding,
    }
  }

  /** The scalar members of a dimension or length composite by name; other members only take space. */
  private scalarMembers(): Map<string, ScalarMember> {
    const members = new Map<string, ScalarMember>()
    const end = this.index + this.peek().componentTokenCount
    let depth = 0
    for (; this.index < end; this.index++) {
      const token = this.peek()
      if (depth === 1 && token.signal === 'ENCODING') {
        members.set(token.name, { name: token.name, offset: token.offset, type: scalarOf(token, true) })
      }
      if (token.signal.startsWith('BEGIN_')) depth++
      if (token.signal.startsWith('END_')) depth--
    }
    return members
  }

  private peek(): Token {
    const token = this.tokens[this.index]
    if (token === undefined) throw new RangeError(`the tokens end at ${this.index}, in the middle of an element`)
    return token
  }

  private take(signal: Signal): Token {
    const token = this.peek()
    if (token.signal !== signal) {
      throw new RangeError(`expected ${signal} at token ${this.index}, found ${token.signal} ${token.name}`)
    }
    this.index++
    return token
  }
}

function memberNamed(members: ReadonlyMap<string, ScalarMember>, name: string, owner: Token): ScalarMember {
  const member = members.get(name)
  if (member === undefined) throw new RangeError(`${owner.signal} ${owner.name} has no member ${name}`)
  return member
}

function primitiveOf(token: Token): PrimitiveName {
  const { primitiveType } = token.encoding
  if (primitiveType === undefined) throw new RangeError(`${token.signal} ${token.name} has no primitive type`)
  return primitiveType
}

function scalarOf(token: Token, isMember: boolean): ScalarModel {
  const primitive = primitiveOf(token)
  const { size, minValue, maxValue, nullValue } = PRIMITIVE_TYPES[primitive]
  const { encoding } = token
  const isConstant = encoding.presence === 'constant'
  const name = token.referencedName ?? (isMember || isPrimitiveName(token.name) ? undefined : token.name)
  const length = token.encodedLength / size
  return {
    kind: 'scalar',
    name,
    description: token.description,
    primitive,
    arrayLength: isConstant || length === 1 ? undefined : length,
    encodedLength: isConstant ? 0 : token.encodedLength,
    constValue: isConstant ? encoding.constValue : undefined,
    minValue: limitOf(encoding.minValue, minValue),
    maxValue: limitOf(encoding.maxValue, maxValue),
    nullValue: limitOf(encoding.nullValue, nullValue),
    characterEncoding: encoding.characterEncoding,
  }
}

/** The value's name in a reference `Enum.Value`. */
function valueNameOf(reference: PrimitiveValue | undefined): string | undefined {
  if (!(reference instanceof Uint8Array)) return undefined
  const text = UTF8.decode(reference)
  return text.slice(text.indexOf('.') + 1)
}

function limitOf(value: PrimitiveValue | undefined, byDefault: bigint | number): bigint | number {
  return value === undefined || value instanceof Uint8Array ? byDefault : value
}
