/** Expressions that make plain objects of the bytes of a block: one object literal, with all its members inline. */
import type { CompositeModel, FieldModel, ScalarModel, SetModel } from '../../model/schema-model.ts'
import { isConstant } from '../../model/schema-model.ts'
import { isByteArray, textEncodingOf } from '../array-code.ts'
import { isWide } from '../literals.ts'
import { MemberNames } from '../names.ts'
import { readTextCall } from '../text-code.ts'
import { exactNumberCall } from './array-readers.ts'
import type { Memory } from './memory.ts'
import { hasNullElements, nullMemberOf, nullabilityOf } from './nullability.ts'
import type { ObjectContext } from './object-context.ts'
import { constantOf } from './object-types.ts'
import type { Path } from './path.ts'

const LITERAL_LENGTH_MAX = 96
const INLINE_ELEMENTS_MAX = 8
const WORD_BITS = 32

export interface ReadSite {
  readonly context: ObjectContext
  readonly memory: Memory
  readonly path: Path
  /** Offset within what is read. */
  readonly offset: number
  /** The version is known to be at least this one. */
  readonly since: number
}

/** An object literal on one line, or on several when it is long. */
export function objectLiteral(properties: readonly string[]): string {
  const single = `{ ${properties.join(', ')} }`
  if (properties.length === 0) return '{}'
  if (single.length <= LITERAL_LENGTH_MAX && !single.includes('\n')) return single
  const lines = properties.map((property) => `${property},`.replaceAll('\n', '\n  '))
  return `{\n  ${lines.join('\n  ')}\n}`
}

export function readFields(site: ReadSite, fields: readonly FieldModel[], members: MemberNames): string[] {
  return fields.map((field) => {
    const property = members.of(field)
    return `${property}: ${readField(site, field, property)}`
  })
}

function readField(outer: ReadSite, field: FieldModel, property: string): string {
  const { context } = outer
  if (isConstant(field)) return constantOf(context, field).value
  const site: ReadSite = {
    ...outer,
    path: outer.path.member(property),
    offset: outer.offset + field.offset,
    since: Math.max(outer.since, field.sinceVersion),
  }
  const tests: string[] = []
  if (field.sinceVersion > outer.since) tests.push(`${site.memory.version()} < ${field.sinceVersion}`)
  if (nullabilityOf(field).byValue) tests.push(nullTest(site, field))
  const value = readValue(site, field)
  if (tests.length === 0) return value
  const [first, second] = tests
  const condition = second === undefined ? first : `${first} || ${second.includes('&&') ? `(${second})` : second}`
  const single = `${condition} ? null : ${value}`
  const isShort = single.length + property.length <= LITERAL_LENGTH_MAX || value.includes('\n')
  return isShort ? single : `${condition}\n  ? null\n  : ${value}`
}

function nullTest({ memory, offset }: ReadSite, { type }: FieldModel): string {
  switch (type.kind) {
    case 'composite': {
      const member = nullMemberOf(type)
      if (member === undefined) throw new RangeError(`${type.name} cannot be null`)
      return memory.isNull(member.type, offset + member.offset)
    }
    case 'set':
      throw new RangeError(`${type.name} cannot be null`)
    case 'enum':
    case 'scalar':
      return memory.isNull(type, offset)
  }
}

function readValue(site: ReadSite, field: FieldModel): string {
  const { context: { module, names }, memory, offset } = site
  const { type } = field
  switch (type.kind) {
    case 'enum':
      return `${memory.read(type.primitive, offset)} as ${module.type(names.file(type), names.base(type))}`
    case 'set':
      return readSet(site, type)
    case 'composite':
      return readComposite(site, type)
    case 'scalar':
      return type.arrayLength === undefined ? readScalar(site, type, offset) : readArray(site, field, type)
  }
}

function readScalar({ context, memory, path }: ReadSite, type: ScalarModel, offset: number): string {
  const { primitive } = type
  if (isWide(primitive) && context.wide === 'number') {
    return exactNumberCall(context.module, memory, primitive, offset, path.code())
  }
  const value = memory.read(primitive, offset)
  return primitive === 'char' ? `String.fromCharCode(${value})` : value
}

function readArray(site: ReadSite, field: FieldModel, type: ScalarModel): string {
  const { context, memory, offset, path } = site
  const { module, arrayReaders } = context
  const length = type.arrayLength ?? 0
  const encoding = textEncodingOf(type)
  if (encoding !== undefined) {
    const start = memory.place(offset)
    const used = `${module.runtime('lengthToNul')}(${memory.bytes()}, ${start}, ${length})`
    return readTextCall(module, encoding, memory.bytes(), start, used)
  }
  if (isByteArray(type)) {
    const copy = module.runtime(type.primitive === 'int8' ? 'int8sOf' : 'copyOf')
    return `${copy}(${memory.bytes()}, ${memory.place(offset)}, ${length})`
  }
  const hasNulls = hasNullElements(field)
  if (hasNulls || length > INLINE_ELEMENTS_MAX) {
    return arrayReaders.call(type, hasNulls, [memory.view(), memory.place(offset), String(length)], path.code())
  }
  const size = length === 0 ? 0 : type.encodedLength / length
  return `[${Array.from({ length }, (_, i) => readScalar(site, type, offset + i * size)).join(', ')}]`
}

export function readSet({ context, memory, offset }: ReadSite, type: SetModel): string {
  const members = context.names.membersOf(type, () => new MemberNames(type.choices))
  const words = memory.words(offset)
  const word = (bit: number): string => {
    if (!isWide(type.primitive)) return memory.read(type.primitive, offset)
    return memory.read('uint32', bit < WORD_BITS ? words.lo : words.hi)
  }
  return objectLiteral(type.choices.map((choice) => {
    return `${members.of(choice)}: (${word(choice.bit)} & ${1 << (choice.bit % WORD_BITS)}) !== 0`
  }))
}

export function readComposite(site: ReadSite, type: CompositeModel): string {
  const members = site.context.names.membersOf(type, () => new MemberNames(type.members))
  return objectLiteral(readFields(site, type.members, members))
}
