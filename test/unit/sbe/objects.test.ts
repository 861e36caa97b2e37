import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { generateTypeScript } from '../../../codegen/index.ts'
import { DirectBuffer, SbeError } from '../../../codegen/runtime/index.ts'
import { compileTypeScript, irOf, RUNTIME } from '../../support/codecs.ts'
import { scratchFolder } from '../../support/scratch.ts'
import { withSeed } from '../../support/seed.ts'
import { suite } from '../../support/suite.ts'
import { call, decoderOf, encoderOf, fails, loadModules } from './codec-harness.ts'
import type { CodecModule } from './codec-harness.ts'
import { HEADER, schemaText } from './schema-parts.ts'

const test = suite('plain objects', { timeoutMs: 90_000 })

const HEADER_LENGTH = 8
const SCHEMA = schemaText({
  types: `<enum name="Side" encodingType="uint8"><validValue name="BUY">1</validValue></enum>
    <set name="Marks" encodingType="uint8"><choice name="on">0</choice></set>
    <type name="Word" primitiveType="char" presence="constant">word</type>
    <type name="Code" primitiveType="char" length="4"/><type name="Pair" primitiveType="uint16" length="2"/>
    <type name="Octets" primitiveType="uint8" length="2"/><type name="Bytes" primitiveType="int8" length="2"/>
    <composite name="Price"><type name="mantissa" primitiveType="int64"/>
      <type name="exponent" primitiveType="int8" presence="constant">-2</type>
      <ref name="marks" type="Marks"/></composite>`,
  messages: `<message name="Order" id="1">
      <field name="n" id="1" type="uint32"/><field name="may" id="2" type="uint64" presence="optional"/>
      <field name="side" id="3" type="Side"/><field name="price" id="4" type="Price"/>
      <field name="word" id="5" type="Word"/><field name="kind" id="6" type="Side" presence="constant" valueRef="Side.BUY"/>
      <field name="code" id="7" type="Code"/><field name="pair" id="8" type="Pair"/><field name="octets" id="9" type="Octets"/>
      <field name="bytes" id="10" type="Bytes"/>
      <group name="legs" id="20"><field name="x" id="1" type="uint8"/>
        <group name="fills" id="2"><field name="y" id="1" type="uint8"/></group><data name="note" id="3" type="varString"/>
      </group><data name="blob" id="21" type="varBytes"/></message>
    <message name="Flat" id="2" blockLength="9"><field name="a" id="1" type="uint8" offset="1"/>
      <field name="b" id="2" type="uint16" offset="5"/></message>
    <message name="Empty" id="3"/>
    <message name="Constant" id="4"><field name="word" id="1" type="Word"/></message>`,
})

const { plain } = await loadModules({ plain: SCHEMA }, { objects: 'bigint' })
const { checked } = await loadModules({ checked: SCHEMA }, { objects: 'bigint', precedenceChecks: true })
const { wide } = await loadModules({
  wide: schemaText({
    header: HEADER.replace('</composite>', `<type name="extra" primitiveType="uint16"/>
      <type name="numGroups" primitiveType="uint8"/><type name="numVarDataFields" primitiveType="uint8"/></composite>`)
      .replace('name="schemaId" primitiveType="uint16"', 'name="schemaId" primitiveType="uint64"'),
    messages: `<message name="Plain" id="1"><group name="g" id="1"><field name="a" id="1" type="uint8"/></group>
      <data name="d" id="2" type="varString"/></message>`,
  }),
}, { objects: 'number' })

const order = {
  n: 1, may: null, side: 1, price: { mantissa: 5n, marks: { on: true } }, code: 'ab', pair: [1, 2],
  octets: Uint8Array.of(1, 2), bytes: Int8Array.of(-1, 1),
  legs: [{ x: 1, fills: [{ y: 1 }, { y: 2 }], note: 'é' }, { x: 2, fills: [], note: '' }], blob: Uint8Array.of(9, 8),
}
const constants = { word: 'word', kind: 1 }
const decoded = { ...order, ...constants, price: { ...order.price, exponent: -2 } }

