/** Findings about composites, and about those that frame a message. */
import * as assert from 'uvu/assert'
import { suite } from '../../support/suite.ts'
import { DATA, expectFindings, expectReference, HEADER, schemaOf, schemaWith } from './schema-text.ts'

const test = suite('composite validation')

function compositeOf(members: string, types = ''): string {
  return schemaOf(`${types}\n<composite name="C">\n${members}\n</composite>`)
}

test('groups and data have no place in a composite', () => {
  expectReference(
    'error',
    compositeOf('[[not-in-composite]]<group name="g"/>\n[[not-in-composite]]<data name="d"/>'),
    'at <composite name="C"> <group name="g"> group not valid within composite',
    'at <composite name="C"> <data name="d"> data not valid within composite',
  )
})

test('members of a composite have names of their own', () => {
  expectReference(
    'error',
    compositeOf('<type name="a" primitiveType="int8"/>\n<type [[duplicate-member]]name="a" primitiveType="int8"/>'),
    'at <composite name="C"> <type name="a"> composite already contains a type named: a',
  )
  expectReference(
    'error',
    compositeOf(
      '<type name="a" primitiveType="int8"/>\n<ref [[duplicate-member]]name="a" type="T"/>',
      '<type name="T" primitiveType="int8"/>',
    ),
    'at <types><type name="T"> composite already contains a type named: a',
  )
  expectReference(
    'error',
    compositeOf('[[missing-attribute]]<type primitiveType="int8"/>'),
    "IllegalStateException: element 'type' has missing attribute: name",
  )
})

test('a ref points at a declared type', () => {
  expectReference(
    'error',
    compositeOf('<ref name="r" [[ref-not-found]]type="Nothing"/>'),
    'at <composite name="C"> <ref name="r"> ref type not found: Nothing',
  )
  expectReference(
    'error',
    compositeOf('<ref name="r" [[ref-not-found]]type="uint8"/>'),
    'at <composite name="C"> <ref name="r"> ref type not found: uint8',
  )
  expectReference(
    'error',
    compositeOf('<ref name="r" type="T" [[not-a-number]]offset="here"/>', '<type name="T" primitiveType="int8"/>'),
    'at <composite name="C"> <ref name="r"> invalid number type: here',
  )
})

test('a composite cannot contain itself', () => {
  expectReference(
    'error',
    compositeOf('<ref name="r" [[circular-ref]]type="C"/>'),
    'at <types><composite name="C"> ref types cannot create circular dependencies.',
  )
  const [finding] = expectFindings(schemaOf(`<composite name="A"><ref name="b" [[circular-ref]]type="B"/></composite>
    <composite name="B"><ref name="a" [[circular-ref]]type="A"/></composite>`))
  assert.is(finding?.message, "'A' contains itself: A > B > A")
})

test('offsets in a composite do not go backwards', () => {
  const [finding] = expectReference(
    'error',
    compositeOf(`<type name="a" primitiveType="int32"/>
      <type name="b" primitiveType="int8" [[member-offset]]offset="3"/>
      <type name="c" primitiveType="int8" offset="9"/>`),
    'at <types><composite name="C"> composite element "b" has incorrect offset specified',
  )
  assert.is(finding?.expected, 'an offset of at least 4')
  expectFindings(compositeOf('<type name="a" primitiveType="int32" offset="0"/>'))
  expectReference(
    'error',
    compositeOf(
      '<type name="a" primitiveType="int32"/>\n<type name="b" primitiveType="int8" [[member-offset]]offset="0"/>',
    ),
    'at <types><composite name="C"> composite element "b" has incorrect offset specified',
  )
})

