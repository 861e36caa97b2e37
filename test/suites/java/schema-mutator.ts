import type { Random } from '../../support/random.ts'
import type { XmlElement } from './xml-tree.ts'
import { childElements, descendants } from './xml-tree.ts'

const REFERENCES = ['type', 'encodingType', 'dimensionType', 'headerType', 'primitiveType', 'valueRef']
const NUMBERS = ['id', 'offset', 'blockLength', 'sinceVersion', 'deprecated', 'length', 'version']
const NUMBER_TEXTS = ['0', '1', '2', '7', '-1', '65535', '99999999999', 'abc', '', '1.5', ' 3', '+4', '0x10']
const PRIMITIVE_TEXTS = [
  'uint8', 'int8', 'char', 'uint16', 'int32', 'uint32', 'uint64', 'int64', 'float', 'double', 'nope',
]
const PARTS = ['field', 'group', 'data', 'type', 'enum', 'set', 'composite', 'ref', 'validValue', 'choice']
const BLOCK_LENGTHS = ['1', '2', '5', '9', '-3', '200']
const PRESENCES = ['required', 'optional', 'constant', 'Required', '']
const LIMITS = ['nullValue', 'minValue', 'maxValue']
const LIMIT_TEXTS = ['0', '1', '100', 'A', 'AB', '-5', 'NaN', '1e3']
/** Members of the composites that frame a message, and limits for them around those of 63 and 64 bits. */
const FRAMING = ['blockLength', 'numInGroup', 'length']
const FRAMING_LIMITS = [
  '0', '254', '255', '2147483647', '2147483648', '9223372036854775807', '9223372036854775808', '18446744073709551614',
  '18446744073709551615',
]
const TEXTS = ['0', '1', '8', '63', '64', '-1', '255', '300', '99999', 'A', 'AB', 'x', '1.5']

type Mutation = (root: XmlElement, random: Random) => void

function pickElement(root: XmlElement, random: Random, names: readonly string[]): XmlElement | undefined {
  const found = descendants(root).filter(({ name }) => names.includes(name))
  return found.length === 0 ? undefined : random.pick(found)
}

function localName(node: XmlElement): string {
  return node.name.slice(node.name.indexOf(':') + 1)
}

/** Attributes whose name has `names` in it, as changes waiting for a value. */
function attributesOf(root: XmlElement, names: readonly string[]): [XmlElement, string][] {
  return descendants(root).flatMap((node) =>
    [...node.attributes.keys()].filter((key) => names.includes(key)).map((key): [XmlElement, string] => [node, key]))
}

function setSome(root: XmlElement, random: Random, names: readonly string[], values: readonly string[]): void {
  const found = attributesOf(root, names)
  if (found.length === 0) return
  const [node, key] = random.pick(found)
  node.attributes.set(key, random.pick(values))
}

