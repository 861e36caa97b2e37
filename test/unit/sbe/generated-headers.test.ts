import * as assert from 'uvu/assert'
import { DirectBuffer, RUNTIME_INTERFACE } from '../../../codegen/runtime/index.ts'
import { requireRuntime } from '../../../codegen/runtime/runtime-interface.ts'
import { generateTypeScript } from '../../../codegen/index.ts'
import { irOf } from '../../support/codecs.ts'
import { suite } from '../../support/suite.ts'
import { call, decoderOf, encoderOf, fails, failsWithoutTrace, loadModules, make, read } from './codec-harness.ts'
import type { CodecModule } from './codec-harness.ts'
import { HEADER, schemaText } from './schema-parts.ts'

const test = suite('generated headers and dispatchers')

const member = (name: string, primitive: string, rest: string = ''): string =>
  `<type name="${name}" primitiveType="${primitive}" ${rest}/>`
const constant = (name: string, primitive: string, value: string): string =>
  `<type name="${name}" primitiveType="${primitive}" presence="constant">${value}</type>`
const FOUR = ['blockLength', 'templateId', 'schemaId', 'version']

/** Header members in each case, and the length of the header. */
const HEADERS: Readonly<Record<string, readonly [members: string, length: number]>> = {
  usual: [FOUR.map((name) => member(name, 'uint16')).join(''), 8],
  small: [FOUR.toReversed().map((name) => member(name, 'uint8')).join(''), 4],
  wide: [FOUR.map((name) => member(name, 'uint64')).join(''), 32],
  signed: [member('blockLength', 'uint32') + FOUR.slice(1).map((name) => member(name, 'int64')).join(''), 28],
  mixed: [
    member('frameLength', 'uint32') + member('version', 'uint8') + member('templateId', 'uint32', 'offset="8"') +
      '<ref name="marks" type="Marks"/><ref name="point" type="Point"/>' + member('tag', 'char', 'length="3"') +
      member('schemaId', 'uint8') + member('blockLength', 'uint16', 'offset="24"'), 26,
  ],
  counted: [FOUR.map((n) => member(n, 'uint16')).join('') + member('numGroups', 'uint16') +
    member('numVarDataFields', 'uint16'), 12],
  constants: [
    member('blockLength', 'uint16') + member('templateId', 'uint16') + constant('schemaId', 'uint16', '1') +
      constant('version', 'uint64', '3'), 4,
  ],
}

function schema(members: string, byteOrder: string): string {
  return schemaText({
    attributes: `version="3" byteOrder="${byteOrder}"`,
    header: `<composite name="messageHeader">${members}</composite>`,
    types: `<set name="Marks" encodingType="uint8"><choice name="on">0</choice></set>
      <composite name="Point"><type name="x" primitiveType="uint16"/></composite>`,
    messages: `<message name="First" id="11"><field name="x" id="1" type="uint16"/></message>
      <message name="Second" id="22"><group name="g" id="1"><field name="x" id="1" type="uint8"/></group>
        <data name="d" id="2" type="varString"/><data name="e" id="3" type="varString"/></message>`,
  })
}

const texts: Record<string, string> = {
  named: schemaText({
    attributes: 'version="0" headerType="Envelope"', header: HEADER.replace('messageHeader', 'Envelope'),
    messages: '<message name="First" id="1"><field name="x" id="1" type="uint8"/></message>',
  }),
}
for (const [name, [members]] of Object.entries(HEADERS)) {
  texts[name] = schema(members, 'littleEndian')
  texts[`${name}Big`] = schema(members, 'bigEndian')
}
const modules = await loadModules(texts)
const usual = modules['usual'] as CodecModule
const buffer = new DirectBuffer(new Uint8Array(128))

