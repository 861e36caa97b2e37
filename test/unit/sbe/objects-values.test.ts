import * as assert from 'uvu/assert'
import type { SbeErrorCode } from '../../../codegen/runtime/index.ts'
import { suite } from '../../support/suite.ts'
import { fails, loadModules } from './codec-harness.ts'
import type { CodecModule } from './codec-harness.ts'
import { schemaText } from './schema-parts.ts'

const test = suite('values of plain objects', { timeoutMs: 60_000 })

const VALUE: SbeErrorCode = 'ERR_GODWIT_SBE_VALUE'
const LENGTH: SbeErrorCode = 'ERR_GODWIT_SBE_LENGTH'
const INEXACT: SbeErrorCode = 'ERR_GODWIT_SBE_INEXACT'
const COUNT: SbeErrorCode = 'ERR_GODWIT_SBE_GROUP_COUNT'
const HEADER_LENGTH = 8

/** One way in which a member is a property: what is taken, as which bytes, and what is refused. */
interface Kind {
  /** Of the message and its one member `x`. */
  readonly name: string
  /** Element of the schema; `type` is that of a field. */
  readonly type?: string
  readonly element?: string
  readonly presence?: 'optional'
  readonly accepted: readonly (readonly [value: unknown, hex: string])[]
  readonly refused: readonly (readonly [value: unknown, expected: string, code?: SbeErrorCode])[]
}

const TYPES = `
  <type name="Percent" primitiveType="uint8" minValue="1" maxValue="100"/>
  <type name="Full" primitiveType="uint8" maxValue="255" presence="optional"/>
  <type name="Marked" primitiveType="int16" nullValue="7" presence="optional"/>
  <type name="Ratio" primitiveType="float" minValue="0" maxValue="0.1"/>
  <type name="Low" primitiveType="double" nullValue="-1" presence="optional"/>
  <type name="Big" primitiveType="int64" minValue="-5" maxValue="9007199254740993"/>
  <type name="Code" primitiveType="char" length="4"/>
  <type name="Latin" primitiveType="char" length="4" characterEncoding="ISO-8859-1"/>
  <type name="Text" primitiveType="char" length="6" characterEncoding="UTF-8"/>
  <type name="Chinese" primitiveType="char" length="4" characterEncoding="GB18030"/>
  <type name="Octets" primitiveType="uint8" length="3"/>
  <type name="Bytes" primitiveType="int8" length="2"/>
  <type name="Pair" primitiveType="uint16" length="2"/>
  <type name="Maybe" primitiveType="int16" length="2" presence="optional"/>
  <type name="Wides" primitiveType="int64" length="2"/>
  <type name="MaybeWides" primitiveType="uint64" length="2" presence="optional"/>
  <type name="Long" primitiveType="uint16" length="9"/>
  <enum name="Side" encodingType="uint8"><validValue name="BUY">1</validValue></enum>
  <enum name="Letter" encodingType="char"><validValue name="A">A</validValue></enum>
  <type name="wide" primitiveType="uint64"/>
  <enum name="Huge" encodingType="wide"><validValue name="ONE">1</validValue></enum>
  <set name="Marks" encodingType="uint8"><choice name="low">0</choice><choice name="high">7</choice></set>
  <set name="Many" encodingType="uint64"><choice name="low">31</choice><choice name="high">63</choice></set>
  <composite name="Price"><type name="mantissa" primitiveType="int32"/>
    <type name="exponent" primitiveType="int8" presence="constant">-2</type></composite>
  <composite name="small"><type name="length" primitiveType="uint8" maxValue="3"/>
    <type name="varData" primitiveType="char" length="0" characterEncoding="US-ASCII"/></composite>
  <composite name="gb"><type name="length" primitiveType="uint8"/>
    <type name="varData" primitiveType="char" length="0" characterEncoding="GB18030"/></composite>
  <composite name="few"><type name="blockLength" primitiveType="uint8"/>
    <type name="numInGroup" primitiveType="uint8" minValue="1" maxValue="2"/></composite>`

