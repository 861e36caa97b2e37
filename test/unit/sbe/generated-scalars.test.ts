import * as assert from 'uvu/assert'
import { DirectBuffer } from '../../../codegen/runtime/index.ts'
import type { MessageMeta } from '../../../codegen/runtime/index.ts'
import { suite } from '../../support/suite.ts'
import { call, decoderOf, encoderOf, fails, failsWithoutTrace, loadModules, make, read } from './codec-harness.ts'
import { schemaText } from './schema-parts.ts'

const test = suite('generated scalars')

interface Primitive {
  readonly name: string
  readonly size: number
  readonly min: number | bigint
  readonly max: number | bigint
  readonly null: number | bigint
  /** Values besides, at the edges of the encoding. */
  readonly others: readonly (number | bigint)[]
}

const PRIMITIVES: readonly Primitive[] = [
  { name: 'char', size: 1, min: 0x20, max: 0x7e, null: 0, others: [0x41, 255] },
  { name: 'int8', size: 1, min: -127, max: 127, null: -128, others: [0, -1] },
  { name: 'int16', size: 2, min: -32767, max: 32767, null: -32768, others: [0, -1, 0x1234] },
  { name: 'int32', size: 4, min: -2147483647, max: 2147483647, null: -2147483648, others: [0, -1, 0x12345678] },
  {
    name: 'int64', size: 8, min: -9223372036854775807n, max: 9223372036854775807n, null: -9223372036854775808n,
    others: [0n, -1n, 0x0123456789abcdefn, -4294967296n],
  },
  { name: 'uint8', size: 1, min: 0, max: 254, null: 255, others: [128] },
  { name: 'uint16', size: 2, min: 0, max: 65534, null: 65535, others: [0x8001, 0x1234] },
  { name: 'uint32', size: 4, min: 0, max: 4294967294, null: 4294967295, others: [0x80000001, 0x12345678] },
  {
    name: 'uint64', size: 8, min: 0n, max: 18446744073709551614n, null: 18446744073709551615n,
    others: [0x8000000000000001n, 0x0123456789abcdefn, 4294967296n],
  },
  {
    name: 'float', size: 4, min: -3.4028234663852886e38, max: 3.4028234663852886e38, null: NaN,
    others: [0, -0, Math.fround(1.1), Infinity, -Infinity, 1.401298464324817e-45],
  },
  {
    name: 'double', size: 8, min: -Number.MAX_VALUE, max: Number.MAX_VALUE, null: NaN,
    others: [0, -0, Math.PI, Infinity, -Infinity, Number.MIN_VALUE],
  },
]

const capital = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1)
const fields = (prefix: string, from: number, presence: string): string => PRIMITIVES.map(({ name }, index) => {
  return `<field name="${prefix}${capital(name)}" id="${from + index}" type="${name}" presence="${presence}"/>`
}).join('')

function schema(byteOrder: string): string {
  return schemaText({
    attributes: `version="0" byteOrder="${byteOrder}"`,
    types: `
      <type name="Port" primitiveType="uint16" presence="optional" nullValue="0" minValue="1" maxValue="9000"/>
      <type name="Tally" primitiveType="int64" presence="optional" nullValue="-1"/>
      <type name="Ratio" primitiveType="float" presence="optional" nullValue="0.1"/>
      <type name="Rate" primitiveType="double" presence="optional" nullValue="-1.5"/>
      <type name="Id" primitiveType="uint64" presence="optional" nullValue="4294967296"/>`,
    messages: `<message name="Scalars" id="1">
        ${fields('must', 1, 'required')}${fields('may', 21, 'optional')}</message>
      <message name="Nulls" id="2"><field name="port" id="1" type="Port"/><field name="tally" id="2" type="Tally"/>
        <field name="ratio" id="3" type="Ratio"/><field name="rate" id="4" type="Rate"/>
        <field name="id" id="5" type="Id"/></message>`,
  })
}

