/** Documents in other encodings than UTF-8. */
import * as assert from 'uvu/assert'
import { suite } from '../../support/suite.ts'
import { compile, schemaOf } from './schema-text.ts'

const test = suite('encodings')

const PLAIN = schemaOf('', undefined, 'description="caf\u00e9"')

function declared(encoding: string, text = PLAIN): string {
  return `<?xml version="1.0" encoding="${encoding}"?>\n${text}`
}

function utf16(text: string, littleEndian: boolean, mark: boolean): Uint8Array {
  const units = (mark ? '\ufeff' : '') + text
  const view = new DataView(new ArrayBuffer(units.length * 2))
  for (let i = 0; i < units.length; i++) view.setUint16(i * 2, units.charCodeAt(i), littleEndian)
  return new Uint8Array(view.buffer)
}

function latin1(text: string): Uint8Array {
  return Uint8Array.from(text, (char) => char.charCodeAt(0))
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

function expectDescription(content: Uint8Array | string, description = 'caf\u00e9'): void {
  const { ir, diagnostics } = compile(content)
  assert.equal(diagnostics.map(({ message }) => message), [])
  assert.is(ir?.description, description)
}

test('UTF-8 is read with and without a mark or a declaration', () => {
  expectDescription(utf8(PLAIN))
  expectDescription(utf8(`\ufeff${PLAIN}`))
  expectDescription(utf8(declared('utf-8')))
  expectDescription(PLAIN)
  expectDescription(`\ufeff${declared('UTF-8')}`)
})

test('UTF-16 is read with and without a mark', () => {
  for (const littleEndian of [true, false]) {
    expectDescription(utf16(declared('UTF-16'), littleEndian, true))
    expectDescription(utf16(declared('UTF-16'), littleEndian, false))
  }
})

test('declared single-byte encodings are read', () => {
  expectDescription(latin1(declared('ISO-8859-1')))
  expectDescription(latin1(declared('windows-1252')))
})

test('text that is already decoded may declare any encoding', () => {
  expectDescription(declared('UTF-16'))
  expectDescription(declared('klingon'))
})

test('a document that says UTF-16 but is not is read as UTF-8, with a warning', () => {
  const { ir, diagnostics } = compile(utf8(declared('UTF-16')))
  assert.is(ir?.description, 'caf\u00e9')
  assert.equal(diagnostics.map(({ code, severity }) => [code, severity]), [['xml-encoding', 'warning']])
})

test('an unknown encoding is an error, and in lenient mode a warning', () => {
  const content = utf8(declared('klingon'))
  assert.is(compile(content).ir, undefined)
  const { ir, diagnostics } = compile(content, { lenient: true })
  assert.is(ir?.description, 'caf\u00e9')
  assert.match(diagnostics[0]?.message ?? '', "'klingon'")
})

test('each way of being invalid UTF-8 is found at its place', () => {
  const invalid = [
    [0x80], // continuation without a start
    [0xc0, 0x80], // longer than necessary
    [0xe0, 0x80, 0x80],
    [0xed, 0xa0, 0x80], // a surrogate
    [0xf4, 0x90, 0x80, 0x80], // beyond the last code point
    [0xf8, 0x88, 0x80, 0x80],
    [0xe2, 0x82, 0x22], // cut short
  ]
  const [before = '', after = ''] = PLAIN.split('\u00e9')
  for (const bytes of invalid) {
    const content = Uint8Array.from([...utf8(before), ...bytes, ...utf8(after)])
    const { ir, diagnostics } = compile(content)
    assert.is(ir, undefined)
    const finding = diagnostics.find(({ code }) => code === 'xml-encoding')
    assert.equal([finding?.line, finding?.column], [1, before.length + 1], bytes.join())
  }
})

test('a replacement character that the document has is no error', () => {
  const text = PLAIN.replace('\u00e9', '\ufffd')
  expectDescription(utf8(text), 'caf\ufffd')
})

test('lines are counted the same whatever they end with', () => {
  const text = schemaOf('<type name="a"\n  primitiveType="none"/>')
  for (const end of ['\n', '\r\n', '\r']) {
    const { diagnostics } = compile(text.replaceAll('\n', end))
    const finding = diagnostics.find(({ code }) => code === 'unknown-primitive-type')
    assert.equal([finding?.line, finding?.column], [10, 3])
  }
})

test.run()
