/** Documents that are malformed, hostile or oddly encoded: always a diagnostic, never an exception. */
import * as assert from 'uvu/assert'
import type { Diagnostic } from '../../../codegen/index.ts'
import {
  MAX_COMPOSITE_DEPTH,
  MAX_DIAGNOSTICS,
  MAX_DOCUMENT_BYTES,
  MAX_ELEMENT_DEPTH,
  MAX_EXPANDED_TYPES,
  MAX_MARKUP_NODES,
  MAX_NAME_LENGTH,
  MAX_TOKENS,
} from '../../../codegen/limits.ts'
import { suite } from '../../support/suite.ts'
import { compile, readMarks, schemaOf, schemaWith } from './schema-text.ts'

const test = suite('hostile XML', { timeoutMs: 30_000 })

/** The only error, at the mark if the text has one. */
function expectError(marked: string | Uint8Array, code: string): Diagnostic {
  const { text, marks } = typeof marked === 'string' ? readMarks(marked) : { text: marked, marks: [] }
  const { ir, diagnostics } = compile(text)
  assert.is(ir, undefined)
  const errors = diagnostics.filter(({ severity }) => severity === 'error')
  assert.equal(errors.map((error) => error.code), [code], errors.slice(0, 3).map(({ message }) => message).join('\n'))
  const [error] = errors
  assert.ok(error !== undefined)
  if (marks.length > 0) assert.equal([`${error.line}:${error.column} ${error.code}`], marks)
  return error
}

test('what is not XML is reported with its place', () => {
  for (
    const text of [
      '<a>[[xml-syntax]]</b>',
      '<a>\n  <b>[[xml-syntax]]</a>',
      '<a b="1" b="2"[[xml-syntax]]/>',
      '<a>&[[xml-syntax]]nbsp;</a>',
      '<a/>[[xml-syntax]]<b/>',
      '<a>\u{1f600}\u{1f600}[[xml-syntax]]</b>',
    ]
  ) {
    const [place] = readMarks(text).marks
    const error = expectError(readMarks(text).text, 'xml-syntax')
    assert.match(error.message, /^not well-formed XML: [A-Z]/)
    assert.not.match(error.message, /\n|line \d/)
    if (place?.startsWith('1:1 ') === false) assert.ok(error.column > 1, text)
  }
})

test('what is no XML at all is said in words', () => {
  const message = (content: string | Uint8Array): string => {
    const { diagnostics } = compile(content)
    const [error, ...others] = diagnostics.filter(({ code }) => code === 'xml-syntax')
    assert.equal(others, [])
    assert.match(error?.expected ?? '', '<messageSchema>')
    return error?.message ?? ''
  }
  assert.is(message(''), 'the document is empty')
  assert.is(message(new Uint8Array(0)), 'the document is empty')
  assert.is(message(' \n\t'), 'the document is empty')
  assert.is(message('package main'), "the document is not XML: it begins with 'package main'")
  const binary = 'the document is not XML: it has binary content'
  assert.is(message(Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0)), binary)
  assert.is(message(Uint8Array.of(0x1f, 0x8b, 8, 0xff, 0xfe)), binary)
  expectError('\n  [[xml-syntax]]{"json": true}', 'xml-syntax')
})

test('a document type is refused, and with it every entity', () => {
  expectError('<?xml version="1.0"?>\n[[xml-doctype]]<!DOCTYPE a>\n<a/>', 'xml-doctype')
  expectError('[[xml-doctype]]<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', 'xml-doctype')
  const laughs = Array.from({ length: 9 }, (_, i) => `<!ENTITY l${i + 1} "${`&l${i};`.repeat(10)}">`).join('')
  expectError(`[[xml-doctype]]<!DOCTYPE a [<!ENTITY l0 "ha">${laughs}]><a>&l9;</a>`, 'xml-doctype')
  expectError('<a>[[xml-doctype]]<!ELEMENT a ANY></a>', 'xml-doctype')
})

test('deep nesting is an error, not a stack overflow', () => {
  const deep = (depth: number): string => '<a>'.repeat(depth) + '</a>'.repeat(depth)
  expectError(`${'<a>'.repeat(MAX_ELEMENT_DEPTH)}[[xml-depth]]<a>`, 'xml-depth')
  expectError(deep(1_000_000), 'xml-depth')
  expectError('<a b=">"><!-- <a><a> --><![CDATA[<a>]]><?a <a> ?>'.repeat(MAX_ELEMENT_DEPTH + 1), 'xml-depth')
  const { diagnostics } = compile(deep(MAX_ELEMENT_DEPTH))
  assert.ok(diagnostics.every(({ code }) => code !== 'xml-depth' && code !== 'xml-syntax'))
})

test('a document that is too long is an error', () => {
  assert.is(expectError(new Uint8Array(MAX_DOCUMENT_BYTES + 1).fill(0x20), 'xml-size').line, 1)
  expectError(' '.repeat(MAX_DOCUMENT_BYTES + 1), 'xml-size')
})

test('a document of too many nodes is an error', () => {
  expectError(`<a>${'<b/>'.repeat(MAX_MARKUP_NODES)}</a>`, 'xml-nodes')
  expectError(`<a>${'<!---->'.repeat(MAX_MARKUP_NODES)}</a>`, 'xml-nodes')
})

