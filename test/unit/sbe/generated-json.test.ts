import * as assert from 'uvu/assert'
import { DirectBuffer } from '../../../codegen/runtime/index.ts'
import type { MessageMeta } from '../../../codegen/runtime/index.ts'
import { suite } from '../../support/suite.ts'
import { call, decoderOf, encoderOf, fails, loadModules, make, read } from './codec-harness.ts'
import { schemaText } from './schema-parts.ts'

const test = suite('JSON and text of messages')

const { json } = await loadModules({
  json: schemaText({
    attributes: 'version="2" semanticVersion="5.2" description="For the tests of JSON."',
    types: `
      <type name="Text" primitiveType="char" length="6"/><type name="Octets" primitiveType="uint8" length="3"/>
      <type name="Wides" primitiveType="uint64" length="2"/><type name="Floats" primitiveType="float" length="2"/>
      <type name="Word" primitiveType="char" presence="constant">word</type>
      <type name="Count" primitiveType="uint16" presence="optional" semanticType="Qty"/>
      <enum name="Side" encodingType="char"><validValue name="BUY">B</validValue>
        <validValue name="SELL">S</validValue></enum>
      <enum name="Kind" encodingType="wide"><validValue name="BIG">9007199254740993</validValue></enum>
      <type name="wide" primitiveType="uint64"/>
      <set name="Marks" encodingType="uint8"><choice name="low">0</choice><choice name="mid">3</choice>
        <choice name="high">7</choice></set>
      <composite name="Price"><type name="mantissa" primitiveType="int64" presence="optional"/>
        <type name="exponent" primitiveType="int8" presence="constant">-2</type><ref name="marks" type="Marks"/>
        <type name="code" primitiveType="char" length="2"/>
        <composite name="Deep"><type name="x" primitiveType="float"/></composite></composite>`,
    messages: `<message name="Order" id="7" semanticType="D" description="An order.">
      <field name="id" id="1" type="uint64" epoch="unix" timeUnit="nanosecond" semanticType="UTCTimestamp"/>
      <field name="qty" id="2" type="Count" semanticType="Qty"/><field name="ratio" id="3" type="float"/>
      <field name="rate" id="4" type="double" deprecated="2"/>
      <field name="letter" id="5" type="char"/><field name="maybe" id="6" type="char" presence="optional"/>
      <field name="text" id="7" type="Text"/><field name="octets" id="8" type="Octets"/>
      <field name="wides" id="9" type="Wides"/><field name="floats" id="10" type="Floats"/>
      <field name="side" id="11" type="Side"/><field name="kind" id="12" type="Kind"/>
      <field name="marks" id="13" type="Marks"/><field name="price" id="14" type="Price"/>
      <field name="word" id="15" type="Word"/>
      <field name="fixed" id="16" type="Side" presence="constant" valueRef="Side.SELL"/>
      <group name="legs" id="20"><field name="name" id="1" type="Text"/><field name="marks" id="2" type="Marks"/>
        <group name="fees" id="3"><field name="fee" id="1" type="int64"/></group>
        <data name="note" id="4" type="varString"/></group>
      <data name="comment" id="21" type="varString"/><data name="blob" id="22" type="varBytes"/>
    </message>
    <message name="Empty" id="8"/>`,
  }),
})

const buffer = new DirectBuffer(new Uint8Array(512))

function encodeOrder(): void {
  const encoder = encoderOf(json, 'Order', buffer)
  call(call(call(encoder, 'id', 18446744073709551615n), 'qtyNull'), 'ratio', 35.9)
  call(call(call(encoder, 'rate', 0.1), 'letter', 0x41), 'maybeNull')
  call(call(call(encoder, 'text', 'a|b'), 'putOctets', Uint8Array.of(1, 255, 0)), 'putWides', 1n, 2n ** 63n)
  call(call(call(encoder, 'putFloats', 0.1, 1e20), 'side', 0x42), 'kind', 9007199254740993n)
  call(call(call(encoder, 'marksRaw', 0x81), 'priceMantissa', -5n), 'priceMarksRaw', 0)
  call(call(encoder, 'price'), 'code', 'ab')
  call(encoder, 'priceDeepX', 1.5)
  const legs = call(encoder, 'legsCount', 2)
  call(call(call(legs, 'next'), 'name', 'one'), 'marksRaw', 8)
  const fees = call(legs, 'feesCount', 2)
  for (const fee of [-1n, 2n]) call(call(fees, 'next'), 'fee', fee)
  call(legs, 'note', 'n"1')
  call(call(call(legs, 'next'), 'name', ''), 'marksRaw', 0)
  call(legs, 'feesCount', 0)
  call(legs, 'note', '')
  call(call(encoder, 'comment', "it's"), 'putBlob', Uint8Array.of(0, 0xab))
}

