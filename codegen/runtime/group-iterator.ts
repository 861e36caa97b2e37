interface GroupCursor {
  hasNext(): boolean
  next(): this
}

/**
 * Iterates a group flyweight with `for..of`. Iterator and result object belong to the group and are reused, so that a
 * loop leaves no garbage; the value is the flyweight itself, moved to the next entry.
 */
export class GroupIterator<T extends GroupCursor> implements IterableIterator<T> {
  private readonly group: T
  private readonly result: { done: boolean; value: T }

  constructor(group: T) {
    this.group = group
    this.result = { done: false, value: group }
  }

  next(): IteratorResult<T> {
    this.result.done = !this.group.hasNext()
    if (!this.result.done) this.group.next()
    return this.result
  }

  [Symbol.iterator](): this {
    return this
  }
}
