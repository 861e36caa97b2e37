/** The market-data message: a header, a block of 16 bytes and two price levels of 32 bytes, 91 bytes in all. */
import { DirectBuffer } from '../../../codegen/runtime/index.ts'
import {
  BookUpdateDecoder,
  BookUpdateEncoder,
  EntryType,
  MessageHeaderDecoder,
  MessageHeaderEncoder,
  UpdateAction,
} from '../../../schemas/generated/marketdata/index.ts'
import type { BenchCase } from '../bench-case.ts'
import { BookUpdateReader, BookUpdateWriter } from '../hand-written/book-update.ts'

const LEVELS = 2
const MESSAGE_LENGTH = 91
/** Few enough to stay in the nearest cache. */
const MESSAGES_PER_RUN = 256
/** Room for each message; the messages do not begin at multiples of 8. */
const STRIDE = 101
const TIME_US = 1_700_000_000_000_000
const PRICE = 101_250_000_000
const TICK = 250_000_000
const END_OF_EVENT = 0x80

const memory = (): DirectBuffer => new DirectBuffer(new ArrayBuffer(MESSAGES_PER_RUN * STRIDE))
const bigints = (first: number, step: number): bigint[] =>
  Array.from({ length: MESSAGES_PER_RUN }, (_, i) => BigInt(first + i * step))

const times = bigints(TIME_US, 1)
const prices = bigints(PRICE, TICK)
const PRICE_MIDDLE = BigInt(PRICE + (MESSAGES_PER_RUN / 2) * TICK)
const TIME_MIDDLE = BigInt(TIME_US + MESSAGES_PER_RUN / 2)

const generatedBuffer = memory()
const handWrittenBuffer = memory()
const handWrittenView = handWrittenBuffer.view

const header = new MessageHeaderEncoder()
const encoder = new BookUpdateEncoder()
const writer = new BookUpdateWriter()

function encodeGenerated(): number {
  let length = 0
  for (let i = 0; i < MESSAGES_PER_RUN; i++) {
    encoder.wrapAndApplyHeader(generatedBuffer, i * STRIDE, header, STRIDE)
    encoder.transactTimeAsNumber(TIME_US + i)
    encoder.matchEventRaw(END_OF_EVENT)
    const entries = encoder.entriesCount(LEVELS)
    for (let level = 1; level <= LEVELS; level++) {
      entries.next()
      entries.priceMantissaAsNumber(PRICE + i * TICK).quantity(i + level).instrumentId(40_000 + i).sequence(i)
      entries.orderCount(level).level(level).action(UpdateAction.CHANGE).entryType(EntryType.OFFER)
    }
    length += encoder.encodedLength()
  }
  return length
}

function encodeHandWritten(): number {
  let length = 0
  for (let i = 0; i < MESSAGES_PER_RUN; i++) {
    writer.wrap(handWrittenView, i * STRIDE, STRIDE)
    writer.transactTimeAsNumber(TIME_US + i)
    writer.matchEvent(END_OF_EVENT)
    const entries = writer.entries(LEVELS)
    for (let level = 1; level <= LEVELS; level++) {
      entries.next()
      entries.priceAsNumber(PRICE + i * TICK).quantity(i + level).instrumentId(40_000 + i).sequence(i)
      entries.orderCount(level).level(level).action(UpdateAction.CHANGE).entryType(EntryType.OFFER)
    }
    length += writer.encodedLength()
  }
  return length
}

function encodeGeneratedBigint(): number {
  let length = 0
  for (let i = 0; i < MESSAGES_PER_RUN; i++) {
    encoder.wrapAndApplyHeader(generatedBuffer, i * STRIDE, header, STRIDE)
    encoder.transactTime(times[i] as bigint)
    encoder.matchEventRaw(END_OF_EVENT)
    const entries = encoder.entriesCount(LEVELS)
    for (let level = 1; level <= LEVELS; level++) {
      entries.next()
      entries.priceMantissa(prices[i] as bigint).quantity(i + level).instrumentId(40_000 + i).sequence(i)
      entries.orderCount(level).level(level).action(UpdateAction.CHANGE).entryType(EntryType.OFFER)
    }
    length += encoder.encodedLength()
  }
  return length
}

function encodeHandWrittenBigint(): number {
  let length = 0
  for (let i = 0; i < MESSAGES_PER_RUN; i++) {
    writer.wrap(handWrittenView, i * STRIDE, STRIDE)
    writer.transactTime(times[i] as bigint)
    writer.matchEvent(END_OF_EVENT)
    const entries = writer.entries(LEVELS)
    for (let level = 1; level <= LEVELS; level++) {
      entries.next()
      entries.price(prices[i] as bigint).quantity(i + level).instrumentId(40_000 + i).sequence(i)
      entries.orderCount(level).level(level).action(UpdateAction.CHANGE).entryType(EntryType.OFFER)
    }
    length += writer.encodedLength()
  }
  return length
}

