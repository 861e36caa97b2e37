/**
 * Compares a generated codec with a table of offsets written by hand, which makes the table a second witness of the
 * schema.
 *
 * A table is a line of fields, `offset type name`, separated by middle dots: `0 i64 clientId · 16 u8[4] address`. The
 * name is that of the accessor: sets are compared by their raw value (`flagsRaw`).
 */
import * as assert from 'uvu/assert'
import { DirectBuffer } from '../../codegen/runtime/index.ts'
import type { MessageMeta } from '../../codegen/runtime/index.ts'

type ScalarType = 'i8' | 'u8' | 'i16' | 'u16' | 'i32' | 'i64' | 'u64'
type Value = number | bigint

export interface LayoutField {
  readonly offset: number
  readonly type: ScalarType
  /** Elements of an array; undefined for a single value. */
  readonly length: number | undefined
  readonly name: string
}

interface Flyweight {
  readonly BLOCK_LENGTH: number
  readonly SCHEMA_VERSION: number
}

interface Wrappable {
  wrap(buffer: DirectBuffer, offset: number, ...rest: number[]): unknown
}

export interface Layout {
  readonly Decoder: Flyweight & (new () => Wrappable)
  readonly Encoder: Flyweight & (new () => Wrappable)
  readonly meta: MessageMeta
  readonly length: number
  readonly fields: readonly LayoutField[]
}

const SIZES: Readonly<Record<ScalarType, number>> = { i8: 1, u8: 1, i16: 2, u16: 2, i32: 4, i64: 8, u64: 8 }
const FIELD = /^(\d+) (i8|u8|i16|u16|i32|i64|u64)(?:\[(\d+)\])? (\w+)$/

/** A layout from its parts: the codec, the length of the block and the table of its fields. */
export function layout(
  Decoder: Layout['Decoder'],
  Encoder: Layout['Encoder'],
  meta: MessageMeta,
  length: number,
  table: string,
): Layout {
  const fields = table.split('·').map((text): LayoutField => {
    const [, offset, type, elements, name] = FIELD.exec(text.trim()) ?? []
    if (name === undefined) throw new Error(`not a field of a layout: ${text}`)
    return {
      offset: Number(offset),
      type: type as ScalarType,
      length: elements === undefined ? undefined : Number(elements),
      name,
    }
  })
  return { Decoder, Encoder, meta, length, fields }
}

/** Bytes that a field takes. */
export function fieldLength(field: LayoutField): number {
  return SIZES[field.type] * (field.length ?? 1)
}

/** Reads a field at its place in the table, without the codec. */
export function readAt(view: DataView, base: number, field: LayoutField, index: number = 0): Value {
  const offset = base + field.offset + index * SIZES[field.type]
  switch (field.type) {
    case 'i8':
      return view.getInt8(offset)
    case 'u8':
      return view.getUint8(offset)
    case 'i16':
      return view.getInt16(offset, true)
    case 'u16':
      return view.getUint16(offset, true)
    case 'i32':
      return view.getInt32(offset, true)
    case 'i64':
      return view.getBigInt64(offset, true)
    case 'u64':
      return view.getBigUint64(offset, true)
  }
}

/** Reads a field through the accessor of its name. */
export function readField(decoder: object, field: LayoutField): Value | Value[] {
  if (field.length === undefined) return call(decoder, field.name) as Value
  const element = (index: number): Value => call(decoder, `${field.name}At`, index) as Value
  return Array.from({ length: field.length }, (_, index) => element(index))
}

/** Writes a field through the accessor of its name. */
export function writeField(encoder: object, field: LayoutField, value: Value | readonly Value[]): void {
  if (!Array.isArray(value)) call(encoder, field.name, value as Value)
  else value.forEach((element: Value, index) => call(encoder, `${field.name}At`, index, element))
}

/** A decoder on the block at `offset`, with the newest version unless told otherwise. */
export function decoderAt(
  { Decoder }: Layout, buffer: DirectBuffer, offset: number, blockLength: number = Decoder.BLOCK_LENGTH,
): Wrappable {
  const decoder = new Decoder()
  decoder.wrap(buffer, offset, blockLength, Decoder.SCHEMA_VERSION)
  return decoder
}

/** Copies all fields of the table from a decoder to an encoder. */
export function reencode({ Encoder, fields }: Layout, decoder: object, buffer: DirectBuffer, offset: number): void {
  const encoder = new Encoder()
  encoder.wrap(buffer, offset)
  for (const field of fields) writeField(encoder, field, readField(decoder, field))
}

/**
 * Requires that the codec has exactly the fields of the table: each at its offset and of its type, in what the encoder
 * writes, what the decoder reads and what the metadata says, and that the block has the length.
 */
export function checkLayout(codec: Layout): void {
  const { Decoder, Encoder, meta, length, fields } = codec
  assert.is(Decoder.BLOCK_LENGTH, length, `${meta.name}: block length`)
  assert.is(Encoder.BLOCK_LENGTH, length, `${meta.name}: block length`)
  assert.is(meta.blockLength, length, `${meta.name}: block length`)
  const names = fields.map((field) => metaName(field))
  assert.equal(Object.keys(meta.fields), names, `${meta.name}: fields`)
  for (const field of fields) checkField(codec, field)
}

function checkField(codec: Layout, field: LayoutField): void {
  const what = `${codec.meta.name}.${field.name}`
  const entry = codec.meta.fields[metaName(field)]
  assert.is(entry?.offset, field.offset, `${what}: offset`)
  assert.is(entry?.encodedLength, fieldLength(field), `${what}: length`)

  const base = 3
  const margin = 5
  const background = 0xa5
  const buffer = new DirectBuffer(new Uint8Array(base + codec.length + margin).fill(background))
  const written = samples(field)
  const encoder = new codec.Encoder()
  encoder.wrap(buffer, base)
  writeField(encoder, field, field.length === undefined ? (written[0] as Value) : written)

  const end = base + field.offset + fieldLength(field)
  for (const [at, byte] of buffer.bytes.entries()) {
    const inside = at >= base + field.offset && at < end
    if (!inside) assert.is(byte, background, `${what}: byte ${at - base} is not its own`)
  }
  for (const [index, value] of written.entries()) assert.is(readAt(buffer.view, base, field, index), value, what)
  const read = readField(decoderAt(codec, buffer, base), field)
  assert.equal(read, field.length === undefined ? written[0] : written, `${what}: decoded`)
}

/** Values that differ in every byte, and whose sign shows whether the type is signed. */
function samples(field: LayoutField): Value[] {
  return Array.from({ length: field.length ?? 1 }, (_, index) => {
    const size = SIZES[field.type]
    let bits = 0n
    for (let byte = 0; byte < size; byte++) bits |= BigInt(0xf8 - ((index + byte) % 7) * 17) << BigInt(byte * 8)
    const signed = field.type.startsWith('i')
    const value = signed ? BigInt.asIntN(size * 8, bits) : bits
    return size === 8 ? value : Number(value)
  })
}

function metaName(field: LayoutField): string {
  return field.name.replace(/Raw$/, '')
}

function call(flyweight: object, name: string, ...args: readonly Value[]): unknown {
  const method = (flyweight as Readonly<Record<string, unknown>>)[name]
  if (typeof method !== 'function') throw new Error(`${flyweight.constructor.name} has no method ${name}`)
  return Reflect.apply(method, flyweight, args)
}
