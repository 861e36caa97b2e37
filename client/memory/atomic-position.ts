import { CounterValueMeta } from '../../schemas/generated/aeron.memory/index.ts'
import type { AtomicBuffer } from './atomic-buffer.ts'
import { AtomicCounter } from './atomic-counter.ts'
import { counterValueOffset } from './counter-records.ts'

/**
 * A counter that is the position of something: one writer, and values that move on and hardly ever back. It is read and
 * written without garbage, unlike counters in general, which may be anything at any time.
 */
export class AtomicPosition extends AtomicCounter {
  readonly #values: AtomicBuffer
  readonly #offset: number

  /** @throws GodwitError ERR_GODWIT_COUNTER_ID when the region has no such counter */
  constructor(values: AtomicBuffer, counterId: number) {
    super(values, counterId)
    this.#values = values
    this.#offset = counterValueOffset(counterId) + CounterValueMeta.fields.value.offset
  }

  override get(): number {
    return this.#values.loadPosition(this.#offset)
  }

  /** Only for the one writer. */
  override set(value: number): void {
    this.#values.storePosition(this.#offset, value)
  }
}
