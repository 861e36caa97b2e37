import * as assert from 'uvu/assert'
import { DirectBuffer, SbeError } from '../../../codegen/runtime/index.ts'
import { loadCodecs } from '../../support/codecs.ts'
import { suite } from '../../support/suite.ts'
import { orderSchema } from './access-order-schema.ts'

const test = suite('cases of access order')

interface Decoder {
  wrap(buffer: DirectBuffer, offset: number, blockLength: number, version: number, length?: number): this
  sbeRewind(): this
  sbeSkip(): this
  sbeDecodedLength(): number
  encodedLength(): number
  limit(): number
  toJSON(): unknown
  toString(): string
}

interface Encoder {
  wrap(buffer: DirectBuffer, offset: number, length?: number): this
  encodedLength(): number
  checkEncodingIsComplete(): void
}

interface Entries {
  count(): number
  hasNext(): boolean
  next(): this
  at(index: number): this
  [Symbol.iterator](): Iterator<this>
}

interface NewEntries {
  next(): this
  resetCountToIndex(): number
  nullifyOptionalFields(): this
}

type Get<Name extends string, T> = { readonly [name in Name]: () => T }
type Set<Name extends string, T> = { readonly [name in Name]: (value: T) => unknown }
type ReadData<Name extends string> = Get<Name, string> & Get<`${Name}Length` | `skip${Capitalize<Name>}`, number>

interface Codecs {
  readonly TwoDataDecoder: new () => Decoder & Get<'a', number> & ReadData<'b' | 'c'>
  readonly TwoDataEncoder: new () => Encoder & Set<'a', number> & Set<'b' | 'c', string>
  readonly GroupThenDataDecoder: new () => Decoder & Get<'b', Entries & Get<'c', number>> & ReadData<'d'>
  readonly GroupThenDataEncoder: new () => Encoder & Set<'a', number> & Set<'d', string> & {
    bCount(count: number): NewEntries & Set<'c', number>
  }
  readonly DataInGroupDecoder: new () => Decoder & Get<'b', Entries & Get<'c', number> & ReadData<'d'>> & ReadData<'e'>
  readonly DataInGroupEncoder: new () => Encoder & Set<'e', string> & {
    bCount(count: number): NewEntries & Set<'c', number> & Set<'d', string> & { reserveD(length: number): number }
  }
  readonly SiblingsEncoder: new () => Encoder & {
    bCount(count: number): NewEntries & Set<'c', number> & {
      dCount(count: number): NewEntries
      fCount(count: number): NewEntries
    }
    hCount(count: number): NewEntries
  }
  readonly BlockOnlyEncoder: new () => Encoder & Set<'a', number>
  readonly BlockOnlyDecoder: new () => Decoder & Get<'a', number>
  readonly GrownDecoder: new () => Decoder & Get<'a' | 'b', number> & ReadData<'i' | 'j'> & {
    c(): Entries & Get<'d' | 'e', number> & ReadData<'f'>
    g(): Entries
  }
}

const codecs = await loadCodecs<Codecs>({
  name: 'order-cases', schema: { text: orderSchema }, generate: { precedenceChecks: true },
})

function newBuffer(): DirectBuffer {
  return new DirectBuffer(new Uint8Array(128))
}

/** The message of the order error that `run` throws. */
function refused(run: () => unknown): string {
  try {
    run()
  } catch (error) {
    assert.instance(error, SbeError)
    assert.is((error as SbeError).code, 'ERR_GODWIT_SBE_ORDER')
    return (error as SbeError).message
  }
  return assert.unreachable('the access was allowed') as never
}

function codeOf(run: () => unknown): string {
  try {
    run()
    return 'ok'
  } catch (error) {
    return error instanceof SbeError ? error.code : String(error)
  }
}

/** What was refused, and what is expected instead. */
function expectation(run: () => unknown): string {
  const [, refusedPath, expected] = /cannot access "([^"]*)".* expected (?:next: )?(.*)$/.exec(refused(run)) ?? []
  return `${refusedPath}: ${expected}`
}

function twoData(): DirectBuffer {
  const buffer = newBuffer()
  const encoder = new codecs.TwoDataEncoder().wrap(buffer, 0)
  encoder.a(42)
  encoder.b('abc')
  encoder.c('de')
  encoder.checkEncodingIsComplete()
  return buffer
}

function groupThenData(count: number): DirectBuffer {
  const buffer = newBuffer()
  const encoder = new codecs.GroupThenDataEncoder().wrap(buffer, 0)
  encoder.a(42)
  const b = encoder.bCount(count)
  for (let i = 0; i < count; i++) b.next().c(i)
  encoder.d('end')
  encoder.checkEncodingIsComplete()
  return buffer
}

