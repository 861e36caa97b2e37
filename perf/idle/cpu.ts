import { setTimeout as delay } from 'node:timers/promises'
import { Client } from '../../client/client.ts'
import { startDriver } from '../streams/measured-driver.ts'
import { driverOptionsOf } from '../streams/plan.ts'
import { resolvedChannelOf } from './channels.ts'
import type { IdlePlan } from './plan.ts'
import type { Spread } from './spread.ts'
import { spreadOf } from './spread.ts'
import type { ThreadUsage } from './thread-usage.ts'
import { readOwnThread, readThreads } from './thread-usage.ts'

const WINDOW_MS = 1000
const CONNECT_TIMEOUT_MS = 10_000

/** Processor time of a driver and a client without anything to do, in windows of a second. */
export interface IdleUsage {
  /** Percent of one core, of this whole process; a driver in another one is not in it. */
  readonly processPercent: Spread
  /** Undefined where the system does not tell what threads use. */
  readonly threads: IdleThreads | undefined
}

export interface IdleThreads {
  /** Percent of one core, of all threads of the driver. */
  readonly driverPercent: Spread
  readonly driverWaitsPerSecond: Spread
  /** The same of the thread of the client. */
  readonly clientPercent: Spread
  readonly clientWaitsPerSecond: Spread
}

interface Sample {
  readonly ms: number
  readonly processNs: number
  readonly driver: ThreadUsage
  readonly client: ThreadUsage
}

/** One driver; in this thread a client that is connected, with a publication and a subscription over UDP. */
export async function measureIdleUsage(plan: IdlePlan): Promise<IdleUsage> {
  const others = new Set(readThreads()?.keys() ?? [])
  const driver = await startDriver(plan, driverOptionsOf(plan))
  try {
    const client = await Client.connect(driver.target)
    try {
      const subscription = await client.addSubscription('aeron:udp?endpoint=localhost:0', 1)
      const publication = await client.addPublication(await resolvedChannelOf(subscription), 1)
      await publication.waitForConnected({ timeoutMs: CONNECT_TIMEOUT_MS })
      await delay(1000 * plan.warmUpSeconds)
      const { pid } = driver
      const windows = measureWindows(plan.seconds, () => driverThreads(plan.driver !== 'embedded', pid, others))
      return await Promise.race([windows, driver.failure])
    } finally {
      await client.close()
    }
  } finally {
    await driver.close()
  }
}

/** Threads that came with an embedded driver are the driver's; those of its process are all. */
function driverThreads(
  isApart: boolean, pid: number | undefined, others: ReadonlySet<number>,
): ReadonlyMap<number, ThreadUsage> | undefined {
  if (isApart) return pid === undefined ? undefined : readThreads(pid)
  const threads = readThreads()
  return threads && new Map([...threads].filter(([id]) => !others.has(id)))
}

async function measureWindows(
  seconds: number, driver: () => ReadonlyMap<number, ThreadUsage> | undefined,
): Promise<IdleUsage> {
  const isTold = driver() !== undefined
  const samples = [takeSample(driver)]
  for (let n = 0; n < Math.max(1, Math.round((1000 * seconds) / WINDOW_MS)); n++) {
    await delay(Math.min(WINDOW_MS, 1000 * seconds))
    samples.push(takeSample(driver))
  }
  const perMs = (value: (sample: Sample) => number): number[] =>
    samples.slice(1).map((sample, i) => (value(sample) - value(samples[i]!)) / (sample.ms - samples[i]!.ms))
  const percent = (ns: (sample: Sample) => number): Spread => spreadOf(perMs((sample) => ns(sample) / 1e4))
  const perSecond = (count: (sample: Sample) => number): Spread => spreadOf(perMs((sample) => 1e3 * count(sample)))
  return {
    processPercent: percent(({ processNs }) => processNs),
    threads: !isTold ? undefined : {
      driverPercent: percent(({ driver }) => driver.cpuNs),
      driverWaitsPerSecond: perSecond(({ driver }) => driver.waits),
      clientPercent: percent(({ client }) => client.cpuNs),
      clientWaitsPerSecond: perSecond(({ client }) => client.waits),
    },
  }
}

function takeSample(driver: () => ReadonlyMap<number, ThreadUsage> | undefined): Sample {
  const { user, system } = process.cpuUsage()
  let [cpuNs, waits] = [0, 0]
  for (const usage of driver()?.values() ?? []) {
    cpuNs += usage.cpuNs
    waits += usage.waits
  }
  return {
    ms: performance.now(),
    processNs: 1e3 * (user + system),
    driver: { cpuNs, waits },
    client: readOwnThread() ?? { cpuNs: 0, waits: 0 },
  }
}
