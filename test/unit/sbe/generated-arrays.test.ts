import * as assert from 'uvu/assert'
import { DirectBuffer } from '../../../codegen/runtime/index.ts'
import type { MessageMeta } from '../../../codegen/runtime/index.ts'
import { suite } from '../../support/suite.ts'
import { call, decoderOf, encoderOf, fails, failsWithoutTrace, loadModules, read } from './codec-harness.ts'
import { schemaText } from './schema-parts.ts'

const test = suite('generated arrays')

const NUMERIC = ['int8', 'int16', 'int32', 'int64', 'uint8', 'uint16', 'uint32', 'uint64', 'float', 'double'] as const
type Numeric = (typeof NUMERIC)[number]

const LENGTHS = [2, 3, 4, 5]
const isWide = (type: Numeric): boolean => type.endsWith('int64')
const numeric = NUMERIC.flatMap((type) => LENGTHS.map((length) => ({ type, length, property: `${type}x${length}` })))
const typeName = (property: string): string => `T${property}`

function schema(byteOrder: string): string {
  return schemaText({
    attributes: `version="0" byteOrder="${byteOrder}"`,
    types: `${numeric.map(({ type, length, property }) =>
      `<type name="${typeName(property)}" primitiveType="${type}" length="${length}"/>`).join('')}
      <type name="Maybe" primitiveType="int16" length="3" presence="optional"/>
      <type name="MaybeBytes" primitiveType="uint8" length="3" presence="optional" nullValue="7"/>
      <type name="MaybeFloats" primitiveType="float" length="2" presence="optional" nullValue="-0.1"/>
      <type name="MaybeDoubles" primitiveType="double" length="2" presence="optional"/>
      <type name="Nothing" primitiveType="uint8" length="0"/>
      <type name="Long" primitiveType="uint8" length="100"/>`,
    messages: `<message name="Arrays" id="1">${numeric.map(({ property }, index) =>
      `<field name="${property}" id="${index + 1}" type="${typeName(property)}"/>`).join('')}</message>
      <message name="Others" id="2"><field name="before" id="1" type="uint8"/><field name="maybe" id="2" type="Maybe"/>
        <field name="maybeBytes" id="3" type="MaybeBytes"/><field name="nothing" id="4" type="Nothing"/>
        <field name="floats" id="7" type="MaybeFloats"/><field name="doubles" id="8" type="MaybeDoubles"/>
        <field name="long" id="5" type="Long"/><field name="after" id="6" type="uint8"/></message>`,
  })
}

const modules = await loadModules({ little: schema('littleEndian'), big: schema('bigEndian') })
const buffer = new DirectBuffer(new Uint8Array(1024))
const HEADER_LENGTH = 8

function valueOf(type: Numeric, index: number): number | bigint {
  if (type === 'int64') return -(2n ** 40n) - BigInt(index)
  if (type === 'uint64') return 2n ** 63n + BigInt(index)
  if (type === 'float' || type === 'double') return index + 0.5
  return type.startsWith('u') ? 200 + index : -100 - index
}

test('elements are written and read by their index, in both byte orders', () => {
  for (const module of Object.values(modules)) {
    const encoder = encoderOf(module, 'Arrays', buffer)
    const decoder = decoderOf(module, 'Arrays', buffer)
    for (const { type, length, property } of numeric) {
      for (let i = 0; i < length; i++) assert.is(call(encoder, `${property}At`, i, valueOf(type, i)), encoder)
    }
    for (const { type, length, property } of numeric) {
      assert.equal([call(decoder, `${property}Length`), call(encoder, `${property}Length`)], [length, length])
      for (let i = 0; i < length; i++) assert.is(call(decoder, `${property}At`, i), valueOf(type, i), property)
    }
  }
})

test('elements lie one behind the other, each in the byte order of the schema', () => {
  for (const [order, module] of Object.entries(modules)) {
    const { fields } = module['ArraysMeta'] as MessageMeta
    const encoder = encoderOf(module, 'Arrays', buffer)
    call(call(encoder, 'putUint16x3', 0x0102, 0x0304, 0x0506), 'putInt32x2', 0x01020304, -2)
    const bytesAt = (name: string, length: number): number[] => {
      const start = HEADER_LENGTH + (fields[name]?.offset ?? 0)
      return [...buffer.bytes.subarray(start, start + length)]
    }
    const little = order === 'little'
    assert.equal(bytesAt('uint16x3', 6), little ? [2, 1, 4, 3, 6, 5] : [1, 2, 3, 4, 5, 6])
    assert.equal(bytesAt('int32x2', 8), little ? [4, 3, 2, 1, 254, 255, 255, 255] : [1, 2, 3, 4, 255, 255, 255, 254])
  }
})

