import * as assert from 'uvu/assert'
import type { IdleStrategy } from '../../../client/memory/idle-strategy.ts'
import {
  BACKOFF_PARK_MAX_NS,
  BACKOFF_PARK_MIN_NS,
  BACKOFF_SPINS_MAX,
  BACKOFF_YIELDS_MAX,
  backoff,
  busySpin,
  noop,
  sleeping,
  yielding,
} from '../../../client/memory/idle-strategy.ts'
import { suite } from '../../support/suite.ts'

const test = suite('memory/idle-strategy')

function idle(strategy: IdleStrategy, times: number): void {
  for (let i = 0; i < times; i++) strategy.idle(0)
}

test('backoff parks after 30 empty cycles, from 1 us doubling to 1 ms', () => {
  const parks: number[] = []
  const strategy = backoff((durationNs) => void parks.push(durationNs))
  assert.is(BACKOFF_SPINS_MAX + BACKOFF_YIELDS_MAX, 30)
  idle(strategy, 30)
  assert.equal(parks, [])
  idle(strategy, 12)
  const doubling = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512].map((us) => us * BACKOFF_PARK_MIN_NS)
  assert.equal(parks, [...doubling, BACKOFF_PARK_MAX_NS, BACKOFF_PARK_MAX_NS])
})

test('backoff starts anew after work and after a reset', () => {
  const parks: number[] = []
  const strategy = backoff((durationNs) => void parks.push(durationNs), 5, 15)
  for (const startAnew of [() => strategy.idle(1), () => strategy.reset()]) {
    idle(strategy, 33)
    assert.equal(parks.splice(0), [5, 10, 15])
    startAnew()
    idle(strategy, 30)
    assert.equal(parks, [])
    startAnew()
  }
})

test('sleeping parks the same time whenever there was nothing to do', () => {
  const parks: number[] = []
  const strategy = sleeping((durationNs) => void parks.push(durationNs), 1_000_000)
  for (const workCount of [0, 5, 0]) strategy.idle(workCount)
  strategy.reset()
  assert.equal(parks, [1_000_000, 1_000_000])
})

test('strategies have the names that Aeron gives them', () => {
  const park = (): void => undefined
  const strategies = [busySpin(), yielding(), noop(), sleeping(park, 1), backoff(park)]
  for (const strategy of strategies) {
    strategy.reset()
    strategy.idle(0)
  }
  assert.equal(strategies.map(({ name }) => name), ['spin', 'yield', 'noop', 'sleep-ns', 'backoff'])
})

test.run()
