/** Values of enums and choices of sets: names for numbers. */
import type { ChoiceModel, EnumModel, EnumValueModel, SetModel } from '../model/schema-model.ts'
import type { ChangeList, Pair, Party, Place, Rule } from './change-list.ts'
import { inside } from './change-list.ts'
import { isSameNumber } from './compare-scalars.ts'
import { valueText } from './describe.ts'
import { matchParts } from './match-parts.ts'
import type { Reading } from './schema-change.ts'
import { COMPATIBLE, caveat, incompatible } from './schema-change.ts'

export function compareEnums(changes: ChangeList, place: Place, types: Pair<EnumModel>): void {
  const { before, after } = types
  comparePrimitives(changes, place, types)
  const codes = { before: codesOf(before.values, before), after: codesOf(after.values, after) }
  const readings = changes.judge(codes, readNull)
  const isMisread = [readings.forward, readings.backward].some(({ verdict }) => verdict !== 'compatible')
  if (isMisread || !Object.is(before.nullValue, after.nullValue)) {
    const [from, to] = [codes.before.nullText, codes.after.nullText]
    changes.add(place, { element: 'enum', change: 'null-value', from, to, readings })
  }
  compareCodes(changes, place, codes, (reader, writer) => {
    const { codeText, name } = writer.part
    if (writer.part.code === String(reader.part.nullCode)) {
      return incompatible(`${name}, ${codeText}, is read as null`)
    }
    return caveat(`${name}, ${codeText}, is unknown: read as the number, or refused where enums are not open`)
  })
}

/** In schemas with deviations a value may have the number that is null elsewhere. */
function readNull({ part: known }: Party<Codes>, { part: written }: Party<Codes>): Reading {
  const code = String(written.nullCode)
  if (written.byCode.has(code)) return COMPATIBLE
  const value = known.byCode.get(code)
  if (value === undefined && code === String(known.nullCode)) return COMPATIBLE
  return incompatible(`null, ${written.nullText}, is read as ${value?.name ?? 'a value'}`)
}

export function compareSets(changes: ChangeList, place: Place, types: Pair<SetModel>): void {
  comparePrimitives(changes, place, types)
  const { before, after } = types
  compareCodes(changes, place, { before: bitsOf(before.choices), after: bitsOf(after.choices) }, () => COMPATIBLE)
}

function comparePrimitives(changes: ChangeList, place: Place, types: Pair<EnumModel | SetModel>): void {
  const { before, after } = types
  const primitives = { before: before.primitive, after: after.primitive }
  changes.compare(place, before.kind, 'type', primitives, ({ part: as }, { part: written }) => {
    return isSameNumber(as, written) ? COMPATIBLE : incompatible(`${written} is read as ${as}`)
  }, 'breaking')
}

/** One name for a number. */
interface Code {
  readonly element: 'value' | 'choice'
  readonly name: string
  readonly code: string
  readonly codeText: string
  readonly sinceVersion: number
  readonly deprecated: number
  readonly description: string | undefined
}

interface Codes {
  readonly all: readonly Code[]
  readonly nullCode: bigint | number | undefined
  readonly nullText: string
  readonly byName: ReadonlyMap<string, Code>
  /** Of several names for a number the first. */
  readonly byCode: ReadonlyMap<string, Code>
}

function codesOf(values: readonly EnumValueModel[], { primitive, nullValue }: EnumModel): Codes {
  const all = values.map((value): Code => {
    return { ...value, element: 'value', code: String(value.value), codeText: valueText(primitive, value.value) }
  })
  return { ...indexed(all), nullCode: nullValue, nullText: valueText(primitive, nullValue) }
}

function bitsOf(choices: readonly ChoiceModel[]): Codes {
  const all = choices.map((choice): Code => {
    return { ...choice, element: 'choice', code: String(choice.bit), codeText: `bit ${choice.bit}` }
  })
  return { ...indexed(all), nullCode: undefined, nullText: '' }
}

function indexed(all: readonly Code[]): Pick<Codes, 'all' | 'byName' | 'byCode'> {
  return {
    all,
    byName: new Map(all.map((code) => [code.name, code])),
    byCode: new Map(all.toReversed().map((code) => [code.code, code])),
  }
}

/** What becomes of a number that the reader has no name for. */
type UnknownRule = (reader: Party<Codes>, writer: Party<Code>) => Reading

function compareCodes(changes: ChangeList, place: Place, codes: Pair<Codes>, readUnknown: UnknownRule): void {
  const { pairs, added, removed } = matchParts({ before: codes.before.all, after: codes.after.all }, ({ code }) => code)
  const rule: Rule<Code | undefined> = (reader, writer) => {
    if (writer.part === undefined) return COMPATIBLE
    const isOld = reader.name === 'old'
    const known: Party<Codes> = { ...reader, part: isOld ? codes.before : codes.after }
    return readCode(known, { ...writer, part: writer.part }, isOld ? codes.after : codes.before, readUnknown)
  }
  for (const pair of pairs) {
    const { before, after } = pair
    const { element } = before
    const at = inside(place, before.name)
    const readings = changes.judge<Code | undefined>(pair, rule)
    if (before.name !== after.name) {
      changes.add(at, { element, change: 'renamed', from: before.name, to: after.name, readings, api: 'breaking' })
    } else if (before.code !== after.code) {
      const change = element === 'value' ? 'number' : 'bit'
      changes.add(at, { element, change, from: before.codeText, to: after.codeText, readings })
    }
    changes.note(at, element, 'since-version', { before: before.sinceVersion, after: after.sinceVersion })
    changes.compareNotes(at, element, pair)
  }
  for (const code of removed) {
    const { element, name, codeText: from } = code
    const readings = changes.judge({ before: code, after: undefined }, rule)
    changes.add(inside(place, name), { element, change: 'removed', from, readings, api: 'breaking' })
  }
  for (const code of added) {
    const { element, name, codeText: to } = code
    const readings = changes.judge({ before: undefined, after: code }, rule)
    changes.add(inside(place, name), { element, change: 'added', to, readings, api: 'extended' })
  }
}

/** How a name of the writer is read. */
function readCode(
  reader: Party<Codes>, writer: Party<Code>, ofWriter: Codes, readUnknown: UnknownRule,
): Reading {
  const { name, code, codeText } = writer.part
  const known = reader.part.byName.get(name)
  if (known?.code === code) return COMPATIBLE
  if (known !== undefined) return incompatible(`written as ${codeText}, but known as ${known.codeText}`)
  const other = reader.part.byCode.get(code)
  if (other === undefined) return readUnknown(reader, writer)
  const reason = `${name}, ${codeText}, is read as ${other.name}`
  return ofWriter.byName.has(other.name) ? incompatible(reason) : caveat(reason)
}
