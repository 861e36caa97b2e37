import { PRIMITIVE_TYPES } from '../../../codegen/ir/primitive-type.ts'
import type { Random } from '../../support/random.ts'
import { NamePool } from './schema-names.ts'
import { declareEncodings } from './schema-encodings.ts'
import type { Encodings } from './schema-encodings.ts'
import { commonAttributes, PRIMITIVES, TypeFactory } from './schema-types.ts'
import type { TypeInfo, TypeOptions } from './schema-types.ts'
import type { XmlElement } from './xml-tree.ts'
import { element, printDocument } from './xml-tree.ts'

const MAX_GROUP_DEPTH = 3
const EPOCHS = ['unix', 'midnight']
const TIME_UNITS = ['nanosecond', 'millisecond']
const SEMANTIC_TYPES = ['Price', 'Qty', 'UTCTimestamp', 'String']

/** A message or a group while members are added to it. */
export interface Level {
  readonly node: XmlElement
  readonly names: NamePool
  readonly ids: Set<number>
  /** End of the last field. */
  blockEnd: number
  /** The most that the length of the block may be. */
  readonly maxBlockLength: number
  readonly depth: number
  readonly groups: Level[]
  dataCount: number
}

/** A random schema, which can still grow. */
export interface GeneratedSchema {
  readonly root: XmlElement
  readonly typesNode: XmlElement
  readonly messages: Level[]
  readonly types: TypeFactory
  readonly names: NamePool
  readonly encodings: Encodings
  readonly options: TypeOptions
}

export interface SchemaOptions {
  readonly hostile?: boolean
  readonly messages?: number
}

/** Text of a schema. */
export function printSchema(schema: GeneratedSchema, random: Random): string {
  return printDocument(schema.root, random)
}

/** A schema that the reference accepts; unless it is hostile the reference can generate code for it too. */
export function generateSchema(random: Random, { hostile = false, messages }: SchemaOptions = {}): GeneratedSchema {
  const version = random.pick([0, 0, 1, 2, 5])
  const options: TypeOptions = { version, hostile }
  const names = new NamePool(random, hostile)
  const types = new TypeFactory(random, options, names)
  for (let left = random.between(2, 8); left > 0; left--) types.declare()
  const encodings = declareEncodings(random, names, hostile)
  const prefix = random.pick(['sbe', 'sbe', 'mb', 'ns2'])
  const root = element(`${prefix}:messageSchema`, {
    [`xmlns:${prefix}`]: random.pick(['http://fixprotocol.io/2016/sbe', 'http://www.fixprotocol.org/ns/simple/1.0']),
    'xmlns:mbx': 'http://example.com/mbx',
    package: random.pick(['org.example', 'a.b.c', 'single']),
    id: random.int(Math.min(encodings.maxSchemaId, 65535)) + (hostile ? 0 : 1),
    version: version === 0 && random.bool(0.3) ? undefined : version,
    semanticVersion: random.bool(0.4) ? '5.2' : undefined,
    description: random.bool(0.4) ? 'A generated schema' : undefined,
    byteOrder: random.pick([undefined, 'littleEndian', 'bigEndian']),
    headerType: encodings.headerName === 'messageHeader' ? undefined : encodings.headerName,
  })
  fixConstantSchemaId(encodings, root)
  const nodes = random.shuffle([...types.declared.map(({ node }) => node), ...encodings.nodes])
  const cut = random.bool(0.3) ? random.int(nodes.length) : 0
  const blocks = [nodes.slice(0, cut), nodes.slice(cut)].filter(({ length }) => length > 0)
  const typesPackage = hostile && random.bool(0.2) ? 'org.example.types' : undefined
  const typesNodes = blocks.map((block) => element('types', { package: typesPackage }, block))
  root.children.push(...typesNodes)
  const typesNode = typesNodes[0] ?? root
  const schema: GeneratedSchema = { root, typesNode, messages: [], types, names, encodings, options }
  const messageIds = new Set<number>()
  for (let left = messages ?? random.between(1, 3); left > 0; left--) {
    const node = element(random.bool(0.9) ? `${prefix}:message` : 'message', {
      name: names.className(),
      id: freshId(random, messageIds, encodings.maxTemplateId),
      semanticType: random.bool(0.3) ? random.pick(['D', '8', 'X']) : undefined,
      ...commonAttributes(random, options),
    })
    const level = newLevel(node, names, encodings.maxBlockLength, 0)
    fillLevel(schema, random, level)
    root.children.push(node)
    schema.messages.push(level)
  }
  return schema
}

/** A header may hold the schema's id as a constant. */
function fixConstantSchemaId(encodings: Encodings, root: XmlElement): void {
  const node = encodings.constantSchemaId
  if (node !== undefined) node.children.splice(0, node.children.length, root.attributes.get('id') ?? '0')
}

const RANK: Readonly<Record<string, number>> = { field: 0, group: 1, data: 2 }

/** Puts a field behind the fields, a group behind the groups and data at the end. */
function insert(parent: XmlElement, node: XmlElement): void {
  const rank = RANK[node.name] ?? 0
  const index = parent.children.findIndex((child) => typeof child !== 'string' && (RANK[child.name] ?? 0) > rank)
  parent.children.splice(index < 0 ? parent.children.length : index, 0, node)
}

function newLevel(node: XmlElement, names: NamePool, maxBlockLength: number, depth: number): Level {
  return { node, names: names.inner(), ids: new Set(), blockEnd: 0, maxBlockLength, depth, groups: [], dataCount: 0 }
}

