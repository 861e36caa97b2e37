/** Changes such as people make to a schema: valid ones, most of the time, and wise ones less often. */
import { childElements, descendants, element } from '../suites/java/xml-tree.ts'
import type { XmlElement } from '../suites/java/xml-tree.ts'
import type { Random } from './random.ts'

const PRIMITIVES = ['char', 'uint8', 'int8', 'uint16', 'int16', 'uint32', 'int32', 'uint64', 'int64', 'float', 'double']
const ENCODINGS = ['US-ASCII', 'UTF-8', 'ISO-8859-1', 'UTF-16LE']

type Change = (root: XmlElement, random: Random) => void

/** Makes one change, most of the time with a higher version. */
export function changeSchema(root: XmlElement, random: Random): void {
  if (random.bool(0.7)) root.attributes.set('version', String(versionOf(root) + 1))
  random.pick(CHANGES)(root, random)
}

function versionOf(root: XmlElement): number {
  return Number(root.attributes.get('version') ?? 0)
}

function some(root: XmlElement, random: Random, ...names: readonly string[]): XmlElement | undefined {
  const found = descendants(root).filter(({ name }) => names.includes(localName(name)))
  return found.length === 0 ? undefined : random.pick(found)
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1)
}

function set(node: XmlElement | undefined, name: string, value: string | number): void {
  node?.attributes.set(name, String(value))
}

function sinceText(root: XmlElement, random: Random): number | undefined {
  return random.pick([undefined, versionOf(root), versionOf(root)])
}

function numberOfType(random: Random): string {
  return random.pick(PRIMITIVES)
}

/** Puts a new element somewhere among those of its kind. */
function insertAmong(parent: XmlElement, node: XmlElement, random: Random): void {
  const kinds = ['field', 'group', 'data']
  const rank = kinds.indexOf(node.name)
  const ranks = childElements(parent).map(({ name }) => kinds.indexOf(name))
  const first = ranks.filter((other) => other < rank).length
  const last = ranks.filter((other) => other <= rank).length
  parent.children.splice(random.bool() ? last : random.between(first, last), 0, node)
}

function level(root: XmlElement, random: Random): XmlElement {
  return some(root, random, 'message', 'group') ?? root
}

function newElement(name: string, root: XmlElement, random: Random): XmlElement {
  const id = random.between(1000, 60_000)
  return element(name, { name: `added${id}`, id, sinceVersion: sinceText(root, random) })
}

const CHANGES: readonly Change[] = [
  (root, random) => {
    const field = newElement('field', root, random)
    set(field, 'type', numberOfType(random))
    const parent = level(root, random)
    parent.attributes.delete('blockLength')
    insertAmong(parent, field, random)
  },
  (root, random) => {
    const group = some(root, random, 'group')
    if (group === undefined) return
    const added = newElement('group', root, random)
    set(added, 'dimensionType', group.attributes.get('dimensionType') ?? 'groupSizeEncoding')
    added.children.push(element('field', { name: 'x', id: 1, type: numberOfType(random) }))
    insertAmong(level(root, random), added, random)
  },
  (root, random) => {
    const data = some(root, random, 'data')
    if (data === undefined) return
    const added = newElement('data', root, random)
    set(added, 'type', data.attributes.get('type') ?? '')
    insertAmong(level(root, random), added, random)
  },
  // Removes a part.
  (root, random) => {
    const parts = ['field', 'group', 'data', 'validValue', 'choice']
    const parents = descendants(root).filter((node) => childElements(node).some(({ name }) => parts.includes(name)))
    if (parents.length === 0) return
    const parent = random.pick(parents)
    const gone = random.pick(childElements(parent).filter(({ name }) => parts.includes(name)))
    parent.children.splice(parent.children.indexOf(gone), 1)
  },
  // Swaps neighbours.
  (root, random) => {
    const parents = descendants(root).filter((node) => childElements(node).length > 1)
    const { children } = random.pick(parents)
    const index = random.int(children.length - 1)
    const [first, second] = [children[index], children[index + 1]]
    if (first !== undefined && second !== undefined) children.splice(index, 2, second, first)
  },
  (root, random) => {
    set(some(root, random, 'field', 'group', 'data', 'validValue', 'choice', 'message'), 'name', 'renamed')
  },
  (root, random) => set(some(root, random, 'field', 'group', 'data', 'message'), 'id', random.between(1000, 60_000)),
  (root, random) => set(some(root, random, 'type'), 'primitiveType', numberOfType(random)),
  (root, random) => set(some(root, random, 'field'), 'type', numberOfType(random)),
  (root, random) => {
    const [from, to] = [some(root, random, 'field'), some(root, random, 'field')]
    set(from, 'type', to?.attributes.get('type') ?? 'uint8')
  },
  (root, random) => set(some(root, random, 'type'), 'length', random.between(1, 4)),
  (root, random) => set(some(root, random, 'field', 'type'), 'presence', random.pick(['required', 'optional'])),
  (root, random) => set(some(root, random, 'type', 'enum'), 'nullValue', random.between(0, 120)),
  (root, random) => {
    const type = some(root, random, 'type')
    set(type, 'minValue', random.between(0, 10))
    set(type, 'maxValue', random.between(20, 120))
  },
  (root, random) => set(some(root, random, 'type'), 'characterEncoding', random.pick(ENCODINGS)),
  (root, random) => {
    const part = some(root, random, 'field', 'group', 'data', 'type', 'ref')
    set(part, 'sinceVersion', random.between(0, versionOf(root)))
  },
  (root, random) => set(some(root, random, 'field', 'type', 'ref'), 'offset', random.between(0, 40)),
  (root, random) => set(level(root, random), 'blockLength', random.between(1, 200)),
  (root, random) => {
    const node = some(root, random, 'validValue', 'choice')
    node?.children.splice(0, node.children.length, String(random.int(8)))
  },
  (root, random) => {
    const parent = some(root, random, 'enum', 'set')
    const kind = parent?.name === 'enum' ? 'validValue' : 'choice'
    parent?.children.push(element(kind, { name: 'added' }, [String(random.int(8))]))
  },
  (root, random) => {
    const composite = some(root, random, 'composite')
    const member = element('type', {
      name: 'added', primitiveType: numberOfType(random), sinceVersion: sinceText(root, random),
    })
    if (composite === undefined) return
    const { children } = composite
    children.splice(random.bool() ? children.length : random.int(children.length + 1), 0, member)
  },
  (root, random) => set(root, 'byteOrder', random.pick(['littleEndian', 'bigEndian'])),
  (root, random) => set(root, 'id', random.between(1, 200)),
  (root, random) => set(root, 'version', random.between(0, versionOf(root))),
]