function run(module: CodecModule, name: string, ...args: readonly unknown[]): unknown {
  const found = module[name]
  if (typeof found !== 'function') throw new TypeError(`no function ${name}`)
  return Reflect.apply(found, undefined, args)
}

test('properties are in the order of the schema, constants among them', () => {
  const object = run(plain, 'orderFromBytes', run(plain, 'orderToBytes', order)) as object
  assert.equal(object, decoded)
  assert.equal(Object.keys(object), [
    'n', 'may', 'side', 'price', 'word', 'kind', 'code', 'pair', 'octets', 'bytes', 'legs', 'blob',
  ])
})

test('constants may be missing, and must not be others', () => {
  assert.equal(run(plain, 'orderToBytes', { ...order, ...constants }), run(plain, 'orderToBytes', order))
  for (const [name, value] of [['word', 'Word'], ['kind', 2], ['word', null]] as const) {
    assert.match(fails('ERR_GODWIT_SBE_VALUE', () => run(plain, 'orderToBytes', { ...order, [name]: value })),
      new RegExp(`^Order\\.${name}: .* is not the constant`))
  }
})

test('properties that the schema lacks are left alone', () => {
  assert.equal(run(plain, 'orderToBytes', { ...order, note: 1 }), run(plain, 'orderToBytes', order))
})

test('messages without anything on the wire are objects', () => {
  assert.equal(run(plain, 'emptyFromBytes', run(plain, 'emptyToBytes', {})), {})
  assert.equal(run(plain, 'constantFromBytes', run(plain, 'constantToBytes', {})), { word: 'word' })
  assert.equal(run(plain, 'messageFromBytes', run(plain, 'emptyToBytes', {})), { message: 'Empty', value: {} })
})

test('objects share nothing with the bytes that they were decoded from, nor with those that they are encoded to', () => {
  const bytes = run(plain, 'orderToBytes', order) as Uint8Array
  const buffer = new DirectBuffer(bytes.slice())
  const object = run(plain, 'orderToObject', decoderOf(plain, 'Order', buffer)) as typeof decoded
  buffer.bytes.fill(0xff)
  assert.equal(object, decoded)
  const blob = Uint8Array.of(1, 2, 3)
  const encoded = run(plain, 'orderToBytes', { ...order, blob }) as Uint8Array
  const before = encoded.slice()
  blob.fill(7)
  assert.equal(encoded, before)
})

test('bytes of other messages stay as they are, whatever is encoded and decoded meanwhile', () => {
  const made: { readonly bytes: Uint8Array; readonly copy: Uint8Array }[] = []
  for (let i = 0; i < 1000; i++) {
    const legs = Array.from({ length: i % 50 }, (_, x) => ({ x, fills: [], note: `${i}` }))
    const bytes = run(plain, 'orderToBytes', { ...order, n: i, legs }) as Uint8Array
    made.push({ bytes, copy: bytes.slice() })
    run(plain, 'orderFromBytes', bytes)
  }
  for (const { bytes, copy } of made) assert.equal(bytes, copy)
})

test('messages of any length become bytes of exactly their length', () => {
  for (const length of [0, 100, 2000, 2040, 3000, 60_000]) {
    const object = { ...order, blob: new Uint8Array(length).fill(length) }
    const bytes = run(plain, 'orderToBytes', object) as Uint8Array
    assert.is(bytes.length, HEADER_LENGTH + Number(run(plain, 'orderObjectLength', object)))
    assert.equal(run(plain, 'orderFromBytes', bytes), { ...decoded, blob: object.blob })
  }
})

test('getters that encode other messages do not disturb', () => {
  const inner = run(plain, 'orderToBytes', { ...order, n: 77 })
  const outer = run(plain, 'orderToBytes', {
    ...order,
    get pair(): number[] {
      assert.equal(run(plain, 'orderToBytes', { ...order, n: 77 }), inner)
      assert.equal(run(plain, 'orderFromBytes', inner), { ...decoded, n: 77 })
      return order.pair
    },
  })
  assert.equal(outer, run(plain, 'orderToBytes', order))
})

