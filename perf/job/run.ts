import { setTimeout as delay } from 'node:timers/promises'
import type { MediaName } from '../../driver/core/driver-settings.ts'
import { MediaDriver } from '../../driver/launcher/media-driver.ts'
import { SystemCounterId } from '../../schemas/generated/aeron.memory/index.ts'
import { JobState, Phase } from './job-state.ts'
import { JobThread } from './job-thread.ts'
import type { PublisherResult, SubscriberResult } from './thread-protocol.ts'

const STREAM_ID = 1001

/** Windows of a megabyte: the stream goes on while gaps are closed, and what waits to be sent is not old. */
const PUBLISHER_PARAMETERS = 'term-length=16m|pub-wnd=1m|so-sndbuf=2m'
const SUBSCRIBER_PARAMETERS = 'rcv-wnd=1m|so-rcvbuf=2m'

/** Not counted at full speed: code is compiled while it runs for the first time. */
const WARM_UP_SHARE = 0.25

const LOOK_MS = 5
const PROGRESS_MS = 1000
/** The rest of a phase is shown, too, unless it is shorter. */
const PROGRESS_MIN_MS = 250

/** When nothing arrives for so long although something is missing, it never will. */
const STALL_MS = 5000

export interface JobPlan {
  /** Of each of the two measured phases. */
  readonly seconds: number
  /** Messages per second in the second one. */
  readonly rate: number
  /** Share of the datagrams that are dropped when they arrive, from 0 to 1. */
  readonly loss: number
  readonly seed: number
  readonly media: MediaName
  /** Further parameters of the subscriber's channel, such as `reliable=false`. */
  readonly subscription: string | undefined
}

/** What the driver counted. */
export interface RepairCounts {
  readonly datagrams: number
  readonly dropped: number
  readonly naks: number
  readonly retransmits: number
  readonly retransmittedBytes: number
}

export interface Progress {
  readonly phase: Phase
  /** Since the run began. */
  readonly seconds: number
  /** Since the progress before. */
  readonly messagesPerSecond: number
  readonly bytesPerSecond: number
  readonly repairs: RepairCounts
}

export interface JobResult {
  readonly published: PublisherResult
  readonly received: SubscriberResult
  readonly repairs: RepairCounts
  readonly isInterrupted: boolean
}

export interface JobWatcher {
  /** Ends the run early; what arrived so far is the result. */
  readonly signal: AbortSignal
  onStart(endpoint: string): void
  onProgress(progress: Progress): void
  onWarning(message: string): void
}

/** The run was ended before anything was sent. */
export class InterruptedError extends Error {}

/**
 * Sends real messages from one thread to another, through a driver in a third one, and UDP that loses some.
 *
 * Rejects when a message is missing, comes again or differs, when nothing arrives any more, and with what driver and
 * client reject with.
 */
export async function runJob(plan: JobPlan, watcher: JobWatcher): Promise<JobResult> {
  let onDriverDeath: (error: Error) => void = () => undefined
  const death = new Promise<never>((_resolve, reject) => void (onDriverDeath = reject))
  death.catch(() => undefined)
  const driver = await MediaDriver.launch({
    threadingMode: 'SHARED',
    media: plan.media,
    faults: { seed: plan.seed, receive: { loss: plan.loss } },
    onWarning: (message) => watcher.onWarning(message),
    onError: onDriverDeath,
  })
  const job = new Job(driver, plan, watcher, death)
  try {
    return await job.run()
  } finally {
    await job.terminate()
    await driver.close()
  }
}

class Job {
  readonly #driver: MediaDriver
  readonly #plan: JobPlan
  readonly #watcher: JobWatcher
  readonly #state: JobState = new JobState()
  readonly #threads: JobThread[] = []
  readonly #driverDeath: Promise<never>
  #startMs: number = NaN
  #shown: { readonly ms: number; readonly messages: number; readonly bytes: number } | undefined

  constructor(driver: MediaDriver, plan: JobPlan, watcher: JobWatcher, driverDeath: Promise<never>) {
    this.#driver = driver
    this.#plan = plan
    this.#watcher = watcher
    this.#driverDeath = driverDeath
  }

