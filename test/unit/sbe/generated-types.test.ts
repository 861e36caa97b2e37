import * as assert from 'uvu/assert'
import { DirectBuffer } from '../../../codegen/runtime/index.ts'
import type { CompositeMeta } from '../../../codegen/runtime/index.ts'
import { loadCodecs } from '../../support/codecs.ts'
import { suite } from '../../support/suite.ts'
import { call, decoderOf, encoderOf, fails, failsWithoutTrace, loadModules, make, read } from './codec-harness.ts'
import type { CodecModule } from './codec-harness.ts'
import { schemaText } from './schema-parts.ts'

const test = suite('generated enums, sets and composites')

const ENUM_ENCODINGS = ['char', 'int8', 'uint8', 'int16', 'uint16', 'int32', 'uint32', 'int64', 'uint64'] as const
const SET_BITS = { uint8: 8, uint16: 16, uint32: 32, uint64: 64 } as const

/** The first value is small, the second the largest that the encoding has for values. */
const ENUM_VALUES: Readonly<Record<(typeof ENUM_ENCODINGS)[number], readonly [number | bigint, number | bigint]>> = {
  char: [0x41, 0x7e], int8: [-1, 127], uint8: [1, 254], int16: [-300, 32767], uint16: [1, 65534],
  int32: [-70_000, 2147483647], uint32: [1, 4294967294], int64: [-(2n ** 40n), 2n ** 63n - 1n],
  uint64: [1n, 2n ** 64n - 2n],
}

function schema(byteOrder: string): string {
  const enums = ENUM_ENCODINGS.map((encoding) => {
    const [small, large] = ENUM_VALUES[encoding].map((v) => (encoding === 'char' ? String.fromCharCode(Number(v)) : v))
    return `<type name="${encoding}Type" primitiveType="${encoding}"/>
      <enum name="E${encoding}" encodingType="${encoding}Type">
        <validValue name="SMALL">${small}</validValue><validValue name="LARGE">${large}</validValue></enum>`
  })
  const sets = Object.entries(SET_BITS).map(([encoding, bits]) => {
    const choices = Array.from({ length: bits }, (_, bit) => `<choice name="b${bit}">${bit}</choice>`)
    return `<set name="S${encoding}" encodingType="${encoding}">${choices.join('')}</set>`
  })
  return schemaText({
    attributes: `version="0" byteOrder="${byteOrder}"`,
    types: `${enums.join('')}${sets.join('')}
      <type name="MaybeSide" primitiveType="uint8" presence="optional" nullValue="9"/>
      <enum name="Side" encodingType="MaybeSide"><validValue name="BUY">1</validValue>
        <validValue name="SELL">2</validValue><validValue name="OFFER">2</validValue></enum>
      <set name="Marks" encodingType="uint16"><choice name="low">0</choice><choice name="high">15</choice></set>
      <type name="SideByRef" primitiveType="uint8" presence="constant" valueRef="Side.SELL"/>
      <composite name="Inner"><type name="x" primitiveType="int16"/><ref name="side" type="Side"/>
        <ref name="marks" type="Marks"/></composite>
      <composite name="Outer">
        <type name="before" primitiveType="uint8"/>
        <ref name="inner" type="Inner" offset="4"/>
        <type name="exponent" primitiveType="int8" presence="constant">-3</type>
        <type name="fixedSide" primitiveType="uint8" presence="constant" valueRef="Side.BUY"/>
        <type name="mantissa" primitiveType="int64" presence="optional"/>
        <type name="numbers" primitiveType="uint16" length="2"/>
        <type name="code" primitiveType="char" length="3"/>
        <composite name="Own"><type name="y" primitiveType="uint8"/></composite>
        <ref name="again" type="Inner" offset="40"/>
      </composite>`,
    messages: `
      <message name="Enums" id="1">${ENUM_ENCODINGS.map((encoding, i) =>
        `<field name="${encoding}" id="${i}" type="E${encoding}"/>`).join('')}</message>
      <message name="Sets" id="2">${Object.keys(SET_BITS).map((encoding, i) =>
        `<field name="${encoding}" id="${i}" type="S${encoding}"/>`).join('')}</message>
      <message name="Sides" id="3"><field name="side" id="1" type="Side"/>
        <field name="maybe" id="2" type="Side" presence="optional"/>
        <field name="fixed" id="3" type="Side" presence="constant" valueRef="Side.SELL"/>
        <field name="number" id="4" type="uint8" presence="constant" valueRef="Side.BUY"/>
        <field name="byType" id="5" type="SideByRef"/></message>
      <message name="Composites" id="4">
        <field name="guard" id="1" type="uint8"/><field name="outer" id="2" type="Outer"/>
        <field name="other" id="3" type="Inner"/><field name="end" id="4" type="uint8"/></message>`,
  })
}