function dataInGroup(count: number): DirectBuffer {
  const buffer = newBuffer()
  const encoder = new codecs.DataInGroupEncoder().wrap(buffer, 0)
  const b = encoder.bCount(count)
  for (let i = 0; i < count; i++) {
    b.next().c(i)
    b.d(`d${i}`)
  }
  encoder.e('end')
  encoder.checkEncodingIsComplete()
  return buffer
}

test('the error says what cannot be accessed and what is expected', () => {
  assert.is(expectation(() => new codecs.TwoDataEncoder().a(1)), 'a: wrap()')
  const two = new codecs.TwoDataEncoder().wrap(newBuffer(), 0)
  assert.is(expectation(() => two.c('x')), 'c: "b"')
  two.b('x')
  assert.is(expectation(() => two.b('y')), 'b: "c"')
  two.c('y')
  assert.is(expectation(() => two.c('z')), 'c: fields only')

  const group = new codecs.GroupThenDataEncoder().wrap(newBuffer(), 0)
  assert.is(expectation(() => group.d('x')), 'd: "b"')
  const b = group.bCount(2)
  assert.is(expectation(() => b.c(1)), 'b.c: "b.next()"')
  assert.is(expectation(() => group.d('x')), 'd: "b.next()"')
  b.next()
  assert.is(expectation(() => group.bCount(1)), 'b: "b.next()"')
  b.next()
  assert.is(expectation(() => group.bCount(1)), 'b: "d"')

  const inner = new codecs.DataInGroupEncoder().wrap(newBuffer(), 0)
  const entries = inner.bCount(2)
  entries.next()
  assert.is(expectation(() => entries.next()), 'b.next(): "b.d"')
  assert.is(expectation(() => entries.resetCountToIndex()), 'b.resetCountToIndex(): "b.d"')
  assert.is(expectation(() => inner.e('x')), 'e: "b.d"')
})

test('an encoding that lacks something says what comes next', () => {
  const missing = (encoder: Encoder): string => refused(() => encoder.checkEncodingIsComplete())
  assert.is(missing(new codecs.TwoDataEncoder()), 'TwoData is not fully encoded, expected next: wrap()')
  const two = new codecs.TwoDataEncoder().wrap(newBuffer(), 0)
  assert.is(missing(two), 'TwoData is not fully encoded, expected next: "b"')
  two.b('')
  assert.is(missing(two), 'TwoData is not fully encoded, expected next: "c"')
  two.c('')
  two.checkEncodingIsComplete()

  const siblings = new codecs.SiblingsEncoder().wrap(newBuffer(), 0)
  const b = siblings.bCount(1).next()
  assert.match(missing(siblings), '"b.d"')
  const d = b.dCount(2).next()
  assert.match(missing(siblings), '"b.d.next()"')
  d.resetCountToIndex()
  assert.match(missing(siblings), '"b.f"')
  b.fCount(0)
  assert.match(missing(siblings), '"h"')
  siblings.hCount(1).next()
  siblings.checkEncodingIsComplete()
})

test('a message of fields only is complete when it is wrapped', () => {
  const encoder = new codecs.BlockOnlyEncoder()
  refused(() => encoder.checkEncodingIsComplete())
  encoder.wrap(newBuffer(), 0).checkEncodingIsComplete()
  encoder.a(1)
  encoder.a(2)
  encoder.checkEncodingIsComplete()
})

test('fields of the root block can be set again at any time', () => {
  const buffer = newBuffer()
  const encoder = new codecs.GroupThenDataEncoder().wrap(buffer, 0)
  encoder.a(1)
  const b = encoder.bCount(1)
  encoder.a(2)
  b.next().c(1)
  encoder.a(3)
  encoder.d('x')
  encoder.a(4)
  encoder.checkEncodingIsComplete()
  assert.is(buffer.view.getUint16(0, true), 4)
})

test('fields of an entry can be set again until its data, and not after', () => {
  const encoder = new codecs.DataInGroupEncoder().wrap(newBuffer(), 0)
  const b = encoder.bCount(2).next()
  b.c(1)
  b.c(2)
  b.d('x')
  refused(() => b.c(3))
  b.next().c(4)
  b.d('y')
  encoder.e('z')
  refused(() => b.c(5))
})

test('a group without entries is complete at once, and has no fields', () => {
  const encoder = new codecs.GroupThenDataEncoder().wrap(newBuffer(), 0)
  const b = encoder.bCount(0)
  refused(() => b.c(1))
  assert.is(codeOf(() => b.next()), 'ERR_GODWIT_SBE_NO_MORE_ENTRIES')
  encoder.d('x')
  encoder.checkEncodingIsComplete()
  const decoder = new codecs.GroupThenDataDecoder().wrap(groupThenData(0), 0, 2, 2)
  assert.is(decoder.b().count(), 0)
  assert.is(decoder.d(), 'end')
})

