import * as assert from 'uvu/assert'
import { DirectBuffer } from '../../../codegen/runtime/index.ts'
import { suite } from '../../support/suite.ts'
import { call, decoderOf, encoderOf, fails, failsWithoutTrace, loadModules, read } from './codec-harness.ts'
import { schemaText } from './schema-parts.ts'

const test = suite('generated text')

const text = (name: string, length: number, encoding?: string, rest: string = ''): string =>
  `<type name="${name}" primitiveType="char" length="${length}" ${rest}
    ${encoding === undefined ? '' : `characterEncoding="${encoding}"`}/>`
const constant = (name: string, value: string, rest: string = ''): string =>
  `<type name="${name}" primitiveType="char" presence="constant" ${rest}>${value}</type>`

const fieldsOf = (fields: readonly (readonly string[])[]): string =>
  fields.map(([name, type], i) => `<field name="${name}" id="${i + 1}" type="${type}"/>`).join('')

const FIELDS = {
  plain: 'Plain', ascii: 'Ascii', long: 'LongAscii', latin: 'Latin', utf: 'Utf', longUtf: 'LongUtf', chinese: 'Chinese',
  wide: 'Wide', maybe: 'Maybe', blank: 'Blank', letter: 'char', unknown: 'UnknownCharset',
} as const

const { texts } = await loadModules({
  texts: schemaText({
    types: [
      text('Plain', 6), text('Ascii', 4, 'US-ASCII'), text('LongAscii', 40, 'ASCII'), text('Latin', 4, 'ISO-8859-1'),
      text('Utf', 6, 'UTF-8'), text('LongUtf', 40, 'utf8'), text('Chinese', 8, 'GB18030'),
      text('Wide', 6, 'ISO-8859-15'), text('Maybe', 3, undefined, 'presence="optional"'),
      text('Blank', 3, undefined, 'presence="optional" nullValue=" "'), text('UnknownCharset', 4, 'x-nowhere'),
      constant('Word', 'word'), constant('Padded', 'ab', 'length="4"'), constant('Letter', 'X', 'length="1"'),
      constant('Spaced', '  a '), constant('Accent', 'é', 'characterEncoding="UTF-8"'),
      '<type name="Answer" primitiveType="int64" presence="constant">-42</type>',
      '<type name="Half" primitiveType="double" presence="constant">0.5</type>',
      '<type name="Huge" primitiveType="uint64" presence="constant">18446744073709551614</type>',
    ].join('\n'),
    messages: `<message name="Texts" id="1"><field name="guard" id="90" type="uint8"/>
        ${fieldsOf(Object.entries(FIELDS))}
        <field name="end" id="91" type="uint8"/></message>
      <message name="Constants" id="2">
        ${fieldsOf(['Word', 'Padded', 'Letter', 'Spaced', 'Accent', 'Answer', 'Half', 'Huge'].map((t) => [t, t]))}
      </message>`,
  }),
})

const buffer = new DirectBuffer(new Uint8Array(256))

function texted(): { encoder: unknown; decoder: unknown } {
  buffer.bytes.fill(0xaa)
  const encoder = call(call(encoderOf(texts, 'Texts', buffer), 'guard', 1), 'end', 2)
  return { encoder, decoder: decoderOf(texts, 'Texts', buffer) }
}

