/** Reads the lines of `perf/data/market-data.csv`; the README beside the file describes them. */
import {
  Aggressor,
  EntryType,
  InstrumentType,
  MatchEvent,
  Side,
  TradeConditions,
  TradingStatus,
  UpdateAction,
} from '../../schemas/generated/marketdata/index.ts'
import type {
  BookRecord,
  InstrumentRecord,
  MarketDataRecord,
  QuoteRecord,
  SnapshotRecord,
  TradeRecord,
} from './record.ts'

const DECIMAL = /^(-?)(\d+)(?:\.(\d{1,9}))?$/
const INTEGER = /^-?\d+$/
const FRACTION_DIGITS = 9

/**
 * The records of a data file.
 *
 * @throws Error that names the line when one cannot be read
 */
export function parseMarketData(text: string): MarketDataRecord[] {
  const records: MarketDataRecord[] = []
  for (const [index, line] of text.split('\n').entries()) {
    if (line === '' || line.startsWith('#')) continue
    try {
      records.push(parseLine(line))
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      throw new Error(`market data, line ${index + 1}: ${reason}`, { cause: error })
    }
  }
  return records
}

function parseLine(line: string): MarketDataRecord {
  const columns = new Columns(line, ',')
  const kind = columns.text()
  switch (kind) {
    case 'I':
      return parseInstrument(columns)
    case 'S':
      return parseSnapshot(columns)
    case 'Q':
      return parseQuote(columns)
    case 'B':
      return parseBook(columns)
    case 'T':
      return parseTrade(columns)
    default:
      throw new Error(`unknown kind of line ${JSON.stringify(kind)}, expected one of I, S, Q, B, T`)
  }
}

function parseInstrument(columns: Columns): InstrumentRecord {
  const head = {
    kind: 'instrument',
    instrumentId: columns.integer(),
    symbol: columns.text(),
    instrumentType: columns.code(InstrumentType),
    currency: columns.text(),
    tickSize: columns.price(),
    strikePrice: columns.optionalPrice(),
  } as const
  const maturity = columns.text().split('-').map((part) => (part === '' ? null : integerOf(part)))
  return {
    ...head,
    year: maturity[0] ?? null,
    month: maturity[1] ?? null,
    day: maturity[2] ?? null,
    contractSize: columns.float(),
    settlementRate: columns.optionalFloat(),
    legs: columns.list(' ').map((item) => {
      const part = new Columns(item, ':')
      const leg = { instrumentId: part.integer(), side: part.code(Side), ratio: part.integer() }
      part.end()
      return leg
    }),
    description: columns.rest(),
  }
}

function parseSnapshot(columns: Columns): SnapshotRecord {
  const record: SnapshotRecord = {
    kind: 'snapshot',
    transactTime: columns.wide(),
    instrumentId: columns.integer(),
    sequence: columns.integer(),
    tradingStatus: columns.code(TradingStatus),
    levels: columns.list(' ').map((item) => {
      const part = new Columns(item, ':')
      const side = part.code(Side)
      const price = part.price()
      const orders = part.list('+').map((order) => {
        const [orderId = '', quantity = ''] = order.split('/')
        return { orderId: wideOf(orderId), quantity: integerOf(quantity) }
      })
      part.end()
      return { side, price, orders }
    }),
  }
  columns.end()
  return record
}

function parseQuote(columns: Columns): QuoteRecord {
  const record: QuoteRecord = {
    kind: 'quote',
    transactTime: columns.wide(),
    instrumentId: columns.integer(),
    sequence: columns.integer(),
    bidPrice: columns.optionalPrice(),
    bidQuantity: columns.optionalInteger(),
    offerPrice: columns.optionalPrice(),
    offerQuantity: columns.optionalInteger(),
    tradingStatus: columns.code(TradingStatus),
    matchEvent: Number(columns.bits(MatchEvent)),
  }
  columns.end()
  return record
}

function parseBook(columns: Columns): BookRecord {
  const record: BookRecord = {
    kind: 'book',
    transactTime: columns.wide(),
    matchEvent: Number(columns.bits(MatchEvent)),
    entries: columns.list(' ').map((item) => {
      const part = new Columns(item, ':')
      const entry = {
        instrumentId: part.integer(),
        sequence: part.integer(),
        action: part.code(UpdateAction),
        entryType: part.code(EntryType),
        level: part.integer(),
        price: part.optionalPrice(),
        quantity: part.optionalInteger(),
        orderCount: part.optionalInteger(),
      }
      part.end()
      return entry
    }),
  }
  columns.end()
  return record
}

