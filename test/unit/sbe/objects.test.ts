import * as assert from 'uvu/assert'
import { DirectBuffer, SbeError } from '../../../codegen/runtime/index.ts'
import { withSeed } from '../../support/seed.ts'
import { suite } from '../../support/suite.ts'
import { call, decoderOf, encoderOf, fails, loadModules } from './codec-harness.ts'
import type { CodecModule } from './codec-harness.ts'
import { ORDER_SCHEMA } from './objects-schema.ts'
import { HEADER, schemaText } from './schema-parts.ts'

const test = suite('plain objects', { timeoutMs: 90_000 })

const HEADER_LENGTH = 8
const { plain } = await loadModules({ plain: ORDER_SCHEMA }, { objects: 'bigint' })
const { checked } = await loadModules({ checked: ORDER_SCHEMA }, { objects: 'bigint', precedenceChecks: true })
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

test('objects share nothing with the bytes that they were decoded from or are encoded to', () => {
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
  const wrong = { ...order, legs: [{ x: 1, fills: 7, note: '' }] }
  fails('ERR_GODWIT_SBE_VALUE', () => run(plain, 'orderFromObject', encoder, wrong))
  assert.is(call(encoder, 'limit'), before)
  run(plain, 'orderFromObject', encoder, order)
  assert.equal(buffer.bytes.slice(0, Number(call(encoder, 'limit'))), run(plain, 'orderToBytes', order))
})

for (const [what, module] of [['plain', plain], ['checked', checked]] as const) {
  test(`a decoder stays at the entry that it is at, in ${what} codecs`, () => {
    const bytes = run(module, 'orderToBytes', order) as Uint8Array
    const decoder = decoderOf(module, 'Order', new DirectBuffer(bytes))
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
  const isRefusal = (error: unknown): boolean => error instanceof RangeError || error instanceof SbeError
  assert.throws(() => run(plain, 'orderToObject', decoder), isRefusal)
  assert.throws(() => run(plain, 'orderFromObject', encoder, order), isRefusal)
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
      for (let left = bytes.length === 0 ? 0 : random.int(3); left > 0; left--) {
        bytes[random.int(bytes.length)] = random.int(256)
      }
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

test.run()
