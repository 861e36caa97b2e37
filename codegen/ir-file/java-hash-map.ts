/**
 * The order in which a `java.util.HashMap` hands out its keys. The reference keeps messages in such maps by their ids,
 * so this is the order of messages in its files. Keys are 32-bit signed integers, held as `Long`.
 */

const FIRST_CAPACITY = 16
const LOAD_FACTOR = 0.75
/** A bin of a map this large becomes a tree when it gets more entries; a smaller map grows instead. */
const LARGE_CAPACITY = 64
const LIST_MAX = 8
/** A tree with no more entries becomes a list when the map grows. */
const TREE_TOO_SMALL = 6

/** The keys of a map that they are put into one after the other. */
export function javaHashOrder(keys: readonly number[]): number[] {
  const map = new HashOrder()
  for (const key of new Set(keys)) map.put(key)
  return map.keys()
}

class HashOrder {
  #bins: Bin[] = makeBins(FIRST_CAPACITY)
  #size = 0

  keys(): number[] {
    return this.#bins.flatMap(({ nodes }) => nodes.map(({ key }) => key))
  }

  put(key: number): void {
    const node = new Node(key)
    const bin = this.#binOf(node)
    bin.add(node)
    if (!bin.isTree && bin.nodes.length > LIST_MAX) {
      if (this.#bins.length < LARGE_CAPACITY) this.#grow()
      else bin.makeTree()
    }
    if (++this.#size > this.#bins.length * LOAD_FACTOR) this.#grow()
  }

  #binOf({ hash }: Node): Bin {
    const bin = this.#bins[hash & (this.#bins.length - 1)]
    if (bin === undefined) throw new RangeError(`there is no bin for ${hash}`)
    return bin
  }

  /** Entries of a bin come to two of the larger map, in the order that they had. */
  #grow(): void {
    const old = this.#bins
    const bit = old.length
    this.#bins = makeBins(bit * 2)
    for (const [index, bin] of old.entries()) {
      const low = bin.nodes.filter(({ hash }) => (hash & bit) === 0)
      const high = bin.nodes.filter(({ hash }) => (hash & bit) !== 0)
      this.#bins[index] = bin.part(low)
      this.#bins[index + bit] = bin.part(high)
    }
  }
}

function makeBins(count: number): Bin[] {
  return Array.from({ length: count }, () => new Bin([]))
}

class Node {
  readonly key: number
  readonly hash: number
  parent: Node | undefined
  left: Node | undefined
  right: Node | undefined
  red = false

  constructor(key: number) {
    this.key = key
    const folded = key ^ (key < 0 ? -1 : 0)
    this.hash = folded ^ (folded >>> 16)
  }

  /** Keys of one hash are ordered by themselves. */
  isBefore(other: Node): boolean {
    return this.hash === other.hash ? this.key < other.key : this.hash < other.hash
  }

  unlink(): void {
    this.parent = this.left = this.right = undefined
    this.red = false
  }
}

/** Entries in the order in which the map hands them out; as a red-black tree, too, when they are many. */
class Bin {
  readonly nodes: Node[]
  #root: Node | undefined

  constructor(nodes: Node[]) {
    this.nodes = nodes
  }

  get isTree(): boolean {
    return this.#root !== undefined
  }

  /** A tree puts a new entry right behind the one that it hangs below, and its root in front. */
  add(node: Node): void {
    if (this.#root === undefined) {
      this.nodes.push(node)
      return
    }
    const parent = this.#insert(node)
    this.nodes.splice(this.nodes.indexOf(parent) + 1, 0, node)
    this.#rootToFront()
  }

  makeTree(): void {
    const [first, ...others] = this.nodes
    for (const node of this.nodes) node.unlink()
    this.#root = first
    for (const node of others) this.#insert(node)
    this.#rootToFront()
  }

  /** What is left of this bin when only these entries stay. */
  part(nodes: Node[]): Bin {
    if (nodes.length === this.nodes.length && nodes.length > TREE_TOO_SMALL) return this
    const bin = new Bin(nodes)
    if (this.isTree && nodes.length > TREE_TOO_SMALL) bin.makeTree()
    return bin
  }

  #rootToFront(): void {
    const root = this.#root
    if (root === undefined || this.nodes[0] === root) return
    this.nodes.splice(this.nodes.indexOf(root), 1)
    this.nodes.unshift(root)
  }

  /** Returns the entry that the new one was hung below, before the tree was balanced. */
  #insert(node: Node): Node {
    let parent = this.#root
    if (parent === undefined) throw new RangeError('the tree has no root')
    for (;;) {
      const next: Node | undefined = node.isBefore(parent) ? parent.left : parent.right
      if (next === undefined) break
      parent = next
    }
    if (node.isBefore(parent)) parent.left = node
    else parent.right = node
    node.parent = parent
    node.red = true
    this.#balance(node)
    return parent
  }

  #balance(added: Node): void {
    let node = added
    for (let parent = node.parent; parent?.red === true; parent = node.parent) {
      const grandparent = parent.parent
      if (grandparent === undefined) break
      const onLeft = parent === grandparent.left
      const uncle = onLeft ? grandparent.right : grandparent.left
      if (uncle?.red === true) {
        parent.red = uncle.red = false
        grandparent.red = true
        node = grandparent
        continue
      }
      if (node === (onLeft ? parent.right : parent.left)) {
        this.#rotate(parent, onLeft)
        node = parent
        parent = node.parent ?? parent
      }
      parent.red = false
      grandparent.red = true
      this.#rotate(grandparent, !onLeft)
    }
    if (this.#root !== undefined) this.#root.red = false
  }

  /** Makes the right child of a node its parent, or the left one. */
  #rotate(node: Node, toLeft: boolean): void {
    const child = toLeft ? node.right : node.left
    if (child === undefined) throw new RangeError('nothing to rotate')
    const inner = toLeft ? child.left : child.right
    if (toLeft) node.right = inner
    else node.left = inner
    if (inner !== undefined) inner.parent = node
    const parent = node.parent
    child.parent = parent
    if (parent === undefined) this.#root = child
    else if (parent.left === node) parent.left = child
    else parent.right = child
    if (toLeft) child.left = node
    else child.right = node
    node.parent = child
  }
}
