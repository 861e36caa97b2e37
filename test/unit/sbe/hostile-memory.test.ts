import * as assert from 'uvu/assert'
import { DirectBuffer, SbeError, Slice } from '../../../codegen/runtime/index.ts'
import { loadCodecSet, ownCodecs } from '../../support/hostile/codec-sets.ts'
import type { CodecSet } from '../../support/hostile/decode-check.ts'
import { DecodeCheck } from '../../support/hostile/decode-check.ts'
import { MessageWriter } from '../../support/hostile/message-writer.ts'
import { roundTripVehicles } from '../../support/hostile/realm-scenario.ts'
import { walkMessage } from '../../support/hostile/walker.ts'
import type { Flyweight } from '../../support/hostile/walker.ts'
import { call, make } from '../../support/json-encoder.ts'
import { withSeed } from '../../support/seed.ts'
import { suite } from '../../support/suite.ts'

const test = suite('codecs over all kinds of memory', { timeoutMs: 60_000 })

const MESSAGES = 40
const POISON = 0x5a

const loaded: CodecSet[] = []

test.before(async () => {
  for (const built of await ownCodecs()) if (built.name === 'vehicle') loaded.push(await loadCodecSet(built))
})

function vehicles(): CodecSet {
  const [set] = loaded
  if (set === undefined) throw new Error('no codecs')
  return set
}

/** Everything that the decoder gives for bytes that have been put at an offset of the buffer. */
function transcriptOf(
  { module, classes }: CodecSet, buffer: DirectBuffer, bytes: Uint8Array, offset: number,
): readonly string[] {
  buffer.bytes.set(bytes, offset)
  const decoder = make(module, 'VehicleDecoder') as Flyweight
  call(decoder, 'wrapAndApplyHeader', buffer, offset, make(module, 'MessageHeaderDecoder'), bytes.length)
  return walkMessage(classes, decoder, { maxEntries: 1000, misuse: true }).transcript
}

const MEMORIES: readonly [what: string, make: (length: number) => DirectBuffer][] = [
  ['a part of a pooled Buffer', (length) => {
    const pooled = Buffer.from(new Uint8Array(length))
    assert.ok(length > 4000 || pooled.buffer.byteLength > length, 'taken from the pool')
    return new DirectBuffer(pooled)
  }],
  ['a part of shared memory', (length) => new DirectBuffer(new SharedArrayBuffer(length + 100), 51, length)],
  ['a view of a view', (length) => {
    return new DirectBuffer(new DirectBuffer(new Uint8Array(length + 64), 13).bytes, 7, length)
  }],
  ['a view of numbers', (length) => {
    return new DirectBuffer(new Float64Array(Math.ceil(length / 8) + 2).subarray(1), 3, length)
  }],
]

for (const [what, makeBuffer] of MEMORIES) {
  test(`a message reads the same in ${what}`, () =>
    withSeed(`hostile-memory/${what}`, (random) => {
      const set = vehicles()
      const writer = new MessageWriter(set.shape)
      const check = new DecodeCheck(set, random)
      for (let i = 0; i < MESSAGES; i++) {
        const [message] = set.shape.messages
        if (message === undefined) throw new Error('no message')
        const { bytes } = writer.write(random, message)
        const [, ...expected] = check.run(message, bytes, { header: true }, true).transcript
        assert.equal(transcriptOf(set, makeBuffer(bytes.length + 30), bytes, 17), expected)
      }
    }))
}

test('the same bytes are written to shared memory', () => {
  assert.equal(roundTripVehicles(vehicles().module, true), roundTripVehicles(vehicles().module, false))
})

test('what lies around a part of a pooled Buffer stays as it is', () => {
  const { module } = vehicles()
  const whole = new Uint8Array(4096).fill(POISON)
  const part = new DirectBuffer(whole, 100, 2000)
  const encoder = make(module, 'VehicleEncoder')
  call(encoder, 'wrapAndApplyHeader', part, 0, make(module, 'MessageHeaderEncoder'))
  call(encoder, 'nullifyOptionalFields')
  call(encoder, 'maker', 'x'.repeat(40))
  for (const name of ['trips', 'repairs']) call(encoder, `${name}Count`, 0)
  for (const name of ['dealer', 'town']) call(encoder, name, '')
  const room = 2000 - (call(encoder, 'limit') as number) - 4
  call(encoder, 'story', 'y'.repeat(room))
  assert.is(call(encoder, 'limit'), 2000)
  assert.throws(() => call(encoder, 'putPhoto', new Uint8Array(0)), (error: unknown) => error instanceof SbeError)
  assert.ok(whole.subarray(0, 100).every((byte) => byte === POISON))
  assert.ok(whole.subarray(2100).every((byte) => byte === POISON))
  assert.is(whole[2099], 'y'.charCodeAt(0))
})

test('slices and views of data refer to the memory of the message', () => {
  const { module } = vehicles()
  const whole = Buffer.alloc(3000)
  const buffer = new DirectBuffer(whole, 500, 2000)
  const encoder = make(module, 'VehicleEncoder')
  call(encoder, 'wrap', buffer, 10)
  for (const name of ['trips', 'repairs']) call(encoder, `${name}Count`, 0)
  for (const name of ['dealer', 'town', 'story']) call(encoder, name, name)
  call(encoder, 'putPhoto', Uint8Array.from([1, 2, 3]))
  const decoder = make(module, 'VehicleDecoder')
  call(decoder, 'wrap', buffer, 10, call(encoder, 'sbeBlockLength'), 2)
  for (const name of ['trips', 'repairs']) call(decoder, name)
  const slice = new Slice()
  call(decoder, 'wrapDealer', slice)
  assert.is(Buffer.from(slice.toUint8Array()).toString(), 'dealer')
  const town = call(decoder, 'townBytes') as Uint8Array
  town[0] = 'T'.charCodeAt(0)
  assert.is(whole.subarray(500 + 10).includes('Town'), true)
  assert.is(call(decoder, 'story'), 'story')
  assert.equal([...(call(decoder, 'photoBytes') as Uint8Array)], [1, 2, 3])
})

test.run()