const modules = await loadModules({ little: schema('littleEndian'), big: schema('bigEndian') })
const buffer = new DirectBuffer(new Uint8Array(160))

test('enums of every encoding have their values, a null value, and names for both', () => {
  for (const module of Object.values(modules)) {
    const encoder = encoderOf(module, 'Enums', buffer)
    const decoder = decoderOf(module, 'Enums', buffer)
    for (const encoding of ENUM_ENCODINGS) {
      const values = module[`E${encoding}`] as Readonly<Record<string, number | bigint>>
      const nameOf = module[`e${encoding}Name`] as (value: number | bigint) => string | undefined
      const [small, large] = ENUM_VALUES[encoding]
      assert.equal(Object.keys(values), ['SMALL', 'LARGE', 'NULL_VAL'])
      assert.equal([values['SMALL'], values['LARGE']], [small, large])
      for (const name of Object.keys(values)) {
        const value = values[name] ?? 0
        assert.is(nameOf(value), name)
        assert.is(call(encoder, encoding, value), encoder)
        assert.equal(read(decoder, encoding, `${encoding}Raw`), [value, value])
      }
      assert.is(nameOf(typeof small === 'bigint' ? 77n : 77), undefined)
    }
  }
  const nullOf = (encoding: string): unknown => (modules.little[`E${encoding}`] as Record<string, unknown>)['NULL_VAL']
  assert.equal(ENUM_ENCODINGS.map(nullOf), [
    0, -128, 255, -32768, 65535, -2147483648, 4294967295, -(2n ** 63n), 2n ** 64n - 1n,
  ])
})

test('values that an enum lacks pass through', () => {
  const encoder = encoderOf(modules.little, 'Enums', buffer)
  const decoder = decoderOf(modules.little, 'Enums', buffer)
  for (const encoding of ENUM_ENCODINGS) {
    const unknown = typeof ENUM_VALUES[encoding][0] === 'bigint' ? 99n : 99
    assert.is(call(encoder, `${encoding}Raw`, unknown), encoder)
    assert.equal(read(decoder, encoding, `${encoding}Raw`), [unknown, unknown])
  }
  const json = call(decoder, 'toJSON') as Readonly<Record<string, unknown>>
  assert.equal([json['uint8'], json['int32'], json['int64'], json['uint64'], json['char']], [99, 99, '99', '99', 99])
})

test('an enum takes its null value from its type, and two names of one value are one value', () => {
  const side = modules.little['Side'] as Readonly<Record<string, number>>
  const nameOf = modules.little['sideName'] as (value: number) => string | undefined
  assert.equal(side, { BUY: 1, SELL: 2, OFFER: 2, NULL_VAL: 9 })
  assert.equal([1, 2, 9, 255].map(nameOf), ['BUY', 'SELL', 'NULL_VAL', undefined])
  const encoder = encoderOf(modules.little, 'Sides', buffer)
  const decoder = decoderOf(modules.little, 'Sides', buffer)
  call(call(encoder, 'side', side['OFFER']), 'maybe', 1)
  assert.equal(read(decoder, 'side', 'maybe'), [2, 1])
  call(encoder, 'nullifyOptionalFields')
  assert.equal(read(decoder, 'side', 'maybe'), [2, 9])
  const json = call(decoder, 'toJSON') as Readonly<Record<string, unknown>>
  assert.equal([json['side'], json['maybe']], ['SELL', null])
})

