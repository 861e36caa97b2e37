/**
 * A checksum over every field of a message, taken once from the record and, in the loop that is measured, from the
 * decoder: reading all fields is the work, and the sum proves that it was done and was right.
 *
 * Values go in as 32-bit words, so that no bigint is made; null is a word of its own.
 */
import {
  BookSnapshotDecoder,
  BookUpdateDecoder,
  InstrumentDefinitionDecoder,
  QuoteUpdateDecoder,
  TradeDecoder,
} from '../../schemas/generated/marketdata/index.ts'
import type { MarketDataMessage } from './decode.ts'
import type { InstrumentRecord, MarketDataRecord } from './record.ts'

const PRIME = 0x01000193
const NULL_WORD = 0x6e756c6c
const TWO_TO_32 = 0x1_0000_0000
const FLOAT = new DataView(new ArrayBuffer(8))

function fold(sum: number, word: number): number {
  return Math.imul(sum ^ word, PRIME)
}

function foldWords(sum: number, hi: number, lo: number): number {
  return Math.imul(Math.imul(sum ^ hi, PRIME) ^ lo, PRIME)
}

function foldText(sum: number, text: string): number {
  for (let i = 0; i < text.length; i++) sum = fold(sum, text.charCodeAt(i))
  return fold(sum, text.length)
}

function foldFloat(sum: number, value: number): number {
  FLOAT.setFloat64(0, value)
  return foldWords(sum, FLOAT.getInt32(0), FLOAT.getInt32(4))
}

function foldPrice(sum: number, price: number | null): number {
  return price === null ? fold(sum, NULL_WORD) : foldWords(sum, Math.floor(price / TWO_TO_32), price >>> 0)
}

function foldOptional(sum: number, value: number | null): number {
  return fold(sum, value ?? NULL_WORD)
}

function foldWide(sum: number, value: bigint): number {
  return foldWords(sum, Number(BigInt.asIntN(32, value >> 32n)), Number(BigInt.asIntN(32, value)))
}

/** Adds all fields of a record to a checksum. */
export function foldRecord(sum: number, record: MarketDataRecord): number {
  if (record.kind === 'instrument') return foldInstrument(sum, record)
  sum = foldWide(sum, record.transactTime)
  switch (record.kind) {
    case 'quote':
      sum = fold(fold(fold(sum, record.instrumentId), record.sequence), record.tradingStatus)
      sum = foldPrice(foldPrice(sum, record.bidPrice), record.offerPrice)
      sum = foldOptional(foldOptional(sum, record.bidQuantity), record.offerQuantity)
      return fold(sum, record.matchEvent)
    case 'book':
      sum = fold(fold(sum, record.matchEvent), record.entries.length)
      for (const entry of record.entries) {
        sum = foldOptional(foldOptional(foldPrice(sum, entry.price), entry.quantity), entry.orderCount)
        sum = fold(fold(fold(sum, entry.instrumentId), entry.sequence), entry.level)
        sum = fold(fold(sum, entry.action), entry.entryType)
      }
      return sum
    case 'trade':
      sum = foldPrice(foldWide(sum, record.tradeId), record.price)
      sum = fold(fold(fold(sum, record.instrumentId), record.sequence), record.quantity)
      sum = foldWide(fold(fold(sum, record.aggressor), record.matchEvent), record.conditions)
      sum = record.buyOrderId === null ? fold(sum, NULL_WORD) : foldWide(sum, record.buyOrderId)
      sum = record.sellOrderId === null ? fold(sum, NULL_WORD) : foldWide(sum, record.sellOrderId)
      return foldText(sum, record.marketId)
    case 'snapshot':
      sum = fold(fold(fold(sum, record.instrumentId), record.sequence), record.tradingStatus)
      sum = fold(sum, record.levels.length)
      for (const level of record.levels) {
        sum = fold(fold(foldPrice(sum, level.price), level.side), level.orders.length)
        for (const order of level.orders) sum = fold(foldWide(sum, order.orderId), order.quantity)
      }
      return sum
  }
}

function foldInstrument(sum: number, record: InstrumentRecord): number {
  sum = foldText(foldText(fold(sum, record.instrumentId), record.symbol), record.currency)
  sum = foldPrice(foldPrice(fold(sum, record.instrumentType), record.tickSize), record.strikePrice)
  sum = foldOptional(foldOptional(foldOptional(sum, record.year), record.month), record.day)
  sum = foldFloat(sum, record.contractSize)
  sum = record.settlementRate === null ? fold(sum, NULL_WORD) : foldFloat(sum, record.settlementRate)
  sum = fold(sum, record.legs.length)
  for (const leg of record.legs) sum = fold(fold(fold(sum, leg.instrumentId), leg.side), leg.ratio)
  return foldText(sum, record.description)
}

