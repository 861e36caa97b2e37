/** protobuf-es, which has 64-bit integers as bigints. */
import { createFileRegistry, fromBinary, toBinary } from '@bufbuild/protobuf'
import type { DescMessage } from '@bufbuild/protobuf'
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt'
import protobuf from 'protobufjs'
import descriptor from 'protobufjs/ext/descriptor.js'
import type { Contenders } from '../sbe/contender.ts'
import * as book from '../sbe/records/book-update.ts'
import * as car from '../sbe/records/car.ts'
import type { ObjectCodec } from './contest-of.ts'
import { contestOf } from './contest-of.ts'
import { DEFINITIONS } from './definitions.ts'

/** The description of a message, as its generated modules hold it; protobufjs translates the definitions. */
function describe(name: string): DescMessage {
  const root = new protobuf.Root().loadSync(DEFINITIONS)
  const bytes = descriptor.FileDescriptorSet.encode(root.toDescriptor('proto3')).finish()
  const set = fromBinary(FileDescriptorSetSchema, bytes)
  for (const file of set.file) {
    for (const { field } of file.messageType) {
      // protobufjs names types as seen from the package.
      for (const one of field) if (one.typeName !== '') one.typeName = `.${file.package}.${one.typeName}`
    }
  }
  const message = createFileRegistry(set).getMessage(`godwit.peers.${name}`)
  if (message === undefined) throw new Error(`${DEFINITIONS} has no message ${name}`)
  return message
}

/** Turns plain values into messages once, before anything is measured. */
function messagesOf<Value extends object>(schema: DescMessage, records: readonly Value[]): readonly Value[] {
  const proto = new protobuf.Root().loadSync(DEFINITIONS).lookupType(schema.typeName)
  const plain = (value: unknown): unknown => typeof value === 'bigint' ? Number(value) : value
  return records.map((record) => {
    const copy = JSON.parse(JSON.stringify(record, (_key, value) => plain(value))) as object
    return fromBinary(schema, proto.encode(copy).finish()) as object as Value
  })
}

function codecOf<Value>(schema: DescMessage): ObjectCodec<Value> {
  return {
    encode: (value) => toBinary(schema, value as never),
    decode: (bytes) => fromBinary(schema, bytes) as Value,
  }
}

export const contenders: Contenders = {
  'protobuf-es': {
    'book-update': () => {
      const schema = describe('BookUpdate')
      return contestOf(messagesOf(schema, book.bookUpdateBigints()), codecOf(schema), book.checksumOfBigints)
    },
    'car': () => {
      const schema = describe('Car')
      return contestOf(messagesOf(schema, car.carBigints()), codecOf(schema), car.checksumOfBigints)
    },
  },
}
