/** Findings about enums and sets. */
import * as assert from 'uvu/assert'
import { suite } from '../../support/suite.ts'
import { compile, expectFindings, expectReference, schemaOf } from './schema-text.ts'

const test = suite('enum and set validation')

const PLACE = { enum: 'at <types><enum name="E"> ', set: 'at <types><set name="S"> ' }

function enumOf(values: string, encoding = 'encodingType="uint8"', types = ''): string {
  return schemaOf(`${types}\n<enum name="E" ${encoding}>\n${values}\n</enum>`)
}

function setOf(choices: string, encoding = 'encodingType="uint8"', types = ''): string {
  return schemaOf(`${types}\n<set name="S" ${encoding}>\n${choices}\n</set>`)
}

test('an enum can be encoded as small integers and char, or as a type of length 1', () => {
  for (const encoding of ['char', 'uint8', 'int8', 'int16', 'uint16', 'int32']) {
    expectFindings(enumOf('<validValue name="A">1</validValue>', `encodingType="${encoding}"`))
  }
  for (const primitive of ['char', 'uint32', 'int64', 'uint64']) {
    const type = `<type name="T" primitiveType="${primitive}"/>`
    expectFindings(enumOf('<validValue name="A">1</validValue>', 'encodingType="T"', type))
  }
})

test('other encodings of an enum are errors', () => {
  expectReference(
    'error',
    enumOf('', '[[enum-encoding]]encodingType="uint32"'),
    'IllegalArgumentException: illegal encodingType for enum uint32',
  )
  expectReference(
    'error',
    enumOf('', '[[enum-encoding]]encodingType="T"', '<type name="T" primitiveType="char" length="2"/>'),
    'IllegalArgumentException: illegal encodingType for enum T length not equal to 1',
  )
  expectReference(
    'error',
    enumOf('', '[[enum-encoding]]encodingType="T"', '<type name="T" primitiveType="float"/>'),
    '',
  )
  const missing = schemaOf('[[missing-attribute]]<enum name="E"/>')
  expectReference('error', missing, "IllegalStateException: element 'enum' has missing attribute: encodingType")
})

test('a value of an enum must not be its null value', () => {
  expectReference(
    'error',
    enumOf('[[enum-value-is-null]]<validValue name="A">255</validValue>'),
    `${PLACE.enum}validValue A uses nullValue: 255`,
  )
  expectReference(
    'error',
    enumOf('[[enum-value-is-null]]<validValue name="A">7</validValue>', 'encodingType="uint8" nullValue="7"'),
    `${PLACE.enum}validValue A uses nullValue: 7`,
  )
  const optional = '<type name="T" primitiveType="int8" presence="optional" nullValue="3"/>'
  expectReference(
    'error',
    enumOf('[[enum-value-is-null]]<validValue name="A">3</validValue>', 'encodingType="T"', optional),
    `${PLACE.enum}validValue A uses nullValue: 3`,
  )
})

test('values of 64-bit enums are compared as unsigned numbers, and told as the reference tells them', () => {
  const type = '<type name="T" primitiveType="uint64"/>'
  const value = (mark: string, text: string): string =>
    enumOf(`${mark}<validValue name="A">${text}</validValue>`, 'encodingType="T"', type)
  for (const text of ['0', '9223372036854775808', '18446744073709551614']) expectFindings(value('', text))
  const outside = value('[[enum-value-out-of-range]]', '-9223372036854775807')
  expectReference('error', outside, `${PLACE.enum}validValue A outside of range 0 - -2: -9223372036854775807`)
  // The reference reads both as the same bits.
  const sentence = `${PLACE.enum}validValue A uses nullValue: -1`
  expectReference('error', value('[[enum-value-is-null]]', '18446744073709551615'), sentence)
  expectReference('error', value('[[enum-value-out-of-range]]', '-1'), sentence)
})

test('a value of an enum is within the range of its encoding', () => {
  const outside = '[[enum-value-out-of-range]]<validValue name="A">300</validValue>'
  const [finding] = expectReference('error', enumOf(outside), `${PLACE.enum}validValue A outside of range 0 - 254: 300`)
  assert.is(finding?.expected, '0 to 254')
  const type = '<type name="T" primitiveType="uint8" minValue="1" maxValue="5"/>'
  expectReference(
    'error',
    enumOf('[[enum-value-out-of-range]]<validValue name="A">6</validValue>', 'encodingType="T"', type),
    `${PLACE.enum}validValue A outside of range 1 - 5: 6`,
  )
})

