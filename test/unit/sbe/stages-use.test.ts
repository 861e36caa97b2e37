import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as assert from 'uvu/assert'
import { DirectBuffer } from '../../../codegen/runtime/index.ts'
import type { GenerateOptions } from '../../../codegen/index.ts'
import { buildCodecs } from '../../support/codecs.ts'
import { call } from '../../support/json-encoder.ts'
import type { CodecModule } from '../../support/json-encoder.ts'
import { repositoryRoot } from '../../support/root.ts'
import { suite } from '../../support/suite.ts'
import { encoderOf, fails, loadModules } from './codec-harness.ts'
import { schemaText } from './schema-parts.ts'
import { compileProgram } from './stage-program.ts'

const test = suite('use of stages')

const CLIENT = fileURLToPath(new URL('../../../client/index.js', import.meta.url))

const NOTES = schemaText({ messages: `<message name="Notes" id="1"><field name="n" id="1" type="uint16"/>
  <group name="pages" id="2"><field name="number" id="1" type="uint16"/><data name="text" id="2" type="varString"/>
  </group>
  <data name="title" id="3" type="varString"/><data name="blob" id="4" type="varBytes"/></message>` })

const marketData = { name: 'marketdata', schema: join(repositoryRoot, 'schemas', 'market-data.xml') }
const index = (await buildCodecs([{ ...marketData, generate: { staged: true } }])).get('marketdata') ?? ''

const PREAMBLE = `import {
  BookSnapshotEncoder, BookUpdateEncoder, InstrumentDefinitionEncoder, MessageHeaderEncoder, QuoteUpdateEncoder, Side,
} from '${index}'
import type {
  BookSnapshotAtLevels, BookSnapshotComplete, BookSnapshotFields, BookSnapshotLevelsEntries,
  BookSnapshotLevelsOrdersEntries, BookSnapshotLevelsOrdersEntry, BookUpdateComplete,
  InstrumentDefinitionAtDescription, InstrumentDefinitionComplete, QuoteUpdateComplete,
} from '${index}'
import { TypedPublication } from '${CLIENT}'
import type { ExclusivePublication } from '${CLIENT}'
export const book: BookSnapshotEncoder = new BookSnapshotEncoder()
export const instrument: InstrumentDefinitionEncoder = new InstrumentDefinitionEncoder()
export const quote: QuoteUpdateEncoder = new QuoteUpdateEncoder()
export const bytes: Uint8Array = new Uint8Array(8)
declare const publication: ExclusivePublication
export const updates: TypedPublication<MessageHeaderEncoder, BookUpdateEncoder, [{ entries: number }]> =
  new TypedPublication(publication, BookUpdateEncoder, MessageHeaderEncoder)
declare function send(book: BookSnapshotComplete): void
declare function sendAny(message: BookSnapshotComplete | InstrumentDefinitionComplete): void
export function fill<S extends BookSnapshotFields>(stage: S): S {
  return stage.instrumentId(1).sequence(2)
}
export function addOrder(orders: BookSnapshotLevelsOrdersEntries): BookSnapshotLevelsOrdersEntry {
  return orders.next().quantity(1)
}
`

/** Uses that must compile. */
const RIGHT = [
  'send(book.staged().levelsCount(0).end())',
  'send(book.staged().instrumentId(1).levelsCount(0).end().instrumentId(2).transactTime(1n))',
  'send(fill(fill(book.staged()).levelsCount(0).end()))',
  `let levels = book.staged().levelsCount(3)
   for (let i = 0; i < 3; i++) levels = levels.next().side(Side.BUY).ordersCount(0).end()
   send(levels.end())`,
  `let levels = book.staged().levelsCount(1)
   let orders = levels.next().ordersCount(2)
   for (let i = 0; i < 2; i++) orders = orders.next().quantity(i)
   levels = orders.end()`,
  `const orders = book.staged().levelsCount(1).next().ordersCount(1)
   orders.next().orderId(1n).quantity(2)
   send(orders.end().end())`,
  `const levels = book.staged().levelsCount(9)
   const count: number = levels.resetCountToIndex()
   send(levels.end().sequence(count))`,
  `const level = book.staged().levelsCount(1).next()
   level.price().mantissa(1n)
   addOrder(level.priceMantissa(1n).side(Side.BUY).ordersCount(1)).quantity(2).end()`,
  'sendAny(instrument.staged().symbol("").legsCount(0).end().description(""))',
  'sendAny(instrument.staged().legsCount(1).next().legRatio(1).end().putDescription(bytes, 1, 2))',
  `const complete = instrument.staged().legsCount(0).end().roomForDescription(3)
   bytes.copyWithin(complete.limit() - 3, 0, 3)`,
  'const complete: QuoteUpdateComplete = quote.staged().instrumentId(1); bytes.fill(complete.encodedLength())',
  `updates.offer((update): BookUpdateComplete => {
     return update.staged().entriesCount(1).next().level(1).end()
   }, { entries: 1 })`,
]

