import type { AtomicBuffer } from '../../client/memory/atomic-buffer.ts'
import { CounterValueDecoder, CounterValueMeta } from '../../schemas/generated/aeron.memory/index.ts'
import type { SystemCounterId } from '../../schemas/generated/aeron.memory/index.ts'

/** Counters of the whole driver. Every agent counts, so additions are atomic. */
export class SystemCounters {
  private readonly values: AtomicBuffer

  /** @param values counters values of the CnC region; the conductor allocates ids 0 to 45 before any other */
  constructor(values: AtomicBuffer) {
    this.values = values
  }

  increment(id: SystemCounterId): void {
    this.values.addInt64(valueOffset(id), 1)
  }

  add(id: SystemCounterId, delta: number): void {
    this.values.addInt64(valueOffset(id), delta)
  }

  get(id: SystemCounterId): number {
    return this.values.loadInt64(valueOffset(id))
  }

  set(id: SystemCounterId, value: number): void {
    this.values.storeInt64(valueOffset(id), value)
  }

  /** For counters that hold a maximum and have one writer. */
  proposeMax(id: SystemCounterId, value: number): void {
    if (value > this.get(id)) this.set(id, value)
  }
}

function valueOffset(id: number): number {
  return id * CounterValueDecoder.BLOCK_LENGTH + CounterValueMeta.fields.value.offset
}
