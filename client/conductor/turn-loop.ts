import type { GodwitError } from '../../codegen/runtime/index.ts'
import type { Cancel, WaitStrategy } from './wait-strategy.ts'

/** Time as a client sees it; handed in so that tests can move it. */
export interface ClientClock {
  /** Monotonic. */
  nanoTime(): number
  epochMs(): number
  /** @param isReferenced whether the timer keeps the process alive */
  startTimer(callback: () => void, delayMs: number, isReferenced: boolean): Cancel
}

/** Something that waits, and looks in every turn whether it can go on. It removes itself when it is done. */
export interface WaitTask {
  /** Returns whether anything happened. */
  turn(nowNs: number): boolean
  /** There will be no more turns: the client is closed. */
  stop(reason: GodwitError): void
}

/** How often a client looks after itself when nothing waits. */
const BACKGROUND_INTERVAL_MS = 16

/** Things that are done at once, in a row, before other work of the thread gets its turn. */
const AT_ONCE_MAX = 256

/**
 * One client's part of the event loop: looks after the client now and then, and in quick turns while something waits.
 */
export class TurnLoop {
  readonly clock: ClientClock
  readonly #strategy: WaitStrategy
  readonly #service: (nowNs: number) => number
  #tasks: readonly WaitTask[] = []
  #cancel: Cancel | undefined
  #isQuick: boolean = false
  #isReferenced: boolean = true
  #stopReason: GodwitError | undefined
  #idleTurns: number = 0
  #doneAtOnce: number = 0

  /** @param service done in each turn; returns a work count */
  constructor(clock: ClientClock, strategy: WaitStrategy, service: (nowNs: number) => number) {
    this.clock = clock
    this.#strategy = strategy
    this.#service = service
    this.#schedule()
  }

  add(task: WaitTask): void {
    if (this.#stopReason !== undefined) return task.stop(this.#stopReason)
    if (this.#tasks.includes(task)) return
    this.#tasks = [...this.#tasks, task]
    this.#idleTurns = 0
    if (!this.#isQuick) this.#schedule()
  }

  remove(task: WaitTask): void {
    if (this.#tasks.includes(task)) this.#tasks = this.#tasks.filter((other) => other !== task)
  }

  /**
   * Whether something may be done at once, without a turn of the event loop. A loop of `await`s that never has to wait
   * would otherwise keep timers and sockets of the thread waiting for ever.
   */
  mayGoAtOnce(): boolean {
    if (this.#doneAtOnce >= AT_ONCE_MAX) return false
    this.#doneAtOnce++
    return true
  }

  setReferenced(isReferenced: boolean): void {
    this.#isReferenced = isReferenced
    if (!this.#isQuick) this.#schedule()
  }

  stop(reason: GodwitError): void {
    if (this.#stopReason !== undefined) return
    this.#stopReason = reason
    this.#cancel?.()
    const tasks = this.#tasks
    this.#tasks = []
    for (const task of tasks) task.stop(reason)
  }

  #schedule(): void {
    this.#cancel?.()
    if (this.#stopReason !== undefined) return
    this.#isQuick = this.#tasks.length > 0
    this.#cancel = this.#isQuick
      ? this.#strategy.schedule(this.#idleTurns, () => this.#turn())
      : this.clock.startTimer(() => this.#turn(), BACKGROUND_INTERVAL_MS, this.#isReferenced)
  }

  #turn(): void {
    this.#doneAtOnce = 0
    const nowNs = this.clock.nanoTime()
    try {
      let hasWorked = this.#service(nowNs) > 0
      for (const task of this.#tasks) hasWorked = task.turn(nowNs) || hasWorked
      this.#idleTurns = hasWorked ? 0 : this.#idleTurns + 1
    } finally {
      this.#schedule()
    }
  }
}

/** The clock of the machine. */
export const systemClock: ClientClock = {
  nanoTime: () => performance.now() * 1e6,
  epochMs: () => Date.now(),
  startTimer: (callback, delayMs, isReferenced) => {
    const timer = setTimeout(callback, delayMs)
    if (!isReferenced) timer.unref()
    return () => clearTimeout(timer)
  },
}
