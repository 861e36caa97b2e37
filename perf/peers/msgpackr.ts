/** msgpackr with its records: the names of the properties travel once, in a structure that both ends share. */
import { Packr } from 'msgpackr'
import type { Contenders } from '../sbe/contender.ts'
import * as book from '../sbe/records/book-update.ts'
import * as car from '../sbe/records/car.ts'
import type { ObjectCodec } from './contest-of.ts'
import { contestOf } from './contest-of.ts'

function codec<Value>(): ObjectCodec<Value> {
  const packr = new Packr({ structures: [] })
  return {
    encode: (value) => packr.pack(value),
    decode: (bytes) => packr.unpack(bytes) as Value,
  }
}

export const contenders: Contenders = {
  msgpackr: {
    'book-update': () => contestOf(book.bookUpdateNumbers(), codec(), book.checksumOfNumbers),
    'car': () => contestOf(car.carNumbers(), codec(), car.checksumOfNumbers),
  },
}
