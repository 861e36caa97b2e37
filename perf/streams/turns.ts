import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises'
import type { IdleStrategy } from '../../client/memory/idle-strategy.ts'
import { GodwitError } from '../../codegen/runtime/index.ts'
import type { InvokedAgents } from '../../driver/launcher/invoked-agents.ts'

/** A stream on which nothing arrives for so long has stalled. */
const STALL_MS = 10_000

/** Looks at the clock are dear next to polls that find nothing. */
const IDLE_TURNS_PER_LOOK = 256

/** Turns of a thread between two turns of its event loop, where it has to have some. */
const TURNS_PER_EVENT_LOOP = 64

const REST_MS = 1

/** What a measuring thread does between its messages: runs agents that it was given, idles, notices a stall. */
export class Turns {
  /** Whether `rest` is to be awaited now and then, because agents of this thread live on its event loop. */
  readonly #needsEventLoop: boolean
  readonly #invoke: (() => number) | undefined
  readonly #idle: IdleStrategy
  readonly #nowMs: () => number
  #idleTurns: number = 0
  #idleSinceMs: number = 0
  #turns: number = 0

  constructor(idle: IdleStrategy, agents: InvokedAgents | undefined, nowMs: () => number = () => performance.now()) {
    this.#nowMs = nowMs
    this.#idle = idle
    this.#invoke = agents === undefined ? undefined : () => agents.invoke()
    this.#needsEventLoop = agents?.needsEventLoop() === true
  }

  /**
   * Ends a turn.
   *
   * @returns a promise where the event loop is to run before the next turn
   * @throws GodwitError ERR_GODWIT_PERF_STALLED
   */
  end(workCount: number): Promise<void> | undefined {
    const invoked = this.#invoke === undefined ? 0 : this.#invoke()
    this.#idle.idle(workCount + invoked)
    if (workCount > 0) {
      this.#idleTurns = 0
    } else if (++this.#idleTurns % IDLE_TURNS_PER_LOOK === 0) {
      this.#look()
    }
    return this.#needsEventLoop && ++this.#turns % TURNS_PER_EVENT_LOOP === 0 ? nextTurn() : undefined
  }

  /** For a thread that only waits, and lets its event loop run: what is left to do for others. */
  async rest(): Promise<void> {
    if (this.#invoke === undefined) return delay(REST_MS)
    this.#invoke()
    return nextTurn()
  }

  #look(): void {
    const nowMs = this.#nowMs()
    if (this.#idleTurns === IDLE_TURNS_PER_LOOK) this.#idleSinceMs = nowMs
    else if (nowMs - this.#idleSinceMs > STALL_MS) {
      throw new GodwitError(
        'ERR_GODWIT_PERF_STALLED',
        `nothing went through the stream for ${STALL_MS / 1000} seconds: no figure is given`,
      )
    }
  }
}