const NOT_INTEGERS = [undefined, null, '1', 1n, 1.5, NaN, true, {}] as const

/** Kinds that are the same whatever objects have for 64-bit integers. */
const KINDS: readonly Kind[] = [
  { name: 'Uint8', type: 'uint8', accepted: [[0, '00'], [254, 'fe']], refused: [
    ...NOT_INTEGERS.map((value) => [value, 'an integer from 0 to 254'] as const),
    [-1, '-1 is not'], [255, '255 is not'],
  ] },
  { name: 'Int8', type: 'int8', accepted: [[-127, '81'], [127, '7f']],
    refused: [[-128, 'from -127 to 127'], [128, '']] },
  { name: 'Int16', type: 'int16', accepted: [[-2, 'feff']], refused: [[-32768, ''], [32768, '']] },
  { name: 'Int32', type: 'int32', accepted: [[-(2 ** 31) + 1, '01000080']],
    refused: [[-(2 ** 31), ''], [2 ** 31, '']] },
  { name: 'Uint16', type: 'uint16', accepted: [[65534, 'feff']], refused: [[65535, '']] },
  { name: 'Uint32', type: 'uint32', accepted: [[4294967294, 'feffffff']], refused: [[4294967295, ''], [2 ** 53, '']] },
  { name: 'Optional', type: 'uint8', presence: 'optional', accepted: [[null, 'ff'], [254, 'fe']], refused: [
    [undefined, 'is missing, expected null or an integer from 0 to 254'], [255, 'null or'],
  ] },
  { name: 'Percent', type: 'Percent', accepted: [[1, '01'], [100, '64']], refused: [[0, '1 to 100'], [101, '']] },
  { name: 'Full', type: 'Full', accepted: [[null, 'ff'], [254, 'fe']],
    refused: [[255, 'other than the null value 255']] },
  { name: 'Marked', type: 'Marked', accepted: [[null, '0700'], [8, '0800']], refused: [[7, 'the null value 7']] },
  { name: 'Float', type: 'float', accepted: [[-0, '00000080'], [0.5, '0000003f'], [Infinity, '0000807f']], refused: [
    [NaN, 'NaN is not a number other than NaN'], ['1', ''], [null, ''], [1n, '1n is not'],
  ] },
  { name: 'OptionalDouble', type: 'double', presence: 'optional', accepted: [
    [null, '000000000000f87f'], [-1.5, '000000000000f8bf'],
  ], refused: [[NaN, ''], [undefined, 'missing']] },
  { name: 'Ratio', type: 'Ratio', accepted: [[0, '00000000'], [Math.fround(0.1), 'cdcccc3d']], refused: [
    [0.11, 'a number from 0 to 0.1'], [-0.5, ''], [NaN, ''],
  ] },
  { name: 'Low', type: 'Low', accepted: [[null, '000000000000f0bf'], [1, '000000000000f03f']], refused: [
    [-1, 'the null value -1'],
  ] },
  { name: 'Char', type: 'char', accepted: [['A', '41'], ['~', '7e']], refused: [
    [65, 'a character whose code is an integer from 32 to 126'], ['', ''], ['AB', ''], ['\n', ''], [null, ''],
  ] },
  { name: 'OptionalChar', type: 'char', presence: 'optional', accepted: [['A', '41'], [null, '00']], refused: [
    ['\0', ''], [undefined, 'missing'],
  ] },
  { name: 'Code', type: 'Code', accepted: [['', '00000000'], ['ab', '61620000'], ['abcd', '61626364']], refused: [
    ['abcde', '"abcde" takes 5 bytes, it can have at most 4', LENGTH], ['a\0', 'reads back'], ['é', 'US-ASCII'],
    [null, 'null is not a text in US-ASCII of at most 4 bytes'], [undefined, 'missing'], [['a'], 'an array is not'],
  ] },
  { name: 'OptionalCode', type: 'Code', presence: 'optional', accepted: [[null, '00000000'], ['a', '61000000']],
    refused: [
    ['', 'reads back'], ['abcde', '', LENGTH],
  ] },
  { name: 'Latin', type: 'Latin', accepted: [['éÿ', 'e9ff0000']], refused: [['Ω', ''], ['\0', '']] },
  { name: 'Text', type: 'Text', accepted: [['éΩ', 'c3a9cea90000'], ['😀', 'f09f98800000']], refused: [
    ['ΩΩΩΩ', 'takes 8 bytes', LENGTH], ['\ud83d', ''], ['\ude00a', ''], ['a\0b', ''],
  ] },
  { name: 'Chinese', type: 'Chinese', accepted: [['中', 'd6d00000']], refused: [
    ['中中中', 'takes 6 bytes', LENGTH], ['\ud83d', ''], ['\0', ''],
  ] },
  { name: 'Octets', type: 'Octets', accepted: [[Uint8Array.of(0, 255, 7), '00ff07']], refused: [
    [Uint8Array.of(1, 2), 'the length 2 is not that of a Uint8Array of 3 bytes', LENGTH],
    [[1, 2, 3], 'an array is not'],
    [new Int8Array(3), 'an object is not'], [null, ''], ['abc', ''],
  ] },
  { name: 'Bytes', type: 'Bytes', accepted: [[Int8Array.of(-128, 127), '807f']], refused: [
    [new Int8Array(3), '', LENGTH], [new Uint8Array(2), ''],
  ] },
  { name: 'Pair', type: 'Pair', accepted: [[[1, 65534], '0100feff']], refused: [
    [[1], 'the length 1 is not that of an array of 2 numbers', LENGTH], [[1, 2, 3], '', LENGTH],
    [new Uint16Array(2), ''],
    [[1, 65535], 'x[1]: 65535 is not an integer from 0 to 65534'], [[, 2], 'x[0] is missing'], [[null, 2], ''],
  ] },
  { name: 'Maybe', type: 'Maybe', accepted: [[[null, -1], '0080ffff']], refused: [
    [[null, -32768], 'x[1]: -32768 is not null or an integer'], [null, ''],
  ] },
  { name: 'Long', type: 'Long', accepted: [[[1, 2, 3, 4, 5, 6, 7, 8, 9], '010002000300040005000600070008000900']],
    refused: [[[1, 2, 3, 4, 5, 6, 7, 8, 70000], 'x[8]']] },
  { name: 'Side', type: 'Side', accepted: [[1, '01'], [200, 'c8'], [255, 'ff']], refused: [
    [256, 'a value of Side, an integer from 0 to 255'], ['BUY', ''], [null, ''], [1.5, ''],
  ] },
  { name: 'OptionalSide', type: 'Side', presence: 'optional', accepted: [[1, '01'], [null, 'ff'], [9, '09']], refused: [
    [255, 'other than the null value 255'],
  ] },
  { name: 'Letter', type: 'Letter', accepted: [[65, '41'], [0, '00']], refused: [['A', '']] },
  { name: 'Huge', type: 'Huge', accepted: [[1n, '0100000000000000'], [2n ** 64n - 1n, 'ffffffffffffffff']], refused: [
    [1, '1 is not a value of Huge, a bigint from 0'], [2n ** 64n, ''], [-1n, ''],
  ] },
  { name: 'Marks', type: 'Marks', accepted: [[{ low: true, high: true }, '81'], [{ low: false, high: true }, '80']],
    refused: [
    [{ low: true }, 'Marks.x.high is missing, expected true or false'], [{ low: 1, high: false }, 'x.low: 1 is not'],
    [null, 'null is not an object of choices'], [128, ''],
  ] },
  { name: 'Many', type: 'Many', accepted: [
    [{ low: true, high: false }, '0000008000000000'], [{ low: false, high: true }, '0000000000000080'],
  ], refused: [[{ low: true, high: null }, 'x.high: null']] },
  { name: 'Price', type: 'Price', accepted: [[{ mantissa: 5, exponent: -2 }, '05000000']], refused: [
    [{ mantissa: 5, exponent: -3 }, 'Price.x.exponent: -3 is not the constant -2'], [{}, 'Price.x.mantissa is missing'],
    [null, 'null is not an object'], [[], 'mantissa is missing'], [5, '5 is not an object'],
  ] },
  { name: 'OptionalPrice', type: 'Price', presence: 'optional', accepted: [
    [{ mantissa: 5, exponent: -2 }, '05000000'], [null, '00000080'],
  ], refused: [[undefined, 'x is missing']] },
  { name: 'Entries',
    element: '<group name="x" id="9" dimensionType="few"><field name="a" id="1" type="uint8"/></group>',
    accepted: [[[{ a: 1 }], '010101'], [[{ a: 1 }, { a: 2 }], '01020102']], refused: [
      [[], 'count 0 is not a whole number from 1 to 2', COUNT], [[{ a: 1 }, { a: 2 }, { a: 3 }], '', COUNT],
      [[{ a: 1 }, { a: 300 }], 'Entries.x[1].a: 300'], [[null], 'Entries.x[0]: null is not an object'],
      [[{ a: 1 }, undefined], 'x[1] is missing'], [null, 'null is not an array'], [{ length: 1 }, 'an object is not'],
    ] },
  { name: 'Nested',
    element: `<group name="x" id="9"><group name="y" id="1"><field name="a" id="2" type="uint8"/></group>
      <data name="t" id="3" type="varString"/></group>`,
    accepted: [[[{ y: [], t: '' }, { y: [{ a: 7 }], t: 'é' }], '00020100000101' + '0702c3a9']], refused: [
      [[{ y: [], t: '' }, { y: [{ a: 1 }, { a: -1 }], t: '' }], 'Nested.x[1].y[1].a: -1'],
      [[{ y: [], t: 'a'.repeat(255) }], 'Nested.x[0].t', LENGTH], [[{ y: [] }], 'Nested.x[0].t is missing'],
      [[{ t: '' }], 'Nested.x[0].y is missing'], [[7], 'x[0]: 7 is not an object'],
    ] },
  { name: 'Remark', element: '<data name="x" id="9" type="small"/>', accepted: [['', '00'], ['a\0b', '03610062']],
    refused: [
    ['abcd', 'takes 4 bytes', LENGTH], ['é', 'US-ASCII'], [null, ''], [Uint8Array.of(1), ''],
  ] },
  { name: 'Gb', element: '<data name="x" id="9" type="gb"/>', accepted: [['中a', '03d6d061']],
    refused: [['\udc00', 'GB18030']] },
  { name: 'Utf8', element: '<data name="x" id="9" type="varString"/>', accepted: [['é😀', '06c3a9f09f9880']],
    refused: [['\udc00', 'UTF-8'], [undefined, 'is missing']] },
  { name: 'Blob', element: '<data name="x" id="9" type="varBytes"/>', accepted: [[Uint8Array.of(1, 0), '02000100']],
    refused: [
    ['text', '"text" is not a Uint8Array of at most 65534 bytes'], [new Uint8Array(65535), '', LENGTH], [[1], ''],
  ] },
]

