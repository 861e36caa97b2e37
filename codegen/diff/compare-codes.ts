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
  if (!Object.is(before.nullValue, after.nullValue)) {
    changes.add(place, {
      element: 'enum',
      change: 'null-value',
      from: valueText(before.primitive, before.nullValue),
      to: valueText(after.primitive, after.nullValue),
      readings: changes.judge(types, (_reader, { part: { primitive, nullValue } }) => {
        return incompatible(`null, ${valueText(primitive, nullValue)}, is read as a value`)
      }),
    })
  }
  const codes = { before: codesOf(before.values, before), after: codesOf(after.values, after) }
  compareCodes(changes, place, codes, (reader, writer) => {
    const { codeText, name } = writer.part
    if (writer.part.code === String(reader.part.nullCode)) {
      return incompatible(`${name}, ${codeText}, is read as null`)
    }
    return caveat(`${name}, ${codeText}, is unknown: read as the number, or refused where enums are not open`)
  })
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
  readonly byName: ReadonlyMap<string, Code>
  readonly byCode: ReadonlyMap<string, readonly Code[]>
}

function codesOf(values: readonly EnumValueModel[], { primitive, nullValue }: EnumModel): Codes {
  const all = values.map((value): Code => {
    return { ...value, element: 'value', code: String(value.value), codeText: valueText(primitive, value.value) }
  })
  return indexed(all, nullValue)
}

function bitsOf(choices: readonly ChoiceModel[]): Codes {
  const all = choices.map((choice): Code => {
    return { ...choice, element: 'choice', code: String(choice.bit), codeText: `bit ${choice.bit}` }
  })
  return indexed(all, undefined)
}

function indexed(all: readonly Code[], nullCode: bigint | number | undefined): Codes {
  const byCode = new Map<string, Code[]>()
  for (const code of all) {
    const known = byCode.get(code.code)
    if (known === undefined) byCode.set(code.code, [code])
    else known.push(code)
  }
  return { all, nullCode, byName: new Map(all.map((code) => [code.name, code])), byCode }
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
  const there = reader.part.byCode.get(code)
  if (there?.some((other) => other.name === name) === true) return COMPATIBLE
  const elsewhere = reader.part.byName.get(name)
  if (elsewhere !== undefined) {
    return incompatible(`written as ${codeText}, but known as ${elsewhere.codeText}`)
  }
  const [other] = there ?? []
  if (other === undefined) return readUnknown(reader, writer)
  const reason = `${name}, ${codeText}, is read as ${other.name}`
  return ofWriter.byName.has(other.name) ? incompatible(reason) : caveat(reason)
}
