import * as assert from 'uvu/assert'
import { measureIdleUsage } from '../../../perf/idle/cpu.ts'
import type { IdleUsage } from '../../../perf/idle/cpu.ts'
import type { IdlePlan } from '../../../perf/idle/plan.ts'
import { withNative } from '../../support/native.ts'
import { suite } from '../../support/suite.ts'
import { measureResting } from './resting-thread.ts'

const test = suite('a driver without anything to do', { timeoutMs: 60_000 })

/**
 * For the driver by default and one connected client, by what a thread takes that only rests as the driver does:
 * machines differ by a factor of four in what it costs to wake up.
 */
const RESTING_THREADS_MAX = 4

/** Waits of one thread: one a millisecond, and shorter ones after each heartbeat and status message. */
const WAITS_PER_SECOND_MAX = 1500
/** Fewer would mean that the wrong threads are counted. */
const WAITS_PER_SECOND_MIN = 100

/** Processor time, not time: what else the machine does slows the caches only, and the best second counts. */
function measure(plan: Pick<IdlePlan, 'media' | 'threading'>): Promise<IdleUsage> {
  const driver = { driver: 'embedded', dir: undefined, driverIdle: 'backoff' } as const
  return measureIdleUsage({ ...driver, ...plan, seconds: 8, warmUpSeconds: 3, strategies: [], seed: 1 })
}

function checkWaits({ threads }: IdleUsage, threadCount: number): void {
  const { driverWaitsPerSecond, clientWaitsPerSecond } = threads!
  assert.ok(driverWaitsPerSecond.median > threadCount * WAITS_PER_SECOND_MIN, `${driverWaitsPerSecond.median} waits`)
  assert.ok(driverWaitsPerSecond.min < threadCount * WAITS_PER_SECOND_MAX, `${driverWaitsPerSecond.min} waits`)
  // Every 16 ms.
  assert.ok(clientWaitsPerSecond.min < 100, `${clientWaitsPerSecond.min} waits of the client`)
}

const testNative = withNative(test)

testNative(`by default takes less than ${RESTING_THREADS_MAX} threads that rest, together with a client`, async () => {
  const resting = await measureResting()
  const usage = await measure({ media: 'native', threading: 'SHARED' })
  const { min } = usage.processPercent
  process.stdout.write(`${min.toFixed(1)} % of a core, a thread that only rests ${resting?.toFixed(1)} %\n`)
  assert.ok(min < RESTING_THREADS_MAX * resting!)
  checkWaits(usage, 1)
})

testNative('in three threads wakes up three times as often', async () => {
  checkWaits(await measure({ media: 'native', threading: 'DEDICATED' }), 3)
})

test('on the event loop wakes up no more often than in a thread of its own', async () => {
  checkWaits(await measure({ media: 'dgram', threading: 'SHARED' }), 1)
})

test.run()
