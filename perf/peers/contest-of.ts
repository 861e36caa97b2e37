import type { Contest } from '../sbe/contender.ts'

/** A library that encodes objects to bytes of their own, and decodes such bytes to objects. */
export interface ObjectCodec<Value> {
  readonly encode: (value: Value) => Uint8Array
  readonly decode: (bytes: Uint8Array) => Value
}

/** The contest of such a library; `sum` gives what an object adds to the checksum. */
export function contestOf<Value>(
  records: readonly Value[],
  { encode, decode }: ObjectCodec<Value>,
  sum: (value: Value) => number,
): Contest {
  const messages = records.map((record) => Buffer.from(encode(record)))
  return {
    encode: () => {
      let length = 0
      for (const record of records) length += encode(record).length
      return length
    },
    decode: () => {
      let total = 0
      for (const message of messages) total += sum(decode(message))
      return total
    },
  }
}