const MUTATIONS: readonly Mutation[] = [
  (root, random) => {
    const node = random.pick(descendants(root).filter(({ attributes }) => attributes.size > 0))
    const keys = [...node.attributes.keys()].filter((key) => !key.startsWith('xmlns'))
    if (keys.length > 0) node.attributes.delete(random.pick(keys))
  },
  (root, random) => setSome(root, random, NUMBERS, NUMBER_TEXTS),
  (root, random) => {
    const name = random.pick(['sinceVersion', 'deprecated'])
    pickElement(root, random, PARTS)?.attributes.set(name, random.pick(NUMBER_TEXTS))
  },
  (root, random) => pickElement(root, random, ['field'])?.attributes.set('offset', random.pick(NUMBER_TEXTS)),
  (root, random) => {
    const levels = descendants(root).filter((node) => ['message', 'group'].includes(localName(node)))
    if (levels.length > 0) random.pick(levels).attributes.set('blockLength', random.pick(BLOCK_LENGTHS))
  },
  (root, random) => {
    const types = descendants(root).flatMap(({ attributes }) => attributes.get('name') ?? [])
    setSome(root, random, REFERENCES, [random.pick(types), random.pick(types), 'nowhere', random.pick(PRIMITIVE_TEXTS)])
  },
  (root, random) => setSome(root, random, ['primitiveType', 'encodingType'], PRIMITIVE_TEXTS),
  (root, random) => {
    pickElement(root, random, ['type', 'field', 'enum'])?.attributes.set('presence', random.pick(PRESENCES))
  },
  (root, random) => pickElement(root, random, ['type'])?.attributes.set(random.pick(LIMITS), random.pick(LIMIT_TEXTS)),
  (root, random) => {
    const found = descendants(root).filter(({ name, attributes }) =>
      name === 'type' && FRAMING.includes(attributes.get('name') ?? ''))
    const { attributes } = random.pick(found)
    if (random.bool()) attributes.set('primitiveType', random.pick(['uint32', 'uint64']))
    attributes.set(random.pick(['minValue', 'maxValue', 'maxValue']), random.pick(FRAMING_LIMITS))
  },
  (root, random) => pickElement(root, random, ['type'])?.attributes.set('length', random.pick(NUMBER_TEXTS)),
  (root, random) => pickElement(root, random, ['enum'])?.attributes.set('nullValue', random.pick(LIMIT_TEXTS)),
  (root, random) => {
    const parent = random.pick(descendants(root).filter((node) => childElements(node).length > 0))
    const index = random.int(parent.children.length)
    const child = parent.children[index]
    if (child !== undefined) parent.children.splice(random.int(parent.children.length), 0, child)
  },
  (root, random) => {
    const parent = random.pick(descendants(root).filter((node) => childElements(node).length > 0))
    parent.children.splice(random.int(parent.children.length), 1)
  },
  (root, random) => {
    const parent = random.pick(descendants(root).filter((node) => childElements(node).length > 1))
    const [first, second] = random.shuffle(childElements(parent))
    const name = first?.attributes.get('name')
    if (name !== undefined) second?.attributes.set('name', name)
  },
  (root, random) => {
    const levels = descendants(root).filter((node) => ['message', 'group'].includes(localName(node)))
    if (levels.length === 0) return
    const level = random.pick(levels)
    const [first, second] = random.shuffle(childElements(level))
    const id = first?.attributes.get('id')
    if (id !== undefined) second?.attributes.set('id', id)
  },
  (root, random) => {
    const levels = descendants(root).filter((node) => ['message', 'group'].includes(localName(node)))
    if (levels.length === 0) return
    const level = random.pick(levels)
    level.children.splice(0, level.children.length, ...random.shuffle(level.children))
  },
  (root, random) => {
    const node = pickElement(root, random, ['validValue', 'choice'])
    if (node !== undefined) node.children.splice(0, node.children.length, random.pick(TEXTS))
  },
  (root, random) => {
    const constants = descendants(root).filter((node) => node.name === 'type' && node.children.length > 0)
    if (constants.length > 0) random.pick(constants).children.splice(0, 1, random.pick(TEXTS))
  },
  (root, random) => {
    const field = pickElement(root, random, ['field', 'type'])
    const values = descendants(root).flatMap((node) => (node.name !== 'enum' ? [] :
      childElements(node).map((value) => `${node.attributes.get('name')}.${value.attributes.get('name')}`)))
    field?.attributes.set('valueRef', random.pick([...values, 'nowhere.x', 'nodot', '.x', 'x.']))
    if (random.bool()) field?.attributes.set('presence', 'constant')
  },
  (root, random) => {
    const composite = pickElement(root, random, ['composite'])
    const name = composite?.attributes.get('name')
    if (name === undefined) return
    composite?.children.push({ name: 'ref', attributes: new Map([['name', 'again'], ['type', name]]), children: [] })
  },
  (root, random) => pickElement(root, random, ['field', 'data'])?.attributes.set('semanticType', 'Unlike'),
]

/** Changes a valid schema in a place or two; what comes out may still be valid. */
export function mutateSchema(root: XmlElement, random: Random): void {
  for (let left = random.pick([1, 1, 1, 2]); left > 0; left--) random.pick(MUTATIONS)(root, random)
}
