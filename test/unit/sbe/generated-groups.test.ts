import * as assert from 'uvu/assert'
import { DirectBuffer } from '../../../codegen/runtime/index.ts'
import { suite } from '../../support/suite.ts'
import { call, decoderOf, encoderOf, fails, failsWithoutTrace, loadModules, make, read } from './codec-harness.ts'
import { schemaText } from './schema-parts.ts'

const test = suite('generated groups')

const dimensions = (name: string, blockLength: string, numInGroup: string, rest: string = ''): string =>
  `<composite name="${name}"><type name="blockLength" primitiveType="${blockLength}" maxValue="200"/>
    <type name="numInGroup" primitiveType="${numInGroup}" ${rest}/></composite>`

const SCHEMA = schemaText({
  types: `${dimensions('size16', 'uint16', 'uint16')}
    ${dimensions('size32', 'uint32', 'uint32', 'maxValue="2147483647"')}
    ${dimensions('size64', 'uint64', 'uint64', 'maxValue="1000"')}
    ${dimensions('few', 'uint8', 'uint8', 'minValue="1" maxValue="3"')}
    ${dimensions('signed', 'uint16', 'int8', 'minValue="0" maxValue="100"')}
    <composite name="padded"><type name="blockLength" primitiveType="uint16"/>
      <type name="numInGroup" primitiveType="uint8" offset="7"/></composite>
    <composite name="reversed"><type name="numInGroup" primitiveType="uint8"/>
      <type name="filler" primitiveType="uint32"/><type name="blockLength" primitiveType="uint16"/></composite>
    <composite name="counted"><type name="blockLength" primitiveType="uint16"/>
      <type name="numInGroup" primitiveType="uint16"/><type name="numGroups" primitiveType="uint16"/>
      <type name="numVarDataFields" primitiveType="uint16"/></composite>`,
  messages: `
    <message name="Orders" id="1"><field name="id" id="1" type="uint8"/>
      <group name="legs" id="2">
        <field name="side" id="3" type="uint8"/><field name="ratio" id="4" type="int16"/></group>
      <group name="deals" id="5"><field name="price" id="6" type="uint32"/>
        <group name="fees" id="7"><field name="amount" id="8" type="uint8"/></group>
        <group name="notes" id="9"><data name="text" id="10" type="varString"/></group>
        <data name="name" id="11" type="varString"/></group>
      <data name="tail" id="12" type="varString"/></message>
    ${['size16', 'size32', 'size64', 'few', 'signed', 'padded', 'reversed', 'counted'].map((type, i) =>
      `<message name="G${type}" id="${i + 10}"><group name="g" id="1" dimensionType="${type}">
        <field name="x" id="1" type="uint8"/></group><data name="end" id="2" type="varString"/></message>`).join('')}
    <message name="Roomy" id="30"><group name="g" id="1" blockLength="6"><field name="x" id="1" type="uint8"/></group>
    </message>
    <message name="Empty" id="31"><group name="g" id="1" dimensionType="size32"/></message>
    <message name="Optional" id="33"><group name="g" id="1"><field name="x" id="1" type="uint8"/>
      <field name="y" id="2" type="uint8" presence="optional"/></group></message>
    <message name="CountedNested" id="32"><group name="g" id="1" dimensionType="counted">
      <group name="h" id="2"><field name="x" id="1" type="uint8"/></group>
      <data name="d" id="3" type="varString"/><data name="e" id="4" type="varString"/></group></message>`,
})

const { little, big } = await loadModules({
  little: SCHEMA, big: SCHEMA.replace('version="0"', 'version="0" byteOrder="bigEndian"'),
})
const buffer = new DirectBuffer(new Uint8Array(400))

interface Entry {
  side(): number
  ratio(): number
}