const BIGINTS: readonly Kind[] = [
  { name: 'Int64', type: 'int64', accepted: [[-(2n ** 63n) + 1n, '0100000000000080'], [5n, '0500000000000000']],
    refused: [
    [-(2n ** 63n), 'a bigint from -9223372036854775807 to 9223372036854775807'], [2n ** 63n, ''], [5, '5 is not'],
    [2n ** 200n, 'a bigint of more than 128 bits is not'], [null, ''], [undefined, 'missing'],
  ] },
  { name: 'Uint64', type: 'uint64', accepted: [[2n ** 64n - 2n, 'feffffffffffffff']], refused: [
    [2n ** 64n - 1n, ''], [-1n, '-1n is not'],
  ] },
  { name: 'OptionalInt64', type: 'int64', presence: 'optional', accepted: [[null, '0000000000000080']], refused: [
    [-(2n ** 63n), 'null or a bigint'],
  ] },
  { name: 'Big', type: 'Big', accepted: [[-5n, 'fbffffffffffffff'], [9007199254740993n, '0100000000002000']], refused: [
    [-6n, 'from -5 to 9007199254740993'], [9007199254740994n, ''],
  ] },
  { name: 'Wides', type: 'Wides', accepted: [[[1n, -1n], '0100000000000000ffffffffffffffff']], refused: [
    [[1n, 2], 'x[1]: 2 is not a bigint'], [[1n], 'an array of 2 bigints', LENGTH],
  ] },
  { name: 'MaybeWides', type: 'MaybeWides', accepted: [[[null, 1n], 'ffffffffffffffff0100000000000000']], refused: [
    [[2n ** 64n - 1n, 1n], 'x[0]'],
  ] },
]

