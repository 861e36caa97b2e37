/** Avro through avsc, which has 64-bit integers as numbers. */
import avro from 'avsc'
import type { Contenders } from '../sbe/contender.ts'
import * as book from '../sbe/records/book-update.ts'
import * as car from '../sbe/records/car.ts'
import type { ObjectCodec } from './contest-of.ts'
import { contestOf } from './contest-of.ts'

type Fields = Readonly<Record<string, unknown>>

const record = (name: string, fields: Fields): object =>
  ({ type: 'record', name, fields: Object.entries(fields).map(([field, type]) => ({ name: field, type })) })
const array = (items: unknown): object => ({ type: 'array', items })

const BOOK_UPDATE = record('BookUpdate', {
  transactTime: 'long',
  matchEvent: 'int',
  entries: array(record('BookEntry', {
    priceMantissa: 'long',
    quantity: 'int',
    instrumentId: 'int',
    sequence: 'int',
    orderCount: 'int',
    level: 'int',
    action: 'int',
    entryType: 'int',
  })),
})

const CAR = record('Car', {
  serialNumber: 'long',
  modelYear: 'int',
  available: 'int',
  code: 'int',
  someNumbers: array('int'),
  vehicleCode: 'string',
  extras: 'int',
  engine: record('Engine', {
    capacity: 'int',
    numCylinders: 'int',
    manufacturerCode: 'string',
    efficiency: 'int',
    boosterEnabled: 'int',
    booster: record('Booster', { boostType: 'int', horsePower: 'int' }),
  }),
  fuelFigures: array(record('FuelFigure', { speed: 'int', mpg: 'float', usageDescription: 'string' })),
  performanceFigures: array(record('PerformanceFigure', {
    octaneRating: 'int',
    acceleration: array(record('Acceleration', { mph: 'int', seconds: 'float' })),
  })),
  manufacturer: 'string',
  model: 'string',
  activationCode: 'string',
})

function codecOf<Value>(schema: object): ObjectCodec<Value> {
  const type = avro.Type.forSchema(schema as avro.Schema)
  return {
    encode: (value) => type.toBuffer(value),
    decode: (bytes) => type.fromBuffer(bytes as Buffer) as Value,
  }
}

export const contenders: Contenders = {
  avsc: {
    'book-update': () => contestOf(book.bookUpdateNumbers(), codecOf(BOOK_UPDATE), book.checksumOfNumbers),
    'car': () => contestOf(car.carNumbers(), codecOf(CAR), car.checksumOfNumbers),
  },
}
