import type { ClientClock } from '../../client/conductor/turn-loop.ts'
import type { Cancel, WaitStrategy } from '../../client/conductor/wait-strategy.ts'

const NS_PER_MS = 1e6
const START_EPOCH_MS = 1_795_195_747_000

/** How long a client that waits sleeps when nothing has happened. */
const WAIT_NS = 1e6

/** Time of a virtual world. */
export class VirtualTime {
  nowNs: number = 1e9

  epochMs(): number {
    return START_EPOCH_MS + Math.floor(this.nowNs / NS_PER_MS)
  }
}

interface Timer {
  readonly atNs: number
  readonly callback: () => void
}

/** What one client sees of the time, and its timers, which run when `runDue` is called. */
export class VirtualClientClock implements ClientClock {
  /** Waits on this clock: at once while something happens, then every millisecond. */
  readonly waitStrategy: WaitStrategy = {
    name: 'virtual',
    schedule: (idleTurns, turn) => this.startTimerAt(this.time.nowNs + (idleTurns === 0 ? 0 : WAIT_NS), turn),
  }
  /** The client's thread is blocked: no timer runs. */
  isFrozen: boolean = false
  private readonly time: VirtualTime
  private readonly timers = new Set<Timer>()

  constructor(time: VirtualTime) {
    this.time = time
  }

  nanoTime(): number {
    return this.time.nowNs
  }

  epochMs(): number {
    return this.time.epochMs()
  }

  startTimer(callback: () => void, delayMs: number): Cancel {
    return this.startTimerAt(this.time.nowNs + delayMs * NS_PER_MS, callback)
  }

  /** Runs the timers that are due; returns how many. */
  runDue(): number {
    if (this.isFrozen) return 0
    let count = 0
    for (const timer of [...this.timers]) {
      // An earlier one may have cancelled it.
      if (timer.atNs > this.time.nowNs || !this.timers.delete(timer)) continue
      timer.callback()
      count++
    }
    return count
  }

  nextDeadlineNs(): number {
    let deadlineNs = Infinity
    if (this.isFrozen) return deadlineNs
    for (const { atNs } of this.timers) deadlineNs = Math.min(deadlineNs, atNs)
    return deadlineNs
  }

  private startTimerAt(atNs: number, callback: () => void): Cancel {
    const timer = { atNs, callback }
    this.timers.add(timer)
    return () => void this.timers.delete(timer)
  }
}