const ORDER = {
  id: '18446744073709551615', qty: null, ratio: 35.9, rate: 0.1, letter: 'A', maybe: null, text: 'a|b',
  octets: [1, 255, 0], wides: ['1', '9223372036854775808'], floats: [0.1, 1e20], side: 'BUY', kind: 'BIG',
  marks: { low: true, mid: false, high: true },
  price: { mantissa: '-5', exponent: -2, marks: { low: false, mid: false, high: false }, code: 'ab', deep: { x: 1.5 } },
  word: 'word', fixed: 'SELL',
  legs: [
    { name: 'one', marks: { low: false, mid: true, high: false }, fees: [{ fee: '-1' }, { fee: '2' }], note: 'n"1' },
    { name: '', marks: { low: false, mid: false, high: false }, fees: [], note: '' },
  ],
  comment: "it's", blob: '00ab',
}

test('a message becomes plain JSON', () => {
  encodeOrder()
  const decoder = decoderOf(json, 'Order', buffer)
  const value = call(decoder, 'toJSON') as object
  assert.equal(value, ORDER)
  assert.equal(Object.keys(value), Object.keys(ORDER), 'in the order of the schema')
  assert.equal(JSON.parse(JSON.stringify(decoder)), ORDER)
  assert.equal(call(call(decoder, 'price'), 'toJSON'), ORDER.price)
  assert.equal(call(call(decoder, 'marks'), 'toJSON'), ORDER.marks)
})

test('a message becomes one line of text', () => {
  encodeOrder()
  assert.is(
    String(decoderOf(json, 'Order', buffer)),
    '[Order](sbeTemplateId=7|sbeSchemaId=1|sbeSchemaVersion=2|sbeBlockLength=82):' +
      `id=18446744073709551615|qty=null|ratio=35.9|rate=0.1|letter=A|maybe=null|text='a|b'|octets=[1,255,0]|` +
      `wides=[1,9223372036854775808]|floats=[0.1,100000000000000000000]|side=BUY|kind=BIG|marks={low,high}|` +
      `price=(mantissa=-5|exponent=-2|marks={}|code='ab'|deep=(x=1.5))|word='word'|fixed=SELL|` +
      `legs=[(name='one'|marks={mid}|fees=[(fee=-1),(fee=2)]|note='n"1'),(name=''|marks={}|fees=[]|note='')]|` +
      `comment='it's'|blob='00ab'`,
  )
  encoderOf(json, 'Empty', buffer)
  assert.is(
    String(decoderOf(json, 'Empty', buffer)),
    '[Empty](sbeTemplateId=8|sbeSchemaId=1|sbeSchemaVersion=2|sbeBlockLength=0):',
  )
})

test('floats are as short as they can be, and what JSON lacks is null or text', () => {
  const encoder = encoderOf(json, 'Order', buffer)
  for (const [value, float, double] of [
    [NaN, null, null], [Infinity, 'Infinity', 'Infinity'], [-Infinity, '-Infinity', '-Infinity'], [-0, -0, -0],
    [0.3, 0.3, 0.3], [1 / 3, 0.33333334, 1 / 3], [16777217, 16777216, 16777217], [1e-45, 1e-45, 1e-45],
    [3.4028234663852886e38, 3.4028235e38, 3.4028234663852886e38],
  ] as const) {
    call(call(call(encoder, 'ratio', value), 'rate', value), 'putFloats', value, value)
    call(encoder, 'legsCount', 0)
    call(call(encoder, 'comment', ''), 'putBlob', new Uint8Array(0))
    const found = call(decoderOf(json, 'Order', buffer), 'toJSON') as Readonly<Record<string, unknown>>
    assert.equal([found['ratio'], found['rate'], found['floats']], [float, double, [float, float]], String(value))
    assert.ok(Object.is(found['ratio'], float) && Object.is(found['rate'], double), `${value} has its sign`)
    call(encoder, 'setLimit', 8 + 82)
  }
})

