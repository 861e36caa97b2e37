import * as assert from 'uvu/assert'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { generateTypeScript } from '../../../codegen/index.ts'
import { compileTypeScript, irOf } from '../../support/codecs.ts'
import { scratchFolder } from '../../support/scratch.ts'
import { suite } from '../../support/suite.ts'
import { schemaText } from './schema-parts.ts'

const test = suite('declarations of generated codecs', { timeoutMs: 60_000 })

const RUNTIME = fileURLToPath(new URL('../../../codegen/runtime/index.js', import.meta.url))

const SCHEMA = schemaText({
  attributes: 'version="1"',
  types: `
    <type name="Text" primitiveType="char" length="4"/><type name="Numbers" primitiveType="uint16" length="3"/>
    <type name="Wides" primitiveType="int64" length="2"/><type name="Octets" primitiveType="uint8" length="5"/>
    <type name="Word" primitiveType="char" presence="constant">word</type>
    <enum name="Side" encodingType="uint8"><validValue name="BUY">1</validValue><validValue name="SELL">2</validValue>
    </enum>
    <type name="wide" primitiveType="int64"/>
    <enum name="Level" encodingType="wide"><validValue name="TOP">1</validValue></enum>
    <set name="Marks" encodingType="uint8"><choice name="on">0</choice></set>
    <set name="Many" encodingType="uint64"><choice name="on">40</choice></set>
    <composite name="Price"><type name="mantissa" primitiveType="int64"/></composite>`,
  messages: `<message name="Order" id="1">
      <field name="n" id="1" type="uint32"/><field name="may" id="2" type="uint32" presence="optional"/>
      <field name="big" id="3" type="uint64" presence="optional"/><field name="text" id="4" type="Text"/>
      <field name="numbers" id="5" type="Numbers"/><field name="wides" id="6" type="Wides"/>
      <field name="octets" id="7" type="Octets"/><field name="side" id="8" type="Side"/>
      <field name="level" id="9" type="Level"/><field name="marks" id="10" type="Marks"/>
      <field name="many" id="11" type="Many"/><field name="price" id="12" type="Price"/>
      <field name="word" id="13" type="Word"/>
      <field name="laterMarks" id="14" type="Marks" sinceVersion="1"/>
      <field name="laterPrice" id="15" type="Price" sinceVersion="1"/>
      <group name="legs" id="20"><field name="x" id="1" type="uint8"/></group>
      <group name="deals" id="21"><field name="x" id="1" type="uint8"/>
        <data name="note" id="2" type="varString"/></group>
      <data name="comment" id="22" type="varString"/><data name="blob" id="23" type="varBytes"/></message>
    <message name="Flat" id="2"><field name="n" id="1" type="uint32"/></message>`,
})

