/**
 * BookUpdate of schemas/market-data.xml as plain values: what every contender encodes, and what it must give back.
 * 64-bit integers are numbers or bigints, whichever the contender takes; all are safe integers.
 */
import { MESSAGES_PER_RUN } from '../contender.ts'

export interface BookUpdateRecord<Long> {
  readonly transactTime: Long
  readonly matchEvent: number
  readonly entries: readonly BookEntryRecord<Long>[]
}

export interface BookEntryRecord<Long> {
  readonly priceMantissa: Long
  readonly quantity: number
  readonly instrumentId: number
  readonly sequence: number
  readonly orderCount: number
  readonly level: number
  readonly action: number
  readonly entryType: number
}

const ENTRIES = 2
const TIME_US = 1_772_456_400_000_000
const PRICE = 4_210_250_000_000
const TICK = 5_000_000
const END_OF_EVENT = 0x80
const CHANGE = 1
const OFFER = 0x31

/** The middle of the values: a checksum counts those above, which is as cheap for bigints as for numbers. */
export const TIME_MIDDLE: number = TIME_US + MESSAGES_PER_RUN / 2
export const PRICE_MIDDLE: number = PRICE + (MESSAGES_PER_RUN / 2) * TICK

function recordsOf<Long>(long: (value: number) => Long): readonly BookUpdateRecord<Long>[] {
  return Array.from({ length: MESSAGES_PER_RUN }, (_, i) => ({
    transactTime: long(TIME_US + i),
    matchEvent: END_OF_EVENT,
    entries: Array.from({ length: ENTRIES }, (_, k) => ({
      priceMantissa: long(PRICE + i * TICK),
      quantity: i + k + 1,
      instrumentId: 40_000 + i,
      sequence: i,
      orderCount: k + 1,
      level: k + 1,
      action: CHANGE,
      entryType: OFFER,
    })),
  }))
}

export const bookUpdateNumbers = (): readonly BookUpdateRecord<number>[] => recordsOf((value) => value)
export const bookUpdateBigints = (): readonly BookUpdateRecord<bigint>[] => recordsOf(BigInt)

/** What decoding all records must come to. */
export function bookUpdateChecksum(records: readonly BookUpdateRecord<number>[]): number {
  let sum = 0
  for (const record of records) sum += checksumOfNumbers(record)
  return sum
}

export function checksumOfNumbers(record: BookUpdateRecord<number>): number {
  let sum = (record.transactTime > TIME_MIDDLE ? 1 : 0) + record.matchEvent
  for (const entry of record.entries) {
    if (entry.priceMantissa > PRICE_MIDDLE) sum++
    sum += entry.quantity + entry.instrumentId + entry.sequence + entry.orderCount
    sum += entry.level + entry.action + entry.entryType
  }
  return sum
}

const TIME_MIDDLE_BIGINT = BigInt(TIME_MIDDLE)
const PRICE_MIDDLE_BIGINT = BigInt(PRICE_MIDDLE)

export function checksumOfBigints(record: BookUpdateRecord<bigint>): number {
  let sum = (record.transactTime > TIME_MIDDLE_BIGINT ? 1 : 0) + record.matchEvent
  for (const entry of record.entries) {
    if (entry.priceMantissa > PRICE_MIDDLE_BIGINT) sum++
    sum += entry.quantity + entry.instrumentId + entry.sequence + entry.orderCount
    sum += entry.level + entry.action + entry.entryType
  }
  return sum
}
