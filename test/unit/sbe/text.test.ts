import * as assert from 'uvu/assert'
import { encodeText, putFixedText, readText } from '../../../codegen/runtime/charset.ts'
import {
  equalsLatin1,
  lengthToNul,
  putFixedAscii,
  putFixedLatin1,
  putFixedUtf8,
  readAscii,
  readLatin1,
  readUtf8,
  utf8Length,
  writeUtf8,
} from '../../../codegen/runtime/text.ts'
import { SbeError } from '../../../codegen/runtime/sbe-error.ts'
import { Random } from '../../support/random.ts'
import { seed } from '../../support/seed.ts'
import { suite } from '../../support/suite.ts'

const test = suite('text')
const LENGTHS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 17, 40, 5000]
const reference = new TextDecoder('utf-8', { ignoreBOM: true })

function codeOf(run: () => unknown): string {
  try {
    run()
  } catch (error) {
    assert.instance(error, SbeError)
    return (error as SbeError).code
  }
  return 'no error'
}

test('reads ISO-8859-1 of every length at an offset', () => {
  const random = new Random(`${seed}-latin1`)
  for (const length of LENGTHS) {
    const bytes = random.bytes(length + 7)
    const expected = Array.from(bytes.subarray(3, 3 + length), (byte) => String.fromCharCode(byte)).join('')
    assert.is(readLatin1(bytes, 3, length), expected)
  }
})

test('reads a byte above 127 as a replacement character in US-ASCII', () => {
  assert.is(readAscii(Uint8Array.of(65, 0x80, 66), 0, 3), 'A\ufffdB')
  const long = new Uint8Array(40).fill(65)
  long[39] = 0xff
  assert.is(readAscii(long, 0, 40), `${'A'.repeat(39)}\ufffd`)
})

test('reads UTF-8 as the Encoding standard says, valid or not', () => {
  const random = new Random(`${seed}-utf8`)
  const edges = [0x7f, 0x80, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xed, 0xef, 0xf0, 0xf4, 0xf5, 0xff, 0x9f, 0xa0, 0x90]
  for (let round = 0; round < 20_000; round++) {
    const byte = (): number => (random.bool() ? random.pick(edges) : random.int(256))
    const bytes = Uint8Array.from({ length: random.int(14) }, byte)
    assert.is(readUtf8(bytes, 0, bytes.length), reference.decode(bytes), `bytes ${[...bytes].join()}`)
  }
})

test('writes UTF-8 of every length as the platform does, with the length counted before', () => {
  const random = new Random(`${seed}-utf8-write`)
  const alphabet = ['a', 'é', '€', '😀', '\ud800', '\udc00', '\u0000', '\uffff']
  const encoder = new TextEncoder()
  for (const length of LENGTHS) {
    for (let round = 0; round < 20; round++) {
      const text = Array.from({ length }, () => random.pick(alphabet)).join('')
      const expected = encoder.encode(text)
      assert.is(utf8Length(text), expected.length)
      const bytes = new Uint8Array(expected.length + 2).fill(0xaa)
      writeUtf8(bytes, 1, text, expected.length)
      assert.equal(bytes.subarray(1, 1 + expected.length), expected)
      assert.is(bytes[0], 0xaa)
      assert.is(bytes[expected.length + 1], 0xaa)
    }
  }
})

test('reads and writes text in shared memory', () => {
  const bytes = new Uint8Array(new SharedArrayBuffer(64))
  const text = 'a long text with € and é in it'
  writeUtf8(bytes, 2, text, utf8Length(text))
  assert.is(readUtf8(bytes, 2, utf8Length(text)), text)
})

test('pads fixed arrays with NUL and writes nothing when the text is too long', () => {
  for (const put of [putFixedAscii, putFixedLatin1, putFixedUtf8]) {
    const bytes = new Uint8Array(8).fill(0xaa)
    put(bytes, 1, 6, 'abc', 'name')
    assert.equal([...bytes], [0xaa, 97, 98, 99, 0, 0, 0, 0xaa])
    assert.is(codeOf(() => put(bytes, 1, 6, '1234567', 'name')), 'ERR_GODWIT_SBE_LENGTH')
    assert.equal([...bytes], [0xaa, 97, 98, 99, 0, 0, 0, 0xaa])
  }
  const bytes = new Uint8Array(4)
  assert.is(codeOf(() => putFixedUtf8(bytes, 0, 4, '€€', 'name')), 'ERR_GODWIT_SBE_LENGTH')
  putFixedAscii(bytes, 0, 4, 'é', 'name')
  assert.is(bytes[0], '?'.charCodeAt(0))
})

test('compares a fixed array with a text in place', () => {
  const bytes = Uint8Array.from([...'ESZ4', '\0', '\0'].map((c) => c.charCodeAt(0)))
  assert.ok(equalsLatin1(bytes, 0, 6, 'ESZ4'))
  assert.not(equalsLatin1(bytes, 0, 6, 'ESZ'))
  assert.not(equalsLatin1(bytes, 0, 6, 'ESZ45'))
  assert.not(equalsLatin1(bytes, 0, 6, 'ESZ4567'))
  assert.ok(equalsLatin1(bytes, 0, 4, 'ESZ4'))
  assert.is(lengthToNul(bytes, 0, 6), 4)
  assert.is(lengthToNul(bytes, 0, 3), 3)
})

test('encodes and decodes GB18030 for all of Unicode that it has', () => {
  const texts = ['abc', '中文字符', '€é', '😀𠀀', '\u0080', '\uffff']
  for (const text of texts) {
    const encoded = encodeText(text, 'GB18030')
    assert.is(readText(encoded, 0, encoded.length, 'GB18030'), text)
  }
  assert.equal([...encodeText('中', 'GB18030')], [0xd6, 0xd0])
  assert.equal([...encodeText('😀', 'GB18030')], [0x94, 0x39, 0xfc, 0x36])
  const bytes = new Uint8Array(6).fill(0xaa)
  putFixedText(bytes, 0, 5, '中', 'name', 'GB18030')
  assert.equal([...bytes], [0xd6, 0xd0, 0, 0, 0, 0xaa])
  assert.is(codeOf(() => putFixedText(bytes, 0, 5, '中中中', 'name', 'GB18030')), 'ERR_GODWIT_SBE_LENGTH')
})

test('encodes and decodes other encodings through the platform', () => {
  for (const [label, text] of [['windows-1251', 'Привет €'], ['Shift_JIS', '日本語 ｱ'], ['UTF-16LE', 'a€😀']] as const) {
    const encoded = encodeText(text, label)
    assert.is(readText(encoded, 0, encoded.length, label), text)
  }
  assert.equal([...encodeText('П', 'windows-1251')], [0xcf])
  assert.equal([...encodeText('\u4e2d', 'windows-1251')], [0x3f])
  assert.equal([...encodeText('a', 'UTF-16BE')], [0, 97])
})

test('refuses an encoding that the platform does not know', () => {
  assert.is(codeOf(() => readText(new Uint8Array(1), 0, 1, 'EBCDIC-XYZ')), 'ERR_GODWIT_SBE_CHARSET')
})

test.run()
