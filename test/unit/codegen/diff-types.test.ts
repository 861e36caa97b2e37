import * as assert from 'uvu/assert'
import { compareSchemas } from '../../../codegen/index.ts'
import { suite } from '../../support/suite.ts'
import { expectChanges, irOfText, membersOf } from './diff-cases.ts'

const test = suite('differences of types')

const FIELD = '<field name="f" id="1" type="T"/><field name="z" id="2" type="uint8" offset="40"/>'

function enumOf(values: string, version: number = 0, attributes: string = 'encodingType="uint8"'): string {
  const pairs = values.split(' ').map((pair) => pair.split('='))
  const elements = pairs.map(([name, value]) => `<validValue name="${name}">${value}</validValue>`)
  return membersOf(FIELD, version, `<enum name="T" ${attributes}>${elements.join('')}</enum>`)
}

function setOf(choices: string, version: number = 0, encodingType: string = 'uint8'): string {
  const pairs = choices.split(' ').map((pair) => pair.split('='))
  const elements = pairs.map(([name, bit]) => `<choice name="${name}">${bit}</choice>`)
  return membersOf(FIELD, version, `<set name="T" encodingType="${encodingType}">${elements.join('')}</set>`)
}

function compositeOf(members: string, version: number = 0): string {
  return membersOf(FIELD, version, `<composite name="T">${members}</composite>`)
}

test('a new value of an enum is unknown to old decoders', () => {
  const comparison = expectChanges(enumOf('A=1'), enumOf('A=1 B=2', 1),
    'value added T.B: 2 (extended)',
    '  forward caveat: B, 2, is unknown: read as the number, or refused where enums are not open')
  assert.equal(comparison.changes.find(({ element }) => element === 'value')?.usedBy, ['M.f'])
})

test('a value that is gone is unknown to new decoders', () => {
  expectChanges(enumOf('A=1 B=2'), enumOf('A=1', 1),
    'value removed T.B: 2 (breaking)',
    '  backward caveat: B, 2, is unknown: read as the number, or refused where enums are not open')
})

test('a value with another number is not known by it', () => {
  expectChanges(enumOf('A=1 B=2'), enumOf('A=1 B=3', 1),
    'value number T.B: 2 -> 3',
    '  forward incompatible: written as 3, but known as 2',
    '  backward incompatible: written as 2, but known as 3')
  expectChanges(enumOf('A=1 B=2'), enumOf('A=2 B=1', 1),
    'value number T.A: 1 -> 2',
    '  forward incompatible: written as 2, but known as 1',
    '  backward incompatible: written as 1, but known as 2',
    'value number T.B: 2 -> 1',
    '  forward incompatible: written as 1, but known as 2',
    '  backward incompatible: written as 2, but known as 1')
})

test('a value may be renamed, but a number that has another meaning is misread', () => {
  expectChanges(enumOf('A=1'), enumOf('B=1', 1),
    'value renamed T.A: A -> B (breaking)',
    '  forward caveat: B, 1, is read as A',
    '  backward caveat: A, 1, is read as B')
  expectChanges(enumOf('A=1 B=2'), enumOf('B=1 C=2', 1),
    'value number T.B: 2 -> 1',
    '  forward incompatible: written as 1, but known as 2',
    '  backward incompatible: written as 2, but known as 1',
    'value removed T.A: 1 (breaking)',
    '  backward incompatible: A, 1, is read as B',
    'value added T.C: 2 (extended)',
    '  forward incompatible: C, 2, is read as B')
})

test('the number of no value is null, and must stay it', () => {
  expectChanges(
    enumOf('A=1', 0, 'encodingType="uint8" nullValue="9"'), enumOf('A=1', 1, 'encodingType="uint8" nullValue="8"'),
    'enum null-value T: 9 -> 8',
    '  forward incompatible: null, 8, is read as a value',
    '  backward incompatible: null, 9, is read as a value')
  expectChanges(enumOf('A=1', 0, 'encodingType="uint8" nullValue="9"'), enumOf('A=1 B=9', 1),
    'enum null-value T: 9 -> 255',
    '  forward incompatible: null, 255, is read as a value',
    '  backward incompatible: null, 9, is read as B',
    'value added T.B: 9 (extended)',
    '  forward incompatible: B, 9, is read as null')
})