test('memory that was transferred to another thread is not used again', () => {
  const bytes = run(plain, 'flatToBytes', { a: 1, b: 2 }) as Uint8Array
  structuredClone(bytes, { transfer: [bytes.buffer as ArrayBuffer] })
  assert.equal(run(plain, 'flatFromBytes', run(plain, 'flatToBytes', { a: 1, b: 2 })), { a: 1, b: 2 })
})

test('padding is zero in bytes of their own, and what it was in a buffer', () => {
  const bytes = run(plain, 'flatToBytes', { a: 1, b: 2 }) as Uint8Array
  assert.is(Buffer.from(bytes.subarray(HEADER_LENGTH)).toString('hex'), '000100000002000000')
  const buffer = new DirectBuffer(new Uint8Array(20).fill(0xee))
  assert.is(run(plain, 'flatToBuffer', buffer, 1, { a: 1, b: 2 }), 1 + HEADER_LENGTH + 9)
  assert.is(Buffer.from(buffer.bytes.subarray(1 + HEADER_LENGTH)).toString('hex'), 'ee01eeeeee0200eeeeeeee')
})

test('headers are filled as encoders fill them', () => {
  const object = { g: [{ a: 1 }], d: 'x' }
  const bytes = run(wide, 'plainToBytes', object) as Uint8Array
  const buffer = new DirectBuffer(new ArrayBuffer(bytes.length))
  run(wide, 'plainFromObject', encoderOf(wide, 'Plain', buffer), object)
  assert.equal(bytes, buffer.bytes)
  assert.equal(run(wide, 'messageFromBytes', bytes), { message: 'Plain', value: object })
})

test('what does not fit into its room is refused', () => {
  const length = (run(plain, 'orderToBytes', order) as Uint8Array).length
  for (let room = 0; room < length; room++) {
    const buffer = new DirectBuffer(new Uint8Array(length + 20).fill(0xee))
    fails('ERR_GODWIT_SBE_BOUNDS', () => run(plain, 'orderToBuffer', buffer, 3, order, room))
    assert.ok(buffer.bytes.subarray(3 + room).every((byte) => byte === 0xee), `${room} bytes of room`)
  }
  const buffer = new DirectBuffer(new ArrayBuffer(length + 3))
  assert.is(run(plain, 'orderToBuffer', buffer, 3, order), length + 3)
  for (const offset of [-1, 0.5, 4, NaN]) {
    fails('ERR_GODWIT_SBE_BOUNDS', () => run(plain, 'orderToBuffer', buffer, offset, order))
  }
  fails('ERR_GODWIT_SBE_BOUNDS', () => run(plain, 'orderToBuffer', buffer, 0, order, length + 4))
})

test('an encoder whose object was refused is where it was', () => {
  const buffer = new DirectBuffer(new ArrayBuffer(200))
  const encoder = encoderOf(plain, 'Order', buffer)
  const before = call(encoder, 'limit')
  fails('ERR_GODWIT_SBE_VALUE', () => run(plain, 'orderFromObject', encoder, { ...order, legs: [{ x: 1, fills: 7, note: '' }] }))
  assert.is(call(encoder, 'limit'), before)
  run(plain, 'orderFromObject', encoder, order)
  assert.equal(buffer.bytes.slice(0, Number(call(encoder, 'limit'))), run(plain, 'orderToBytes', order))
})

for (const [what, module] of [['plain', plain], ['checked', checked]] as const) {
  test(`a decoder stays at the entry that it is at, in ${what} codecs`, () => {
    const decoder = decoderOf(module, 'Order', new DirectBuffer((run(module, 'orderToBytes', order) as Uint8Array).slice()))
    const read: unknown[] = []
    for (const leg of call(decoder, 'legs') as Iterable<object>) {
      read.push(call(leg, 'x'))
      assert.equal(run(module, 'orderToObject', decoder), decoded)
      for (const fill of call(leg, 'fills') as Iterable<object>) {
        assert.equal(run(module, 'orderToObject', decoder), decoded)
        read.push(call(fill, 'y'))
      }
      read.push(call(leg, 'note'))
    }
    read.push(call(decoder, 'blobBytes'))
    assert.equal(run(module, 'orderToObject', decoder), decoded)
    assert.equal(read, [1, 1, 2, 'é', 2, '', order.blob])
  })

  test(`an encoder is complete once it has an object, in ${what} codecs`, () => {
    const buffer = new DirectBuffer(new ArrayBuffer(200))
    const encoder = encoderOf(module, 'Order', buffer)
    call(encoder, 'legsCount', 1)
    run(module, 'orderFromObject', encoder, order)
    call(encoder, 'checkEncodingIsComplete')
    assert.equal(buffer.bytes.slice(0, Number(call(encoder, 'limit'))), run(module, 'orderToBytes', order))
  })
}

