import type { DirectBuffer } from '../../codegen/runtime/index.ts'
import {
  BookSnapshotDecoder,
  BookUpdateDecoder,
  InstrumentDefinitionDecoder,
  MessageHeaderDecoder,
  QuoteUpdateDecoder,
  TradeDecoder,
} from '../../schemas/generated/marketdata/index.ts'
import type {
  BookEntry,
  BookRecord,
  InstrumentRecord,
  Leg,
  Level,
  MarketDataRecord,
  Order,
  QuoteRecord,
  SnapshotRecord,
  TradeRecord,
} from './record.ts'

export type MarketDataMessage =
  | BookSnapshotDecoder
  | BookUpdateDecoder
  | InstrumentDefinitionDecoder
  | QuoteUpdateDecoder
  | TradeDecoder

/** Decodes a stream of messages that lie one behind the other, each behind its header. Reuses its flyweights. */
export class MarketDataDecoder {
  private readonly header = new MessageHeaderDecoder()
  private readonly instrument = new InstrumentDefinitionDecoder()
  private readonly snapshot = new BookSnapshotDecoder()
  private readonly quote = new QuoteUpdateDecoder()
  private readonly book = new BookUpdateDecoder()
  private readonly trade = new TradeDecoder()

  /** The decoder of the message whose header is at the offset, wrapped. */
  message(buffer: DirectBuffer, offset: number): MarketDataMessage {
    const { header } = this
    switch (header.wrap(buffer, offset).templateId()) {
      case QuoteUpdateDecoder.TEMPLATE_ID:
        return this.quote.wrapAndApplyHeader(buffer, offset, header)
      case BookUpdateDecoder.TEMPLATE_ID:
        return this.book.wrapAndApplyHeader(buffer, offset, header)
      case TradeDecoder.TEMPLATE_ID:
        return this.trade.wrapAndApplyHeader(buffer, offset, header)
      case InstrumentDefinitionDecoder.TEMPLATE_ID:
        return this.instrument.wrapAndApplyHeader(buffer, offset, header)
      case BookSnapshotDecoder.TEMPLATE_ID:
        return this.snapshot.wrapAndApplyHeader(buffer, offset, header)
      default:
        throw new Error(`no message of the market data has template id ${header.templateId()}, at offset ${offset}`)
    }
  }

  /** All values of the message whose header is at the offset; the decoder is then at the end of it. */
  record(buffer: DirectBuffer, offset: number): MarketDataRecord {
    const message = this.message(buffer, offset)
    switch (message) {
      case this.quote:
        return quoteOf(this.quote)
      case this.book:
        return bookOf(this.book)
      case this.trade:
        return tradeOf(this.trade)
      case this.instrument:
        return instrumentOf(this.instrument)
      default:
        return snapshotOf(this.snapshot)
    }
  }
}

function quoteOf(message: QuoteUpdateDecoder): QuoteRecord {
  return {
    kind: 'quote',
    transactTime: message.transactTime(),
    instrumentId: message.instrumentId(),
    sequence: message.sequence(),
    bidPrice: message.bidPriceMantissaIsNull() ? null : message.bidPriceMantissaAsNumber(),
    bidQuantity: message.bidQuantityOrNull(),
    offerPrice: message.offerPriceMantissaIsNull() ? null : message.offerPriceMantissaAsNumber(),
    offerQuantity: message.offerQuantityOrNull(),
    tradingStatus: message.tradingStatus(),
    matchEvent: message.matchEventRaw(),
  }
}

function bookOf(message: BookUpdateDecoder): BookRecord {
  const entries: BookEntry[] = []
  const transactTime = message.transactTime()
  const matchEvent = message.matchEventRaw()
  for (const entry of message.entries()) {
    entries.push({
      instrumentId: entry.instrumentId(),
      sequence: entry.sequence(),
      action: entry.action(),
      entryType: entry.entryType(),
      level: entry.level(),
      price: entry.priceMantissaIsNull() ? null : entry.priceMantissaAsNumber(),
      quantity: entry.quantityOrNull(),
      orderCount: entry.orderCountOrNull(),
    })
  }
  return { kind: 'book', transactTime, matchEvent, entries }
}

function tradeOf(message: TradeDecoder): TradeRecord {
  return {
    kind: 'trade',
    transactTime: message.transactTime(),
    tradeId: message.tradeId(),
    instrumentId: message.instrumentId(),
    sequence: message.sequence(),
    price: message.priceMantissaAsNumber(),
    quantity: message.quantity(),
    aggressor: message.aggressor(),
    matchEvent: message.matchEventRaw(),
    conditions: message.conditionsRaw(),
    buyOrderId: message.buyOrderIdOrNull(),
    sellOrderId: message.sellOrderIdOrNull(),
    marketId: message.marketId(),
  }
}

function instrumentOf(message: InstrumentDefinitionDecoder): InstrumentRecord {
  const maturity = message.maturity()
  const head = {
    kind: 'instrument',
    instrumentId: message.instrumentId(),
    symbol: message.symbol(),
    instrumentType: message.instrumentType(),
    currency: message.currency(),
    tickSize: message.tickSizeMantissaAsNumber(),
    strikePrice: message.strikePriceMantissaIsNull() ? null : message.strikePriceMantissaAsNumber(),
    year: maturity.yearOrNull(),
    month: maturity.monthOrNull(),
    day: maturity.dayOrNull(),
    contractSize: message.contractSize(),
    settlementRate: message.settlementRateOrNull(),
  } as const
  const legs: Leg[] = []
  for (const leg of message.legs()) {
    legs.push({
      instrumentId: leg.legInstrumentId(),
      side: leg.legSide(),
      ratio: leg.legRatio(),
    })
  }
  return { ...head, legs, description: message.description() }
}

function snapshotOf(message: BookSnapshotDecoder): SnapshotRecord {
  const levels: Level[] = []
  for (const level of message.levels()) {
    const orders: Order[] = []
    const price = level.priceMantissaAsNumber()
    const side = level.side()
    for (const order of level.orders()) orders.push({ orderId: order.orderId(), quantity: order.quantity() })
    levels.push({ side, price, orders })
  }
  return {
    kind: 'snapshot',
    transactTime: message.transactTime(),
    instrumentId: message.instrumentId(),
    sequence: message.sequence(),
    tradingStatus: message.tradingStatus(),
    levels,
  }
}
