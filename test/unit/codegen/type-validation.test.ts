/** Findings about simple types and their values. */
import * as assert from 'uvu/assert'
import { suite } from '../../support/suite.ts'
import { expectFindings, expectReference, schemaOf, schemaWith } from './schema-text.ts'

const test = suite('type validation')

function at(name: string): string {
  return `at <types><type name="${name}"> `
}

test('a type needs a name and a primitive type', () => {
  expectReference(
    'error',
    schemaOf('[[missing-attribute]]<type primitiveType="uint8"/>'),
    "IllegalStateException: element 'type' has missing attribute: name",
  )
  expectReference(
    'error',
    schemaOf('<type [[missing-attribute]]name="" primitiveType="uint8"/>'),
    "IllegalStateException: element 'type' has empty attribute: name",
  )
  expectReference(
    'error',
    schemaOf('[[missing-attribute]]<type name="a"/>'),
    "IllegalStateException: element 'type' has missing attribute: primitiveType",
  )
  expectReference(
    'error',
    schemaOf('<type name="a"\n  [[unknown-primitive-type]]primitiveType="uint24"/>'),
    'IllegalArgumentException: No PrimitiveType for name: uint24',
  )
})

test('presence is one of three words', () => {
  const [finding] = expectReference(
    'error',
    schemaOf('<type name="a" primitiveType="uint8" [[unknown-presence]]presence="maybe"/>'),
    'IllegalArgumentException: No Presence for name: maybe',
  )
  assert.is(finding?.expected, 'required, optional or constant')
})

test('numbers must be numbers, of 32 bits', () => {
  expectReference(
    'error',
    schemaOf('<type name="a" primitiveType="uint8" [[not-a-number]]length="many"/>'),
    'NumberFormatException: For input string: "many"',
  )
  expectReference(
    'error',
    schemaOf('<type name="a" primitiveType="uint8" [[not-a-number]]offset=""/>'),
    'NumberFormatException: For input string: ""',
  )
  expectReference(
    'error',
    schemaOf('<type name="a" primitiveType="uint8" [[number-out-of-range]]sinceVersion="99999999999"/>'),
    'NumberFormatException: For input string: "99999999999"',
  )
  expectReference('error', schemaOf('<type name="a" primitiveType="uint8" [[number-out-of-range]]length="-1"/>'), '')
})

test('a type cannot be longer than a block can be', () => {
  expectReference('error', schemaOf('<type name="a" primitiveType="int64" [[type-too-long]]length="300000000"/>'), '')
})

test('white space around a number is taken, with a warning', () => {
  expectReference('warning', schemaOf('<type name="a" primitiveType="uint8" [[space-around-number]]length=" 2 "/>'), '')
  expectReference(
    'warning',
    schemaOf('[[space-around-number]]<type name="a" primitiveType="int8" presence="constant">-3\n</type>'),
    '',
  )
})

test('limits must be values of the primitive type', () => {
  const [finding] = expectReference(
    'error',
    schemaOf('<type name="a" primitiveType="int8" [[bad-value]]minValue="-129"/>'),
    'NumberFormatException: Value out of range. Value:"-129" Radix:10',
  )
  assert.is(finding?.message, "minValue: '-129' is out of range")
  assert.is(finding?.expected, 'an integer from -128 to 127')
  expectReference(
    'error',
    schemaOf('<type name="a" primitiveType="char" [[bad-value]]minValue="AB"/>'),
    'IllegalArgumentException: Constant char value malformed: AB',
  )
  expectReference(
    'error',
    schemaOf('<type name="a" primitiveType="double" [[bad-value]]maxValue="1,5"/>'),
    'NumberFormatException: For input string: "1,5"',
  )
  expectReference(
    'error',
    schemaOf('<type name="a" primitiveType="uint64" [[bad-value]]maxValue="18446744073709551616"/>'),
    'IllegalArgumentException: Value greater than UINT64 allows: value=18446744073709551616',
  )
})

test('the reference takes values that an unsigned type cannot hold, we do not', () => {
  expectReference('error', schemaOf('<type name="a" primitiveType="uint8" [[value-out-of-range]]minValue="-5"/>'), '')
  expectReference(
    'error',
    schemaOf('<type name="a" primitiveType="uint16" [[value-out-of-range]]maxValue="65536"/>'),
    '',
  )
  expectReference(
    'error',
    schemaOf(
      '<type name="a" primitiveType="uint32" presence="optional" [[value-out-of-range]]nullValue="4294967296"/>',
    ),
    '',
  )
})

test('every value of a primitive type can be a limit', () => {
  const types = [
    '<type name="a" primitiveType="int64" minValue="-9223372036854775808" maxValue="9223372036854775807"/>',
    '<type name="b" primitiveType="uint64" minValue="0" maxValue="18446744073709551615"/>',
    '<type name="c" primitiveType="float" minValue="-Infinity" maxValue="1.5e3f"/>',
    '<type name="d" primitiveType="double" presence="optional" nullValue="NaN"/>',
    '<type name="e" primitiveType="char" minValue="A" maxValue="~"/>',
  ]
  expectFindings(schemaOf(types.join('\n')))
})

test('limits that leave no value are warned of', () => {
  expectReference(
    'warning',
    schemaOf('<type name="a" primitiveType="uint8" [[empty-range]]minValue="9" maxValue="8"/>'),
    '',
  )
})

test('a null value on a type that is not optional is warned of', () => {
  expectReference(
    'warning',
    schemaOf('<type name="a" primitiveType="uint8" [[null-value-unused]]nullValue="7"/>'),
    `${at('a')}nullValue set, but presence is not optional`,
  )
})

