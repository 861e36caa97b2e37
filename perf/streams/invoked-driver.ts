import { randomUUID } from 'node:crypto'
import type { TransferListItem } from 'node:worker_threads'
import type { EmbeddedDriverHandle } from '../../client/protocol/embedded.ts'
import type { DriverOptions } from '../../driver/core/driver-settings.ts'
import { concludeDriverSettings } from '../../driver/core/driver-settings.ts'
import { cycleOf } from '../../driver/launcher/agent-runner.ts'
import type { AgentRole } from '../../driver/launcher/driver-memory.ts'
import { allocateDriverMemory, openCnc } from '../../driver/launcher/driver-memory.ts'
import type { ThreadPlan } from '../../driver/launcher/driver-thread.ts'
import { createThread, monotonicNs } from '../../driver/launcher/driver-thread.ts'
import { planThreads } from '../../driver/launcher/thread-layout.ts'

/** The sender beside the publisher, the receiver beside the subscriber. */
const LAYOUT: readonly (readonly AgentRole[])[] = [['conductor', 'sender'], ['receiver']]

/** A driver without threads of its own: its agents are run by two threads that have something else to do. */
export interface InvokedDriver {
  readonly handle: EmbeddedDriverHandle
  /** For the thread that publishes, and the one that subscribes. To be posted with their `portsOf`. */
  readonly plans: readonly ThreadPlan[]
}

export function layOutInvokedDriver(options: Partial<DriverOptions>): InvokedDriver {
  const settings = concludeDriverSettings(options, process.env)
  const memory = allocateDriverMemory(settings, Date.now(), process.pid)
  openCnc(memory, settings)
  const logChannel = `godwit-perf-${randomUUID()}`
  const handle: EmbeddedDriverHandle = { kind: 'godwit-embedded-driver', cnc: memory.cnc, logChannel }
  return { handle, plans: planThreads(LAYOUT, settings, undefined, memory, logChannel) }
}

export function portsOf({ links }: ThreadPlan): TransferListItem[] {
  return Object.values(links).map(({ port }) => port as TransferListItem)
}

/** The part of a driver that a measuring thread runs. */
export class InvokedAgents {
  /** Runs each agent once; returns a work count. */
  readonly invoke: () => number
  readonly #thread: ReturnType<typeof createThread>
  #isPumping: boolean = false

  constructor(plan: ThreadPlan) {
    const thread = createThread(plan, (message) => process.emitWarning(message, 'GodwitWarning'), () => undefined)
    this.#thread = thread
    this.invoke = () => cycleOf(thread.agents, monotonicNs(), thread.onError)
  }

  /** Whether the event loop must turn for the agents to get what they wait for. */
  needsEventLoop(): boolean {
    return this.#thread.needsEventLoop()
  }

  /** Runs the agents in turns of the event loop, until `stop`. */
  start(): void {
    if (this.#isPumping) return
    this.#isPumping = true
    const turn = (): void => {
      if (!this.#isPumping) return
      this.invoke()
      setImmediate(turn)
    }
    turn()
  }

  stop(): void {
    this.#isPumping = false
  }

  close(): void {
    this.stop()
    for (const agent of [...this.#thread.agents].reverse()) agent.close()
    this.#thread.close()
  }
}
