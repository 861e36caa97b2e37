import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'

type Functions = Record<string, (...args: unknown[]) => unknown>

/** All steps in which a thread does something that others can see, but for plain writes between two of them. */
const MEMORY_OPERATIONS = ['load', 'store', 'add', 'exchange', 'compareExchange'] as const

/** What clients need for little else. */
const CLAIM = 'compareExchange'

const FILE_OPERATIONS = [
  'chmodSync', 'closeSync', 'fchmodSync', 'ftruncateSync', 'lstatSync', 'mkdirSync', 'openSync', 'readdirSync',
  'readFileSync', 'renameSync', 'rmSync', 'statSync', 'writeFileSync',
] as const

/** Where a process is to end itself. */
export interface KillPoint {
  /** `commands`: at an operation on memory from the next claim in the ring of commands on. */
  readonly at: 'memory' | 'commands' | 'files'
  /** Which one of such operations from now on, beginning with 1. */
  readonly operation: number
  /** Whether that one is still done. */
  readonly isAfter: boolean
}

/** Has this process end itself, as kill -9 would, at one of the next operations of its main thread. */
export function arm({ at, operation, isAfter }: KillPoint): void {
  let left = operation
  let hasBegun = at !== 'commands'
  const arming = (target: Functions, names: readonly string[]): void => {
    for (const name of names) {
      const original = target[name]!
      target[name] = (...args) => {
        hasBegun ||= name === CLAIM
        if (hasBegun) left--
        if (left === 0 && !isAfter) die()
        const result = original.apply(target, args)
        if (left === 0) die()
        return result
      }
    }
  }
  if (at === 'files') {
    arming(fs as unknown as Functions, FILE_OPERATIONS)
    syncBuiltinESMExports()
  } else {
    arming(Atomics as unknown as Functions, MEMORY_OPERATIONS)
  }
}

/** Does not return. */
export function die(): void {
  process.kill(process.pid, 'SIGKILL')
  // The signal has come when the call returns; in case that a system takes its time:
  for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
}