test('a header of any layout is written with what is known, and read back', () => {
  for (const [name, [, length]] of Object.entries(HEADERS)) {
    for (const module of [modules[name], modules[`${name}Big`]] as CodecModule[]) {
      buffer.bytes.fill(0x66)
      const encoder = call(encoderOf(module, 'First', buffer, 5), 'x', 777)
      assert.is(call(encoder, 'offset'), 5 + length, name)
      const header = call(make(module, 'MessageHeaderDecoder'), 'wrap', buffer, 5)
      assert.equal(read(header, ...FOUR).map(Number), [2, 11, 1, 3], name)
      assert.is(call(header, 'encodedLength'), length)
      const decoder = decoderOf(module, 'First', buffer, 5)
      assert.equal(read(decoder, 'x', 'actingVersion', 'actingBlockLength', 'offset'), [777, 3, 2, 5 + length], name)
    }
  }
})

test('members that a header has besides are left to the application', () => {
  buffer.bytes.fill(0x66)
  const header = make(modules['mixed'] as CodecModule, 'MessageHeaderEncoder')
  call(make(modules['mixed'] as CodecModule, 'FirstEncoder'), 'wrapAndApplyHeader', buffer, 0, header)
  const decoder = call(make(modules['mixed'] as CodecModule, 'MessageHeaderDecoder'), 'wrap', buffer, 0)
  assert.equal(read(decoder, 'frameLength', 'marksRaw', 'pointX', 'tag'), [0x66666666, 0x66, 0x6666, 'fff'])
  call(call(call(header, 'frameLength', 28), 'marksRaw', 1), 'pointX', 4)
  assert.equal(read(decoder, 'frameLength', 'templateId'), [28, 11])
})

test('numGroups and numVarDataFields are written where a header has them', () => {
  const module = modules['counted'] as CodecModule
  for (const [message, counts] of [['First', [0, 0]], ['Second', [1, 2]]] as const) {
    encoderOf(module, message, buffer)
    const header = call(make(module, 'MessageHeaderDecoder'), 'wrap', buffer, 0)
    assert.equal(read(header, 'numGroups', 'numVarDataFields'), counts)
  }
})

test('constant members of a header take no bytes and cannot be set', () => {
  const module = modules['constants'] as CodecModule
  for (const side of ['Decoder', 'Encoder']) {
    const header = call(make(module, `MessageHeader${side}`), 'wrap', buffer, 0)
    assert.equal(read(header, 'schemaId', 'version', 'encodedLength'), [1, 3n, 4])
  }
})

test('a header may have another name', () => {
  const module = modules['named'] as CodecModule
  const encoder = make(module, 'FirstEncoder')
  call(call(encoder, 'wrapAndApplyHeader', buffer, 0, make(module, 'EnvelopeEncoder')), 'x', 5)
  const decoder = make(module, 'FirstDecoder')
  assert.is(call(call(decoder, 'wrapAndApplyHeader', buffer, 0, make(module, 'EnvelopeDecoder')), 'x'), 5)
})

test('a header of another message, of another schema, or of a block that is too short is refused', () => {
  call(encoderOf(usual, 'First', buffer), 'x', 9)
  const decoder = decoderOf(usual, 'First', buffer)
  const header = call(make(usual, 'MessageHeaderEncoder'), 'wrap', buffer, 0)
  const wrap = (): unknown => call(decoder, 'wrapAndApplyHeader', buffer, 0, make(usual, 'MessageHeaderDecoder'))
  const state = (): unknown[] => read(decoder, 'offset', 'limit', 'x')
  call(header, 'templateId', 22)
  assert.match(failsWithoutTrace('ERR_GODWIT_SBE_TEMPLATE', buffer, wrap, state), 'template id 22, not 11')
  call(call(header, 'templateId', 11), 'schemaId', 2)
  assert.match(failsWithoutTrace('ERR_GODWIT_SBE_SCHEMA', buffer, wrap, state), 'schema id 2, not 1')
  call(call(header, 'schemaId', 1), 'blockLength', 1)
  failsWithoutTrace('ERR_GODWIT_SBE_BLOCK_LENGTH', buffer, wrap, state)
  call(header, 'blockLength', 121)
  failsWithoutTrace('ERR_GODWIT_SBE_BOUNDS', buffer, wrap, state)
  call(header, 'blockLength', 120)
  wrap()
})

