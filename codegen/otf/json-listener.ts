import { PRIMITIVE_TYPES } from '../ir/primitive-type.ts'
import type { ByteOrder } from '../ir/token.ts'
import { isConstant } from '../model/schema-model.ts'
import type {
  CompositeModel, DataModel, EnumModel, FieldModel, GroupModel, MessageModel, ScalarModel, SetModel,
} from '../model/schema-model.ts'
import type { DirectBuffer } from '../runtime/index.ts'
import { constantJson, PlainValues, ReferenceValues } from './json-values.ts'
import type { JsonValues } from './json-values.ts'
import { JsonWriter } from './json-writer.ts'
import type { OtfListener } from './otf-listener.ts'
import { NOT_IN_MESSAGE } from './otf-listener.ts'
import { readPrimitive } from './read-primitive.ts'
import { readTextOrHex } from './read-text.ts'

/** How JSON of messages is written. */
export interface JsonOptions {
  /** Over several lines, indented by two; default on one line. */
  readonly pretty?: boolean | undefined
  /** What integers of 64 bits are: numbers with all their digits (default), which `JSON.parse` rounds, or strings. */
  readonly bigints?: 'numbers' | 'strings' | undefined
  /**
   * `godwit` (default) loses nothing: see `JsonListener`. `reference` is what the JSON printer of the reference
   * implementation means: nulls are the numbers that stand for them, also where the sender's version lacks the field;
   * `uint64` is signed; a value that an enum lacks is the string "null"; NaN and infinities are "0/0", "1/0", "-1/0".
   */
  readonly meaning?: 'godwit' | 'reference' | undefined
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
  readonly #values: JsonValues
  readonly #writer: JsonWriter
  #message = ''
  readonly #names: Map<EnumModel, ReadonlyMap<string, string>> = new Map()

  constructor(byteOrder: ByteOrder, { pretty = false, bigints, meaning }: JsonOptions = {}) {
    const areBigintsStrings = bigints === 'strings'
    const isReference = meaning === 'reference'
    this.#byteOrder = byteOrder
    this.#values = isReference ? new ReferenceValues(areBigintsStrings) : new PlainValues(areBigintsStrings)
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
    const values = this.#values
    const { arrayLength, primitive } = type
    const start = offset === NOT_IN_MESSAGE ? undefined : offset
    writer.key(field.name)
    if (isConstant(field)) writer.raw(constantJson(type, values.areBigintsStrings))
    else if (arrayLength === undefined) writer.raw(this.#element(field, type, buffer, start))
    else if (primitive === 'char') {
      writer.checkRoom(start === undefined ? 0 : arrayLength)
      writer.raw(values.characters(type, buffer, start))
    } else if (start === undefined && !values.hasAbsentParts) writer.raw('null')
    else {
      const { size } = PRIMITIVE_TYPES[primitive]
      writer.checkRoom(arrayLength)
      writer.open('[')
      for (let index = 0; index < arrayLength; index++) {
        writer.item()
        writer.raw(this.#element(field, type, buffer, start === undefined ? undefined : start + index * size))
      }
      writer.close(']')
    }
  }

  onEnum(field: FieldModel, type: EnumModel, buffer: DirectBuffer, offset: number): void {
    const writer = this.#writer
    writer.key(field.name)
    if (field.constantValueName !== undefined) writer.raw(JSON.stringify(field.constantValueName))
    else if (offset === NOT_IN_MESSAGE) writer.raw(this.#values.unnamed(type, undefined))
    else {
      const value = readPrimitive(buffer, offset, type.primitive, this.#byteOrder)
      const name = this.#namesOf(type).get(String(value))
      writer.raw(name === undefined ? this.#values.unnamed(type, value) : JSON.stringify(name))
    }
  }

  onBitSet(field: FieldModel, type: SetModel, buffer: DirectBuffer, offset: number): void {
    const writer = this.#writer
    writer.key(field.name)
    const isAbsent = offset === NOT_IN_MESSAGE
    if (isAbsent && !this.#values.hasAbsentParts) {
      writer.raw('null')
      return
    }
    const bits = isAbsent ? 0n : BigInt(readPrimitive(buffer, offset, type.primitive, this.#byteOrder))
    writer.open('{')
    for (const { name, bit } of type.choices) {
      writer.key(name)
      writer.raw(String(((bits >> BigInt(bit)) & 1n) === 1n))
    }
    writer.close('}')
  }

  onBeginComposite(field: FieldModel, { members }: CompositeModel, buffer: DirectBuffer, offset: number): void {
    this.#writer.key(field.name)
    const isAbsent = offset === NOT_IN_MESSAGE
    if (isAbsent && !this.#values.hasAbsentParts) {
      this.#writer.raw('null')
      return
    }
    this.#writer.open('{')
    if (!isAbsent) return
    for (const member of members) this.#absentMember(member, buffer)
    this.onEndComposite()
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

  /** The decoder does not tell of what is in a composite that is not there. */
  #absentMember(member: FieldModel, buffer: DirectBuffer): void {
    const { type } = member
    switch (type.kind) {
      case 'scalar':
        return this.onEncoding(member, type, buffer, NOT_IN_MESSAGE)
      case 'enum':
        return this.onEnum(member, type, buffer, NOT_IN_MESSAGE)
      case 'set':
        return this.onBitSet(member, type, buffer, NOT_IN_MESSAGE)
      case 'composite':
        return this.onBeginComposite(member, type, buffer, NOT_IN_MESSAGE)
    }
  }

  #element(field: FieldModel, type: ScalarModel, buffer: DirectBuffer, offset: number | undefined): string {
    const value = offset === undefined ? undefined : readPrimitive(buffer, offset, type.primitive, this.#byteOrder)
    return this.#values.scalar(field, type, value)
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
