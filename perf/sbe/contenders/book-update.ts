/**
 * Generated codecs of schemas/market-data.xml. The two ways are written out, as an application would have one of them:
 * functions between would use up what V8 inlines.
 */
import {
  BookUpdateDecoder,
  BookUpdateEncoder,
  MessageHeaderDecoder,
  MessageHeaderEncoder,
} from '../../../schemas/generated/marketdata/index.ts'
import type { EntryType, UpdateAction } from '../../../schemas/generated/marketdata/index.ts'
import type { Contest } from '../contender.ts'
import { bookUpdateBigints, bookUpdateNumbers, PRICE_MIDDLE, TIME_MIDDLE } from '../records/book-update.ts'
import { roomFor } from './room.ts'

export function bookUpdateWithNumbers(): Contest {
  const records = bookUpdateNumbers()
  const { buffer, stride } = roomFor(records.length)
  const encoder = new BookUpdateEncoder()
  const decoder = new BookUpdateDecoder()
  const headerEncoder = new MessageHeaderEncoder()
  const headerDecoder = new MessageHeaderDecoder()

  const encode = (): number => {
    let length = 0
    let offset = 0
    for (const record of records) {
      encoder.wrapAndApplyHeader(buffer, offset, headerEncoder, stride)
      encoder.transactTimeAsNumber(record.transactTime).matchEventRaw(record.matchEvent)
      const group = encoder.entriesCount(record.entries.length)
      for (const entry of record.entries) {
        group.next().priceMantissaAsNumber(entry.priceMantissa).quantity(entry.quantity)
        group.instrumentId(entry.instrumentId).sequence(entry.sequence).orderCount(entry.orderCount)
        group.level(entry.level).action(entry.action as UpdateAction).entryType(entry.entryType as EntryType)
      }
      length += encoder.limit() - offset
      offset += stride
    }
    return length
  }

  const decode = (): number => {
    let sum = 0
    for (let offset = 0; offset < buffer.byteLength; offset += stride) {
      decoder.wrapAndApplyHeader(buffer, offset, headerDecoder, stride)
      sum += (decoder.transactTimeAsNumber() > TIME_MIDDLE ? 1 : 0) + decoder.matchEventRaw()
      const group = decoder.entries()
      while (group.hasNext()) {
        group.next()
        if (!group.priceMantissaIsNull() && group.priceMantissaAsNumber() > PRICE_MIDDLE) sum++
        sum += group.quantity() + group.instrumentId() + group.sequence() + group.orderCount()
        sum += group.level() + group.action() + group.entryType()
      }
    }
    return sum
  }
  return { encode, decode }
}

export function bookUpdateWithBigints(): Contest {
  const records = bookUpdateBigints()
  const timeMiddle = BigInt(TIME_MIDDLE)
  const priceMiddle = BigInt(PRICE_MIDDLE)
  const { buffer, stride } = roomFor(records.length)
  const encoder = new BookUpdateEncoder()
  const decoder = new BookUpdateDecoder()
  const headerEncoder = new MessageHeaderEncoder()
  const headerDecoder = new MessageHeaderDecoder()

  const encode = (): number => {
    let length = 0
    let offset = 0
    for (const record of records) {
      encoder.wrapAndApplyHeader(buffer, offset, headerEncoder, stride)
      encoder.transactTime(record.transactTime).matchEventRaw(record.matchEvent)
      const group = encoder.entriesCount(record.entries.length)
      for (const entry of record.entries) {
        group.next().priceMantissa(entry.priceMantissa).quantity(entry.quantity)
        group.instrumentId(entry.instrumentId).sequence(entry.sequence).orderCount(entry.orderCount)
        group.level(entry.level).action(entry.action as UpdateAction).entryType(entry.entryType as EntryType)
      }
      length += encoder.limit() - offset
      offset += stride
    }
    return length
  }

  const decode = (): number => {
    let sum = 0
    for (let offset = 0; offset < buffer.byteLength; offset += stride) {
      decoder.wrapAndApplyHeader(buffer, offset, headerDecoder, stride)
      sum += (decoder.transactTime() > timeMiddle ? 1 : 0) + decoder.matchEventRaw()
      const group = decoder.entries()
      while (group.hasNext()) {
        group.next()
        if (!group.priceMantissaIsNull() && group.priceMantissa() > priceMiddle) sum++
        sum += group.quantity() + group.instrumentId() + group.sequence() + group.orderCount()
        sum += group.level() + group.action() + group.entryType()
      }
    }
    return sum
  }
  return { encode, decode }
}
