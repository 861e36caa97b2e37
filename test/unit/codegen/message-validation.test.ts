/** Findings about messages, fields, groups and data, and about the schema as a whole. */
import * as assert from 'uvu/assert'
import { formatDiagnostic } from '../../../codegen/index.ts'
import { suite } from '../../support/suite.ts'
import { compile, expectFindings, expectReference, HEADER, schemaOf, schemaWith } from './schema-text.ts'

const test = suite('message validation')

const M = 'at <messageSchema><message name="M"> '

test('the root element is a schema', () => {
  const findings = expectFindings('[[not-a-schema]][[no-messages]]<schema package="p" id="1"/>')
  assert.equal(findings.map(({ severity, reference }) => [severity, reference]), [
    ['warning', 'at <#document><schema>no messages found in document'],
    ['error', 'IllegalStateException: messageSchema element not found in document, schema is not valid for SBE'],
  ])
})

test('a schema has a package, an id and a byte order', () => {
  const schema = (attributes: string, mark = ''): string =>
    `${mark}<messageSchema ${attributes}><types>${HEADER}</types><message name="M" id="1"/></messageSchema>`
  const missing = "IllegalStateException: element 'messageSchema' has missing attribute:"
  expectReference('error', schema('id="1"', '[[missing-attribute]]'), `${missing} package`)
  expectReference('error', schema('package="p"', '[[missing-attribute]]'), `${missing} id`)
  expectReference(
    'error',
    schema('package="p" [[not-a-number]]id="one"'),
    'NumberFormatException: For input string: "one"',
  )
  const [finding] = expectReference('error', schema('package="p" id="1" [[byte-order]]byteOrder="big"'), '')
  assert.is(finding?.expected, 'littleEndian or bigEndian')
  expectReference('error', schema('package="p" id="1" [[number-out-of-range]]version="-1"'), '')
})

test('a schema without messages is warned of', () => {
  expectReference(
    'warning',
    schemaOf('', '').replace(/^/, '[[no-messages]]'),
    'at <#document><messageSchema>no messages found in document',
  )
})

test('messages have ids and names of their own', () => {
  expectReference(
    'error',
    schemaOf('', '<message name="M" id="1"/>\n<message name="N" [[duplicate-message-id]]id="1"/>'),
    'at <messageSchema><message name="N"> message template id already exists: 1',
  )
  expectReference(
    'error',
    schemaOf('', '<message name="M" id="1"/>\n<message [[duplicate-message-name]]name="M" id="2"/>'),
    `${M}message name already exists: M`,
  )
  expectReference(
    'error',
    schemaOf('', '[[missing-attribute]]<message name="M"/>'),
    "IllegalStateException: element 'message' has missing attribute: id",
  )
})

test('members of one level have ids and names of their own, those of different levels may share them', () => {
  expectReference(
    'error',
    schemaWith('<field name="a" id="1" type="int8"/>\n<field name="b" [[duplicate-id]]id="1" type="int8"/>'),
    `${M}duplicate id found: 1`,
  )
  expectReference(
    'error',
    schemaWith('<field name="a" id="1" type="int8"/>\n<field [[duplicate-name]]name="a" id="2" type="int8"/>'),
    `${M}duplicate name found: a`,
  )
  expectFindings(schemaWith(`<field name="a" id="1" type="int8"/>
    <group name="g" id="2"><field name="a" id="1" type="int8"/></group>`))
})

test('fields come before groups, and groups before data', () => {
  expectReference(
    'error',
    schemaWith(`<group name="g" id="1"/>
      [[member-order]]<field name="f" id="2" type="int8"/>
      <data name="d" id="3" type="varData"/>
      [[member-order]]<group name="h" id="4"/>
      [[member-order]]<field name="i" id="5" type="int8"/>`),
    `${M}field node specified after group or data node specified`,
    `${M}group node specified after data node`,
    `${M}field node specified after group or data node specified`,
  )
})

test('the type of a field exists', () => {
  expectReference(
    'error',
    schemaWith('<group name="g" id="1"><field name="f" id="1" [[unknown-type]]type="None"/></group>'),
    'at <group name="g"> <field name="f"> could not find type: None',
  )
  expectReference(
    'error',
    schemaWith('[[missing-attribute]]<field name="f" id="1"/>'),
    "IllegalStateException: element 'field' has missing attribute: type",
  )
})

