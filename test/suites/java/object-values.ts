/** Random values that a schema allows, as a tree that belongs to neither implementation and as our plain objects. */
import { PRIMITIVE_TYPES } from '../../../codegen/ir/primitive-type.ts'
import type { PrimitiveName } from '../../../codegen/ir/primitive-type.ts'
import type { Token } from '../../../codegen/ir/token.ts'
import type { Random } from '../../support/random.ts'
import { accessorNames } from './accessor-names.ts'
import type { Data, Group, Layout, Member } from './ir-layout.ts'
import { primitiveOf } from './ir-layout.ts'
import { encodableText } from './value-generator.ts'
import type { Block, Value } from './value-tree.ts'
import { doubleText, floatText } from './value-tree.ts'

const ENTRIES_MAX = 3
const DATA_BYTES_MAX = 40
const SAFE = BigInt(Number.MAX_SAFE_INTEGER)
const FLOATS = [0, -0, 1.5, -1, Infinity, -Infinity, 1e-45, 3.4028234663852886e38, 0.1, 16777217]

export interface PlainObject {
  readonly [property: string]: unknown
}

export interface ObjectOptions {
  readonly wide: 'bigint' | 'number'
  /** Whether the values are also for objects of the reference, which know fewer nulls and no unknown enum values. */
  readonly forReference: boolean
}

/** One value in both forms. */
interface Pair {
  readonly value: Value
  readonly object: unknown
}

/** A schema whose ranges leave a field no value that can be had. */
export class NoValueError extends Error {}

export interface ObjectPair {
  readonly value: Block
  readonly object: PlainObject
}

export class ObjectValues {
  readonly #random: Random
  readonly #options: ObjectOptions

  constructor(random: Random, options: ObjectOptions) {
    this.#random = random
    this.#options = options
  }

  /** Values for a message or an entry. */
  block(layout: Layout): ObjectPair {
    const names = accessorNames([...layout.fields, ...layout.groups, ...layout.data])
    const { value, object } = this.#members(layout.fields, names)
    for (const group of layout.groups) {
      const entries = this.#entries(group)
      value[group.name] = entries.map((entry) => entry.value)
      object[names(group)] = entries.map((entry) => entry.object)
    }
    for (const data of layout.data) {
      const pair = this.#data(data)
      value[data.name] = pair.value
      object[names(data)] = pair.object
    }
    return { value, object }
  }

