/**
 * Writes `perf/data/market-data.csv`: one morning of an invented exchange. The same program gives the same file on
 * every machine; `perf/data/README.md` describes the lines.
 *
 * `node dist/perf/market-data/generate.js` writes the file anew.
 */
import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { dataFile } from './data-file.ts'

const SEED = 0x60d817
const EVENTS = 620
const START_NS = 1_772_456_400_000_000_000n
const LEVELS = 5
const BILLIONTHS = 1_000_000_000

interface Instrument {
  readonly id: number
  readonly symbol: string
  readonly kind: 'FUTURE' | 'OPTION' | 'SPREAD'
  readonly currency: string
  /** Ticks and prices count billionths. */
  readonly tick: number
  readonly strike: number | null
  readonly maturity: string
  readonly size: string
  readonly rate: string
  readonly legs: string
  readonly description: string
  /** Middle of the book, in ticks. */
  middle: number
  sequence: number
  open: boolean
}

const HEADING = `# One morning of an invented exchange, made by perf/market-data/generate.ts. Empty columns are null.
# I,instrument,symbol,type,currency,tick,strike,maturity,size,rate,legs(instrument:side:ratio ...),description
# S,time,instrument,sequence,status,levels(side:price:order/quantity+order/quantity ...)
# Q,time,instrument,sequence,bid,bid quantity,offer,offer quantity,status,event flags
# B,time,event flags,entries(instrument:sequence:action:type:level:price:quantity:orders ...)
# T,time,trade,instrument,sequence,price,quantity,aggressor,event flags,conditions,buy order,sell order,market`

function instruments(): Instrument[] {
  const common = { sequence: 0, open: true }
  return [
    {
      id: 4101, symbol: 'GODWIT-H27', kind: 'FUTURE', currency: 'EUR', tick: 250_000_000, strike: null,
      maturity: '2027-03-19', size: '50', rate: '4211.25', legs: '', middle: 16_845,
      description: 'Bar-tailed godwit flight index, March 2027', ...common,
    },
    {
      id: 4102, symbol: 'GODWIT-M27', kind: 'FUTURE', currency: 'EUR', tick: 250_000_000, strike: null,
      maturity: '2027-06-18', size: '50', rate: '', legs: '', middle: 16_992,
      description: 'Bar-tailed godwit flight index, June 2027', ...common,
    },
    {
      id: 4103, symbol: 'GODWIT-H27-M27', kind: 'SPREAD', currency: 'EUR', tick: 50_000_000, strike: null,
      maturity: '2027-03', size: '50', rate: '', legs: '4101:SELL:1 4102:BUY:1', middle: -735,
      description: 'Calendar spread', ...common,
    },
    {
      id: 90_210, symbol: 'KNOT-Z26-C85', kind: 'OPTION', currency: 'CHF', tick: 12_500_000, strike: 85_000_000_000,
      maturity: '2026-12-18', size: '0.125', rate: '0.5625', legs: '', middle: 233,
      description: 'Red knot call, Wattenmeer süd', ...common,
    },
    {
      id: 90_211, symbol: 'WHIMBREL.JPY', kind: 'FUTURE', currency: 'JPY', tick: 5_000_000_000, strike: null,
      maturity: '', size: '100', rate: '38240', legs: '', middle: 7650,
      description: '杓鷸先物', ...common,
    },
    {
      id: 4_294_967_000, symbol: 'CURLEW-FLY-00016', kind: 'SPREAD', currency: 'GBP', tick: 1, strike: null,
      maturity: '2028', size: '1', rate: '', legs: '4101:BUY:1 4102:SELL:-2 90210:BUY:127', middle: 41, description: '',
      ...common,
    },
  ]
}

/** Small seeded generator (xorshift32), so that the file never depends on the machine. */
class Dice {
  private state = SEED

  int(bound: number): number {
    this.state ^= this.state << 13
    this.state ^= this.state >>> 17
    this.state ^= this.state << 5
    return (this.state >>> 0) % bound
  }

  between(min: number, max: number): number {
    return min + this.int(max - min + 1)
  }

  one(chances: number): boolean {
    return this.int(chances) === 0
  }
}

/** A decimal with as few digits as say it exactly; the argument counts billionths. */
function decimal(billionths: number): string {
  const magnitude = Math.abs(billionths)
  const fraction = String(magnitude % BILLIONTHS).padStart(9, '0').replace(/0+$/, '')
  const whole = `${billionths < 0 ? '-' : ''}${Math.floor(magnitude / BILLIONTHS)}`
  return fraction === '' ? whole : `${whole}.${fraction}`
}

class Session {
  private readonly dice = new Dice()
  private readonly lines: string[] = [HEADING]
  private readonly all: Instrument[] = instruments()
  private timeNs = START_NS
  private orders = 0x7fff_ffff_ffff_ff00n
  private trades = 0n

  run(): string {
    for (const instrument of this.all) this.define(instrument)
    for (const instrument of this.all) this.snapshot(instrument)
    for (let event = 0; event < EVENTS; event++) this.event()
    return `${this.lines.join('\n')}\n`
  }