test('constants may be values of an enum, in a field, by a number field and by a type', () => {
  const encoder = encoderOf(modules.little, 'Sides', buffer)
  const decoder = decoderOf(modules.little, 'Sides', buffer)
  for (const codec of [encoder, decoder]) assert.equal(read(codec, 'fixed', 'number', 'byType'), [2, 1, 2])
  assert.is((modules.little['SidesEncoder'] as { BLOCK_LENGTH: number }).BLOCK_LENGTH, 2)
  call(call(encoder, 'side', 1), 'maybe', 9)
  assert.equal(call(decoder, 'toJSON'), { side: 'BUY', maybe: null, fixed: 'SELL', number: 1, byType: 2 })
})

test('each choice of a set is one bit, up to bit 63', () => {
  for (const [order, module] of Object.entries(modules)) {
    const encoder = encoderOf(module, 'Sets', buffer)
    const decoder = decoderOf(module, 'Sets', buffer)
    for (const [encoding, bits] of Object.entries(SET_BITS)) {
      const wide = bits === 64
      const set = call(encoder, encoding)
      for (let bit = 0; bit < bits; bit++) {
        const mask = 1n << BigInt(bit)
        assert.is(call(call(set, 'clear'), `b${bit}`, true), set)
        assert.is(call(decoder, `${encoding}Raw`), wide ? mask : Number(mask), `${order} ${encoding} ${bit}`)
        const others = Array.from({ length: bits }, (_, other) => call(call(decoder, encoding), `b${other}`))
        assert.equal(others, others.map((_, other) => other === bit))
        const full = (1n << BigInt(bits)) - 1n
        call(call(set, 'raw', wide ? full : Number(full)), `b${bit}`, false)
        assert.is(call(decoder, `${encoding}Raw`), wide ? full - mask : Number(full - mask))
        // Setting again what is set, and clearing what is clear, changes nothing.
        call(set, `b${bit}`, false)
        assert.is(call(call(decoder, encoding), 'raw'), wide ? full - mask : Number(full - mask))
      }
      call(set, 'clear')
      assert.equal(read(call(decoder, encoding), 'isEmpty', 'raw'), [true, wide ? 0n : 0])
      assert.is(call(encoder, `${encoding}Raw`, wide ? 1n << 63n : 1), encoder)
      assert.is(call(call(decoder, encoding), 'isEmpty'), false)
    }
  }
})

test('64-bit sets are read and written as two words', () => {
  for (const module of Object.values(modules)) {
    const set = call(encoderOf(module, 'Sets', buffer), 'uint64')
    const decoder = decoderOf(module, 'Sets', buffer)
    assert.is(call(set, 'rawWords', 0x80000001, 0xc0000002), set)
    assert.is(call(decoder, 'uint64Raw'), 0x80000001_c0000002n)
    assert.equal(read(decoder, 'uint64RawHi', 'uint64RawLo'), [0x80000001, 0xc0000002])
    assert.equal(read(call(decoder, 'uint64'), 'rawHi', 'rawLo'), [0x80000001, 0xc0000002])
    assert.equal(read(call(decoder, 'uint64'), 'b0', 'b1', 'b31', 'b32', 'b63'), [false, true, true, true, true])
  }
})