test('the count of a group can be reset before, between and after entries, but not in the middle of one', () => {
  const taken = [0, 1, 2].map((entries) => {
    const buffer = newBuffer()
    const encoder = new codecs.DataInGroupEncoder().wrap(buffer, 0)
    const b = encoder.bCount(2)
    for (let i = 0; i < entries; i++) {
      b.next().c(i)
      refused(() => b.resetCountToIndex())
      b.d('')
    }
    assert.is(b.resetCountToIndex(), entries)
    refused(() => b.c(1))
    assert.is(codeOf(() => b.next()), 'ERR_GODWIT_SBE_NO_MORE_ENTRIES')
    encoder.e('end')
    refused(() => b.resetCountToIndex())
    encoder.checkEncodingIsComplete()
    const decoder = new codecs.DataInGroupDecoder().wrap(buffer, 0, 2, 2)
    const read = decoder.b()
    while (read.hasNext()) read.next().skipD()
    assert.is(decoder.e(), 'end')
    return read.count()
  })
  assert.equal(taken, [0, 1, 2])
})

test('a length can be read repeatedly, just before its data', () => {
  const decoder = new codecs.TwoDataDecoder().wrap(twoData(), 0, 2, 2)
  refused(() => decoder.cLength())
  assert.equal([decoder.bLength(), decoder.bLength(), decoder.b()], [3, 3, 'abc'])
  refused(() => decoder.bLength())
  assert.equal([decoder.cLength(), decoder.a(), decoder.cLength(), decoder.skipC()], [2, 42, 2, 2])
  refused(() => decoder.cLength())
})

test('data that was skipped counts as read', () => {
  const decoder = new codecs.TwoDataDecoder().wrap(twoData(), 0, 2, 2)
  assert.is(decoder.skipB(), 3)
  refused(() => decoder.b())
  assert.is(decoder.c(), 'de')
})

test('after a rewind the whole message can be read again', () => {
  const decoder = new codecs.DataInGroupDecoder().wrap(dataInGroup(2), 0, 2, 2)
  for (const stopAt of [0, 1, 2]) {
    const b = decoder.b()
    for (let i = 0; i < stopAt; i++) assert.is(b.next().d(), `d${i}`)
    decoder.sbeRewind()
    refused(() => decoder.e())
    if (b.hasNext()) refused(() => b.next())
  }
  const b = decoder.b()
  while (b.hasNext()) b.next().skipD()
  assert.is(decoder.e(), 'end')
  const unwrapped = new codecs.TwoDataDecoder().sbeRewind()
  assert.is(expectation(() => unwrapped.b()), 'b: wrap()')
})

test('after a skip the fields of the root block can be read, and all the rest after a rewind', () => {
  const decoder = new codecs.GroupThenDataDecoder().wrap(groupThenData(2), 0, 2, 2)
  const b = decoder.b()
  decoder.sbeSkip()
  for (const run of [() => b.next(), () => b.at(0), () => b.c(), () => decoder.b(), () => decoder.d()]) refused(run)
  decoder.sbeRewind()
  assert.equal([...decoder.b()].length, 2)
  assert.is(decoder.d(), 'end')
})

test('measuring and printing in the middle of a message disturb nothing', () => {
  const buffer = dataInGroup(2)
  const decoder = new codecs.DataInGroupDecoder().wrap(buffer, 0, 2, 2)
  const look = (): void => {
    const limit = decoder.limit()
    assert.is(decoder.sbeDecodedLength(), 2 + 2 + 2 * (2 + 3) + 4)
    assert.match(String(decoder), `b=[(c=0|d='d0'),(c=1|d='d1')]|e='end'`)
    assert.equal(decoder.toJSON(), { a: 0, b: [{ c: 0, d: 'd0' }, { c: 1, d: 'd1' }], e: 'end' })
    assert.is(decoder.limit(), limit)
  }
  look()
  const b = decoder.b()
  look()
  b.next()
  look()
  assert.equal([b.c(), b.d()], [0, 'd0'])
  look()
  assert.equal([b.next().c(), b.d()], [1, 'd1'])
  look()
  assert.is(decoder.e(), 'end')
  look()
})

test('wrapping again begins again, wherever the last message was left', () => {
  const decoder = new codecs.DataInGroupDecoder().wrap(dataInGroup(2), 0, 2, 2)
  decoder.b().next()
  decoder.wrap(dataInGroup(1), 0, 2, 2)
  const b = decoder.b()
  assert.equal([b.next().d(), decoder.e()], ['d0', 'end'])
  const encoder = new codecs.DataInGroupEncoder().wrap(newBuffer(), 0)
  encoder.bCount(2).next()
  encoder.wrap(newBuffer(), 0).bCount(0)
  encoder.e('')
  encoder.checkEncodingIsComplete()
})

