import type { PublicationReadyDecoder } from '../../schemas/generated/aeron.commands/index.ts'
import type { GodwitError } from '../../codegen/runtime/index.ts'
import type { AbortSignalLike } from '../abort-signal.ts'
import { RegistrationTimeoutError } from '../errors.ts'
import type { ClientClock, TurnLoop, WaitTask } from './turn-loop.ts'

/** What the driver answers to a command. */
export type Answer =
  | { readonly kind: 'publication'; readonly ready: PublicationReadyDecoder; readonly logFileName: string }
  | { readonly kind: 'subscription'; readonly channelStatusId: number }
  | { readonly kind: 'counter'; readonly counterId: number }
  | { readonly kind: 'session'; readonly sessionId: number }
  | { readonly kind: 'success' }

/** A command whose answer is waited for. */
export interface Command<T> {
  readonly correlationId: number
  /** For people: what was asked for. */
  readonly what: string
  /** Makes the result of the answer; undefined when it is not an answer to this command. */
  accept(answer: Answer): T | undefined
  /** Nobody wants the result any more: gives it back. */
  discard?(result: T): void
  readonly signal?: AbortSignalLike | undefined
}

/** Commands whose answer nobody waits for any more; beyond this, the oldest is forgotten. */
const ABANDONED_MAX = 1024

/** Somebody waits for the answer. */
interface Pending {
  readonly what: string
  readonly deadlineNs: number
  answer(answer: Answer): void
  fail(error: unknown): void
  readonly abandon: Abandoned
}

/** What comes of a command that was given up is given back. */
type Abandoned = (answer: Answer) => void

/**
 * Commands by correlation id, until they are answered, aborted, or the driver timeout is over. What the driver answers
 * later than that is given back.
 */
export class Registrations implements WaitTask {
  readonly #clock: ClientClock
  readonly #turns: TurnLoop
  readonly #timeoutMs: number
  readonly #pending: Map<number, Pending> = new Map()
  readonly #abandoned: Map<number, Abandoned> = new Map()

  constructor(clock: ClientClock, turns: TurnLoop, timeoutMs: number) {
    this.#clock = clock
    this.#turns = turns
    this.#timeoutMs = timeoutMs
  }

  isPending(correlationId: number): boolean {
    return this.#pending.has(correlationId) || this.#abandoned.has(correlationId)
  }

  /** A command that was sent. An abort does not take it back: its result is discarded when it comes. */
  wait<T>({ correlationId, what, accept, discard, signal }: Command<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const onAbort = (): void => {
        this.#abandon(correlationId)
        reject(signal?.reason)
      }
      signal?.addEventListener('abort', onAbort, { once: true })
      this.#pending.set(correlationId, {
        what,
        deadlineNs: this.#clock.nanoTime() + this.#timeoutMs * 1e6,
        answer: (answer) => {
          signal?.removeEventListener('abort', onAbort)
          const result = accept(answer)
          if (result !== undefined) resolve(result)
        },
        fail: (error) => {
          signal?.removeEventListener('abort', onAbort)
          reject(error)
        },
        abandon: (answer) => {
          const result = accept(answer)
          if (result !== undefined) discard?.(result)
        },
      })
      this.#turns.add(this)
    })
  }

  /** Returns false when nobody waits for the answer. */
  answer(correlationId: number, answer: Answer): boolean {
    const abandoned = this.#abandoned.get(correlationId)
    if (abandoned !== undefined) {
      this.#abandoned.delete(correlationId)
      try {
        abandoned(answer)
      } catch {
        // There is nothing to give back: a log that cannot be opened was given back where that was found out.
      }
      return true
    }
    const pending = this.#take(correlationId)
    if (pending === undefined) return false
    try {
      pending.answer(answer)
    } catch (error) {
      pending.fail(error)
    }
    return true
  }

  /** Returns false when nobody waits for the answer. */
  fail(correlationId: number, makeError: (what: string) => Error): boolean {
    this.#abandoned.delete(correlationId)
    const pending = this.#take(correlationId)
    if (pending === undefined) return false
    pending.fail(makeError(pending.what))
    return true
  }

  stop(reason: GodwitError): void {
    for (const correlationId of [...this.#pending.keys()]) this.#take(correlationId)?.fail(reason)
    this.#abandoned.clear()
  }

  /** The client looks for answers itself; here it is looked at those that do not come. */
  turn(nowNs: number): boolean {
    let hasWorked = false
    for (const [correlationId, { what, deadlineNs }] of this.#pending) {
      if (nowNs <= deadlineNs) continue
      hasWorked = true
      this.#abandon(correlationId)?.fail(new RegistrationTimeoutError(what, this.#timeoutMs))
    }
    return hasWorked
  }

  #abandon(correlationId: number): Pending | undefined {
    const pending = this.#take(correlationId)
    if (pending === undefined) return undefined
    this.#abandoned.set(correlationId, pending.abandon)
    if (this.#abandoned.size > ABANDONED_MAX) {
      for (const oldest of this.#abandoned.keys()) {
        this.#abandoned.delete(oldest)
        break
      }
    }
    return pending
  }

  #take(correlationId: number): Pending | undefined {
    const pending = this.#pending.get(correlationId)
    this.#pending.delete(correlationId)
    if (this.#pending.size === 0) this.#turns.remove(this)
    return pending
  }
}