test('an index outside of an array is refused, whichever way it is outside', () => {
  const encoder = encoderOf(modules.little, 'Arrays', buffer)
  const decoder = decoderOf(modules.little, 'Arrays', buffer)
  for (const { type, length, property } of numeric) {
    for (const index of [-1, length, length + 1, 2 ** 32, 2 ** 31, 0.5, NaN, Infinity, -Infinity]) {
      const message = fails('ERR_GODWIT_SBE_INDEX', () => call(decoder, `${property}At`, index))
      assert.match(message, `Arrays.${property}: index ${index} is outside the range 0 to ${length - 1}`)
      const set = (): unknown => call(encoder, `${property}At`, index, valueOf(type, 0))
      failsWithoutTrace('ERR_GODWIT_SBE_INDEX', buffer, set)
      if (isWide(type)) fails('ERR_GODWIT_SBE_INDEX', () => call(decoder, `${property}AtAsNumber`, index))
    }
  }
})

test('64-bit elements are read as Numbers when that is exact', () => {
  for (const module of Object.values(modules)) {
    const encoder = encoderOf(module, 'Arrays', buffer)
    const decoder = decoderOf(module, 'Arrays', buffer)
    for (const property of ['int64x3', 'uint64x3']) {
      const signed = property.startsWith('int')
      const exact = [0n, 2n ** 53n - 1n, signed ? 1n - 2n ** 53n : 2n ** 32n]
      exact.forEach((value, i) => call(encoder, `${property}At`, i, value))
      exact.forEach((value, i) => assert.is(call(decoder, `${property}AtAsNumber`, i), Number(value)))
      const inexact = [2n ** 53n, 2n ** 63n - 1n, signed ? -(2n ** 63n) : 2n ** 64n - 1n]
      inexact.forEach((value, i) => call(encoder, `${property}At`, i, value))
      inexact.forEach((_value, i) => fails('ERR_GODWIT_SBE_INEXACT', () => call(decoder, `${property}AtAsNumber`, i)))
    }
  }
})

test('short arrays of numbers are set in one call, and longer ones are not', () => {
  for (const module of Object.values(modules)) {
    const encoder = encoderOf(module, 'Arrays', buffer)
    const decoder = decoderOf(module, 'Arrays', buffer)
    for (const { type, length, property } of numeric) {
      if (type === 'int8' || type === 'uint8') continue
      const put = `put${property.charAt(0).toUpperCase()}${property.slice(1)}`
      assert.is(put in (encoder as object), length <= 4, put)
      if (length > 4) continue
      const values = Array.from({ length }, (_, i) => valueOf(type, i + 3))
      assert.is(call(encoder, put, ...values), encoder)
      assert.equal(values.map((_, i) => call(decoder, `${property}At`, i)), values, property)
    }
  }
})