/** Expressions of a decoder `d` or encoder `e` with the types that they must have, no wider and no narrower. */
const TYPES: readonly (readonly [expression: string, type: string])[] = [
  ['d.n()', 'number'], ['d.may()', 'number'], ['d.mayIsNull()', 'boolean'], ['d.mayOrNull()', 'number | null'],
  ['d.big()', 'bigint'], ['d.bigAsNumber()', 'number'], ['d.bigHi()', 'number'], ['d.bigLo()', 'number'],
  ['d.bigOrNull()', 'bigint | null'], ['d.text()', 'string'], ['d.textAt(0)', 'number'], ['d.textLength()', 'number'],
  ["d.textEquals('')", 'boolean'], ['d.getText(bytes)', 'number'], ['d.numbersAt(0)', 'number'],
  ['d.widesAt(0)', 'bigint'], ['d.widesAtAsNumber(0)', 'number'], ['d.getOctets(bytes, 0, 5)', 'number'],
  ['d.side()', 'Side'], ['d.sideRaw()', 'number'], ['d.level()', 'Level'], ['d.levelRaw()', 'bigint'],
  ['d.marks()', 'MarksDecoder'], ['d.marks().on()', 'boolean'], ['d.marks().raw()', 'number'],
  ['d.marksRaw()', 'number'], ['d.many().raw()', 'bigint'], ['d.manyRawHi()', 'number'], ['d.price()', 'PriceDecoder'],
  ['d.priceMantissa()', 'bigint'], ['d.laterMarks()', 'MarksDecoder | null'],
  ['d.laterPrice()', 'PriceDecoder | null'], ['d.word()', 'string'], ['d.legs()', 'OrderLegsDecoder'],
  ['d.legs().next()', 'OrderLegsDecoder'], ['d.legs().at(0)', 'OrderLegsDecoder'], ['d.legs().count()', 'number'],
  ['[...d.legs()]', 'OrderLegsDecoder[]'], ['d.comment()', 'string'], ['d.commentLength()', 'number'],
  ['d.blobBytes()', 'Uint8Array'], ['d.skipBlob()', 'number'], ['d.wrapBlob(slice)', 'OrderDecoder'],
  ['d.getBlob(bytes)', 'number'], ['d.buffer()', 'DirectBuffer'], ['d.wrap(buffer, 0, 0, 0)', 'OrderDecoder'],
  ['d.toJSON()', '{ [name: string]: JsonValue }'], ['e.n(1)', 'OrderEncoder'], ['e.mayNull()', 'OrderEncoder'],
  ['e.big(1n)', 'OrderEncoder'], ['e.bigAsNumber(1)', 'OrderEncoder'], ['e.bigWords(0, 1)', 'OrderEncoder'],
  ["e.text('')", 'OrderEncoder'], ['e.putText(bytes)', 'OrderEncoder'], ['e.numbersAt(0, 1)', 'OrderEncoder'],
  ['e.putNumbers(1, 2, 3)', 'OrderEncoder'], ['e.putWides(1n, 2n)', 'OrderEncoder'],
  ['e.putOctets(bytes, 0, 5)', 'OrderEncoder'], ['e.side(Side.BUY)', 'OrderEncoder'],
  ['e.sideRaw(77)', 'OrderEncoder'], ['e.level(Level.TOP)', 'OrderEncoder'], ['e.marks()', 'MarksEncoder'],
  ['e.marks().on(true).clear()', 'MarksEncoder'], ['e.manyRaw(1n)', 'OrderEncoder'],
  ['e.price().mantissa(1n)', 'PriceEncoder'], ['e.priceMantissa(1n)', 'OrderEncoder'],
  ['e.laterPrice()', 'PriceEncoder'], ['e.legsCount(1).next().x(1)', 'OrderLegsEncoder'],
  ['e.legsCount(1).resetCountToIndex()', 'number'], ["e.dealsCount(1).next().note('')", 'OrderDealsEncoder'],
  ["e.comment('')", 'OrderEncoder'], ['e.putBlob(bytes)', 'OrderEncoder'], ['e.reserveBlob(3)', 'number'],
  ['e.nullifyOptionalFields()', 'OrderEncoder'], ['e.checkEncodingIsComplete()', 'void'],
  ['e.encodedLength()', 'number'],
  ['OrderEncoder.computeLength({ legs: 1, deals: [{ note: 2 }], comment: 3, blob: 4 })', 'number'],
  ['FlatEncoder.computeLength()', 'number'], ['Side.NULL_VAL', '255'], ['Level.TOP', '1n'],
  ['sideName(1)', 'string | undefined'], ['Marks.on', '0'], ['OrderMeta.fields.n.id', '1'],
  ['OrderMeta.fields.side.type', `'Side'`], ['OrderMeta.fields.big.nullValue', '18446744073709551615n'],
]