test('enums without a name for a value give the value, and null values give null', () => {
  encodeOrder()
  const encoder = call(make(json, 'OrderEncoder'), 'wrap', buffer, 8)
  call(call(call(encoder, 'side', 0x51), 'kind', 2n ** 64n - 2n), 'maybe', 0x7a)
  const decoder = decoderOf(json, 'Order', buffer)
  let found = call(decoder, 'toJSON') as Readonly<Record<string, unknown>>
  assert.equal([found['side'], found['kind'], found['maybe']], [0x51, '18446744073709551614', 'z'])
  assert.match(String(decoder), '|side=81|kind=18446744073709551614|')
  call(call(encoder, 'side', 0), 'kind', 2n ** 64n - 1n)
  found = call(decoder, 'toJSON') as Readonly<Record<string, unknown>>
  assert.equal([found['side'], found['kind']], [null, null])
})

test('JSON and text begin at the begin of the message and leave the cursor where it is', () => {
  encodeOrder()
  const decoder = decoderOf(json, 'Order', buffer)
  const legs = call(decoder, 'legs')
  call(call(legs, 'next'), 'fees')
  const limit = call(decoder, 'limit')
  assert.equal(call(decoder, 'toJSON'), ORDER)
  assert.match(String(decoder), 'comment=')
  assert.is(call(decoder, 'limit'), limit)
  assert.equal([...read(legs, 'name', 'count'), call(legs, 'note')], ['one', 2, 'n"1'])
})

test('JSON of a malformed message is refused with the reason, its text gives the reason', () => {
  encodeOrder()
  const decoder = call(make(json, 'OrderDecoder'), 'wrap', buffer, 8, 82, 2, 90)
  for (const run of [() => call(decoder, 'toJSON'), () => JSON.stringify(decoder)]) {
    assert.match(fails('ERR_GODWIT_SBE_BOUNDS', run), 'Order.legs')
  }
  assert.match(String(decoder), /^\[Order\]\(sbeTemplateId=7\|[^)]*\):Order\.legs: /)
})

test('a decoder that is not wrapped has an empty text, and its parts say what is missing', () => {
  assert.is(String(make(json, 'OrderDecoder')), '')
  assert.match(fails('ERR_GODWIT_SBE_BOUNDS', () => call(make(json, 'OrderDecoder'), 'text')), 'not wrapped')
  assert.match(fails('ERR_GODWIT_SBE_BOUNDS', () => call(make(json, 'OrderEncoder'), 'text', 'abc')), 'not wrapped')
})

test('metadata tells what the schema says of messages, fields, groups and data', () => {
  const meta = json['OrderMeta'] as MessageMeta
  const { name, templateId, schemaId, schemaVersion, semanticVersion, semanticType, byteOrder, blockLength } = meta
  assert.equal([name, templateId, schemaId, schemaVersion, blockLength], ['Order', 7, 1, 2, 82])
  assert.equal([semanticVersion, semanticType, byteOrder], ['5.2', 'D', 'littleEndian'])
  const { id, qty, rate, text, wides, side, marks, price, word, fixed } = meta.fields
  assert.equal(id, {
    id: 1, presence: 'required', sinceVersion: 0, offset: 0, encodedLength: 8, type: 'uint64', minValue: 0n,
    maxValue: 2n ** 64n - 2n, nullValue: 2n ** 64n - 1n, epoch: 'unix', timeUnit: 'nanosecond',
    semanticType: 'UTCTimestamp',
  })
  assert.equal([qty?.presence, qty?.semanticType, rate?.deprecated], ['optional', 'Qty', 2])
  assert.equal([text?.type, text?.length, text?.encodedLength, text?.characterEncoding], ['char', 6, 6, 'US-ASCII'])
  assert.equal([wides?.type, wides?.length, wides?.encodedLength], ['uint64', 2, 16])
  assert.equal([side?.type, side?.nullValue, marks?.type, price?.type], ['Side', 0, 'Marks', 'Price'])
  for (const field of [word, fixed]) assert.equal([field?.presence, field?.encodedLength], ['constant', 0])
  const { legs } = meta.groups
  assert.equal([legs?.id, legs?.blockLength, legs?.headerLength, legs?.groups['fees']?.blockLength], [20, 7, 2, 8])
  assert.equal(legs?.data['note'], {
    id: 4, sinceVersion: 0, lengthType: 'uint8', maxLength: 254, characterEncoding: 'UTF-8',
  })
  assert.equal(meta.data['blob'], { id: 22, sinceVersion: 0, lengthType: 'uint16', maxLength: 65534 })
})

test.run()
