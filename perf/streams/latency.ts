import { createHistogram } from 'node:perf_hooks'
import type { RecordableHistogram } from 'node:perf_hooks'
import type { BasePublication } from '../../client/base-publication.ts'
import { ControlledFragmentAssembler, FragmentAssembler } from '../../client/fragment-assembler.ts'
import { ControlledAction } from '../../client/memory/controlled-action.ts'
import type { Subscription } from '../../client/subscription.ts'
import type { MessageWriter } from './payload.ts'
import { MessageChecker } from './payload.ts'
import type { RunState } from './run-state.ts'
import { Phase } from './run-state.ts'
import type { LatencyResult } from './thread-protocol.ts'
import { FRAGMENT_LIMIT, checkRefusal } from './throughput.ts'
import type { Turns } from './turns.ts'

const NS_PER_MS = 1e6
const NS_PER_US = 1e3

/** Times are kept to three digits. */
const HISTOGRAM = { lowest: 1, highest: 3_600_000_000_000, figures: 3 } as const

/** Sends every message back. */
export async function echo(
  subscription: Subscription,
  publication: BasePublication,
  state: RunState,
  turns: Turns,
): Promise<void> {
  const { onFragment } = new ControlledFragmentAssembler((buffer, offset, length) => {
    const result = publication.offer(buffer, offset, length)
    if (result >= 0) return ControlledAction.CONTINUE
    checkRefusal(result)
    return ControlledAction.ABORT
  })
  while (state.phase < Phase.END) {
    const pause = turns.end(subscription.controlledPoll(onFragment, FRAGMENT_LIMIT))
    if (pause !== undefined) await pause
  }
}

/**
 * Sends messages and takes the time until each is back: in a closed loop one after the other; in an open loop at a
 * rate, from when the message was to be sent, whether it could be or not.
 */
export async function ping(
  publication: BasePublication,
  subscription: Subscription,
  writer: MessageWriter,
  rate: number | undefined,
  state: RunState,
  turns: Turns,
): Promise<LatencyResult> {
  const pinger = new Pinger(publication, writer, rate)
  const { onFragment } = new FragmentAssembler(pinger.onMessage)
  let startMs = NaN
  let endMs = NaN
  let phase: Phase = Phase.PREPARE
  for (;;) {
    if (phase < Phase.DRAIN) pinger.send()
    const count = subscription.poll(onFragment, FRAGMENT_LIMIT)
    state.received = pinger.received
    const phaseNow = state.phase
    if (phaseNow !== phase) {
      phase = phaseNow
      if (phase === Phase.MEASURE) {
        startMs = performance.now()
        pinger.measureFromHere()
      } else if (phase === Phase.DRAIN) {
        endMs = performance.now()
      }
    }
    if (phase === Phase.DRAIN && pinger.outstanding === 0) break
    const pause = turns.end(count)
    if (pause !== undefined) await pause
  }
  return resultOf(pinger.histogram, (endMs - startMs) / 1000)
}

class Pinger {
  readonly histogram: RecordableHistogram = createHistogram(HISTOGRAM)
  readonly onMessage: ConstructorParameters<typeof FragmentAssembler>[0]
  readonly #publication: BasePublication
  readonly #writer: MessageWriter
  readonly #checker: MessageChecker
  readonly #intervalMs: number | undefined
  readonly #originMs: number = performance.now()
  #sent: number = 0
  #sentMs: number = 0
  #isPrepared: boolean = false
  #firstMeasured: number = Infinity

  constructor(publication: BasePublication, writer: MessageWriter, rate: number | undefined) {
    this.#publication = publication
    this.#writer = writer
    this.#checker = new MessageChecker(writer.length)
    this.#intervalMs = rate === undefined ? undefined : 1000 / rate
    this.onMessage = (buffer, offset, length) => {
      const nowMs = performance.now()
      const number = this.#checker.received
      this.#checker.check(buffer, offset, length)
      if (number < this.#firstMeasured) return
      const sinceMs = this.#intervalMs === undefined ? this.#sentMs : this.#intendedMs(number, this.#intervalMs)
      this.histogram.record(Math.max(1, Math.round((nowMs - sinceMs) * NS_PER_MS)))
    }
  }

  get received(): number {
    return this.#checker.received
  }

  get outstanding(): number {
    return this.#sent - this.#checker.received
  }

  /** Messages that are sent from now on are measured. */
  measureFromHere(): void {
    this.#firstMeasured = this.#sent
  }

  /** Sends what is due. */
  send(): void {
    const intervalMs = this.#intervalMs
    if (intervalMs === undefined) {
      if (this.outstanding === 0) this.#sendNext()
      return
    }
    const nowMs = performance.now()
    let isSent = true
    while (isSent && this.#intendedMs(this.#sent, intervalMs) <= nowMs) isSent = this.#sendNext()
  }

  #intendedMs(number: number, intervalMs: number): number {
    return this.#originMs + number * intervalMs
  }

  #sendNext(): boolean {
    if (!this.#isPrepared) {
      this.#writer.prepare(this.#sent)
      this.#sentMs = performance.now()
    }
    const result = this.#publication.offer(this.#writer.buffer, 0, this.#writer.length)
    this.#isPrepared = result < 0
    if (result < 0) checkRefusal(result)
    else this.#sent++
    return result >= 0
  }
}

function resultOf(histogram: RecordableHistogram, seconds: number): LatencyResult {
  const us = (percentile: number): number => histogram.percentile(percentile) / NS_PER_US
  return {
    count: histogram.count,
    seconds,
    minUs: histogram.min / NS_PER_US,
    meanUs: histogram.mean / NS_PER_US,
    p50Us: us(50),
    p90Us: us(90),
    p99Us: us(99),
    p999Us: us(99.9),
    maxUs: histogram.max / NS_PER_US,
  }
}