test('a field and its type agree on what it means', () => {
  const type = '<type name="T" primitiveType="int8" semanticType="Price"/>'
  expectReference(
    'error',
    schemaWith('<field name="f" id="1" type="T" [[semantic-type]]semanticType="Qty"/>', type),
    'at <message name="M"> <field name="f"> Mismatched semanticType on type and field: f',
  )
  expectFindings(schemaWith('<field name="f" id="1" type="T" semanticType="Price"/>', type))
})

test('a name that other languages cannot use is warned of once, with all of them', () => {
  const place = 'at <message name="M"> <field name="class"> '
  const field = (name: string): string => schemaWith(`<field [[name]]name="${name}" id="1" type="int8"/>`)
  const [keyword] = expectReference(
    'warning',
    field('class'),
    ['C++', 'Java', 'C#'].map((language) => `${place}name is not valid for ${language}: class`).join('\n'),
  )
  assert.is(keyword?.message, "'class' is not a valid name in C++, Java and C#")
  const [words] = expectFindings(field('two words'))
  const message = "'two words' is not a valid name in C++, Java, Go and C#; in TypeScript it is called 'two_words'"
  assert.is(words?.message, message)
  assert.match(expectFindings(field('String'))[0]?.message ?? '', /in [^ ]+$/)
  expectFindings(schemaWith('<field name="gr\u00f6\u00dfe" id="1" type="int8"/>'))
})

test('a constant field has a constant type or a value', () => {
  const enumType = '<enum name="E" encodingType="uint8"><validValue name="A">1</validValue></enum>'
  const place = 'at <message name="M"> <field name="f"> '
  const field = (attributes: string): string => schemaWith(`<field name="f" id="1" ${attributes}/>`, enumType)
  expectFindings(field('type="E" presence="constant" valueRef="E.A"'))
  expectFindings(field('type="uint8" presence="constant" valueRef="E.A"'))
  expectReference(
    'error',
    field('type="uint8" [[constant-field]]presence="constant"'),
    'IllegalStateException: type is not of constant presence',
  )
  expectReference(
    'error',
    field('type="E" presence="constant"').replace('<field', '[[value-ref-missing]]<field'),
    `${place}valueRef not set for constant enum`,
  )
  expectReference('error', field('type="messageHeader" [[constant-field]]presence="constant"'), '')
})

test('a set cannot be constant where it would share bytes with others', () => {
  const constantSet = `<set name="S" encodingType="uint8" presence="constant"><choice name="a">0</choice></set>`
  const members = (field: string): string => `${field}\n<field name="next" id="2" type="uint8"/>`
  const field = '<field name="f" id="1" type="S" [[constant-field]]presence="constant"/>'
  const constant = schemaWith(members(field), constantSet)
  expectReference('error', constant, '')
  assert.is(expectFindings(constant, { lenient: true })[0]?.severity, 'error')
  expectFindings(schemaWith(members('[[constant-field]]<field name="f" id="1" type="S"/>'), constantSet))
  expectFindings(schemaWith(members('<field name="f" id="1" type="S" presence="required"/>'), constantSet))
  for (const member of [constantSet, '<ref name="s" type="S"/>']) {
    const composite = `<composite name="C">[[constant-field]]${member}</composite>`
    expectReference('error', schemaWith('<field name="f" id="1" type="C"/>', `${constantSet}${composite}`), '')
  }
})

test('an enum cannot be constant where it has no value', () => {
  const constantEnum =
    '<enum name="E" encodingType="uint16" presence="constant"><validValue name="A">1</validValue></enum>'
  const next = '<field name="next" id="2" type="uint8"/>'
  const fields = (first: string): string => schemaWith(`${first}\n${next}`, constantEnum)
  expectFindings(fields('<field name="f" id="1" type="E" valueRef="E.A"/>'))
  for (const presence of ['required', 'optional']) {
    expectReference('error', fields(`<field name="f" id="1" type="E" [[constant-field]]presence="${presence}"/>`), '')
  }
  for (const member of [constantEnum, '<ref name="s" type="E"/>']) {
    const composite = `<composite name="C">[[constant-field]]${member}</composite>`
    expectReference('error', schemaWith('<field name="f" id="1" type="C"/>', `${constantEnum}${composite}`), '')
  }
})

