import { readFileSync } from 'node:fs'
import { foldRecord } from '../market-data/checksum.ts'
import { dataFile } from '../market-data/data-file.ts'
import { encodedLengthOf } from '../market-data/encode.ts'
import { parseMarketData } from '../market-data/parse.ts'
import type { MarketDataRecord } from '../market-data/record.ts'

/** A message of the data file. */
export interface JobMessage {
  readonly record: MarketDataRecord
  /** Bytes that it takes, with its header. */
  readonly length: number
  /** Over the values of all its fields. */
  readonly checksum: number
}

/** The messages of the data file, which are sent over and over. */
export function readMessages(): readonly JobMessage[] {
  return parseMarketData(readFileSync(dataFile, 'utf8')).map((record) => ({
    record,
    length: encodedLengthOf(record),
    checksum: foldRecord(0, record),
  }))
}