test('flyweights that are not wrapped give no objects and take none', () => {
  const decoder = Reflect.construct(plain['OrderDecoder'] as new () => unknown, [])
  const encoder = Reflect.construct(plain['OrderEncoder'] as new () => unknown, [])
  for (const body of [() => run(plain, 'orderToObject', decoder), () => run(plain, 'orderFromObject', encoder, order)]) {
    assert.throws(body, (error: unknown) => error instanceof RangeError || error instanceof SbeError)
  }
})

test('messages that are no such are refused, and undefined of those of other schemas', () => {
  const bytes = (run(plain, 'orderToBytes', order) as Uint8Array).slice()
  fails('ERR_GODWIT_SBE_TEMPLATE', () => run(plain, 'flatFromBytes', bytes))
  fails('ERR_GODWIT_SBE_BOUNDS', () => run(plain, 'orderFromBytes', bytes.subarray(0, -1)))
  fails('ERR_GODWIT_SBE_BOUNDS', () => run(plain, 'messageFromBytes', bytes.subarray(0, 7)))
  fails('ERR_GODWIT_SBE_BOUNDS', () => run(plain, 'messageFromBuffer', new DirectBuffer(bytes), 0, bytes.length + 1))
  fails('ERR_GODWIT_SBE_VALUE', () => run(plain, 'messageToBytes', { message: 'Other', value: order }))
  const view = new DataView(bytes.buffer)
  view.setUint16(2, 99, true)
  assert.is(run(plain, 'messageFromBytes', bytes), undefined)
  view.setUint16(2, 1, true)
  view.setUint16(4, 99, true)
  assert.is(run(plain, 'messageFromBytes', bytes), undefined)
})

test('spoiled messages are refused where decoders refuse them, and read where they read them', async () => {
  await withSeed('objects/spoiled', (random) => {
    const good = run(plain, 'orderToBytes', order) as Uint8Array
    let refused = 0
    for (let round = 0; round < 2000; round++) {
      const bytes = good.slice(0, random.bool(0.3) ? random.int(good.length + 1) : good.length)
      for (let left = random.int(3); left > 0 && bytes.length > 0; left--) bytes[random.int(bytes.length)] = random.int(256)
      const attempt = (body: () => unknown): unknown => {
        try {
          return body()
        } catch (error) {
          if (error instanceof SbeError) return error.code
          throw error
        }
      }
      const json = attempt(() => call(decoderOf(plain, 'Order', new DirectBuffer(bytes)), 'toJSON'))
      const object = attempt(() => run(plain, 'orderFromBytes', bytes))
      if (typeof json === 'string') {
        refused++
        assert.is(object, json, Buffer.from(bytes).toString('hex'))
      } else {
        const { n, legs } = object as typeof decoded
        assert.equal([n, legs], [(json as typeof decoded).n, (json as typeof decoded).legs])
      }
    }
    assert.ok(refused > 200 && refused < 1900, `${refused} of 2000 refused`)
  })
})

