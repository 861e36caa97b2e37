/** protobufjs, with the code that it makes at run time, which is that of its static modules. */
import protobuf from 'protobufjs'
import type { Contenders } from '../sbe/contender.ts'
import * as book from '../sbe/records/book-update.ts'
import * as car from '../sbe/records/car.ts'
import type { ObjectCodec } from './contest-of.ts'
import { contestOf } from './contest-of.ts'
import { DEFINITIONS } from './definitions.ts'

function codecOf<Value extends object>(name: string): ObjectCodec<Value> {
  const type = new protobuf.Root().loadSync(DEFINITIONS).lookupType(`godwit.peers.${name}`)
  return {
    encode: (value) => type.encode(value).finish(),
    decode: (bytes) => type.decode(bytes) as object as Value,
  }
}

function withNumbers<Value extends object>(name: string): ObjectCodec<Value> {
  // As where the package long is not installed: 64-bit integers become numbers, which is faster.
  Object.assign(protobuf.util, { Long: undefined })
  protobuf.configure()
  return codecOf<Value>(name)
}

export const contenders: Contenders = {
  'protobufjs': {
    'book-update': () => contestOf(book.bookUpdateNumbers(), withNumbers('BookUpdate'), book.checksumOfNumbers),
    'car': () => contestOf(car.carNumbers(), withNumbers('Car'), car.checksumOfNumbers),
  },
  // 64-bit integers are objects of the package long, as protobufjs is installed; `>` compares them as numbers.
  'protobufjs-long': {
    'book-update': () => contestOf(book.bookUpdateNumbers(), codecOf('BookUpdate'), book.checksumOfNumbers),
    'car': () => contestOf(car.carNumbers(), codecOf('Car'), car.checksumOfNumbers),
  },
}
