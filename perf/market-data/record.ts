/**
 * The messages of the market-data schema as plain values: what a line of the data file says, and what a decoded
 * message must say again. Prices count billionths and are exact; sets are their bits.
 */
import type {
  Aggressor,
  EntryType,
  InstrumentType,
  Side,
  TradingStatus,
  UpdateAction,
} from '../../schemas/generated/marketdata/index.ts'

export interface QuoteRecord {
  readonly kind: 'quote'
  readonly transactTime: bigint
  readonly instrumentId: number
  readonly sequence: number
  readonly bidPrice: number | null
  readonly bidQuantity: number | null
  readonly offerPrice: number | null
  readonly offerQuantity: number | null
  readonly tradingStatus: TradingStatus
  readonly matchEvent: number
}

export interface BookEntry {
  readonly instrumentId: number
  readonly sequence: number
  readonly action: UpdateAction
  readonly entryType: EntryType
  readonly level: number
  readonly price: number | null
  readonly quantity: number | null
  readonly orderCount: number | null
}

export interface BookRecord {
  readonly kind: 'book'
  readonly transactTime: bigint
  readonly matchEvent: number
  readonly entries: readonly BookEntry[]
}

export interface TradeRecord {
  readonly kind: 'trade'
  readonly transactTime: bigint
  readonly tradeId: bigint
  readonly instrumentId: number
  readonly sequence: number
  readonly price: number
  readonly quantity: number
  readonly aggressor: Aggressor
  readonly matchEvent: number
  readonly conditions: bigint
  readonly buyOrderId: bigint | null
  readonly sellOrderId: bigint | null
  readonly marketId: string
}

export interface Leg {
  readonly instrumentId: number
  readonly side: Side
  readonly ratio: number
}

export interface InstrumentRecord {
  readonly kind: 'instrument'
  readonly instrumentId: number
  readonly symbol: string
  readonly instrumentType: InstrumentType
  readonly currency: string
  readonly tickSize: number
  readonly strikePrice: number | null
  readonly year: number | null
  readonly month: number | null
  readonly day: number | null
  readonly contractSize: number
  readonly settlementRate: number | null
  readonly legs: readonly Leg[]
  readonly description: string
}

export interface Order {
  readonly orderId: bigint
  readonly quantity: number
}

export interface Level {
  readonly side: Side
  readonly price: number
  readonly orders: readonly Order[]
}

export interface SnapshotRecord {
  readonly kind: 'snapshot'
  readonly transactTime: bigint
  readonly instrumentId: number
  readonly sequence: number
  readonly tradingStatus: TradingStatus
  readonly levels: readonly Level[]
}

export type MarketDataRecord = QuoteRecord | BookRecord | TradeRecord | InstrumentRecord | SnapshotRecord