const modules = await loadModules({ little: schema('littleEndian'), big: schema('bigEndian') })
const HEADER_LENGTH = 8
const buffer = new DirectBuffer(new Uint8Array(160))

/** Bytes of a value, by way of the platform's own views. */
function bytesOf({ name, size }: Primitive, value: number | bigint, littleEndian: boolean): number[] {
  const view = new DataView(new ArrayBuffer(8))
  if (name === 'float') view.setFloat32(0, Number(value), littleEndian)
  else if (name === 'double') view.setFloat64(0, Number(value), littleEndian)
  else {
    const bits = BigInt.asUintN(size * 8, BigInt(value))
    for (let i = 0; i < size; i++) {
      view.setUint8(littleEndian ? i : size - 1 - i, Number((bits >> BigInt(8 * i)) & 0xffn))
    }
  }
  return [...new Uint8Array(view.buffer, 0, size)]
}

test('every primitive type is written and read at its place, in both byte orders, up to its limits', () => {
  for (const [order, module] of Object.entries(modules)) {
    const encoder = encoderOf(module, 'Scalars', buffer)
    const decoder = decoderOf(module, 'Scalars', buffer)
    let offset = HEADER_LENGTH
    for (const prefix of ['must', 'may']) {
      for (const primitive of PRIMITIVES) {
        const property = prefix + capital(primitive.name)
        for (const value of [primitive.min, primitive.max, primitive.null, ...primitive.others]) {
          buffer.bytes.fill(0xa5, HEADER_LENGTH)
          assert.is(call(encoder, property, value), encoder, 'setters can be chained')
          const expected = new Uint8Array(buffer.byteLength - HEADER_LENGTH).fill(0xa5)
          expected.set(bytesOf(primitive, value, order === 'little'), offset - HEADER_LENGTH)
          assert.equal(buffer.bytes.subarray(HEADER_LENGTH), expected, `${order} ${property} ${value}`)
          assert.ok(Object.is(call(decoder, property), value), `${order} ${property} ${value}`)
        }
        offset += primitive.size
      }
    }
    assert.is(offset - HEADER_LENGTH, (module['ScalarsEncoder'] as { BLOCK_LENGTH: number }).BLOCK_LENGTH)
  }
})

test('metadata tells limits and null values', () => {
  const { fields } = modules.little['ScalarsMeta'] as MessageMeta
  for (const { name, min, max, null: nullValue, size } of PRIMITIVES) {
    const meta = fields[`may${capital(name)}`]
    assert.equal([meta?.type, meta?.encodedLength, meta?.presence], [name, size, 'optional'])
    const limits = [meta?.minValue, meta?.maxValue, meta?.nullValue].map((value) => {
      return name === 'float' && value !== undefined ? Math.fround(Number(value)) : value
    })
    assert.equal(limits, [min, max, nullValue], name)
  }
  const nulls = (modules.little['NullsMeta'] as MessageMeta).fields
  assert.equal([nulls['port']?.nullValue, nulls['port']?.minValue, nulls['port']?.maxValue], [0, 1, 9000])
  assert.equal([nulls['tally']?.nullValue, nulls['id']?.nullValue], [-1n, 4294967296n])
})

test('an optional value is null when it has the null value, and a required one has no such accessors', () => {
  for (const module of Object.values(modules)) {
    const encoder = encoderOf(module, 'Scalars', buffer)
    const decoder = decoderOf(module, 'Scalars', buffer)
    for (const { name, min, max, null: nullValue, others } of PRIMITIVES) {
      const property = `may${capital(name)}`
      const isNullValue = (value: number | bigint): boolean => Object.is(value, nullValue)
      for (const value of [min, max, ...others, nullValue]) {
        call(encoder, property, value)
        assert.is(call(decoder, `${property}IsNull`), isNullValue(value), `${name} ${value}`)
        assert.ok(Object.is(call(decoder, `${property}OrNull`), isNullValue(value) ? null : value), `${name} ${value}`)
      }
      call(call(encoder, property, min), `${property}Null`)
      assert.ok(Object.is(call(decoder, property), nullValue), name)
      const must = `must${capital(name)}`
      for (const suffix of ['IsNull', 'OrNull']) assert.not.ok(`${must}${suffix}` in (decoder as object))
      assert.not.ok(`${must}Null` in (encoder as object))
    }
  }
})

