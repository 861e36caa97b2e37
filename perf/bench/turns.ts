/** Times functions with `benchmark`, in rounds in which each has its turn. */
import Benchmark from 'benchmark'
import { median } from './statistics.ts'

const WARM_UP_MS = 250
/** Shorter than a time slice of the scheduler, so that most samples are undisturbed on a machine that is busy. */
const SAMPLE_S = 0.0005
const SAMPLES_MIN = 25
const TURN_S = 0.04
const NS_PER_S = 1e9

interface Turn {
  readonly run: () => number
  /** Calls that take about the time of one sample. */
  readonly calls: number
  readonly timesNs: number[]
}

/**
 * Nanoseconds of a call in each round, for each of the functions. Which of them begins changes with every round, so
 * that what else the machine does hits all alike.
 */
export function measureTurns(runs: readonly (() => number)[], rounds: number): readonly (readonly number[])[] {
  const turns = runs.map(warmUp)
  for (let round = 0; round < rounds; round++) {
    for (const turn of round % 2 === 0 ? turns : turns.toReversed()) turn.timesNs.push(timeTurn(turn))
  }
  return turns.map(({ timesNs }) => timesNs)
}

function warmUp(run: () => number): Turn {
  const start = performance.now()
  let calls = 0
  for (; performance.now() - start < WARM_UP_MS; calls++) run()
  return { run, calls: Math.max(1, Math.round((calls * SAMPLE_S * 1000) / WARM_UP_MS)), timesNs: [] }
}

/** Nanoseconds of one call: the median of a few samples. */
function timeTurn({ run, calls }: Turn): number {
  const options = { initCount: calls, minTime: SAMPLE_S, maxTime: TURN_S, minSamples: SAMPLES_MIN }
  const benchmark = new Benchmark(run, options).run()
  if (benchmark.error !== undefined) throw benchmark.error
  return median(benchmark.stats.sample as readonly number[]) * NS_PER_S
}
