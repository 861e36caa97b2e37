/** What an agent does between duty cycles in which there was nothing to do. Each agent has one of its own. */
export interface IdleStrategy {
  readonly name: string
  /** @param workCount what the duty cycle returned; above 0 the strategy does not wait and starts anew */
  idle(workCount: number): void
  /** Starts anew: the next idle time is short. */
  reset(): void
}

/** Blocks the thread for about so long. */
export type Park = (durationNs: number) => void

/** Empty duty cycles before `backoff` gives way. */
export const BACKOFF_SPINS_MAX = 10

/** Empty duty cycles behind those, before it parks. */
export const BACKOFF_YIELDS_MAX = 20

/** First time that `backoff` parks for; it doubles. */
export const BACKOFF_PARK_MIN_NS = 1_000

/** Longest time that it parks for. */
export const BACKOFF_PARK_MAX_NS = 1_000_000

/** Never waits: lowest latency, takes a whole core. */
export function busySpin(): IdleStrategy {
  return neverWaiting('spin')
}

/** Never waits. JavaScript has nothing to give way with; the name is there for settings that are shared with Aeron. */
export function yielding(): IdleStrategy {
  return neverWaiting('yield')
}

/** Never waits: for agents whose caller decides when they run. */
export function noop(): IdleStrategy {
  return neverWaiting('noop')
}

/** Waits the same time whenever there was nothing to do. */
export function sleeping(park: Park, durationNs: number): IdleStrategy {
  return {
    name: 'sleep-ns',
    idle: (workCount) => {
      if (workCount <= 0) park(durationNs)
    },
    reset: () => undefined,
  }
}

/** Spins, then waits for longer and longer: low latency under load, little work without. */
export function backoff(
  park: Park, parkMinNs: number = BACKOFF_PARK_MIN_NS, parkMaxNs: number = BACKOFF_PARK_MAX_NS,
): IdleStrategy {
  let idleCycles = 0
  let parkNs = parkMinNs
  const reset = (): void => {
    idleCycles = 0
    parkNs = parkMinNs
  }
  return {
    name: 'backoff',
    idle: (workCount) => {
      if (workCount > 0) return reset()
      // Spinning and yielding are the same here: the next duty cycle comes at once.
      if (idleCycles < BACKOFF_SPINS_MAX + BACKOFF_YIELDS_MAX) {
        idleCycles++
        return
      }
      park(parkNs)
      parkNs = Math.min(2 * parkNs, parkMaxNs)
    },
    reset,
  }
}

function neverWaiting(name: string): IdleStrategy {
  return { name, idle: () => undefined, reset: () => undefined }
}
