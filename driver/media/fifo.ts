/** Bounded first-in first-out queue. */
export class Fifo<Item> {
  private readonly capacity: number
  private items: (Item | undefined)[] = []
  private head = 0

  constructor(capacity: number) {
    this.capacity = capacity
  }

  get length(): number {
    return this.items.length - this.head
  }

  /** Returns false when the queue is full. */
  push(item: Item): boolean {
    if (this.length >= this.capacity) return false
    this.items.push(item)
    return true
  }

  peek(): Item | undefined {
    return this.items[this.head]
  }

  shift(): Item | undefined {
    const item = this.items[this.head]
    if (item === undefined) return undefined
    // Whoever holds the queue must not hold what has left it.
    this.items[this.head] = undefined
    this.head++
    if (this.head === this.items.length) this.clear()
    else if (this.head >= this.capacity) {
      this.items = this.items.slice(this.head)
      this.head = 0
    }
    return item
  }

  clear(): void {
    this.items = []
    this.head = 0
  }
}