/** Two legs, two deals with one and no fees, and no and two notes. */
function encodeOrders(): void {
  buffer.bytes.fill(0xee)
  const encoder = call(encoderOf(little, 'Orders', buffer), 'id', 1)
  const legs = call(encoder, 'legsCount', 2)
  for (const side of [1, 2]) call(call(call(legs, 'next'), 'side', side), 'ratio', -side)
  const deals = call(encoder, 'dealsCount', 2)
  call(call(deals, 'next'), 'price', 100)
  call(call(call(deals, 'feesCount', 1), 'next'), 'amount', 9)
  call(deals, 'notesCount', 0)
  call(deals, 'name', 'first')
  call(call(deals, 'next'), 'price', 200)
  call(deals, 'feesCount', 0)
  const notes = call(deals, 'notesCount', 2)
  for (const text of ['n1', 'n2']) call(call(notes, 'next'), 'text', text)
  call(deals, 'name', 'second')
  call(encoder, 'tail', 'end')
}

const ORDERS = {
  id: 1, legs: [{ side: 1, ratio: -1 }, { side: 2, ratio: -2 }],
  deals: [
    { price: 100, fees: [{ amount: 9 }], notes: [], name: 'first' },
    { price: 200, fees: [], notes: [{ text: 'n1' }, { text: 'n2' }], name: 'second' },
  ],
  tail: 'end',
}

test('groups nest to any depth, and are read in the order in which they were written', () => {
  encodeOrders()
  const decoder = decoderOf(little, 'Orders', buffer)
  assert.equal(call(decoder, 'toJSON'), ORDERS)
  const seen: unknown[] = []
  for (const leg of call(decoder, 'legs') as Iterable<unknown>) seen.push(...read(leg, 'side', 'ratio'))
  for (const deal of call(decoder, 'deals') as Iterable<unknown>) {
    seen.push(call(deal, 'price'))
    for (const fee of call(deal, 'fees') as Iterable<unknown>) seen.push(call(fee, 'amount'))
    for (const note of call(deal, 'notes') as Iterable<unknown>) seen.push(call(note, 'text'))
    seen.push(call(deal, 'name'))
  }
  seen.push(call(decoder, 'tail'))
  assert.equal(seen, [1, -1, 2, -2, 100, 9, 'first', 200, 'n1', 'n2', 'second', 'end'])
  assert.is(call(decoder, 'encodedLength'), call(decoder, 'sbeDecodedLength'))
})

test('a group tells its count, block length and whether there is more', () => {
  encodeOrders()
  const decoder = decoderOf(little, 'Orders', buffer)
  const legs = call(decoder, 'legs')
  assert.equal(read(legs, 'count', 'hasNext', 'actingBlockLength'), [2, true, 3])
  assert.is(call(legs, 'next'), legs)
  assert.is(call(call(legs, 'next'), 'hasNext'), false)
  const statics = little['OrdersLegsDecoder'] as { HEADER_LENGTH: number; BLOCK_LENGTH: number }
  assert.equal([statics.HEADER_LENGTH, statics.BLOCK_LENGTH], [2, 3])
})

test('entries of fixed length can be taken by index, in any order and as often as wanted', () => {
  encodeOrders()
  const decoder = decoderOf(little, 'Orders', buffer)
  const legs = call(decoder, 'legs')
  const at = (index: number): Entry => call(legs, 'at', index) as Entry
  assert.equal([at(1).side(), at(0).side(), at(1).ratio(), at(1).side()], [2, 1, -2, 2])
  assert.is(call(legs, 'hasNext'), false)
  at(0)
  assert.equal([call(legs, 'hasNext'), call(call(legs, 'next'), 'side')], [true, 2])
  for (const index of [2, -1, 0.5, NaN, Infinity, 2 ** 32]) {
    const message = fails('ERR_GODWIT_SBE_INDEX', () => at(index))
    assert.match(message, `Orders.legs: index ${index} is outside the range 0 to 1`)
  }
  assert.is(call(legs, 'side'), 2, 'the entry stays')
  const deals = call(decoder, 'deals')
  assert.is(call(call(deals, 'next'), 'price'), 100)
  assert.not.ok('at' in (deals as object))
})