const NUMBERS: readonly Kind[] = [
  { name: 'Int64', type: 'int64', accepted: [
    [-(2 ** 53) + 1, '010000000000e0ff'], [2 ** 53 - 1, 'ffffffffffff1f00'], [-1, 'ffffffffffffffff'],
    [2 ** 32, '0000000001000000'],
  ], refused: [
    [2 ** 53, 'Int64.x: 9007199254740992 is no safe integer', INEXACT], [-(2 ** 53), '', INEXACT], [1e300, '', INEXACT],
    [1.5, 'a safe integer from -9223372036854775807'], [5n, '5n is not'], [NaN, ''], [Infinity, ''], ['5', ''],
  ] },
  { name: 'Uint64', type: 'uint64', accepted: [[2 ** 53 - 1, 'ffffffffffff1f00'], [0, '0000000000000000']], refused: [
    [-1, '-1 is not a safe integer from 0'], [2 ** 53, '', INEXACT],
  ] },
  { name: 'OptionalInt64', type: 'int64', presence: 'optional',
    accepted: [[null, '0000000000000080'], [-7, 'f9ffffffffffffff']],
    refused: [[undefined, 'null or a safe integer']] },
  { name: 'OptionalUint64', type: 'uint64', presence: 'optional', accepted: [[null, 'ffffffffffffffff']], refused: [] },
  { name: 'Big', type: 'Big', accepted: [[-5, 'fbffffffffffffff']], refused: [[-6, ''], [2 ** 53 + 4, '', INEXACT]] },
  { name: 'Wides', type: 'Wides', accepted: [[[1, -1], '0100000000000000ffffffffffffffff']], refused: [
    [[1, 2n], 'x[1]: 2n'], [[1, 2 ** 60], 'x[1]', INEXACT], [[1], 'an array of 2 numbers', LENGTH],
  ] },
  { name: 'MaybeWides', type: 'MaybeWides', accepted: [[[null, 2 ** 40], 'ffffffffffffffff0000000000010000']],
    refused: [
    [[-1, 1], 'x[0]'],
  ] },
]

