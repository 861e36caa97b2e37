import type { ByteOrder } from '../ir/token.ts'
import type { XmlElement } from '../xml/xml-element.ts'
import { COUNTING, integer, requiredInteger, requiredText } from './attributes.ts'
import { layOutMessage } from './block-layout.ts'
import { giveAdvice } from './advice.ts'
import { SchemaContext } from './context.ts'
import { checkTypeUses } from './field-types.ts'
import { parseMembers } from './members.ts'
import type { CompositeType, Message, Schema, SchemaType } from './model.ts'
import { checkName } from './names.ts'
import { referencePlace, type Reporter } from './reporter.ts'
import { parseTypeDeclarations } from './type-declarations.ts'
import { checkMessageHeader } from './well-formed.ts'
import { checkVersions } from './versions.ts'

const DEFAULT_HEADER_TYPE = 'messageHeader'

/**
 * Parses and checks a whole schema; undefined when it is too broken to have a model. All findings are reported, but
 * what may be there in a document that is missing, where the schema is not `complete`.
 */
export function parseSchema(reporter: Reporter, root: XmlElement, complete: boolean): Schema | undefined {
  const context = new SchemaContext(reporter, root, complete)
  const types = parseTypeDeclarations(context)
  reporter.endPhase()
  const messages = parseMessages(context, types)
  reporter.endPhase()
  if (root.localName !== 'messageSchema') {
    reporter.error({
      code: 'not-a-schema',
      at: root,
      message: `the root element is <${root.name}>`,
      expected: '<messageSchema>',
      reference: 'IllegalStateException: messageSchema element not found in document, schema is not valid for SBE',
      referenceStops: true,
    })
    return undefined
  }
  const schema = parseRoot(context, types, messages)
  if (schema === undefined) return undefined
  checkVersions(reporter, schema)
  reporter.endPhase()
  checkTypeUses(reporter, schema)
  giveAdvice(context, schema)
  return schema
}

function parseMessages(context: SchemaContext, types: ReadonlyMap<string, SchemaType>): Message[] {
  const { reporter, root } = context
  const messages: Message[] = []
  const ids = new Set<number>()
  const names = new Set<string>()
  const elements = root.localName === 'messageSchema' ? root.childrenNamed('message') : []
  for (const element of elements) {
    const message = parseMessage(context, element, types)
    if (message === undefined) continue
    const place = referencePlace(element)
    if (ids.has(message.id)) {
      const text = `another message has id ${message.id}`
      const reference = `${place}message template id already exists: ${message.id}`
      reporter.error({ code: 'duplicate-message-id', at: element, attribute: 'id', message: text, reference })
    }
    if (names.has(message.name)) {
      const text = `another message is named '${message.name}'`
      const reference = `${place}message name already exists: ${message.name}`
      reporter.error({ code: 'duplicate-message-name', at: element, attribute: 'name', message: text, reference })
    }
    checkName(reporter, element, message.name)
    ids.add(message.id)
    names.add(message.name)
    messages.push(message)
  }
  if (elements.length === 0 && context.complete) {
    const reference = `${referencePlace(root)}no messages found in document`
    reporter.warning({ code: 'no-messages', at: root, message: 'the schema has no messages', reference })
  }
  return messages
}

function parseMessage(
  context: SchemaContext,
  element: XmlElement,
  types: ReadonlyMap<string, SchemaType>,
): Message | undefined {
  const { reporter } = context
  const id = requiredInteger(reporter, element, 'id')
  const name = requiredText(reporter, element, 'name')
  const declaredLength = integer(reporter, element, 'blockLength', 0)
  const sinceVersion = integer(reporter, element, 'sinceVersion', 0, COUNTING)
  const deprecated = integer(reporter, element, 'deprecated', 0, COUNTING)
  const members = parseMembers(context, element, types)
  const blockLength = layOutMessage(reporter, element, members, declaredLength)
  if (id === undefined || name === undefined) return undefined
  return {
    element,
    id,
    name,
    description: element.attributes.get('description'),
    sinceVersion,
    deprecated,
    semanticType: element.attributes.get('semanticType'),
    blockLength,
    members,
  }
}

function parseRoot(
  context: SchemaContext,
  types: ReadonlyMap<string, SchemaType>,
  messages: readonly Message[],
): Schema | undefined {
  const { reporter, root } = context
  const packageName = requiredText(reporter, root, 'package')
  const id = requiredInteger(reporter, root, 'id')
  const version = integer(reporter, root, 'version', 0, COUNTING)
  const byteOrder = readByteOrder(reporter, root)
  const header = findHeader(context, types)
  if (packageName === undefined || id === undefined) return undefined
  checkMessageHeader(reporter, header)
  return {
    element: root,
    packageName,
    id,
    version,
    semanticVersion: root.attributes.get('semanticVersion'),
    description: root.attributes.get('description'),
    byteOrder,
    header,
    types,
    messages,
  }
}

function readByteOrder(reporter: Reporter, root: XmlElement): ByteOrder {
  const text = root.attributes.get('byteOrder') ?? 'littleEndian'
  if (text === 'littleEndian' || text === 'bigEndian') return text
  const message = `byteOrder="${text}" is not known`
  const expected = 'littleEndian or bigEndian'
  reporter.error({ code: 'byte-order', at: root, attribute: 'byteOrder', message, expected })
  return 'littleEndian'
}

function findHeader(context: SchemaContext, types: ReadonlyMap<string, SchemaType>): CompositeType {
  const { reporter, root } = context
  const name = root.attributes.get('headerType') ?? DEFAULT_HEADER_TYPE
  const type = types.get(name)
  if (type?.kind === 'composite') return type
  if (type !== undefined || !context.isExcused(name)) reportHeader(reporter, root, name, type)
  return standInHeader(root, name)
}

function reportHeader(reporter: Reporter, root: XmlElement, name: string, type: SchemaType | undefined): void {
  reporter.error({
    code: 'message-header',
    at: root,
    attribute: 'headerType',
    message: type === undefined
      ? `there is no composite '${name}' for the message header`
      : `the message header '${name}' is a ${type.kind}`,
    expected: 'a composite of blockLength, templateId, schemaId and version',
    reference: type === undefined
      ? `IllegalStateException: Message header not found in map for key: ${name}`
      : 'ClassCastException',
    referenceStops: true,
  })
}

/** Takes the place of a header with errors, so that the rest of the schema can be checked. */
function standInHeader(root: XmlElement, name: string): CompositeType {
  return {
    kind: 'composite',
    element: root,
    name,
    referencedName: undefined,
    packageName: undefined,
    presence: 'required',
    description: undefined,
    semanticType: undefined,
    sinceVersion: 0,
    deprecated: 0,
    offset: -1,
    members: new Map(),
    broken: true,
    encodedLength: 0,
  }
}