test('all values of an enum are looked at, not the first alone', () => {
  const diagnostics = expectFindings(enumOf(`<validValue name="A">1</validValue>
    [[enum-value-out-of-range]]<validValue name="B">256</validValue>
    [[enum-value-is-null]]<validValue name="C">255</validValue>
    [[bad-value]]<validValue name="D">many</validValue>
    [[bad-value]]<validValue name="E"/>
    [[missing-attribute]]<validValue>5</validValue>`))
  assert.equal(diagnostics.map(({ reference }) => reference), [
    `${PLACE.enum}validValue B outside of range 0 - 254: 256`,
    `${PLACE.enum}validValue C uses nullValue: 255`,
    'NumberFormatException: For input string: "many"',
    '',
    '',
  ])
})

test('duplicate values and names of an enum are warned of, and by name the last one counts', () => {
  const marked = enumOf(`<validValue name="A">1</validValue>
    <validValue name="B">2</validValue>
    [[duplicate-enum-value]]<validValue name="C">1</validValue>
    <validValue [[duplicate-enum-name]]name="B">3</validValue>`)
  expectReference(
    'warning',
    marked,
    `${PLACE.enum}validValue already exists for value: 1`,
    `${PLACE.enum}validValue already exists for name: B`,
  )
  const { ir } = compile(schemaOf(
    '<enum name="E" encodingType="uint8"><validValue name="B">2</validValue><validValue name="B">3</validValue></enum>',
    '<message name="M" id="1"><field name="f" id="1" type="E"/></message>',
  ))
  const values = ir?.types.get('E')?.filter(({ signal }) => signal === 'VALID_VALUE')
  assert.equal(values?.map(({ name, encoding }) => [name, encoding.constValue]), [['B', 3n]])
})

test('char values of an enum are single characters and skip the range checks', () => {
  expectFindings(
    enumOf('<validValue name="A"> </validValue><validValue name="B">0</validValue>', 'encodingType="char"'),
  )
  expectReference(
    'error',
    enumOf('[[bad-value]]<validValue name="A">AB</validValue>', 'encodingType="char"'),
    'IllegalArgumentException: Constant char value malformed: AB',
  )
  expectReference('error', enumOf('[[bad-value]]<validValue name="A">\u00e9</validValue>', 'encodingType="char"'), '')
})

test('a set can be encoded as unsigned integers, or as a type of length 1', () => {
  for (const encoding of ['uint8', 'uint16', 'uint32', 'uint64']) {
    expectFindings(setOf('<choice name="A">7</choice>', `encodingType="${encoding}"`))
  }
  expectFindings(setOf('<choice name="A">63</choice>', 'encodingType="T"', '<type name="T" primitiveType="uint64"/>'))
})

test('other encodings of a set are errors, signed ones are warned of', () => {
  expectReference(
    'error',
    setOf('', '[[set-encoding]]encodingType="int8"'),
    'IllegalArgumentException: Illegal encodingType int8',
  )
  const array = '<type name="T" primitiveType="uint8" length="2"/>'
  expectReference(
    'error',
    setOf('', '[[set-encoding]]encodingType="T"', array),
    'IllegalArgumentException: Illegal encodingType T',
  )
  expectReference('error', setOf('', '[[set-encoding]]encodingType="T"', '<type name="T" primitiveType="double"/>'), '')
  expectReference('error', setOf('', '[[set-encoding]]encodingType="T"', '<type name="T" primitiveType="char"/>'), '')
  expectReference('warning', setOf('', '[[set-signed]]encodingType="T"', '<type name="T" primitiveType="int8"/>'), '')
  const missing = schemaOf('[[missing-attribute]]<set name="S"/>')
  expectReference('error', missing, "IllegalStateException: element 'set' has missing attribute: encodingType")
})

test('a choice is a bit of its set', () => {
  const [finding] = expectReference(
    'error',
    setOf('[[choice-out-of-range]]<choice name="A">8</choice>'),
    'IllegalArgumentException: Choice value out of bounds: 8',
  )
  assert.is(finding?.expected, 'a bit position from 0 to 7')
  const type = '<type name="T" primitiveType="int8"/>'
  expectFindings(setOf('[[choice-out-of-range]]<choice name="A">-1</choice>', '[[set-signed]]encodingType="T"', type))
})

test('duplicate choices are warned of', () => {
  expectReference(
    'warning',
    setOf(`<choice name="A">0</choice>
      [[duplicate-choice-value]]<choice name="B">0</choice>
      <choice [[duplicate-choice-name]]name="A">1</choice>`),
    `${PLACE.set}Choice value already defined: 0`,
    `${PLACE.set}Choice already exists for name: A`,
  )
})

test.run()