  async run(): Promise<JobResult> {
    const { signal } = this.#watcher
    const { seconds } = this.#plan
    const state = this.#state
    const [publisher, subscriber] = await this.#connect()
    if (signal.aborted) throw new InterruptedError('interrupted before anything was sent')
    this.#startMs = performance.now()
    await this.#pass(Phase.WARM_UP, seconds * WARM_UP_SHARE)
    await this.#pass(Phase.FULL_SPEED, seconds)
    if (!signal.aborted) {
      await this.#settle(Phase.PAUSE)
      await this.#pass(Phase.PACED, seconds)
    }
    await this.#settle(Phase.LAST_PAUSE)
    state.enter(Phase.END)
    const reports = await this.#orFailure(Promise.all([publisher.report('done'), subscriber.report('done')]))
    const repairs = this.#repairs()
    await Promise.all(this.#threads.map((thread) => thread.end()))
    const [published, received] = reports.map(({ result }) => result) as [PublisherResult, SubscriberResult]
    return { published, received, repairs, isInterrupted: signal.aborted }
  }

  async terminate(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.terminate()))
  }

  async #connect(): Promise<readonly [JobThread, JobThread]> {
    const { subscription, rate } = this.#plan
    const common = { handle: this.#driver.handle, state: this.#state.memory, streamId: STREAM_ID }
    const parameters = subscription === undefined ? SUBSCRIBER_PARAMETERS : `${SUBSCRIBER_PARAMETERS}|${subscription}`
    const subscriber = this.#start({
      ...common, role: 'subscriber', channel: `aeron:udp?endpoint=127.0.0.1:0|${parameters}`,
    })
    const { endpoint } = await this.#orFailure(subscriber.report('bound'))
    const publisher = this.#start({
      ...common, role: 'publisher', rate,
      channel: `aeron:udp?endpoint=${endpoint}|${PUBLISHER_PARAMETERS}`,
    })
    await this.#orFailure(Promise.all([subscriber.report('ready'), publisher.report('ready')]))
    this.#watcher.onStart(endpoint)
    return [publisher, subscriber]
  }

  #start(order: ConstructorParameters<typeof JobThread>[0]): JobThread {
    const thread = new JobThread(order)
    this.#threads.push(thread)
    return thread
  }

  /** Lets a phase last so long; shorter when the run is interrupted. */
  async #pass(phase: Phase, seconds: number): Promise<void> {
    if (this.#watcher.signal.aborted) return
    this.#state.enter(phase)
    const endMs = performance.now() + seconds * 1000
    this.#shown = undefined
    await this.#lookUntil(phase, PROGRESS_MS, (nowMs) => this.#watcher.signal.aborted || nowMs >= endMs)
    this.#showProgress(phase, performance.now(), PROGRESS_MIN_MS)
  }

  /** Stops the publisher, and waits until all that it sent has arrived. */
  async #settle(phase: typeof Phase.PAUSE | typeof Phase.LAST_PAUSE): Promise<void> {
    const state = this.#state
    state.enter(phase)
    let arrivedMs = performance.now()
    let arrived = -1
    await this.#lookUntil(phase, Infinity, (nowMs) => {
      const published = state.publishedUntil(phase)
      if (published === state.messages) return true
      if (arrived !== state.messages) arrivedMs = nowMs
      else if (nowMs - arrivedMs > STALL_MS) throw stallError(published, state.messages)
      arrived = state.messages
      return false
    })
  }

  async #lookUntil(phase: Phase, progressMs: number, isOver: (nowMs: number) => boolean): Promise<void> {
    for (;;) {
      const nowMs = performance.now()
      if (isOver(nowMs)) return
      this.#showProgress(phase, nowMs, progressMs)
      await this.#orFailure(delay(LOOK_MS))
    }
  }

  #showProgress(phase: Phase, nowMs: number, afterMs: number): void {
    const { messages, bytes } = this.#state
    this.#shown ??= { ms: nowMs, messages, bytes }
    const elapsedMs = nowMs - this.#shown.ms
    if (elapsedMs < afterMs) return
    const elapsed = elapsedMs / 1000
    this.#watcher.onProgress({
      phase,
      seconds: (nowMs - this.#startMs) / 1000,
      messagesPerSecond: (messages - this.#shown.messages) / elapsed,
      bytesPerSecond: (bytes - this.#shown.bytes) / elapsed,
      repairs: this.#repairs(),
    })
    this.#shown = { ms: nowMs, messages, bytes }
  }

  #repairs(): RepairCounts {
    const counters = this.#driver.counters()
    const { datagrams, lost } = this.#driver.faultCounts().receive
    return {
      datagrams,
      dropped: lost,
      naks: counters.value(SystemCounterId.NAK_MESSAGES_SENT),
      retransmits: counters.value(SystemCounterId.RETRANSMITS_SENT),
      retransmittedBytes: counters.value(SystemCounterId.RETRANSMITTED_BYTES),
    }
  }

  #orFailure<T>(step: Promise<T>): Promise<T> {
    return Promise.race([step, this.#driverDeath, ...this.#threads.map(({ failure }) => failure)])
  }
}

function stallError(published: number | undefined, received: number): Error {
  if (published === undefined) return new Error(`the publisher did not stop within ${STALL_MS / 1000} s`)
  const missing = published - received
  return new Error(`${missing} of ${published} messages are missing: nothing arrived for ${STALL_MS / 1000} s`)
}