test('the valueRef of a field names a value of its type', () => {
  const types = `<enum name="E" encodingType="uint8"><validValue name="A">1</validValue></enum>
    <enum name="F" encodingType="uint8"><validValue name="A">1</validValue></enum>`
  const place = 'at <message name="M"> <field name="f"> '
  const constant = 'type="E" presence="constant"'
  const field = (valueRef: string, more = constant, marks = 1, code = 'value-ref-value'): string =>
    schemaWith(`<field name="f" id="1" ${more} ${`[[${code}]]`.repeat(marks)}valueRef="${valueRef}"/>`, types)
  expectReference('error', field('E.B'), `${place}valueRef for validValue name not found: B`)
  expectReference(
    'error',
    field('EA', undefined, 1, 'value-ref-form'),
    `${place}valueRef format not valid (enum-name.valid-value-name): EA`,
  )
  expectReference(
    'error',
    field('F.A', undefined, 1, 'value-ref-type'),
    `${place}valueRef for enum name not found: F`,
  )
  expectReference(
    'error',
    field('E.A', 'type="uint16" presence="constant"', 1, 'value-ref-type'),
    `${place}valueRef does not match field type: E.A`,
  )
  const unknown = `${place}valueRef for enum name not found: G\n${place}valueRef for is not of type enum: G`
  expectReference('error', field('G.A', 'type="uint8"', 1, 'value-ref-enum'), unknown)
  expectFindings(field('E.A', 'type="uint8"', 0))
})

test('offsets of fields do not go backwards, and zero is no offset', () => {
  const [finding] = expectReference(
    'error',
    schemaWith(`<field name="a" id="1" type="int32" offset="4"/>
      <field name="b" id="2" type="int32" [[field-offset]]offset="7"/>`),
    `${M}Offset provides insufficient space at field: b`,
  )
  assert.is(finding?.expected, 'an offset of at least 8')
  expectFindings(schemaWith('<field name="a" id="1" type="int32"/><field name="b" id="2" type="int32" offset="0"/>'))
})

test('a declared block holds its fields', () => {
  const field = '<field name="a" id="1" type="int64"/>'
  expectReference(
    'error',
    schemaOf('', `<message name="M" id="1" [[block-length]]blockLength="3">${field}</message>`),
    `${M}specified blockLength provides insufficient space 8 > 3`,
  )
  expectReference(
    'error',
    schemaWith(`<group name="g" id="1" [[block-length]]blockLength="7">${field}</group>`),
    `${M}specified blockLength provides insufficient space 8 > 7`,
  )
  expectFindings(schemaWith('<group name="g" id="1" blockLength="8"><field name="a" id="1" type="int64"/></group>'))
})

test('what follows an offset of -1 has none, as in the reference', () => {
  const fields = `<field name="a" id="1" type="int8" offset="-1"/><field name="b" id="2" type="int64" offset="2"/>`
  const { diagnostics } = compile(schemaOf('', `<message name="M" id="1" blockLength="-3">${fields}</message>`))
  const sentences = diagnostics.map(({ reference }) => reference)
  assert.ok(sentences.includes(`${M}specified blockLength provides insufficient space 7 > -3`), sentences.join('\n'))
})

test('a block is not longer than 31 bits can say', () => {
  const types = '<type name="Long" primitiveType="char" length="2000000000"/>'
  const fields = '<field name="a" id="1" type="Long"/><field name="b" id="2" type="Long"/>'
  const { diagnostics } = compile(schemaWith(fields, types))
  assert.ok(diagnostics.some(({ code, severity }) => code === 'block-too-long' && severity === 'error'))
})

test('nothing is newer than the schema, and the path to what is says where', () => {
  const types = `<type name="T" primitiveType="int8" [[since-version]]sinceVersion="1"/>
    <enum name="E" encodingType="uint8"><validValue name="A" [[since-version]]sinceVersion="2">1</validValue></enum>
    <set name="S" encodingType="uint8"><choice name="B" [[since-version]]sinceVersion="3">1</choice></set>
    <composite name="C"><type name="x" primitiveType="int8" [[since-version]]sinceVersion="4"/></composite>`
  const messages = `<message name="M" id="1" [[since-version]]sinceVersion="5">
      <group name="g" id="1"><field name="f" id="1" type="int8" [[since-version]]sinceVersion="6"/></group>
    </message>`
  const groupTypes = '<composite name="groupSizeEncoding"><type name="blockLength" primitiveType="uint16"/>' +
    '<type name="numInGroup" primitiveType="uint16"/></composite>'
  const sentence = (path: string, since: number): string => `${path}.sinceVersion=${since} > messageSchema.version=0`
  const findings = expectFindings(schemaOf(`${groupTypes}\n${types}`, messages))
  assert.equal(findings.map(({ reference }) => reference).sort(), [
    sentence('C.x', 4),
    sentence('E.A', 2),
    sentence('M.g.f', 6),
    sentence('M', 5),
    sentence('S.B', 3),
    sentence('T', 1),
  ])
})

