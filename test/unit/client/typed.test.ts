import * as assert from 'uvu/assert'
import type { BasePublication } from '../../../client/base-publication.ts'
import { BACK_PRESSURED } from '../../../client/log/offer-result.ts'
import { TypedPublication, dispatchTo } from '../../../client/typed.ts'
import { FrameType } from '../../../schemas/generated/aeron.wire/index.ts'
import {
  Aggressor,
  BookSnapshotEncoder,
  BookUpdateEncoder,
  InstrumentDefinitionEncoder,
  MessageDispatcher,
  MessageHeaderEncoder,
  QuoteUpdateEncoder,
  Side,
  TradeEncoder,
} from '../../../schemas/generated/marketdata/index.ts'
import type { FakeLog } from '../../support/fake-driver.ts'
import { closeClients } from '../../support/fake-driver.ts'
import { suite } from '../../support/suite.ts'
import { rejection } from './rejection.ts'
import { subscribed } from './subscribed.ts'

const test = suite('client/typed')

interface Loop {
  readonly publication: BasePublication
  readonly fake: FakeLog
  /** What was published, decoded, one line for each message. */
  received(): string[]
}

/** A publication, and a subscription to its log. */
async function loop(isExclusive: boolean): Promise<Loop> {
  const { driver, client, subscription } = await subscribed(0)
  const publication = isExclusive
    ? await client.addExclusivePublication('aeron:ipc', 10)
    : await client.addPublication('aeron:ipc', 10)
  const fake = driver.publications[0]!
  const position = driver.counters.allocate(4, 'sub-pos')
  driver.announceImage(fake.id, subscription.registrationId, fake.log.sessionId, position.id, fake.name)
  driver.advanceMs(20)
  const lines: string[] = []
  const onFragment = dispatchTo(new MessageDispatcher({
    quoteUpdate: (quote) => lines.push(`quote ${quote.instrumentId()} ${quote.bidQuantityOrNull()}`),
    bookUpdate: (book) => {
      const levels: number[] = []
      for (const entry of book.entries()) levels.push(entry.level())
      lines.push(`book ${book.transactTime()} ${levels}`)
    },
    trade: (trade) => lines.push(`trade ${trade.tradeId()} ${trade.aggressor()}`),
    instrumentDefinition: (definition) => {
      const legs: number[] = []
      for (const leg of definition.legs()) legs.push(leg.legRatio())
      lines.push(`instrument ${legs} ${definition.description()}`)
    },
    bookSnapshot: (snapshot) => {
      const orders: bigint[] = []
      for (const level of snapshot.levels()) for (const order of level.orders()) orders.push(order.orderId())
      lines.push(`snapshot ${orders.length} ${orders.reduce((sum, id) => sum + id, 0n)}`)
    },
  }))
  return {
    publication,
    fake,
    received: () => {
      for (let count = 1; count > 0;) count = subscription.poll(onFragment, 10)
      return lines.splice(0)
    },
  }
}

