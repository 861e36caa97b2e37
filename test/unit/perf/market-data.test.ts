import { readFileSync } from 'node:fs'
import * as assert from 'uvu/assert'
import { DirectBuffer } from '../../../codegen/runtime/index.ts'
import { foldMessage, foldRecord } from '../../../perf/market-data/checksum.ts'
import { dataFile } from '../../../perf/market-data/data-file.ts'
import { MarketDataDecoder } from '../../../perf/market-data/decode.ts'
import { MarketDataEncoder, encodedLengthOf } from '../../../perf/market-data/encode.ts'
import { parseMarketData } from '../../../perf/market-data/parse.ts'
import type { MarketDataRecord } from '../../../perf/market-data/record.ts'
import {
  Aggressor,
  EntryType,
  InstrumentType,
  MatchEvent,
  Side,
  TradeConditions,
  TradeDecoder,
  TradingStatus,
  UpdateAction,
} from '../../../schemas/generated/marketdata/index.ts'
import { suite } from '../../support/suite.ts'

const test = suite('market data')

const records = parseMarketData(readFileSync(dataFile, 'utf8'))

function encoded(record: MarketDataRecord): DirectBuffer {
  const buffer = new DirectBuffer(new Uint8Array(encodedLengthOf(record)).fill(0xa5))
  assert.is(new MarketDataEncoder().encode(record, buffer, 0), buffer.byteLength)
  return buffer
}

test('a line of each kind is read as its columns say', () => {
  const lines = [
    'I,7,ABC,OPTION,EUR,0.05,-1.5,2027-03,0.5,,1:BUY:2 2:SELL:-1,text, with commas',
    'S,10,7,3,HALTED,BUY:1:18446744073709551614/5+2/6 SELL:2.000000001:',
    'Q,11,7,4,1.25,9,,,OPEN,lastQuote+endOfEvent',
    'B,12,,7:5:REMOVE:BID:2:-0.000000001::',
    'T,13,1,7,6,3,2,NONE,lastTrade,openingAuction+corrected,,8,XGDW',
  ]
  assert.equal(parseMarketData(`# comment\n${lines.join('\n')}\n`), [
    {
      kind: 'instrument', instrumentId: 7, symbol: 'ABC', instrumentType: InstrumentType.OPTION, currency: 'EUR',
      tickSize: 50_000_000, strikePrice: -1_500_000_000, year: 2027, month: 3, day: null, contractSize: 0.5,
      settlementRate: null,
      legs: [
        { instrumentId: 1, side: Side.BUY, ratio: 2 },
        { instrumentId: 2, side: Side.SELL, ratio: -1 },
      ],
      description: 'text, with commas',
    },
    {
      kind: 'snapshot', transactTime: 10n, instrumentId: 7, sequence: 3, tradingStatus: TradingStatus.HALTED,
      levels: [
        {
          side: Side.BUY, price: 1_000_000_000,
          orders: [
            { orderId: 18446744073709551614n, quantity: 5 },
            { orderId: 2n, quantity: 6 },
          ],
        },
        { side: Side.SELL, price: 2_000_000_001, orders: [] },
      ],
    },
    {
      kind: 'quote', transactTime: 11n, instrumentId: 7, sequence: 4, bidPrice: 1_250_000_000, bidQuantity: 9,
      offerPrice: null, offerQuantity: null, tradingStatus: TradingStatus.OPEN,
      matchEvent: (1 << MatchEvent.lastQuote) | (1 << MatchEvent.endOfEvent),
    },
    {
      kind: 'book', transactTime: 12n, matchEvent: 0,
      entries: [
        {
          instrumentId: 7, sequence: 5, action: UpdateAction.REMOVE, entryType: EntryType.BID, level: 2, price: -1,
          quantity: null, orderCount: null,
        },
      ],
    },
    {
      kind: 'trade', transactTime: 13n, tradeId: 1n, instrumentId: 7, sequence: 6, price: 3_000_000_000, quantity: 2,
      aggressor: Aggressor.NONE, matchEvent: 1 << MatchEvent.lastTrade,
      conditions: (1n << BigInt(TradeConditions.openingAuction)) | (1n << BigInt(TradeConditions.corrected)),
      buyOrderId: null, sellOrderId: 8n, marketId: 'XGDW',
    },
  ])
})

test('a line that cannot be read is named with the reason', () => {
  const cases: readonly (readonly [string, RegExp])[] = [
    ['X,1', /line 2: unknown kind of line "X"/],
    ['Q,11,7,4,1.25,9,,,OPEN', /line 2: column 10 is missing/],
    ['Q,11,7,4,1.25,9,,,OPEN,,', /line 2: 1 more columns than expected/],
    ['Q,11,7,4,1.25,9,,,AJAR,', /line 2: "AJAR" is none of HALTED/],
    ['Q,11,7,4,1.25,9,,,OPEN,toString', /line 2: "toString" is none of lastTrade/],
    ['Q,11,7,4.5,1.25,9,,,OPEN,', /line 2: "4.5" is no integer/],
    ['Q,1e3,7,4,1.25,9,,,OPEN,', /line 2: "1e3" is no integer/],
    ['Q,11,7,4,1.0000000001,9,,,OPEN,', /line 2: "1.0000000001" is no decimal/],
    ['Q,11,7,4,9007199.254740993,9,,,OPEN,', /line 2: 9007199.254740993 is too large/],
  ]
  for (const [line, message] of cases) assert.throws(() => parseMarketData(`# heading\n${line}\n`), message, line)
})