/** The bytes of a text that fills its field in part or in full, and what it reads back as. */
type Case = readonly [field: keyof typeof FIELDS, value: string, bytes: readonly number[], back?: string]
const CASES: readonly Case[] = [
  ['plain', '', [0, 0, 0, 0, 0, 0]],
  ['plain', 'abc', [97, 98, 99, 0, 0, 0]],
  ['plain', 'abcdef', [97, 98, 99, 100, 101, 102]],
  ['ascii', 'é日x', [63, 63, 120, 0], '??x'],
  ['ascii', 'a\0b', [97, 0, 98, 0], 'a'],
  ['latin', 'éÿ€', [0xe9, 0xff, 63, 0], 'éÿ?'],
  ['utf', 'aé日', [97, 0xc3, 0xa9, 0xe6, 0x97, 0xa5]],
  ['utf', '😀', [0xf0, 0x9f, 0x98, 0x80, 0, 0]],
  ['utf', '\ud800', [0xef, 0xbf, 0xbd, 0, 0, 0], '\ufffd'],
  ['chinese', '中a', [0xd6, 0xd0, 97, 0, 0, 0, 0, 0]],
  ['chinese', '😀é', [0x94, 0x39, 0xfc, 0x36, 0xa8, 0xa6, 0, 0]],
  ['wide', '€œ', [0xa4, 0xbd, 0, 0, 0, 0]],
]

test('a text is padded with NUL and read up to the first NUL, in the encoding of its type', () => {
  for (const [field, value, bytes, back = value] of CASES) {
    const { encoder, decoder } = texted()
    assert.is(call(encoder, field, value), encoder)
    const target = new Uint8Array(bytes.length)
    assert.is(call(decoder, `get${field.charAt(0).toUpperCase()}${field.slice(1)}`, target), bytes.length)
    assert.equal([...target], bytes, `${field} ${value}`)
    assert.is(call(decoder, field), back)
    assert.equal([call(decoder, `${field}Equals`, back), call(decoder, `${field}Equals`, `${back}x`)], [true, false])
    assert.equal(read(decoder, 'guard', 'end'), [1, 2])
  }
})

test('long texts are written and read as short ones are', () => {
  const { encoder, decoder } = texted()
  for (const length of [15, 16, 17, 39, 40]) {
    const value = 'abcdefghij'.repeat(4).slice(0, length)
    call(call(encoder, 'long', value), 'longUtf', value)
    assert.equal(read(decoder, 'long', 'longUtf'), [value, value])
    assert.equal([call(decoder, 'longEquals', value), call(decoder, 'longUtfEquals', value)], [true, true])
  }
  const value = 'ünïcödé – 日本語 😀 x'
  call(encoder, 'longUtf', value)
  assert.equal(read(decoder, 'longUtf', 'guard', 'end'), [value, 1, 2])
})

test('a text that is too long is refused, in the bytes that it takes, and nothing is written', () => {
  const { encoder } = texted()
  for (const [field, value, length, max] of [
    ['plain', 'abcdefg', 7, 6], ['ascii', 'ééééé', 5, 4], ['latin', 'ÿÿÿÿÿ', 5, 4], ['utf', '日本a', 7, 6],
    ['longUtf', '日'.repeat(14), 42, 40], ['chinese', '😀😀a', 9, 8], ['long', 'x'.repeat(41), 41, 40],
  ] as const) {
    const message = failsWithoutTrace('ERR_GODWIT_SBE_LENGTH', buffer, () => call(encoder, field, value))
    assert.match(message, new RegExp(`^Texts\\.${field}: length ${length} .*\\b${max} bytes`))
  }
})

test('the bytes of a text are copied exactly, without regard to NUL', () => {
  const { encoder, decoder } = texted()
  const source = Uint8Array.of(9, 65, 0, 66, 67, 9)
  assert.is(call(encoder, 'putAscii', source, 1), encoder)
  assert.equal([0, 1, 2, 3].map((i) => call(decoder, 'asciiAt', i)), [65, 0, 66, 67])
  assert.equal([call(decoder, 'ascii'), call(decoder, 'asciiLength')], ['A', 4])
  for (const args of [[3], [-1], [NaN], [2.5 + 10]]) {
    failsWithoutTrace('ERR_GODWIT_SBE_LENGTH', buffer, () => call(encoder, 'putAscii', source, ...args))
  }
  failsWithoutTrace('ERR_GODWIT_SBE_LENGTH', buffer, () => call(encoder, 'putAscii', new Uint8Array(3)))
  assert.is(call(call(encoder, 'asciiAt', 3, 0x5a), 'asciiAt', 1, 0x59), encoder)
  assert.is(call(decoder, 'ascii'), 'AYBZ')
  failsWithoutTrace('ERR_GODWIT_SBE_INDEX', buffer, () => call(encoder, 'asciiAt', 4, 1))
  const target = new Uint8Array(3).fill(1)
  assert.is(call(decoder, 'getAscii', target, 1, 2), 2)
  assert.equal([...target], [1, 65, 89])
  fails('ERR_GODWIT_SBE_LENGTH', () => call(decoder, 'getAscii', target))
})

