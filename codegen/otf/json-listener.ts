import { decodeConstant } from '../character-encodings.ts'
import { PRIMITIVE_TYPES } from '../ir/primitive-type.ts'
import type { PrimitiveName } from '../ir/primitive-type.ts'
import type { ByteOrder } from '../ir/token.ts'
import { isConstant } from '../model/schema-model.ts'
import type {
  CompositeModel, DataModel, EnumModel, FieldModel, GroupModel, MessageModel, ScalarModel, SetModel,
} from '../model/schema-model.ts'
import { float32ToJson, floatToJson } from '../runtime/index.ts'
import type { DirectBuffer } from '../runtime/index.ts'
import { JsonWriter } from './json-writer.ts'
import type { OtfListener } from './otf-listener.ts'
import { NOT_IN_MESSAGE } from './otf-listener.ts'
import { readPrimitive } from './read-primitive.ts'
import { readCharacters, readTextOrHex } from './read-text.ts'

export interface JsonOptions {
  /** Over several lines, indented by two; default on one line. */
  readonly pretty?: boolean | undefined
}

/**
 * Makes JSON of a message, under the names of the schema. Throws SbeError ERR_GODWIT_SBE_LENGTH when it gets longer
 * than 2^26 characters.
 *
 * - Integers are numbers with all their digits, those of 64 bits too; `char` is a string of one character.
 * - Null values of optional fields, and fields that the sender's version lacks, are null.
 * - NaN is null; infinities are the strings "Infinity" and "-Infinity". A `float` has the shortest digits that give it.
 * - `char` arrays are strings up to the first NUL, other arrays are arrays.
 * - Enums are the name of their value, null, or the number of a value that the schema lacks. Sets are objects of
 *   booleans, composites objects, groups arrays of objects.
 * - Variable-length data with a character encoding is a string. Without one it is a string of hex digits, as is all
 *   text in an encoding that the platform does not know.
 */
export class JsonListener implements OtfListener {
  readonly #byteOrder: ByteOrder
  readonly #writer: JsonWriter
  #message = ''
  readonly #names: Map<EnumModel, ReadonlyMap<string, string>> = new Map()

  constructor(byteOrder: ByteOrder, { pretty = false }: JsonOptions = {}) {
    this.#byteOrder = byteOrder
    this.#writer = new JsonWriter(pretty)
  }

  /** Name of the last message. */
  get message(): string {
    return this.#message
  }

  /** JSON of the last message, once it is decoded to its end. */
  get json(): string {
    return this.#writer.text
  }

  onBeginMessage({ name }: MessageModel): void {
    this.#message = name
    this.#writer.reset()
    this.#writer.open('{')
  }

