import type { AgentRole } from '../../driver/launcher/driver-memory.ts'
import type { InvokedAgents } from '../../driver/launcher/invoked-agents.ts'

/** The sender beside the publisher, the receiver beside the subscriber. */
export const BESIDE: readonly (readonly AgentRole[])[] = [['conductor', 'sender'], ['receiver']]

/** Runs agents in turns of the event loop, while their thread has nothing else to do. */
export class AgentPump {
  readonly #agents: InvokedAgents
  #isRunning: boolean = false

  constructor(agents: InvokedAgents) {
    this.#agents = agents
  }

  /** Until `stop`, or the end of the driver. */
  start(): void {
    if (this.#isRunning) return
    this.#isRunning = true
    const turn = (): void => {
      if (!this.#isRunning || this.#agents.isClosed) return
      this.#agents.invoke()
      setImmediate(turn)
    }
    turn()
  }

  stop(): void {
    this.#isRunning = false
  }
}
