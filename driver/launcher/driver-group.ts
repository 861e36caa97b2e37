import { MessageChannel } from 'node:worker_threads'
import type { MessagePort } from 'node:worker_threads'
import type { DriverHandle } from '../../client/protocol/embedded.ts'
import { GodwitError } from '../../codegen/runtime/index.ts'
import type { ThreadPlan } from './driver-thread.ts'
import { closeHere, GroupState } from './invoked-agents.ts'
import type { AgentGroup, GroupParts } from './invoked-agents.ts'
import type { OnWarning } from './warnings.ts'

/** How long a thread of the caller may take to its next `invoke`, which closes its agents. */
const CLOSE_TIMEOUT_MS = 5_000

/** Agents that a thread of the caller runs, seen from the thread that launched the driver. Keeps no process alive. */
export class DriverGroup {
  readonly group: AgentGroup
  /** Resolves when nobody can run the agents any more, with what happened unless they were closed. */
  readonly ended: Promise<GodwitError | undefined>
  private readonly parts: GroupParts
  private readonly life: MessagePort

  constructor(plan: ThreadPlan, handle: DriverHandle) {
    const { port1, port2 } = new MessageChannel()
    const state = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)
    const ports = [...Object.values(plan.links).map(({ port }) => port), port2] as never[]
    this.parts = { handle, plan, state, life: port2 }
    this.group = Object.freeze({
      kind: 'godwit-agent-group', roles: plan.roles, transferList: ports, parts: this.parts,
    })
    this.life = port1
    this.ended = new Promise((resolve) => {
      port1.once('close', () => resolve(this.stateNow() === GroupState.CLOSED ? undefined : this.died()))
    })
  }

  /** Waits until the thread that runs the agents has closed them, which the control word has asked for already. */
  async close(warn: OnWarning): Promise<void> {
    const { parts, life } = this
    closeHere(parts)
    if (this.stateNow() === GroupState.ATTACHED) {
      let timer: NodeJS.Timeout | undefined
      const limit = new Promise<'late'>((resolve) => {
        timer = setTimeout(() => resolve('late'), CLOSE_TIMEOUT_MS)
      })
      const outcome = await Promise.race([this.ended, limit])
      clearTimeout(timer)
      if (outcome === 'late') warn(`agents (${this.names()}) are not closed: their thread does not invoke them`)
    } else {
      for (const { port } of Object.values(parts.plan.links)) port.close()
    }
    life.close()
  }

  private stateNow(): number {
    return Atomics.load(new Int32Array(this.parts.state), 0)
  }

  private names(): string {
    return this.group.roles.join(', ')
  }

  private died(): GodwitError {
    const what = `the thread that ran the agents (${this.names()}), or was to, ended without closing them`
    return new GodwitError('ERR_GODWIT_DRIVER_DIED', `${what}; launch the driver again`)
  }
}