// What is decoded is the same in every case, whichever cases are run.
const input = memory()
for (let i = 0; i < MESSAGES_PER_RUN; i++) {
  encoder.wrapAndApplyHeader(input, i * STRIDE, header, STRIDE).transactTimeAsNumber(TIME_US + i)
  const entries = encoder.entriesCount(LEVELS)
  for (let level = 1; level <= LEVELS; level++) {
    entries.next().nullifyOptionalFields().priceMantissaAsNumber(PRICE + i * TICK).quantity(i + level).level(level)
    entries.instrumentId(40_000 + i).sequence(i).action(UpdateAction.CHANGE).entryType(EntryType.OFFER)
  }
}
const inputView = input.view
const headerDecoder = new MessageHeaderDecoder()
const decoder = new BookUpdateDecoder()
const reader = new BookUpdateReader()

function decodeGenerated(): number {
  let sum = 0
  for (let i = 0; i < MESSAGES_PER_RUN; i++) {
    decoder.wrapAndApplyHeader(input, i * STRIDE, headerDecoder, STRIDE)
    sum += decoder.transactTimeAsNumber() - TIME_US + decoder.matchEventRaw()
    const entries = decoder.entries()
    while (entries.hasNext()) {
      entries.next()
      if (!entries.priceMantissaIsNull()) sum += entries.priceMantissaAsNumber() - PRICE
      sum += entries.quantity() + entries.instrumentId() + entries.sequence() + entries.orderCount()
      sum += entries.level() + entries.action() + entries.entryType()
    }
    sum += decoder.encodedLength()
  }
  return sum | 0
}

function decodeHandWritten(): number {
  let sum = 0
  for (let i = 0; i < MESSAGES_PER_RUN; i++) {
    reader.wrap(inputView, i * STRIDE, STRIDE)
    sum += reader.transactTimeAsNumber() - TIME_US + reader.matchEvent()
    const entries = reader.entries()
    while (entries.hasNext()) {
      entries.next()
      if (!entries.priceIsNull()) sum += entries.priceAsNumber() - PRICE
      sum += entries.quantity() + entries.instrumentId() + entries.sequence() + entries.orderCount()
      sum += entries.level() + entries.action() + entries.entryType()
    }
    sum += reader.encodedLength()
  }
  return sum | 0
}

function decodeGeneratedBigint(): number {
  let sum = 0
  for (let i = 0; i < MESSAGES_PER_RUN; i++) {
    decoder.wrapAndApplyHeader(input, i * STRIDE, headerDecoder, STRIDE)
    sum += (decoder.transactTime() > TIME_MIDDLE ? 1 : 0) + decoder.matchEventRaw()
    const entries = decoder.entries()
    while (entries.hasNext()) {
      entries.next()
      if (entries.priceMantissa() > PRICE_MIDDLE) sum++
      sum += entries.quantity() + entries.instrumentId() + entries.sequence() + entries.orderCount()
      sum += entries.level() + entries.action() + entries.entryType()
    }
    sum += decoder.encodedLength()
  }
  return sum | 0
}

function decodeHandWrittenBigint(): number {
  let sum = 0
  for (let i = 0; i < MESSAGES_PER_RUN; i++) {
    reader.wrap(inputView, i * STRIDE, STRIDE)
    sum += (reader.transactTime() > TIME_MIDDLE ? 1 : 0) + reader.matchEvent()
    const entries = reader.entries()
    while (entries.hasNext()) {
      entries.next()
      if (entries.price() > PRICE_MIDDLE) sum++
      sum += entries.quantity() + entries.instrumentId() + entries.sequence() + entries.orderCount()
      sum += entries.level() + entries.action() + entries.entryType()
    }
    sum += reader.encodedLength()
  }
  return sum | 0
}

const common = { messagesPerRun: MESSAGES_PER_RUN, messageBytes: MESSAGE_LENGTH }
const written = { generated: generatedBuffer.bytes, handWritten: handWrittenBuffer.bytes }

export const bookUpdateCases: readonly BenchCase[] = [
  {
    ...common,
    name: 'book-update encode number',
    allocationFree: true,
    generated: encodeGenerated,
    handWritten: encodeHandWritten,
    written,
  },
  {
    ...common,
    name: 'book-update encode bigint',
    allocationFree: true,
    generated: encodeGeneratedBigint,
    handWritten: encodeHandWrittenBigint,
    written,
  },
  {
    ...common,
    name: 'book-update decode number',
    allocationFree: true,
    generated: decodeGenerated,
    handWritten: decodeHandWritten,
  },
  {
    ...common,
    name: 'book-update decode bigint',
    allocationFree: false,
    generated: decodeGeneratedBigint,
    handWritten: decodeHandWrittenBigint,
  },
]
