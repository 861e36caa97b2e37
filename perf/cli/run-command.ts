import type { Output } from '../../codegen/cli/command.ts'
import type { MeasuredStream, MeasureOptions } from '../streams/measure.ts'
import type { StreamPlan } from '../streams/plan.ts'
import { Phase } from '../streams/run-state.ts'
import type { Environment } from './environment.ts'
import { environmentOf, environmentText, machineFor } from './environment.ts'
import type { PerfOptions } from './options.ts'

const PHASE_NAMES: Readonly<Record<Phase, string>> = {
  [Phase.PREPARE]: 'starting',
  [Phase.WARM_UP]: 'warming up',
  [Phase.MEASURE]: 'measuring',
  [Phase.DRAIN]: 'draining',
  [Phase.END]: 'ending',
}

/** One kind of measurement, as a command. */
export interface Measurement<T extends MeasuredStream> {
  readonly name: string
  readonly measure: (plan: StreamPlan, options: MeasureOptions) => Promise<T>
  /** What the JSON document has besides plan and environment. */
  readonly figures: (result: T, plan: StreamPlan) => Readonly<Record<string, unknown>>
  readonly text: (result: T, plan: StreamPlan) => readonly string[]
}

/** Measures and prints. An interrupt ends the run early, with what was measured so far. */
export async function runMeasurement<T extends MeasuredStream>(
  { name, measure, figures, text }: Measurement<T>,
  { plan, json }: PerfOptions,
  output: Output,
): Promise<void> {
  const interrupt = new AbortController()
  const onInterrupt = (): void => interrupt.abort()
  process.once('SIGINT', onInterrupt)
  const progress = process.stderr.isTTY && process.env['TERM'] !== 'dumb' ? new Progress(output) : undefined
  try {
    const machine = machineFor(plan)
    const result = await measure(plan, {
      signal: interrupt.signal,
      onProgress: progress === undefined ? undefined : (received, phase) => progress.show(received, phase),
    })
    progress?.clear()
    const environment = environmentOf(machine, plan, result.facts)
    output.out(json
      ? `${JSON.stringify(documentOf(name, plan, environment, result.isInterrupted, figures(result, plan)), null, 2)}\n`
      : `${environmentText(plan, environment)}\n${lines(result, text(result, plan))}`)
  } finally {
    progress?.clear()
    process.removeListener('SIGINT', onInterrupt)
  }
}

function documentOf(
  measurement: string,
  plan: StreamPlan,
  environment: Environment,
  interrupted: boolean,
  figures: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  return { measurement, ...figures, interrupted, plan, environment }
}

function lines(result: MeasuredStream, text: readonly string[]): string {
  const interrupted = result.isInterrupted ? ['interrupted: measured for a shorter time than asked for'] : []
  return `${[...text, ...interrupted].join('\n')}\n`
}

/** A line that is written over. */
class Progress {
  readonly #output: Output
  #lastMs: number = performance.now()
  #lastReceived: number = 0
  #isShown: boolean = false

  constructor(output: Output) {
    this.#output = output
  }

  show(received: number, phase: Phase): void {
    const nowMs = performance.now()
    const perSecond = Math.round(((received - this.#lastReceived) * 1000) / (nowMs - this.#lastMs))
    this.#lastMs = nowMs
    this.#lastReceived = received
    const rate = Number.isFinite(perSecond) ? perSecond.toLocaleString('en') : '-'
    this.#output.err(`\r\x1b[K${PHASE_NAMES[phase]}: ${rate} messages per second`)
    this.#isShown = true
  }

  clear(): void {
    if (this.#isShown) this.#output.err('\r\x1b[K')
    this.#isShown = false
  }
}