/** Reads all fields of a message and adds them to a checksum, in the order of `foldRecord`. */
export function foldMessage(sum: number, message: MarketDataMessage): number {
  if (message instanceof QuoteUpdateDecoder) return foldQuoteMessage(sum, message)
  if (message instanceof BookUpdateDecoder) return foldBookMessage(sum, message)
  if (message instanceof TradeDecoder) return foldTradeMessage(sum, message)
  if (message instanceof BookSnapshotDecoder) return foldSnapshotMessage(sum, message)
  return foldInstrumentMessage(sum, message)
}

function foldQuoteMessage(sum: number, m: QuoteUpdateDecoder): number {
  sum = foldWords(sum, m.transactTimeHi(), m.transactTimeLo())
  sum = fold(fold(fold(sum, m.instrumentId()), m.sequence()), m.tradingStatus())
  sum = foldPrice(sum, m.bidPriceMantissaIsNull() ? null : m.bidPriceMantissaAsNumber())
  sum = foldPrice(sum, m.offerPriceMantissaIsNull() ? null : m.offerPriceMantissaAsNumber())
  sum = foldOptional(foldOptional(sum, m.bidQuantityOrNull()), m.offerQuantityOrNull())
  return fold(sum, m.matchEventRaw())
}

function foldBookMessage(sum: number, m: BookUpdateDecoder): number {
  sum = fold(foldWords(sum, m.transactTimeHi(), m.transactTimeLo()), m.matchEventRaw())
  const entries = m.entries()
  sum = fold(sum, entries.count())
  while (entries.hasNext()) {
    entries.next()
    sum = foldPrice(sum, entries.priceMantissaIsNull() ? null : entries.priceMantissaAsNumber())
    sum = foldOptional(foldOptional(sum, entries.quantityOrNull()), entries.orderCountOrNull())
    sum = fold(fold(fold(sum, entries.instrumentId()), entries.sequence()), entries.level())
    sum = fold(fold(sum, entries.action()), entries.entryType())
  }
  return sum
}

function foldTradeMessage(sum: number, m: TradeDecoder): number {
  sum = foldWords(sum, m.transactTimeHi(), m.transactTimeLo())
  sum = foldPrice(foldWords(sum, m.tradeIdHi(), m.tradeIdLo()), m.priceMantissaAsNumber())
  sum = fold(fold(fold(sum, m.instrumentId()), m.sequence()), m.quantity())
  sum = fold(fold(sum, m.aggressor()), m.matchEventRaw())
  sum = foldWords(sum, m.conditionsRawHi(), m.conditionsRawLo())
  sum = m.buyOrderIdIsNull() ? fold(sum, NULL_WORD) : foldWords(sum, m.buyOrderIdHi(), m.buyOrderIdLo())
  sum = m.sellOrderIdIsNull() ? fold(sum, NULL_WORD) : foldWords(sum, m.sellOrderIdHi(), m.sellOrderIdLo())
  return foldText(sum, m.marketId())
}

function foldSnapshotMessage(sum: number, m: BookSnapshotDecoder): number {
  sum = foldWords(sum, m.transactTimeHi(), m.transactTimeLo())
  sum = fold(fold(fold(sum, m.instrumentId()), m.sequence()), m.tradingStatus())
  const levels = m.levels()
  sum = fold(sum, levels.count())
  while (levels.hasNext()) {
    levels.next()
    sum = fold(foldPrice(sum, levels.priceMantissaAsNumber()), levels.side())
    const orders = levels.orders()
    sum = fold(sum, orders.count())
    while (orders.hasNext()) {
      orders.next()
      sum = fold(foldWords(sum, orders.orderIdHi(), orders.orderIdLo()), orders.quantity())
    }
  }
  return sum
}

function foldInstrumentMessage(sum: number, m: InstrumentDefinitionDecoder): number {
  sum = foldText(foldText(fold(sum, m.instrumentId()), m.symbol()), m.currency())
  sum = foldPrice(fold(sum, m.instrumentType()), m.tickSizeMantissaAsNumber())
  sum = foldPrice(sum, m.strikePriceMantissaIsNull() ? null : m.strikePriceMantissaAsNumber())
  sum = foldOptional(foldOptional(sum, m.maturityYearOrNull()), m.maturityMonthOrNull())
  sum = foldFloat(foldOptional(sum, m.maturityDayOrNull()), m.contractSize())
  sum = m.settlementRateIsNull() ? fold(sum, NULL_WORD) : foldFloat(sum, m.settlementRate())
  const legs = m.legs()
  sum = fold(sum, legs.count())
  while (legs.hasNext()) {
    legs.next()
    sum = fold(fold(fold(sum, legs.legInstrumentId()), legs.legSide()), legs.legRatio())
  }
  return foldText(sum, m.description())
}