  #members(
    members: readonly Member[], names: (member: Member) => string,
  ): { value: Record<string, Value>; object: Record<string, unknown> } {
    const value: Record<string, Value> = {}
    const object: Record<string, unknown> = {}
    for (const member of members) {
      if (member.constant) continue
      const pair = this.#member(member)
      if (member.arrayLength !== 0) value[member.name] = pair.value
      object[names(member)] = pair.object
    }
    return { value, object }
  }

  #member(member: Member): Pair {
    switch (member.type.signal) {
      case 'BEGIN_COMPOSITE':
        return this.#composite(member)
      case 'BEGIN_ENUM':
        return this.#enum(member)
      case 'BEGIN_SET':
        return this.#set(member)
      default:
        return member.arrayLength === 1 ? this.#scalar(member) : this.#array(member)
    }
  }

  #composite(member: Member): Pair {
    const isNullable = isOptional(member) || isLater(member)
    if (!this.#options.forReference && isNullable && hasRequired(member) && this.#random.bool(0.2)) {
      return { value: nullTree(member) ?? {}, object: null }
    }
    return this.#members(member.members, accessorNames(member.members))
  }

  #enum(member: Member): Pair {
    const { type, members } = member
    const { forReference } = this.#options
    const nullValue = BigInt(nullOf(type))
    const values = members.map((value) => BigInt(String(value.type.encoding.constValue)))
    const isNullable = (isOptional(member) || isLater(member)) && !values.includes(nullValue)
    if (isNullable && this.#random.bool(0.2)) return { value: String(nullValue), object: null }
    let value = values.length === 0 || (!isNullable && this.#random.bool(0.1)) ? nullValue : this.#random.pick(values)
    if (!forReference && this.#random.bool(0.2)) value = this.#anyInteger(primitiveOf(type))
    if (isNullable && value === nullValue) return { value: String(value), object: null }
    return { value: String(value), object: PRIMITIVE_TYPES[primitiveOf(type)].size === 8 ? value : Number(value) }
  }

  #anyInteger(primitive: PrimitiveName): bigint {
    const { size, signed } = PRIMITIVE_TYPES[primitive]
    const bits = this.#random.bigint(size * 8)
    return signed ? BigInt.asIntN(size * 8, bits) : bits
  }

  #set({ members }: Member): Pair {
    const names = accessorNames(members)
    const object: Record<string, boolean> = {}
    let bits = 0n
    for (const choice of members) {
      const isOn = this.#random.bool()
      object[names(choice)] = isOn
      if (isOn) bits |= 1n << BigInt(String(choice.type.encoding.constValue))
    }
    return { value: String(bits), object }
  }

  #scalar(member: Member): Pair {
    const { type } = member
    const nullValue = nullOf(type)
    const isNullable = isOptional(member) || (!this.#options.forReference && isLater(member) && isNullOutside(type))
    if (isNullable && this.#random.bool(0.2)) return { value: scalarText(type, nullValue), object: null }
    const value = this.#scalarValue(type, isOptional(member) || isLater(member))
    return { value: scalarText(type, value), object: this.#hostValue(type, value) }
  }

  #hostValue(type: Token, value: bigint | number): unknown {
    const primitive = primitiveOf(type)
    if (primitive === 'char') return String.fromCharCode(Number(value))
    return PRIMITIVE_TYPES[primitive].size === 8 && this.#options.wide === 'bigint' ? value : Number(value)
  }

  /** A value within the schema's range other than null. */
  #scalarValue(type: Token, isNullRefused: boolean): bigint | number {
    const primitive = primitiveOf(type)
    const { kind, size } = PRIMITIVE_TYPES[primitive]
    const { min, max } = rangeOf(type)
    const nullValue = nullOf(type)
    if (kind === 'float') {
      const stored = (value: number): number => (primitive === 'float' ? Math.fround(value) : value)
      for (let tries = 0; tries < 100; tries++) {
        const value = stored(this.#random.bool(0.6) ? this.#random.pick(FLOATS) : (this.#random.float() - 0.5) * 1e6)
        const isNull = isNullRefused && value === stored(Number(nullValue))
        if (!isNull && value >= stored(Number(min)) && value <= stored(Number(max))) return value
      }
      throw new NoValueError(type.name)
    }
    let [least, most] = [BigInt(min), BigInt(max)]
    if (size === 8 && this.#options.wide === 'number') {
      least = least < -SAFE ? -SAFE : least
      most = most > SAFE ? SAFE : most
    }
    for (let tries = 0; tries < 100 && least <= most; tries++) {
      const span = most - least + 1n
      const value = this.#random.bool(0.3)
        ? this.#random.pick([least, most])
        : least + (this.#random.bool(0.3) ? this.#random.bigint(8) : this.#random.bigint(64)) % span
      if (!(isNullRefused && value === BigInt(nullValue))) return value
    }
    throw new NoValueError(type.name)
  }

  #array(member: Member): Pair {
    const { type, arrayLength } = member
    const primitive = primitiveOf(type)
    if (primitive === 'char') return this.#text(member)
    if (primitive === 'uint8' || primitive === 'int8') {
      const bytes = this.#random.bytes(arrayLength)
      const elements = primitive === 'int8' ? new Int8Array(bytes.buffer) : bytes
      return { value: { at: Array.from(elements, String) }, object: elements }
    }
    const elements = Array.from({ length: arrayLength }, (): { text: string; host: unknown } => {
      if (isOptional(member) && this.#random.bool(0.2)) return { text: scalarText(type, nullOf(type)), host: null }
      const value = this.#scalarValue(type, isOptional(member))
      return { text: scalarText(type, value), host: this.#hostValue(type, value) }
    })
    return { value: { at: elements.map(({ text }) => text) }, object: elements.map(({ host }) => host) }
  }

  #text(member: Member): Pair {
    const { type, arrayLength } = member
    const nullCode = Number(nullOf(type))
    if (isOptional(member) && arrayLength > 0) {
      if (nullCode === 0 && this.#random.bool(0.2)) return { value: { text: '' }, object: null }
      for (let tries = 0; tries < 100; tries++) {
        const text = encodableText(this.#random, type.encoding.characterEncoding, arrayLength)
        // What begins with the null value is null.
        if (text !== '' && text.charCodeAt(0) !== nullCode) return { value: { text }, object: text }
      }
      return { value: { text: 'A' }, object: 'A' }
    }
    const text = encodableText(this.#random, type.encoding.characterEncoding, arrayLength)
    return { value: { text }, object: text }
  }

  #entries({ dimensions, entry }: Group): readonly ObjectPair[] {
    const { minValue } = dimensions.find(({ name }) => name === 'numInGroup')?.encoding ?? {}
    const least = typeof minValue === 'bigint' ? Number(minValue) : 0
    const count = this.#random.between(least, Math.max(least, ENTRIES_MAX))
    return Array.from({ length: count }, () => this.block(entry))
  }

  #data({ length, content }: Data): Pair {
    const limit = Number(length.encoding.maxValue ?? PRIMITIVE_TYPES[primitiveOf(length)].maxValue)
    const most = Math.min(limit, DATA_BYTES_MAX)
    const { characterEncoding } = content.encoding
    if (characterEncoding === undefined) {
      const bytes = this.#random.bytes(this.#random.int(most + 1))
      return { value: { bytes: Buffer.from(bytes).toString('hex') }, object: bytes }
    }
    const text = encodableText(this.#random, characterEncoding, most)
    return { value: { text }, object: text }
  }
}

function isOptional({ token }: Member): boolean {
  return token.encoding.presence === 'optional'
}

/** Whether some version of what the member belongs to lacks it. */
function isLater({ token, type }: Member): boolean {
  // The version of a composite's member is its own, that of a field counts with its type's.
  return (token === type ? token.sinceVersion : token.version) > 0
}

function nullOf(type: Token): bigint | number {
  const { nullValue } = type.encoding
  if (typeof nullValue === 'bigint' || typeof nullValue === 'number') return nullValue
  return PRIMITIVE_TYPES[primitiveOf(type)].nullValue
}

/** The schema's range, as far as the wire holds it; of floats all but NaN unless the schema says otherwise. */
function rangeOf(type: Token): { readonly min: bigint | number; readonly max: bigint | number } {
  const byDefault = PRIMITIVE_TYPES[primitiveOf(type)]
  const { minValue, maxValue } = type.encoding
  if (byDefault.kind === 'float') {
    return { min: Number(minValue ?? -Infinity), max: Number(maxValue ?? Infinity) }
  }
  return { min: BigInt(String(minValue ?? byDefault.minValue)), max: BigInt(String(maxValue ?? byDefault.maxValue)) }
}

function isNullOutside(type: Token): boolean {
  const nullValue = nullOf(type)
  const { minValue, maxValue } = PRIMITIVE_TYPES[primitiveOf(type)]
  const least = type.encoding.minValue ?? minValue
  const most = type.encoding.maxValue ?? maxValue
  return !(nullValue >= (least as number) && nullValue <= (most as number))
}

/** Whether a member must have a value that is not null, by which null composites are told. */
function hasRequired({ members }: Member): boolean {
  return members.some((member) => {
    if (member.constant || isOptional(member) || isLater(member)) return false
    if (member.type.signal === 'BEGIN_COMPOSITE') return hasRequired(member)
    return member.type.signal === 'ENCODING' && member.arrayLength === 1 && isNullOutside(member.type)
  })
}

/** What a member has for null; undefined when it has nothing. */
function nullTree(member: Member): Value | undefined {
  const { type, members, arrayLength, constant } = member
  if (constant || arrayLength === 0) return undefined
  if (type.signal === 'BEGIN_SET') return '0'
  if (type.signal === 'BEGIN_COMPOSITE') {
    const entries = members.map((inner) => [inner.name, nullTree(inner)] as const)
    return Object.fromEntries(entries.filter((entry): entry is [string, Value] => entry[1] !== undefined))
  }
  const text = scalarText(type, nullOf(type))
  return arrayLength === 1 ? text : { at: new Array<string>(arrayLength).fill(text) }
}

function scalarText(type: Token, value: bigint | number): string {
  const primitive = primitiveOf(type)
  if (primitive === 'float') return floatText(Number(value))
  return primitive === 'double' ? doubleText(Number(value)) : String(value)
}
