import * as assert from 'uvu/assert'
import { DirectBuffer, Slice } from '../../../codegen/runtime/index.ts'
import type { MessageMeta } from '../../../codegen/runtime/index.ts'
import { suite } from '../../support/suite.ts'
import { call, decoderOf, encoderOf, fails, failsWithoutTrace, loadModules, make, read } from './codec-harness.ts'
import { schemaText } from './schema-parts.ts'

const test = suite('generated data')

/** Types for data: the length type, its attributes, and where the bytes begin. */
const LENGTHS = {
  u8: ['uint8', ''], u16: ['uint16', ''], u32: ['uint32', 'maxValue="1073741824"'], u64: ['uint64', ''],
  short: ['uint16', 'maxValue="5"'], signedless: ['uint8', 'nullValue="0" presence="optional"'],
} as const
const ENCODINGS = {
  ascii: 'US-ASCII', latin: 'ISO-8859-1', utf: 'UTF-8', chinese: 'GB18030', nowhere: 'x-nowhere',
} as const

const composite = (name: string, length: string, data: string): string =>
  `<composite name="${name}"><type name="length" ${length}/><type name="varData" ${data}/></composite>`
const message = (name: string, id: number, type: string): string =>
  `<message name="${name}" id="${id}"><field name="x" id="1" type="uint8"/>
    <data name="d" id="2" type="${type}"/><data name="e" id="3" type="varString"/></message>`

const SCHEMA = schemaText({
  types: [
    ...Object.entries(LENGTHS).map(([name, [type, rest]]) =>
      composite(name, `primitiveType="${type}" ${rest}`, 'primitiveType="uint8" length="0"')),
    ...Object.entries(ENCODINGS).map(([name, encoding]) =>
      composite(name, 'primitiveType="uint16"', `primitiveType="char" length="0" characterEncoding="${encoding}"`)),
    composite('spaced', 'primitiveType="uint16" offset="2"', 'primitiveType="int8" length="0" offset="7"'),
  ].join('\n'),
  messages: [...Object.keys(LENGTHS), ...Object.keys(ENCODINGS), 'spaced']
    .map((type, i) => message(`D${type}`, i + 1, type)).join('\n'),
})
const { little, big } = await loadModules({
  little: SCHEMA, big: SCHEMA.replace('version="0"', 'version="0" byteOrder="bigEndian"'),
})
const buffer = new DirectBuffer(new Uint8Array(70_000))
const START = 8 + 1
const header: Readonly<Record<string, number>> = { u8: 1, u16: 2, u32: 4, u64: 8, short: 2, signedless: 1, spaced: 7 }

function encoded(type: string, bytes: Uint8Array, module = little): unknown {
  buffer.bytes.fill(0x77, 0, 300)
  const encoder = call(encoderOf(module, `D${type}`, buffer), 'x', 1)
  call(call(encoder, 'putD', bytes), 'e', 'end')
  return encoder
}

test('lengths of every width are written and read where the schema has them, in both byte orders', () => {
  for (const [module, littleEndian] of [[little, true], [big, false]] as const) {
    for (const [type, headerLength] of Object.entries(header)) {
      const encoder = encoded(type, Uint8Array.of(1, 2, 3), module)
      const { view } = buffer
      const length = type === 'spaced' ? view.getUint16(START + 2, littleEndian)
        : headerLength === 1 ? view.getUint8(START)
        : headerLength === 2 ? view.getUint16(START, littleEndian)
        : headerLength === 4 ? view.getUint32(START, littleEndian)
        : Number(view.getBigUint64(START, littleEndian))
      assert.is(length, 3, type)
      assert.equal([...buffer.bytes.subarray(START + headerLength, START + headerLength + 4)], [1, 2, 3, 3])
      assert.is(call(encoder, 'encodedLength'), 1 + headerLength + 3 + 4)
      const decoder = decoderOf(module, `D${type}`, buffer)
      assert.equal([call(decoder, 'dLength'), [...call(decoder, 'dBytes') as Uint8Array]], [3, [1, 2, 3]])
      assert.equal(read(decoder, 'e', 'encodedLength'), ['end', 1 + headerLength + 3 + 4])
    }
  }
  encoded('spaced', new Uint8Array(0))
  const padded = [0x77, 0x77, 0, 0, 0x77, 0x77, 0x77, 3]
  assert.equal([...buffer.bytes.subarray(START, START + 8)], padded, 'padding is left alone')
})

