import type { Presence } from '../ir/token.ts'
import type { XmlElement } from '../xml/xml-element.ts'
import { COUNTING, integer, presenceAttribute, requiredInteger, requiredText } from './attributes.ts'
import type { SchemaContext } from './context.ts'
import type { CompositeType, Field, Group, Member, SchemaType } from './model.ts'
import { checkName } from './names.ts'
import { referencePlace } from './reporter.ts'
import { checkFieldValueRef } from './value-ref.ts'
import { checkGroupDimensions, checkVariableData } from './well-formed.ts'

type Types = ReadonlyMap<string, SchemaType>

const ORDER = 'fields, then groups, then data'

/** Parses the fields, groups and data of a message or group. */
export function parseMembers(context: SchemaContext, element: XmlElement, types: Types): Member[] {
  const order = new MemberOrder(context, element)
  const members: Member[] = []
  for (const child of element.childrenNamed('field', 'group', 'data')) {
    order.before(child)
    const member = parseMember(context, child, types)
    if (member === undefined) continue
    order.after(child, member)
    members.push(member)
  }
  return members
}

function parseMember(context: SchemaContext, element: XmlElement, types: Types): Member | undefined {
  switch (element.localName) {
    case 'group':
      return parseGroup(context, element, types)
    case 'data':
      return parseData(context, element, types)
    default:
      return parseField(context, element, types)
  }
}

/** Checks that fields, groups and data come in this order, and that ids and names are unique on their level. */
class MemberOrder {
  private readonly context: SchemaContext
  private readonly owner: XmlElement
  private readonly ids = new Set<number>()
  private readonly names = new Set<string>()
  private groupSeen = false
  private dataSeen = false

  constructor(context: SchemaContext, owner: XmlElement) {
    this.context = context
    this.owner = owner
  }

  before(element: XmlElement): void {
    const { reporter } = this.context
    const place = referencePlace(this.owner)
    if (element.localName === 'group') {
      if (this.dataSeen) {
        const reference = `${place}group node specified after data node`
        const message = 'a group follows data'
        reporter.error({ code: 'member-order', at: element, message, expected: ORDER, reference })
      }
    } else if (element.localName === 'field' && (this.groupSeen || this.dataSeen)) {
      const message = `a field follows ${this.groupSeen ? 'a group' : 'data'}`
      const reference = `${place}field node specified after group or data node specified`
      reporter.error({ code: 'member-order', at: element, message, expected: ORDER, reference })
    }
    if (element.localName === 'group') this.groupSeen = true
    if (element.localName === 'data') this.dataSeen = true
  }

  after(element: XmlElement, { id, name }: Member): void {
    const { reporter } = this.context
    const place = referencePlace(this.owner)
    if (this.ids.has(id)) {
      const message = `another member of '${this.owner.attributes.get('name') ?? ''}' has id ${id}`
      const reference = `${place}duplicate id found: ${id}`
      reporter.deviation({ code: 'duplicate-id', at: element, attribute: 'id', message, reference })
    }
    if (this.names.has(name)) {
      const message = `another member of '${this.owner.attributes.get('name') ?? ''}' is named '${name}'`
      const reference = `${place}duplicate name found: ${name}`
      reporter.error({ code: 'duplicate-name', at: element, attribute: 'name', message, reference })
    }
    this.ids.add(id)
    this.names.add(name)
  }
}

function parseGroup(context: SchemaContext, element: XmlElement, types: Types): Group | undefined {
  const { reporter } = context
  const dimensionType = findDimensions(context, element, types)
  const name = requiredText(reporter, element, 'name')
  const id = requiredInteger(reporter, element, 'id')
  const blockLength = integer(reporter, element, 'blockLength', 0)
  const sinceVersion = integer(reporter, element, 'sinceVersion', 0, COUNTING)
  const deprecated = integer(reporter, element, 'deprecated', 0, COUNTING)
  if (name !== undefined) checkName(reporter, element, name)
  const members = parseMembers(context, element, types)
  if (name === undefined || id === undefined) return undefined
  return {
    kind: 'group',
    element,
    name,
    description: element.attributes.get('description'),
    id,
    sinceVersion,
    deprecated,
    dimensionType,
    blockLength,
    members,
    computedOffset: 0,
    computedBlockLength: 0,
  }
}

