import * as assert from 'uvu/assert'
import { Random } from '../../support/random.ts'
import { seed, SEED_VARIABLE, seededRandom, withSeed } from '../../support/seed.ts'
import { suite } from '../../support/suite.ts'

const test = suite('random numbers')

const numbers = (random: Random, count: number): readonly number[] => Array.from({ length: count }, () => random.u32())

test('the same seed gives the same numbers for ever', () => {
  assert.equal(numbers(new Random('godwit'), 4), numbers(new Random('godwit'), 4))
  assert.equal(numbers(new Random(7), 4), numbers(new Random('7'), 4))
  assert.equal(numbers(new Random('godwit'), 4), [3613541266, 3655772501, 3963089823, 1200525863])
})

test('other seeds and forks give other numbers', () => {
  const random = new Random('a')
  const sequences = [random, new Random('b'), random.fork('x'), random.fork('y'), new Random(''), new Random('a ')]
  const seen = new Set(sequences.flatMap((sequence) => numbers(sequence, 100)))
  assert.ok(seen.size > 590)
})

test('numbers are spread over their range', () => {
  const random = new Random('spread')
  const buckets = new Uint32Array(16)
  for (let i = 0; i < 16_000; i++) buckets[random.int(16)]!++
  for (const count of buckets) assert.ok(count > 800 && count < 1_200, String(buckets))
  const bits = new Uint32Array(64)
  for (let i = 0; i < 1_000; i++) {
    const value = random.bigint(64)
    for (let bit = 0; bit < 64; bit++) if ((value >> BigInt(bit)) & 1n) bits[bit]!++
  }
  for (const count of bits) assert.ok(count > 400 && count < 600, String(bits))
})

test('numbers stay within their bounds and reach both ends', () => {
  const random = new Random('bounds')
  const seen = new Set(Array.from({ length: 200 }, () => random.between(-2, 2)))
  assert.equal([...seen].sort((a, b) => a - b), [-2, -1, 0, 1, 2])
  for (let i = 0; i < 1_000; i++) {
    const value = random.float()
    assert.ok(value >= 0 && value < 1)
    assert.ok(random.int(2 ** 53 - 1) < 2 ** 53 - 1)
    assert.ok(random.bigint(3) < 8n)
  }
  for (const bound of [0, -1, 1.5, NaN]) assert.throws(() => random.int(bound), 'bound must be')
  assert.throws(() => random.pick([]), 'nothing to pick')
})

test('choices have their probability', () => {
  const random = new Random('choices')
  let hits = 0
  for (let i = 0; i < 10_000; i++) if (random.bool(0.1)) hits++
  assert.ok(hits > 850 && hits < 1_150, String(hits))
})

test('a shuffle holds the same values in another order', () => {
  const values = Array.from({ length: 50 }, (_, index) => index)
  const shuffled = new Random('shuffle').shuffle(values)
  assert.not.equal(shuffled, values)
  assert.equal([...shuffled].sort((a, b) => a - b), values)
  assert.is(new Random('bytes').bytes(33).length, 33)
})

test('a failure says how to repeat it', async () => {
  const failing = withSeed('label', () => {
    throw new Error('no')
  })
  const error = await failing.catch((reason: unknown) => reason)
  assert.is(String(error), `Error: no (repeat with ${SEED_VARIABLE}=${seed})`)
  await withSeed('label', (random) => assert.is(random.u32(), seededRandom('label').u32()))
})

test.run()