test('a wrap that fails leaves the message before as it was', () => {
  const decoder = new codecs.TwoDataDecoder().wrap(twoData(), 0, 2, 2)
  decoder.b()
  assert.is(codeOf(() => decoder.wrap(newBuffer(), 200, 2, 2)), 'ERR_GODWIT_SBE_BOUNDS')
  refused(() => decoder.b())
  assert.is(decoder.c(), 'de')
})

test('an access that fails for its values or for want of room can be repeated', () => {
  const buffer = newBuffer()
  const encoder = new codecs.DataInGroupEncoder().wrap(buffer, 0, 20)
  assert.is(codeOf(() => encoder.bCount(255)), 'ERR_GODWIT_SBE_GROUP_COUNT')
  assert.is(codeOf(() => encoder.bCount(9)), 'ERR_GODWIT_SBE_BOUNDS')
  const b = encoder.bCount(2).next()
  assert.is(codeOf(() => b.d('x'.repeat(255))), 'ERR_GODWIT_SBE_LENGTH')
  assert.is(codeOf(() => b.d('x'.repeat(14))), 'ERR_GODWIT_SBE_BOUNDS')
  b.d('x'.repeat(12))
  assert.is(codeOf(() => b.next()), 'ERR_GODWIT_SBE_BOUNDS')
  assert.is(b.resetCountToIndex(), 1)
  encoder.e('')
  encoder.checkEncodingIsComplete()
  assert.is(encoder.encodedLength(), 20)

  const decoder = new codecs.DataInGroupDecoder().wrap(buffer, 0, 2, 2, 18)
  const read = decoder.b()
  assert.is(codeOf(() => read.next().d()), 'ERR_GODWIT_SBE_BOUNDS')
  assert.is(read.c(), 0)
  decoder.wrap(buffer, 0, 2, 2, 20)
  assert.is(decoder.b().next().d(), 'x'.repeat(12))
})

test('entries by index come in any order, before or after others, and the group may end after any', () => {
  const decoder = new codecs.GroupThenDataDecoder().wrap(groupThenData(3), 0, 2, 2)
  let b = decoder.b()
  assert.equal([b.at(2).c(), b.at(0).c(), b.at(0).c()], [2, 0, 0])
  assert.is(decoder.d(), 'end')
  refused(() => b.at(0))
  b = decoder.sbeRewind().b()
  assert.equal([b.at(0).c(), ...Array.from(b, (entry) => entry.c())], [0, 1, 2])
  assert.is(decoder.d(), 'end')
  b = decoder.sbeRewind().b()
  assert.equal([b.next().c(), b.at(1).c(), decoder.d()], [0, 1, 'end'])
})

test('what a version lacks can be touched at any time and changes nothing', () => {
  const buffer = newBuffer()
  // Version 0: field a, group c of one entry with field d and data f, data i.
  buffer.bytes.set([7, 0, 2, 1, 9, 0, 1, 0x66, 2, 0x69, 0x69])
  const decoder = new codecs.GrownDecoder().wrap(buffer, 0, 2, 0)
  const touch = (): void => {
    const limit = decoder.limit()
    assert.equal([decoder.b(), decoder.g().count()], [65535, 0])
    assert.equal([decoder.jLength(), decoder.j(), decoder.skipJ()], [0, '', 0])
    assert.is(codeOf(() => decoder.g().next()), 'ERR_GODWIT_SBE_NO_MORE_ENTRIES')
    assert.is(decoder.limit(), limit)
  }
  touch()
  const c = decoder.c()
  touch()
  assert.equal([c.next().d(), c.e(), c.f(), c.e()], [9, 65535, 'f', 65535])
  touch()
  assert.is(decoder.i(), 'ii')
  touch()
  assert.is(decoder.encodedLength(), 11)
})

test('what a version has must be read, although an older one lacks it', () => {
  const buffer = newBuffer()
  // Version 1: fields a and b, no entries of c, no entries of g, data i.
  buffer.bytes.set([7, 0, 8, 0, 2, 0, 2, 0, 2, 0x69, 0x69])
  const decoder = new codecs.GrownDecoder().wrap(buffer, 0, 4, 1)
  decoder.c()
  assert.is(expectation(() => decoder.i()), 'i: "g"')
  decoder.g()
  assert.equal([decoder.i(), decoder.j()], ['ii', ''])
})

test('two codecs of one message keep their own order', () => {
  const buffer = twoData()
  const [one, other] = [new codecs.TwoDataDecoder(), new codecs.TwoDataDecoder()]
  one.wrap(buffer, 0, 2, 2).b()
  other.wrap(buffer, 0, 2, 2)
  assert.equal([other.b(), one.c(), other.c()], ['abc', 'de', 'de'])
})

test.run()
