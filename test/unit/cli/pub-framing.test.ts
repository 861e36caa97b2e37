import * as assert from 'uvu/assert'
import { LengthFraming, LineFraming } from '../../../driver/cli/pub-framing.ts'
import type { Framing } from '../../../driver/cli/pub-framing.ts'
import { GodwitError } from '../../../codegen/runtime/errors.ts'
import type { Random } from '../../support/random.ts'
import { withSeed } from '../../support/seed.ts'
import { suite } from '../../support/suite.ts'

const test = suite('cli: framing of input')

const LENGTH_MAX = 200_000

/** All messages of the input, fed in these pieces; copies, because what `next` gives is reused. */
function cut(framing: Framing, chunks: readonly Uint8Array[]): Buffer[] {
  const messages: Buffer[] = []
  const take = (range: ReturnType<Framing['next']>): boolean => {
    if (range === undefined) return false
    messages.push(Buffer.from(range.buffer.bytes.slice(range.offset, range.offset + range.length)))
    return true
  }
  for (const chunk of chunks) {
    framing.feed(chunk)
    let isTaken = true
    while (isTaken) isTaken = take(framing.next())
  }
  take(framing.end())
  return messages
}

function pieces(bytes: Uint8Array, random: Random): Uint8Array[] {
  const result: Uint8Array[] = []
  for (let offset = 0; offset < bytes.length;) {
    const length = random.bool(0.5) ? random.between(1, 5) : random.between(1, 100_000)
    result.push(bytes.subarray(offset, offset + length))
    offset += length
  }
  return result
}

function lengthOf(random: Random): number {
  return random.bool(0.05) ? random.int(LENGTH_MAX + 1) : random.int(40)
}

function expectSame(actual: readonly Buffer[], expected: readonly Buffer[]): void {
  assert.is(actual.length, expected.length)
  actual.forEach((message, index) => assert.ok(message.equals(expected[index]!), `message ${index} differs`))
}

function withPrefix(message: Buffer): Buffer {
  const prefix = Buffer.alloc(4)
  prefix.writeUInt32LE(message.length)
  return Buffer.concat([prefix, message])
}

function inputErrorOf(body: () => unknown): string {
  try {
    body()
  } catch (error) {
    assert.ok(error instanceof GodwitError && error.code === 'ERR_GODWIT_CLI_INPUT', String(error))
    return (error as GodwitError).message
  }
  throw new Error('nothing was thrown')
}

test('each line is a message without its line feed, the last one also without one', () => {
  const lines = (text: string): string[] =>
    cut(new LineFraming(LENGTH_MAX), [Buffer.from(text)]).map((message) => message.toString())
  assert.equal(lines('a\nbc\n'), ['a', 'bc'])
  assert.equal(lines('a\nbc'), ['a', 'bc'])
  assert.equal(lines('\n\na\r\n\n'), ['', '', 'a\r', ''])
  assert.equal(lines(''), [])
})

test('lines are the same however the input is cut', () => withSeed('pub-framing/lines', (random) => {
  for (let round = 0; round < 100; round++) {
    const count = random.int(50)
    const lines = Array.from({ length: count }, () => {
      return Buffer.alloc(lengthOf(random), random.pick([0, 1, 9, 11, 65, 255]))
    })
    const input = Buffer.concat(lines.flatMap((line) => [line, Buffer.from('\n')]))
    expectSame(cut(new LineFraming(LENGTH_MAX), pieces(input, random)), lines)
  }
}))

test('messages with lengths are the same however the input is cut', () => withSeed('pub-framing/length', (random) => {
  for (let round = 0; round < 100; round++) {
    const messages = Array.from({ length: random.int(50) }, () => {
      return Buffer.alloc(lengthOf(random), random.int(256))
    })
    const input = Buffer.concat(messages.map(withPrefix))
    expectSame(cut(new LengthFraming(LENGTH_MAX), pieces(input, random)), messages)
  }
}))

test('a line that is too long is named with its number and the limit, before all of it is there', () => {
  const framing = new LineFraming(10)
  assert.is(cut(new LineFraming(10), [Buffer.from('0123456789\n')]).length, 1)
  const message = inputErrorOf(() => cut(framing, [Buffer.from('a\nb\n01234'), Buffer.from('567890')]))
  assert.match(message, /^line 3 of the standard input has more than the 10 bytes/)
  assert.match(message, 'term-length')
})

test('a message that is too long is named with its number, its length and the limit', () => {
  const input = Buffer.concat([withPrefix(Buffer.from('ok')), Buffer.from([0xff, 0xff, 0xff, 0xff])])
  const message = inputErrorOf(() => cut(new LengthFraming(10), [input]))
  assert.match(message, /^message 2 of the standard input is said to have 4,294,967,295 bytes, at most 10 are possible/)
})

test('input that ends within a message says what is there of it', () => {
  const ends = (bytes: readonly number[]): string =>
    inputErrorOf(() => cut(new LengthFraming(LENGTH_MAX), [Buffer.from(bytes)]))
  const where = 'the standard input ends in the middle of message'
  assert.is(ends([0, 0, 0, 0, 1]), `${where} 2: there are only 1 byte of its length`)
  assert.is(ends([3, 0, 0, 0]), `${where} 1: there are only 0 of 3 bytes`)
  assert.is(ends([3, 0, 0, 0, 7, 7]), `${where} 1: there are only 2 of 3 bytes`)
})

test.run()
