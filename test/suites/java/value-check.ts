import type { Layout, Member } from './ir-layout.ts'
import { primitiveOf } from './ir-layout.ts'
import type { ArrayValue, Block, DecodedBlock, DecodedValue, Value } from './value-tree.ts'

/** Path and values of the first difference between two trees; undefined when they are the same. */
export function firstDifference(
  a: DecodedValue | undefined,
  b: DecodedValue | undefined,
  path = '',
): string | undefined {
  if (a === b) return undefined
  if (a instanceof Array && b instanceof Array && a.length === b.length) {
    return firstOf(a.map((item, index) => () => firstDifference(item, b[index], `${path}[${index}]`)))
  }
  if (isBlock(a) && isBlock(b)) {
    const keys = new Set([...Object.keys(a), ...Object.keys(b)])
    return firstOf([...keys].map((key) => () => firstDifference(a[key], b[key], `${path}.${key}`)))
  }
  return `${path}: ${JSON.stringify(a)} and ${JSON.stringify(b)}`
}

/** How what was decoded differs from what was encoded; undefined when it does not. */
export function checkDecoded(layout: Layout, value: Block, decoded: DecodedBlock, path = ''): string | undefined {
  return firstOf([
    ...layout.fields.map((field) => () => checkMember(field, value, decoded, `${path}.${field.name}`)),
    ...layout.groups.map(({ name, entry }) => () => {
      const entries = value[name] as readonly Block[]
      const read = decoded[name] as readonly DecodedBlock[]
      if (entries.length !== read.length) return `${path}.${name}: ${entries.length} entries and ${read.length}`
      return firstOf(entries.map((block, index) => () =>
        checkDecoded(entry, block, read[index] ?? {}, `${path}.${name}[${index}]`)))
    }),
    ...layout.data.map(({ name }) => () => checkArray(value[name], decoded[name], `${path}.${name}`)),
  ])
}

function checkMember(member: Member, value: Block, decoded: DecodedBlock, path: string): string | undefined {
  const wanted = Object.hasOwn(value, member.name) ? value[member.name] : undefined
  const read = decoded[member.name]
  if (wanted === undefined) return undefined
  switch (member.type.signal) {
    case 'BEGIN_COMPOSITE':
      return firstOf(member.members.map((inner) => () =>
        checkMember(inner, wanted as Block, (read ?? {}) as DecodedBlock, `${path}.${inner.name}`)))
    case 'BEGIN_ENUM':
    case 'BEGIN_SET':
      return differs(wanted, isBlock(read) ? read['raw'] : read, path)
    default:
      if (member.arrayLength === 1) return differs(wanted, read, path)
      return checkArray(wanted, read, path, primitiveOf(member.type) === 'uint8' ? member.arrayLength : undefined)
  }
}

function checkArray(
  wanted: Value | undefined,
  read: DecodedValue | undefined,
  path: string,
  padTo?: number,
): string | undefined {
  const value = wanted as ArrayValue
  const block = (read ?? {}) as DecodedBlock
  if ('text' in value) return differs(value.text, block['text'], path)
  if ('bytes' in value && padTo === undefined) return differs(value.bytes, block['bytes'], path)
  if ('bytes' in value) {
    const elements = [...Buffer.concat([Buffer.from(value.bytes, 'hex'), Buffer.alloc(padTo ?? 0)])].slice(0, padTo)
    return firstDifference(elements.map(String), block['at'], path)
  }
  return firstDifference('put' in value ? value.put : value.at, block['at'], path)
}

function differs(wanted: Value, read: DecodedValue | undefined, path: string): string | undefined {
  return wanted === read ? undefined : `${path}: encoded ${JSON.stringify(wanted)}, decoded ${JSON.stringify(read)}`
}

/** The first complaint of several checks. */
export function firstOf(checks: readonly (() => string | undefined)[]): string | undefined {
  for (const check of checks) {
    const found = check()
    if (found !== undefined) return found
  }
  return undefined
}

function isBlock(value: DecodedValue | undefined): value is DecodedBlock {
  return typeof value === 'object' && value !== null && !(value instanceof Array)
}