test('a value with the number of null takes its place', () => {
  expectChanges(enumOf('A=1'), enumOf('A=1 B=255', 1),
    'enum null-value T: 255 -> 255',
    '  backward incompatible: null, 255, is read as B',
    'value added T.B: 255 (extended)',
    '  forward incompatible: B, 255, is read as null')
})

test('an enum or a set in other bytes is read as another number', () => {
  const big = (text: string): string => text.replace(' version', ' byteOrder="bigEndian" version')
  expectChanges(big(enumOf('A=1')), big(enumOf('A=1', 1, 'encodingType="uint16"')),
    'enum type T: uint8 -> uint16 (breaking)',
    '  forward incompatible: uint16 is read as uint8',
    '  backward incompatible: uint8 is read as uint16',
    'enum null-value T: 255 -> 65535',
    '  forward incompatible: null, 65535, is read as a value',
    '  backward incompatible: null, 255, is read as a value')
  expectChanges(big(setOf('a=0 b=7')), big(setOf('a=0 b=7', 1, 'uint16')),
    'set type T: uint8 -> uint16 (breaking)',
    '  forward incompatible: uint16 is read as uint8',
    '  backward incompatible: uint8 is read as uint16')
})

test('an enum of characters has the numbers of one of bytes', () => {
  const types = (encodingType: string, value: string): string =>
    `<enum name="T" encodingType="${encodingType}" nullValue="${encodingType === 'char' ? '\u0020' : '32'}">
      <validValue name="A">${value}</validValue></enum>`
  expectChanges(membersOf(FIELD, 0, types('char', 'A')), membersOf(FIELD, 1, types('uint8', '65')),
    'enum type T: char -> uint8 (breaking)')
})

test('choices come and go, and keep their bits', () => {
  expectChanges(setOf('a=0'), setOf('a=0 b=1', 1), 'choice added T.b: bit 1 (extended)')
  expectChanges(setOf('a=0 b=1'), setOf('a=0', 1), 'choice removed T.b: bit 1 (breaking)')
  expectChanges(setOf('a=0'), setOf('b=0', 1), 'choice renamed T.a: a -> b (breaking)',
    '  forward caveat: b, bit 0, is read as a', '  backward caveat: a, bit 0, is read as b')
  expectChanges(setOf('a=0 b=1'), setOf('a=0 b=2', 1),
    'choice bit T.b: bit 1 -> bit 2',
    '  forward incompatible: written as bit 2, but known as bit 1',
    '  backward incompatible: written as bit 1, but known as bit 2')
})

const X = '<type name="x" primitiveType="int32"/>'
const Y = '<type name="y" primitiveType="int8"/>'

test('a composite grows at its end, where its members have versions', () => {
  expectChanges(compositeOf(X), compositeOf(X + Y.replace('/>', ' sinceVersion="1"/>'), 1),
    'member added T.y: int8 at offset 4, since version 1 (extended)',
    '  backward caveat: absent by its version, at which decoders of the reference implementation do not look in ' +
      'composites')
  expectChanges(compositeOf(X), compositeOf(X + Y, 1),
    'member added T.y: int8 at offset 4 (extended)',
    '  backward incompatible: looked for in messages of version 0, which lack it: its sinceVersion is 0')
})

test('a composite that grows moves what is behind it', () => {
  const of = (members: string, version: number): string =>
    compositeOf(members, version).replace('offset="40"', '')
  expectChanges(of(X, 0), of(X + Y.replace('/>', ' sinceVersion="1"/>'), 1),
    'field moved M.z: 4 -> 5',
    '  forward incompatible: written at offset 5, read at 4',
    '  backward incompatible: written at offset 4, read at 5',
    'member added T.y: int8 at offset 4, since version 1 (extended)',
    '  backward caveat: absent by its version, at which decoders of the reference implementation do not look in ' +
      'composites')
})

