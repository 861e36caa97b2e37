import { PRIMITIVE_TYPES } from '../../codegen/ir/primitive-type.ts'
import type { PrimitiveName } from '../../codegen/ir/primitive-type.ts'
import { isConstant } from '../../codegen/model/schema-model.ts'
import type {
  BlockModel, DataModel, FieldModel, GroupModel, MessageModel, ScalarMember, ScalarModel, SchemaModel,
} from '../../codegen/model/schema-model.ts'
import type { Random } from './random.ts'

const ENTRIES_MAX = 3
const DATA_LENGTHS = [0, 1, 2, 9]
const NULL_CHANCE = 0.2

/**
 * A message as an encoder of the schema may write it: values are in their ranges, null where they may be, and there are
 * any bytes where the schema has no field.
 */
export function randomMessage(schema: SchemaModel, message: MessageModel, random: Random): Uint8Array {
  return new MessageWriter(schema, random).write(message)
}

class MessageWriter {
  readonly #schema: SchemaModel
  readonly #random: Random
  readonly #chunks: Uint8Array[] = []

  constructor(schema: SchemaModel, random: Random) {
    this.#schema = schema
    this.#random = random
  }

  write(message: MessageModel): Uint8Array {
    const { header, schemaId, schemaVersion } = this.#schema
    const view = this.#append(header.encodedLength)
    const values = new Map([
      ['blockLength', message.blockLength], ['templateId', message.id], ['schemaId', schemaId],
      ['version', schemaVersion],
    ])
    for (const { name, offset, type, presence } of header.members) {
      const value = values.get(name)
      if (value === undefined || type.kind !== 'scalar' || presence === 'constant') continue
      this.#put(view, { name, offset, type }, value)
    }
    this.#block(message)
    return Buffer.concat(this.#chunks)
  }

  #append(length: number): DataView {
    const bytes = this.#random.bytes(length)
    this.#chunks.push(bytes)
    return new DataView(bytes.buffer)
  }

  #put(view: DataView, { offset, type }: ScalarMember, value: number): void {
    const isFloat = PRIMITIVE_TYPES[type.primitive].kind === 'float'
    this.#value(view, offset, type.primitive, isFloat ? value : BigInt(value))
  }

  #block(block: BlockModel): void {
    const view = this.#append(block.blockLength)
    for (const field of block.fields) this.#field(view, 0, field)
    for (const group of block.groups) this.#group(group)
    for (const data of block.data) this.#data(data)
  }

  #group(group: GroupModel): void {
    const view = this.#append(group.headerLength)
    const { minValue, maxValue } = group.numInGroupMember.type
    const least = Math.max(0, Number(minValue))
    const count = Math.min(this.#random.between(least, least + ENTRIES_MAX), Number(maxValue))
    this.#put(view, group.blockLengthMember, group.blockLength)
    this.#put(view, group.numInGroupMember, count)
    for (let index = 0; index < count; index++) this.#block(group)
  }

  #data({ headerLength, lengthMember, characterEncoding }: DataModel): void {
    const length = Math.min(this.#random.pick(DATA_LENGTHS), Number(lengthMember.type.maxValue))
    this.#put(this.#append(headerLength), lengthMember, length)
    const view = this.#append(length)
    if (characterEncoding === undefined) return
    for (let index = 0; index < length; index++) view.setUint8(index, this.#random.between(0x20, 0x7e))
  }

  #field(view: DataView, base: number, field: FieldModel): void {
    if (isConstant(field)) return
    const { type } = field
    const random = this.#random
    const offset = base + field.offset
    switch (type.kind) {
      case 'scalar':
        this.#scalar(view, offset, field, type)
        break
      case 'composite':
        for (const member of type.members) this.#field(view, offset, member)
        break
      case 'enum': {
        const isNull = type.values.length === 0 || random.bool(NULL_CHANCE)
        this.#value(view, offset, type.primitive, isNull ? type.nullValue : random.pick(type.values).value)
        break
      }
      case 'set': {
        let bits = 0n
        for (const { bit } of type.choices) if (random.bool()) bits |= 1n << BigInt(bit)
        this.#value(view, offset, type.primitive, bits)
        break
      }
    }
  }

  #scalar(view: DataView, offset: number, field: FieldModel, type: ScalarModel): void {
    const { primitive, arrayLength = 1 } = type
    const isNull = field.presence === 'optional' && this.#random.bool(NULL_CHANCE)
    for (let index = 0; index < arrayLength; index++) {
      const value = isNull ? type.nullValue : this.#inRange(type)
      this.#value(view, offset + index * PRIMITIVE_TYPES[primitive].size, primitive, value)
    }
  }

  #inRange({ primitive, minValue, maxValue }: ScalarModel): bigint | number {
    const random = this.#random
    if (random.bool(0.2)) return random.pick([minValue, maxValue])
    const range = PRIMITIVE_TYPES[primitive]
    if (range.kind === 'float') {
      const value = (random.float() - 0.5) * 1000
      return Math.min(Math.max(value, Number(minValue)), Number(maxValue))
    }
    const [low, high] = [BigInt(minValue), BigInt(maxValue)]
    return high <= low ? low : low + (random.bigint(64) % (high - low + 1n))
  }

  #value(view: DataView, offset: number, primitive: PrimitiveName, value: bigint | number): void {
    const little = this.#schema.byteOrder === 'littleEndian'
    if (primitive === 'float') view.setFloat32(offset, Number(value), little)
    else if (primitive === 'double') view.setFloat64(offset, Number(value), little)
    else {
      const { size } = PRIMITIVE_TYPES[primitive]
      for (let index = 0; index < size; index++) {
        const shift = BigInt(8 * (little ? index : size - 1 - index))
        view.setUint8(offset + index, Number((BigInt(value) >> shift) & 0xffn))
      }
    }
  }
}
