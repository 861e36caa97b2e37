import type { AbortSignalLike } from './abort-signal.ts'
import { checkWait } from './arguments.ts'
import type { TurnLoop, WaitTask } from './conductor/turn-loop.ts'
import { timeoutError } from './errors.ts'

/** How long a wait may take. */
export interface WaitOptions {
  /** Ends the wait: it rejects with the signal's reason. */
  readonly signal?: AbortSignalLike | undefined
  /** The wait rejects with ERR_GODWIT_TIMEOUT after that time; default never. */
  readonly timeoutMs?: number | undefined
}

/**
 * Waits, in turns of the event loop, until `look` gives a result.
 *
 * @param what for the message of a timeout
 * @param look undefined to wait on; what it throws, the wait rejects with
 */
export async function waitFor<T>(
  turns: TurnLoop, what: string, options: WaitOptions, look: () => T | undefined,
): Promise<T> {
  checkWait(options)
  const { signal, timeoutMs } = options
  signal?.throwIfAborted()
  const result = look()
  if (result !== undefined && turns.mayGoAtOnce()) return result
  const deadlineNs = timeoutMs === undefined ? Infinity : turns.clock.nanoTime() + timeoutMs * 1e6
  return new Promise<T>((resolve, reject) => {
    const end = (): void => {
      turns.remove(task)
      signal?.removeEventListener('abort', onAbort)
    }
    const onAbort = (): void => {
      end()
      reject(signal?.reason)
    }
    const task: WaitTask = {
      turn: (nowNs) => {
        try {
          const found = look()
          if (found === undefined && nowNs <= deadlineNs) return false
          end()
          if (found === undefined) reject(timeoutError(what, timeoutMs ?? Infinity))
          else resolve(found)
        } catch (error) {
          end()
          reject(error)
        }
        return true
      },
      stop: (reason) => {
        end()
        reject(reason)
      },
    }
    signal?.addEventListener('abort', onAbort, { once: true })
    turns.add(task)
  })
}