const PREAMBLE = `import { DirectBuffer, Slice } from '${RUNTIME}'
import type { JsonValue, MessageMeta, CompositeMeta } from '${RUNTIME}'
import {
  FlatEncoder, Level, Marks, MarksDecoder, MarksEncoder, MessageDispatcher, OrderDealsEncoder, OrderDecoder,
  OrderEncoder, OrderLegsDecoder, OrderLegsEncoder, OrderMeta, PriceDecoder, PriceEncoder, PriceMeta, Side, sideName,
} from './codecs/index.js'
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
export function same<A>(): <B>(expression: () => B, same: Same<A, B>) => void {
  return () => undefined
}
export const d: OrderDecoder = new OrderDecoder()
export const e: OrderEncoder = new OrderEncoder()
export const bytes: Uint8Array = new Uint8Array(8)
export const buffer: DirectBuffer = new DirectBuffer(bytes)
export const slice: Slice = new Slice()
export const meta: MessageMeta = OrderMeta
export const templateId: 1 = OrderDecoder.TEMPLATE_ID
export const byteOrder: 'littleEndian' = OrderEncoder.BYTE_ORDER
export const members: CompositeMeta = PriceMeta
export const json: JsonValue = d.toJSON()
export const dispatcher: MessageDispatcher = new MessageDispatcher({ order: (order) => void order.n() })
export const unused: unknown = [FlatEncoder, Level, Marks, MarksDecoder, MarksEncoder, OrderDealsEncoder,
  OrderLegsDecoder, OrderLegsEncoder, PriceDecoder, PriceEncoder, Side, sideName]
`

/** Uses that must not compile. */
const WRONG = [
  `e.n('1')`, 'e.n(1n)', 'e.big(1)', 'e.text(1)', 'e.side(3)', 'e.side(Level.TOP)', 'e.level(1)', 'e.marks().on(1)',
  'e.manyRaw(1)', 'e.putNumbers(1, 2)', 'e.word()()', 'e.word(1)', 'e.putWides(1, 2)', 'e.nNull()', 'd.nIsNull()',
  'd.n(1)', 'd.laterMarks().on()', 'd.laterPrice().mantissa()', 'd.deals().at(0)', 'd.legs().legs()', 'd.blob()',
  'e.blob(bytes)', 'e.legsCount()', 'e.dealsCount(1).note(1)', 'OrderEncoder.computeLength()',
  'FlatEncoder.computeLength({})', 'OrderEncoder.computeLength({ legs: 1, deals: 1, comment: 3, blob: 4 })',
  'd.wrap(buffer)', 'd.wrap(bytes, 0, 0, 0)', 'new MessageDispatcher({ order: 1 })',
  'new MessageDispatcher({ unheardOf: () => undefined })', 'new OrderLegsDecoder()', 'OrderMeta.fields.n.id = 2',
  'Side.BUY = 2', 'e.setNothing(1)', 'sideName("BUY")',
]

function folderOf(consumer: string): string {
  const folder = scratchFolder('declarations')
  mkdirSync(join(folder, 'src', 'codecs'), { recursive: true })
  const ir = irOf({ name: 'order', schema: { text: SCHEMA } })
  for (const { path, text } of generateTypeScript(ir, { runtimeModule: RUNTIME })) {
    writeFileSync(join(folder, 'src', 'codecs', path), text)
  }
  writeFileSync(join(folder, 'src', 'consumer.ts'), consumer)
  return folder
}

test('every accessor has exactly the type that is documented, also where users are as strict as can be', async () => {
  const checks = TYPES.map(([expression, type]) => `same<${type}>()(() => ${expression}, true)`)
  await compileTypeScript(folderOf(`${PREAMBLE}${checks.join('\n')}\n`))
})

test('misuse does not compile', async () => {
  const lines = PREAMBLE.split('\n').length
  const uses = WRONG.map((use) => `void (() => ${use})`)
  const output = await compileTypeScript(folderOf(`${PREAMBLE}${uses.join('\n')}\n`)).then(() => '', String)
  const found = new Set([...output.matchAll(/consumer\.ts\((\d+),/g)].map((match) => Number(match[1]) - lines))
  assert.equal(WRONG.filter((_use, index) => !found.has(index)), [], 'these compile')
  assert.is(found.size, WRONG.length, output)
})

test.run()