test('a loop that was left goes on where it was, and one over a finished group does nothing', () => {
  encodeOrders()
  const legs = call(decoderOf(little, 'Orders', buffer), 'legs') as Iterable<Entry>
  for (const leg of legs) {
    assert.is(leg.side(), 1)
    break
  }
  assert.equal(Array.from(legs, (leg) => leg.side()), [2])
  assert.equal([...legs], [])
  const iterator = legs[Symbol.iterator]() as IterableIterator<Entry>
  assert.is(iterator[Symbol.iterator](), iterator)
})

test('next() throws when there is no further entry, on both sides, and the entry stays', () => {
  encodeOrders()
  const legs = call(decoderOf(little, 'Orders', buffer), 'legs')
  call(call(legs, 'next'), 'next')
  assert.match(fails('ERR_GODWIT_SBE_NO_MORE_ENTRIES', () => call(legs, 'next')), 'Orders.legs: all 2 entries')
  assert.is(call(legs, 'side'), 2)
  const encoder = encoderOf(little, 'Orders', buffer)
  const entries = call(call(encoder, 'legsCount', 1), 'next')
  const limit = (): unknown => call(encoder, 'limit')
  failsWithoutTrace('ERR_GODWIT_SBE_NO_MORE_ENTRIES', buffer, () => call(entries, 'next'), limit)
  const none = call(encoder, 'dealsCount', 0)
  failsWithoutTrace('ERR_GODWIT_SBE_NO_MORE_ENTRIES', buffer, () => call(none, 'next'), limit)
})

test('numbers of an entry cannot be reached before the first next()', () => {
  encodeOrders()
  const decoder = decoderOf(little, 'Orders', buffer)
  const legs = call(decoder, 'legs')
  assert.throws(() => call(legs, 'side'))
  const encoder = encoderOf(little, 'Orders', buffer)
  const entries = call(encoder, 'legsCount', 1)
  const bytes = buffer.bytes.slice()
  assert.throws(() => call(entries, 'side', 1))
  assert.equal(buffer.bytes, bytes)
})

test('a group takes as many entries as its dimensions allow, and whole numbers only', () => {
  for (const [message, group, min, max] of [
    ['Orders', 'legs', 0, 254], ['Gfew', 'g', 1, 3], ['Gsigned', 'g', 0, 100], ['Gsize64', 'g', 0, 1000],
  ] as const) {
    const encoder = encoderOf(little, message, new DirectBuffer(new Uint8Array(2000)))
    const target = call(encoder, 'buffer') as DirectBuffer
    for (const count of [min - 1, max + 1, -1, NaN, 1.5, Infinity]) {
      const text = failsWithoutTrace(
        'ERR_GODWIT_SBE_GROUP_COUNT', target, () => call(encoder, `${group}Count`, count), () => call(encoder, 'limit'),
      )
      assert.match(text, `${message}.${group}: count ${count} `)
    }
    const entries = call(encoder, `${group}Count`, max)
    for (let i = 0; i < max; i++) call(entries, 'next')
    call(encoderOf(little, message, target), `${group}Count`, min)
  }
})