function findDimensions(context: SchemaContext, element: XmlElement, types: Types): CompositeType | undefined {
  const { reporter } = context
  const name = element.attributes.get('dimensionType') ?? 'groupSizeEncoding'
  const type = types.get(name)
  const finding = { code: 'group-dimensions', at: element, attribute: 'dimensionType' }
  const expected = 'a composite of blockLength and numInGroup'
  if (type === undefined) {
    if (context.isExcused(name)) return undefined
    const reference = `${referencePlace(element)}could not find dimensionType: ${name}`
    reporter.error({ ...finding, message: `there is no type '${name}'`, expected, reference })
    return undefined
  }
  if (type.kind !== 'composite') {
    const reference = `${referencePlace(element)}dimensionType should be a composite type: ${name}`
    reporter.error({ ...finding, message: `dimension type '${name}' is a ${type.kind}`, expected, reference })
    return undefined
  }
  checkGroupDimensions(reporter, type, element)
  return type
}

function parseField(context: SchemaContext, element: XmlElement, types: Types): Field | undefined {
  const typeName = requiredText(context.reporter, element, 'type')
  const type = typeName === undefined ? undefined : findType(context, element, typeName, types)
  return finishField(context, element, types, 'field', type)
}

function parseData(context: SchemaContext, element: XmlElement, types: Types): Field | undefined {
  const { reporter } = context
  const typeName = requiredText(reporter, element, 'type')
  const type = typeName === undefined ? undefined : findType(context, element, typeName, types)
  if (type?.kind === 'composite') {
    checkVariableData(reporter, type, element)
    makeVariable(type)
  } else if (type !== undefined) {
    reporter.error({
      code: 'variable-data',
      at: element,
      attribute: 'type',
      message: `'${type.name}' is a ${type.kind}`,
      expected: 'a composite of length and varData',
      reference: `${referencePlace(element)}data type is not composite type: ${type.name}`,
    })
  }
  return finishField(context, element, types, 'data', type)
}

function makeVariable(type: CompositeType): void {
  const data = type.members.get('varData')
  if (data?.kind !== 'type') return
  data.variableLength = true
  type.encodedLength = -1
}

function findType(
  context: SchemaContext,
  element: XmlElement,
  name: string,
  types: Types,
): SchemaType | undefined {
  const type = types.get(name)
  if (type === undefined && !context.isExcused(name)) {
    context.reporter.error({
      code: 'unknown-type',
      at: element,
      attribute: 'type',
      message: `there is no type '${name}'`,
      expected: 'the name of a declared or primitive type',
      reference: `${referencePlace(element)}could not find type: ${name}`,
    })
  }
  return type
}

function finishField(
  context: SchemaContext,
  element: XmlElement,
  types: Types,
  kind: Field['kind'],
  type: SchemaType | undefined,
): Field | undefined {
  const { reporter } = context
  const { attributes } = element
  const name = requiredText(reporter, element, 'name')
  const id = requiredInteger(reporter, element, 'id')
  const offset = integer(reporter, element, 'offset', 0)
  const fallback: Presence = kind === 'field' ? (type?.presence ?? 'required') : 'required'
  const presence = presenceAttribute(reporter, element) ?? fallback
  const sinceVersion = integer(reporter, element, 'sinceVersion', 0, COUNTING)
  const deprecated = integer(reporter, element, 'deprecated', 0, COUNTING)
  if (name === undefined || id === undefined) return undefined
  const field: Field = {
    kind,
    element,
    name,
    description: attributes.get('description'),
    id,
    type,
    offset,
    semanticType: attributes.get('semanticType'),
    presence,
    valueRef: kind === 'field' ? attributes.get('valueRef') : undefined,
    sinceVersion,
    deprecated,
    epoch: attributes.get('epoch'),
    timeUnit: attributes.get('timeUnit'),
    computedOffset: 0,
    computedBlockLength: 0,
  }
  checkSemanticType(context, field)
  checkName(reporter, element, name)
  checkFieldValueRef(context, field, types)
  return field
}

function checkSemanticType({ reporter }: SchemaContext, { element, name, semanticType, type }: Field): void {
  if (semanticType === undefined || type?.semanticType === undefined || semanticType === type.semanticType) return
  reporter.error({
    code: 'semantic-type',
    at: element,
    attribute: 'semanticType',
    message: `semanticType="${semanticType}" differs from that of type '${type.name}'`,
    expected: type.semanticType,
    reference: `${referencePlace(element)}Mismatched semanticType on type and field: ${name}`,
  })
}