test('one run finds everything, and claims no sentence that the reference does not come to say', () => {
  const findings = expectFindings(schemaOf(
    `<type name="a" [[unknown-primitive-type]]primitiveType="byte"/>
     <enum name="e" [[enum-encoding]]encodingType="bit"/>`,
    `<message name="M" id="1">
       <field name="f" id="1" type="a"/>
       <field name="g" [[duplicate-id]]id="1" [[unknown-type]]type="b"/>
     </message>
     <message name="N" [[duplicate-message-id]]id="1"/>`,
  ))
  assert.is(findings.filter(({ reference }) => reference !== '').length, 1)
})

test('uses of what has an error are no errors too', () => {
  const types = `<type name="Bad" [[unknown-primitive-type]]primitiveType="byte"/>
    <enum name="E" [[enum-encoding]]encodingType="float"><validValue name="A">1</validValue></enum>
    <enum name="Partly" encodingType="uint8"><validValue name="A">1</validValue>
      [[bad-value]]<validValue name="B">one</validValue></enum>
    <composite name="Dimensions"><type name="blockLength" [[unknown-primitive-type]]primitiveType="u16"/>
      <type name="numInGroup" primitiveType="uint8"/></composite>
    <composite name="Data"><type name="length" primitiveType="uint8"/>
      <ref name="varData" [[ref-not-found]]type="Missing"/></composite>
    <composite name="Nested"><ref name="bad" type="Bad"/><ref name="e" type="E"/></composite>
    <type name="Value" primitiveType="uint8" presence="constant" valueRef="Partly.B"/>`
  expectFindings(schemaWith(
    `<field name="a" id="1" type="Bad"/>
     <field name="b" id="2" type="E"/>
     <field name="c" id="3" type="E" presence="constant" valueRef="E.A"/>
     <field name="d" id="4" type="uint8" presence="constant" valueRef="E.A"/>
     <field name="e" id="5" type="Partly" presence="constant" valueRef="Partly.B"/>
     <field name="f" id="6" type="Bad" presence="constant" valueRef="Partly.A"/>
     <field name="g" id="7" type="Nested"/>
     <field name="h" id="8" type="Value"/>
     <group name="i" id="9" dimensionType="Dimensions"/>
     <group name="j" id="10" dimensionType="Bad"/>
     <data name="k" id="11" type="Data"/>
     <data name="l" id="12" type="Bad"/>`,
    types,
  ))
})

test('a header with an error does not hide errors in messages', () => {
  const field = '<field name="f" id="1" type="int8" [[since-version]]sinceVersion="2"/>'
  const message = `<message name="M" id="1">${field}</message>`
  const bad = schemaOf('', message).replace('primitiveType="uint16"', '[[unknown-primitive-type]]primitiveType="u16"')
  expectFindings(bad)
  expectFindings(schemaOf('', message, '[[message-header]]headerType="none"'))
})

test('a finding is printed on one line', () => {
  const { diagnostics } = compile(schemaWith('<field name="f" id="1" type="None"/>'))
  const [first] = diagnostics.filter(({ severity }) => severity === 'error')
  assert.ok(first !== undefined)
  assert.is(
    formatDiagnostic(first),
    "test.xml:20:24: error: there is no type 'None' (expected the name of a declared or primitive type)",
  )
})

test('text of several lines is printed on one', () => {
  const value = '<type name="t" primitiveType="uint8" presence="constant">\n\t300\u2028</type>'
  const [finding] = compile(schemaOf(value)).diagnostics
  assert.ok(finding !== undefined)
  assert.match(finding.message, '\n\t300\u2028')
  assert.match(formatDiagnostic(finding), "'\\n\\t300\\u2028'")
  assert.match(formatDiagnostic({ ...finding, file: 'a\u001b[2Jb\r' }), /^a\\u001b\[2Jb\\r:/)
})

test('warnings are errors when they are fatal', () => {
  const text = schemaWith('<field name="class" id="1" type="int8"/>')
  assert.ok(compile(text).ir !== undefined)
  const { ir, diagnostics } = compile(text, { warningsFatal: true })
  assert.is(ir, undefined)
  assert.ok(diagnostics.every(({ severity }) => severity === 'error'))
  const clean = `<messageSchema package="p" id="1"><types>${HEADER}</types><message name="M" id="1"/></messageSchema>`
  assert.ok(compile(clean, { warningsFatal: true }).ir !== undefined)
})

test.run()