test('ids and lengths that are no exact Numbers are refused, where a header has 64-bit members', () => {
  for (const [name, at] of [['wide', 0], ['wide', 8], ['wide', 16], ['wide', 24], ['signed', 4]] as const) {
    const module = modules[name] as CodecModule
    call(encoderOf(module, 'First', buffer), 'x', 9)
    buffer.view.setBigUint64(at, 2n ** 63n + 11n, true)
    fails('ERR_GODWIT_SBE_INEXACT', () => decoderOf(module, 'First', buffer))
  }
})

test('a message that is cut off in or after its header is refused', () => {
  call(encoderOf(usual, 'First', buffer), 'x', 9)
  for (let length = 0; length < 10; length++) {
    const [decoder, header] = [make(usual, 'FirstDecoder'), make(usual, 'MessageHeaderDecoder')]
    fails('ERR_GODWIT_SBE_BOUNDS', () => call(decoder, 'wrapAndApplyHeader', buffer, 0, header, length))
    const small = new DirectBuffer(buffer.bytes.slice(0, length))
    fails('ERR_GODWIT_SBE_BOUNDS', () => decoderOf(usual, 'First', small))
    failsWithoutTrace('ERR_GODWIT_SBE_BOUNDS', small, () => encoderOf(usual, 'First', small))
    failsWithoutTrace('ERR_GODWIT_SBE_BOUNDS', buffer, () => {
      call(make(usual, 'FirstEncoder'), 'wrapAndApplyHeader', buffer, 0, make(usual, 'MessageHeaderEncoder'), length)
    })
  }
})

test('a place outside of the buffer is refused by every wrap', () => {
  for (const [offset, length] of [[-1], [129], [120, 9], [NaN], [0, NaN], [0, -1], [Infinity], [0, Infinity], [0.5]]) {
    for (const side of ['Encoder', 'Decoder']) {
      const [codec, header] = [make(usual, `First${side}`), make(usual, `MessageHeader${side}`)]
      const acting = side === 'Decoder' ? [2, 3] : []
      failsWithoutTrace('ERR_GODWIT_SBE_BOUNDS', buffer, () => call(codec, 'wrap', buffer, offset, ...acting, length))
      const wrap = (): unknown => call(codec, 'wrapAndApplyHeader', buffer, offset, header, length)
      failsWithoutTrace('ERR_GODWIT_SBE_BOUNDS', buffer, wrap)
    }
    fails('ERR_GODWIT_SBE_BOUNDS', () => call(dispatcherOf(usual, {}), 'dispatch', buffer, offset, length))
  }
  for (const blockLength of [-1, 129, NaN, Infinity]) {
    fails('ERR_GODWIT_SBE_BOUNDS', () => call(make(usual, 'FirstDecoder'), 'wrap', buffer, 0, blockLength, 3))
  }
})

interface Dispatcher {
  dispatch(buffer: DirectBuffer, offset: number, length?: number): boolean
}

function dispatcherOf(module: CodecModule, handlers: object): Dispatcher {
  return new (module['MessageDispatcher'] as new (handlers: object) => Dispatcher)(handlers)
}

test('a dispatcher hands each message to its handler', () => {
  const all = Object.keys(HEADERS).flatMap((name) => [modules[name], modules[`${name}Big`]]) as CodecModule[]
  for (const module of all) {
    const seen: unknown[] = []
    const dispatcher = dispatcherOf(module, {
      first: (message: unknown, header: unknown) => seen.push(call(message, 'x'), call(header, 'templateId')),
      second: (message: unknown) => seen.push(call(call(message, 'g'), 'count'), ...read(message, 'd', 'e')),
    })
    call(encoderOf(module, 'First', buffer, 3), 'x', 500)
    assert.is(dispatcher.dispatch(buffer, 3), true)
    const encoder = encoderOf(module, 'Second', buffer, 1)
    call(encoder, 'gCount', 0)
    call(call(encoder, 'd', 'one'), 'e', 'two')
    assert.is(dispatcher.dispatch(buffer, 1, (call(encoder, 'limit') as number) - 1), true)
    assert.equal(seen.map((value) => (typeof value === 'bigint' ? Number(value) : value)), [500, 11, 0, 'one', 'two'])
  }
})