test('data may be as long as its length type or the schema allows, and not longer', () => {
  const source = new Uint8Array(66_000).map((_, i) => i)
  for (const [type, max] of [['u8', 254], ['u16', 65_534], ['short', 5], ['signedless', 254]] as const) {
    encoded(type, source.subarray(0, max))
    const decoder = decoderOf(little, `D${type}`, buffer)
    assert.equal([...call(decoder, 'dBytes') as Uint8Array], [...source.subarray(0, max)])
    const encoder = encoderOf(little, `D${type}`, buffer)
    const limit = (): unknown => call(encoder, 'limit')
    for (const run of [() => call(encoder, 'putD', source, 0, max + 1), () => call(encoder, 'reserveD', max + 1)]) {
      assert.match(failsWithoutTrace('ERR_GODWIT_SBE_LENGTH', buffer, run, limit), `D${type}.d: length ${max + 1} `)
    }
    assert.is((little[`D${type}Meta`] as MessageMeta).data['d']?.maxLength, max)
  }
  encoded('u32', source)
  assert.is(call(decoderOf(little, 'Du32', buffer), 'dLength'), 66_000)
  const { data } = little['Du64Meta'] as MessageMeta
  assert.equal([data['d']?.lengthType, data['d']?.maxLength], ['uint64', Number.MAX_SAFE_INTEGER])
})

const LONG_TEXT = 'long ünïcödé text, beyond sixteen bytes'
const utf8 = (text: string): number[] => [...Buffer.from(text)]

test('text data is written and read in the encoding of its type', () => {
  for (const [type, value, bytes, back = value] of [
    ['ascii', 'aé', [97, 63], 'a?'], ['latin', 'é€', [0xe9, 63], 'é?'], ['utf', 'é日😀', utf8('é日😀')],
    ['utf', '\udc00x', [0xef, 0xbf, 0xbd, 120], '\ufffdx'], ['chinese', '中', [0xd6, 0xd0]], ['utf', '', []],
    ['ascii', 'a\0b', [97, 0, 98]], ['utf', LONG_TEXT, utf8(LONG_TEXT)],
  ] as const) {
    const encoder = encoderOf(little, `D${type}`, buffer)
    assert.is(call(encoder, 'd', value), encoder)
    call(encoder, 'e', 'end')
    const decoder = decoderOf(little, `D${type}`, buffer)
    assert.is(call(decoder, 'dLength'), bytes.length)
    assert.equal([...buffer.bytes.subarray(START + 2, START + 2 + bytes.length)], [...bytes])
    assert.equal(read(decoder, 'd', 'e'), [back, 'end'])
  }
  assert.not.ok('d' in (make(little, 'Du8Decoder') as object), 'bytes without an encoding are no text')
})

test('an encoding that the platform lacks is refused, and its bytes are there', () => {
  const encoder = encoderOf(little, 'Dnowhere', buffer)
  failsWithoutTrace('ERR_GODWIT_SBE_CHARSET', buffer, () => call(encoder, 'd', 'x'), () => call(encoder, 'limit'))
  call(call(encoder, 'putD', Uint8Array.of(5, 6)), 'e', '')
  fails('ERR_GODWIT_SBE_CHARSET', () => call(decoderOf(little, 'Dnowhere', buffer), 'd'))
  assert.equal([...call(decoderOf(little, 'Dnowhere', buffer), 'dBytes') as Uint8Array], [5, 6])
})