function parseTrade(columns: Columns): TradeRecord {
  const record: TradeRecord = {
    kind: 'trade',
    transactTime: columns.wide(),
    tradeId: columns.wide(),
    instrumentId: columns.integer(),
    sequence: columns.integer(),
    price: columns.price(),
    quantity: columns.integer(),
    aggressor: columns.code(Aggressor),
    matchEvent: Number(columns.bits(MatchEvent)),
    conditions: columns.bits(TradeConditions),
    buyOrderId: columns.optionalWide(),
    sellOrderId: columns.optionalWide(),
    marketId: columns.text(),
  }
  columns.end()
  return record
}

/** The columns of a line, or the parts of a column, in order. */
class Columns {
  private readonly parts: readonly string[]
  private readonly separator: string
  private index = 0

  constructor(line: string, separator: string) {
    this.parts = line.split(separator)
    this.separator = separator
  }

  text(): string {
    const part = this.parts[this.index]
    if (part === undefined) throw new Error(`column ${this.index + 1} is missing`)
    this.index++
    return part
  }

  /** All that is left, separators included. */
  rest(): string {
    const rest = this.parts.slice(this.index).join(this.separator)
    this.index = this.parts.length
    return rest
  }

  list(separator: string): string[] {
    const text = this.text()
    return text === '' ? [] : text.split(separator)
  }

  /** The value of an enum by its name. */
  code<T>(type: { readonly [name: string]: T }): T {
    return valueOf(type, this.text())
  }

  /** The bits of a set by the names of its choices. */
  bits(choices: { readonly [name: string]: number }): bigint {
    return this.list('+').reduce((bits, name) => bits | (1n << BigInt(valueOf(choices, name))), 0n)
  }

  integer(): number {
    return integerOf(this.text())
  }

  optionalInteger(): number | null {
    const text = this.text()
    return text === '' ? null : integerOf(text)
  }

  wide(): bigint {
    return wideOf(this.text())
  }

  optionalWide(): bigint | null {
    const text = this.text()
    return text === '' ? null : wideOf(text)
  }

  price(): number {
    return billionthsOf(this.text())
  }

  optionalPrice(): number | null {
    const text = this.text()
    return text === '' ? null : billionthsOf(text)
  }

  float(): number {
    const text = this.text()
    const value = Number(text)
    if (text === '' || !Number.isFinite(value)) throw new Error(`${JSON.stringify(text)} is no number`)
    return value
  }

  optionalFloat(): number | null {
    if (this.parts[this.index] !== '') return this.float()
    this.index++
    return null
  }

  end(): void {
    const left = this.parts.length - this.index
    if (left > 0) throw new Error(`${left} more columns than expected`)
  }
}

function valueOf<T>(values: { readonly [name: string]: T }, name: string): T {
  const value = Object.hasOwn(values, name) ? values[name] : undefined
  if (value === undefined) throw new Error(`${JSON.stringify(name)} is none of ${Object.keys(values).join(', ')}`)
  return value
}

function integerOf(text: string): number {
  const value = Number(text)
  if (!INTEGER.test(text) || !Number.isSafeInteger(value)) throw new Error(`${JSON.stringify(text)} is no integer`)
  return value
}

function wideOf(text: string): bigint {
  if (!INTEGER.test(text)) throw new Error(`${JSON.stringify(text)} is no integer`)
  return BigInt(text)
}

/** Digit by digit: going through a floating point number would lose some. */
function billionthsOf(text: string): number {
  const [, sign, whole, fraction = ''] = DECIMAL.exec(text) ?? []
  if (whole === undefined) throw new Error(`${JSON.stringify(text)} is no decimal with up to nine digits`)
  const value = Number(`${sign ?? ''}${whole}${fraction.padEnd(FRACTION_DIGITS, '0')}`)
  if (!Number.isSafeInteger(value)) throw new Error(`${text} is too large for an exact number of billionths`)
  return value
}