test('a message header has its four members', () => {
  const header = (members: string): string =>
    `<messageSchema package="p" id="1">
<types>
[[message-header]]<composite name="messageHeader">${members}</composite>
</types>\n<message name="M" id="1"/></messageSchema>`
  const member = (name: string, type: string): string => `<type name="${name}" primitiveType="${type}"/>`
  const place = 'at <types><composite name="messageHeader"> '
  const three = `${member('templateId', 'uint16')}${member('schemaId', 'uint16')}${member('version', 'uint16')}`
  const missing = `${place}composite for message header must have "blockLength"`
  expectReference('error', header(three), `${missing}\n${missing}`)
  expectReference(
    'error',
    header(`${member('blockLength', 'uint16')}${member('templateId', 'uint16')}${member('version', 'uint16')}`),
    `${place}composite for message header must have "schemaId"`,
  )
  expectReference('warning', header(three + member('blockLength', 'uint32')), `${place}"blockLength" should be UINT16`)
  const signed = header(three + member('blockLength', 'int16')).replace('[[message', '[[message-header]][[message')
  assert.equal(expectFindings(signed).map(({ severity, reference }) => [severity, reference]), [
    ['error', `${place}"blockLength" must be unsigned`],
    ['warning', `${place}"blockLength" should be UINT16`],
  ])
  expectReference('error', header(`${three}<enum name="blockLength" encodingType="uint8"/>`), 'ClassCastException')
  expectReference('error', header(`${three}<type name="blockLength" primitiveType="uint16" length="2"/>`), '')
})

test('the header is the composite that headerType names', () => {
  const schema = (attributes: string): string => {
    return `[[message-header]]<messageSchema package="p" id="1"${attributes}>\n<types>${HEADER}</types>
<message name="M" id="1"/></messageSchema>`
  }
  expectFindings(schema(' headerType="messageHeader"').replace('[[message-header]]', ''))
  expectReference(
    'error',
    schema(' headerType="other"').replace(/^\[\[.*?\]\](.*) headerType/, '$1 [[message-header]]headerType'),
    'IllegalStateException: Message header not found in map for key: other',
  )
  expectReference(
    'error',
    schema('').replace('messageHeader', 'header'),
    'IllegalStateException: Message header not found in map for key: messageHeader',
  )
  const simple = schema(' headerType="uint8"').replace(/^\[\[.*?\]\](.*) headerType/, '$1 [[message-header]]headerType')
  expectReference('error', simple, 'ClassCastException')
})

function dimensions(blockLength: string, numInGroup: string): string {
  return `<composite name="D">${blockLength}${numInGroup}</composite>`
}

test('a group has dimensions', () => {
  const place = 'at <message name="M"> <group name="g"> '
  const group = (mark: string, types: string): string =>
    schemaWith(`${mark}<group name="g" id="1" dimensionType="D"/>`, types)
  const blockLength = '<type name="blockLength" primitiveType="uint16"/>'
  const numInGroup = '<type name="numInGroup" primitiveType="uint8"/>'
  const mark = '[[group-dimensions]]'
  const missing = 'composite for group encodedLength encoding must have'
  const typed = (name: string, type: string, more = ''): string => {
    return `<type name="${name}" primitiveType="${type}"${more}/>`
  }
  const cases: readonly (readonly ['error' | 'warning', string, ...string[]])[] = [
    ['error', dimensions('', numInGroup), `${missing} "blockLength"`],
    ['error', dimensions(blockLength, ''), `${missing} "numInGroup"`],
    ['error', dimensions(typed('blockLength', 'int16'), numInGroup), '"blockLength" must be unsigned type'],
    ['warning', dimensions(typed('blockLength', 'uint64'), numInGroup), '"blockLength" should be UINT8 or UINT16'],
    [
      'error',
      dimensions(blockLength, typed('numInGroup', 'uint16', ' [[empty-range]]minValue="9" maxValue="8"')),
      '"numInGroup" minValue=9 greater than maxValue=8',
    ],
    [
      'error',
      dimensions(blockLength, typed('numInGroup', 'uint8', ' maxValue="255"')),
      'maxValue greater than allowed for type: maxValue=255 allowed=254',
    ],
  ]
  for (const [severity, types, sentence = ''] of cases) {
    const found = expectFindings(group(mark, types)).filter(({ code }) => code === 'group-dimensions')
    assert.equal(found.map((finding) => [finding.severity, finding.reference]), [[severity, place + sentence]])
  }
  expectFindings(group('', dimensions(blockLength, numInGroup)))
})

