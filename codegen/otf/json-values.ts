/** How single values are written in JSON. */
import { decodeConstant } from '../character-encodings.ts'
import type { PrimitiveName } from '../ir/primitive-type.ts'
import type { EnumModel, FieldModel, ScalarModel } from '../model/schema-model.ts'
import { float32ToJson, floatToJson, readLatin1 } from '../runtime/index.ts'
import type { DirectBuffer } from '../runtime/index.ts'
import { readCharacters } from './read-text.ts'

/** Writes values as JSON; what is not in a message has the value undefined. */
export interface JsonValues {
  /** Whether what a message lacks is written by its parts: a composite by its members, an array by its elements. */
  readonly hasAbsentParts: boolean
  /** Whether integers of 64 bits are strings. */
  readonly areBigintsStrings: boolean
  scalar(field: FieldModel, type: ScalarModel, value: number | bigint | undefined): string
  /** A `char` array. */
  characters(type: ScalarModel, buffer: DirectBuffer, offset: number | undefined): string
  /** An enum whose value has no name in the schema. */
  unnamed(type: EnumModel, value: number | bigint | undefined): string
}

/** Null for what is null, and numbers as they are: nothing is lost. */
export class PlainValues implements JsonValues {
  readonly hasAbsentParts: boolean = false
  readonly areBigintsStrings: boolean

  constructor(areBigintsStrings: boolean) {
    this.areBigintsStrings = areBigintsStrings
  }

  scalar({ presence }: FieldModel, type: ScalarModel, value: number | bigint | undefined): string {
    if (value === undefined || (presence === 'optional' && isNull(value, type))) return 'null'
    return scalarJson(type.primitive, value, this.areBigintsStrings)
  }

  characters(type: ScalarModel, buffer: DirectBuffer, offset: number | undefined): string {
    return offset === undefined ? 'null' : JSON.stringify(readCharacters(type, buffer, offset))
  }

  unnamed(type: EnumModel, value: number | bigint | undefined): string {
    if (value === undefined || isNull(value, type)) return 'null'
    // Of a character, its code.
    const primitive = type.primitive === 'char' ? 'uint8' : type.primitive
    return scalarJson(primitive, value, this.areBigintsStrings)
  }
}

/**
 * As the JSON printer of the reference implementation writes them: nulls as the number that stands for them, unsigned
 * integers of 64 bits as signed ones, text up to the first byte that is not ASCII. Its printer shows, for a required
 * field that the message lacks, the bytes that happen to be there; here that is the null value, too.
 */
export class ReferenceValues implements JsonValues {
  readonly hasAbsentParts: boolean = true
  readonly areBigintsStrings: boolean

  constructor(areBigintsStrings: boolean) {
    this.areBigintsStrings = areBigintsStrings
  }

  scalar(_field: FieldModel, { primitive, nullValue }: ScalarModel, value: number | bigint = nullValue): string {
    if (primitive === 'char') {
      // Its characters are signed.
      const code = Number(value)
      return JSON.stringify(String.fromCharCode(code > 0x7f ? 0xff00 + code : code))
    }
    if (primitive === 'uint64') return scalarJson(primitive, BigInt.asIntN(64, BigInt(value)), this.areBigintsStrings)
    if (Number.isNaN(value)) return '"0/0"'
    if (value === Infinity || value === -Infinity) return value > 0 ? '"1/0"' : '"-1/0"'
    return scalarJson(primitive, value, this.areBigintsStrings)
  }

  characters({ arrayLength = 0 }: ScalarModel, { bytes }: DirectBuffer, offset: number | undefined): string {
    if (offset === undefined) return '""'
    const end = bytes.subarray(offset, offset + arrayLength).findIndex((byte) => byte === 0 || byte > 0x7f)
    return JSON.stringify(readLatin1(bytes, offset, end === -1 ? arrayLength : end))
  }

  unnamed(): string {
    return '"null"'
  }
}

export function constantJson(type: ScalarModel, areBigintsStrings: boolean): string {
  const { primitive, constValue, nullValue, characterEncoding } = type
  if (constValue instanceof Uint8Array) return JSON.stringify(decodeConstant(constValue, characterEncoding))
  return scalarJson(primitive, constValue ?? nullValue, areBigintsStrings)
}

function isNull(value: number | bigint, { primitive, nullValue }: ScalarModel | EnumModel): boolean {
  if (typeof value === 'bigint') return value === BigInt(nullValue)
  if (Number.isNaN(nullValue)) return Number.isNaN(value)
  return value === (primitive === 'float' ? Math.fround(Number(nullValue)) : Number(nullValue))
}

function scalarJson(primitive: PrimitiveName, value: number | bigint, areBigintsStrings: boolean): string {
  if (primitive === 'char') return JSON.stringify(String.fromCharCode(Number(value)))
  // Values of the schema are of the narrower types, too.
  if (typeof value === 'bigint') return areBigintsStrings && isWide(primitive) ? `"${value}"` : String(value)
  if (Object.is(value, -0)) return '-0'
  return JSON.stringify(primitive === 'float' ? float32ToJson(value) : floatToJson(value))
}

function isWide(primitive: PrimitiveName): boolean {
  return primitive === 'int64' || primitive === 'uint64'
}
