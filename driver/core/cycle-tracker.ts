import type { SystemCounterId } from '../../schemas/generated/aeron.memory/index.ts'
import type { SystemCounters } from './system-counters.ts'

/** Where an agent tells how long its cycles take: the longest one, and how many were too long. */
export interface CycleCounters {
  readonly maxTimeId: SystemCounterId
  readonly thresholdExceededId: SystemCounterId
}

/** Measures the time from the start of one duty cycle to that of the next one. */
export class CycleTracker {
  private readonly systemCounters: SystemCounters
  private readonly counters: CycleCounters
  private readonly thresholdNs: number
  private lastNs: number = Infinity
  private maxNs: number = 0

  constructor(systemCounters: SystemCounters, counters: CycleCounters, thresholdNs: number) {
    this.systemCounters = systemCounters
    this.counters = counters
    this.thresholdNs = thresholdNs
  }

  /** To be called at the start of every cycle. */
  onCycle(nowNs: number): void {
    const cycleNs = nowNs - this.lastNs
    this.lastNs = nowNs
    if (cycleNs > this.maxNs) {
      this.maxNs = cycleNs
      this.systemCounters.set(this.counters.maxTimeId, cycleNs)
    }
    if (cycleNs > this.thresholdNs) this.systemCounters.increment(this.counters.thresholdExceededId)
  }
}