function freshId(random: Random, used: Set<number>, max: number): number {
  for (;;) {
    const id = random.bool(0.8) ? random.between(1, Math.min(max, 200)) : random.between(1, Math.min(max, 65534))
    if (used.has(id)) continue
    used.add(id)
    return id
  }
}

function fillLevel(schema: GeneratedSchema, random: Random, level: Level): void {
  for (let left = random.pick([0, 1, 2, 3, 5, 8]); left > 0; left--) addField(schema, random, level)
  if (level.blockEnd > 0 && random.bool(0.25)) {
    const declared = Math.min(level.blockEnd + random.int(12), level.maxBlockLength)
    level.node.attributes.set('blockLength', String(declared))
  }
  const groups = level.depth < MAX_GROUP_DEPTH ? random.pick([0, 0, 1, 1, 2]) : 0
  for (let left = groups; left > 0; left--) addGroup(schema, random, level)
  for (let left = random.pick([0, 0, 1, 2]); left > 0; left--) addData(schema, random, level)
}

function primitiveInfo(random: Random): TypeInfo {
  const primitive = random.pick(PRIMITIVES)
  const { size } = PRIMITIVE_TYPES[primitive]
  return { kind: 'simple', name: primitive, node: element('type'), size, presence: 'required', primitive, length: 1 }
}

/** Appends a field unless the block cannot take it; `since` fixes the version it is present from. */
export function addField(schema: GeneratedSchema, random: Random, level: Level, since?: number): void {
  const { options, types } = schema
  const type = random.bool(0.25) ? primitiveInfo(random) : random.pick(types.declared)
  const { presence, valueRef } = fieldPresence(random, schema, type)
  const size = presence === 'constant' || (type.presence === 'constant' && presence === undefined) ? 0 : type.size
  let start = level.blockEnd
  let offset: number | undefined
  if (random.bool(size === 0 ? 0.1 : 0.15)) {
    offset = start + random.int(6)
    if (offset !== 0) start = offset
  }
  if (start + size > level.maxBlockLength) return
  const node = element('field', {
    name: level.names.fieldName(),
    id: freshId(random, level.ids, 65534),
    type: type.name,
    offset,
    presence,
    valueRef,
    semanticType: random.bool(0.1) ? (type.semanticType ?? random.pick(SEMANTIC_TYPES)) : undefined,
    epoch: random.bool(0.05) ? random.pick(EPOCHS) : undefined,
    timeUnit: random.bool(0.05) ? random.pick(TIME_UNITS) : undefined,
    ...commonAttributes(random, options),
  })
  if (since !== undefined) node.attributes.set('sinceVersion', String(since))
  level.blockEnd = start + size
  insert(level.node, node)
}

function fieldPresence(
  random: Random,
  { options, types }: GeneratedSchema,
  type: TypeInfo,
): { presence?: string; valueRef?: string } {
  if (type.kind === 'enum' && random.bool(0.15) && (type.values?.length ?? 0) > 0) {
    return { presence: 'constant', valueRef: `${type.name}.${random.pick(type.values ?? [])}` }
  }
  if (type.presence === 'constant') {
    if (options.hostile && random.bool(0.1)) return { presence: random.pick(['required', 'optional']) }
    return random.bool(0.3) ? { presence: 'constant' } : {}
  }
  if (type.kind === 'simple' && type.length === 1 && random.bool(0.1)) {
    const enums = types.declared.filter(({ kind, primitive, values }) =>
      kind === 'enum' && primitive === type.primitive && (values?.length ?? 0) > 0)
    if (enums.length > 0) {
      const target = random.pick(enums)
      return { presence: 'constant', valueRef: `${target.name}.${random.pick(target.values ?? [])}` }
    }
  }
  const presence = random.pick([undefined, undefined, 'required', 'optional', 'optional'])
  return presence === undefined ? {} : { presence }
}

/** Appends a group with members of its own. */
export function addGroup(schema: GeneratedSchema, random: Random, level: Level, since?: number): void {
  const dimension = random.pick(schema.encodings.dimensions)
  let name = schema.names.className()
  while (!level.names.claim(name)) name = schema.names.className()
  const node = element('group', {
    name,
    id: freshId(random, level.ids, 65534),
    dimensionType: dimension.name === 'groupSizeEncoding' && random.bool() ? undefined : dimension.name,
    ...commonAttributes(random, schema.options),
  })
  if (since !== undefined) node.attributes.set('sinceVersion', String(since))
  const group = newLevel(node, schema.names, dimension.maxBlockLength, level.depth + 1)
  fillLevel(schema, random, group)
  insert(level.node, node)
  level.groups.push(group)
}

/** Appends variable-length data. */
export function addData(schema: GeneratedSchema, random: Random, level: Level, since?: number): void {
  let name = level.names.memberName()
  // The reference's generator looks the length up by name and would find the data itself.
  while (name === 'length') name = level.names.memberName()
  const node = element('data', {
    name,
    id: freshId(random, level.ids, 65534),
    type: random.pick(schema.encodings.data),
    presence: random.bool(0.1) ? 'required' : undefined,
    semanticType: random.bool(0.1) ? random.pick(SEMANTIC_TYPES) : undefined,
    ...commonAttributes(random, schema.options),
  })
  if (since !== undefined) node.attributes.set('sinceVersion', String(since))
  insert(level.node, node)
  level.dataCount++
}