test('a 32-bit count needs a limit that fits 31 bits', () => {
  const group = (more: string, ...marks: string[]): string => {
    const types = `<composite name="D"><type name="blockLength" primitiveType="uint16"/>
      <type name="numInGroup" primitiveType="uint32"${more}/></composite>`
    return schemaWith(`${marks.map((mark) => `[[${mark}]]`).join('')}<group name="g" id="1" dimensionType="D"/>`, types)
  }
  const place = 'at <message name="M"> <group name="g"> '
  const warning = `${place}"numInGroup" should be UINT8 or UINT16`
  const twice = ['group-dimensions', 'group-dimensions']
  const sentences = (schema: string): readonly string[] => expectFindings(schema).map(({ reference }) => reference)
  assert.equal(sentences(group(' maxValue="2147483647"', 'group-dimensions')), [warning])
  assert.equal(sentences(group('', ...twice)), [
    warning,
    `${place}maxValue must be set for varData UINT32 type: max value allowed=2147483647`,
  ])
  assert.equal(sentences(group(' maxValue="2147483648"', ...twice)), [
    warning,
    `${place}maxValue greater than allowed for type: maxValue=2147483648 allowed=2147483647`,
  ])
})

test('the limits of a 64-bit count are compared as unsigned numbers, and told as the reference tells them', () => {
  const group = (more: string, ...marks: string[]): string => {
    const types = `<composite name="D"><type name="blockLength" primitiveType="uint16"/>
      <type name="numInGroup" primitiveType="uint64" ${more}/></composite>`
    return schemaWith(`${marks.map((mark) => `[[${mark}]]`).join('')}<group name="g" id="1" dimensionType="D"/>`, types)
  }
  const place = 'at <message name="M"> <group name="g"> '
  const warning = `${place}"numInGroup" should be UINT8 or UINT16`
  const sentences = (schema: string): readonly string[] => expectFindings(schema).map(({ reference }) => reference)
  for (const more of ['maxValue="0"', 'minValue="0"', 'minValue="9" maxValue="18446744073709551614"']) {
    assert.equal(sentences(group(more, 'group-dimensions')), [warning])
  }
  const twice = ['group-dimensions', 'group-dimensions']
  assert.equal(sentences(group('maxValue="18446744073709551615"', ...twice)), [
    warning,
    `${place}maxValue greater than allowed for type: maxValue=-1 allowed=-2`,
  ])
  assert.equal(sentences(group('minValue="18446744073709551615"', ...twice)), [
    warning,
    `${place}"numInGroup" minValue=-1 greater than maxValue=-2`,
  ])
})

test('a signed count needs a minimum that is not negative', () => {
  const group = (more: string, marks: number): string => {
    const types = `<composite name="D"><type name="blockLength" primitiveType="uint16"/>
      <type name="numInGroup" primitiveType="int8"${more}/></composite>`
    return schemaWith(`${'[[group-dimensions]]'.repeat(marks)}<group name="g" id="1" dimensionType="D"/>`, types)
  }
  const place = 'at <message name="M"> <group name="g"> '
  const warning = `${place}"numInGroup" should be unsigned type`
  const sentences = (schema: string): readonly string[] => expectFindings(schema).map(({ reference }) => reference)
  assert.equal(sentences(group(' minValue="0"', 1)), [warning])
  assert.equal(sentences(group('', 2)), [warning, `${place}"numInGroup" minValue must be set for signed types`])
  assert.equal(sentences(group(' minValue="-1"', 2)), [
    warning,
    `${place}"numInGroup" minValue=-1 must be greater than zero for signed "numInGroup" types`,
  ])
})

test('the dimension type of a group is a composite', () => {
  const place = 'at <message name="M"> <group name="g"> '
  expectReference(
    'error',
    schemaWith('<group name="g" id="1" [[group-dimensions]]dimensionType="uint8"/>'),
    `${place}dimensionType should be a composite type: uint8`,
  )
  expectReference(
    'error',
    schemaWith('<group name="g" id="1" [[group-dimensions]]dimensionType="None"/>'),
    `${place}could not find dimensionType: None`,
  )
  expectReference(
    'error',
    schemaOf('', '<message name="M" id="1">[[group-dimensions]]<group name="g" id="1"/></message>'),
    `${place}could not find dimensionType: groupSizeEncoding`,
  )
})

