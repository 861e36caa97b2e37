import * as assert from 'uvu/assert'
import { suite } from '../../support/suite.ts'
import { expectChanges, membersOf } from './diff-cases.ts'

const test = suite('differences of fields')

const A = '<field name="a" id="1" type="uint16"/>'
const B = '<field name="b" id="2" type="uint32"/>'

/** One field before and after, in a block with another behind it at a place of its own. */
function field(attributes: string, version: number = 0, types?: string): string {
  const last = '<field name="z" id="8" type="uint8" offset="30"/>'
  return membersOf(`<field name="f" id="9" ${attributes}/>${last}`, version, types)
}

test('a field at the end of a later version is read both ways', () => {
  expectChanges(membersOf(A), membersOf(`${A}<field name="n" id="3" type="int64" sinceVersion="1"/>`, 1),
    'field added M.n: int64 at offset 2, since version 1 (extended)')
})

function padded(fields: string, version: number): string {
  return membersOf(fields, version).replace('id="1">', 'id="1" blockLength="16">')
}

test('a field in the padding of a block is read both ways', () => {
  const added = '<field name="n" id="3" type="uint16" presence="optional" sinceVersion="1"/>'
  expectChanges(padded(A, 0), padded(A + added, 1),
    'field added M.n: uint16 at offset 2, optional, since version 1 (extended)')
})

test('a field that is said to be older than it is, is looked for in old messages', () => {
  expectChanges(padded(A, 3), padded(`${A}<field name="n" id="3" type="uint16" sinceVersion="3"/>`, 4),
    'field added M.n: uint16 at offset 2, since version 3 (extended)',
    '  backward incompatible: looked for in messages of version 3, which lack it: its sinceVersion is 3')
  expectChanges(membersOf(A), membersOf(A + B, 1),
    'field added M.b: uint32 at offset 2 (extended)',
    '  backward incompatible: looked for in messages of version 0, which lack it: its sinceVersion is 0')
})

test('a field that is gone is looked for in new messages', () => {
  expectChanges(membersOf(A + B), membersOf(B.replace('/>', ' offset="2"/>'), 1),
    'field removed M.a: uint16 at offset 0 (breaking)',
    '  forward incompatible: looked for in messages of version 1, which lack it: its sinceVersion is 0')
})

test('blocks that are too short for the first version of a decoder are refused', () => {
  const comparison = expectChanges(membersOf(A + B), membersOf(A, 1),
    'field removed M.b: uint32 at offset 2 (breaking)',
    '  forward incompatible: looked for in messages of version 1, which lack it: its sinceVersion is 0')
  const lengths = comparison.changes.filter(({ change }) => change === 'block-length')
  assert.equal(lengths.map(({ forward }) => forward.reason), ['blocks of 2 bytes are refused, as less than 6'])
})

test('a field in the middle moves those behind it', () => {
  expectChanges(membersOf(A + B), membersOf(`${A}<field name="n" id="3" type="uint8" sinceVersion="1"/>${B}`, 1),
    'field moved M.b: 2 -> 3',
    '  forward incompatible: written at offset 3, read at 2',
    '  backward incompatible: written at offset 2, read at 3',
    'field added M.n: uint8 at offset 2, since version 1 (extended)')
})

test('names and ids may change, also at once with another field of the old name', () => {
  expectChanges(membersOf(A + B), membersOf(A.replace('"a"', '"c"') + B.replace('"2"', '"7"'), 1),
    'field renamed M.a: a -> c (breaking)',
    'field id M.b: 2 -> 7')
  expectChanges(membersOf(A + B), membersOf(A.replace('"1"', '"2"') + B.replace('"2"', '"1"'), 1),
    'field id M.a: 1 -> 2',
    'field id M.b: 2 -> 1')
})

