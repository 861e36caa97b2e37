/**
 * Groups and data, which have no places: a decoder reads those that it knows, one after the other, and takes whatever
 * comes next for the next one.
 */
import type { BlockModel, DataModel, GroupModel } from '../model/schema-model.ts'
import type { ChangeList, Pair, Place, Rule } from './change-list.ts'
import { inside } from './change-list.ts'
import { notAbsent } from './compare-fields.ts'
import { dataText, groupText } from './describe.ts'
import type { Matches } from './match-parts.ts'
import { idOf, matchParts } from './match-parts.ts'
import { COMPATIBLE, caveat, incompatible } from './schema-change.ts'

type Part = GroupModel | DataModel

/** Compares which groups and data there are, and their order; returns those that are in both schemas. */
export function compareSequences(changes: ChangeList, place: Place, isRoot: boolean, blocks: Pair<BlockModel>): {
  readonly groups: readonly Pair<GroupModel>[]
  readonly data: readonly Pair<DataModel>[]
} {
  const { before, after } = blocks
  const groups = matchParts({ before: before.groups, after: after.groups }, idOf)
  const data = matchParts({ before: before.data, after: after.data }, idOf)
  const pairs = [...groups.pairs, ...data.pairs]
  const followers = new Map([
    ...followersOf([...before.groups, ...before.data], pairs.map((pair) => pair.before)),
    ...followersOf([...after.groups, ...after.data], pairs.map((pair) => pair.after)),
  ])
  const rule: Rule<Part | undefined> = ({ part }, writer) => {
    if (part !== undefined) {
      return part.sinceVersion > writer.version ? COMPATIBLE : incompatible(notAbsent(writer, part))
    }
    if (writer.part === undefined) return COMPATIBLE
    const follower = followers.get(writer.part)
    if (follower !== undefined) return incompatible(`read as ${follower.name}`)
    return isRoot
      ? caveat('left unread: only the framing tells where the message ends')
      : incompatible('read as the next entry, or as what follows the group')
  }
  report(changes, place, groups, rule, groupText)
  report(changes, place, data, rule, dataText)
  compareOrder(changes, place, before.groups, groups.pairs)
  compareOrder(changes, place, before.data, data.pairs)
  return { groups: groups.pairs, data: data.pairs }
}

/** For each part the next one behind it that the other side knows. */
function followersOf(parts: readonly Part[], known: readonly Part[]): Map<Part, Part | undefined> {
  const isKnown = new Set(known)
  const followers = new Map<Part, Part | undefined>()
  let follower: Part | undefined
  for (const part of parts.toReversed()) {
    followers.set(part, follower)
    if (isKnown.has(part)) follower = part
  }
  return followers
}

function report<T extends Part>(
  changes: ChangeList, place: Place, { added, removed }: Matches<T>, rule: Rule<Part | undefined>,
  text: (part: T) => string,
): void {
  for (const part of removed) {
    const readings = changes.judge<Part | undefined>({ before: part, after: undefined }, rule)
    const at = inside(place, part.name)
    changes.add(at, { element: part.kind, change: 'removed', from: text(part), readings, api: 'breaking' })
  }
  for (const part of added) {
    const readings = changes.judge<Part | undefined>({ before: undefined, after: part }, rule)
    const at = inside(place, part.name)
    // Code that encodes must write it, and `computeLength` asks for it.
    changes.add(at, { element: part.kind, change: 'added', to: text(part), readings, api: 'breaking' })
  }
}

/** What both sides have, but at another place among what both have. Pairs are in the order of the new schema. */
function compareOrder<T extends Part>(
  changes: ChangeList, place: Place, before: readonly T[], pairs: readonly Pair<T>[],
): void {
  const partners = new Map(pairs.map((pair) => [pair.before, pair]))
  const earlier = before.flatMap((part) => partners.get(part) ?? [])
  const indexes = new Map(earlier.map((pair, index) => [pair, index]))
  for (const [index, pair] of pairs.entries()) {
    const old = indexes.get(pair) ?? index
    if (old === index) continue
    const there = { before: earlier[index]?.before.name, after: pairs[old]?.after.name }
    changes.add(inside(place, pair.before.name), {
      element: pair.before.kind,
      change: 'order',
      from: `place ${old + 1}`,
      to: `place ${index + 1}`,
      readings: changes.judge(there, (reader) => incompatible(`read as ${reader.part}`)),
      api: 'breaking',
    })
  }
}
