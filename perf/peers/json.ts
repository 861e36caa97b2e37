/** JSON of the platform, to and from bytes, as it goes over a network. */
import type { Contenders } from '../sbe/contender.ts'
import * as book from '../sbe/records/book-update.ts'
import * as car from '../sbe/records/car.ts'
import type { ObjectCodec } from './contest-of.ts'
import { contestOf } from './contest-of.ts'

function codec<Value>(): ObjectCodec<Value> {
  return {
    encode: (value) => Buffer.from(JSON.stringify(value)),
    decode: (bytes) => JSON.parse((bytes as Buffer).toString()) as Value,
  }
}

export const contenders: Contenders = {
  json: {
    'book-update': () => contestOf(book.bookUpdateNumbers(), codec(), book.checksumOfNumbers),
    'car': () => contestOf(car.carNumbers(), codec(), car.checksumOfNumbers),
  },
}
