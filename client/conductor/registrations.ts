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

interface Pending {
  readonly what: string
  readonly deadlineNs: number
  answer(answer: Answer): void
  fail(error: unknown): void
}

/** Commands by correlation id, until they are answered or the driver timeout is over. */
export class Registrations implements WaitTask {
  readonly #clock: ClientClock
  readonly #turns: TurnLoop
  readonly #timeoutMs: number
  readonly #pending: Map<number, Pending> = new Map()

  constructor(clock: ClientClock, turns: TurnLoop, timeoutMs: number) {
    this.#clock = clock
    this.#turns = turns
    this.#timeoutMs = timeoutMs
  }

  isPending(correlationId: number): boolean {
    return this.#pending.has(correlationId)
  }

  /** A command that was sent. An abort does not take it back: its result is discarded when it comes. */
  wait<T>({ correlationId, what, accept, discard, signal }: Command<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      let isAbandoned = false
      const onAbort = (): void => {
        isAbandoned = true
        reject(signal?.reason)
      }
      signal?.addEventListener('abort', onAbort, { once: true })
      this.#pending.set(correlationId, {
        what,
        deadlineNs: this.#clock.nanoTime() + this.#timeoutMs * 1e6,
        answer: (answer) => {
          signal?.removeEventListener('abort', onAbort)
          const result = accept(answer)
          if (result === undefined) return
          if (isAbandoned) discard?.(result)
          resolve(result)
        },
        fail: (error) => {
          signal?.removeEventListener('abort', onAbort)
          reject(error)
        },
      })
      this.#turns.add(this)
    })
  }

  /** Returns false when nobody waits for the answer. */
  answer(correlationId: number, answer: Answer): boolean {
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
    const pending = this.#take(correlationId)
    if (pending === undefined) return false
    pending.fail(makeError(pending.what))
    return true
  }

  stop(reason: GodwitError): void {
    for (const correlationId of [...this.#pending.keys()]) this.#take(correlationId)?.fail(reason)
  }

  /** The client looks for answers itself; here it is looked at those that do not come. */
  turn(nowNs: number): boolean {
    let hasWorked = false
    for (const [correlationId, { deadlineNs }] of this.#pending) {
      if (nowNs <= deadlineNs) continue
      hasWorked = true
      this.fail(correlationId, (what) => new RegistrationTimeoutError(what, this.#timeoutMs))
    }
    return hasWorked
  }

  #take(correlationId: number): Pending | undefined {
    const pending = this.#pending.get(correlationId)
    this.#pending.delete(correlationId)
    if (this.#pending.size === 0) this.#turns.remove(this)
    return pending
  }
}
