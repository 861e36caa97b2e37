import * as assert from 'uvu/assert'
import { DirectBuffer, SbeError } from '../../../codegen/runtime/index.ts'
import { loadCodecSet, ownCodecs } from '../../support/hostile/codec-sets.ts'
import type { CodecSet } from '../../support/hostile/decode-check.ts'
import { construct, constructHeader } from '../../support/hostile/decode-check.ts'
import { EncodeCheck } from '../../support/hostile/encode-check.ts'
import { OWN_SOURCES } from '../../support/hostile/schemas.ts'
import { HostileFinding } from '../../support/hostile/walker.ts'
import { call, make } from '../../support/json-encoder.ts'
import { withSeed } from '../../support/seed.ts'
import { suite } from '../../support/suite.ts'

const test = suite('encoders of bad values', { timeoutMs: 60_000 })

const RUNS_PER_SCHEMA = 400
/** Where the vehicle begins, and how much room there is behind it. */
const OFFSET = 11
const AFTER = 29
const POISON = 0xa5

const sets = new Map<string, CodecSet>()

test.before(async () => {
  // Stacks of expected errors would take most of the time.
  Error.stackTraceLimit = 0
  for (const built of await ownCodecs()) sets.set(built.name, await loadCodecSet(built))
})

test.after(() => {
  Error.stackTraceLimit = 10
})

function setOf(name: string): CodecSet {
  const set = sets.get(name)
  if (set === undefined) throw new Error(`no codecs for ${name}`)
  return set
}

function codeOf(run: () => unknown): string {
  try {
    run()
    return 'nothing'
  } catch (error) {
    if (error instanceof SbeError) return error.code
    throw error
  }
}

for (const { name } of OWN_SOURCES) {
  test(`encoders of ${name} write nothing outside of their range, and nothing at all when they fail`, () =>
    withSeed(`hostile-encoders/${name}`, (random) => {
      const set = setOf(name)
      const check = new EncodeCheck(set, random)
      for (let i = 0; i < RUNS_PER_SCHEMA; i++) check.run(random, random.pick(set.shape.messages))
      assert.is(check.executions, RUNS_PER_SCHEMA)
    }))
}

test('the check finds an encoder that writes outside of its range', () =>
  withSeed('hostile-encoders/self', (random) => {
    const set = setOf('market-data')
    const Encoder = set.module['TradeEncoder'] as new () => { wrapAndApplyHeader(...args: readonly unknown[]): unknown }
    class TradeEncoder extends Encoder {
      override wrapAndApplyHeader(...args: readonly unknown[]): unknown {
        const [buffer, offset] = args as [DirectBuffer, number]
        buffer.bytes[offset - 1] = 0
        return super.wrapAndApplyHeader(...args)
      }
    }
    const check = new EncodeCheck({ ...set, module: { ...set.module, TradeEncoder } }, random)
    const message = set.shape.messages.find((candidate) => candidate.className === 'Trade')
    if (message === undefined) throw new Error('no such message')
    const run = (): void => {
      for (let i = 0; i < 20; i++) check.run(random, message)
    }
    assert.throws(run, (error: unknown) => error instanceof HostileFinding && /wrote byte 40/.test(error.message))
  }))

for (const { name } of OWN_SOURCES) {
  test(`encoders of ${name} refuse room that is too small or outside the buffer, and write nothing`, () => {
    const set = setOf(name)
    const { shape } = set
    for (const message of shape.messages) {
      const encoder = construct(set, `${message.className}Encoder`)
      const header = constructHeader(set, `${message.className}Encoder`)
      const needed = shape.header.length + (message.block.blockLengths.at(-1) ?? 0)
      const buffer = new DirectBuffer(new Uint8Array(needed + 20).fill(POISON))
      const wrap = (offset: number, length: number): string =>
        codeOf(() => call(encoder, 'wrapAndApplyHeader', buffer, offset, header, length))
      for (const length of [-1, 0, 1, shape.header.length - 1, needed - 1, NaN, Infinity, needed + 21]) {
        assert.is(wrap(0, length), 'ERR_GODWIT_SBE_BOUNDS', `${message.className} length ${length}`)
      }
      for (const offset of [-shape.header.length, -1, 21, needed + 20, NaN, Infinity, 0.5]) {
        assert.is(wrap(offset, needed), 'ERR_GODWIT_SBE_BOUNDS', `${message.className} offset ${offset}`)
      }
      assert.ok(buffer.bytes.every((byte) => byte === POISON), message.className)
      assert.is(wrap(3, needed), 'nothing')
      const outside = [...buffer.bytes.subarray(0, 3), ...buffer.bytes.subarray(3 + needed)]
      assert.ok(outside.every((byte) => byte === POISON), message.className)
    }
  })
}

/** A vehicle encoder in a range of the given length, poison around it. */
function vehicle(length: number) {
  const { module } = setOf('vehicle')
  const buffer = new DirectBuffer(new Uint8Array(OFFSET + length + AFTER).fill(POISON))
  const encoder = make(module, 'VehicleEncoder')
  call(encoder, 'wrap', buffer, OFFSET, length)
  const unchanged = (run: () => unknown): string => {
    const before = buffer.bytes.slice()
    const limit = call(encoder, 'limit')
    const code = codeOf(run)
    assert.equal(buffer.bytes, before)
    assert.is(call(encoder, 'limit'), limit)
    return code
  }
  return { module, buffer, encoder, unchanged }
}

