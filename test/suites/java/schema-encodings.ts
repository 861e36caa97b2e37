import type { PrimitiveName } from '../../../codegen/ir/primitive-type.ts'
import type { Random } from '../../support/random.ts'
import type { NamePool } from './schema-names.ts'
import type { XmlElement } from './xml-tree.ts'
import { element } from './xml-tree.ts'

const MAX_INT32 = 2147483647

export interface DimensionInfo {
  readonly name: string
  readonly maxBlockLength: number
}

/** Message header, group dimensions and data encodings of a schema, and what they can hold. */
export interface Encodings {
  readonly nodes: readonly XmlElement[]
  readonly headerName: string
  readonly maxBlockLength: number
  readonly maxTemplateId: number
  readonly maxSchemaId: number
  /** The header's member for the schema's id when it is a constant, whose text is to be the id. */
  readonly constantSchemaId: XmlElement | undefined
  readonly dimensions: readonly DimensionInfo[]
  readonly data: readonly string[]
}

interface Member {
  readonly node: XmlElement
  readonly size: number
}

const SIZES: Partial<Record<PrimitiveName, number>> = {
  uint8: 1, int8: 1, char: 1, uint16: 2, int16: 2, uint32: 4, int32: 4, uint64: 8, int64: 8,
}

function member(name: string, primitiveType: PrimitiveName, attributes: Record<string, string | number> = {}): Member {
  return { node: element('type', { name, primitiveType, ...attributes }), size: SIZES[primitiveType] ?? 0 }
}

/** A composite with gaps here and there. */
function composite(random: Random, name: string, members: readonly Member[], gapProbability: number): XmlElement {
  let end = 0
  for (const { node, size } of members) {
    if (random.bool(gapProbability)) {
      end += random.int(4)
      node.attributes.set('offset', String(end))
    }
    end += size
  }
  return element('composite', { name }, members.map(({ node }) => node))
}

/** `hostile` also makes widths that the reference accepts and cannot generate code for. */
export function declareEncodings(random: Random, names: NamePool, hostile: boolean): Encodings {
  const header = declareHeader(random, hostile)
  const dimensions = declareDimensions(random, names, hostile)
  const data = declareData(random, names, hostile)
  return {
    ...header.limits,
    headerName: header.name,
    constantSchemaId: header.constantSchemaId,
    dimensions: dimensions.map(({ info }) => info),
    data: data.map(({ attributes }) => attributes.get('name') ?? ''),
    nodes: [header.node, ...dimensions.map(({ node }) => node), ...data],
  }
}

function declareHeader(random: Random, hostile: boolean): {
  name: string
  node: XmlElement
  limits: { maxBlockLength: number; maxTemplateId: number; maxSchemaId: number }
  constantSchemaId: XmlElement | undefined
} {
  const name = random.pick(['messageHeader', 'messageHeader', 'packetHeader', 'TopHeader'])
  const plain = random.bool(0.4)
  const narrow = !plain && random.bool(0.3)
  const wide: PrimitiveName = hostile ? random.pick(['uint32', 'uint64'] as const) : 'uint16'
  const idType = plain ? 'uint16' : random.pick(['uint16', 'uint8', 'int32', 'int16'] as const)
  const blockLengthType = plain ? 'uint16' : narrow ? 'uint8' : random.pick<PrimitiveName>(['uint16', wide])
  const constant = !plain && random.bool(0.15)
  const schemaId = member('schemaId', plain ? 'uint16' : random.pick(['uint16', 'uint32', 'int32'] as const))
  if (constant) schemaId.node.attributes.set('presence', 'constant')
  let members = [
    member('blockLength', blockLengthType),
    member('templateId', idType),
    constant ? { ...schemaId, size: 0 } : schemaId,
    member('version', plain ? 'uint16' : random.pick(['uint16', 'uint8', 'int32'] as const)),
  ]
  if (!plain) {
    const extras = [member('numGroups', 'uint16'), member('numVarDataFields', 'uint8'), member('frameLength', 'uint32')]
    members.push(...extras.filter(() => random.bool(0.2)))
    if (random.bool(0.4)) members = random.shuffle(members)
  }
  return {
    name,
    node: composite(random, name, members, plain ? 0 : 0.15),
    limits: {
      maxBlockLength: blockLengthType === 'uint8' ? 254 : 4096,
      maxTemplateId: idType === 'uint8' ? 254 : idType === 'int16' ? 32767 : 65534,
      maxSchemaId: 65535,
    },
    constantSchemaId: constant ? schemaId.node : undefined,
  }
}

function declareDimensions(
  random: Random,
  names: NamePool,
  hostile: boolean,
): { info: DimensionInfo; node: XmlElement }[] {
  const widths: PrimitiveName[] = ['uint8', 'uint16', 'uint16', 'uint32']
  const made: { info: DimensionInfo; node: XmlElement }[] = []
  for (let left = random.between(1, 3); left > 0; left--) {
    const name = left === 1 ? 'groupSizeEncoding' : names.className()
    const blockLengthType = random.pick(widths)
    const counts: PrimitiveName[] = [...widths, 'int32', ...(hostile ? (['int8', 'int16', 'uint64'] as const) : [])]
    const countType = random.pick(counts)
    const blockLength = member('blockLength', blockLengthType)
    if (blockLengthType === 'uint32') blockLength.node.attributes.set('maxValue', String(MAX_INT32))
    const count = member('numInGroup', countType)
    if (countType === 'uint32') count.node.attributes.set('maxValue', String(random.pick([MAX_INT32, 1000])))
    if (countType.startsWith('int')) count.node.attributes.set('minValue', '0')
    let members: Member[] = [blockLength, count]
    if (random.bool(0.2)) members.push(member(random.pick(['numGroups', 'numVarDataFields']), 'uint16'))
    if (random.bool(0.3)) members = random.shuffle(members)
    made.push({
      info: { name, maxBlockLength: blockLengthType === 'uint8' ? 254 : 4096 },
      node: composite(random, name, members, 0.15),
    })
  }
  return made
}

/** The reference takes the length to be at the start and the content right behind it, whatever the composite says. */
function declareData(random: Random, names: NamePool, hostile: boolean): XmlElement[] {
  const made: XmlElement[] = []
  for (let left = random.between(1, 3); left > 0; left--) {
    const widths: PrimitiveName[] = ['uint8', 'uint16', 'uint32', ...(hostile ? (['uint64'] as const) : [])]
    const lengthType = random.pick(widths)
    const length = member('length', lengthType)
    if (lengthType === 'uint32') length.node.attributes.set('maxValue', String(random.pick([MAX_INT32, 1073741824])))
    const content = member('varData', random.pick(['uint8', 'uint8', 'char', 'int8'] as const))
    if (random.bool(0.8)) content.node.attributes.set('length', '0')
    const encoding = random.pick([undefined, undefined, 'UTF-8', 'US-ASCII', 'ISO-8859-1', 'ASCII'])
    if (encoding !== undefined) content.node.attributes.set('characterEncoding', encoding)
    made.push(composite(random, names.className(), [length, content], hostile ? 0.2 : 0))
  }
  return made
}
