import { CounterValueMeta } from '../../schemas/generated/aeron.memory/index.ts'
import type { AtomicBuffer } from './atomic-buffer.ts'
import { AtomicCounter } from './atomic-counter.ts'
import { counterValueOffset } from './counter-records.ts'

const TWO_TO_32 = 4_294_967_296

/**
 * A counter that is the position of something: one writer, and values that move on and hardly ever back. It is read and
 * written by halves, and without garbage: 64 bits in one access are a BigInt on the heap.
 */
export class AtomicPosition extends AtomicCounter {
  readonly #int32s: Int32Array
  /** Of the lower half; the upper one is behind it. */
  readonly #word: number
  /** The upper half as it was read with an atomic access, which all later ones come after. */
  #high: number = 0

  /** @throws GodwitError ERR_GODWIT_COUNTER_ID when the region has no such counter */
  constructor(values: AtomicBuffer, counterId: number) {
    super(values, counterId)
    this.#int32s = values.int32s
    this.#word = (counterValueOffset(counterId) + CounterValueMeta.fields.value.offset) >> 2
  }

  override get(): number {
    const int32s = this.#int32s
    const word = this.#word
    for (;;) {
      const high = this.#high
      const low = Atomics.load(int32s, word)
      // The upper half was the same before and is behind: the lower one belongs to it. A plain access, which costs
      // least, stays behind an atomic one.
      if (int32s[word + 1] === high) return high * TWO_TO_32 + (low >>> 0)
      this.#high = Atomics.load(int32s, word + 1)
    }
  }

  /** Only for the one writer. */
  override set(value: number): void {
    const int32s = this.#int32s
    const word = this.#word
    if (int32s[word + 1] === Math.floor(value / TWO_TO_32)) Atomics.store(int32s, word, value | 0)
    else super.set(value)
  }
}
