/** Fields of a block and members of a composite: what has a place of its own. */
import { isConstant } from '../model/schema-model.ts'
import type { FieldModel, TypeModel } from '../model/schema-model.ts'
import type { ChangeList, Pair, Party, Place, Rule } from './change-list.ts'
import { inside } from './change-list.ts'
import { compareScalars, isSameNumber, readPresence, readType } from './compare-scalars.ts'
import type { ScalarField } from './compare-scalars.ts'
import { constantText, fieldText, typeText } from './describe.ts'
import { idOf, matchParts } from './match-parts.ts'
import type { ApiEffect, Reading } from './schema-change.ts'
import { COMPATIBLE, caveat, incompatible } from './schema-change.ts'

type FieldElement = 'field' | 'member'

/** Compares the fields of one level; returns those that are in both schemas, whose types are left to the caller. */
export function compareFields(
  changes: ChangeList, place: Place, element: FieldElement, fields: Pair<readonly FieldModel[]>,
): readonly Pair<FieldModel>[] {
  const { pairs, added, removed } = matchParts(fields, idOf, ...(element === 'member' ? [placeOf] : []))
  for (const pair of pairs) compareField(changes, inside(place, pair.before.name), element, pair)
  for (const field of removed) {
    changes.add(inside(place, field.name), {
      element,
      change: 'removed',
      from: fieldText(field),
      readings: changes.judge({ before: field, after: undefined }, readMissing(element)),
      api: 'breaking',
    })
  }
  for (const field of added) {
    changes.add(inside(place, field.name), {
      element,
      change: 'added',
      to: fieldText(field),
      readings: changes.judge({ before: undefined, after: field }, readMissing(element)),
      api: 'extended',
    })
  }
  return pairs
}

/** Members have no ids: one that was renamed still is at its place. */
function placeOf({ offset, type }: FieldModel): string {
  return `${offset} ${typeText(type)}`
}

/** A field that one side lacks. What only the writer has lies in bytes that nobody reads. */
function readMissing(element: FieldElement): Rule<FieldModel | undefined> {
  return (reader, writer) => {
    const field = reader.part
    if (field === undefined || isConstant(field)) return COMPATIBLE
    if (field.sinceVersion <= writer.version) return incompatible(notAbsent(writer, field))
    if (element === 'field') return COMPATIBLE
    return caveat('absent by its version, at which decoders of the reference implementation do not look in composites')
  }
}

/** Why something that messages lack is looked for in them. */
export function notAbsent(
  { version }: Party<unknown>, { sinceVersion }: { readonly sinceVersion: number },
): string {
  return `looked for in messages of version ${version}, which lack it: its sinceVersion is ${sinceVersion}`
}

/** How a part is read that both sides have, but perhaps not since the same version. */
export function readSince(
  reader: Party<{ readonly sinceVersion: number }>, writer: Party<{ readonly sinceVersion: number }>,
): Reading {
  const since = reader.part.sinceVersion
  if (since > writer.version) {
    return incompatible(`taken for absent in messages of version ${writer.version}: its sinceVersion is ${since}`)
  }
  // Messages that were written with still older schemas are read by the newest one only.
  if (since === writer.part.sinceVersion || reader.name === 'old') return COMPATIBLE
  const [first, last] = [Math.min(since, writer.part.sinceVersion), Math.max(since, writer.part.sinceVersion) - 1]
  const versions = first === last ? `version ${first}` : `the versions ${first} to ${last}`
  return caveat(`messages of ${versions} are read differently from before`)
}

function compareField(changes: ChangeList, place: Place, element: FieldElement, fields: Pair<FieldModel>): void {
  const { before, after } = fields
  const of = <T>(value: (field: FieldModel) => T): Pair<T> => ({ before: value(before), after: value(after) })
  if (before.name !== after.name) {
    changes.add(place, { element, change: 'renamed', from: before.name, to: after.name, api: 'breaking' })
  }
  changes.note(place, element, 'id', of(({ id }) => id))
  compareLayout(changes, place, element, fields)
  changes.compareNotes(place, element, fields)
  changes.note(place, element, 'semantic-type', of(({ semanticType }) => semanticType))
  const misunderstand: Rule<string | undefined> = () => caveat('the same number is meant in another way')
  changes.compare(place, element, 'epoch', of(({ epoch }) => epoch), misunderstand)
  changes.compare(place, element, 'time-unit', of(({ timeUnit }) => timeUnit), misunderstand)
}

