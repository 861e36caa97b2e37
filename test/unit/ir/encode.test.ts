import * as assert from 'uvu/assert'
import { decodeIr, encodeIr, IrFileError } from '../../../codegen/index.ts'
import type { Ir } from '../../../codegen/index.ts'
import { suite } from '../../support/suite.ts'
import { compiled, FULL_IR, withToken } from './ir-files.ts'

const test = suite('ir: encode')

const SMALL = compiled(`<messageSchema package="p.q" id="258" version="3" semanticVersion="5.2" byteOrder="bigEndian">
  <types package="types">
    <composite name="messageHeader">
      <type name="blockLength" primitiveType="uint16"/><type name="templateId" primitiveType="uint16"/>
      <type name="schemaId" primitiveType="uint16"/><type name="version" primitiveType="uint16"/>
    </composite>
    <set name="S" encodingType="uint8"><choice name="bit" deprecated="2">6</choice></set>
  </types>
  <message name="M" id="9" description="d"><field name="s" id="-2" type="S" sinceVersion="1"/></message>
</messageSchema>`)

/** Bytes by hand: numbers of 32 bits, bytes in an array, texts with their lengths in front. */
function bytesOf(...parts: readonly (number | readonly number[] | string)[]): number[] {
  return parts.flatMap((part) => {
    if (typeof part === 'number') return [...new Uint8Array(new Int32Array([part]).buffer)]
    if (typeof part !== 'string') return part
    return [part.length & 0xff, part.length >> 8, ...new TextEncoder().encode(part)]
  })
}

const NO_VALUES = ['', '', '', ''] as const
const NO_METADATA = ['', '', '', ''] as const

test('writes a frame, then the tokens of the header and of the messages', () => {
  const member = (name: string, offset: number): number[] =>
    bytesOf(offset, 2, -1, 0, 1, [17, 7, 1, 0], 0, name, ...NO_VALUES, ...NO_METADATA, '', '', 'types')
  const composite = (signal: number): number[] =>
    bytesOf(0, 8, -1, 0, 6, [signal, 0, 0, 0], 0, 'messageHeader', ...NO_VALUES, ...NO_METADATA, '', '', 'types')
  const message = (signal: number): number[] =>
    bytesOf(0, 1, 9, 0, 7, [signal, 0, 0, 0], 0, 'M', ...NO_VALUES, ...NO_METADATA, 'd', '', '')
  const field = (signal: number): number[] =>
    bytesOf(0, 1, -2, 1, 5, [signal, 0, 0, 0], 0, 's', ...NO_VALUES, ...NO_METADATA, '', '', '')
  const set = (signal: number): number[] =>
    bytesOf(0, 1, -1, 1, 3, [signal, 6, 0, 0], 0, 'S', ...NO_VALUES, ...NO_METADATA, '', '', 'types')
  const choice = bytesOf(0, 0, -1, 0, 1, [13, 6, 1, 0], 2, 'bit', '\u0006', '', '', '', ...NO_METADATA, '', '', '')
  assert.equal([...encodeIr(SMALL)], [
    ...bytesOf(258, 0, 3, 'p.q', '', '5.2'),
    ...composite(3), ...member('blockLength', 0), ...member('templateId', 2), ...member('schemaId', 4),
    ...member('version', 6), ...composite(4),
    ...message(1), ...field(5), ...set(12), ...choice, ...set(14), ...field(6), ...message(2),
  ])
})

test('the layout for older releases is the same without the packages of types', () => {
  const [newer, older] = [encodeIr(SMALL), encodeIr(SMALL, { layout: '1.6' })]
  assert.is(newer.length - older.length, 13 * 2 + 8 * 'types'.length)
  assert.equal(encodeIr(decodeIr(older), { layout: '1.6' }), older)
})

test('writes messages in the order in which the reference takes them out of its maps', () => {
  const ids = [1000, 20, 4, 36]
  const messages = ids.map((id) => ({ ...SMALL.messages[0], id, name: `M${id}`, tokens: messageTokens(SMALL, id) }))
  const text = new TextDecoder('latin1').decode(encodeIr({ ...SMALL, messages }))
  assert.equal([...new Set(text.match(/M\d+/g))], ['M20', 'M4', 'M36', 'M1000'])
})

function messageTokens(ir: Ir, id: number): Ir['headerTokens'] {
  return (ir.messages[0]?.tokens ?? []).map((token) =>
    token.signal.endsWith('_MESSAGE') ? { ...token, id, name: `M${id}` } : token)
}

test('a namespace that came from a file goes back into it', () => {
  const ir = { ...SMALL, namespaceName: 'some.where' }
  assert.is(decodeIr(encodeIr(ir)).namespaceName, 'some.where')
  assert.is(decodeIr(encodeIr(SMALL)).namespaceName, undefined)
})

test('writes texts as long as their lengths can say, and refuses longer ones by name', () => {
  const described = (length: number): Ir =>
    withToken(FULL_IR, 'BEGIN_COMPOSITE header', (token) => ({ ...token, description: 'x'.repeat(length) }))
  assert.is(decodeIr(encodeIr(described(65_534))).headerTokens[0]?.description?.length, 65_534)
  const error = refusal(() => encodeIr(described(65_535)))
  const sentence = "the description of 'header' (BEGIN_COMPOSITE) has 65535 bytes, and a file can hold 65534"
  assert.match(error.message, sentence)
  assert.is(error.offset, undefined)
  assert.match(refusal(() => encodeIr({ ...FULL_IR, packageName: 'p'.repeat(70_000) })).message, 'the package of the')
})

test('refuses constants that the reference would cut off', () => {
  const withConstant = (length: number): Ir =>
    withToken(FULL_IR, 'ENCODING Label', (token) => {
      return { ...token, encoding: { ...token.encoding, constValue: new Uint8Array(length).fill(0x61) } }
    })
  encodeIr(withConstant(4096))
  assert.match(refusal(() => encodeIr(withConstant(4097))).message, "the constant value of 'Label'")
})

test('refuses to write what it would not read again for its size', () => {
  const tokens = FULL_IR.headerTokens.map((token) => ({ ...token, description: 'x'.repeat(65_000) }))
  const messages = Array.from({ length: 300 }, (_, id) => ({ id, name: `M${id}`, tokens }))
  assert.match(refusal(() => encodeIr({ ...FULL_IR, messages })).message, 'larger than 16777216 bytes')
})

function refusal(body: () => unknown): IrFileError {
  try {
    body()
  } catch (error) {
    if (error instanceof IrFileError && error.code === 'ERR_GODWIT_SBE_IR_LIMIT') return error
    throw error
  }
  throw new Error('nothing was refused')
}

test.run()
