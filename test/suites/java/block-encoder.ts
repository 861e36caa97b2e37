import { PRIMITIVE_TYPES } from '../../../codegen/ir/primitive-type.ts'
import type { PrimitiveName } from '../../../codegen/ir/primitive-type.ts'
import type { Random } from '../../support/random.ts'
import type { Flyweight } from './flyweight.ts'
import { call, flyweightOf, has, upperFirst } from './flyweight.ts'
import type { Layout, Member } from './ir-layout.ts'
import { primitiveOf } from './ir-layout.ts'
import { accessorNames } from './accessor-names.ts'
import type { ArrayValue, Block, DataValue, Value } from './value-tree.ts'
import { parseFloatText } from './value-tree.ts'

const MAX_SURPLUS_ENTRIES = 3

/** A value as generated code takes it. */
export function hostValue(primitive: PrimitiveName, text: string): number | bigint {
  if (PRIMITIVE_TYPES[primitive].kind === 'float') return parseFloatText(text)
  return PRIMITIVE_TYPES[primitive].size === 8 ? BigInt(text) : Number(text)
}

/** Writes values with our encoders, by one of the ways there are for each. */
export class BlockEncoder {
  readonly #random: Random

  constructor(random: Random) {
    this.#random = random
  }

  encode(encoder: Flyweight, layout: Layout, value: Block): void {
    const names = accessorNames([...layout.fields, ...layout.groups, ...layout.data])
    // Every field is set afterwards, so that this must make no difference.
    if (this.#random.bool(0.2)) call(encoder, 'nullifyOptionalFields')
    for (const field of layout.fields) this.#member(encoder, names(field), field, value[field.name])
    for (const group of layout.groups) {
      const entries = value[group.name] as readonly Block[]
      const tooMany = this.#random.bool(0.2) ? this.#random.between(1, MAX_SURPLUS_ENTRIES) : 0
      const groupEncoder = flyweightOf(encoder, `${names(group)}Count`, entries.length + tooMany)
      for (const entry of entries) {
        call(groupEncoder, 'next')
        this.encode(groupEncoder, group.entry, entry)
      }
      if (tooMany > 0) call(groupEncoder, 'resetCountToIndex')
    }
    for (const data of layout.data) {
      const content = value[data.name] as DataValue
      if ('text' in content) call(encoder, names(data), content.text)
      else call(encoder, `put${upperFirst(names(data))}`, ...this.#source(content.bytes))
    }
  }

  /** Arguments for a copy of bytes, in the middle of an array or all of one. */
  #source(hex: string): unknown[] {
    const bytes = new Uint8Array(Buffer.from(hex, 'hex'))
    if (this.#random.bool()) return [bytes]
    const padded = new Uint8Array(bytes.length + 5)
    padded.set(bytes, 3)
    return [padded, 3, bytes.length]
  }

  #member(encoder: Flyweight, name: string, member: Member, value: Value | undefined): void {
    if (member.constant || member.arrayLength === 0 || value === undefined) return
    switch (member.type.signal) {
      case 'BEGIN_COMPOSITE': {
        const composite = flyweightOf(encoder, name)
        const names = accessorNames(member.members)
        for (const inner of member.members) {
          const flat = name + upperFirst(names(inner))
          const flattened = inner.type.signal === 'ENCODING' && inner.arrayLength === 1 && has(encoder, flat)
          const target = flattened && this.#random.bool() ? encoder : composite
          this.#member(target, target === encoder ? flat : names(inner), inner, (value as Block)[inner.name])
        }
        break
      }
      case 'BEGIN_ENUM':
        call(encoder, this.#random.bool() ? name : `${name}Raw`, hostValue(primitiveOf(member.type), value as string))
        break
      case 'BEGIN_SET':
        this.#set(encoder, name, member, value as string)
        break
      default:
        if (member.arrayLength === 1) this.#scalar(encoder, name, member, value as string)
        else this.#array(encoder, name, member, value as ArrayValue)
    }
  }

  #scalar(encoder: Flyweight, name: string, { type }: Member, text: string): void {
    const primitive = primitiveOf(type)
    const value = hostValue(primitive, text)
    const nullValue = type.encoding.nullValue ?? PRIMITIVE_TYPES[primitive].nullValue
    if (Object.is(value, typeof value === 'number' ? Number(nullValue) : nullValue)) {
      if (has(encoder, `${name}Null`) && this.#random.bool()) {
        call(encoder, `${name}Null`)
        return
      }
    }
    const way = typeof value === 'bigint' ? this.#random.int(3) : 0
    if (way === 1 && Number.isSafeInteger(Number(value))) {
      call(encoder, `${name}AsNumber`, Number(value))
    } else if (way === 2 && typeof value === 'bigint') {
      const hi = primitive === 'int64' ? Number(value >> 32n) : Number(BigInt.asUintN(64, value) >> 32n)
      call(encoder, `${name}Words`, hi, Number(value & 0xffff_ffffn))
    } else {
      call(encoder, name, value)
    }
  }

  #set(encoder: Flyweight, name: string, { type, members }: Member, text: string): void {
    const bits = BigInt(text)
    const raw = hostValue(primitiveOf(type), text)
    switch (this.#random.int(3)) {
      case 0:
        call(encoder, `${name}Raw`, raw)
        break
      case 1:
        call(flyweightOf(encoder, name), 'raw', raw)
        break
      default: {
        const set = flyweightOf(encoder, name)
        const names = accessorNames(members)
        call(set, 'clear')
        for (const choice of this.#random.shuffle(members)) {
          const bit = BigInt(String(choice.type.encoding.constValue))
          call(set, names(choice), ((bits >> bit) & 1n) === 1n)
        }
      }
    }
  }

  #array(encoder: Flyweight, name: string, { type, arrayLength }: Member, value: ArrayValue): void {
    const primitive = primitiveOf(type)
    const put = `put${upperFirst(name)}`
    const bytes = primitive === 'char' || primitive === 'uint8' || primitive === 'int8'
    if ('text' in value) call(encoder, name, value.text)
    else if ('bytes' in value) call(encoder, put, ...this.#source(value.bytes))
    else if ('put' in value && !bytes && arrayLength <= 4) {
      call(encoder, put, ...value.put.map((element) => hostValue(primitive, element)))
    } else {
      const elements = 'put' in value ? value.put : value.at
      for (const [index, element] of elements.entries()) {
        call(encoder, `${name}At`, index, hostValue(primitive, element))
      }
    }
  }
}
