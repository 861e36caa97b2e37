/** Metadata constants. */
import type {
  BlockModel, CompositeModel, DataModel, FieldModel, GroupModel, MessageModel,
} from '../model/schema-model.ts'
import { maxLengthOf } from './data-code.ts'
import { lifetimeOf } from './doc.ts'
import type { MessageContext } from './level.ts'
import { metaLiteral, stringLiteral } from './literals.ts'
import type { Module } from './module.ts'
import { MemberNames } from './names.ts'
import type { SchemaNames } from './names.ts'
import type { Writer } from './writer.ts'

export function emitMessageMeta(context: MessageContext): void {
  const { module, names, message, model } = context
  const { code } = module
  code.line().doc(`Metadata of ${message.name}.`, lifetimeOf(message))
  code.block(`export const ${names.base(message)}Meta = {`, () => {
    code.line(`name: ${stringLiteral(message.name)},`)
    code.line(`templateId: ${message.id},`)
    code.line(`schemaId: ${model.schemaId},`)
    code.line(`schemaVersion: ${model.schemaVersion},`)
    code.line(`semanticVersion: ${stringLiteral(model.semanticVersion)},`)
    code.line(`byteOrder: '${model.byteOrder}',`)
    entries(code, { semanticType: message.semanticType })
    lifetime(code, message)
    code.line(`blockLength: ${message.blockLength},`)
    emitBlock(code, names, message)
  }, '} as const')
}

function emitBlock(code: Writer, names: SchemaNames, owner: MessageModel | GroupModel): void {
  const members = names.blockMembers(owner)
  const block: BlockModel = owner
  objects(code, 'fields', block.fields, members, (field) => emitFieldMeta(code, names, field))
  objects(code, 'groups', block.groups, members, (group) => {
    code.line(`id: ${group.id},`)
    lifetime(code, group)
    code.line(`blockLength: ${group.blockLength},`)
    code.line(`headerLength: ${group.headerLength},`)
    emitBlock(code, names, group)
  })
  objects(code, 'data', block.data, members, (data) => emitDataMeta(code, data))
}

export function emitCompositeMeta(module: Module, names: SchemaNames, type: CompositeModel): void {
  const { code } = module
  const members = names.membersOf(type, () => new MemberNames(type.members))
  code.line().doc(`Metadata of ${type.name}.`, lifetimeOf(type))
  code.block(`export const ${names.base(type)}Meta = {`, () => {
    code.line(`name: ${stringLiteral(type.name)},`)
    if (type.deprecated > 0) code.line(`deprecated: ${type.deprecated},`)
    code.line(`encodedLength: ${type.encodedLength},`)
    objects(code, 'members', type.members, members, (member) => emitFieldMeta(code, names, member))
  }, '} as const')
}

function objects<T extends object>(
  code: Writer, key: string, items: readonly T[], members: MemberNames, emit: (item: T) => void,
): void {
  if (items.length === 0) {
    code.line(`${key}: {},`)
    return
  }
  code.block(`${key}: {`, () => {
    for (const item of items) code.compactBlock(`${members.of(item)}: {`, () => emit(item), '},')
  }, '},')
}

function emitFieldMeta(code: Writer, names: SchemaNames, field: FieldModel): void {
  const { type } = field
  code.line(`id: ${field.id},`)
  code.line(`presence: '${field.presence}',`)
  lifetime(code, field)
  code.line(`offset: ${field.offset},`)
  if (type.kind !== 'scalar') {
    code.line(`encodedLength: ${field.constantValueName === undefined ? type.encodedLength : 0},`)
    code.line(`type: ${stringLiteral(names.base(type))},`)
    if (type.kind === 'enum') code.line(`nullValue: ${metaLiteral(type.primitive, type.nullValue)},`)
  } else {
    code.line(`encodedLength: ${type.encodedLength},`)
    code.line(`type: '${type.primitive}',`)
    if (type.arrayLength !== undefined) code.line(`length: ${type.arrayLength},`)
    for (const limit of ['minValue', 'maxValue', 'nullValue'] as const) {
      code.line(`${limit}: ${metaLiteral(type.primitive, type[limit])},`)
    }
    entries(code, { characterEncoding: type.characterEncoding })
  }
  entries(code, {
    epoch: field.epoch,
    timeUnit: field.timeUnit,
    semanticType: field.semanticType,
  })
}

function emitDataMeta(code: Writer, data: DataModel): void {
  const { primitive } = data.lengthMember.type
  code.line(`id: ${data.id},`)
  lifetime(code, data)
  code.line(`lengthType: '${primitive}',`)
  code.line(`maxLength: ${maxLengthOf(data)},`)
  entries(code, { characterEncoding: data.characterEncoding, semanticType: data.semanticType })
}

function lifetime(code: Writer, element: { readonly sinceVersion: number; readonly deprecated: number }): void {
  code.line(`sinceVersion: ${element.sinceVersion},`)
  if (element.deprecated > 0) code.line(`deprecated: ${element.deprecated},`)
}

/** Members that the schema sets; the others are left out. */
function entries(code: Writer, values: Readonly<Record<string, string | undefined>>): void {
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined && value !== '') code.line(`${name}: ${stringLiteral(value)},`)
  }
}

