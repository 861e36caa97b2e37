/** Findings of our own, where the reference says nothing. */
import * as assert from 'uvu/assert'
import { suite } from '../../support/suite.ts'
import { DATA, DIMENSIONS, expectFindings, expectReference, HEADER, schemaOf, schemaWith } from './schema-text.ts'

const test = suite('advice')

/** In both modes; codecs of such a schema could not read what they write. */
function expectHeaderError(marked: string): void {
  expectReference('error', marked, '')
  for (const { severity } of expectFindings(marked, { lenient: true })) assert.is(severity, 'error')
}

test('numbers that do not fit the header are errors', () => {
  const schema = (attributes: string, message: string): string =>
    schemaOf('', `<message name="M" ${message}/>`, attributes)
  expectHeaderError(schema('', '[[header-width]]id="65536"'))
  expectHeaderError(schema('', '[[header-width]]id="-1"'))
  expectHeaderError(schema('[[header-width]]version="70000"', 'id="1"'))
  expectHeaderError(schema('', 'id="1" [[header-width]]blockLength="65536"'))
  const schemaId = schema('', 'id="1"').replace('id="1"', '[[header-width]]id="65536"')
  expectHeaderError(schemaId)
  expectHeaderError(schemaId.replace('65536', '-5'))
  expectFindings(schema('version="65534"', 'id="65534" blockLength="65534"'))
  const signed = schema('', 'id="-1"')
    .replace('"templateId" primitiveType="uint16"', '"templateId" primitiveType="int16"')
    .replace('<composite', '[[message-header]]<composite')
  expectFindings(signed)
})

test('the null value of a member of the header is warned of', () => {
  expectReference('warning', schemaOf('', '<message name="M" [[header-width]]id="65535"/>'), '')
  expectReference('warning', schemaOf('', '<message name="M" id="1" [[header-width]]blockLength="65535"/>'), '')
})

test('a group longer than its dimensions can say is an error', () => {
  const group = (blockLength: number): string =>
    `<group name="g" id="1" [[header-width]]blockLength="${blockLength}" dimensionType="Small"/>`
  const types = `<composite name="Small"><type name="blockLength" primitiveType="uint8"/>
    <type name="numInGroup" primitiveType="uint8"/></composite>`
  expectHeaderError(schemaWith(group(300), types))
  expectReference('warning', schemaWith(group(255), types), '')
  expectReference('warning', schemaWith(group(201), types.replace('/>', ' maxValue="200"/>')), '')
})

test('a field before which newer ones were put is warned of', () => {
  const field = (name: string, id: number, since: number): string =>
    `<field name="${name}" id="${id}" type="int8" sinceVersion="${since}"/>`
  const schema = (...members: readonly string[]): string => schemaWith(members.join('\n'), '', 'version="3"')
  expectReference('warning', schema(field('a', 1, 0), field('b', 2, 2), `[[version-order]]${field('c', 3, 1)}`), '')
  expectFindings(schema(field('a', 1, 0), field('b', 2, 2), field('c', 3, 3)))
  const data = '<data name="d" id="4" type="varData"/>'
  const group = '<group name="g" id="3" sinceVersion="1"/>'
  expectReference('warning', schema(field('a', 1, 0), group, `[[version-order]]${data}`), '')
  expectFindings(schema(field('a', 1, 2), '<group name="g" id="3"/>', data))
})

test('what was there before the message counts as old as the message', () => {
  const message = `<message name="M" id="1" sinceVersion="2">
    <field name="a" id="1" type="int8" sinceVersion="2"/><field name="b" id="2" type="int8"/></message>`
  expectFindings(schemaOf('', message, 'version="2"'))
})

test('a presence that the type contradicts is warned of', () => {
  const types = `<type name="Constant" primitiveType="int8" presence="constant">1</type>
    <type name="Optional" primitiveType="int8" presence="optional" nullValue="7"/>`
  const field = (attributes: string): string => schemaWith(`<field name="f" id="1" ${attributes}/>`, types)
  expectReference('warning', field('type="Constant" [[presence-contradiction]]presence="required"'), '')
  expectReference('warning', field('type="Optional" [[presence-contradiction]]presence="required"'), '')
  expectFindings(field('type="Constant"'))
  expectFindings(field('type="Optional"'))
})

test('types that nothing uses are warned of', () => {
  const types = `<type [[unused-type]]name="a" primitiveType="int8"/>
    <type name="b" primitiveType="uint8"/>
    <enum name="c" encodingType="b"><validValue name="A">1</validValue></enum>
    <type name="d" primitiveType="uint8" presence="constant" valueRef="c.A"/>
    <composite name="e"><ref name="d" type="d"/></composite>
    ${DIMENSIONS}`
  const framing = `${DIMENSIONS}${DATA}${HEADER.replace('messageHeader', 'otherHeader')}`
  expectFindings(schemaOf(`<type [[unused-type]]name="a" primitiveType="int8"/>${framing}`))
  const message = '<message name="M" id="1"><field name="e" id="1" type="e"/><group name="g" id="2"/></message>'
  expectReference('warning', schemaOf(types, message), '')
})

test('types are not unused where there are no messages to use them', () => {
  const schema = `[[no-messages]]<messageSchema package="p" id="1"><types>${HEADER}
    <type name="a" primitiveType="int8"/></types></messageSchema>`
  expectFindings(schema)
})

test.run()
