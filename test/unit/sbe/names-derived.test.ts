import * as assert from 'uvu/assert'
import { DirectBuffer, Slice } from '../../../codegen/runtime/index.ts'
import { decodeJson, encodeJson } from '../../support/json-encoder.ts'
import { suite } from '../../support/suite.ts'
import { call, decoderOf, encoderOf, loadModules, read } from './codec-harness.ts'
import { schemaText } from './schema-parts.ts'

const test = suite('names derived from members')

const uint8s = (from: number, ...names: readonly string[]): string =>
  names.map((name, index) => `<field name="${name}" id="${from + index}" type="uint8"/>`).join('')

const SCHEMA = schemaText({
  types: `
    <type name="Text" primitiveType="char" length="4"/>
    <type name="Numbers" primitiveType="uint16" length="3"/>
    <type name="Wides" primitiveType="int64" length="2"/>
    <type name="Octets" primitiveType="uint8" length="5"/>
    <type name="FixedText" primitiveType="char" presence="constant">fix</type>
    <enum name="Side" encodingType="uint8"><validValue name="BUY">1</validValue></enum>
    <set name="Marks" encodingType="uint8"><choice name="on">0</choice></set>
    <set name="WideMarks" encodingType="uint64"><choice name="on">33</choice></set>
    <composite name="Price">
      <type name="mantissa" primitiveType="int32"/>
      <type name="Exponent" primitiveType="int8"/><type name="exponent" primitiveType="uint8"/>
    </composite>
    <composite name="Deep">
      <ref name="price" type="Price"/><type name="priceMantissa" primitiveType="uint8"/>
    </composite>
    <composite name="Crowded">
      <type name="a" primitiveType="int64" presence="optional"/><type name="aIsNull" primitiveType="uint8"/>
      <type name="aAsNumber" primitiveType="uint8"/><type name="_a" primitiveType="uint8"/>
      <ref name="m" type="Marks"/><type name="mRaw" primitiveType="uint8"/><type name="_m" primitiveType="uint8"/>
    </composite>`,
  messages: `
    <message name="Scalars" id="1">
      <field name="foo" id="1" type="int64" presence="optional"/>
      ${uint8s(2, 'fooIsNull', 'fooOrNull', 'fooNull', 'fooAsNumber', 'fooHi', 'fooLo', 'fooWords', '_foo')}
      <field name="bar" id="20" type="uint16" presence="optional"/>
      ${uint8s(21, 'barIsNull', 'barIsNull_', 'barOrNull', 'barNull')}
    </message>
    <message name="Arrays" id="2">
      <field name="text" id="1" type="Text" presence="optional"/>
      ${uint8s(2, 'textLength', 'textAt', 'textEquals', 'getText', 'putText', 'textIsNull', 'textOrNull')}
      <field name="numbers" id="10" type="Numbers"/>${uint8s(11, 'numbersLength', 'numbersAt', 'putNumbers')}
      <field name="wides" id="20" type="Wides"/>${uint8s(21, 'widesAt', 'widesAtAsNumber', 'putWides')}
      <field name="octets" id="30" type="Octets"/>${uint8s(31, 'octetsAt', 'getOctets', 'putOctets')}
      <field name="fixed" id="40" type="FixedText"/>${uint8s(41, 'fixedLength')}
    </message>
    <message name="Types" id="3">
      <field name="side" id="1" type="Side"/>${uint8s(2, 'sideRaw')}
      <field name="marks" id="3" type="Marks"/>${uint8s(4, 'marksRaw', '_marks')}
      <field name="wide" id="6" type="WideMarks"/>${uint8s(7, 'wideRaw', 'wideRawHi', 'wideRawLo')}
      <field name="price" id="10" type="Price"/>${uint8s(11, 'priceMantissa', 'priceExponent', '_price')}
      <field name="deep" id="14" type="Deep"/>${uint8s(15, 'deepPriceMantissa', 'deepPrice')}
      <field name="crowded" id="17" type="Crowded"/>
    </message>
    <message name="Variable" id="4">
      ${uint8s(1, 'gCount', '_g', 'dLength', 'skipD', 'getD', 'putD', 'wrapD', 'dBytes', 'reserveD', 'hCount')}
      <group name="g" id="20"><field name="x" id="1" type="uint8"/></group>
      <group name="h" id="21">${uint8s(1, 'dLength', '_n')}
        <group name="n" id="22"><field name="x" id="1" type="uint8"/></group>
        <data name="d" id="23" type="varString"/></group>
      <data name="d" id="24" type="varString"/>
      <data name="b" id="25" type="varBytes"/><data name="bBytes" id="26" type="varBytes"/>
    </message>
    <message name="Cases" id="5">
      ${uint8s(1, 'Foo', 'foo', 'FOO', 'fOO', 'foo_', 'foo__', 'éa', 'Éa')}
      <group name="Bar" id="20"><field name="x" id="1" type="uint8"/></group>
      <group name="bar" id="21"><field name="x" id="1" type="uint8"/></group>
      <data name="Baz" id="22" type="varString"/>
      <data name="baz" id="23" type="varString"/>
    </message>`,
})