const NO_MEMBER = ['TS2339']
/** The codes tell values from arguments, and types that lack members from those that differ. */
const NOT_ASSIGNABLE = ['TS2322', 'TS2345', 'TS2739', 'TS2740', 'TS2741']

/** Uses that must not compile: what the compiler says, and the type that it names. */
const WRONG: readonly (readonly [use: string, codes: readonly string[], type: string])[] = [
  ['book.staged().levelsCount(1).next().side(Side.BUY).next()', NO_MEMBER, 'BookSnapshotLevelsAtOrders'],
  ['book.staged().levelsCount(1).next().end()', NO_MEMBER, 'BookSnapshotLevelsAtOrders'],
  ['book.staged().levelsCount(1).side(Side.BUY)', NO_MEMBER, 'BookSnapshotLevelsEntries'],
  ['book.staged().levelsCount(1).next().ordersCount(0).side(Side.BUY)', NO_MEMBER, 'BookSnapshotLevelsOrdersEntries'],
  ['book.staged().levelsCount(1).next().ordersCount(0).end().ordersCount(0)', NO_MEMBER, 'BookSnapshotLevelsEntries'],
  ['book.staged().levelsCount(0).encodedLength()', NO_MEMBER, 'BookSnapshotLevelsEntries'],
  ['book.staged().encodedLength()', NO_MEMBER, 'BookSnapshotAtLevels'],
  ['instrument.staged().description("")', NO_MEMBER, 'InstrumentDefinitionAtLegs'],
  ['instrument.staged().legsCount(0).end().description("").description("")', NO_MEMBER, 'InstrumentDefinitionComplete'],
  ['instrument.staged().legsCount(0).end().legsCount(0)', NO_MEMBER, 'InstrumentDefinitionAtDescription'],
  ['instrument.staged().legsCount(0).end().reserveDescription(1)', NO_MEMBER, 'InstrumentDefinitionAtDescription'],
  [
    'let levels = book.staged().levelsCount(2); levels = levels.next().side(Side.BUY); levels.end()',
    NOT_ASSIGNABLE, 'BookSnapshotLevelsAtOrders',
  ],
  [
    'let levels = book.staged().levelsCount(2); levels = levels.next().ordersCount(1).next(); levels.end()',
    NOT_ASSIGNABLE, 'BookSnapshotLevelsOrdersEntry',
  ],
  ['send(book)', NOT_ASSIGNABLE, 'BookSnapshotEncoder'],
  ['send(book.staged())', NOT_ASSIGNABLE, 'BookSnapshotAtLevels'],
  ['send(book.staged().levelsCount(1))', NOT_ASSIGNABLE, 'BookSnapshotLevelsEntries'],
  ['send(book.staged().levelsCount(1).next())', NOT_ASSIGNABLE, 'BookSnapshotLevelsAtOrders'],
  ['send(instrument.staged().legsCount(0).end().description(""))', NOT_ASSIGNABLE, 'InstrumentDefinitionComplete'],
  ['sendAny(quote.staged())', NOT_ASSIGNABLE, 'QuoteUpdateComplete'],
  ['const stage: BookSnapshotAtLevels = book; stage.offset()', NOT_ASSIGNABLE, 'BookSnapshotEncoder'],
  [
    'const stage: BookSnapshotLevelsEntries = book.levelsCount(1); stage.end()',
    NOT_ASSIGNABLE, 'BookSnapshotLevelsEncoder',
  ],
  [
    'const stage: InstrumentDefinitionComplete = instrument.staged().legsCount(0).end(); stage.offset()',
    NOT_ASSIGNABLE, 'InstrumentDefinitionAtDescription',
  ],
  [
    'const stage: InstrumentDefinitionAtDescription = instrument.staged().legsCount(0).end().description("")\n' +
      'stage.offset()',
    NOT_ASSIGNABLE, 'InstrumentDefinitionComplete',
  ],
  ['const stage: QuoteUpdateComplete = quote; stage.offset()', NOT_ASSIGNABLE, 'QuoteUpdateEncoder'],
  [
    'updates.offer((update): BookUpdateComplete => update.staged().entriesCount(1).next(), { entries: 1 })',
    NOT_ASSIGNABLE, 'BookUpdateEntriesEntry',
  ],
]