for (const isExclusive of [false, true]) {
  test(`messages of all kinds go through, ${isExclusive ? 'exclusive' : 'shared'}`, async () => {
    const { publication, received } = await loop(isExclusive)
    const quotes = new TypedPublication(publication, QuoteUpdateEncoder, MessageHeaderEncoder)
    assert.ok(quotes.offer((quote) => void quote.instrumentId(7).bidQuantity(100)) > 0)
    const trades = new TypedPublication(publication, TradeEncoder, MessageHeaderEncoder)
    assert.ok(trades.offer((trade) => void trade.tradeId(5n).aggressor(Aggressor.SELLER)) > 0)
    const books = new TypedPublication(publication, BookUpdateEncoder, MessageHeaderEncoder)
    const putBook = (book: BookUpdateEncoder): void => {
      const entries = book.transactTime(9n).entriesCount(3)
      for (let level = 1; level <= 3; level++) entries.next().level(level)
    }
    assert.ok(books.offer(putBook, { entries: 3 }) > 0)
    const instruments = new TypedPublication(publication, InstrumentDefinitionEncoder, MessageHeaderEncoder)
    const putInstrument = (instrument: InstrumentDefinitionEncoder): void => {
      const legs = instrument.legsCount(2)
      legs.next().legRatio(1)
      legs.next().legRatio(-2)
      instrument.description('spread')
    }
    assert.ok(instruments.offer(putInstrument, { legs: 2, description: 6 }) > 0)
    const snapshots = new TypedPublication(publication, BookSnapshotEncoder, MessageHeaderEncoder)
    const putSnapshot = (snapshot: BookSnapshotEncoder): void => {
      const levels = snapshot.levelsCount(2)
      for (const orderId of [11n, 12n]) {
        levels.next().side(Side.BUY)
        levels.ordersCount(1).next().orderId(orderId).quantity(1)
      }
    }
    assert.ok(snapshots.offer(putSnapshot, { levels: [{ orders: 1 }, { orders: 1 }] }) > 0)
    assert.equal(received(), ['quote 7 100', 'trade 5 2', 'book 9 1,2,3', 'instrument 1,-2 spread', 'snapshot 2 23'])
  })

  test(`what a shorter message does not need is padding, ${isExclusive ? 'exclusive' : 'shared'}`, async () => {
    const { publication, fake, received } = await loop(isExclusive)
    const books = new TypedPublication(publication, BookUpdateEncoder, MessageHeaderEncoder)
    const put = (levels: number) => (book: BookUpdateEncoder): void => {
      const entries = book.transactTime(1n).entriesCount(levels)
      for (let level = 1; level <= levels; level++) entries.next().level(level)
    }
    const lengthMax = BookUpdateEncoder.computeLength({ entries: 10 })
    const position = books.offerUpTo(lengthMax, put(2))
    const [term] = fake.log.terms
    const frameLength = term.view.getInt32(0, true)
    assert.is(frameLength, 32 + 8 + BookUpdateEncoder.computeLength({ entries: 2 }))
    const padOffset = Math.ceil(frameLength / 32) * 32
    assert.is(term.view.getInt32(padOffset, true), position - padOffset)
    assert.is(term.view.getUint16(padOffset + 6, true), FrameType.PAD)
    assert.is(term.view.getInt32(padOffset + 8, true), padOffset)
    assert.is(term.view.getInt32(padOffset + 12, true), publication.sessionId)
    assert.is(term.view.getInt32(padOffset + 20, true), publication.initialTermId)
    // The end of the message and that of the claim may lie within the same 32 bytes.
    books.offerUpTo(BookUpdateEncoder.computeLength({ entries: 1 }) + 1, put(1))
    books.offerUpTo(lengthMax, put(10))
    assert.equal(received(), ['book 1 1,2', 'book 1 1', 'book 1 1,2,3,4,5,6,7,8,9,10'])
  })
}

test('messages longer than a frame are fragmented', async () => {
  const { publication, received } = await loop(false)
  const snapshots = new TypedPublication(publication, BookSnapshotEncoder, MessageHeaderEncoder)
  const put = (snapshot: BookSnapshotEncoder): void => {
    const orders = snapshot.levelsCount(1).next().side(Side.SELL).ordersCount(200)
    for (let i = 0; i < 200; i++) orders.next().orderId(1n).quantity(1)
  }
  assert.ok(snapshots.offer(put, { levels: [{ orders: 200 }] }) > 0)
  const lengthMax = publication.maxMessageLength - 8
  assert.ok(snapshots.offerUpTo(lengthMax, put) > 0)
  // Said to be longer than any message, but it is not.
  assert.ok(snapshots.offerUpTo(2 * publication.maxMessageLength, put) > 0)
  assert.equal(received(), new Array(3).fill('snapshot 200 200'))
})

test('an encoder that throws publishes nothing, and the stream goes on', async () => {
  const { publication, received } = await loop(true)
  const quotes = new TypedPublication(publication, QuoteUpdateEncoder, MessageHeaderEncoder)
  const books = new TypedPublication(publication, BookUpdateEncoder, MessageHeaderEncoder)
  const error = await rejection(() => quotes.offer(() => {
    throw new Error('mine')
  }))
  assert.is(error.message, 'mine')
  const tooSmall = await rejection(() => books.offerUpTo(20, (book) => void book.entriesCount(3).next()))
  assert.is(tooSmall.code, 'ERR_GODWIT_SBE_BOUNDS')
  quotes.offer((quote) => void quote.instrumentId(1).bidQuantityNull())
  assert.equal(received(), ['quote 1 null'])
})

test('the encoder is not called when there is no room', async () => {
  const { publication, fake } = await loop(true)
  const quotes = new TypedPublication(publication, QuoteUpdateEncoder, MessageHeaderEncoder)
  fake.counter.set(0)
  let calls = 0
  assert.is(quotes.offer(() => void calls++), BACK_PRESSURED)
  assert.is(calls, 0)
})

test.after(closeClients)

test.run()
