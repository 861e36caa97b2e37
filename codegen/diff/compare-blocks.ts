/** Root blocks and entries of groups, with the groups and data behind them. */
import { blockEnd } from '../model/schema-model.ts'
import type { BlockModel, DataModel, GroupModel, ScalarMember } from '../model/schema-model.ts'
import type { ChangeList, Pair, Place } from './change-list.ts'
import { inside } from './change-list.ts'
import { compareFields, readSince } from './compare-fields.ts'
import { compareEncodings, rangeText } from './compare-scalars.ts'
import { compareSequences } from './compare-sequences.ts'
import type { TypeComparison } from './compare-types.ts'
import { memberText } from './describe.ts'
import type { ChangedElement, ChangeKind } from './schema-change.ts'
import { COMPATIBLE, caveat, incompatible } from './schema-change.ts'

export interface BlockContext {
  readonly changes: ChangeList
  readonly types: TypeComparison
}

export function compareBlocks(
  context: BlockContext, place: Place, element: 'message' | 'group', blocks: Pair<BlockModel>,
): void {
  const { changes, types } = context
  const { before, after } = blocks
  const lengths = { before: before.blockLength, after: after.blockLength }
  changes.compare(place, element, 'block-length', lengths, (reader, writer) => {
    const least = blockEnd(reader.name === 'old' ? before : after, 0)
    if (writer.part >= least) return COMPATIBLE
    return incompatible(`blocks of ${writer.part} bytes are refused, as less than ${least}`)
  })
  const fields = compareFields(changes, place, 'field', { before: before.fields, after: after.fields })
  types.compareTypesOf(place, fields)

  const { groups, data } = compareSequences(changes, place, element === 'message', blocks)
  for (const pair of groups) compareGroups(context, inside(place, pair.before.name), pair)
  for (const pair of data) compareData(changes, inside(place, pair.before.name), pair)
}

type Part = GroupModel | DataModel

/** What groups and data have alike. */
function compareParts(changes: ChangeList, place: Place, element: 'group' | 'data', parts: Pair<Part>): void {
  const { before, after } = parts
  if (before.name !== after.name) {
    changes.add(place, { element, change: 'renamed', from: before.name, to: after.name, api: 'breaking' })
  }
  changes.note(place, element, 'id', { before: before.id, after: after.id })
  if (before.sinceVersion !== after.sinceVersion) {
    const [from, to] = [String(before.sinceVersion), String(after.sinceVersion)]
    changes.add(place, { element, change: 'since-version', from, to, readings: changes.judge(parts, readSince) })
  }
  changes.compareNotes(place, element, parts)
}

function compareGroups(context: BlockContext, place: Place, groups: Pair<GroupModel>): void {
  const { changes } = context
  const { before, after } = groups
  compareParts(changes, place, 'group', groups)
  const headerText = ({ headerLength, blockLengthMember, numInGroupMember }: GroupModel): string =>
    `blockLength ${memberText(blockLengthMember)}, numInGroup ${memberText(numInGroupMember)}, ${headerLength} bytes`
  compareHeaders(changes, place, 'group', 'dimensions', { before: headerText(before), after: headerText(after) })
  compareCounts(changes, place, 'group', { before: before.numInGroupMember, after: after.numInGroupMember })
  compareBlocks(context, place, 'group', groups)
}

function compareData(changes: ChangeList, place: Place, data: Pair<DataModel>): void {
  const { before, after } = data
  compareParts(changes, place, 'data', data)
  const headerText = ({ headerLength, lengthMember }: DataModel): string =>
    `${memberText(lengthMember)}, ${headerLength} bytes`
  compareHeaders(changes, place, 'data', 'length-field', { before: headerText(before), after: headerText(after) })
  compareCounts(changes, place, 'data', { before: before.lengthMember, after: after.lengthMember })
  compareEncodings(changes, place, 'data', { before: before.characterEncoding, after: after.characterEncoding })
  changes.note(place, 'data', 'semantic-type', { before: before.semanticType, after: after.semanticType })
}

function compareHeaders(
  changes: ChangeList, place: Place, element: ChangedElement, change: ChangeKind, texts: Pair<string>,
): void {
  const what = element === 'data' ? 'the length is' : 'number and length of the entries are'
  changes.compare(place, element, change, texts, () => incompatible(`${what} read from other bytes`))
}

/** Decoders take any count and length; who uses them may have relied on what the schema allowed. */
function compareCounts(
  changes: ChangeList, place: Place, element: 'group' | 'data', members: Pair<ScalarMember>,
): void {
  const { before, after } = members
  if (before.type.primitive !== after.type.primitive) return
  const [from, to] = [rangeText(before.type), rangeText(after.type)]
  if (from === to) return
  const what = element === 'group' ? 'more or fewer entries' : 'longer or shorter data'
  const readings = changes.judge(members, (reader, writer) => {
    const [inner, outer] = [writer.part.type, reader.part.type]
    if (inner.minValue >= outer.minValue && inner.maxValue <= outer.maxValue) return COMPATIBLE
    return caveat(`there may be ${what} than the schema of the decoder allows`)
  })
  changes.add(place, { element, change: 'range', from, to, readings })
}
