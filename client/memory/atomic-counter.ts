import { CounterValueDecoder, CounterValueMeta } from '../../schemas/generated/aeron.memory/index.ts'
import type { AtomicBuffer } from './atomic-buffer.ts'
import { checkCounterId, counterValueOffset } from './counter-records.ts'

/**
 * The value of one counter. Values are Numbers, exact as those of `AtomicBuffer` are; `getBigInt` and `setBigInt` are
 * for counters whose every bit counts.
 */
export class AtomicCounter {
  readonly id: number
  readonly #values: AtomicBuffer
  readonly #offset: number

  /**
   * @param values region of counter values
   * @throws GodwitError ERR_GODWIT_COUNTER_ID when the region has no such counter
   */
  constructor(values: AtomicBuffer, counterId: number) {
    const capacity = Math.floor(values.byteLength / CounterValueDecoder.BLOCK_LENGTH)
    checkCounterId(counterId, capacity)
    this.id = counterId
    this.#values = values
    this.#offset = counterValueOffset(counterId) + CounterValueMeta.fields.value.offset
  }

  get(): number {
    return this.#values.loadInt64(this.#offset)
  }

  set(value: number): void {
    this.#values.storeInt64(this.#offset, value)
  }

  getBigInt(): bigint {
    return this.#values.loadBigInt64(this.#offset)
  }

  setBigInt(value: bigint): void {
    this.#values.storeBigInt64(this.#offset, value)
  }

  /** Adds 1; several threads may at a time. */
  increment(): void {
    this.#values.addInt64(this.#offset, 1)
  }

  /** Adds and returns the value before; several threads may at a time. */
  add(delta: number): number {
    return this.#values.addInt64(this.#offset, delta)
  }

  /** Raises the value to at least that one. Only for counters with a single writer. */
  proposeMax(value: number): boolean {
    if (value <= this.get()) return false
    this.set(value)
    return true
  }
}