test('another type is read from the same bytes in another way', () => {
  const types = `<type name="Five" primitiveType="uint8" length="5"/>
    <type name="Four" primitiveType="uint8" length="4"/>`
  for (const [from, to] of [
    ['uint32', 'uint64'], ['int64', 'int32'], ['uint16', 'int16'], ['int32', 'float'], ['double', 'int64'],
    ['uint8', 'int8'],
  ] as const) {
    expectChanges(field(`type="${from}"`), field(`type="${to}"`, 1),
      `field type M.f: ${from} -> ${to} (breaking)`,
      `  forward incompatible: ${to} is read as ${from}`,
      `  backward incompatible: ${from} is read as ${to}`)
  }
  expectChanges(field('type="Four"', 0, types), field('type="Five"', 1, types),
    'field type M.f: uint8[4] -> uint8[5] (breaking)',
    '  forward incompatible: uint8[5] is read as uint8[4]',
    '  backward incompatible: uint8[4] is read as uint8[5]')
})

test('characters and bytes are the same bytes', () => {
  expectChanges(field('type="char"'), field('type="uint8"', 1),
    'field type M.f: char -> uint8 (breaking)',
    '  forward caveat: uint8 is read as char: the bytes are the same',
    '  backward caveat: char is read as uint8: the bytes are the same')
})

test('a type of another kind is read in another way, or by its number', () => {
  const types = `<enum name="E" encodingType="uint8"><validValue name="A">1</validValue></enum>
    <set name="S" encodingType="uint8"><choice name="x">0</choice></set>
    <composite name="C"><type name="n" primitiveType="uint8"/></composite>`
  const of = (type: string, version: number): string => field(`type="${type}"`, version, types)
  expectChanges(of('uint8', 0), of('E', 1), 'field type M.f: uint8 -> enum E (breaking)',
    '  forward caveat: E is read as uint8: the numbers are the same, their names are lost',
    '  backward caveat: uint8 is read as E: the numbers are the same, their names are lost')
  expectChanges(of('S', 0), of('uint8', 1), 'field type M.f: set S -> uint8 (breaking)',
    '  forward caveat: uint8 is read as S: the numbers are the same, their names are lost',
    '  backward caveat: S is read as uint8: the numbers are the same, their names are lost')
  expectChanges(of('E', 0), of('S', 1), 'field type M.f: enum E -> set S (breaking)',
    '  forward incompatible: S is read as E', '  backward incompatible: E is read as S')
  expectChanges(of('C', 0), of('uint8', 1), 'field type M.f: composite C -> uint8 (breaking)',
    '  forward incompatible: uint8 is read as C', '  backward incompatible: C is read as uint8')
})

test('a field that was required has nulls that old decoders take for values', () => {
  expectChanges(field('type="uint8"'), field('type="uint8" presence="optional"', 1),
    'field presence M.f: required -> optional (extended)',
    '  forward caveat: null, 255, is read as a value')
  expectChanges(field('type="uint8" presence="optional"'), field('type="uint8"', 1),
    'field presence M.f: optional -> required (breaking)',
    '  backward caveat: null, 255, is read as a value')
})

test('a value of a required field may be the null value of an optional one', () => {
  const types = '<type name="T" primitiveType="uint8" nullValue="0"/>'
  expectChanges(field('type="T"', 0, types), field('type="T" presence="optional"', 1, types),
    'field presence M.f: required -> optional (extended)',
    '  forward caveat: null, 0, is read as a value',
    '  backward caveat: the value 0 is read as null')
})

test('another null value is read as a value', () => {
  const type = (nullValue: number): string =>
    `<type name="T" primitiveType="uint8" presence="optional" nullValue="${nullValue}"/>`
  expectChanges(field('type="T"', 0, type(0)), field('type="T"', 1, type(200)),
    'field null-value M.f: 0 -> 200',
    '  forward incompatible: null, 200, is read as a value',
    '  backward incompatible: null, 0, is read as a value')
})

