import type {
  BlockModel,
  ChoiceModel,
  EnumValueModel,
  FieldModel,
  MessageModel,
  NamedTypeModel,
  ScalarModel,
  SchemaModel,
} from '../model/schema-model.ts'
import { PRIMITIVE_TYPES } from '../ir/primitive-type.ts'
import type { PrimitiveName, PrimitiveType } from '../ir/primitive-type.ts'
import { Anchors } from './anchors.ts'

/** A declared type of one value or array, as the fields that use it have it. */
export interface SimpleType {
  readonly name: string
  type: ScalarModel
}

/** What all sections of a page share: what there is, in which order, what it is called, and who uses it. */
export class PageContext {
  readonly model: SchemaModel
  readonly anchors: Anchors = new Anchors()
  /** In the order of their names, like `simpleTypes`; the message header is not among them. */
  readonly types: readonly NamedTypeModel[]
  readonly simpleTypes: readonly SimpleType[]
  /** Those in use, in the order of the specification. */
  readonly primitives: readonly PrimitiveType[]
  private readonly users: Map<object, Set<MessageModel>> = new Map()
  private readonly simpleByName: Map<string, SimpleType> = new Map()

  constructor(model: SchemaModel) {
    this.model = model
    const used = new Set<PrimitiveName>()
    for (const message of model.messages) this.use(message, message, used)
    this.useFields(model.header.members, undefined, used)
    this.types = model.types.filter((type) => type !== model.header).sort(byName)
    this.simpleTypes = [...this.simpleByName.values()].sort(byName)
    this.primitives = Object.values(PRIMITIVE_TYPES).filter(({ name }) => used.has(name))
    this.nameAll()
  }

  /** Messages that use a type, in the order of the schema. */
  usersOf(type: NamedTypeModel | SimpleType): readonly MessageModel[] {
    return [...(this.users.get(type) ?? [])]
  }

  /** Where the type of a value is described: a declared type, or the primitive. */
  anchorOf({ name, primitive }: ScalarModel): string {
    const declared = name === undefined ? undefined : this.simpleByName.get(name)
    return this.anchors.of(declared ?? PRIMITIVE_TYPES[primitive])
  }

  private use(block: BlockModel, message: MessageModel, primitives: Set<PrimitiveName>): void {
    this.useFields(block.fields, message, primitives)
    for (const group of block.groups) {
      this.useFields(group.header.members, undefined, primitives)
      this.use(group, message, primitives)
    }
    for (const data of block.data) primitives.add(data.lengthMember.type.primitive).add(data.primitive)
  }

  private useFields(
    fields: readonly FieldModel[],
    message: MessageModel | undefined,
    primitives: Set<PrimitiveName>,
  ): void {
    for (const { type } of fields) {
      if (type.kind !== 'composite') primitives.add(type.primitive)
      const described = type.kind === 'scalar' ? this.addSimpleType(type) : type
      if (described === undefined) continue
      const users = this.users.get(described) ?? new Set()
      // What a composite holds is used by whoever uses the composite.
      const isKnown = message === undefined ? this.users.has(described) : users.has(message)
      if (message !== undefined) users.add(message)
      this.users.set(described, users)
      if (type.kind === 'composite' && !isKnown) this.useFields(type.members, message, primitives)
    }
  }

  private addSimpleType(type: ScalarModel): SimpleType | undefined {
    if (type.name === undefined) return undefined
    const known = this.simpleByName.get(type.name)
    if (known === undefined) {
      const added = { name: type.name, type }
      this.simpleByName.set(type.name, added)
      return added
    }
    // A field can be constant without its type being so; that field does not tell what the type is.
    if (known.type.constValue !== undefined && type.constValue === undefined) known.type = type
    return known
  }

  private nameAll(): void {
    const { anchors, model } = this
    for (const message of model.messages) this.nameBlock(message, anchors.add(message, `message-${message.name}`))
    for (const type of [model.header, ...this.types]) {
      const name = anchors.add(type, `type-${type.name}`)
      for (const part of partsOf(type)) anchors.add(part, part.name, name)
    }
    for (const type of this.simpleTypes) anchors.add(type, `type-${type.name}`)
    for (const primitive of this.primitives) anchors.add(primitive, `primitive-${primitive.name}`)
  }

  private nameBlock(block: BlockModel, name: string): void {
    const { anchors } = this
    for (const field of block.fields) anchors.add(field, field.name, name)
    for (const group of block.groups) this.nameBlock(group, anchors.add(group, group.name, name))
    for (const data of block.data) anchors.add(data, data.name, name)
  }
}

/** Values, choices or members of a type. */
export function partsOf(type: NamedTypeModel): readonly (EnumValueModel | ChoiceModel | FieldModel)[] {
  if (type.kind === 'composite') return type.members
  return type.kind === 'enum' ? type.values : type.choices
}

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  const [left, right] = [a.name.toLowerCase(), b.name.toLowerCase()]
  return left < right ? -1 : Number(left > right)
}