test('bytes that are no character of the encoding read as the replacement character', () => {
  const { encoder, decoder } = texted()
  call(encoder, 'putAscii', Uint8Array.of(65, 0x80, 0xff, 66))
  call(encoder, 'putUtf', Uint8Array.of(65, 0xff, 0xc3, 66, 0, 0))
  assert.equal(read(decoder, 'ascii', 'utf'), ['A\ufffd\ufffdB', 'A\ufffd\ufffdB'])
})

test('an optional text is null when it begins with the null value', () => {
  const { encoder, decoder } = texted()
  call(call(encoder, 'maybe', 'ab'), 'blank', 'ab')
  assert.equal(read(decoder, 'maybeIsNull', 'maybeOrNull', 'blankIsNull', 'blankOrNull'), [false, 'ab', false, 'ab'])
  call(call(encoder, 'maybe', ''), 'blank', ' ab')
  assert.equal(read(decoder, 'maybeIsNull', 'maybeOrNull', 'blankIsNull', 'blankOrNull'), [true, null, true, null])
  call(call(encoder, 'maybe', 'ab'), 'blank', 'ab')
  call(encoder, 'nullifyOptionalFields')
  assert.equal(read(decoder, 'maybeOrNull', 'blankOrNull', 'plainLength'), [null, null, 6])
  assert.equal([0, 1, 2].map((i) => call(decoder, 'blankAt', i)), [32, 32, 32])
})

test('a single character is its code', () => {
  const { encoder, decoder } = texted()
  assert.is(call(encoder, 'letter', 0x41), encoder)
  assert.is(call(decoder, 'letter'), 0x41)
})

test('an encoding that the platform lacks is refused, and its bytes are there', () => {
  const { encoder, decoder } = texted()
  failsWithoutTrace('ERR_GODWIT_SBE_CHARSET', buffer, () => call(encoder, 'unknown', 'abc'))
  call(encoder, 'putUnknown', Uint8Array.of(1, 2, 3, 4))
  fails('ERR_GODWIT_SBE_CHARSET', () => call(decoder, 'unknown'))
  assert.is(call(decoder, 'unknownAt', 2), 3)
})

test('constants take no bytes, and both sides tell them', () => {
  const encoder = encoderOf(texts, 'Constants', buffer)
  const decoder = decoderOf(texts, 'Constants', buffer)
  assert.is((texts['ConstantsEncoder'] as { BLOCK_LENGTH: number }).BLOCK_LENGTH, 0)
  for (const codec of [encoder, decoder]) {
    assert.equal(read(codec, 'word', 'wordLength', 'padded', 'paddedLength'), ['word', 4, 'ab\0\0', 4])
    assert.equal(read(codec, 'letter', 'spaced', 'spacedLength', 'accent', 'accentLength'), [0x58, '  a ', 4, 'é', 2])
    assert.equal(read(codec, 'answer', 'half', 'huge'), [-42n, 0.5, 18446744073709551614n])
  }
  assert.equal(call(decoder, 'toJSON'), {
    word: 'word', padded: 'ab\0\0', letter: 'X', spaced: '  a ', accent: 'é', answer: '-42', half: 0.5,
    huge: '18446744073709551614',
  })
})

test.run()