test('exactly the length that computeLength gives is enough, and one byte less is not', () => {
  const { module } = setOf('vehicle')
  const lengths = { trips: [{ stops: 2, note: 3 }], repairs: 1, dealer: 4, town: 5, story: 6, photo: 7 }
  const needed = call(module['VehicleEncoder'], 'computeLength', lengths) as number
  const encode = (length: number): string => {
    const { encoder, buffer } = vehicle(length)
    const code = codeOf(() => {
      const trips = call(call(encoder, 'tripsCount', 1), 'next')
      const stops = call(trips, 'stopsCount', 2)
      call(call(stops, 'next'), 'next')
      call(trips, 'note', 'abc')
      call(call(encoder, 'repairsCount', 1), 'next')
      call(encoder, 'dealer', 'abcd')
      call(encoder, 'town', 'abcde')
      call(encoder, 'story', 'abcdef')
      call(encoder, 'putPhoto', new Uint8Array(7))
    })
    assert.ok(buffer.bytes.subarray(OFFSET + length).every((byte) => byte === POISON))
    return code
  }
  assert.is(encode(needed), 'nothing')
  for (let length = needed - 1; length >= needed - 60; length--) assert.is(encode(length), 'ERR_GODWIT_SBE_BOUNDS')
})

test('text that is too long for its field is refused, in bytes of its encoding, and nothing is written', () => {
  const { encoder, unchanged } = vehicle(2000)
  for (const [name, text] of [
    ['plate', 'ABCDEFG'], ['maker', 'x'.repeat(41)], ['color', 'x'.repeat(11)], ['color', '\u6f22\u5b57\u6f22\u5b57'],
    ['color', '\ud800\ud800\ud800\ud800'], ['model', '\u{1f697}'.repeat(7)], ['dealer', 'x'.repeat(255)],
  ] as const) {
    assert.is(unchanged(() => call(encoder, name, text)), 'ERR_GODWIT_SBE_LENGTH', `${name} ${text}`)
  }
})

test('counts, lengths, indices and parts of arrays that are impossible are refused, and nothing is written', () => {
  const { encoder, unchanged } = vehicle(2000)
  const bytes = new Uint8Array(30)
  for (const count of [-1, 0.5, NaN, Infinity, 65_535, 2 ** 32]) {
    assert.is(unchanged(() => call(encoder, 'tripsCount', count)), 'ERR_GODWIT_SBE_GROUP_COUNT', `count ${count}`)
  }
  for (const length of [-1, 0.5, NaN, Infinity, 255, 2 ** 32]) {
    assert.is(unchanged(() => call(encoder, 'reserveDealer', length)), 'ERR_GODWIT_SBE_LENGTH', `length ${length}`)
  }
  for (const index of [-1, 0.5, NaN, Infinity, 3, 2 ** 32]) {
    assert.is(unchanged(() => call(encoder, 'speedsAt', index, 1)), 'ERR_GODWIT_SBE_INDEX', `index ${index}`)
  }
  for (const args of [[-1], [0.5], [NaN], [31], [Infinity], [0, -1], [0, 31], [25, 6], [0, NaN], [0, 0.5]]) {
    for (const name of ['putSerial', 'putDealer']) {
      assert.is(unchanged(() => call(encoder, name, bytes, ...args)), 'ERR_GODWIT_SBE_LENGTH', `${name} ${args.join()}`)
    }
  }
  assert.is(unchanged(() => call(encoder, 'putSerial', new Uint8Array(21))), 'ERR_GODWIT_SBE_LENGTH')
  assert.is(unchanged(() => call(encoder, 'putPlate', new Uint8Array(5))), 'ERR_GODWIT_SBE_LENGTH')
  assert.is(unchanged(() => call(encoder, 'idAsNumber', -1)), 'ERR_GODWIT_SBE_INEXACT')
  assert.is(unchanged(() => call(encoder, 'priceAsNumber', 0.5)), 'ERR_GODWIT_SBE_INEXACT')
  for (const limit of [OFFSET - 1, OFFSET + 2001, NaN, OFFSET + 0.5, Infinity]) {
    assert.is(unchanged(() => call(encoder, 'setLimit', limit)), 'ERR_GODWIT_SBE_BOUNDS', `limit ${limit}`)
  }
})

test('groups and data that do not fit into the range are refused, and nothing is written', () => {
  const { module } = setOf('vehicle')
  const blockLength = (module['VehicleEncoder'] as { readonly BLOCK_LENGTH: number }).BLOCK_LENGTH
  const { encoder, unchanged } = vehicle(blockLength + 10)
  assert.is(unchanged(() => call(encoder, 'tripsCount', 2)), 'ERR_GODWIT_SBE_BOUNDS')
  assert.is(unchanged(() => call(encoder, 'story', 'more than six')), 'ERR_GODWIT_SBE_BOUNDS')
  assert.is(unchanged(() => call(encoder, 'town', 'x'.repeat(9))), 'ERR_GODWIT_SBE_BOUNDS')
  assert.is(unchanged(() => call(encoder, 'putPhoto', new Uint8Array(9))), 'ERR_GODWIT_SBE_BOUNDS')
  const repairs = call(encoder, 'repairsCount', 0)
  assert.is(unchanged(() => call(repairs, 'next')), 'ERR_GODWIT_SBE_NO_MORE_ENTRIES')
})

test.run()
