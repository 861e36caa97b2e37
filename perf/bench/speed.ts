/** Times both sides of cases with `benchmark`, in rounds that alternate between the sides. */
import Benchmark from 'benchmark'
import type { BenchCase } from './bench-case.ts'
import { median } from './statistics.ts'

const WARM_UP_MS = 250
/** Shorter than a time slice of the scheduler, so that most samples are undisturbed on a machine that is busy. */
const SAMPLE_S = 0.0005
const SAMPLES_MIN = 25
const TURN_S = 0.04
const NS_PER_S = 1e9

/** Nanoseconds per message of each round. */
export interface SpeedResult {
  readonly name: string
  readonly generatedNs: readonly number[]
  readonly handWrittenNs: readonly number[]
}

type Side = 'generated' | 'handWritten'

interface Turn {
  readonly run: () => number
  /** Calls that take about the time of one sample. */
  readonly calls: number
}

/**
 * Measures the cases round by round, each side of each case once per round. Which side begins changes with every
 * round, so that what else the machine does hits both alike.
 */
export function measureSpeed(cases: readonly BenchCase[], rounds: number): readonly SpeedResult[] {
  const warm = cases.map((one) => ({
    one,
    turns: { generated: warmUp(one.generated), handWritten: warmUp(one.handWritten) },
    times: { generated: [] as number[], handWritten: [] as number[] },
  }))
  for (let round = 0; round < rounds; round++) {
    const sides: readonly Side[] = round % 2 === 0 ? ['generated', 'handWritten'] : ['handWritten', 'generated']
    for (const { one, turns, times } of warm) {
      for (const side of sides) times[side].push(timeTurn(turns[side]) / one.messagesPerRun)
    }
  }
  return warm.map(({ one, times }) => ({
    name: one.name,
    generatedNs: times.generated,
    handWrittenNs: times.handWritten,
  }))
}

function warmUp(run: () => number): Turn {
  const start = performance.now()
  let calls = 0
  for (; performance.now() - start < WARM_UP_MS; calls++) run()
  return { run, calls: Math.max(1, Math.round((calls * SAMPLE_S * 1000) / WARM_UP_MS)) }
}

/** Nanoseconds of one call: the median of a few samples. */
function timeTurn({ run, calls }: Turn): number {
  const options = { initCount: calls, minTime: SAMPLE_S, maxTime: TURN_S, minSamples: SAMPLES_MIN }
  const benchmark = new Benchmark(run, options).run()
  if (benchmark.error !== undefined) throw benchmark.error
  return median(benchmark.stats.sample as readonly number[]) * NS_PER_S
}
