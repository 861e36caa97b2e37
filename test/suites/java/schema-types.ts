import type { PrimitiveName } from '../../../codegen/ir/primitive-type.ts'
import { PRIMITIVE_TYPES } from '../../../codegen/ir/primitive-type.ts'
import type { Random } from '../../support/random.ts'
import type { NamePool } from './schema-names.ts'
import type { XmlElement } from './xml-tree.ts'
import { element } from './xml-tree.ts'

/** What the rest of a schema must know of a type to use it. */
export interface TypeInfo {
  readonly kind: 'simple' | 'enum' | 'set' | 'composite'
  readonly name: string
  readonly node: XmlElement
  /** Bytes in a block; 0 for constants. */
  readonly size: number
  readonly presence: 'required' | 'optional' | 'constant'
  readonly semanticType?: string | undefined
  /** Of simple types, enums and sets. */
  readonly primitive?: PrimitiveName
  readonly length?: number
  /** Names of the values of an enum. */
  readonly values?: readonly string[]
}

export interface TypeOptions {
  readonly version: number
  /** Also make what the reference accepts and cannot generate code for. */
  readonly hostile: boolean
}

const NUMERIC: readonly PrimitiveName[] = [
  'int8', 'int16', 'int32', 'int64', 'uint8', 'uint16', 'uint32', 'uint64', 'float', 'double',
]
export const PRIMITIVES: readonly PrimitiveName[] = ['char', ...NUMERIC]
const ENUM_ENCODINGS: readonly PrimitiveName[] = ['char', 'uint8', 'int8', 'int16', 'uint16', 'int32']
const SET_ENCODINGS: readonly PrimitiveName[] = ['uint8', 'uint16', 'uint32', 'uint64']
const CHARACTER_ENCODINGS = ['US-ASCII', 'ASCII', 'UTF-8', 'ISO-8859-1', 'UTF8', 'latin1', ' UTF-8 ']
const DESCRIPTIONS = [
  'a field', 'Price & size', 'less < more', 'naïve “quotes” — ✓', 'line one\nline two', "it's", 'ends with a dot.',
]
const HOSTILE_DESCRIPTIONS = ['closes */ a comment', 'back\\slash and \\u000a', '`tick` ${x}', '"double"', '/* opens']
const SEMANTIC_TYPES = ['Price', 'Qty', 'UTCTimestamp', 'String', 'int', 'Currency']
const CONSTANT_TEXTS = ['A', 'EUR', 'abc DEF', 'x-1', '$', '12345678', ' lead', 'trail ']
const MAX_ARRAY_LENGTH = 20

/** Attributes that may stand on nearly every element. */
export function commonAttributes(random: Random, options: TypeOptions): Record<string, string | number | undefined> {
  const descriptions = options.hostile && random.bool() ? HOSTILE_DESCRIPTIONS : DESCRIPTIONS
  return {
    description: random.bool(0.2) ? random.pick(descriptions) : undefined,
    sinceVersion: random.bool(0.15) ? random.int(options.version + 1) : undefined,
    deprecated: random.bool(0.05) ? random.between(1, options.version + 1) : undefined,
    'mbx:note': random.bool(0.04) ? 'ignored' : undefined,
  }
}

/** A value of a numeric type as schemas write it, from the type's own range. */
export function numericText(random: Random, primitive: PrimitiveName): string {
  const { kind, size, minValue, maxValue } = PRIMITIVE_TYPES[primitive]
  if (kind === 'float') return random.pick(['0', '1.5', '-2.25', '1e10', '-1.0E-5', '3.14159', '0.1', '123456789'])
  const min = BigInt(minValue)
  const span = BigInt(maxValue) - min + 1n
  const value = random.bool(0.3)
    ? random.pick([min, BigInt(maxValue), 0n, 1n])
    : min + (random.bool() ? random.bigint(size * 8) % span : random.bigint(6) % span)
  return String(value)
}

/** Makes types; declared ones may refer to those made before. */
export class TypeFactory {
  readonly #random: Random
  readonly #options: TypeOptions
  readonly #names: NamePool
  readonly declared: TypeInfo[] = []

  constructor(random: Random, options: TypeOptions, names: NamePool) {
    this.#random = random
    this.#options = options
    this.#names = names
  }

