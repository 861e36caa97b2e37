import * as assert from 'uvu/assert'
import { compileSchemaText, decodeIr, encodeIr, formatDiagnostic } from '../../../codegen/index.ts'
import { isIrFile } from '../../../codegen/ir-file/layout.ts'
import { suite } from '../../support/suite.ts'
import { assertRefused, FULL_IR, refusalOf } from './ir-files.ts'

const test = suite('ir: format')

const FULL = encodeIr(FULL_IR)
/** Where the first token begins, behind the frame and its texts. */
const FIRST_TOKEN = 12 + 2 + 'full'.length + 2 + 2 + '1.2'.length

function changed(offset: number, ...bytes: readonly number[]): Uint8Array {
  const copy = FULL.slice()
  copy.set(bytes, offset)
  return copy
}

test('a file that ends early is refused wherever it ends', () => {
  const header = encodeIr({ ...FULL_IR, messages: [] }).length
  for (let length = 0; length < 700; length++) {
    // Schemas without messages are none that anybody wants, but the compiler takes them.
    if (length === header) continue
    const { code, offset = -1 } = refusalOf(FULL.subarray(0, length))
    // At the end of a token it is the tokens that end.
    assert.ok(code === 'ERR_GODWIT_SBE_IR_FORMAT' || code === 'ERR_GODWIT_SBE_IR_CONTENT', `${length}: ${code}`)
    assert.ok(offset >= 0 && offset <= length, `${length}: ${offset}`)
  }
})

test('bytes behind the last token are refused', () => {
  const longer = new Uint8Array(FULL.length + 5)
  longer.set(FULL)
  assertRefused(longer, 'ERR_GODWIT_SBE_IR_FORMAT', /the file ends in token \d+$/)
})

test('another version of the format is refused', () => {
  assertRefused(changed(4, 1), 'ERR_GODWIT_SBE_IR_FORMAT', /the version of the format is 1, and only 0 is known/)
})

test('codes that are not known are refused with their place', () => {
  for (const [name, offset, code] of [
    ['signal', 20, 18], ['signal', 20, 0], ['signal', 20, 255], ['primitive type', 21, 12], ['byte order', 22, 2],
    ['presence', 23, 3],
  ] as const) {
    const bytes = changed(FIRST_TOKEN + offset, code)
    assertRefused(bytes, 'ERR_GODWIT_SBE_IR_FORMAT', new RegExp(`token 0 has ${name} ${code}, which is not known`))
    assert.is(refusalOf(bytes).offset, FIRST_TOKEN + offset)
  }
})

test('a text that is longer than the file is refused', () => {
  assertRefused(changed(12, 0xff, 0xff), 'ERR_GODWIT_SBE_IR_FORMAT', /string would end at byte 65549, behind the file/)
})

test('texts are UTF-8, and have what a schema can have', () => {
  assertRefused(changed(14, 0xff), 'ERR_GODWIT_SBE_IR_FORMAT', /a text is not UTF-8/)
  for (const code of [0x00, 0x07, 0x1b]) {
    assertRefused(changed(14, code), 'ERR_GODWIT_SBE_IR_FORMAT', /characters that no schema can have/)
  }
})

test('values have the width of their types', () => {
  const text = new TextDecoder('latin1').decode(FULL)
  const block = text.indexOf('Percent') - 2 - 28
  const [int16, none] = [3, 0]
  assert.is(FULL[block + 21], 2)
  assertRefused(changed(block + 21, int16), 'ERR_GODWIT_SBE_IR_FORMAT', /a value has 1 bytes, and its type is int16/)
  assertRefused(changed(block + 21, none), 'ERR_GODWIT_SBE_IR_FORMAT', /a value has 1 bytes, and its type is none/)
})

test('more bytes than there may be are refused without reading them', () => {
  assertRefused(new Uint8Array(16 * 1024 * 1024 + 1), 'ERR_GODWIT_SBE_IR_LIMIT', /larger than 16777216 bytes/)
})

test('knows a file by its content, and documents are none', () => {
  assert.ok(isIrFile(FULL))
  for (const text of ['', '<a/>', '<?xml version="1.0"?><a/>', '\ufeff<messageSchema/>']) {
    assert.not.ok(isIrFile(new TextEncoder().encode(text)), text)
    for (const encoding of ['utf16le', 'ucs2'] as const) assert.not.ok(isIrFile(Buffer.from(text, encoding)), text)
    assert.not.ok(isIrFile(Buffer.from(text, 'utf16le').swap16()), text)
  }
})

test('the compiler takes files by their content or their name, and what is wrong with them is a finding', () => {
  assert.is(compileSchemaText(FULL, 'schema').ir?.packageName, 'full')
  assert.equal(compileSchemaText(FULL, 'schema', { warningsFatal: true }).diagnostics, [])
  const findings = (bytes: Uint8Array, file: string): string[] =>
    compileSchemaText(bytes, file).diagnostics.map((finding) => `${finding.code} ${formatDiagnostic(finding)}`)
  assert.equal(findings(FULL.subarray(0, 30), 'a.xml'), [
    'ir-format a.xml:1:31: error: not an .sbeir file that can be read: the file ends in token 0',
  ])
  assert.equal(findings(FULL.subarray(0, FIRST_TOKEN), 'b.xml'), [
    `ir-content b.xml:1:${FIRST_TOKEN + 1}: error: the .sbeir file has no valid schema: ` +
    'the tokens end where there must be BEGIN_COMPOSITE',
  ])
  assert.equal(findings(new TextEncoder().encode('<messageSchema/>'), 'c.sbeir'), [
    'ir-format c.sbeir:1:5: error: not an .sbeir file that can be read: the version of the format is 1701273971, ' +
    'and only 0 is known',
  ])
  const tooLarge = new Uint8Array(16 * 1024 * 1024 + 1)
  assert.match(findings(tooLarge, 'd.sbeir')[0] ?? '', 'ir-limit d.sbeir:1:1: error: the file is larger')
})

test('reads what it writes twice', () => {
  assert.equal(encodeIr(decodeIr(FULL)), FULL)
})

test.run()