const { codecs } = await loadModules({ codecs: SCHEMA }, { precedenceChecks: true })
const buffer = new DirectBuffer(new Uint8Array(512))

function newEncoder(message: string): unknown {
  buffer.bytes.fill(0)
  return encoderOf(codecs, message, buffer)
}

function newDecoder(message: string): unknown {
  return decoderOf(codecs, message, buffer)
}

test('a field called as an accessor of another field is that accessor, and the accessor gets an underscore', () => {
  const encoder = newEncoder('Scalars')
  const taken = ['fooIsNull', 'fooOrNull', 'fooNull', 'fooAsNumber', 'fooHi', 'fooLo', 'fooWords']
  taken.forEach((name, index) => call(encoder, name, index + 1))
  call(encoder, 'foo', -5n)
  const decoder = newDecoder('Scalars')
  assert.equal(read(decoder, 'fooIsNull', 'fooAsNumber', 'fooHi', 'fooWords'), [1, 4, 5, 7])
  assert.equal(read(decoder, 'fooIsNull_', 'fooOrNull_', 'fooAsNumber_', 'fooHi_', 'fooLo_'), [
    false, -5n, -5, -1, 0xffff_fffb,
  ])
  call(encoder, 'fooNull_')
  assert.equal([call(decoder, 'fooIsNull_'), call(decoder, 'fooOrNull_'), call(decoder, 'fooNull')], [true, null, 3])
  call(call(encoder, 'fooAsNumber_', 77), 'fooAsNumber', 8)
  assert.equal([call(decoder, 'foo'), call(decoder, 'fooAsNumber')], [77n, 8])
  call(encoder, 'fooWords_', 1, 2)
  assert.is(call(decoder, 'foo'), 0x1_0000_0002n)
  // There is a field called barIsNull_ as well.
  call(encoder, 'barNull_')
  assert.equal(read(decoder, 'barIsNull', 'barIsNull_', 'barIsNull__', 'barOrNull_'), [0, 0, true, null])
})

test('accessors of arrays make way for fields', () => {
  const encoder = newEncoder('Arrays')
  call(call(call(encoder, 'text', 'ab'), 'textLength', 9), 'textAt', 8)
  call(encoder, 'putNumbers_', 1, 2, 3)
  call(encoder, 'numbersAt_', 1, 20)
  call(encoder, 'putWides_', 1n, -2n)
  call(encoder, 'putOctets_', Uint8Array.of(1, 2, 3))
  const decoder = newDecoder('Arrays')
  const text = read(decoder, 'text', 'textLength', 'textLength_', 'textAt', 'textIsNull_', 'textOrNull_')
  assert.equal(text, ['ab', 9, 4, 8, false, 'ab'])
  assert.equal([call(decoder, 'textAt_', 1), call(decoder, 'textEquals_', 'ab')], [0x62, true])
  assert.equal([call(decoder, 'numbersAt_', 1), call(decoder, 'numbersLength_')], [20, 3])
  assert.equal([call(decoder, 'widesAt_', 1), call(decoder, 'widesAtAsNumber_', 1)], [-2n, -2])
  assert.equal([call(decoder, 'octetsAt_', 2), call(decoder, 'getOctets_', new Uint8Array(5))], [3, 5])
  assert.equal([call(decoder, 'fixed'), call(decoder, 'fixedLength'), call(decoder, 'fixedLength_')], ['fix', 0, 3])
})

test('raw and flattened accessors make way for fields', () => {
  const encoder = newEncoder('Types')
  call(call(encoder, 'side', 1), 'sideRaw', 50)
  call(encoder, 'marksRaw', 51)
  call(encoder, 'marksRaw_', 1)
  call(encoder, 'wideRaw_', 1n << 33n)
  call(call(encoder, 'priceMantissa', 52), 'priceMantissa_', -52)
  call(encoder, 'deepPriceMantissa', 53)
  const decoder = newDecoder('Types')
  assert.equal(read(decoder, 'side', 'sideRaw', 'sideRaw_', 'marksRaw', 'marksRaw_'), [1, 50, 1, 51, 1])
  assert.equal(read(decoder, 'wideRaw_', 'wideRawHi_', 'wideRawLo_'), [1n << 33n, 2, 0])
  assert.is(call(call(decoder, 'wide'), 'on'), true)
  assert.equal([call(decoder, 'priceMantissa'), call(decoder, 'priceMantissa_')], [52, -52])
  assert.is(call(call(decoder, 'price'), 'mantissa'), -52)
  assert.is(call(decoder, 'deepPriceMantissa'), 53)
})