test('a name that is too long is an error', () => {
  expectError(schemaOf(`<type name="${'n'.repeat(MAX_NAME_LENGTH + 1)}" primitiveType="int8"/>`), 'xml-name')
})

test('a long run of carriage returns takes no long time', () => {
  const started = performance.now()
  compile(`<a>${'\r'.repeat(4_000_000)}</a>`)
  compile(`<a b="${'&#13;'.repeat(1_000_000)}">${'&#13;'.repeat(1_000_000)}</a>`)
  assert.ok(performance.now() - started < 10_000)
})

test('references that double at every step end at a limit', () => {
  const types = ['<composite name="c0"><type name="t" primitiveType="int8"/></composite>']
  for (let i = 1; i < 40; i++) {
    types.push(`<composite name="c${i}"><ref name="a" type="c${i - 1}"/><ref name="b" type="c${i - 1}"/></composite>`)
  }
  const { ir, diagnostics } = compile(schemaOf(types.join('\n')))
  assert.is(ir, undefined)
  assert.ok(
    diagnostics.some(({ code, message }) => code === 'too-many-types' && message.includes(`${MAX_EXPANDED_TYPES}`)),
  )
})

test('a long chain of references ends at a limit', () => {
  const types = ['<composite name="c0"><type name="t" primitiveType="int8"/></composite>']
  for (let i = 1; i < 1000; i++) types.push(`<composite name="c${i}"><ref name="a" type="c${i - 1}"/></composite>`)
  const { ir, diagnostics } = compile(schemaOf(types.join('\n')))
  assert.is(ir, undefined)
  const first = diagnostics.find(({ severity }) => severity === 'error')
  assert.is(first?.code, 'composite-depth')
  assert.match(first?.message ?? '', `${MAX_COMPOSITE_DEPTH}`)
})

test('a type and an enum that refer to one another are no endless loop', () => {
  const types = `<type name="T" primitiveType="uint8" presence="constant" valueRef="E.A"/>
    <enum name="E" encodingType="T"><validValue name="A">1</validValue></enum>`
  assert.is(compile(schemaOf(types)).ir, undefined)
})

test('a large enum referred to often is no long work', () => {
  const values = Array.from({ length: 50_000 }, (_, i) => `<validValue name="v${i}" sinceVersion="1">${i}</validValue>`)
  const refs = Array.from({ length: 50_000 }, (_, i) => `<ref name="r${i}" type="E"/>`)
  const types = `<enum name="E" encodingType="int32">${values.join('')}</enum>
    <composite name="C">${refs.join('')}</composite>`
  assert.is(compile(schemaOf(types)).ir, undefined)
})

test('a few large composites used often end at a limit of tokens', () => {
  const members = Array.from({ length: 2000 }, (_, i) => `<type name="t${i}" primitiveType="int8"/>`).join('')
  const fields = Array.from({ length: 1000 }, (_, i) => `<field name="f${i}" id="${i}" type="Big"/>`).join('')
  const text = schemaWith(fields, `<composite name="Big">${members}</composite>`)
  const wide = text.replace('"blockLength" primitiveType="uint16"', '"blockLength" primitiveType="uint32"')
  const { ir, diagnostics } = compile(wide)
  assert.is(ir, undefined)
  assert.ok(diagnostics.some(({ code, message }) => code === 'too-many-tokens' && message.includes(`${MAX_TOKENS}`)))
})

test('there is an end to findings', () => {
  const fields = Array.from({ length: MAX_DIAGNOSTICS + 10 }, (_, i) => `<field name="f${i}" id="${i}" type="None"/>`)
  const { diagnostics } = compile(schemaWith(fields.join('\n')))
  assert.is(diagnostics.length, MAX_DIAGNOSTICS + 1)
  assert.equal([diagnostics.at(-1)?.code, diagnostics.at(-1)?.severity], ['too-many-findings', 'error'])
})

test('there is an end to warnings, and they do not make a schema invalid', () => {
  const types = Array.from({ length: MAX_DIAGNOSTICS + 10 }, (_, i) => `<type name="t${i}" primitiveType="int8"/>`)
  const { ir, diagnostics } = compile(schemaOf(types.join('\n')))
  assert.ok(ir !== undefined)
  assert.is(diagnostics.length, MAX_DIAGNOSTICS + 1)
  assert.equal([diagnostics.at(-1)?.code, diagnostics.at(-1)?.severity], ['too-many-findings', 'warning'])
})

test('names that mean something to JavaScript are names like others', () => {
  for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
    const types = `<type name="${name}" primitiveType="int8"/>`
    const { ir } = compile(schemaWith(`<field name="${name}" id="1" type="${name}"/>`, types))
    assert.is(ir?.messages[0]?.tokens[1]?.name, name)
    const { diagnostics } = compile(schemaWith(`<field name="f" id="1" type="${name}"/>`))
    assert.ok(diagnostics.some(({ code }) => code === 'unknown-type'))
    const encoded = compile(schemaOf(`<enum name="E" encodingType="${name}"/><type name="T" primitiveType="${name}"/>`))
    assert.is(encoded.ir, undefined)
  }
})

test.run()