test('a wider range lets values through that are not known', () => {
  const type = (most: number): string => `<type name="T" primitiveType="uint8" minValue="1" maxValue="${most}"/>`
  expectChanges(field('type="T"', 0, type(10)), field('type="T"', 1, type(20)),
    'field range M.f: 1 to 10 -> 1 to 20',
    '  forward caveat: there may be values outside of the range that the decoder knows')
})

test('text is read in the encoding that the decoder knows', () => {
  const type = (encoding: string): string =>
    `<type name="T" primitiveType="char" length="6" characterEncoding="${encoding}"/>`
  const of = (encoding: string, version: number): string => field('type="T"', version, type(encoding))
  expectChanges(of('ASCII', 0), of('UTF-8', 1), 'field encoding M.f: ASCII -> UTF-8',
    '  forward caveat: text in UTF-8 is read as ASCII: only US-ASCII characters come through')
  expectChanges(of('ISO-8859-1', 0), of('utf8', 1), 'field encoding M.f: ISO-8859-1 -> utf8',
    '  forward caveat: text in utf8 is read as ISO-8859-1: only US-ASCII characters come through',
    '  backward caveat: text in ISO-8859-1 is read as utf8: only US-ASCII characters come through')
  expectChanges(of('UTF-8', 0), of('UTF-16LE', 1), 'field encoding M.f: UTF-8 -> UTF-16LE',
    '  forward incompatible: text in UTF-16LE is read as UTF-8',
    '  backward incompatible: text in UTF-8 is read as UTF-16LE')
  expectChanges(of('US-ASCII', 0), of('ascii', 1), 'field encoding M.f: US-ASCII -> ascii')
})

test('a constant is what the decoder has for it', () => {
  const type = (value: number): string =>
    `<type name="T" primitiveType="uint8" presence="constant">${value}</type><type name="V" primitiveType="uint8"/>`
  expectChanges(field('type="T"', 0, type(1)), field('type="T"', 1, type(2)),
    'field constant M.f: 1 -> 2',
    '  forward incompatible: read as 1, whatever it is',
    '  backward incompatible: read as 2, whatever it is')
  expectChanges(field('type="V"', 0, type(1)), field('type="T"', 1, type(1)),
    'field constant M.f: none -> 1 (breaking)',
    '  forward incompatible: read from bytes that are not written',
    '  backward incompatible: read as 1, whatever it is')
})

test('constants come and go without a trace on the wire', () => {
  const types = '<type name="K" primitiveType="char" presence="constant">word</type>'
  expectChanges(membersOf(A, 0, types), membersOf(`${A}<field name="k" id="3" type="K"/>`, 1, types),
    'field added M.k: constant "word" (extended)')
})

test('a field of a later version than its messages is taken for absent', () => {
  expectChanges(membersOf(A + B), membersOf(A + B.replace('/>', ' sinceVersion="1"/>'), 1),
    'field since-version M.b: 0 -> 1 (extended)',
    '  backward incompatible: taken for absent in messages of version 0: its sinceVersion is 1')
})

test('a field may be said to be older or younger where all messages of both have it', () => {
  expectChanges(membersOf(A + B, 2), membersOf(A + B.replace('/>', ' sinceVersion="2"/>'), 3),
    'field since-version M.b: 0 -> 2 (extended)',
    '  backward caveat: messages of the versions 0 to 1 are read differently from before')
})

test('what a field means is told apart from where it is', () => {
  expectChanges(
    field('type="uint64" description="Old." semanticType="A" epoch="unix" timeUnit="millisecond"'),
    field('type="uint64" description="New." semanticType="B" epoch="midnight" timeUnit="second" deprecated="1"', 1),
    'field deprecated M.f: none -> 1',
    'field description M.f: Old. -> New.',
    'field semantic-type M.f: A -> B',
    'field epoch M.f: unix -> midnight',
    '  forward caveat: the same number is meant in another way',
    '  backward caveat: the same number is meant in another way',
    'field time-unit M.f: millisecond -> second',
    '  forward caveat: the same number is meant in another way',
    '  backward caveat: the same number is meant in another way')
})

test.run()