function schemaOf(kinds: readonly Kind[], byteOrder: string): string {
  const messages = kinds.map(({ name, type, element, presence }, i) => {
    const field = `<field name="x" id="1" type="${type}"${presence === undefined ? '' : ` presence="${presence}"`}/>`
    return `<message name="${name}" id="${i + 1}">${element ?? field}</message>`
  })
  return schemaText({ types: TYPES, messages: messages.join('\n'), attributes: `version="0" byteOrder="${byteOrder}"` })
}

const bigints = [...KINDS, ...BIGINTS]
const numbers = [...KINDS, ...NUMBERS]
const { asBigint } = await loadModules({ asBigint: schemaOf(bigints, 'littleEndian') }, { objects: 'bigint' })
const { asNumber } = await loadModules({ asNumber: schemaOf(numbers, 'littleEndian') }, { objects: 'number' })
const { big } = await loadModules(
  { big: schemaOf(numbers, 'bigEndian') }, { objects: 'number', precedenceChecks: true })

function run(module: CodecModule, message: string, suffix: string, value: unknown): unknown {
  const found = module[`${message.charAt(0).toLowerCase()}${message.slice(1)}${suffix}`]
  if (typeof found !== 'function') throw new TypeError(`no function for ${message} ${suffix}`)
  return Reflect.apply(found, undefined, [value])
}