/** Statements that must compile, and such that must not. */
const GOOD = [
  'const o: OrderObject = orderFromBytes(bytes)', 'const o: OrderObject = { ...order }',
  `const o: OrderObject = { ...order, word: 'word', kind: Side.BUY }`, 'const o: OrderObject = { ...order, may: 5n }',
  'const b: Uint8Array = orderToBytes(order)', 'const n: number = orderObjectLength(order)',
  'const e: OrderEncoder = orderFromObject(new OrderEncoder(), order)',
  'const l: OrderLegsFillsObject[] = order.legs.flatMap((leg) => leg.fills)',
  'const m: MessageObject | undefined = messageFromBytes(bytes)',
  `const v = messageFromBytes(bytes); if (v?.message === 'Flat') { const f: FlatObject = v.value; f.a = 3 }`,
  `messageToBytes({ message: 'Order', value: order })`, 'const p: PriceObject = priceToObject(new PriceDecoder())',
  'const s: Side = orderFromBytes(bytes).side; orderToBytes({ ...order, side: s })',
  'order.legs.push({ x: 1, fills: [], note: "" }); order.pair[0] = 3; order.may = null',
  'const t: { [name: string]: unknown } = { ...orderFromBytes(bytes) }',
]
const BAD = [
  'const o: OrderObject = { ...order, n: null }', 'const o: OrderObject = { ...order, n: 1n }',
  'const o: OrderObject = { ...order, may: 5 }', 'const o: OrderObject = { ...order, may: undefined }',
  `const o: OrderObject = { ...order, word: 'other' }`, 'const o: OrderObject = { ...order, word: undefined }',
  'const o: OrderObject = { ...order, side: 2 }', `const o: OrderObject = { ...order, side: 'BUY' }`,
  'const o: OrderObject = { ...order, blob: [1, 2] }', `const o: OrderObject = { ...order, code: 5 }`,
  'const o: OrderObject = { ...order, price: null }', 'const o: OrderObject = { ...order, price: { mantissa: 1n } }',
  'const o: OrderObject = { ...order, price: { mantissa: 1n, marks: { on: 1 } } }',
  'const o: OrderObject = { ...order, price: { mantissa: 1n, marks: { on: true, off: true } } }',
  'const o: OrderObject = { ...order, misspelt: 1 }', 'const { legs, ...rest } = order; const o: OrderObject = rest; legs',
  'const o: OrderObject = { ...order, legs: [{ x: 1, fills: [] }] }',
  `messageToBytes({ message: 'Flat', value: order })`, `messageToBytes({ message: 'None', value: order })`,
  'const n: number = orderFromBytes(bytes).may', 'const l: string = orderFromBytes(bytes).word',
  'flatToBytes(order)', 'const m: MessageObject = messageFromBytes(bytes)', 'const k: bigint = orderFromBytes(bytes).n',
  'const i: Int8Array = order.octets; const u: Uint8Array = order.bytes; i; u',
]

test('the types of objects take what the schema allows and nothing else', async () => {
  const folder = scratchFolder('object-types')
  const source = join(folder, 'src')
  mkdirSync(source)
  const generated = generateTypeScript(irOf({ name: 'types', schema: { text: SCHEMA } }),
    { objects: 'bigint', runtimeModule: RUNTIME })
  for (const { path, text } of generated) writeFileSync(join(source, path), text)
  writeFileSync(join(source, 'use.ts'), `import { ${[
    'OrderEncoder', 'PriceDecoder', 'Side', 'flatToBytes', 'messageFromBytes', 'messageToBytes', 'orderFromBytes',
    'orderFromObject', 'orderObjectLength', 'orderToBytes', 'priceToObject',
  ].join(', ')} } from './index.js'
import type { FlatObject, MessageObject, OrderLegsFillsObject, OrderObject, PriceObject } from './index.js'
declare const bytes: Uint8Array
const order: OrderObject = {
  n: 1, may: null, side: Side.BUY, price: { mantissa: 5n, marks: { on: true } }, code: 'ab', pair: [1, 2],
  octets: Uint8Array.of(1, 2), bytes: Int8Array.of(-1, 1), legs: [{ x: 1, fills: [{ y: 1 }], note: '' }], blob: bytes,
}
export function good(): unknown[] {
  const used: unknown[] = []
${GOOD.map((statement, i) => `  used.push(() => { ${statement}; return ${i} })`).join('\n')}
  return used
}
${BAD.map((statement, i) => `// @ts-expect-error ${i}\nexport const bad${i}: unknown = () => { ${statement} }`).join('\n')}
`)
  await compileTypeScript(folder, { noUnusedLocals: false })
})

test.run()