  /** Declares one more type of any kind. */
  declare(): TypeInfo {
    const made = this.#random.pick([
      () => this.simple(this.#names.className()),
      () => this.simple(this.#names.className()),
      () => this.enumeration(),
      () => this.set(),
      () => this.composite(2),
    ])()
    this.declared.push(made)
    return made
  }

  simple(name: string): TypeInfo {
    const random = this.#random
    const presence = random.pick(['required', 'required', 'optional', 'constant'] as const)
    if (presence === 'constant') return this.#constant(name)
    const primitive = random.pick(PRIMITIVES)
    const length = random.bool(primitive === 'char' ? 0.6 : 0.3) ? random.between(1, MAX_ARRAY_LENGTH) : 1
    const { node, semanticType } = this.#type(name, primitive, {
      length: length === 1 && random.bool() ? undefined : length,
      presence: presence === 'required' && random.bool(0.6) ? undefined : presence,
      characterEncoding: this.#characterEncoding(primitive),
      nullValue: presence === 'optional' && random.bool(0.4) ? this.#limitText(primitive) : undefined,
      minValue: random.bool(0.1) ? this.#limitText(primitive) : undefined,
      maxValue: random.bool(0.1) ? this.#limitText(primitive) : undefined,
    })
    const size = PRIMITIVE_TYPES[primitive].size * length
    return { kind: 'simple', name, node, size, presence, primitive, length, semanticType }
  }

  #limitText(primitive: PrimitiveName): string {
    return primitive === 'char' ? this.#random.pick(['A', 'z', '0', '~']) : numericText(this.#random, primitive)
  }

  #characterEncoding(primitive: PrimitiveName): string | undefined {
    const probability = primitive === 'char' ? 0.6 : 0.05
    return this.#random.bool(probability) ? this.#random.pick(CHARACTER_ENCODINGS) : undefined
  }

  #type(
    name: string,
    primitive: PrimitiveName,
    attributes: Record<string, string | number | undefined>,
  ): { node: XmlElement; semanticType: string | undefined } {
    const semanticType = this.#random.bool(0.1) ? this.#random.pick(SEMANTIC_TYPES) : undefined
    const common = commonAttributes(this.#random, this.#options)
    return {
      node: element('type', { name, primitiveType: primitive, ...attributes, semanticType, ...common }),
      semanticType,
    }
  }

  #constant(name: string): TypeInfo {
    const random = this.#random
    const enums = this.declared.filter(({ kind, values }) => kind === 'enum' && (values?.length ?? 0) > 0)
    if (enums.length > 0 && random.bool(0.3)) {
      const target = random.pick(enums)
      const primitive = target.primitive ?? 'uint8'
      const valueRef = `${target.name}.${random.pick(target.values ?? [])}`
      const { node, semanticType } = this.#type(name, primitive, { presence: 'constant', valueRef })
      return { kind: 'simple', name, node, size: 0, presence: 'constant', primitive, length: 1, semanticType }
    }
    const primitive = random.pick(PRIMITIVES)
    const text = primitive === 'char' ? random.pick(CONSTANT_TEXTS) : numericText(random, primitive)
    const long = primitive === 'char' && random.bool(0.3)
    const length = long ? text.length + (this.#options.hostile ? random.int(4) : 0) : undefined
    const { node, semanticType } = this.#type(name, primitive, { presence: 'constant', length })
    node.children.push(text)
    return { kind: 'simple', name, node, size: 0, presence: 'constant', primitive, length: 1, semanticType }
  }

  enumeration(): TypeInfo {
    const random = this.#random
    const name = this.#names.className()
    let primitive = random.pick(ENUM_ENCODINGS)
    let encodingType: string = primitive
    let nullValue = primitive === 'char' ? undefined : PRIMITIVE_TYPES[primitive].nullValue
    if (random.bool(0.25)) {
      if (this.#options.hostile && random.bool()) primitive = random.pick(['uint32', 'int64'])
      const encoding = this.#encodingType(primitive)
      encodingType = encoding.name
      nullValue = PRIMITIVE_TYPES[primitive].nullValue
      const own = encoding.node.attributes.get('nullValue')
      if (own !== undefined && primitive !== 'char') nullValue = BigInt(own)
    }
    const semanticType = random.bool(0.1) ? random.pick(SEMANTIC_TYPES) : undefined
    const values = this.#names.inner()
    const codes = new Set<string>()
    const names: string[] = []
    const node = element('enum', {
      name,
      encodingType,
      presence: random.bool(0.1) ? random.pick(['required', 'optional']) : undefined,
      semanticType,
      ...commonAttributes(random, this.#options),
    })
    if (primitive !== 'char' && random.bool(0.15)) {
      nullValue = BigInt(numericText(random, primitive))
      node.attributes.set('nullValue', String(nullValue))
    }
    const count = random.pick([1, 2, 3, 5, 12, this.#options.hostile ? 0 : 4])
    while (names.length < count) {
      const character = String.fromCharCode(random.between(0x21, 0x7e))
      const code = primitive === 'char' ? character : numericText(random, primitive)
      if (codes.has(code) || (primitive !== 'char' && BigInt(code) === nullValue)) continue
      codes.add(code)
      const valueName = this.#valueName(values)
      names.push(valueName)
      node.children.push(element('validValue', { name: valueName, ...commonAttributes(random, this.#options) }, [code]))
    }
    const { size } = PRIMITIVE_TYPES[primitive]
    return { kind: 'enum', name, node, size, presence: 'required', primitive, values: names, semanticType }
  }

  #valueName(names: NamePool): string {
    const name = names.memberName()
    // The reference's enums have a field of that name.
    return name === 'value' && !this.#options.hostile ? this.#valueName(names) : name
  }

  /** A type of length 1 without limits of its own, for an enum or set to be encoded in. */
  #encodingType(primitive: PrimitiveName): TypeInfo {
    const name = this.#names.className()
    const nullValue = primitive !== 'char' && this.#random.bool(0.3) ? numericText(this.#random, primitive) : undefined
    const presence = nullValue === undefined ? undefined : 'optional'
    const { node } = this.#type(name, primitive, { presence, nullValue })
    const { size } = PRIMITIVE_TYPES[primitive]
    const made: TypeInfo = { kind: 'simple', name, node, size, presence: presence ?? 'required', primitive, length: 1 }
    this.declared.push({ ...made, semanticType: node.attributes.get('semanticType') })
    return made
  }

  set(): TypeInfo {
    const random = this.#random
    const name = this.#names.className()
    const primitive = random.pick(SET_ENCODINGS)
    const encodingType = random.bool(0.25) ? this.#encodingType(primitive).name : primitive
    const { size } = PRIMITIVE_TYPES[primitive]
    const semanticType = random.bool(0.1) ? random.pick(SEMANTIC_TYPES) : undefined
    const node = element('set', { name, encodingType, semanticType, ...commonAttributes(random, this.#options) })
    const choices = this.#names.inner()
    const bits = random.shuffle(Array.from({ length: size * 8 }, (_, bit) => bit))
    for (const bit of bits.slice(0, random.pick([0, 1, 2, 4, 8, size * 8]))) {
      const attributes = { name: choices.memberName(), ...commonAttributes(random, this.#options) }
      node.children.push(element('choice', attributes, [String(bit)]))
    }
    return { kind: 'set', name, node, size, presence: 'required', primitive, semanticType }
  }

  composite(depth: number): TypeInfo {
    const random = this.#random
    const name = this.#names.className()
    const semanticType = random.bool(0.1) ? random.pick(SEMANTIC_TYPES) : undefined
    const node = element('composite', { name, semanticType, ...commonAttributes(random, this.#options) })
    const members = this.#names.inner()
    let size = 0
    for (let left = random.between(1, 5); left > 0; left--) {
      const member = this.#member(members, depth)
      if (random.bool(0.15)) {
        const offset = size + random.int(4)
        member.node.attributes.set('offset', String(offset))
        size = offset
      }
      size += member.size
      node.children.push(member.node)
    }
    return { kind: 'composite', name, node, size, presence: 'required', semanticType }
  }

  #member(names: NamePool, depth: number): TypeInfo {
    const random = this.#random
    if (this.declared.length > 0 && random.bool(0.25)) {
      const target = random.pick(this.declared)
      // The reference confuses a composite with one of the same name inside it.
      const name = target.kind === 'composite' ? this.#names.className() : names.memberName()
      const node = element('ref', {
        name,
        type: target.name,
        sinceVersion: random.bool(0.1) ? random.int(this.#options.version + 1) : undefined,
      })
      return { ...target, node }
    }
    if (depth > 1 && random.bool(0.2)) return this.composite(depth - 1)
    if (random.bool(0.15)) return this.enumeration()
    if (random.bool(0.15)) return this.set()
    return this.simple(names.memberName())
  }
}