for (const [what, module, kinds] of [['bigints', asBigint, bigints], ['numbers', asNumber, numbers]] as const) {
  test(`what a schema allows is written, and read back as it was, with ${what}`, () => {
    for (const { name, accepted } of kinds) {
      for (const [x, hex] of accepted) {
        const bytes = run(module, name, 'ToBytes', { x }) as Uint8Array
        assert.is(Buffer.from(bytes.subarray(HEADER_LENGTH)).toString('hex'), hex, name)
        assert.equal(run(module, name, 'FromBytes', bytes), { x }, name)
        assert.is(run(module, name, 'ObjectLength', { x }), hex.length / 2, name)
      }
    }
  })

  test(`what a schema does not allow is refused by its path, with ${what}`, () => {
    for (const { name, refused } of kinds) {
      for (const [x, expected, code = VALUE] of refused) {
        const message = fails(code, () => run(module, name, 'ToBytes', { x }))
        assert.ok(message.startsWith(`${name}.x`), message)
        assert.ok(message.includes(expected), `"${message}" says "${expected}"`)
      }
    }
  })
}

test('objects are the same in the other byte order', () => {
  for (const { name, accepted } of numbers) {
    for (const [x] of accepted) {
      assert.equal(run(big, name, 'FromBytes', run(big, name, 'ToBytes', { x })), { x }, name)
    }
  }
  const bytes = run(big, 'Wides', 'ToBytes', { x: [1, -1] }) as Uint8Array
  assert.is(Buffer.from(bytes.subarray(HEADER_LENGTH)).toString('hex'), '0000000000000001ffffffffffffffff')
})

test('integers that are no safe ones are not read as Numbers', () => {
  const read = (message: string, hex: string): unknown => {
    const bytes = run(asNumber, message, 'ToBytes', { x: message === 'Wides' ? [1, 1] : 1 }) as Uint8Array
    bytes.set(Buffer.from(hex, 'hex'), HEADER_LENGTH)
    return run(asNumber, message, 'FromBytes', bytes)
  }
  assert.equal(read('Int64', 'ffffffffffff1f00'), { x: Number.MAX_SAFE_INTEGER })
  assert.equal(read('Int64', '010000000000e0ff'), { x: Number.MIN_SAFE_INTEGER })
  for (const hex of ['0000000000002000', '000000000000e0ff', '0000000000000080']) {
    const message = fails(INEXACT, () => read('Int64', hex))
    assert.match(message, /^Int64\.x: -?\d+ is no safe integer; generate the codecs with --objects bigint$/)
  }
  assert.match(fails(INEXACT, () => read('Uint64', 'feffffffffffffff')), /18446744073709551614/)
  assert.match(fails(INEXACT, () => read('Wides', '01000000000000000000000000000080')), /^Wides\.x/)
})

test('what is no object is refused', () => {
  for (const value of [undefined, null, 5, 'text', () => undefined]) {
    assert.match(fails(VALUE, () => run(asBigint, 'Uint8', 'ToBytes', value)), /^Uint8.* an object$/)
    assert.match(fails(VALUE, () => run(asBigint, 'Entries', 'ObjectLength', value)), /^Entries/)
    assert.match(fails(VALUE, () => run(asBigint, 'Message', 'ToBytes', { message: value, value: {} })), /^message/)
  }
  assert.match(fails(VALUE, () => run(asBigint, 'Uint8', 'ToBytes', { x: Symbol('s') })), /Symbol\(s\)/)
})

test('long values are shown in part', () => {
  const message = fails(LENGTH, () => run(asBigint, 'Code', 'ToBytes', { x: 'a'.repeat(1000) }))
  assert.is(message, `Code.x: "${'a'.repeat(40)}..." takes 1000 bytes, it can have at most 4`)
})

test.run()