test('a part of an array is written, and a range outside of it is refused', () => {
  const source = Uint8Array.of(1, 2, 3, 4)
  const parts: readonly (readonly [args: readonly number[], expected: readonly number[]])[] = [
    [[], [1, 2, 3, 4]], [[1], [2, 3, 4]], [[1, 2], [2, 3]], [[4], []], [[0, 0], []],
  ]
  for (const [args, expected] of parts) {
    const encoder = encoderOf(little, 'Du16', buffer)
    assert.is(call(encoder, 'putD', source, ...args), encoder)
    assert.equal([...call(decoderOf(little, 'Du16', buffer), 'dBytes') as Uint8Array], [...expected])
  }
  const encoder = encoderOf(little, 'Du16', buffer)
  for (const args of [[5], [-1], [0, 5], [2, 3], [0, -1], [NaN], [0, NaN], [0.5], [0, 1.5]]) {
    const run = (): unknown => call(encoder, 'putD', source, ...args)
    failsWithoutTrace('ERR_GODWIT_SBE_LENGTH', buffer, run, () => call(encoder, 'limit'))
  }
})

test('room for data can be reserved and filled afterwards', () => {
  const encoder = encoderOf(little, 'Du16', buffer)
  const offset = call(encoder, 'reserveD', 3) as number
  assert.equal([offset, call(encoder, 'limit')], [START + 2, START + 5])
  call(encoder, 'e', 'end')
  buffer.bytes.set([7, 8, 9], offset)
  const decoder = decoderOf(little, 'Du16', buffer)
  assert.equal([[...call(decoder, 'dBytes') as Uint8Array], call(decoder, 'e')], [[7, 8, 9], 'end'])
  const again = encoderOf(little, 'Du16', buffer)
  for (const length of [-1, NaN, 1.5, Infinity]) {
    const run = (): unknown => call(again, 'reserveD', length)
    failsWithoutTrace('ERR_GODWIT_SBE_LENGTH', buffer, run, () => call(again, 'limit'))
  }
})

test('every way to read data moves past all of it', () => {
  encoded('u16', Uint8Array.of(1, 2, 3, 4))
  const ways: Readonly<Record<string, (decoder: unknown) => unknown>> = {
    skip: (decoder) => call(decoder, 'skipD'),
    bytes: (decoder) => (call(decoder, 'dBytes') as Uint8Array).length,
    slice: (decoder) => {
      const slice = new Slice()
      assert.is(call(decoder, 'wrapD', slice), decoder)
      assert.equal([slice.buffer, slice.offset, slice.length], [buffer, START + 2, 4])
      assert.equal([...slice.toUint8Array()], [1, 2, 3, 4])
      return slice.length
    },
    copy: (decoder) => call(decoder, 'getD', new Uint8Array(4)),
    'copy of more': (decoder) => call(decoder, 'getD', new Uint8Array(9), 2),
    'copy of less': (decoder) => (call(decoder, 'getD', new Uint8Array(4), 1, 2) as number) + 2,
    'copy of nothing': (decoder) => (call(decoder, 'getD', new Uint8Array(0)) as number) + 4,
  }
  for (const [way, take] of Object.entries(ways)) {
    const decoder = decoderOf(little, 'Du16', buffer)
    assert.is(take(decoder), 4, way)
    assert.is(call(decoder, 'e'), 'end', way)
  }
  const target = new Uint8Array(5).fill(9)
  assert.is(call(decoderOf(little, 'Du16', buffer), 'getD', target, 1, 3), 3)
  assert.equal([...target], [9, 1, 2, 3, 9])
})

test('a copy into a range outside of the array is refused and moves nothing', () => {
  encoded('u16', Uint8Array.of(1, 2, 3, 4))
  const decoder = decoderOf(little, 'Du16', buffer)
  for (const args of [[6], [-1], [0, 6], [3, 3], [0, -1], [NaN], [0, NaN]]) {
    const target = new Uint8Array(5)
    const run = (): unknown => call(decoder, 'getD', target, ...args)
    failsWithoutTrace('ERR_GODWIT_SBE_LENGTH', buffer, run, () => call(decoder, 'limit'))
    assert.equal(target, new Uint8Array(5))
  }
  assert.is(call(decoder, 'skipD'), 4)
})

