/** Enums, sets and composites, once for each two that stand for each other somewhere. */
import { isConstant } from '../model/schema-model.ts'
import type { FieldModel, NamedTypeModel, TypeModel } from '../model/schema-model.ts'
import type { ChangeList, Pair, Place } from './change-list.ts'
import { inside } from './change-list.ts'
import { compareEnums, compareSets } from './compare-codes.ts'
import { compareFields } from './compare-fields.ts'

interface Compared {
  /** Where its changes are in the list. */
  readonly start: number
  readonly end: number
  readonly members: readonly Pair<FieldModel>[]
}

export class TypeComparison {
  readonly #changes: ChangeList
  readonly #compared: Map<NamedTypeModel, Map<NamedTypeModel, Compared>> = new Map()

  constructor(changes: ChangeList) {
    this.#changes = changes
  }

  /** Compares the types of parts that are in both schemas, and notes that these parts use them. */
  compareTypesOf(place: Place, fields: readonly Pair<FieldModel>[]): void {
    for (const { before, after } of fields) {
      // Of the type of a constant nothing is on the wire.
      if (isConstant(before) || isConstant(after)) continue
      this.#compare(inside(place, before.name), { before: before.type, after: after.type })
    }
  }

  #compare(place: Place, { before, after }: Pair<TypeModel>): void {
    if (before.kind === 'scalar' || after.kind === 'scalar' || before.kind !== after.kind) return
    const { start, end, members } = this.#once({ before, after })
    this.#changes.use(start, end, place)
    this.compareTypesOf(place, members)
  }

  #once({ before, after }: Pair<NamedTypeModel>): Compared {
    const known = this.#compared.get(before)?.get(after)
    if (known !== undefined) return known
    const changes = this.#changes
    const place: Place = { path: before.name, owner: { type: before.name } }
    const start = changes.length
    let members: readonly Pair<FieldModel>[] = []
    if (before.kind === 'enum' && after.kind === 'enum') compareEnums(changes, place, { before, after })
    if (before.kind === 'set' && after.kind === 'set') compareSets(changes, place, { before, after })
    if (before.kind === 'composite' && after.kind === 'composite') {
      members = compareFields(changes, place, 'member', { before: before.members, after: after.members })
    }
    changes.compareNotes(place, before.kind, { before, after })
    const compared = { start, end: changes.length, members }
    const others = this.#compared.get(before) ?? new Map<NamedTypeModel, Compared>()
    this.#compared.set(before, others.set(after, compared))
    return compared
  }
}
