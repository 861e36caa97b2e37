/** Ways to spoil a message: bytes at random, and lengths that lie. */
import type { PrimitiveName } from '../../../codegen/index.ts'
import type { Random } from '../random.ts'
import type { Mark, WrittenMessage } from './message-writer.ts'
import { sizeOf, writeNumber } from './message-writer.ts'

const FLOATS = [NaN, Infinity, -Infinity, -1, -0, 0, 0.5, 1e30, 254.5]

/** Smallest, largest, null and near values of a type, as bytes can hold them. */
export function extremesOf(primitive: PrimitiveName): readonly (number | bigint)[] {
  if (primitive === 'float' || primitive === 'double') return FLOATS
  const bits = BigInt(sizeOf(primitive) * 8)
  const top = 1n << bits
  return [0n, 1n, top - 1n, top - 2n, top / 2n, top / 2n - 1n]
}

/** Values for one length or count: extremes, and what is only just wrong. */
export function liesFor(random: Random, primitive: PrimitiveName, honest: number): number | bigint {
  switch (random.int(4)) {
    case 0:
      return honest + random.pick([-2, -1, 1, 2])
    case 1:
      return random.int(300)
    case 2:
      return random.bigint(sizeOf(primitive) * 8)
    default:
      return random.pick(extremesOf(primitive))
  }
}

type Mutation = (random: Random, bytes: Uint8Array, message: WrittenMessage, littleEndian: boolean) => Uint8Array

const MUTATIONS: readonly Mutation[] = [
  lie, lie, lie, flipBit, setByte, randomRun, cut, extend, duplicate, remove, fillRun,
]

/** A copy of the message, spoiled in a place or a few. */
export function spoil(random: Random, message: WrittenMessage, littleEndian: boolean): Uint8Array {
  let bytes: Uint8Array = message.bytes.slice()
  for (let left = random.pick([1, 1, 1, 2, 3, 6]); left > 0; left--) {
    bytes = random.pick(MUTATIONS)(random, bytes, message, littleEndian)
  }
  return bytes
}

/** A copy in which the number at the mark is another. */
export function withNumber(
  bytes: Uint8Array, { offset, primitive }: Mark, value: number | bigint, littleEndian: boolean,
): Uint8Array {
  const copy = bytes.slice()
  if (offset + sizeOf(primitive) <= copy.length) {
    writeNumber(new DataView(copy.buffer), offset, primitive, value, littleEndian)
  }
  return copy
}

function lie(random: Random, bytes: Uint8Array, { marks }: WrittenMessage, littleEndian: boolean): Uint8Array {
  if (marks.length === 0) return bytes
  const mark = random.pick(marks)
  return withNumber(bytes, mark, liesFor(random, mark.primitive, bytes[mark.offset] ?? 0), littleEndian)
}

function flipBit(random: Random, bytes: Uint8Array): Uint8Array {
  if (bytes.length === 0) return bytes
  const index = random.int(bytes.length)
  bytes[index] = (bytes[index] ?? 0) ^ (1 << random.int(8))
  return bytes
}

function setByte(random: Random, bytes: Uint8Array): Uint8Array {
  if (bytes.length > 0) bytes[random.int(bytes.length)] = random.pick([0, 1, 0x7f, 0x80, 0xfe, 0xff])
  return bytes
}

function randomRun(random: Random, bytes: Uint8Array): Uint8Array {
  const start = random.int(bytes.length + 1)
  const length = Math.min(random.int(20), bytes.length - start)
  bytes.set(random.bytes(length), start)
  return bytes
}

function fillRun(random: Random, bytes: Uint8Array): Uint8Array {
  const start = random.int(bytes.length + 1)
  return bytes.fill(random.pick([0, 0xff]), start, start + random.int(40))
}

function cut(random: Random, bytes: Uint8Array): Uint8Array {
  return bytes.slice(0, random.int(bytes.length + 1))
}

function extend(random: Random, bytes: Uint8Array): Uint8Array {
  return concat(bytes, random.bytes(random.int(40)))
}

function duplicate(random: Random, bytes: Uint8Array): Uint8Array {
  const start = random.int(bytes.length + 1)
  const end = start + random.int(40)
  return concat(bytes.slice(0, end), bytes.slice(start))
}

function remove(random: Random, bytes: Uint8Array): Uint8Array {
  const start = random.int(bytes.length + 1)
  return concat(bytes.slice(0, start), bytes.slice(start + random.int(20)))
}

function concat(first: Uint8Array, second: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(first.length + second.length)
  bytes.set(first)
  bytes.set(second, first.length)
  return bytes
}