test('null values of the schema replace those of the primitive types', () => {
  for (const module of Object.values(modules)) {
    const encoder = encoderOf(module, 'Nulls', buffer)
    const decoder = decoderOf(module, 'Nulls', buffer)
    const properties = ['port', 'tally', 'ratio', 'rate', 'id']
    const values = [0, -1n, Math.fround(0.1), -1.5, 4294967296n]
    for (const set of [() => properties.forEach((property) => call(encoder, `${property}Null`)),
      () => call(encoder, 'nullifyOptionalFields')]) {
      buffer.bytes.fill(0x11, HEADER_LENGTH)
      for (const property of properties) assert.is(call(decoder, `${property}IsNull`), false)
      set()
      assert.equal(read(decoder, ...properties), values)
      for (const property of properties) assert.is(call(decoder, `${property}OrNull`), null)
    }
    // Each word alone is no null, nor is the null value of the primitive type.
    for (const words of [[1, 1], [0, 0], [1, 0xffff_ffff]]) {
      assert.is(call(call(encoder, 'idWords', ...words), 'id', call(decoder, 'id')), encoder)
      assert.is(call(decoder, 'idIsNull'), false)
    }
    call(call(call(encoder, 'port', 65535), 'rate', NaN), 'ratio', NaN)
    assert.equal(read(decoder, 'portIsNull', 'rateIsNull', 'ratioIsNull'), [false, false, false])
  }
})

test('any NaN is null, whatever its bits', () => {
  const decoder = decoderOf(modules.little, 'Scalars', ((): DirectBuffer => {
    encoderOf(modules.little, 'Scalars', buffer)
    return buffer
  })())
  const { fields } = modules.little['ScalarsMeta'] as MessageMeta
  const at = (name: string): number => HEADER_LENGTH + (fields[name]?.offset ?? 0)
  for (const bits of [0x7fc00000, 0x7f800001, 0xffc00000, 0xffffffff]) {
    buffer.view.setUint32(at('mayFloat'), bits, true)
    assert.is(call(decoder, 'mayFloatIsNull'), true, bits.toString(16))
  }
  for (const bits of [0x7ff8000000000000n, 0x7ff0000000000001n, 0xffffffffffffffffn]) {
    buffer.view.setBigUint64(at('mayDouble'), bits, true)
    assert.is(call(decoder, 'mayDoubleOrNull'), null, bits.toString(16))
  }
})

test('64-bit values are read and written as Numbers up to 2^53, exactly or not at all', () => {
  const LIMIT = 2n ** 53n
  for (const module of Object.values(modules)) {
    const encoder = encoderOf(module, 'Scalars', buffer)
    const decoder = decoderOf(module, 'Scalars', buffer)
    for (const property of ['mustInt64', 'mustUint64']) {
      const signed = property === 'mustInt64'
      const exact = [0n, 1n, 0xffff_ffffn, 0x1_0000_0000n, LIMIT - 1n]
      if (signed) exact.push(-1n, -4294967296n, 1n - LIMIT)
      for (const value of exact) {
        call(encoder, property, value)
        assert.ok(Object.is(call(decoder, `${property}AsNumber`), Number(value)), `${property} ${value}`)
        call(encoder, property, 99n)
        assert.is(call(encoder, `${property}AsNumber`, Number(value)), encoder)
        assert.is(call(decoder, property), value, `${property} ${value}`)
      }
      const inexact = [LIMIT, LIMIT + 1n, 2n ** 62n, 2n ** 63n - 1n]
      inexact.push(...(signed ? [-(2n ** 63n), -LIMIT - 1n] : [2n ** 64n - 1n]))
      for (const value of inexact) {
        call(encoder, property, value)
        assert.match(fails('ERR_GODWIT_SBE_INEXACT', () => call(decoder, `${property}AsNumber`)), `Scalars.${property}`)
      }
      const unfit = [2 ** 53, -(2 ** 53), 0.5, NaN, Infinity, -Infinity, ...(signed ? [] : [-1])]
      for (const value of unfit) {
        failsWithoutTrace('ERR_GODWIT_SBE_INEXACT', buffer, () => call(encoder, `${property}AsNumber`, value))
      }
    }
  }
})

