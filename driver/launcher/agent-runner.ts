import type { IdleStrategy, Park } from '../../client/memory/idle-strategy.ts'
import { RESTING_WORD, WAKE_WORD } from '../../client/protocol/embedded.ts'
import type { Agent } from '../core/agent.ts'

/** States of the control word that all runners of a driver share. */
export const RUNNING = 0
export const CLOSING = 1

/** Longest time that a runner on an event loop rests when nothing wakes it. */
const EVENT_LOOP_REST_MS = 1

/** Turns of the event loop without work before a runner rests. */
const EVENT_LOOP_SPINS_MAX = 20

const NS_PER_MS = 1e6

export interface RunnerOptions {
  readonly agents: readonly Agent[]
  /** Two words of shared memory: the control word, which is clients' WAKE_WORD, and their RESTING_WORD. */
  readonly control: Int32Array
  readonly nowNs: () => number
  readonly makeIdleStrategy: (park: Park) => IdleStrategy
  /** Asked before each duty cycle: whether the thread must turn its event loop now. */
  readonly needsEventLoop: () => boolean
  /** Gets what a duty cycle throws; the agent goes on with the next. */
  readonly onError: (agent: Agent, error: unknown) => void
}

/**
 * Runs agents in a thread until the control word says otherwise, in one of two forms and changing between them:
 * blocking, where nothing else runs in the thread and rest is a wait on the control word that clients can end; and on
 * the event loop, where rest is a timer that `wake` cuts short.
 */
export class AgentRunner {
  private readonly options: RunnerOptions
  private readonly idleStrategy: IdleStrategy
  /** Strategies that wait for nobody do so on an event loop, too. */
  private readonly isRestless: boolean
  private idleTurns = 0
  private wakeUp: (() => void) | undefined

  constructor(options: RunnerOptions) {
    const { control, makeIdleStrategy } = options
    this.options = options
    this.idleStrategy = makeIdleStrategy((durationNs) => {
      // What a client publishes before it sees this, and after the last cycle, waits until the rest is over.
      Atomics.add(control, RESTING_WORD, 1)
      Atomics.wait(control, WAKE_WORD, RUNNING, durationNs / NS_PER_MS)
      Atomics.sub(control, RESTING_WORD, 1)
    })
    this.isRestless = !RESTING.has(this.idleStrategy.name)
  }

  /** Resolves when the agents are closed. */
  async run(): Promise<void> {
    const { agents, onError, needsEventLoop } = this.options
    try {
      while (this.isRunning()) {
        if (needsEventLoop()) await this.turn()
        else this.block()
      }
    } finally {
      closeAgents(agents, onError)
    }
  }

  /** Cuts a rest on the event loop short. */
  wake(): void {
    this.wakeUp?.()
  }

  private isRunning(): boolean {
    return Atomics.load(this.options.control, WAKE_WORD) === RUNNING
  }

  private block(): void {
    const { needsEventLoop } = this.options
    this.idleStrategy.reset()
    while (this.isRunning() && !needsEventLoop()) this.idleStrategy.idle(this.cycle())
  }

  /** A duty cycle, then a turn of the event loop: at once, or after a rest when there was nothing to do for long. */
  private async turn(): Promise<void> {
    this.idleTurns = this.cycle() > 0 ? 0 : this.idleTurns + 1
    if (this.isRestless || this.idleTurns < EVENT_LOOP_SPINS_MAX) {
      await new Promise(setImmediate)
      return
    }
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, EVENT_LOOP_REST_MS)
      this.wakeUp = () => {
        clearTimeout(timer)
        resolve()
      }
    })
    this.wakeUp = undefined
  }

  private cycle(): number {
    return cycleOf(this.options.agents, this.options.nowNs(), this.options.onError)
  }
}

/** One duty cycle of each agent. One that throws does not stop the others. */
export function cycleOf(
  agents: readonly Agent[], nowNs: number, onError: (agent: Agent, error: unknown) => void,
): number {
  let workCount = 0
  for (const agent of agents) {
    try {
      workCount += agent.doWork(nowNs)
    } catch (error) {
      onError(agent, error)
    }
  }
  return workCount
}

/** Closes agents, the last one first. One that throws does not keep the others open. */
export function closeAgents(agents: readonly Agent[], onError: (agent: Agent, error: unknown) => void): void {
  for (const agent of [...agents].reverse()) {
    try {
      agent.close()
    } catch (error) {
      onError(agent, error)
    }
  }
}

const RESTING: ReadonlySet<string> = new Set(['backoff', 'sleep-ns'])
