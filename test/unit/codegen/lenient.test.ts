/** What real schemas get wrong, and lenient mode takes. */
import * as assert from 'uvu/assert'
import type { CompileResult } from '../../../codegen/index.ts'
import { suite } from '../../support/suite.ts'
import { compile, DIMENSIONS, expectFindings, HEADER, schemaOf, schemaWith } from './schema-text.ts'

const test = suite('lenient')

/** An error in strict mode; in lenient mode a warning at the same place, and a schema. */
function expectLeniency(marked: string): CompileResult {
  const strict = expectFindings(marked)
  assert.ok(strict.some(({ severity }) => severity === 'error'))
  for (const { severity } of expectFindings(marked, { lenient: true })) assert.is(severity, 'warning')
  return compile(marked.replace(/\[\[.*?\]\]/g, ''), { lenient: true })
}

test('a value of an enum may be its null value', () => {
  const { ir } = expectLeniency(schemaOf(
    `<enum name="E" encodingType="uint8">
       <validValue name="A">1</validValue>
       [[enum-value-is-null]]<validValue name="Unknown">255</validValue>
     </enum>`,
    '<message name="M" id="1"><field name="f" id="1" type="E"/></message>',
  ))
  const values = ir?.types.get('E')?.filter(({ signal }) => signal === 'VALID_VALUE')
  assert.equal(values?.map(({ encoding }) => encoding.constValue), [1n, 255n])
})

test('fields of one level may share an id', () => {
  const { ir } = expectLeniency(schemaWith(
    '<field name="a" id="1" type="int8"/>\n<field name="b" [[duplicate-id]]id="1" type="int8"/>',
  ))
  assert.equal(ir?.messages[0]?.tokens.filter(({ signal }) => signal === 'BEGIN_FIELD').map(({ id }) => id), [1, 1])
})

test('fields of one level may not share a name', () => {
  const text = schemaWith(
    '<field name="a" id="1" type="int8"/>\n<field [[duplicate-name]]name="a" id="2" type="int8"/>',
  )
  const [finding] = expectFindings(text, { lenient: true })
  assert.is(finding?.severity, 'error')
})

test('a number out of range is ignored', () => {
  const { ir } = expectLeniency(schemaOf(
    `<type name="T" primitiveType="uint8" [[value-out-of-range]]minValue="-1"
       [[value-out-of-range]]maxValue="300" [[number-out-of-range]]length="-4"
       [[number-out-of-range]]sinceVersion="-2"/>`,
    '<message name="M" id="1"><field name="f" id="1" type="T"/></message>',
  ))
  const token = ir?.messages[0]?.tokens.find(({ signal }) => signal === 'ENCODING')
  assert.equal([token?.encodedLength, token?.version], [1, 0])
  assert.equal([token?.encoding.minValue, token?.encoding.maxValue], [undefined, undefined])
})

test('an id out of range is an error all the same', () => {
  const marked = schemaOf('', '<message name="M" [[number-out-of-range]]id="4294967296"/>')
  assert.ok(expectFindings(marked, { lenient: true }).some(({ severity }) => severity === 'error'))
})

test('invalid UTF-8 is replaced', () => {
  const text = schemaOf('').replace('<types>', '<types description="caf?">')
  const bytes = new TextEncoder().encode(text)
  bytes[text.indexOf('?')] = 0xe9
  const [line, column] = [2, '<types description="caf'.length + 1]
  for (const lenient of [false, true]) {
    const { ir, diagnostics } = compile(bytes, { lenient })
    assert.is(ir !== undefined, lenient)
    const finding = diagnostics.find(({ code }) => code === 'xml-encoding')
    assert.equal([finding?.severity, finding?.line, finding?.column], [lenient ? 'warning' : 'error', line, column])
    assert.is(finding?.message, 'byte 0xe9 is not valid UTF-8 here')
  }
})

test('both modes match elements by local name, whatever their namespace', () => {
  const plain = `<messageSchema package="p" id="1">
    <types>${HEADER}${DIMENSIONS}</types>
    <message name="M" id="1"><field name="f" id="1" type="int8"/><group name="g" id="2"/></message></messageSchema>`
  const { ir } = compile(plain)
  assert.ok(ir !== undefined)
  const variants = [
    plain.replace('<messageSchema', '<messageSchema xmlns="http://www.fixprotocol.org/ns/simple/1.0"'),
    plain.replace(/<(\/?)(?=[a-z])/g, '<$1ns2:').replace('<ns2:messageSchema', '<ns2:messageSchema xmlns:ns2="urn:x"'),
  ]
  for (const variant of variants) assert.equal(compile(variant).ir, ir)
})

test('both modes join text and CDATA, skip comments and ignore foreign attributes and elements', () => {
  const plain = schemaOf('<enum name="E" encodingType="uint8"><validValue name="A">12</validValue></enum>')
  const { ir } = compile(plain)
  assert.ok(ir !== undefined)
  const odd = plain
    .replace('>12<', '><!-- twelve -->1<![CDATA[2]]><?note?><')
    .replace('<enum ', '<documentation/><enum xmlns:x="urn:x" x:exponent="-9" jsonPath="$.e" ')
  assert.equal(compile(odd).ir, ir)
})

test.run()
