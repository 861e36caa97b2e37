import type { Ir } from '../ir/ir.ts'
import { buildSchemaModel } from '../model/build-schema-model.ts'
import { isConstant } from '../model/schema-model.ts'
import type { CompositeModel, FieldModel, SchemaModel } from '../model/schema-model.ts'
import { ChangeList } from './change-list.ts'
import type { Pair, Place } from './change-list.ts'
import { compareFields } from './compare-fields.ts'
import { compareMessages } from './compare-messages.ts'
import { TypeComparison } from './compare-types.ts'
import { typeText } from './describe.ts'
import type { SchemaComparison } from './schema-change.ts'
import { COMPATIBLE, caveat, incompatible } from './schema-change.ts'

const SCHEMA: Place = { path: '', owner: { all: '' } }

/** Members of a message header that decoders go by. */
const KNOWN_MEMBERS: readonly string[] = ['blockLength', 'templateId', 'schemaId', 'version']

/**
 * Compares two versions of a schema: whether decoders of the one read what encoders of the other write, every change
 * between them, and what each change does. Judged by what decoders of godwit and of the reference implementation do:
 * block lengths come from the wire, and the version on the wire tells which parts are there.
 */
export function compareSchemas(older: Ir, newer: Ir): SchemaComparison {
  const models = { before: buildSchemaModel(older), after: buildSchemaModel(newer) }
  const { before, after } = models
  const changes = new ChangeList(models)
  const types = new TypeComparison(changes)
  compareDocuments(changes, models)
  compareHeaders(changes, types, { before: before.header, after: after.header })
  const messages = compareMessages({ changes, types }, { before: before.messages, after: after.messages })
  compareVersions(changes, models)
  return changes.result(messages)
}

function compareDocuments(changes: ChangeList, models: Pair<SchemaModel>): void {
  const { before, after } = models
  const byteOrders = { before: before.byteOrder, after: after.byteOrder }
  changes.compare(SCHEMA, 'schema', 'byte-order', byteOrders, (reader) => {
    return incompatible(`all numbers are read as ${reader.part}`)
  })
  const ids = { before: before.schemaId, after: after.schemaId }
  changes.compare(SCHEMA, 'schema', 'schema-id', ids, (reader, writer) => {
    const { header } = reader.name === 'old' ? before : after
    const member = header.members.find(({ name }) => name === 'schemaId')
    if (member === undefined || isConstant(member)) return COMPATIBLE
    return incompatible(`messages of schema ${writer.part} are refused`)
  })
  changes.note(SCHEMA, 'schema', 'package', { before: before.packageName, after: after.packageName })
  changes.note(SCHEMA, 'schema', 'semantic-version', { before: before.semanticVersion, after: after.semanticVersion })
  changes.note(SCHEMA, 'schema', 'description', { before: before.description, after: after.description })
}

function compareHeaders(changes: ChangeList, types: TypeComparison, headers: Pair<CompositeModel>): void {
  const { before, after } = headers
  const place: Place = { path: before.name, owner: { all: before.name } }
  const layouts = { before: layoutOf(before), after: layoutOf(after) }
  changes.compare(place, 'header', 'layout', layouts, () => {
    return incompatible('headers are read from other bytes than they are written to')
  })
  const others = ({ members }: CompositeModel): readonly FieldModel[] =>
    members.filter(({ name }) => !KNOWN_MEMBERS.includes(name))
  const pairs = compareFields(changes, place, 'member', { before: others(before), after: others(after) })
  types.compareTypesOf(place, pairs)
}

/** Where a header has what decoders need of it. */
function layoutOf({ encodedLength, members }: CompositeModel): string {
  const known = KNOWN_MEMBERS.map((name) => {
    const member = members.find((candidate) => candidate.name === name)
    if (member === undefined || isConstant(member)) return `${name} constant`
    return `${name} ${typeText(member.type)} at ${member.offset}`
  })
  return `${known.join(', ')}, ${encodedLength} bytes`
}

/** What is written with one version must not be something else than what was written with it before. */
function compareVersions(changes: ChangeList, { before, after }: Pair<SchemaModel>): void {
  const isRaised = after.schemaVersion > before.schemaVersion
  if (before.schemaVersion === after.schemaVersion && !changes.hasWireChange) return
  const reading = isRaised ? COMPATIBLE : caveat('decoders know only by a higher version that messages have changed')
  changes.add(SCHEMA, {
    element: 'schema',
    change: 'version',
    from: String(before.schemaVersion),
    to: String(after.schemaVersion),
    readings: { forward: reading, backward: reading },
  })
}