test('every message of the data file comes back as it was', () => {
  const decoder = new MarketDataDecoder()
  for (const record of records) assert.equal(decoder.record(encoded(record), 0), record)
})

test('the data file has what codecs get wrong', () => {
  const kinds = new Set(records.map((record) => record.kind))
  assert.equal([...kinds].sort(), ['book', 'instrument', 'quote', 'snapshot', 'trade'])
  const has = (what: string, test: (record: MarketDataRecord) => boolean): void =>
    assert.is(records.some(test), true, `no record with ${what}`)
  has('a null price', (record) => record.kind === 'quote' && record.bidPrice === null)
  has('a negative price', (record) => record.kind === 'quote' && (record.bidPrice ?? 0) < 0)
  has('an empty group', (record) => record.kind === 'book' && record.entries.length === 0)
  has('an empty nested group', (record) => record.kind === 'snapshot' && record.levels.some((l) => !l.orders.length))
  has('an empty text', (record) => record.kind === 'instrument' && record.description === '')
  has('text outside ASCII', (record) => record.kind === 'instrument' && /[^\0-\x7f]/.test(record.description))
  has('a full symbol', (record) => record.kind === 'instrument' && record.symbol.length === 16)
  has('an order above 2^63', (record) => record.kind === 'trade' && (record.buyOrderId ?? 0n) > 2n ** 63n)
  has('the highest bit of a set', (record) => record.kind === 'trade' && record.conditions >> 63n === 1n)
  has('the largest quantity', (record) => record.kind === 'trade' && record.quantity === 0xffff_fffe)
})

test('the checksum of a message is that of its record, and every byte in use counts', () => {
  const decoder = new MarketDataDecoder()
  for (const kind of ['instrument', 'snapshot', 'quote', 'book', 'trade']) {
    const found = records.find((candidate) => candidate.kind === kind)
    if (found === undefined) throw new Error(`no ${kind}`)
    const record = filled(found)
    const buffer = encoded(record)
    const expected = foldRecord(0, record)
    assert.is(foldMessage(0, decoder.message(buffer, 0)), expected, record.kind)
    const unnoticed: number[] = []
    for (let index = 8; index < buffer.byteLength; index++) {
      buffer.bytes[index] = (buffer.bytes[index] ?? 0) ^ 1
      if (!changes(() => foldMessage(0, decoder.message(buffer, 0)), expected)) unnoticed.push(index)
      buffer.bytes[index] = (buffer.bytes[index] ?? 0) ^ 1
    }
    assert.is(unnoticed.length, paddingLength(record), `${record.kind}: bytes ${unnoticed.join(' ')}`)
  }
})

/** The record without padding in a symbol and without empty groups, whose block length means nothing. */
function filled(record: MarketDataRecord): MarketDataRecord {
  if (record.kind === 'snapshot') return { ...record, levels: record.levels.filter((level) => level.orders.length > 0) }
  if (record.kind !== 'instrument') return record
  return { ...record, symbol: 'SIXTEEN-LETTERS!', legs: [{ instrumentId: 1, side: Side.BUY, ratio: 1 }] }
}

/** Bytes at the end of blocks that no field uses. */
function paddingLength(record: MarketDataRecord): number {
  if (record.kind === 'quote') return 6
  return record.kind === 'book' ? 7 + 7 * record.entries.length : 0
}

function changes(read: () => number, expected: number): boolean {
  try {
    return read() !== expected
  } catch {
    return true
  }
}

test('a trade of version 0 has neither orders nor a market', () => {
  const record = records.find((candidate) => candidate.kind === 'trade')
  if (record === undefined) throw new Error('no trade')
  const buffer = encoded(record)
  const decoder = new TradeDecoder()
  decoder.wrap(buffer, 8, 46, 0, 46)
  assert.is(decoder.buyOrderIdOrNull(), null)
  assert.is(decoder.sellOrderIdOrNull(), null)
  assert.is(decoder.marketId(), '')
  assert.is(decoder.tradeId(), record.tradeId)
  assert.is(decoder.conditionsRaw(), record.conditions)
  assert.is(decoder.encodedLength(), 46)
})

test('a template that is none of the market data is refused', () => {
  const buffer = new DirectBuffer(new Uint8Array(64))
  buffer.view.setUint16(2, 77, true)
  assert.throws(() => new MarketDataDecoder().message(buffer, 0), /template id 77, at offset 0/)
})

test.run()
