import { setImmediate, setTimeout } from 'node:timers/promises'

/** Turns of the event loop without work before it rests. */
const BUSY_TURNS = 200
const REST_MS = 1

/** What a loop that polls or offers does between two looks: timers and signals have their turn. */
export class Rest {
  #idleTurns: number = 0

  async turn(hasWorked: boolean): Promise<void> {
    this.#idleTurns = hasWorked ? 0 : this.#idleTurns + 1
    if (this.#idleTurns < BUSY_TURNS) await setImmediate()
    else await setTimeout(REST_MS)
  }
}