test('counts and lengths are values on the wire', () => {
  const constant = (name: string): string => `<type name="${name}" primitiveType="uint16" presence="constant">1</type>`
  const plain = (name: string): string => `<type name="${name}" primitiveType="uint16"/>`
  const group = '[[group-dimensions]]<group name="g" id="1" dimensionType="D"/>'
  expectReference('error', schemaWith(group, dimensions(plain('blockLength'), constant('numInGroup'))), '')
  expectReference('error', schemaWith(group, dimensions(constant('blockLength'), plain('numInGroup'))), '')
  const data = `<composite name="D">${constant('length')}<type name="varData" primitiveType="uint8"/></composite>`
  expectReference('error', schemaWith('[[variable-data]]<data name="d" id="1" type="D"/>', data), '')
})

test('data is a composite of length and varData', () => {
  const place = 'at <message name="M"> <data name="d"> '
  const data = (types: string): string => schemaWith('[[variable-data]]<data name="d" id="1" type="D"/>', types)
  const composite = (...members: readonly string[]): string => `<composite name="D">${members.join('')}</composite>`
  const length = (type: string, more = ''): string => `<type name="length" primitiveType="${type}"${more}/>`
  const varData = '<type name="varData" primitiveType="uint8" length="0"/>'
  const missing = `${place}composite for variable length data encoding must have`
  expectReference('error', data(composite(varData)), `${missing} "length"`)
  expectReference('error', data(composite(length('uint16'))), `${missing} "varData"`)
  expectReference('error', data(composite(length('int16'), varData)), `${place}"length" must be unsigned type`)
  expectReference(
    'warning',
    data(composite(length('uint64'), varData)),
    `${place}"length" should be UINT8, UINT16, or UINT32`,
  )
  expectReference(
    'error',
    data(composite(length('uint32'), varData)),
    `${place}maxValue must be set for varData UINT32 type: max value allowed=2147483647`,
  )
  expectReference(
    'error',
    data(composite(length('uint16'), '<enum name="varData" encodingType="char"/>')),
    'ClassCastException',
  )
})

test('the type of data exists and is a composite, and data is not optional', () => {
  const place = 'at <message name="M"> <data name="d"> '
  expectReference(
    'error',
    schemaWith('<data name="d" id="1" [[variable-data]]type="uint8"/>'),
    `${place}data type is not composite type: uint8`,
  )
  expectReference(
    'error',
    schemaWith('<data name="d" id="1" [[unknown-type]]type="None"/>'),
    `${place}could not find type: None`,
  )
  expectReference(
    'error',
    schemaWith('[[variable-data]]<data name="d" id="1" type="varData" presence="optional"/>'),
    `${place}composite for variable length data encoding cannot have presence="optional"`,
  )
})

test('a composite of variable length is for data alone', () => {
  expectReference(
    'error',
    schemaWith(`<field name="f" id="1" [[variable-length-field]]type="varData"/>
      <data name="d" id="2" type="varData"/>`),
    '',
  )
  // What refers to such a composite has its own, of fixed length.
  const other = '<composite name="Other"><ref name="r" type="blob"/></composite>'
  const blob = DATA.replace('"varData"', '"blob"').replace('length="0"', 'length="4"')
  expectFindings(schemaWith('<field name="f" id="1" type="Other"/>', `${blob}${other}`))
})

test('different types of one name are warned of', () => {
  const inline = (value: string): string => {
    return `<enum [[ambiguous-type]]name="Side" encodingType="uint8"><validValue name="A">${value}</validValue></enum>`
  }
  const schema = (first: string, second: string): string =>
    schemaWith(
      '<field name="f" id="1" type="One"/><field name="g" id="2" type="Two"/>',
      `<composite name="One">${inline(first).replace(/\[\[.*\]\]/, '')}</composite>
       <composite name="Two">${second}</composite>`,
    )
  const [finding] = expectReference('warning', schema('1', inline('2')), '')
  assert.match(finding?.message ?? '', /^'Side' is also the name of a different type, at test\.xml:\d+:\d+$/)
  expectFindings(schema('1', inline('1').replace('[[ambiguous-type]]', '')))
})

test.run()
