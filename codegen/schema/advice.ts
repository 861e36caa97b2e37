/** Findings of our own: what the format allows and the reference does not mention, but authors want to know. */
import { PRIMITIVE_TYPES } from '../ir/primitive-type.ts'
import type { XmlElement } from '../xml/xml-element.ts'
import type { SchemaContext } from './context.ts'
import type { CompositeType, Group, Member, Schema } from './model.ts'
import { bitRange } from './primitive-values.ts'
import type { Reporter } from './reporter.ts'

/** Members of the composites that frame messages, groups and data. */
const FRAMING: readonly (readonly string[])[] = [
  ['blockLength', 'templateId', 'schemaId', 'version'],
  ['blockLength', 'numInGroup'],
  ['length', 'varData'],
]

export function giveAdvice(context: SchemaContext, schema: Schema): void {
  checkHeaderWidths(context.reporter, schema)
  for (const { members, sinceVersion } of schema.messages) adviseOnMembers(context.reporter, members, sinceVersion)
  if (schema.messages.length > 0 && context.complete) findUnusedTypes(context, schema)
}

function adviseOnMembers(reporter: Reporter, members: readonly Member[], ownerVersion: number): void {
  const inBlock = members.filter((member) => member.kind === 'field' && member.computedBlockLength > 0)
  checkVersionOrder(reporter, inBlock, ownerVersion)
  checkVersionOrder(reporter, members.filter(({ kind }) => kind !== 'field'), ownerVersion)
  for (const member of members) {
    if (member.kind !== 'group') continue
    checkDimensionWidth(reporter, member)
    adviseOnMembers(reporter, member.members, Math.max(member.sinceVersion, ownerVersion))
  }
}

/** Decoders of an older version find everything at its place only if newer members come last. */
function checkVersionOrder(reporter: Reporter, members: readonly Member[], ownerVersion: number): void {
  const versionOf = (member: Member): number => Math.max(member.sinceVersion, ownerVersion)
  let newest: Member | undefined
  let blamed: Member | undefined
  for (const member of members) {
    if (newest === undefined || versionOf(member) >= versionOf(newest)) {
      newest = member
      continue
    }
    if (blamed === newest) continue
    blamed = newest
    const [since, before] = [versionOf(member), versionOf(newest)]
    const message = `'${member.name}', of version ${since}, comes after '${newest.name}', of version ${before}: ` +
      `decoders of version ${since} do not find it there`
    reporter.warning({ code: 'version-order', at: member.element, message })
  }
}

function checkHeaderWidths(reporter: Reporter, { element, header, id, version, messages }: Schema): void {
  const check = (member: string, value: number, at: XmlElement, attribute: string): void => {
    checkWidth(reporter, header, member, value, at, attribute)
  }
  check('schemaId', id, element, 'id')
  check('version', version, element, 'version')
  for (const message of messages) {
    check('templateId', message.id, message.element, 'id')
    check('blockLength', message.blockLength, message.element, 'blockLength')
  }
}

function checkDimensionWidth(reporter: Reporter, group: Group): void {
  if (group.dimensionType === undefined) return
  checkWidth(reporter, group.dimensionType, 'blockLength', group.computedBlockLength, group.element, 'blockLength')
}

function checkWidth(
  reporter: Reporter,
  composite: CompositeType,
  memberName: string,
  value: number,
  at: XmlElement,
  attribute: string,
): void {
  const member = composite.members.get(memberName)
  if (member?.kind !== 'type' || member.presence === 'constant') return
  const { kind, minValue, maxValue } = PRIMITIVE_TYPES[member.primitiveType]
  const [min, max] = [member.minValue ?? minValue, member.maxValue ?? maxValue]
  const finding = { code: 'header-width', at, attribute, expected: `${min} to ${max}` }
  const [lowest, highest] = kind === 'float' ? [min, max] : bitRange(member.primitiveType)
  if (value < lowest || value > highest) {
    // The reference cuts off what does not fit, and its decoders read something else than was written.
    const message = `${memberName} ${value} does not fit into '${memberName}' of composite '${composite.name}', ` +
      `which is ${member.primitiveType}`
    reporter.error({ ...finding, message })
  } else if (value < min || value > max) {
    const message = `${memberName} ${value} is out of the range of '${memberName}' of composite '${composite.name}'`
    reporter.warning({ ...finding, message })
  }
}

function findUnusedTypes(context: SchemaContext, schema: Schema): void {
  const used = namesOfUsedTypes(schema)
  for (const declaration of context.declarations) {
    // Included documents are shared, and no schema uses all of them.
    if (declaration.source !== context.root.source) continue
    const name = declaration.attributes.get('name')
    if (name === undefined || used.has(name) || isFraming(declaration)) continue
    const message = `nothing uses ${declaration.localName} '${name}'`
    context.reporter.warning({ code: 'unused-type', at: declaration, attribute: 'name', message })
  }
}

/** Whether it is a header, dimensions or data: schemas are begun with a copy of all three. */
function isFraming(declaration: XmlElement): boolean {
  const names = new Set(declaration.children.map(({ attributes }) => attributes.get('name')))
  return declaration.localName === 'composite' && FRAMING.some((members) => members.every((name) => names.has(name)))
}

/** Everything that attributes of the schema refer to. */
function namesOfUsedTypes(schema: Schema): Set<string> {
  const used = new Set<string>([schema.header.name])
  const visit = (element: XmlElement): void => {
    const { attributes, localName } = element
    for (const attribute of ['type', 'encodingType']) used.add(attributes.get(attribute) ?? '')
    if (localName === 'group') used.add(attributes.get('dimensionType') ?? 'groupSizeEncoding')
    used.add(attributes.get('valueRef')?.split('.', 1)[0] ?? '')
    for (const child of element.children) visit(child)
  }
  visit(schema.element)
  return used
}
