import { PRIMITIVE_TYPES } from '../../../codegen/ir/primitive-type.ts'
import type { PrimitiveName, PrimitiveValue } from '../../../codegen/ir/primitive-type.ts'
import { Slice } from '../../../codegen/runtime/index.ts'
import { accessorNames } from './accessor-names.ts'
import type { Flyweight } from './flyweight.ts'
import { call, exported, flyweightOf, has, numberOf, upperFirst } from './flyweight.ts'
import type { Data, Group, Layout, Member } from './ir-layout.ts'
import { primitiveOf, propertyName } from './ir-layout.ts'
import type { DecodedBlock, DecodedValue } from './value-tree.ts'
import { doubleText, floatText } from './value-tree.ts'

function valueText(primitive: PrimitiveName, value: unknown): string {
  if (primitive === 'float') return floatText(Number(value))
  if (primitive === 'double') return doubleText(Number(value))
  return String(value)
}

/** A null value of the schema as the type that a value of generated code has. */
function hostValueOf(nullValue: PrimitiveValue, value: unknown): number | bigint {
  return typeof value === 'bigint' ? BigInt(String(nullValue)) : Number(nullValue)
}

/** Two ways of reading one value must agree. */
function expectSame(what: string, a: unknown, b: unknown): void {
  if (!Object.is(a, b)) throw new Error(`${what}: ${String(a)} and ${String(b)}`)
}

/** Reads messages with our decoders, each value by every way there is. */
export class BlockDecoder {
  readonly #exports: Readonly<Record<string, unknown>>

  constructor(exports: Readonly<Record<string, unknown>>) {
    this.#exports = exports
  }

  decode(decoder: Flyweight, message: Flyweight, layout: Layout): DecodedBlock {
    const names = accessorNames([...layout.fields, ...layout.groups, ...layout.data])
    const result: Record<string, DecodedValue> = {}
    for (const field of layout.fields) {
      if (field.constant || field.arrayLength > 0) result[field.name] = this.#member(decoder, names(field), field)
    }
    for (const group of layout.groups) {
      result[group.name] = this.#entries(flyweightOf(decoder, names(group)), message, group)
    }
    for (const data of layout.data) result[data.name] = this.#data(decoder, message, names(data), data)
    return result
  }

