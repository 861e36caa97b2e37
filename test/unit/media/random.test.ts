import * as assert from 'uvu/assert'
import { SeededRandom } from '../../../driver/core/random.ts'
import { suite } from '../../support/suite.ts'

const test = suite('seeded random numbers')

const MASK_64 = (1n << 64n) - 1n

/** PCG32 as its authors define it, in 64-bit integers. */
function* reference(seed: bigint, stream: bigint): Generator<number> {
  const increment = ((stream << 1n) | 1n) & MASK_64
  const step = (value: bigint): bigint => (value * 6364136223846793005n + increment) & MASK_64
  let state = step((step(0n) + seed) & MASK_64)
  for (;;) {
    const before = state
    state = step(state)
    const xorshifted = Number(((before >> 18n) ^ before) >> 27n & 0xffffffffn)
    const rotation = Number(before >> 59n)
    yield ((xorshifted >>> rotation) | (xorshifted << (-rotation & 31))) >>> 0
  }
}

test('are those of PCG32', () => {
  // From the demonstration of its authors: seed 42, stream 54.
  const random = new SeededRandom(42, 54)
  const expected = [0xa15c02b7, 0x7b47f409, 0xba1d3330, 0x83d2f293, 0xbfa4784b, 0xcbed606e]
  assert.equal(expected.map(() => random.uint32()), expected)
  for (const [seed, stream] of [[0, 0], [1, 1], [2 ** 40 + 3, 7], [2 ** 53 - 1, 2 ** 32 - 1]] as const) {
    const other = new SeededRandom(seed, stream)
    const numbers = reference(BigInt(seed), BigInt(stream))
    for (let i = 0; i < 2000; i++) assert.is(other.uint32(), numbers.next().value)
  }
})

test('lie within their range and fill it', () => {
  const random = new SeededRandom(5)
  const counts = new Array<number>(10).fill(0)
  for (let i = 0; i < 10_000; i++) counts[random.below(10)]!++
  assert.ok(counts.every((count) => count > 850 && count < 1150), String(counts))
  for (let i = 0; i < 10_000; i++) {
    const value = random.float()
    assert.ok(value >= 0 && value < 1)
  }
})

test.run()