  private event(): void {
    this.timeNs += BigInt(this.dice.between(180, 40_000)) + (this.dice.one(40) ? 250_000_000n : 0n)
    const instrument = this.all[this.dice.int(this.all.length)] as Instrument
    instrument.middle += this.dice.between(-2, 2)
    if (this.dice.one(60)) instrument.open = !instrument.open
    const roll = this.dice.int(100)
    if (roll < 45) this.quote(instrument)
    else if (roll < 80) this.book(instrument)
    else if (roll < 97) this.trade(instrument)
    else this.snapshot(instrument)
  }

  private define(i: Instrument): void {
    this.lines.push(
      [
        'I', i.id, i.symbol, i.kind, i.currency, decimal(i.tick), i.strike === null ? '' : decimal(i.strike),
        i.maturity, i.size, i.rate, i.legs, i.description,
      ].join(','),
    )
  }

  private snapshot(i: Instrument): void {
    const levels: string[] = []
    for (let level = 1; i.open && level <= LEVELS; level++) {
      for (const side of ['BUY', 'SELL'] as const) {
        const orders = Array.from({ length: this.dice.int(4) }, () => `${this.order()}/${this.quantity()}`)
        levels.push(`${side}:${this.price(i, side, level)}:${orders.join('+')}`)
      }
    }
    this.lines.push(['S', this.timeNs, i.id, i.sequence, this.status(i), levels.join(' ')].join(','))
  }

  private quote(i: Instrument): void {
    const bid = !this.dice.one(12)
    const offer = !this.dice.one(12)
    this.lines.push(
      [
        'Q', this.timeNs, i.id, ++i.sequence,
        bid ? this.price(i, 'BUY', 1) : '', bid ? this.quantity() : '',
        offer ? this.price(i, 'SELL', 1) : '', offer ? this.quantity() : '',
        this.status(i), this.flags('lastQuote'),
      ].join(','),
    )
  }

  private book(first: Instrument): void {
    const entries = Array.from({ length: this.dice.one(20) ? 0 : this.dice.between(1, 6) }, () => {
      const i = this.dice.one(4) ? (this.all[this.dice.int(this.all.length)] as Instrument) : first
      const level = this.dice.between(1, LEVELS)
      const side = this.dice.one(2) ? 'BUY' : 'SELL'
      if (this.dice.one(15)) {
        const type = this.dice.one(2) ? 'OPENING_PRICE' : 'SETTLEMENT_PRICE'
        return `${i.id}:${++i.sequence}:ADD:${type}:0:${decimal(i.middle * i.tick)}::`
      }
      const action = (['ADD', 'CHANGE', 'CHANGE', 'REMOVE'] as const)[this.dice.int(4)] as string
      const rest = action === 'REMOVE' ? ':' : `${this.quantity()}:${this.dice.between(1, 900)}`
      const type = side === 'BUY' ? 'BID' : 'OFFER'
      return `${i.id}:${++i.sequence}:${action}:${type}:${level}:${this.price(i, side, level)}:${rest}`
    })
    this.lines.push(['B', this.timeNs, this.flags('lastQuote'), entries.join(' ')].join(','))
  }

  private trade(i: Instrument): void {
    const auction = this.dice.one(10)
    const aggressor = auction ? 'NONE' : this.dice.one(2) ? 'BUYER' : 'SELLER'
    const conditions: string[] = auction ? ['openingAuction'] : []
    if (i.kind === 'SPREAD') conditions.push('implied')
    if (this.dice.one(6)) conditions.push('oddLot')
    if (this.dice.one(25)) conditions.push('outsideHours')
    if (this.dice.one(30)) conditions.push('lateReport')
    if (this.dice.one(30)) conditions.push('corrected')
    this.lines.push(
      [
        'T', this.timeNs, ++this.trades, i.id, ++i.sequence, decimal((i.middle + this.dice.between(-1, 1)) * i.tick),
        this.quantity(), aggressor, this.flags('lastTrade'), conditions.join('+'),
        this.dice.one(8) ? '' : this.order(), this.dice.one(8) ? '' : this.order(),
        this.dice.one(5) ? '' : 'XGDW',
      ].join(','),
    )
  }

  private price(i: Instrument, side: 'BUY' | 'SELL', level: number): string {
    return decimal((i.middle + (side === 'BUY' ? -level : level)) * i.tick)
  }

  private quantity(): number {
    return this.dice.one(50) ? 4_294_967_294 : this.dice.between(1, 500)
  }

  private order(): bigint {
    this.orders += BigInt(this.dice.between(1, 12))
    return this.orders
  }

  private status(i: Instrument): string {
    return i.open ? 'OPEN' : this.dice.one(2) ? 'HALTED' : 'PRE_OPEN'
  }

  private flags(last: string): string {
    const flags = this.dice.one(3) ? [last, 'endOfEvent'] : [last]
    return this.dice.one(9) ? '' : flags.join('+')
  }
}

/** The text of the data file. */
export function generateMarketData(): string {
  return new Session().run()
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  writeFileSync(dataFile, generateMarketData())
}
