import type { DirectBuffer } from '../../codegen/runtime/index.ts'
import {
  BookSnapshotEncoder,
  BookUpdateEncoder,
  InstrumentDefinitionEncoder,
  MessageHeaderEncoder,
  QuoteUpdateEncoder,
  TradeEncoder,
} from '../../schemas/generated/marketdata/index.ts'
import type {
  BookRecord,
  InstrumentRecord,
  MarketDataRecord,
  QuoteRecord,
  SnapshotRecord,
  TradeRecord,
} from './record.ts'

const TEXT_ENCODER = new TextEncoder()

/** Bytes that a record takes in a stream: the header and the message. */
export function encodedLengthOf(record: MarketDataRecord): number {
  return MessageHeaderEncoder.ENCODED_LENGTH + messageLengthOf(record)
}

function messageLengthOf(record: MarketDataRecord): number {
  switch (record.kind) {
    case 'quote':
      return QuoteUpdateEncoder.computeLength()
    case 'book':
      return BookUpdateEncoder.computeLength({ entries: record.entries.length })
    case 'trade':
      return TradeEncoder.computeLength()
    case 'instrument': {
      const description = TEXT_ENCODER.encode(record.description).length
      return InstrumentDefinitionEncoder.computeLength({ legs: record.legs.length, description })
    }
    case 'snapshot': {
      const levels = record.levels.map((level) => ({ orders: level.orders.length }))
      return BookSnapshotEncoder.computeLength({ levels })
    }
  }
}

/** Encodes records, each as a message header and a message. Reuses its flyweights. */
export class MarketDataEncoder {
  private readonly header = new MessageHeaderEncoder()
  private readonly instrument = new InstrumentDefinitionEncoder()
  private readonly snapshot = new BookSnapshotEncoder()
  private readonly quote = new QuoteUpdateEncoder()
  private readonly book = new BookUpdateEncoder()
  private readonly trade = new TradeEncoder()

  /** Writes the message at the offset; returns its length with the header. */
  encode(record: MarketDataRecord, buffer: DirectBuffer, offset: number): number {
    return MessageHeaderEncoder.ENCODED_LENGTH + this.encodeMessage(record, buffer, offset)
  }

  private encodeMessage(record: MarketDataRecord, buffer: DirectBuffer, offset: number): number {
    switch (record.kind) {
      case 'quote':
        return this.encodeQuote(record, buffer, offset)
      case 'book':
        return this.encodeBook(record, buffer, offset)
      case 'trade':
        return this.encodeTrade(record, buffer, offset)
      case 'instrument':
        return this.encodeInstrument(record, buffer, offset)
      case 'snapshot':
        return this.encodeSnapshot(record, buffer, offset)
    }
  }

  private encodeQuote(record: QuoteRecord, buffer: DirectBuffer, offset: number): number {
    const message = this.quote.wrapAndApplyHeader(buffer, offset, this.header)
    message.transactTime(record.transactTime).instrumentId(record.instrumentId).sequence(record.sequence)
    if (record.bidPrice === null) message.bidPriceMantissaNull()
    else message.bidPriceMantissaAsNumber(record.bidPrice)
    if (record.offerPrice === null) message.offerPriceMantissaNull()
    else message.offerPriceMantissaAsNumber(record.offerPrice)
    if (record.bidQuantity === null) message.bidQuantityNull()
    else message.bidQuantity(record.bidQuantity)
    if (record.offerQuantity === null) message.offerQuantityNull()
    else message.offerQuantity(record.offerQuantity)
    message.tradingStatus(record.tradingStatus)
    message.matchEventRaw(record.matchEvent)
    return message.encodedLength()
  }

  private encodeBook(record: BookRecord, buffer: DirectBuffer, offset: number): number {
    const message = this.book.wrapAndApplyHeader(buffer, offset, this.header)
    message.transactTime(record.transactTime).matchEventRaw(record.matchEvent)
    const entries = message.entriesCount(record.entries.length)
    for (const entry of record.entries) {
      entries.next()
      if (entry.price === null) entries.priceMantissaNull()
      else entries.priceMantissaAsNumber(entry.price)
      if (entry.quantity === null) entries.quantityNull()
      else entries.quantity(entry.quantity)
      if (entry.orderCount === null) entries.orderCountNull()
      else entries.orderCount(entry.orderCount)
      entries.instrumentId(entry.instrumentId).sequence(entry.sequence).level(entry.level)
      entries.action(entry.action).entryType(entry.entryType)
    }
    return message.encodedLength()
  }

  private encodeTrade(record: TradeRecord, buffer: DirectBuffer, offset: number): number {
    const message = this.trade.wrapAndApplyHeader(buffer, offset, this.header)
    message.transactTime(record.transactTime).tradeId(record.tradeId).instrumentId(record.instrumentId)
    message.sequence(record.sequence).priceMantissaAsNumber(record.price).quantity(record.quantity)
    message.aggressor(record.aggressor)
    message.matchEventRaw(record.matchEvent)
    message.conditionsRaw(record.conditions)
    if (record.buyOrderId === null) message.buyOrderIdNull()
    else message.buyOrderId(record.buyOrderId)
    if (record.sellOrderId === null) message.sellOrderIdNull()
    else message.sellOrderId(record.sellOrderId)
    message.marketId(record.marketId)
    return message.encodedLength()
  }

  private encodeInstrument(record: InstrumentRecord, buffer: DirectBuffer, offset: number): number {
    const message = this.instrument.wrapAndApplyHeader(buffer, offset, this.header)
    message.nullifyOptionalFields()
    message.instrumentId(record.instrumentId).symbol(record.symbol).currency(record.currency)
    message.instrumentType(record.instrumentType).tickSizeMantissaAsNumber(record.tickSize)
    message.contractSize(record.contractSize)
    if (record.strikePrice === null) message.strikePriceMantissaNull()
    else message.strikePriceMantissaAsNumber(record.strikePrice)
    if (record.settlementRate === null) message.settlementRateNull()
    else message.settlementRate(record.settlementRate)
    const maturity = message.maturity().yearNull().monthNull().dayNull()
    if (record.year !== null) maturity.year(record.year)
    if (record.month !== null) maturity.month(record.month)
    if (record.day !== null) maturity.day(record.day)
    const legs = message.legsCount(record.legs.length)
    for (const leg of record.legs) {
      legs.next().legInstrumentId(leg.instrumentId).legSide(leg.side).legRatio(leg.ratio)
    }
    message.description(record.description)
    return message.encodedLength()
  }

  private encodeSnapshot(record: SnapshotRecord, buffer: DirectBuffer, offset: number): number {
    const message = this.snapshot.wrapAndApplyHeader(buffer, offset, this.header)
    message.transactTime(record.transactTime).instrumentId(record.instrumentId).sequence(record.sequence)
    message.tradingStatus(record.tradingStatus)
    const levels = message.levelsCount(record.levels.length)
    for (const level of record.levels) {
      levels.next().priceMantissaAsNumber(level.price).side(level.side)
      const orders = levels.ordersCount(level.orders.length)
      for (const order of level.orders) orders.next().orderId(order.orderId).quantity(order.quantity)
    }
    return message.encodedLength()
  }
}