test('a dispatcher skips messages without a handler, and tells those that it does not know', () => {
  const unknown: unknown[][] = []
  const dispatcher = dispatcherOf(usual, {
    unknown: (header: unknown, from: DirectBuffer, offset: number, length: number) => {
      unknown.push([...read(header, 'templateId', 'schemaId'), from === buffer, offset, length])
    },
  })
  encoderOf(usual, 'First', buffer, 4)
  const header = call(make(usual, 'MessageHeaderEncoder'), 'wrap', buffer, 4)
  assert.is(dispatcher.dispatch(buffer, 4), true)
  assert.equal(unknown, [])
  call(header, 'templateId', 33)
  assert.is(dispatcher.dispatch(buffer, 4), false)
  call(call(header, 'templateId', 11), 'schemaId', 9)
  assert.is(dispatcher.dispatch(buffer, 4, 20), false)
  assert.equal(unknown, [[33, 1, true, 4, 124], [11, 9, true, 4, 20]])
  assert.is(dispatcherOf(usual, {}).dispatch(buffer, 4), false)
})

test('a dispatcher refuses what is cut off, and lets errors of handlers through', () => {
  const dispatcher = dispatcherOf(usual, {
    first: () => {
      throw new RangeError('of the handler')
    },
    second: (message: unknown) => call(message, 'sbeSkip'),
  })
  encoderOf(usual, 'First', buffer)
  assert.throws(() => dispatcher.dispatch(buffer, 0), 'of the handler')
  for (let cut = 0; cut < 10; cut++) fails('ERR_GODWIT_SBE_BOUNDS', () => dispatcher.dispatch(buffer, 0, cut))
  const encoder = encoderOf(usual, 'Second', buffer)
  call(encoder, 'gCount', 0)
  call(call(encoder, 'd', 'one'), 'e', 'two')
  const length = call(encoder, 'limit') as number
  for (let cut = 8; cut < length; cut++) fails('ERR_GODWIT_SBE_BOUNDS', () => dispatcher.dispatch(buffer, 0, cut))
  assert.is(dispatcher.dispatch(buffer, 0, length), true)
})

test('messages tell what they are', () => {
  for (const side of ['Decoder', 'Encoder']) {
    const codec = usual[`First${side}`] as Readonly<Record<string, unknown>>
    const { BLOCK_LENGTH, TEMPLATE_ID, SCHEMA_ID, SCHEMA_VERSION, SEMANTIC_VERSION, BYTE_ORDER } = codec
    assert.equal([BLOCK_LENGTH, TEMPLATE_ID, SCHEMA_ID, SCHEMA_VERSION], [2, 11, 1, 3])
    assert.equal([SEMANTIC_VERSION, BYTE_ORDER], ['', 'littleEndian'])
    assert.equal(
      read(make(usual, `First${side}`), 'sbeBlockLength', 'sbeTemplateId', 'sbeSchemaId', 'sbeSchemaVersion',
        'sbeSemanticVersion', 'sbeSemanticType'),
      [2, 11, 1, 3, '', ''],
    )
  }
})

test('generated code that is of another make than the runtime is refused when it is loaded', () => {
  const newer = (): void => requireRuntime(RUNTIME_INTERFACE + 1, 'first')
  assert.match(fails('ERR_GODWIT_SBE_RUNTIME', newer), 'first was generated')
  requireRuntime(RUNTIME_INTERFACE, 'first')
  const ir = irOf({ name: 'usual', schema: { text: texts['usual'] ?? '' } })
  for (const { path, text } of generateTypeScript(ir)) {
    const module = path.replace('.ts', '')
    if (module !== 'index') assert.match(text, `\nrequireRuntime(${RUNTIME_INTERFACE}, '${module}')\n`, path)
  }
})

test.run()