test('members of composites move, go, and are renamed, as fields are', () => {
  expectChanges(compositeOf(X + Y), compositeOf(Y + X, 1),
    'member moved T.y: 4 -> 0',
    '  forward incompatible: written at offset 0, read at 4',
    '  backward incompatible: written at offset 4, read at 0',
    'member moved T.x: 0 -> 1',
    '  forward incompatible: written at offset 1, read at 0',
    '  backward incompatible: written at offset 0, read at 1')
  expectChanges(compositeOf(X + Y), compositeOf(X, 1),
    'member removed T.y: int8 at offset 4 (breaking)',
    '  forward incompatible: looked for in messages of version 1, which lack it: its sinceVersion is 0')
  expectChanges(compositeOf(X + Y), compositeOf(X + Y.replace('"y"', '"w"'), 1),
    'member renamed T.y: y -> w (breaking)')
})

test('a type that many fields use is told of once, with all of them', () => {
  const types = (values: string): string => `<composite name="P"><ref name="side" type="E"/></composite>
    <enum name="E" encodingType="uint8"><validValue name="A">1</validValue>${values}</enum>`
  const members = `<field name="a" id="1" type="E"/><field name="p" id="2" type="P"/>
    <group name="g" id="3"><field name="q" id="1" type="P"/></group>`
  const added = '<validValue name="B">2</validValue>'
  const comparison = expectChanges(membersOf(members, 0, types('')), membersOf(members, 1, types(added)),
    'value added E.B: 2 (extended)',
    '  forward caveat: B, 2, is unknown: read as the number, or refused where enums are not open')
  const [change] = comparison.changes.filter(({ element }) => element === 'value')
  assert.equal(change?.usedBy, ['M.a', 'M.p.side', 'M.g.q.side'])
})

test('types that only share a name are apart', () => {
  const inner = (name: string, value: number): string => `<composite name="${name}">
    <enum name="Kind" encodingType="uint8"><validValue name="A">${value}</validValue></enum></composite>`
  const members = '<field name="p" id="1" type="P"/><field name="q" id="2" type="Q"/>'
  const comparison = expectChanges(
    membersOf(members, 0, inner('P', 1) + inner('Q', 2)), membersOf(members, 1, inner('P', 3) + inner('Q', 2)),
    'value number Kind.A: 1 -> 3',
    '  forward incompatible: written as 3, but known as 1',
    '  backward incompatible: written as 1, but known as 3')
  assert.equal(comparison.changes.flatMap(({ usedBy = [] }) => usedBy), ['M.p.Kind'])
})

test('a message is concerned by what its types are concerned by', () => {
  const text = (value: number, version: number): string => membersOf('<field name="n" id="1" type="uint8"/>', version,
    `<enum name="E" encodingType="uint8"><validValue name="A">${value}</validValue></enum>`)
    .replace('</messageSchema>', '<message name="N" id="2"><field name="e" id="1" type="E"/></message></messageSchema>')
  const comparison = compareSchemas(irOfText(text(1, 0)), irOfText(text(2, 1)))
  assert.equal(comparison.messages, [
    { name: 'M', templateId: 1, forward: 'compatible', backward: 'compatible' },
    { name: 'N', templateId: 2, forward: 'incompatible', backward: 'incompatible' },
  ])
  assert.is(comparison.forward, 'incompatible')
})

test('names, descriptions and deprecations of types and their parts are told', () => {
  const types = (attributes: string, name: string): string => `<enum name="${name}" encodingType="uint8" ${attributes}>
    <validValue name="A" ${attributes}>1</validValue></enum>`
  const of = (name: string, version: number, attributes: string): string =>
    membersOf(`<field name="f" id="1" type="${name}"/>`, version, types(attributes, name))
  expectChanges(of('E', 0, ''), of('F', 1, 'description="New." deprecated="1"'),
    'field type M.f: E -> F (breaking)',
    'value deprecated E.A: none -> 1',
    'value description E.A: none -> New.',
    'enum deprecated E: none -> 1',
    'enum description E: none -> New.')
})

test.run()
