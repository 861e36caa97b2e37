import * as assert from 'uvu/assert'
import { measureIdleUsage } from '../../../perf/idle/cpu.ts'
import type { IdleUsage } from '../../../perf/idle/cpu.ts'
import type { IdlePlan } from '../../../perf/idle/plan.ts'
import { withNative } from '../../support/native.ts'
import { suite } from '../../support/suite.ts'

const test = suite('a driver without anything to do', { timeoutMs: 60_000 })

/** Of one core, for the driver by default and one connected client. */
const PERCENT_MAX = 5

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

testNative(`by default takes less than ${PERCENT_MAX} % of a core, together with a client`, async () => {
  const usage = await measure({ media: 'native', threading: 'SHARED' })
  assert.ok(usage.processPercent.min < PERCENT_MAX, `${usage.processPercent.min} % of a core`)
  checkWaits(usage, 1)
})

testNative('in three threads wakes up three times as often', async () => {
  checkWaits(await measure({ media: 'native', threading: 'DEDICATED' }), 3)
})

test('on the event loop wakes up no more often than in a thread of its own', async () => {
  checkWaits(await measure({ media: 'dgram', threading: 'SHARED' }), 1)
})

test.run()