test('members of composites are reached through the composite and directly', () => {
  for (const module of Object.values(modules)) {
    buffer.bytes.fill(0x5a)
    const encoder = call(call(encoderOf(module, 'Composites', buffer), 'guard', 1), 'end', 2)
    const decoder = decoderOf(module, 'Composites', buffer)
    const outer = call(encoder, 'outer')
    call(call(call(outer, 'before', 3), 'mantissa', -4n), 'putNumbers', 5, 6)
    call(outer, 'code', 'ab')
    call(call(outer, 'own'), 'y', 7)
    call(call(call(outer, 'inner'), 'x', 8), 'side', 1)
    call(call(call(outer, 'again'), 'x', 9), 'marksRaw', 0x8000)
    call(call(call(outer, 'inner'), 'marks'), 'raw', 1)
    const composite = call(decoder, 'outer')
    assert.equal(read(composite, 'before', 'mantissa', 'code', 'exponent', 'fixedSide'), [3, -4n, 'ab', -3, 1])
    assert.equal([call(composite, 'numbersAt', 1), call(call(composite, 'own'), 'y')], [6, 7])
    assert.equal(read(call(composite, 'inner'), 'x', 'side', 'marksRaw'), [8, 1, 1])
    assert.is(call(call(call(composite, 'again'), 'marks'), 'high'), true)
    assert.equal(read(decoder, 'outerBefore', 'outerMantissa', 'outerExponent', 'outerFixedSide'), [3, -4n, -3, 1])
    assert.equal(read(decoder, 'outerInnerX', 'outerInnerSide', 'outerAgainMarksRaw', 'outerOwnY'), [8, 1, 0x8000, 7])
    assert.equal(read(decoder, 'outerMantissaAsNumber', 'outerMantissaHi', 'outerMantissaLo'), [-4, -1, 0xfffffffc])
    call(call(encoder, 'outerInnerX', 10), 'outerMantissaNull')
    assert.equal(read(call(composite, 'inner'), 'x'), [10])
    assert.equal(read(decoder, 'outerMantissaIsNull', 'outerMantissaOrNull'), [true, null])
    call(call(call(encoder, 'outerMantissaWords', 1, 2), 'outerAgainSideRaw', 77), 'outerAgainMarksRaw', 3)
    assert.is(call(composite, 'mantissa'), 0x1_0000_0002n)
    assert.equal(read(call(composite, 'again'), 'side', 'marksRaw'), [77, 3])
    assert.equal(read(decoder, 'guard', 'end'), [1, 2])
  }
})

test('composites lie as their offsets say, and gaps are left alone', () => {
  const { members, encodedLength } = modules.little['OuterMeta'] as CompositeMeta
  const places = Object.entries(members).map(([name, { offset, encodedLength: length }]) => [name, offset, length])
  assert.equal(places.filter(([, , length]) => length !== 0), [
    ['before', 0, 1], ['inner', 4, 5], ['mantissa', 9, 8], ['numbers', 17, 4], ['code', 21, 3], ['own', 24, 1],
    ['again', 40, 5],
  ])
  assert.is(encodedLength, 45)
  buffer.bytes.fill(0x5a)
  const encoder = encoderOf(modules.little, 'Composites', buffer)
  const outer = call(encoder, 'outer')
  call(call(call(outer, 'before', 0), 'mantissa', 0n), 'putNumbers', 0, 0)
  call(call(call(outer, 'code', ''), 'own'), 'y', 0)
  for (const name of ['inner', 'again']) call(call(call(call(outer, name), 'x', 0), 'side', 0), 'marksRaw', 0)
  const start = 8 + 1
  const gaps = Array.from({ length: 45 }, (_, i) => i).filter((i) => (i > 0 && i < 4) || (i >= 25 && i < 40))
  const expected = Array.from({ length: 45 }, (_, i) => (gaps.includes(i) ? 0x5a : 0))
  assert.equal([...buffer.bytes.subarray(start, start + 45)], expected)
})

test('setting optional fields to null reaches the optional members of composites', () => {
  const encoder = encoderOf(modules.little, 'Composites', buffer)
  const decoder = decoderOf(modules.little, 'Composites', buffer)
  call(call(call(encoder, 'outer'), 'mantissa', 5n), 'before', 6)
  call(encoder, 'nullifyOptionalFields')
  assert.equal(read(decoder, 'outerMantissaOrNull', 'outerBefore'), [null, 6])
})