test('dimensions of every width and layout are written and read where the schema has them', () => {
  type Layout = readonly [length: number, bytes: (view: DataView, littleEndian: boolean) => number[]]
  const layouts: Readonly<Record<string, Layout>> = {
    size16: [4, (view, le) => [view.getUint16(8, le), view.getUint16(10, le)]],
    size32: [8, (view, le) => [view.getUint32(8, le), view.getUint32(12, le)]],
    size64: [16, (view, le) => [Number(view.getBigUint64(8, le)), Number(view.getBigUint64(16, le))]],
    few: [2, (view) => [view.getUint8(8), view.getUint8(9)]],
    signed: [3, (view, le) => [view.getUint16(8, le), view.getInt8(10)]],
    padded: [8, (view, le) => [view.getUint16(8, le), view.getUint8(15)]],
    reversed: [7, (view, le) => [view.getUint16(13, le), view.getUint8(8)]],
    counted: [8, (view, le) => [view.getUint16(8, le), view.getUint16(10, le)]],
  }
  for (const [module, littleEndian] of [[little, true], [big, false]] as const) {
    for (const [name, [length, bytes]] of Object.entries(layouts)) {
      buffer.bytes.fill(0x77)
      const encoder = encoderOf(module, `G${name}`, buffer)
      const group = call(encoder, 'gCount', 2)
      assert.equal(bytes(buffer.view, littleEndian), [1, 2], name)
      for (const x of [8, 9]) call(call(group, 'next'), 'x', x)
      call(encoder, 'end', 'z')
      assert.is(call(encoder, 'encodedLength'), length + 2 + 2)
      const decoder = decoderOf(module, `G${name}`, buffer)
      assert.equal(call(decoder, 'toJSON'), { g: [{ x: 8 }, { x: 9 }], end: 'z' }, name)
      assert.is(call(decoder, 'sbeDecodedLength'), length + 2 + 2)
    }
  }
  assert.equal([...buffer.bytes.subarray(12, 16)], [0, 0, 0, 0], 'numGroups and numVarDataFields')
  buffer.bytes.fill(0x77)
  call(encoderOf(little, 'CountedNested', buffer), 'gCount', 0)
  assert.equal([...buffer.bytes.subarray(8, 17)], [0, 0, 0, 0, 1, 0, 2, 0, 0x77])
  buffer.bytes.fill(0x77)
  call(encoderOf(little, 'Gpadded', buffer), 'gCount', 0)
  const padded = [1, 0, 0x77, 0x77, 0x77, 0x77, 0x77, 0, 0x77]
  assert.equal([...buffer.bytes.subarray(8, 17)], padded, 'padding is left alone')
})

test('a block length of the schema that is larger than the fields is kept', () => {
  buffer.bytes.fill(0x77)
  const encoder = encoderOf(little, 'Roomy', buffer)
  const group = call(encoder, 'gCount', 2)
  for (const x of [1, 2]) call(call(group, 'next'), 'x', x)
  assert.is(call(encoder, 'encodedLength'), 2 + 12)
  assert.equal([...buffer.bytes.subarray(8, 17)], [6, 2, 1, 0x77, 0x77, 0x77, 0x77, 0x77, 2])
  assert.equal(call(decoderOf(little, 'Roomy', buffer), 'toJSON'), { g: [{ x: 1 }, { x: 2 }] })
})

test('the count can be made that of the entries taken', () => {
  for (const [taken, announced] of [[0, 3], [1, 3], [2, 2], [0, 0]] as const) {
    for (const module of [little, big]) {
      const encoder = encoderOf(module, 'Gsize16', buffer)
      const group = call(encoder, 'gCount', announced)
      for (let i = 0; i < taken; i++) call(call(group, 'next'), 'x', i)
      assert.is(call(group, 'resetCountToIndex'), taken)
      fails('ERR_GODWIT_SBE_NO_MORE_ENTRIES', () => call(group, 'next'))
      call(encoder, 'end', 'z')
      const { g, end } = call(decoderOf(module, 'Gsize16', buffer), 'toJSON') as { g: unknown[]; end: string }
      assert.equal([g.length, end], [taken, 'z'])
    }
  }
})

test('optional fields of an entry are set to null by themselves, and the entry alone', () => {
  const encoder = encoderOf(little, 'Optional', buffer)
  const group = call(encoder, 'gCount', 2)
  for (const x of [1, 2]) call(call(call(group, 'next'), 'x', x), 'y', x)
  assert.is(call(group, 'nullifyOptionalFields'), group)
  assert.equal(call(decoderOf(little, 'Optional', buffer), 'toJSON'), { g: [{ x: 1, y: 1 }, { x: 2, y: null }] })
})

test('entries without bytes are counted, and not more of them than makes sense', () => {
  const encoder = encoderOf(little, 'Empty', buffer)
  const group = call(encoder, 'gCount', 5)
  for (let i = 0; i < 5; i++) call(group, 'next')
  assert.is(call(encoder, 'encodedLength'), 8)
  assert.equal(call(decoderOf(little, 'Empty', buffer), 'toJSON'), { g: [{}, {}, {}, {}, {}] })
  buffer.view.setUint32(12, 0x7fffffff, true)
  const decoder = decoderOf(little, 'Empty', buffer)
  for (const run of [() => call(decoder, 'g'), () => call(decoder, 'sbeSkip'), () => call(decoder, 'toJSON')]) {
    fails('ERR_GODWIT_SBE_BOUNDS', run)
  }
})

