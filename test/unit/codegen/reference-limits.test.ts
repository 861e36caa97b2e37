/** Schemas that the reference implementation only rejects by failing over them. */
import * as assert from 'uvu/assert'
import { compileSchemaText } from '../../../codegen/index.ts'
import { suite } from '../../support/suite.ts'

const test = suite('schemas that the reference fails over')

function errorsOf(types: string, message: string, numInGroup = 'uint16'): string[] {
  const text = `<messageSchema package="p" id="1"><types>
    <composite name="messageHeader">
      <type name="blockLength" primitiveType="uint16"/><type name="templateId" primitiveType="uint16"/>
      <type name="schemaId" primitiveType="uint16"/><type name="version" primitiveType="uint16"/>
    </composite>
    <composite name="groupSizeEncoding">
      <type name="blockLength" primitiveType="uint16"/>
      <type name="numInGroup" primitiveType="${numInGroup}" minValue="0"/>
    </composite>
    ${types}
  </types><message name="M" id="1">${message}</message></messageSchema>`
  const { diagnostics } = compileSchemaText(text, 'schema.xml')
  return diagnostics.filter(({ severity }) => severity === 'error').map(({ code, message }) => `${code}: ${message}`)
}

test('a group cannot count its entries with a floating point number', () => {
  const group = '<group name="g" id="1"><field name="a" id="2" type="uint8"/></group>'
  assert.equal(errorsOf('', group), [])
  const refused = "group-dimensions: member 'numInGroup' of 'groupSizeEncoding' is double"
  assert.equal(errorsOf('', group, 'double'), [refused])
})

test('an enum cannot be encoded as a constant that takes its value from the enum', () => {
  const types = `<enum name="E" encodingType="T"><validValue name="a">1</validValue></enum>
    <type name="T" primitiveType="int8" presence="constant" valueRef="E.a"/>`
  assert.equal(errorsOf(types, '<field name="a" id="1" type="E"/>'), [
    "enum-encoding: an enum cannot be encoded as 'T', which takes its value from the enum",
  ])
})

test('a constant field needs a constant type or a value', () => {
  assert.is(errorsOf('', '<field name="a" id="1" type="uint16" presence="constant"/>').length, 1)
})

test.run()