test('composites and sets can be wrapped by themselves, within the buffer only', () => {
  const module = modules.little
  const small = new DirectBuffer(new Uint8Array(12))
  call(call(call(make(module, 'InnerEncoder'), 'wrap', small, 7), 'x', -2), 'side', 2)
  const inner = call(make(module, 'InnerDecoder'), 'wrap', small, 7)
  assert.equal(read(inner, 'x', 'side', 'offset', 'encodedLength'), [-2, 2, 7, 5])
  assert.is(call(inner, 'buffer'), small)
  call(call(make(module, 'MarksEncoder'), 'wrap', small, 10), 'high', true)
  assert.equal(read(call(make(module, 'MarksDecoder'), 'wrap', small, 10), 'low', 'high'), [false, true])
  for (const [type, length] of [['Inner', 5], ['Marks', 2]] as const) {
    for (const side of ['Encoder', 'Decoder']) {
      assert.is((module[type + side] as { ENCODED_LENGTH: number }).ENCODED_LENGTH, length)
      for (const offset of [13 - length, -1, NaN, 1e9, 0.5]) {
        fails('ERR_GODWIT_SBE_BOUNDS', () => call(make(module, type + side), 'wrap', small, offset))
      }
    }
  }
})

test('values called as what every object has are values all the same', async () => {
  const constantField = (i: number, name: string): string =>
    `<field name="f${i}" id="${i + 2}" type="Odd" presence="constant" valueRef="Odd.${name}"/>`
  const names = ['__proto__', '__proto___', 'constructor', 'toString', 'NULL_VAL', 'NULL_VAL_']
  const text = schemaText({
    types: `<enum name="Odd" encodingType="uint8">
      ${names.map((name, i) => `<validValue name="${name}">${i}</validValue>`).join('')}</enum>`,
    messages: `<message name="M" id="1"><field name="odd" id="1" type="Odd"/>
      ${names.map((name, i) => constantField(i, name)).join('')}</message>`,
  })
  const module = await loadCodecs<CodecModule>({ name: 'odd', schema: { text } })
  const values = module['Odd'] as object
  assert.equal(Object.keys(values), [
    '__proto____', '__proto___', 'constructor', 'toString', 'NULL_VAL', 'NULL_VAL_', 'NULL_VAL__',
  ])
  assert.equal(Object.values(values), [0, 1, 2, 3, 4, 5, 255])
  const decoder = make(module, 'MDecoder')
  names.forEach((_name, i) => assert.is(call(decoder, `f${i}`), i))
  const nameOf = module['oddName'] as (value: number) => string | undefined
  assert.equal(names.map((_name, i) => nameOf(i)), names)
})

test('a value that is the null value of its enum is that value, when the schema is read leniently', async () => {
  const text = schemaText({
    types: `<enum name="Level" encodingType="uint8"><validValue name="TOP">255</validValue>
      <validValue name="NULL_VAL">3</validValue></enum>`,
    messages: '<message name="M" id="1"><field name="level" id="1" type="Level"/></message>',
  })
  const module = await loadCodecs<CodecModule>({ name: 'lenient', schema: { text }, compile: { lenient: true } })
  const nameOf = module['levelName'] as (value: number) => string | undefined
  assert.equal(module['Level'], { TOP: 255, NULL_VAL: 3, NULL_VAL_: 255 })
  assert.equal([nameOf(255), nameOf(3)], ['TOP', 'NULL_VAL'])
  for (const [value, json] of [[255, 'TOP'], [3, 'NULL_VAL'], [4, 4]]) {
    call(encoderOf(module, 'M', buffer), 'level', value)
    assert.equal(call(decoderOf(module, 'M', buffer), 'toJSON'), { level: json })
  }
  failsWithoutTrace('ERR_GODWIT_SBE_BOUNDS', buffer, () => encoderOf(module, 'M', buffer, 160))
})

test.run()