test('data that is cut off, or whose length lies, is refused by every accessor', () => {
  encoded('u16', Uint8Array.of(1, 2, 3, 4))
  const accessors: readonly (readonly unknown[])[] = [
    ['skipD'], ['dBytes'], ['getD', new Uint8Array(9)], ['wrapD', new Slice()], ['sbeSkip'], ['sbeDecodedLength'],
  ]
  const check = (length: number): void => {
    for (const [method, ...args] of accessors) {
      // Bytes behind the message, and none.
      for (const target of [buffer, new DirectBuffer(buffer.bytes.slice(0, 8 + length))]) {
        const decoder = call(make(little, 'Du16Decoder'), 'wrap', target, 8, 1, 0, length)
        const run = (): unknown => call(decoder, String(method), ...args)
        failsWithoutTrace('ERR_GODWIT_SBE_BOUNDS', target, run, () => call(decoder, 'limit'))
      }
    }
  }
  for (let length = 1; length < 1 + 2 + 4; length++) check(length)
  fails('ERR_GODWIT_SBE_BOUNDS', () => call(call(make(little, 'Du16Decoder'), 'wrap', buffer, 8, 1, 0, 2), 'dLength'))
  buffer.view.setUint16(START, 65_535, true)
  check(100)
  encoded('u64', Uint8Array.of(1))
  for (const length of [2n ** 64n - 1n, 2n ** 63n, 2n ** 53n, 2n ** 32n]) {
    buffer.view.setBigUint64(START, length, true)
    const decoder = decoderOf(little, 'Du64', buffer)
    failsWithoutTrace('ERR_GODWIT_SBE_BOUNDS', buffer, () => call(decoder, 'skipD'), () => call(decoder, 'limit'))
    fails('ERR_GODWIT_SBE_BOUNDS', () => call(decoder, 'sbeDecodedLength'))
  }
})

test('data for which there is no room is refused before anything is written', () => {
  for (let room = 1; room < 1 + 2 + 4; room++) {
    const encoder = call(make(little, 'DutfEncoder'), 'wrap', buffer, 20, room)
    for (const run of [
      () => call(encoder, 'd', 'abcd'), () => call(encoder, 'd', 'é日'),
      () => call(encoder, 'putD', new Uint8Array(4)), () => call(encoder, 'reserveD', 4),
    ]) failsWithoutTrace('ERR_GODWIT_SBE_BOUNDS', buffer, run, () => call(encoder, 'limit'))
  }
  call(call(make(little, 'DutfEncoder'), 'wrap', buffer, 20, 1 + 2 + 4), 'd', 'abcd')
})

test('the cursor can be kept and put back, within the message only', () => {
  encoded('u16', Uint8Array.of(1, 2, 3, 4))
  const decoder = decoderOf(little, 'Du16', buffer)
  const kept = call(decoder, 'limit') as number
  call(decoder, 'skipD')
  assert.is(call(decoder, 'e'), 'end')
  assert.is(call(decoder, 'setLimit', kept), decoder)
  assert.is(call(decoder, 'skipD'), 4)
  const encoder = encoderOf(little, 'Du16', buffer)
  for (const codec of [decoder, encoder]) {
    for (const limit of [7, buffer.byteLength + 1, -1, NaN, Infinity]) {
      const run = (): unknown => call(codec, 'setLimit', limit)
      failsWithoutTrace('ERR_GODWIT_SBE_BOUNDS', buffer, run, () => call(codec, 'limit'))
    }
  }
  call(decoder, 'sbeRewind')
  assert.is(call(decoder, 'limit'), kept)
  call(decoder, 'sbeSkip')
  assert.is(call(decoder, 'encodedLength'), call(decoder, 'sbeDecodedLength'))
})

test.run()