  onEncoding(field: FieldModel, type: ScalarModel, buffer: DirectBuffer, offset: number): void {
    const writer = this.#writer
    writer.key(field.name)
    if (isConstant(field)) writer.raw(constantJson(type))
    else if (offset === NOT_IN_MESSAGE) writer.raw('null')
    else if (type.arrayLength === undefined) writer.raw(this.#element(field, type, buffer, offset))
    else if (type.primitive === 'char') {
      writer.checkRoom(type.arrayLength)
      writer.raw(JSON.stringify(readCharacters(type, buffer, offset)))
    } else {
      const { size } = PRIMITIVE_TYPES[type.primitive]
      writer.open('[')
      for (let index = 0; index < type.arrayLength; index++) {
        writer.item()
        writer.raw(this.#element(field, type, buffer, offset + index * size))
      }
      writer.close(']')
    }
  }

  onEnum(field: FieldModel, type: EnumModel, buffer: DirectBuffer, offset: number): void {
    const writer = this.#writer
    writer.key(field.name)
    if (field.constantValueName !== undefined) writer.raw(JSON.stringify(field.constantValueName))
    else if (offset === NOT_IN_MESSAGE) writer.raw('null')
    else {
      const value = readPrimitive(buffer, offset, type.primitive, this.#byteOrder)
      const name = this.#namesOf(type).get(String(value))
      if (name !== undefined) writer.raw(JSON.stringify(name))
      else writer.raw(isNull(value, type) ? 'null' : numberJson(value))
    }
  }

  onBitSet(field: FieldModel, type: SetModel, buffer: DirectBuffer, offset: number): void {
    const writer = this.#writer
    writer.key(field.name)
    if (offset === NOT_IN_MESSAGE) {
      writer.raw('null')
      return
    }
    const bits = BigInt(readPrimitive(buffer, offset, type.primitive, this.#byteOrder))
    writer.open('{')
    for (const { name, bit } of type.choices) {
      writer.key(name)
      writer.raw(String(((bits >> BigInt(bit)) & 1n) === 1n))
    }
    writer.close('}')
  }

  onBeginComposite(field: FieldModel, _type: CompositeModel, _buffer: DirectBuffer, offset: number): void {
    this.#writer.key(field.name)
    if (offset === NOT_IN_MESSAGE) this.#writer.raw('null')
    else this.#writer.open('{')
  }

  onEndComposite(): void {
    this.#writer.close('}')
  }

  onGroupHeader(group: GroupModel, count: number): void {
    this.#writer.key(group.name)
    this.#writer.open('[')
    if (count === 0) this.#writer.close(']')
  }

  onBeginGroup(): void {
    this.#writer.item()
    this.#writer.open('{')
  }

  onEndGroup(_group: GroupModel, index: number, count: number): void {
    this.#writer.close('}')
    if (index === count - 1) this.#writer.close(']')
  }

  onVarData(data: DataModel, buffer: DirectBuffer, offset: number, length: number): void {
    this.#writer.key(data.name)
    this.#writer.checkRoom(length)
    const isEmpty = offset === NOT_IN_MESSAGE
    this.#writer.raw(JSON.stringify(isEmpty ? '' : readTextOrHex(data.characterEncoding, buffer, offset, length)))
  }

  onEndMessage(): void {
    this.#writer.close('}')
  }

  #element(field: FieldModel, type: ScalarModel, buffer: DirectBuffer, offset: number): string {
    const value = readPrimitive(buffer, offset, type.primitive, this.#byteOrder)
    return field.presence === 'optional' && isNull(value, type) ? 'null' : scalarJson(type.primitive, value)
  }

  /** Of two values with one code the first has it. */
  #namesOf(type: EnumModel): ReadonlyMap<string, string> {
    const known = this.#names.get(type)
    if (known !== undefined) return known
    const names = new Map(type.values.toReversed().map(({ name, value }) => [String(value), name]))
    this.#names.set(type, names)
    return names
  }
}

function isNull(value: number | bigint, { primitive, nullValue }: ScalarModel | EnumModel): boolean {
  if (typeof value === 'bigint') return value === BigInt(nullValue)
  if (Number.isNaN(nullValue)) return Number.isNaN(value)
  return value === (primitive === 'float' ? Math.fround(Number(nullValue)) : Number(nullValue))
}

function scalarJson(primitive: PrimitiveName, value: number | bigint): string {
  switch (primitive) {
    case 'char':
      return JSON.stringify(String.fromCharCode(Number(value)))
    case 'float':
      return Object.is(value, -0) ? '-0' : JSON.stringify(float32ToJson(Number(value)))
    default:
      return numberJson(value)
  }
}

function numberJson(value: number | bigint): string {
  if (typeof value === 'bigint') return String(value)
  return Object.is(value, -0) ? '-0' : JSON.stringify(floatToJson(value))
}

function constantJson({ primitive, constValue, nullValue, characterEncoding }: ScalarModel): string {
  if (constValue instanceof Uint8Array) return JSON.stringify(decodeConstant(constValue, characterEncoding))
  return scalarJson(primitive, constValue ?? nullValue)
}