test('64-bit values are read and written as two words', () => {
  for (const module of Object.values(modules)) {
    const encoder = encoderOf(module, 'Scalars', buffer)
    const decoder = decoderOf(module, 'Scalars', buffer)
    for (const bits of [0n, 0x0123456789abcdefn, 0x7fffffffffffffffn, 0x8000000000000001n, 0xffffffff00000000n]) {
      const [hi, lo] = [Number(bits >> 32n), Number(bits & 0xffffffffn)]
      call(call(encoder, 'mustUint64Words', hi, lo), 'mustInt64Words', hi, lo)
      assert.equal(read(decoder, 'mustUint64', 'mustUint64Hi', 'mustUint64Lo'), [bits, hi, lo])
      const signedHi = hi | 0
      assert.equal(read(decoder, 'mustInt64', 'mustInt64Hi', 'mustInt64Lo'), [BigInt.asIntN(64, bits), signedHi, lo])
      // Words may be given signed as well.
      call(encoder, 'mustUint64Words', signedHi, lo | 0)
      assert.is(call(decoder, 'mustUint64'), bits)
    }
  }
})

test('setting all optional fields to null leaves the required ones alone', () => {
  for (const module of Object.values(modules)) {
    const encoder = encoderOf(module, 'Scalars', buffer)
    const decoder = decoderOf(module, 'Scalars', buffer)
    for (const { name, max } of PRIMITIVES) call(call(encoder, `must${capital(name)}`, max), `may${capital(name)}`, max)
    assert.is(call(encoder, 'nullifyOptionalFields'), encoder)
    for (const { name, max, null: nullValue } of PRIMITIVES) {
      assert.equal(read(decoder, `must${capital(name)}`, `may${capital(name)}`), [max, nullValue], name)
    }
  }
})

test('codecs work at any offset, aligned or not, and over a part of some memory', () => {
  const memory = new SharedArrayBuffer(400)
  for (const start of [0, 3]) {
    const part = new DirectBuffer(new Uint8Array(memory, start, 390), 5)
    for (const offset of [0, 1, 7, 64]) {
      const encoder = encoderOf(modules.little, 'Scalars', part, offset)
      call(call(encoder, 'mustInt64', -2n), 'mayDouble', 2.5)
      const decoder = decoderOf(modules.little, 'Scalars', part, offset)
      assert.equal(read(decoder, 'mustInt64', 'mayDouble', 'offset'), [-2n, 2.5, offset + HEADER_LENGTH])
      assert.is(call(decoder, 'buffer'), part)
    }
  }
})

test('a codec that was never wrapped reads and writes nothing', () => {
  const encoder = make(modules.little, 'ScalarsEncoder')
  const decoder = make(modules.little, 'ScalarsDecoder')
  for (const { name, max } of PRIMITIVES) {
    assert.throws(() => call(encoder, `must${capital(name)}`, max))
    assert.throws(() => call(decoder, `must${capital(name)}`))
  }
  assert.equal(read(decoder, 'limit', 'offset', 'encodedLength', 'actingVersion', 'actingBlockLength'), [0, 0, 0, 0, 0])
})

test.run()
