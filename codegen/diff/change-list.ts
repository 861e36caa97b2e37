import type { SchemaModel } from '../model/schema-model.ts'
import type {
  ApiEffect, ChangedElement, ChangeKind, Reading, SchemaChange, SchemaComparison, Verdict,
} from './schema-change.ts'
import { COMPATIBLE, isWireChange, worst } from './schema-change.ts'

/** The same part of both schemas. */
export interface Pair<T> {
  readonly before: T
  readonly after: T
}

/** One side of an exchange, with its part of the schema. */
export interface Party<T> {
  readonly name: 'old' | 'new'
  /** Version of its schema, which its messages carry. */
  readonly version: number
  readonly part: T
}

/** How decoders of one schema read the messages of the other. */
export type Rule<T> = (reader: Party<T>, writer: Party<T>) => Reading

export interface Readings {
  readonly forward: Reading
  readonly backward: Reading
}

/** Where changes are found. */
export interface Place {
  readonly path: string
  /** The message that it is in, or whether it concerns all of them; types concern those that use them. */
  readonly owner: { readonly message: string } | { readonly type: string } | { readonly all: string }
}

export interface Finding {
  readonly element: ChangedElement
  readonly change: ChangeKind
  readonly from?: string | undefined
  readonly to?: string | undefined
  readonly readings?: Readings
  readonly api?: ApiEffect
}

interface Documented {
  readonly description: string | undefined
  readonly deprecated: number
}

interface Entry {
  readonly change: SchemaChange
  isOfAll: boolean
  readonly messages: Set<string>
  readonly uses: string[] | undefined
}

export function inside(place: Place, name: string): Place {
  return { ...place, path: place.path === '' ? name : `${place.path}.${name}` }
}

/** Collects changes, and which messages each of them concerns. */
export class ChangeList {
  readonly models: Pair<SchemaModel>
  readonly #entries: Entry[] = []

  constructor(models: Pair<SchemaModel>) {
    this.models = models
  }

  /** Number of changes so far; marks a place for `use`. */
  get length(): number {
    return this.#entries.length
  }

  get hasWireChange(): boolean {
    return this.#entries.some(({ change }) => isWireChange(change.change))
  }

  /** What a rule says of both directions. */
  judge<T>(parts: Pair<T>, rule: Rule<T>): Readings {
    const old: Party<T> = { name: 'old', version: this.models.before.schemaVersion, part: parts.before }
    const latest: Party<T> = { name: 'new', version: this.models.after.schemaVersion, part: parts.after }
    return { forward: rule(old, latest), backward: rule(latest, old) }
  }

  add({ path, owner }: Place, finding: Finding): void {
    const { element, change, from, to, readings, api = 'none' } = finding
    const { forward, backward } = readings ?? { forward: COMPATIBLE, backward: COMPATIBLE }
    const ends = { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) }
    this.#entries.push({
      change: { element, change, path, owner: Object.values(owner).join(''), ...ends, forward, backward, api },
      isOfAll: 'all' in owner,
      messages: new Set('message' in owner ? [owner.message] : []),
      uses: 'type' in owner ? [] : undefined,
    })
  }

  /** A change of a value of the schema that has no effect on how messages are read. */
  note(place: Place, element: ChangedElement, change: ChangeKind, values: Pair<string | number | undefined>): void {
    this.compare(place, element, change, values, () => COMPATIBLE)
  }

  /** What every element may have. */
  compareNotes(place: Place, element: ChangedElement, { before, after }: Pair<Documented>): void {
    this.note(place, element, 'deprecated', { before: versionOf(before), after: versionOf(after) })
    this.note(place, element, 'description', { before: before.description, after: after.description })
  }

  /** As `note`, with what the rule says. */
  compare<T extends string | number | undefined>(
    place: Place, element: ChangedElement, change: ChangeKind, values: Pair<T>, rule: Rule<T>, api?: ApiEffect,
  ): void {
    const from = textOf(values.before)
    const to = textOf(values.after)
    if (from === to) return
    this.add(place, { element, change, from, to, readings: this.judge(values, rule), ...(api && { api }) })
  }

  /** Notes that changes of a type, from one mark to another, concern one more place. */
  use(start: number, end: number, place: Place): void {
    for (const entry of this.#entries.slice(start, end)) {
      if ('message' in place.owner) entry.messages.add(place.owner.message)
      else if ('all' in place.owner) entry.isOfAll = true
      entry.uses?.push(place.path)
    }
  }

  result(messages: readonly { readonly name: string; readonly id: number }[]): SchemaComparison {
    const ofAll = new Verdicts()
    const total = new Verdicts()
    const byMessage = new Map(messages.map(({ name }) => [name, new Verdicts()]))
    for (const entry of this.#entries) {
      total.add(entry.change)
      if (entry.isOfAll) ofAll.add(entry.change)
      for (const message of entry.messages) byMessage.get(message)?.add(entry.change)
    }
    return {
      ...total.read(),
      messages: messages.map(({ name, id }) => {
        return { name, templateId: id, ...(byMessage.get(name) ?? total).read(ofAll) }
      }),
      changes: this.#entries.map(({ change, uses }) => (uses === undefined ? change : { ...change, usedBy: uses })),
    }
  }
}

/** The worst readings of some changes. */
class Verdicts {
  #forward: Verdict = 'compatible'
  #backward: Verdict = 'compatible'

  add({ forward, backward }: Readings): void {
    this.#forward = worst(this.#forward, forward.verdict)
    this.#backward = worst(this.#backward, backward.verdict)
  }

  read(others: Verdicts = this): { readonly forward: Verdict; readonly backward: Verdict } {
    return { forward: worst(this.#forward, others.#forward), backward: worst(this.#backward, others.#backward) }
  }
}

function versionOf({ deprecated }: Documented): number | undefined {
  return deprecated === 0 ? undefined : deprecated
}

function textOf(value: string | number | undefined): string | undefined {
  return value === undefined || value === '' ? undefined : String(value)
}