test('a constant needs a value that its type can have', () => {
  expectReference(
    'error',
    schemaOf('[[constant-without-value]]<type name="a" primitiveType="uint8" presence="constant"/>'),
    `${at('a')}type has declared presence as "constant" but XML node has no data`,
  )
  expectReference(
    'error',
    schemaOf('[[bad-value]]<type name="a" primitiveType="uint8" presence="constant">x</type>'),
    'NumberFormatException: For input string: "x"',
  )
  expectReference(
    'error',
    schemaOf('[[value-out-of-range]]<type name="a" primitiveType="uint8" presence="constant">256</type>'),
    '',
  )
})

test('a constant of characters fits its length and its encoding', () => {
  expectReference(
    'error',
    schemaOf('<type name="a" primitiveType="char" [[constant-too-long]]length="2" presence="constant">ABC</type>'),
    `${at('a')}length of 2 is less than provided value: ABC`,
  )
  expectReference(
    'error',
    schemaOf('[[constant-encoding]]<type name="a" primitiveType="char" presence="constant">\u00fc</type>'),
    '',
  )
  expectFindings(
    schemaOf('<type name="a" primitiveType="char" presence="constant" characterEncoding="UTF-8">\u00fc</type>'),
  )
})

test('the valueRef of a constant type names a value of an enum of the same encoding', () => {
  const color = '<enum name="Color" encodingType="uint8"><validValue name="Red">1</validValue></enum>'
  const constant = (valueRef: string, type = 'uint8'): string =>
    schemaOf(`${color}<type name="a" primitiveType="${type}" presence="constant" ${valueRef}/>`)
  expectFindings(constant('valueRef="Color.Red"'))
  expectReference(
    'error',
    constant('[[value-ref-form]]valueRef="Red"'),
    `${at('a')}valueRef format not valid (enum-name.valid-value-name): Red`,
  )
  expectReference('error', constant('[[value-ref-enum]]valueRef="Colour.Red"'), `${at('a')}valueRef not found: Colour`)
  expectReference(
    'error',
    constant('[[value-ref-value]]valueRef="Color.Blue"'),
    `${at('a')}valueRef for validValue name not found: Blue`,
  )
  expectReference(
    'error',
    constant('[[value-ref-type]]valueRef="Color.Red"', 'uint16'),
    `${at('a')}valueRef does not match this type: Color.Red`,
  )
  expectReference(
    'error',
    schemaOf(`${color}<type name="a" primitiveType="uint8" [[value-ref-presence]]valueRef="Color.Red"/>`),
    `${at('a')}presence must be constant when valueRef is set: Color.Red`,
  )
})

test('two types of one name are warned of, and the last one counts', () => {
  const types = '<type name="a" primitiveType="uint8"/>\n<type [[duplicate-type]]name="a" primitiveType="uint16"/>'
  expectReference('warning', schemaOf(types), `${at('a')}type already exists for name: a`)
  const [, ...others] = expectFindings(schemaOf('<type [[name]][[duplicate-type]]name="int8" primitiveType="uint16"/>'))
  assert.equal(others.map(({ reference }) => reference), [`${at('int8')}name is not valid for Golang: int8`])
})

test('a field that takes no bytes is warned of', () => {
  const type = '<type name="nothing" primitiveType="uint8" length="0"/>'
  expectReference('warning', schemaWith('<field name="a" id="1" [[zero-length]]type="nothing"/>', type), '')
})

test('an encoding that no codec can read is warned of', () => {
  const type = (encoding: string, rest = 'primitiveType="char" length="4"'): string =>
    schemaOf(`<type name="t" ${rest} ${encoding}/>`)
  expectReference('warning', type('[[unknown-encoding]]characterEncoding="x-nonsense"'), '')
  expectReference('warning', type('[[unknown-encoding]]characterEncoding="x"', 'primitiveType="uint8" length="0"'), '')
  expectFindings(type('[[unknown-encoding]][[wide-encoding]]characterEncoding="UTF-32"'))
  expectFindings(type('characterEncoding="x-nonsense"', 'primitiveType="int32"'))
  expectFindings(type('characterEncoding=""'))
  for (const name of ['646', 'CP819', 'ISO-LATIN-1', 'latin1', 'UTF8', 'ansi_x3.4-1968', 'windows-1252', 'GB18030']) {
    expectFindings(type(`characterEncoding="${name}"`))
  }
})

test('an encoding with zero bytes in its characters is warned of where text ends at the first', () => {
  const type = (encoding: string, length: number): string =>
    schemaOf(`<type name="t" primitiveType="char" length="${length}" ${encoding}/>`)
  expectReference('warning', type('[[wide-encoding]]characterEncoding="UTF-16LE"', 8), '')
  expectFindings(type('characterEncoding="UTF-16BE"', 0))
  // The bytes of data are all of its text, but their order is Java's or ours.
  expectReference('warning', type('[[wide-encoding]]characterEncoding="UTF-16"', 0), '')
})

test('constants are encoded in every name of the encodings that codecs know', () => {
  const constant = (encoding: string): string =>
    schemaOf(`<type name="t" primitiveType="char" presence="constant" length="4" ${encoding}>caf\u00e9</type>`)
  for (const name of ['CP819', 'ISO-LATIN-1', 'ISO_8859-1:1987', 'l1']) {
    expectFindings(constant(`characterEncoding="${name}"`))
  }
  for (const name of ['646', 'us', 'ISO_646.irv:1991']) {
    expectFindings(constant(`[[constant-encoding]]characterEncoding="${name}"`))
  }
  expectFindings(constant('[[constant-encoding]][[wide-encoding]]characterEncoding="UTF-16LE"'))
})

test.run()