function compareLayout(changes: ChangeList, place: Place, element: FieldElement, fields: Pair<FieldModel>): void {
  const { before, after } = fields
  const types: Pair<TypeModel> = { before: before.type, after: after.type }
  const isSameKind = before.type.kind === after.type.kind
  if (!isSameKind || typeText(before.type) !== typeText(after.type)) {
    const isOnWire = !isConstant(before) && !isConstant(after)
    const readings = isOnWire ? { readings: changes.judge(types, readType) } : {}
    const [from, to] = isSameKind ? [typeText(before.type), typeText(after.type)] : [kindText(before), kindText(after)]
    changes.add(place, { element, change: 'type', from, to, ...readings, api: 'breaking' })
  }
  if (isConstant(before) || isConstant(after)) {
    compareConstants(changes, place, element, fields)
    return
  }
  if (before.sinceVersion !== after.sinceVersion) {
    changes.add(place, {
      element,
      change: 'since-version',
      from: String(before.sinceVersion),
      to: String(after.sinceVersion),
      readings: changes.judge(fields, readSince),
      api: apiOfNulls(fields),
    })
  }
  const takesBytes = before.type.encodedLength > 0 || after.type.encodedLength > 0
  if (takesBytes) {
    changes.compare(place, element, 'moved', { before: before.offset, after: after.offset }, (reader, writer) => {
      return incompatible(`written at offset ${writer.part}, read at ${reader.part}`)
    })
  }
  const scalars = scalarsOf(fields)
  if (before.presence !== after.presence) {
    changes.add(place, {
      element,
      change: 'presence',
      from: before.presence,
      to: after.presence,
      ...(scalars === undefined ? {} : { readings: changes.judge(scalars, readPresence) }),
      api: apiOfNulls(fields),
    })
  }
  if (scalars !== undefined) compareScalars(changes, place, element, scalars)
}

function compareConstants(changes: ChangeList, place: Place, element: FieldElement, fields: Pair<FieldModel>): void {
  const texts = { before: textOf(fields.before), after: textOf(fields.after) }
  const isBoth = isConstant(fields.before) && isConstant(fields.after)
  changes.compare(place, element, 'constant', texts, ({ part }) => {
    return incompatible(part === undefined ? 'read from bytes that are not written' : `read as ${part}, whatever it is`)
  }, isBoth ? 'none' : 'breaking')
  const since = { before: fields.before.sinceVersion, after: fields.after.sinceVersion }
  changes.note(place, element, 'since-version', since)
}

function textOf(field: FieldModel): string | undefined {
  return isConstant(field) ? constantText(field) : undefined
}

function kindText({ type }: FieldModel): string {
  return type.kind === 'scalar' ? typeText(type) : `${type.kind} ${type.name}`
}

/** Scalars whose values can be compared. */
function scalarsOf({ before, after }: Pair<FieldModel>): Pair<ScalarField> | undefined {
  if (!isScalar(before) || !isScalar(after) || before.type.arrayLength !== after.type.arrayLength) return undefined
  return isSameNumber(before.type.primitive, after.type.primitive) ? { before, after } : undefined
}

function isScalar(field: FieldModel): field is ScalarField {
  return field.type.kind === 'scalar'
}

/** What accessors for null become, which optional fields and those of later versions have. */
function apiOfNulls({ before, after }: Pair<FieldModel>): ApiEffect {
  const [had, has] = [mayBeNull(before), mayBeNull(after)]
  if (had === has || before.type.kind === 'enum') return 'none'
  if (before.type.kind === 'scalar') return has ? 'extended' : 'breaking'
  // Accessors of composites and sets return null themselves.
  return has ? 'breaking' : 'none'
}

function mayBeNull({ presence, sinceVersion, type }: FieldModel): boolean {
  return sinceVersion > 0 || (type.kind === 'scalar' && presence === 'optional')
}