test('a group that does not fit is refused before anything is written, and an entry as well', () => {
  for (let room = 1; room < 1 + 2 + 6; room++) {
    const encoder = call(make(little, 'OrdersEncoder'), 'wrap', buffer, 10, room)
    const limit = (): unknown => call(encoder, 'limit')
    failsWithoutTrace('ERR_GODWIT_SBE_BOUNDS', buffer, () => call(encoder, 'legsCount', 2), limit)
  }
  // Room for the id, no legs, two deals without nested parts, and little more.
  const encoder = call(make(little, 'OrdersEncoder'), 'wrap', buffer, 10, 1 + 2 + 2 + 8 + 5)
  call(encoder, 'legsCount', 0)
  const deals = call(encoder, 'dealsCount', 2)
  call(call(deals, 'next'), 'price', 7)
  call(deals, 'feesCount', 0)
  call(deals, 'notesCount', 0)
  const limit = (): unknown => call(encoder, 'limit')
  failsWithoutTrace('ERR_GODWIT_SBE_BOUNDS', buffer, () => call(deals, 'name', 'xxxxx'), limit)
  call(deals, 'name', 'x')
  failsWithoutTrace('ERR_GODWIT_SBE_BOUNDS', buffer, () => call(deals, 'next'), limit)
  assert.is(call(deals, 'resetCountToIndex'), 1)
})

test('a message that is cut off anywhere is refused, and nothing behind it is read', () => {
  encodeOrders()
  const whole = call(decoderOf(little, 'Orders', buffer), 'sbeDecodedLength') as number
  for (let length = 1; length < whole; length++) {
    // Bytes behind the message, and none.
    for (const target of [buffer, new DirectBuffer(buffer.bytes.slice(0, 8 + length))]) {
      const decoder = call(make(little, 'OrdersDecoder'), 'wrap', target, 8, 1, 0, length)
      for (const method of ['sbeSkip', 'sbeDecodedLength', 'toJSON']) {
        fails('ERR_GODWIT_SBE_BOUNDS', () => call(decoder, method))
      }
    }
  }
  call(call(make(little, 'OrdersDecoder'), 'wrap', buffer, 8, 1, 0, whole), 'toJSON')
})

test('counts that lie are refused before an entry is read', () => {
  encodeOrders()
  const refused = (change: (bytes: Uint8Array) => void): void => {
    encodeOrders()
    change(buffer.bytes)
    const decoder = call(make(little, 'OrdersDecoder'), 'wrap', buffer, 8, 1, 0, 60)
    fails('ERR_GODWIT_SBE_BOUNDS', () => call(decoder, 'legs'))
    fails('ERR_GODWIT_SBE_BOUNDS', () => call(decoder, 'sbeSkip'))
  }
  refused((bytes) => void (bytes[10] = 255))
  refused((bytes) => void (bytes[9] = 255))
  const encoder = encoderOf(little, 'Gsigned', buffer)
  call(call(encoder, 'gCount', 1), 'next')
  call(encoder, 'end', '')
  buffer.view.setInt8(10, -1)
  const decoder = decoderOf(little, 'Gsigned', buffer)
  for (const run of [() => call(decoder, 'g'), () => call(decoder, 'sbeSkip')]) assert.throws(run)
})

test('entries shorter than the first version has them are refused, unless there are none', () => {
  encodeOrders()
  buffer.bytes[9] = 2
  const decoder = decoderOf(little, 'Orders', buffer)
  for (const run of [() => call(decoder, 'legs'), () => call(decoder, 'sbeSkip'), () => call(decoder, 'toJSON')]) {
    assert.match(fails('ERR_GODWIT_SBE_BLOCK_LENGTH', run), 'Orders.legs: block length 2')
  }
  buffer.bytes[9] = 0
  buffer.bytes[10] = 0
  assert.is(call(call(decoderOf(little, 'Orders', buffer), 'legs'), 'count'), 0)
})

test.run()
