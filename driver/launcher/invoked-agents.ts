import type { MessagePort } from 'node:worker_threads'
import { WAKE_WORD } from '../../client/protocol/embedded.ts'
import type { DriverHandle } from '../../client/protocol/embedded.ts'
import { GodwitError } from '../../codegen/runtime/index.ts'
import { CLOSING, closeAgents, cycleOf, RUNNING } from './agent-runner.ts'
import type { AgentRole } from './driver-memory.ts'
import { createThread, monotonicNs } from './driver-thread.ts'
import type { DriverThread, ThreadPlan } from './driver-thread.ts'
import type { QueuePort } from './port-queue.ts'
import { eachOnce } from './warnings.ts'

/**
 * Agents of a driver that run together, in whichever thread attaches them: one entry of `driver.agentGroups`. Plain
 * data that can be posted, once, together with its `transferList`.
 */
export interface AgentGroup {
  readonly kind: 'godwit-agent-group'
  readonly roles: readonly AgentRole[]
  /**
   * What must be in the transfer list of `postMessage` or `new Worker` when the group is posted: ports, by a type that
   * fits the lists of Node with the types of the DOM and without.
   */
  readonly transferList: never[]
  /** For `InvokedAgents.attach`. */
  readonly parts: unknown
}

export interface AttachOptions {
  /** Gets what works less well than it could, as a text; default `process.emitWarning`. */
  readonly onWarning?: (message: string) => void
}

/** What is behind `parts`. */
export interface GroupParts {
  readonly handle: DriverHandle
  readonly plan: ThreadPlan
  /** One word: a GroupState. */
  readonly state: SharedArrayBuffer
  /** Whoever attaches takes it away, so that nobody else can; its other end is told when it is gone. */
  readonly life: QueuePort
}

/** States of a group: not attached yet, attached, and closed by the thread that had attached it. */
export const GroupState = { FREE: 0, ATTACHED: 1, CLOSED: 2 } as const

/** Groups that this thread attached without posting them. */
const attachedHere = new WeakMap<SharedArrayBuffer, InvokedAgents>()

/**
 * Agents of a driver that this thread runs, beside what else it does:
 *
 *     const agents = InvokedAgents.attach(group)
 *     const client = await Client.connect(agents) // runs them while it waits
 *     while (!agents.isClosed) agents.invoke()
 *
 * Where `needsEventLoop()`, a turn of the event loop must come now and then, best after each few cycles.
 */
export class InvokedAgents {
  /** What clients connect to; a client that gets this object instead runs the agents while it waits. */
  readonly handle: DriverHandle
  readonly roles: readonly AgentRole[]
  readonly threadingMode = 'INVOKER' as const
  private readonly control: Int32Array
  private readonly state: Int32Array
  private readonly life: QueuePort
  private readonly thread: DriverThread
  private hasEnded = false

  private constructor({ handle, plan, state, life }: GroupParts, thread: DriverThread) {
    this.handle = handle
    this.roles = plan.roles
    this.control = new Int32Array(plan.memory.control)
    this.state = new Int32Array(state)
    this.life = life
    this.thread = thread
  }

  /**
   * Makes the agents of a group, to be run by this thread and no other. Each group can be attached once.
   *
   * @throws GodwitError ERR_GODWIT_INVOKER when the group is attached already, or was posted to another thread, or when
   * the driver is closed
   */
  static attach(group: AgentGroup, { onWarning }: AttachOptions = {}): InvokedAgents {
    if (group?.kind !== 'godwit-agent-group') throw invokerError('this is no group: attach one of driver.agentGroups')
    const parts = group.parts as GroupParts
    const { plan, state, life } = parts
    const names = plan.roles.join(', ')
    if (Atomics.load(new Int32Array(plan.memory.control), WAKE_WORD) !== RUNNING) {
      throw invokerError(`the driver of this group (${names}) is closed: launch another one`)
    }
    const taken = take(life as MessagePort)
    if (taken === undefined) {
      throw invokerError(`this group (${names}) is attached already, or was posted to another thread: attach it once`)
    }
    try {
      const thread = createThread(plan, eachOnce(onWarning), () => undefined)
      const agents = new InvokedAgents({ ...parts, life: taken }, thread)
      Atomics.store(agents.state, 0, GroupState.ATTACHED)
      attachedHere.set(state, agents)
      return agents
    } catch (error) {
      taken.close()
      throw error
    }
  }

  /** Whether these agents have ended: by `close`, or in the first `invoke` after the driver was closed. */
  get isClosed(): boolean {
    return this.hasEnded
  }

  /**
   * Runs each agent once. When the driver was closed, or another of its groups, it closes these agents, too.
   *
   * @returns work count; 0 when there was nothing to do
   * @throws GodwitError ERR_GODWIT_INVOKER when these agents are closed
   */
  invoke(): number {
    if (this.hasEnded) throw invokerError(`the agents (${this.roles.join(', ')}) are closed: look at isClosed`)
    if (Atomics.load(this.control, WAKE_WORD) !== RUNNING) {
      this.close()
      return 0
    }
    return cycleOf(this.thread.agents, monotonicNs(), this.thread.onError)
  }

  /** Whether the event loop must turn for the agents to get what they wait for. */
  needsEventLoop(): boolean {
    return this.thread.needsEventLoop()
  }

  /** Ends these agents and with them the driver, which cannot do without. Can be called again. */
  close(): void {
    if (this.hasEnded) return
    this.hasEnded = true
    Atomics.store(this.control, WAKE_WORD, CLOSING)
    closeAgents(this.thread.agents, this.thread.onError)
    this.thread.close()
    Atomics.store(this.state, 0, GroupState.CLOSED)
    this.life.close()
  }
}

/** Closes the agents of a group if this thread runs them. */
export function closeHere({ state }: GroupParts): void {
  attachedHere.get(state)?.close()
}

/** A port can be moved once from where it is: undefined when it was moved or posted before. */
function take(port: MessagePort): MessagePort | undefined {
  try {
    return structuredClone(port, { transfer: [port] })
  } catch {
    return undefined
  }
}

function invokerError(message: string): GodwitError {
  return new GodwitError('ERR_GODWIT_INVOKER', message)
}
