/**
 * The stages of encoding a message, derived from the model of access order: what may come next after a chain of calls,
 * whatever the counts of groups are. Types know no counts, so a call is right when there are counts with which it is.
 */
import { OrderModel, partsBelow } from './access-order-model.ts'
import type { Field, Operation, Part, Step } from './access-order-model.ts'

/** A call that leads to another stage. */
export interface StageCall {
  readonly operation: 'begin' | 'data' | 'next' | 'end'
  readonly part: Part
}

export interface Stage {
  /** The calls on the first stage that lead here. */
  readonly calls: readonly StageCall[]
  /** Counts for those that begin groups, with which all of them are right; 0 for the others. */
  readonly counts: readonly number[]
  /** The part whose flyweight is at hand. */
  readonly at: Part
  /** Whether the fields of the part can be encoded. */
  readonly fields: boolean
  /** The groups that can be begun, and the data that can be written. */
  readonly parts: readonly Part[]
  readonly next: boolean
  readonly end: boolean
  readonly reset: boolean
  readonly complete: boolean
}

const OF_COMPLETE = ['encodedLength', 'checkEncodingIsComplete']

/** One choice of counts for a chain of calls. */
type Steps = readonly { readonly step: Step; readonly count: number }[]

/** With one entry more than are taken, every stage before and after an entry has both ways to go on. */
const COUNTS = [0, 1, 2, 3]
const ENTRIES_TAKEN_MAX = 2

/** All stages that chains of calls lead to, each by the shortest chain. */
export function stagesOf(root: Part, version: number): Stage[] {
  const explorer = new Explorer(root, version)
  const stages: Stage[] = []
  const seen = new Set<string>()
  const wrapped: Steps = [{ step: { operation: 'wrap', part: root }, count: 0 }]
  let reached: readonly Chain[] = [{ calls: [], at: root, choices: [wrapped] }]
  while (reached.length > 0) {
    const fresh = reached.filter((chain) => {
      const key = explorer.keyOf(chain)
      return seen.has(key) ? false : seen.add(key)
    })
    for (const chain of fresh) stages.push(explorer.stageAfter(chain))
    reached = fresh.flatMap((chain) => explorer.extend(chain))
  }
  return stages
}

interface Chain {
  readonly calls: readonly StageCall[]
  readonly at: Part
  readonly choices: readonly Steps[]
}

class Explorer {
  private readonly root: Part
  private readonly version: number

  constructor(root: Part, version: number) {
    this.root = root
    this.version = version
  }

  stageAfter(chain: Chain): Stage {
    const { calls, at } = chain
    const isLegal = (operation: Operation, part: Part): boolean => this.legal(chain, operation, part).length > 0
    const isGroup = at.kind === 'group'
    return {
      calls,
      counts: (chain.choices[0] ?? []).slice(1).map(({ count }) => count),
      at,
      fields: isLegal('field', at),
      parts: at.parts.filter((part) => isLegal(part.kind === 'group' ? 'begin' : 'data', part)),
      next: isGroup && isLegal('next', at),
      end: isGroup && isLegal('end', at),
      reset: isGroup && isLegal('reset', at),
      complete: !isGroup && isLegal('complete', at),
    }
  }

  /** The chains that are longer by one call. */
  extend(chain: Chain): Chain[] {
    const { calls, at } = chain
    const more: Chain[] = []
    const add = (operation: StageCall['operation'], part: Part, next: Part): void => {
      const choices = this.legal(chain, operation, part)
      if (choices.length > 0) more.push({ calls: [...calls, { operation, part }], at: next, choices })
    }
    for (const part of at.parts) {
      if (part.kind === 'group') add('begin', part, part)
      else add('data', part, at)
    }
    if (at.kind === 'group' && at.owner !== undefined) {
      if (entriesTaken(calls, at) < ENTRIES_TAKEN_MAX) add('next', at, at)
      add('end', at, at.owner)
    }
    return more
  }

  keyOf({ at, choices }: Chain): string {
    return [at.path, ...new Set(choices.map((steps) => this.replay(steps).place()))].join('\n')
  }

  /** The choices of counts with which a call is legal after a chain, with the call. */
  private legal({ choices }: Chain, operation: Operation, part: Part): Steps[] {
    const step: Step = { operation, part }
    const counts = operation === 'begin' ? COUNTS : [0]
    return choices.flatMap((steps) => {
      return counts.filter((count) => this.replay(steps).take(step, count) === 'ok')
        .map((count): Steps => [...steps, { step, count }])
    })
  }

  private replay(steps: Steps): OrderModel {
    const model = new OrderModel(this.root, this.version, 'encoder')
    for (const { step, count } of steps) model.take(step, count)
    return model
  }
}

/** Entries of a group since it was begun last. */
function entriesTaken(calls: readonly StageCall[], group: Part): number {
  const begun = calls.findLastIndex(({ operation, part }) => operation === 'begin' && part === group)
  return calls.slice(begun).filter(({ operation, part }) => operation === 'next' && part === group).length
}

/** The members that stages of a message have, on whatever flyweight, with the part whose flyweight it is. */
export function membersOf(root: Part): string[] {
  const names = ['next', 'end', 'resetCountToIndex', 'nullifyOptionalFields', ...OF_COMPLETE]
  for (const part of [root, ...partsBelow(root)]) {
    names.push(...part.fields.map(setterOf), ...callsOf(part))
  }
  return [...new Set(names)]
}

/** A member that sets a field. */
export function setterOf({ name, meta }: Field): string {
  return meta.length !== undefined && meta.type !== 'char' ? `${name}At` : name
}

/** The members by which a group is begun, or data written. */
export function callsOf({ kind, name, isText }: Part): string[] {
  if (kind === 'group') return [`${name}Count`]
  if (kind === 'root') return []
  return [`put${upperFirst(name)}`, `roomFor${upperFirst(name)}`, ...(isText ? [name] : [])]
}

export function upperFirst(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1)
}

/** The members that a stage must have, of those of `membersOf`. */
export function legalMembers(stage: Stage): ReadonlySet<string> {
  const { at, fields, parts, next, end, reset, complete } = stage
  return new Set([
    ...(fields ? [...at.fields.map(setterOf), 'nullifyOptionalFields'] : []),
    ...parts.flatMap(callsOf),
    ...(next ? ['next'] : []),
    ...(end ? ['end'] : []),
    ...(reset ? ['resetCountToIndex'] : []),
    ...(complete ? OF_COMPLETE : []),
  ])
}