test('accessors of groups and data make way for fields', () => {
  const encoder = newEncoder('Variable')
  call(call(encoder, 'gCount', 60), 'dLength', 61)
  call(encoder, 'hCount', 62)
  call(call(call(encoder, 'gCount_', 1), 'next'), 'x', 63)
  const h = call(call(encoder, 'hCount_', 1), 'next')
  call(h, 'dLength', 64)
  call(h, 'nCount', 0)
  call(h, 'd', 'inner')
  call(encoder, 'putD_', Uint8Array.of(0x6f))
  call(encoder, 'putB', Uint8Array.of(1))
  call(encoder, 'putBBytes', Uint8Array.of(2, 3))
  call(encoder, 'checkEncodingIsComplete')
  const decoder = newDecoder('Variable')
  assert.equal(read(decoder, 'gCount', 'dLength', 'hCount'), [60, 61, 62])
  assert.is(call(call(call(decoder, 'g'), 'next'), 'x'), 63)
  const inner = call(call(decoder, 'h'), 'next')
  assert.is(call(inner, 'dLength'), 64)
  call(inner, 'n')
  assert.equal([call(inner, 'dLength_'), call(inner, 'd')], [5, 'inner'])
  assert.is(call(decoder, 'dLength_'), 1)
  const slice = new Slice()
  call(decoder, 'wrapD_', slice)
  assert.equal([...slice.toUint8Array()], [0x6f])
  assert.equal([...call(decoder, 'bBytes_') as Uint8Array], [1])
  assert.equal([...call(decoder, 'bBytesBytes') as Uint8Array], [2, 3])
})

test('text and JSON of a message have every member, whatever the accessors are called', () => {
  const scalars = {
    foo: null, fooIsNull: 1, fooOrNull: 2, fooNull: 3, fooAsNumber: 4, fooHi: 5, fooLo: 6, fooWords: 7, _foo: 8,
    bar: null, barIsNull: 9, barIsNull_: 10, barOrNull: 11, barNull: 12,
  }
  encodeJson(codecs, 'Scalars', scalars, buffer)
  assert.equal(decodeJson(codecs, 'Scalars', buffer), scalars)
  assert.match(String(newDecoder('Scalars')), ':foo=null|fooIsNull=1|')
  const arrays = {
    text: 'ab', textLength: 1, textAt: 2, textEquals: 3, getText: 4, putText: 5, textIsNull: 6, textOrNull: 7,
    numbers: [1, 2, 3], numbersLength: 8, numbersAt: 9, putNumbers: 10,
    wides: ['-1', '2'], widesAt: 11, widesAtAsNumber: 12, putWides: 13,
    octets: [1, 2, 3, 4, 5], octetsAt: 14, getOctets: 15, putOctets: 16, fixed: 'fix', fixedLength: 17,
  }
  const encoder = newEncoder('Arrays')
  for (const [name, value] of Object.entries(arrays)) {
    if (Array.isArray(value)) {
      value.forEach((element, i) => call(encoder, `${name}At_`, i, name === 'wides' ? BigInt(element) : element))
    } else if (name !== 'fixed') call(encoder, name, value)
  }
  assert.equal(call(newDecoder('Arrays'), 'toJSON'), arrays)
  const types = {
    side: 'BUY', sideRaw: 1, marks: { on: true }, marksRaw: 2, _marks: 3, wide: { on: true }, wideRaw: 4, wideRawHi: 5,
    wideRawLo: 6, price: { mantissa: 7, exponent: -8, exponent_: 9 }, priceMantissa: 10, priceExponent: 11, _price: 12,
    deep: { price: { mantissa: 13, exponent: 14, exponent_: 15 }, priceMantissa: 16 },
    deepPriceMantissa: 17, deepPrice: 18,
    crowded: { a: null, aIsNull: 1, aAsNumber: 2, _a: 3, m: { on: false }, mRaw: 4, _m: 5 },
  }
  encodeJson(codecs, 'Types', types, buffer)
  assert.equal(decodeJson(codecs, 'Types', buffer), types)
  const decoder = newDecoder('Types')
  assert.equal(read(decoder, 'priceExponent', 'priceExponent_', 'priceExponent__'), [11, -8, 9])
})

test('members that differ in the case of the first letter only are kept apart', () => {
  const json = {
    foo: 1, foo_: 2, fOO: 3, fOO_: 4, foo__: 5, foo___: 6, éa: 7, éa_: 8,
    bar: [{ x: 9 }], bar_: [], baz: 'one', baz_: 'two',
  }
  encodeJson(codecs, 'Cases', json, buffer)
  assert.equal(decodeJson(codecs, 'Cases', buffer), json)
  assert.equal([...buffer.bytes.subarray(8, 16)], [1, 2, 3, 4, 5, 6, 7, 8])
})

test.run()
