/**
 * Checks that the parts of a message are accessed in the order in which they lie in it. Only codecs generated with
 * precedence checks use it.
 *
 * A message is a tree: the root level and each group's entry hold groups and data in a fixed order. An access is legal
 * when everything before it on its level is complete and every level above is at the entry it belongs to.
 */
import { SbeError } from './sbe-error.ts'

/** A group or data item: path, id of the enclosing group (-1: root), first version, whether it is a group. */
export type AccessItem = readonly [path: string, parent: number, sinceVersion: number, isGroup: boolean]

const ROOT = -1
const BLOCK = -1

export class AccessOrder {
  private readonly items: readonly AccessItem[]
  /** Items of each level in order: index 0 is the root, index id + 1 the entries of group id. */
  private readonly levels: readonly (readonly number[])[]
  /** The last item accessed on a level, BLOCK when only its fields were. */
  private readonly at: number[]
  /** Entries of a group not yet taken. */
  private readonly remaining: number[]
  private readonly inEntry: boolean[]
  private version = -1
  private wrapped = false

  constructor(items: readonly AccessItem[]) {
    this.items = items
    const levels: number[][] = Array.from({ length: items.length + 1 }, () => [])
    items.forEach(([, parent], id) => levels[parent + 1]?.push(id))
    this.levels = levels
    this.at = new Array<number>(items.length + 1).fill(BLOCK)
    this.remaining = new Array<number>(items.length).fill(0)
    this.inEntry = new Array<boolean>(items.length).fill(false)
  }

  /** The codec was wrapped: everything up to the version is expected. */
  wrap(version: number): void {
    this.version = version
    this.wrapped = true
    this.at[0] = BLOCK
  }

  /** The cursor is back behind the root block. */
  rewind(): void {
    this.at[0] = BLOCK
  }

  /** The whole message was walked: there is nothing left to access until it is rewound. */
  skipAll(): void {
    this.at[0] = BLOCK
    for (const id of this.present(ROOT)) {
      this.at[0] = id
      this.remaining[id] = 0
      this.inEntry[id] = false
    }
  }

  /** A field of the root block: legal whenever the codec is wrapped. */
  rootField(name: string): void {
    if (!this.wrapped) this.fail(name)
  }

  /** A field of a group's entry: legal until its nested groups and data are accessed. */
  entryField(group: number, name: string): void {
    if (!this.isCurrent(group) || this.at[group + 1] !== BLOCK) this.fail(name)
  }

  // An access is checked before anything else and takes effect when nothing else went wrong: one that fails for its
  // values, or for want of room, can be repeated.

  /** A group or data item, or the length of one, which can be read repeatedly. */
  checkItem(id: number): void {
    const parent = this.parentOf(id)
    if (!this.isCurrent(parent)) this.fail(this.pathOf(id))
    let before = BLOCK
    for (const item of this.present(parent)) {
      if (item === id) break
      before = item
    }
    if (this.at[parent + 1] !== before || !this.isItemComplete(before)) this.fail(this.pathOf(id))
  }

  beginGroup(id: number, count: number): void {
    this.at[this.parentOf(id) + 1] = id
    this.remaining[id] = count
    this.inEntry[id] = false
  }

  takeData(id: number): void {
    this.at[this.parentOf(id) + 1] = id
  }

  checkNext(id: number): void {
    const ready = this.inEntry[id] === true ? this.isLevelComplete(id) : this.remaining[id] !== 0
    if (!this.isAt(id) || !ready) this.fail(`${this.pathOf(id)}.next()`)
  }

  takeNext(id: number): void {
    // Entries taken by index are not counted.
    this.remaining[id] = Math.max(0, (this.remaining[id] ?? 0) - 1)
    this.enter(id)
  }

  /** An entry by index, of a group whose entries hold fields only: legal in any order, and the group may end there. */
  takeAny(id: number): void {
    const begun = this.inEntry[id] === true || this.remaining[id] !== 0
    if (!this.isAt(id) || !begun) this.fail(`${this.pathOf(id)}.at()`)
    this.remaining[id] = 0
    this.enter(id)
  }

  resetCount(id: number): void {
    if (!this.isAt(id) || (this.inEntry[id] && !this.isLevelComplete(id))) {
      this.fail(`${this.pathOf(id)}.resetCountToIndex()`)
    }
    this.remaining[id] = 0
    this.inEntry[id] = false
  }

  /** The group is left: all its entries are taken, and the last one is complete. */
  checkEnd(id: number): void {
    if (!this.isAt(id) || !this.isItemComplete(id)) this.fail(`${this.pathOf(id)}.end()`)
  }

  checkComplete(name: string): void {
    if (!this.wrapped || !this.isLevelComplete(ROOT)) {
      throw new SbeError(
        'ERR_GODWIT_SBE_ORDER',
        `${name} is not fully encoded, expected next: ${this.expected().join(', ') || 'wrap()'}`,
      )
    }
  }

  private enter(id: number): void {
    this.inEntry[id] = true
    this.at[id + 1] = BLOCK
  }

  /** Whether a level is at hand: the root when wrapped, a group's level while it is in an entry. */
  private isCurrent(level: number): boolean {
    if (level === ROOT) return this.wrapped
    return this.inEntry[level] === true && this.isAt(level)
  }

  private isAt(id: number): boolean {
    const parent = this.parentOf(id)
    return this.isCurrent(parent) && this.at[parent + 1] === id
  }

  private isItemComplete(id: number): boolean {
    if (id === BLOCK || !this.isGroup(id)) return true
    if (this.remaining[id] !== 0) return false
    return !this.inEntry[id] || this.isLevelComplete(id)
  }

  private isLevelComplete(level: number): boolean {
    const last = this.present(level).at(-1) ?? BLOCK
    return this.at[level + 1] === last && this.isItemComplete(last)
  }

  private present(level: number): number[] {
    return (this.levels[level + 1] ?? []).filter((id) => (this.items[id]?.[2] ?? 0) <= this.version)
  }

  private parentOf(id: number): number {
    return this.items[id]?.[1] ?? ROOT
  }

  private pathOf(id: number): string {
    return this.items[id]?.[0] ?? ''
  }

  private isGroup(id: number): boolean {
    return this.items[id]?.[3] === true
  }

  /** What may be accessed next besides fields, outermost level first. */
  private expected(): string[] {
    if (!this.wrapped) return []
    const next: string[] = []
    let level = ROOT
    for (;;) {
      const at = this.at[level + 1] ?? BLOCK
      if (this.isItemComplete(at)) {
        const present = this.present(level)
        const following = present[at === BLOCK ? 0 : present.indexOf(at) + 1]
        if (following !== undefined) next.push(`"${this.pathOf(following)}"`)
      }
      if (at === BLOCK || !this.isGroup(at)) return next
      if (this.remaining[at] !== 0 && (!this.inEntry[at] || this.isLevelComplete(at))) {
        next.push(`"${this.pathOf(at)}.next()"`)
      }
      if (!this.inEntry[at]) return next
      level = at
    }
  }

  private fail(name: string): never {
    const expected = this.wrapped ? this.expected().join(', ') || 'fields only' : 'wrap()'
    throw new SbeError('ERR_GODWIT_SBE_ORDER', `cannot access "${name}" in this order, expected next: ${expected}`)
  }
}