test('what follows the order compiles, and what does not is refused where it leaves it', async () => {
  const uses = [...RIGHT, ...WRONG.map(([use]) => use)]
  let program = PREAMBLE
  const lines = uses.map((use) => {
    program += 'void (() => {\n'
    const from = program.split('\n').length
    program += `${use}\n})\n`
    return { from, to: program.split('\n').length - 1 }
  })
  const { errors: found } = await compileProgram(program)
  const errors = lines.map(({ from, to }) => found.filter(({ line }) => line >= from && line < to))
  assert.is(found.length, errors.flat().length, found[0]?.text)
  RIGHT.forEach((use, i) => assert.equal(errors[i], [], use))
  WRONG.forEach(([use, codes, type], i) => {
    const [error, ...more] = errors[RIGHT.length + i] ?? []
    assert.ok(codes.includes(error?.code ?? ''), `${use}: ${error?.code} ${error?.text}`)
    assert.match(error?.text ?? '', `'${type}'`, use)
    assert.equal(more, [], use)
  })
})

const newBuffer = (): DirectBuffer => new DirectBuffer(new Uint8Array(128))

function calls(target: unknown, ...steps: readonly (readonly [method: string, ...args: unknown[]])[]): unknown {
  return steps.reduce<unknown>((on, [method, ...args]) => call(on, method, ...args), target)
}

async function notes(generate: GenerateOptions): Promise<CodecModule> {
  return (await loadModules({ notes: NOTES }, generate)).notes
}

for (const generate of [{ staged: true }, { staged: true, precedenceChecks: true }]) {
  const kind = generate.precedenceChecks === true ? 'checked ' : ''
  test(`a group of a ${kind}encoder cannot be left before its last entry`, async () => {
    const pages = calls(encoderOf(await notes(generate), 'Notes', newBuffer()), ['staged'], ['pagesCount', 2])
    const none = fails('ERR_GODWIT_SBE_MISSING_ENTRIES', () => call(pages, 'end'))
    assert.match(none, /^Notes\.pages: only 0 of 2 entries/)
    calls(pages, ['next'], ['text', 'one'])
    const one = fails('ERR_GODWIT_SBE_MISSING_ENTRIES', () => call(pages, 'end'))
    assert.match(one, 'only 1 of 2 entries have been taken; take the others, or call resetCountToIndex() first')
    assert.is(call(pages, 'resetCountToIndex'), 1)
    call(pages, 'end')
  })

  test(`room for data in a ${kind}encoder ends at the cursor`, async () => {
    const [left, written] = [newBuffer(), newBuffer()]
    const module = await notes(generate)
    const encoder = encoderOf(module, 'Notes', left)
    const fill = (text: string): void => {
      left.bytes.set(Buffer.from(text), (call(encoder, 'limit') as number) - text.length)
    }
    const start = calls(encoder, ['staged'], ['n', 1], ['pagesCount', 1], ['next'], ['number', 2])
    const between = call(start, 'roomForText', 3)
    fill('abc')
    const title = calls(between, ['end'], ['roomForTitle', 2])
    fill('de')
    const complete = call(title, 'roomForBlob', 1)
    fill('f')
    call(complete, 'checkEncodingIsComplete')
    const pages = calls(encoderOf(module, 'Notes', written), ['staged'], ['n', 1], ['pagesCount', 1])
    calls(pages, ['next'], ['number', 2], ['text', 'abc'], ['end'], ['title', 'de'], ['putBlob', Buffer.from('f')])
    assert.equal(left.bytes, written.bytes)
  })
}

test('checked encoders find the stages that types cannot tell are over', async () => {
  const module = await notes({ staged: true, precedenceChecks: true })
  const first = call(encoderOf(module, 'Notes', newBuffer()), 'staged')
  const pages = call(first, 'pagesCount', 1)
  const page = call(pages, 'next')
  // The stage between entries is still at hand, and its only entry has been taken.
  assert.match(fails('ERR_GODWIT_SBE_ORDER', () => call(pages, 'end')), 'cannot access "pages.end()" in this order')
  const title = calls(page, ['text', 'a'], ['end'])
  fails('ERR_GODWIT_SBE_ORDER', () => call(page, 'number', 1))
  const blob = call(title, 'title', 'b')
  fails('ERR_GODWIT_SBE_ORDER', () => call(first, 'pagesCount', 1))
  fails('ERR_GODWIT_SBE_ORDER', () => call(title, 'title', 'b'))
  call(call(blob, 'putBlob', new Uint8Array(1)), 'checkEncodingIsComplete')
})

test.run()
