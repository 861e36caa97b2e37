import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { generateTypeScript } from '../../../codegen/index.ts'
import { compileTypeScript, irOf, RUNTIME } from '../../support/codecs.ts'
import { scratchFolder } from '../../support/scratch.ts'
import { suite } from '../../support/suite.ts'
import { ORDER_SCHEMA } from './objects-schema.ts'

const test = suite('types of plain objects', { timeoutMs: 60_000 })

const PREAMBLE = `import {
  OrderEncoder, PriceDecoder, Side, flatToBytes, messageFromBytes, messageToBytes, orderFromBytes, orderFromObject,
  orderObjectLength, orderToBytes, priceToObject,
} from './codecs/index.js'
import type { FlatObject, MessageObject, OrderLegsFillsObject, OrderObject, PriceObject } from './codecs/index.js'
export const used: unknown = [OrderEncoder, PriceDecoder, Side, flatToBytes, messageFromBytes, messageToBytes,
  orderFromBytes, orderFromObject, orderObjectLength, orderToBytes, priceToObject]
export type Used = [FlatObject, MessageObject, OrderLegsFillsObject, OrderObject, PriceObject]
declare const bytes: Uint8Array
const order: OrderObject = {
  n: 1, may: null, side: Side.BUY, price: { mantissa: 5n, marks: { on: true } }, code: 'ab', pair: [1, 2],
  octets: Uint8Array.of(1, 2), bytes: Int8Array.of(-1, 1), legs: [{ x: 1, fills: [{ y: 1 }], note: '' }], blob: bytes,
}
`

/** Uses that compile. */
const RIGHT = [
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
/** Uses that must not. */
const WRONG = [
  'const o: OrderObject = { ...order, n: null }', 'const o: OrderObject = { ...order, n: 1n }',
  'const o: OrderObject = { ...order, may: 5 }', 'const o: OrderObject = { ...order, may: undefined }',
  `const o: OrderObject = { ...order, word: 'other' }`, 'const o: OrderObject = { ...order, word: undefined }',
  'const o: OrderObject = { ...order, side: 2 }', `const o: OrderObject = { ...order, side: 'BUY' }`,
  'const o: OrderObject = { ...order, blob: [1, 2] }', `const o: OrderObject = { ...order, code: 5 }`,
  'const o: OrderObject = { ...order, price: null }', 'const o: OrderObject = { ...order, price: { mantissa: 1n } }',
  'const o: OrderObject = { ...order, price: { mantissa: 1n, marks: { on: 1 } } }',
  'const o: OrderObject = { ...order, price: { mantissa: 1n, marks: { on: true, off: true } } }',
  'const o: OrderObject = { ...order, misspelt: 1 }',
  'const { legs, ...rest } = order; const o: OrderObject = rest; return [o, legs]',
  'const o: OrderObject = { ...order, legs: [{ x: 1, fills: [] }] }',
  `messageToBytes({ message: 'Flat', value: order })`, `messageToBytes({ message: 'None', value: order })`,
  'const n: number = orderFromBytes(bytes).may', 'const l: string = orderFromBytes(bytes).word',
  'flatToBytes(order)', 'const m: MessageObject = messageFromBytes(bytes)', 'const k: bigint = orderFromBytes(bytes).n',
  'const i: Int8Array = order.octets; const u: Uint8Array = order.bytes; i; u',
]

async function findings(wide: 'bigint' | 'number', uses: readonly string[]): Promise<string> {
  const folder = scratchFolder('object-types')
  const codecs = join(folder, 'src', 'codecs')
  mkdirSync(codecs, { recursive: true })
  const ir = irOf({ name: 'types', schema: { text: ORDER_SCHEMA } })
  const files = generateTypeScript(ir, { objects: wide, runtimeModule: RUNTIME })
  for (const { path, text } of files) writeFileSync(join(codecs, path), text)
  const preamble = wide === 'bigint' ? PREAMBLE : PREAMBLE.replace('5n', '5')
  const lines = uses.map((use) => `void (() => { ${use} })`)
  writeFileSync(join(folder, 'src', 'consumer.ts'), `${preamble}${lines.join('\n')}\n`)
  return await compileTypeScript(folder, { noUnusedLocals: false }).then(() => '', String)
}

test('objects take what the schema allows', async () => {
  assert.is(await findings('bigint', RIGHT), '')
})

test('with numbers 64-bit integers are numbers', async () => {
  const uses = RIGHT.map((use) => use.replaceAll('5n', '5'))
  assert.is(await findings('number', [...uses, 'const n: number | null = order.may; return n']), '')
})

test('objects take nothing else', async () => {
  const lines = PREAMBLE.split('\n').length
  const output = await findings('bigint', WRONG)
  const found = new Set([...output.matchAll(/consumer\.ts\((\d+),/g)].map((match) => Number(match[1]) - lines))
  assert.equal(WRONG.filter((_use, index) => !found.has(index)), [], 'these compile')
  assert.is(found.size, WRONG.length, output)
})

test.run()