  /** By `next` or by iteration; where entries have one length also by index afterwards. */
  #entries(decoder: Flyweight, message: Flyweight, { name, entry }: Group): DecodedBlock[] {
    const count = numberOf(decoder, 'count')
    const entries: DecodedBlock[] = []
    if (count % 2 === 0) {
      while (call(decoder, 'hasNext') === true) {
        call(decoder, 'next')
        entries.push(this.decode(decoder, message, entry))
      }
    } else {
      for (const current of decoder as Flyweight & Iterable<Flyweight>) {
        entries.push(this.decode(current, message, entry))
      }
    }
    expectSame(`entries of ${name}`, entries.length, count)
    const fixed = entry.groups.length === 0 && entry.data.length === 0
    expectSame(`access by index to ${name}`, has(decoder, 'at'), fixed)
    if (!fixed) return entries
    const limit = numberOf(message, 'limit')
    for (let index = count - 1; index >= 0; index--) {
      const again = this.decode(flyweightOf(decoder, 'at', index), message, entry)
      expectSame(`entry ${index} of ${name}`, JSON.stringify(again), JSON.stringify(entries[index]))
    }
    expectSame(`end of ${name}`, numberOf(message, 'limit'), limit)
    return entries
  }

  #data(decoder: Flyweight, message: Flyweight, name: string, { content }: Data): DecodedBlock {
    const length = numberOf(decoder, `${name}Length`)
    const start = numberOf(message, 'limit')
    const bytes = new Uint8Array(length)
    expectSame(`bytes of ${name}`, call(decoder, `get${upperFirst(name)}`, bytes, 0, length), length)
    const end = numberOf(message, 'limit')
    const hex = Buffer.from(bytes).toString('hex')
    const rewind = (): void => void call(message, 'setLimit', start)
    rewind()
    const copy = call(decoder, `${name}Bytes`) as Uint8Array
    expectSame(`bytes of ${name}`, Buffer.from(copy).toString('hex'), hex)
    rewind()
    const slice = new Slice()
    call(decoder, `wrap${upperFirst(name)}`, slice)
    expectSame(`slice of ${name}`, Buffer.from(slice.toUint8Array()).toString('hex'), hex)
    rewind()
    expectSame(`skipped length of ${name}`, call(decoder, `skip${upperFirst(name)}`), length)
    expectSame(`end of ${name}`, numberOf(message, 'limit'), end)
    if (content.encoding.characterEncoding === undefined) return { bytes: hex, text: null }
    rewind()
    const text = String(call(decoder, name))
    expectSame(`end of ${name}`, numberOf(message, 'limit'), end)
    return { bytes: hex, text }
  }

  #member(decoder: Flyweight, name: string, member: Member): DecodedValue {
    const { type } = member
    switch (type.signal) {
      case 'BEGIN_COMPOSITE':
        return this.#composite(decoder, name, member)
      case 'BEGIN_ENUM':
        return this.#enumeration(decoder, name, member)
      case 'BEGIN_SET':
        return this.#set(decoder, name, member)
      default: {
        if (member.constant) {
          const value = call(decoder, name)
          return type.encoding.constValue instanceof Uint8Array ? String(value) : valueText(primitiveOf(type), value)
        }
        if (member.arrayLength === 1) return this.#scalar(decoder, name, member)
        if (primitiveOf(type) === 'char') return this.#characters(decoder, name, member)
        return this.#array(decoder, name, member)
      }
    }
  }

  #composite(decoder: Flyweight, name: string, member: Member): DecodedValue {
    const composite = call(decoder, name)
    if (composite === null) return null
    const names = accessorNames(member.members)
    const result: Record<string, DecodedValue> = {}
    for (const inner of member.members) {
      if (!inner.constant && inner.arrayLength === 0) continue
      const read = this.#member(composite as Flyweight, names(inner), inner)
      result[inner.name] = read
      const flat = name + upperFirst(names(inner))
      if (inner.type.signal === 'ENCODING' && !inner.constant && inner.arrayLength === 1 && has(decoder, flat)) {
        expectSame(`flattened ${flat}`, valueText(primitiveOf(inner.type), call(decoder, flat)), read)
      }
    }
    return result
  }

  #scalar(decoder: Flyweight, name: string, { type }: Member): string {
    const primitive = primitiveOf(type)
    const value = call(decoder, name)
    const nullValue = type.encoding.nullValue ?? PRIMITIVE_TYPES[primitive].nullValue
    if (has(decoder, `${name}IsNull`)) {
      const isNull = call(decoder, `${name}IsNull`)
      const hasNullValue = Number.isNaN(nullValue) ? Number.isNaN(value) : value === hostValueOf(nullValue, value)
      // A required field is null where the version of the message lacks it, and only there.
      if (isNull === true || type.encoding.presence === 'optional') expectSame(`${name} is null`, isNull, hasNullValue)
      expectSame(`${name} or null`, call(decoder, `${name}OrNull`), isNull ? null : value)
    }
    if (typeof value === 'bigint') {
      const words = (BigInt(numberOf(decoder, `${name}Hi`)) << 32n) | BigInt(numberOf(decoder, `${name}Lo`) >>> 0)
      expectSame(`words of ${name}`, BigInt.asIntN(64, words), BigInt.asIntN(64, value))
      if (Number.isSafeInteger(Number(value))) {
        expectSame(`${name} as number`, call(decoder, `${name}AsNumber`), Number(value))
      }
    }
    return valueText(primitive, value)
  }

  #enumeration(decoder: Flyweight, name: string, { type, constant }: Member): DecodedValue {
    const value = call(decoder, name)
    if (!constant) expectSame(`raw ${name}`, call(decoder, `${name}Raw`), value)
    const typeName = type.referencedName ?? type.name
    const nameOf = exported(this.#exports, propertyName(typeName), 'Name') as (value: unknown) => unknown
    const found = nameOf(value)
    return { raw: valueText(primitiveOf(type), value), name: found === undefined ? 'SBE_UNKNOWN' : String(found) }
  }

  #set(decoder: Flyweight, name: string, { type, members }: Member): DecodedValue {
    const set = call(decoder, name) as Flyweight | null
    const names = accessorNames(members)
    const raw = set === null ? call(decoder, `${name}Raw`) : call(set, 'raw')
    expectSame(`raw ${name}`, call(decoder, `${name}Raw`), raw)
    const choices = members.map((choice) => [choice.name, set !== null && call(set, names(choice)) === true] as const)
    return {
      raw: valueText(primitiveOf(type), raw),
      empty: set === null || call(set, 'isEmpty') === true,
      choices: Object.fromEntries(choices),
    }
  }

  #elements(decoder: Flyweight, name: string, { type, arrayLength }: Member): string[] {
    const primitive = primitiveOf(type)
    return Array.from({ length: arrayLength }, (_, index) => valueText(primitive, call(decoder, `${name}At`, index)))
  }

  #characters(decoder: Flyweight, name: string, member: Member): DecodedValue {
    const bytes = new Uint8Array(member.arrayLength)
    const copied = Number(call(decoder, `get${upperFirst(name)}`, bytes))
    const text = String(call(decoder, name))
    expectSame(`${name} equals its text`, call(decoder, `${name}Equals`, text), true)
    expectSame(`${name} equals a longer text`, call(decoder, `${name}Equals`, `${text}x`), false)
    return { copied, bytes: Buffer.from(bytes).toString('hex'), text, at: this.#elements(decoder, name, member) }
  }

  #array(decoder: Flyweight, name: string, member: Member): DecodedValue {
    const length = numberOf(decoder, `${name}Length`)
    const at = this.#elements(decoder, name, member)
    const primitive = primitiveOf(member.type)
    if (primitive !== 'uint8' && primitive !== 'int8') return { length, at }
    const bytes = new Uint8Array(length)
    const copied = Number(call(decoder, `get${upperFirst(name)}`, bytes, 0, length))
    return primitive === 'uint8' ? { length, at, copied } : { length, at }
  }
}
