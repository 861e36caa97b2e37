import { setTimeout as delay } from 'node:timers/promises'
import { GodwitError } from '../../codegen/runtime/index.ts'
import type { MeasuredDriver } from './measured-driver.ts'
import { startDriver } from './measured-driver.ts'
import { MeasuringWorker } from './measuring-worker.ts'
import type { StreamPlan } from './plan.ts'
import { driverOptionsOf } from './plan.ts'
import { Phase, RunState } from './run-state.ts'
import type {
  LatencyResult,
  PublisherResult,
  Role,
  StreamFacts,
  ThreadResult,
  ThroughputResult,
} from './thread-protocol.ts'

const PROGRESS_INTERVAL_MS = 250

/** The module that measuring threads run, from the sources and from the build. */
const THREAD_MODULE = new URL(import.meta.url.endsWith('.ts') ? './thread.ts' : './thread.js', import.meta.url)

export interface MeasureOptions {
  /** Ends the run early: what was measured so far is the result. */
  readonly signal?: AbortSignal | undefined
  /** Gets messages that have arrived, of the whole run, and where it is. */
  readonly onProgress?: ((received: number, phase: Phase) => void) | undefined
  /** For tests: another module for the measuring threads. */
  readonly threadModule?: URL | undefined
}

/** What the measured streams turned out to be. */
export interface MeasuredStream {
  readonly facts: StreamFacts
  /** Whether the run was ended before its time. */
  readonly isInterrupted: boolean
}

export interface MeasuredThroughput extends MeasuredStream, ThroughputResult, PublisherResult {}

export interface MeasuredLatency extends MeasuredStream, LatencyResult {}

/**
 * One stream, as fast as it goes.
 *
 * Rejects with ERR_GODWIT_PERF_MESSAGE when a message is missing, comes again or differs, ERR_GODWIT_PERF_STALLED,
 * ERR_GODWIT_PERF_INTERRUPTED, and with what driver and client reject with.
 */
export async function measureThroughput(plan: StreamPlan, options: MeasureOptions = {}): Promise<MeasuredThroughput> {
  return withRun(plan, ['publisher', 'subscriber'], options, async (run) => {
    const [publisher, subscriber] = run.workers
    publisher.tell({ kind: 'publish', channel: await run.channelOf(subscriber) })
    const facts = await run.ready()
    const [sent, received] = await run.measure(subscriber)
    return { ...(received as ThroughputResult), ...(sent as PublisherResult), facts, isInterrupted: run.isInterrupted }
  })
}

/** Times there and back over two streams. Rejects as `measureThroughput`. */
export async function measureLatency(plan: StreamPlan, options: MeasureOptions = {}): Promise<MeasuredLatency> {
  return withRun(plan, ['pinger', 'ponger'], options, async (run) => {
    const [pinger, ponger] = run.workers
    ponger.tell({ kind: 'publish', channel: await run.channelOf(pinger) })
    pinger.tell({ kind: 'publish', channel: await run.channelOf(ponger) })
    const facts = await run.ready()
    const [times] = await run.measure(pinger)
    return { ...(times as LatencyResult), facts, isInterrupted: run.isInterrupted }
  })
}

async function withRun<T>(
  plan: StreamPlan,
  roles: readonly [Role, Role],
  options: MeasureOptions,
  body: (run: Run) => Promise<T>,
): Promise<T> {
  const driver = await startDriver(plan, driverOptionsOf(plan)).catch((error: unknown) => {
    // An interrupt in a terminal goes to the process of the driver as well, which may be too young to ignore it.
    throw options.signal?.aborted === true ? interruptedError() : error
  })
  const run = new Run(driver, plan, roles, options)
  try {
    const result = await body(run)
    await Promise.all(run.workers.map((worker) => worker.close()))
    await driver.close()
    return result
  } finally {
    await Promise.all(run.workers.map((worker) => worker.terminate()))
    await driver.close()
  }
}

/** A driver, two threads that measure, and this thread, which leads and otherwise waits. */
class Run {
  readonly workers: readonly [MeasuringWorker, MeasuringWorker]
  isInterrupted: boolean = false
  readonly #driver: MeasuredDriver
  readonly #plan: StreamPlan
  readonly #options: MeasureOptions
  readonly #state: RunState = new RunState()

  constructor(driver: MeasuredDriver, plan: StreamPlan, roles: readonly [Role, Role], options: MeasureOptions) {
    const { target, agentGroups } = driver
    this.#driver = driver
    this.#plan = plan
    this.#options = options
    const module = options.threadModule ?? THREAD_MODULE
    const state = this.#state.memory
    const start = (index: 0 | 1): MeasuringWorker =>
      new MeasuringWorker(module, { role: roles[index], plan, driver: target, state, agents: agentGroups[index] })
    this.workers = [start(0), start(1)]
  }

  async channelOf(worker: MeasuringWorker): Promise<string> {
    return (await this.#orEnd(worker.report('subscribed'))).channel
  }

  /** Waits until both threads are connected. */
  async ready(): Promise<StreamFacts> {
    const reports = await this.#orEnd(Promise.all(this.workers.map((worker) => worker.report('ready'))))
    const facts = reports.find((report) => report.facts !== undefined)?.facts
    if (facts === undefined) throw new Error('no thread has a publication')
    return facts
  }

  /**
   * Warms up, measures, waits for what is under way; gives the results of both threads.
   *
   * @param receiving the thread that is done when everything has arrived
   */
  async measure(receiving: MeasuringWorker): Promise<readonly ThreadResult[]> {
    const state = this.#state
    for (const worker of this.workers) worker.tell({ kind: 'run' })
    state.enter(Phase.WARM_UP)
    await this.#pass(this.#plan.warmUpSeconds)
    if (this.isInterrupted) throw interruptedError()
    state.enter(Phase.MEASURE)
    await this.#pass(this.#plan.seconds)
    state.enter(Phase.DRAIN)
    const results = this.workers.map(async (worker) => {
      const { result } = await worker.report('done')
      if (worker === receiving) state.enter(Phase.END)
      return result
    })
    return this.#orFailure(Promise.all(results))
  }

  /** Lets time pass, with progress; shorter when it is interrupted. */
  async #pass(seconds: number): Promise<void> {
    const { signal, onProgress } = this.#options
    const endMs = performance.now() + seconds * 1000
    for (let leftMs = seconds * 1000; leftMs > 0 && !this.isInterrupted; leftMs = endMs - performance.now()) {
      onProgress?.(this.#state.received, this.#state.phase)
      await this.#orFailure(delay(Math.min(leftMs, PROGRESS_INTERVAL_MS), undefined, { signal }).catch(() => {
        this.isInterrupted = true
      }))
    }
  }

  #orFailure<T>(step: Promise<T>): Promise<T> {
    return Promise.race([step, this.#driver.failure, ...this.workers.map((worker) => worker.failure)])
  }

  /** For what comes before anything is measured: an interrupt ends it at once. */
  #orEnd<T>(step: Promise<T>): Promise<T> {
    const { signal } = this.#options
    const interrupt = new Promise<never>((_resolve, reject) => {
      if (signal?.aborted === true) reject(interruptedError())
      signal?.addEventListener('abort', () => reject(interruptedError()), { once: true })
    })
    interrupt.catch(() => undefined)
    return this.#orFailure(Promise.race([step, interrupt]))
  }
}

function interruptedError(): GodwitError {
  return new GodwitError('ERR_GODWIT_PERF_INTERRUPTED', 'interrupted before anything was measured')
}
