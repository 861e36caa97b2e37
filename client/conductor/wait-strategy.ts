import { given } from '../arguments.ts'
import { optionError } from '../errors.ts'

/** Ends what was scheduled. */
export type Cancel = () => void

/**
 * What `publish`, `messages()`, `waitForConnected` and all that waits for the driver do between two looks, on the event
 * loop. Other work of the thread runs in between.
 */
export interface WaitStrategy {
  readonly name: string
  /**
   * Calls back once, later.
   *
   * @param idleTurns looks in a row in which nothing had happened
   */
  schedule(idleTurns: number, turn: () => void): Cancel
}

/**
 * `spin` looks in every turn of the event loop: lowest latency, takes a whole core. `backoff`, the default, does so for
 * a while and then looks every millisecond. `sleep` looks every 10 milliseconds.
 */
export type WaitStrategyName = 'spin' | 'backoff' | 'sleep'

/** Turns in a row without work in which `backoff` stays in the event loop without waiting. */
const BACKOFF_IMMEDIATES_MAX = 200

const BACKOFF_DELAY_MS = 1
const SLEEP_DELAY_MS = 10

const strategies: Readonly<Record<WaitStrategyName, WaitStrategy>> = {
  spin: { name: 'spin', schedule: (_idleTurns, turn) => nextTurn(turn) },
  backoff: {
    name: 'backoff',
    schedule: (idleTurns, turn) =>
      idleTurns < BACKOFF_IMMEDIATES_MAX ? nextTurn(turn) : startTimer(turn, BACKOFF_DELAY_MS),
  },
  sleep: { name: 'sleep', schedule: (_idleTurns, turn) => startTimer(turn, SLEEP_DELAY_MS) },
}

/** @throws GodwitError ERR_GODWIT_CLIENT_OPTION when there is no strategy of that name */
export function waitStrategy(strategy: WaitStrategyName | WaitStrategy): WaitStrategy {
  if (typeof strategy === 'object' && typeof strategy?.schedule === 'function') return strategy
  if (typeof strategy !== 'string' || !Object.hasOwn(strategies, strategy)) {
    const names = Object.keys(strategies).join(', ')
    throw optionError(`idle: ${given(strategy)} is none of ${names}, and no object { name, schedule }`)
  }
  return strategies[strategy]
}

function nextTurn(turn: () => void): Cancel {
  const immediate = setImmediate(turn)
  return () => clearImmediate(immediate)
}

function startTimer(turn: () => void, delayMs: number): Cancel {
  const timer = setTimeout(turn, delayMs)
  return () => clearTimeout(timer)
}
