import { setTimeout as delay } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { Client } from '../../client/client.ts'
import type { WaitStrategyName } from '../../client/conductor/wait-strategy.ts'
import { DirectBuffer } from '../../codegen/runtime/index.ts'
import { SeededRandom } from '../../driver/core/random.ts'
import { monotonicNs } from '../../driver/launcher/driver-thread.ts'
import type { MeasuredDriver } from '../streams/measured-driver.ts'
import { startDriver } from '../streams/measured-driver.ts'
import { driverOptionsOf } from '../streams/plan.ts'
import type { IdlePlan } from './plan.ts'
import { quantile } from './spread.ts'
import type { WaiterOrder, WaiterReport } from './waiter.ts'

/** Each stream has an id of its own: what lingers of one does not get into the next. */
const FIRST_STREAM_ID = 1
const CONNECT_TIMEOUT_MS = 10_000
const CHANNELS = { ipc: 'aeron:ipc', udp: 'aeron:udp?endpoint=localhost:0' } as const

/** Pauses between messages, in which everything comes to rest. */
const PAUSE_MIN_MS = 5
const PAUSE_MAX_MS = 50

/** Messages that are published before those that count. */
const WARM_UP_MESSAGES = 20

/** Ends the waiter's loop. */
const LAST_STAMP = NaN

export type WakeUpMedia = keyof typeof CHANNELS

/** Times in microseconds. */
export interface Times {
  readonly p50Us: number
  readonly p99Us: number
  readonly maxUs: number
}

/** What it takes to wake up a thread that waits for a message, and what its waiting takes. */
export interface WakeUps {
  readonly media: WakeUpMedia
  /** Of both clients. */
  readonly strategy: WaitStrategyName
  readonly messages: number
  /** From before `publish` in one thread to the body of `for await` in the other. */
  readonly wakeUp: Times
  /** What `await publish` takes. */
  readonly publish: Times
  /** Processor time of the waiting thread, percent of one core; undefined where the system does not tell. */
  readonly waiterPercent: number | undefined
}

/** Messages one by one after random pauses, for each strategy over IPC and UDP. */
export async function measureWakeUps(plan: IdlePlan): Promise<readonly WakeUps[]> {
  const driver = await startDriver(plan, driverOptionsOf(plan))
  try {
    const results: WakeUps[] = []
    for (const media of ['ipc', 'udp'] as const) {
      for (const strategy of plan.strategies) {
        const stream = measureStream(driver, media, FIRST_STREAM_ID + results.length, strategy, plan)
        results.push(await Promise.race([stream, driver.failure]))
      }
    }
    return results
  } finally {
    await driver.close()
  }
}

async function measureStream(
  driver: MeasuredDriver, media: WakeUpMedia, streamId: number, strategy: WaitStrategyName, plan: IdlePlan,
): Promise<WakeUps> {
  const module = new URL(import.meta.url.endsWith('.ts') ? './waiter.ts' : './waiter.js', import.meta.url)
  const order: WaiterOrder = {
    driver: driver.target, channel: CHANNELS[media], streamId, strategy, warmUpMessages: WARM_UP_MESSAGES,
  }
  const worker = new Worker(module, { workerData: order })
  try {
    const reports = reportsOf(worker)
    const client = await Client.connect(driver.target, { idle: strategy })
    try {
      const { channel } = await reports.next('subscribed')
      const publishUs = await publishAll(client, channel, streamId, plan)
      const { wakeUpUs, cpuPercent } = await reports.next('done')
      return {
        media,
        strategy,
        messages: wakeUpUs.length,
        wakeUp: timesOf(wakeUpUs),
        publish: timesOf(publishUs),
        waiterPercent: cpuPercent,
      }
    } finally {
      await client.close()
    }
  } finally {
    await worker.terminate()
  }
}

/** Returns how long each `publish` took. */
async function publishAll(
  client: Client, channel: string, streamId: number, { seconds, seed }: IdlePlan,
): Promise<readonly number[]> {
  const publication = await client.addPublication(channel, streamId)
  await publication.waitForConnected({ timeoutMs: CONNECT_TIMEOUT_MS })
  const random = new SeededRandom(seed)
  const message = new DirectBuffer(new ArrayBuffer(Float64Array.BYTES_PER_ELEMENT))
  const publishUs: number[] = []
  const publish = async (stamp: number): Promise<number> => {
    message.view.setFloat64(0, stamp, true)
    await publication.publish(message)
    return (monotonicNs() - stamp) / 1e3
  }
  const pause = (): Promise<void> => delay(PAUSE_MIN_MS + random.below(PAUSE_MAX_MS - PAUSE_MIN_MS + 1))
  for (let n = 0; n < WARM_UP_MESSAGES; n++) {
    await pause()
    await publish(monotonicNs())
  }
  const endNs = monotonicNs() + 1e9 * seconds
  do {
    await pause()
    publishUs.push(await publish(monotonicNs()))
  } while (monotonicNs() < endNs)
  await publish(LAST_STAMP)
  return publishUs
}

interface Reports {
  next<K extends WaiterReport['kind']>(kind: K): Promise<Extract<WaiterReport, { readonly kind: K }>>
}

/** Rejects with what kills the waiter. */
function reportsOf(worker: Worker): Reports {
  const received: WaiterReport[] = []
  let wake = (): void => undefined
  const failure = new Promise<never>((_resolve, reject) => {
    worker.on('message', (report: WaiterReport) => {
      received.push(report)
      wake()
    })
    worker.once('error', reject)
    worker.once('exit', (code) => reject(new Error(`the waiting thread ended with exit code ${code}`)))
  })
  failure.catch(() => undefined)
  return {
    next: async <K extends WaiterReport['kind']>(kind: K) => {
      while (received.length === 0) {
        await Promise.race([new Promise<void>((resolve) => void (wake = resolve)), failure])
      }
      const report = received.shift()!
      if (report.kind !== kind) throw new Error(`the waiting thread reports ${report.kind} instead of ${kind}`)
      return report as Extract<WaiterReport, { readonly kind: K }>
    },
  }
}

function timesOf(values: readonly number[]): Times {
  const sorted = [...values].sort((a, b) => a - b)
  return { p50Us: quantile(sorted, 0.5), p99Us: quantile(sorted, 0.99), maxUs: quantile(sorted, 1) }
}
