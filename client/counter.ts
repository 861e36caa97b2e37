import { argumentError, given } from './arguments.ts'
import type { ClientConductor } from './conductor/client-conductor.ts'
import { closedError } from './errors.ts'
import { AtomicCounter } from './memory/atomic-counter.ts'

/**
 * A counter of this client's own, which everyone can read while the client lives. Values are Numbers, exact up to 2^53;
 * `getBigInt` and `setBigInt` are for counters whose every bit counts.
 */
export class Counter {
  /** Its number: where it lies among all counters. */
  readonly id: number
  /** What the driver knows it by. For a static counter, what the application chose. */
  readonly registrationId: number
  /** Whether it outlives the client that added it. */
  readonly isStatic: boolean
  readonly #conductor: ClientConductor
  readonly #counter: AtomicCounter
  #isClosed: boolean = false

  /** @internal */
  constructor(conductor: ClientConductor, counterId: number, registrationId: number, isStatic: boolean) {
    this.#conductor = conductor
    this.#counter = new AtomicCounter(conductor.cnc.countersValues, counterId)
    this.id = counterId
    this.registrationId = registrationId
    this.isStatic = isStatic
    if (!isStatic) conductor.addCounter(this)
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  get(): number {
    return this.#counter.get()
  }

  getBigInt(): bigint {
    return this.#counter.getBigInt()
  }

  /** @throws GodwitError ERR_GODWIT_CLOSED: its place may belong to another counter by now; ERR_GODWIT_ARGUMENT */
  set(value: number): void {
    this.#open().set(checked(value))
  }

  /** @throws GodwitError ERR_GODWIT_CLOSED, ERR_GODWIT_ARGUMENT */
  setBigInt(value: bigint): void {
    if (typeof value !== 'bigint') throw argumentError(`value: expected a bigint, not ${given(value)}`)
    this.#open().setBigInt(value)
  }

  /** Adds 1; several threads may at a time. @throws GodwitError ERR_GODWIT_CLOSED */
  increment(): void {
    this.#open().increment()
  }

  /**
   * Adds, and returns the value before; several threads may at a time.
   *
   * @throws GodwitError ERR_GODWIT_CLOSED, ERR_GODWIT_ARGUMENT
   */
  add(delta: number): number {
    return this.#open().add(checked(delta))
  }

  /** Gives it up; again does nothing. A static counter stays. */
  close(): void {
    if (this.#isClosed) return
    if (!this.isStatic && !this.#conductor.isClosed) {
      this.#conductor.requireUsable()
      this.#conductor.removeCounter(this)
    }
    this.#isClosed = true
  }

  [Symbol.dispose](): void {
    this.close()
  }

  /** @internal */
  forceClose(): void {
    this.#isClosed = true
  }

  #open(): AtomicCounter {
    if (this.#isClosed) throw closedError(`counter ${this.id}`)
    return this.#counter
  }
}

function checked(value: number): number {
  if (!Number.isInteger(value)) throw argumentError(`value: expected an integer, not ${given(value)}`)
  return value
}