test('arrays of bytes are copied in and padded, and copied out as far as there is room', () => {
  const encoder = encoderOf(modules.little, 'Arrays', buffer)
  const decoder = decoderOf(modules.little, 'Arrays', buffer)
  const elements = (property: string): unknown[] => [0, 1, 2, 3, 4].map((i) => call(decoder, `${property}At`, i))
  const source = Uint8Array.of(1, 2, 255, 4, 5, 6)
  for (const [property, put, third] of [['uint8x5', 'putUint8x5', 255], ['int8x5', 'putInt8x5', -1]] as const) {
    for (let i = 0; i < 5; i++) call(encoder, `${property}At`, i, 99)
    assert.is(call(encoder, put, source, 1), encoder)
    assert.equal(elements(property), [2, third, 4, 5, 6])
    call(encoder, put, source, 2, 2)
    assert.equal(elements(property), [third, 4, 0, 0, 0])
    call(encoder, put, source.subarray(0, 3))
    assert.equal(elements(property), [1, 2, third, 0, 0])
    call(encoder, put, source, 6)
    assert.equal(elements(property), [0, 0, 0, 0, 0])
    call(encoder, put, source, 0, 5)

    const get = `get${property.charAt(0).toUpperCase()}${property.slice(1)}`
    const copied = (length: number, ...args: readonly number[]): [unknown, number[]] => {
      const target = new Uint8Array(length).fill(9)
      const count = call(decoder, get, target, ...args)
      return [count, [...target]]
    }
    assert.equal(copied(6), [5, [1, 2, 255, 4, 5, 9]])
    assert.equal(copied(7, 1), [5, [9, 1, 2, 255, 4, 5, 9]])
    assert.equal(copied(4, 1, 3), [3, [9, 1, 2, 255]])
    assert.equal(copied(8, 0, 100), [5, [1, 2, 255, 4, 5, 9, 9, 9]])
    assert.equal(copied(1, 0, 0), [0, [9]])
    assert.equal(copied(1, 1, 0), [0, [9]])
    const outside: readonly [length: number, ...args: number[]][] = [
      [4], [5, 1], [5, -1], [5, 0, -1], [0], [5, NaN], [5, 0, NaN], [5, 6, 0],
    ]
    for (const [length, ...args] of outside) {
      const target = new Uint8Array(length).fill(9)
      fails('ERR_GODWIT_SBE_LENGTH', () => call(decoder, get, target, ...args))
      assert.equal(target, new Uint8Array(length).fill(9))
    }
    for (const args of [[0, 6], [0], [7], [-1], [0, -1], [3, 4], [NaN], [0, NaN]]) {
      failsWithoutTrace('ERR_GODWIT_SBE_LENGTH', buffer, () => call(encoder, put, source, ...args))
    }
  }
})

test('long arrays of bytes are copied as short ones are', () => {
  const encoder = encoderOf(modules.little, 'Others', buffer)
  const decoder = decoderOf(modules.little, 'Others', buffer)
  call(call(encoder, 'before', 11), 'after', 22)
  const source = Uint8Array.from({ length: 120 }, (_, i) => i + 1)
  for (const length of [0, 1, 47, 48, 49, 99, 100]) {
    call(encoder, 'putLong', source, 20, length)
    const target = new Uint8Array(104).fill(255)
    assert.is(call(decoder, 'getLong', target, 2), 100)
    const expected = new Uint8Array(104).fill(255)
    expected.fill(0, 2, 102).set(source.subarray(20, 20 + length), 2)
    assert.equal(target, expected, `${length} bytes`)
    assert.equal(read(decoder, 'before', 'after'), [11, 22])
  }
})

test('elements of an optional array may be null, and all are when it is set to null', () => {
  for (const module of Object.values(modules)) {
    const encoder = encoderOf(module, 'Others', buffer)
    const decoder = decoderOf(module, 'Others', buffer)
    call(call(call(encoder, 'putMaybe', 1, -32768, 3), 'putMaybeBytes', Uint8Array.of(7, 8, 255)), 'before', 1)
    call(call(encoder, 'putFloats', -0.1, NaN), 'putDoubles', 0.5, NaN)
    const found = call(decoder, 'toJSON') as Readonly<Record<string, unknown>>
    assert.equal([found['maybe'], found['maybeBytes'], found['nothing']], [[1, null, 3], [null, 8, 255], []])
    assert.equal([found['floats'], found['doubles']], [[null, null], [0.5, null]])
    call(encoder, 'nullifyOptionalFields')
    assert.equal([0, 1, 2].map((i) => call(decoder, 'maybeAt', i)), [-32768, -32768, -32768])
    assert.equal([0, 1, 2].map((i) => call(decoder, 'maybeBytesAt', i)), [7, 7, 7])
    assert.equal([0, 1].map((i) => call(decoder, 'floatsAt', i)), [Math.fround(-0.1), Math.fround(-0.1)])
    assert.equal([0, 1].map((i) => call(decoder, 'doublesAt', i)), [NaN, NaN])
  }
})

test('an array without elements has none', () => {
  const encoder = encoderOf(modules.little, 'Others', buffer)
  const decoder = decoderOf(modules.little, 'Others', buffer)
  assert.equal([call(decoder, 'nothingLength'), call(decoder, 'getNothing', new Uint8Array(3))], [0, 0])
  fails('ERR_GODWIT_SBE_INDEX', () => call(decoder, 'nothingAt', 0))
  failsWithoutTrace('ERR_GODWIT_SBE_INDEX', buffer, () => call(encoder, 'nothingAt', 0, 1))
  failsWithoutTrace('ERR_GODWIT_SBE_LENGTH', buffer, () => call(encoder, 'putNothing', Uint8Array.of(1)))
  call(encoder, 'putNothing', new Uint8Array(0))
})

test.run()
