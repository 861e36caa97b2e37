import { GodwitError } from '../../codegen/runtime/index.ts'
import { CounterMetadataMeta, CounterState, CounterValueMeta } from '../../schemas/generated/aeron.memory/index.ts'
import type { AtomicBuffer } from './atomic-buffer.ts'
import { AtomicCounter } from './atomic-counter.ts'
import {
  COUNTER_KEY_LENGTH_MAX,
  appendToCounterLabel,
  counterMetadataOffset,
  counterValueOffset,
  setCounterLabel,
} from './counter-records.ts'
import { CountersReader } from './counters-reader.ts'

const METADATA = CounterMetadataMeta.fields
const VALUE = CounterValueMeta.fields
const NOT_FREED = 0x7fff_ffff_ffff_ffffn
const NO_KEY = new Uint8Array(0)

interface FreedCounter {
  readonly id: number
  readonly reusableFromMs: number
}

/**
 * Allocates and frees counters. There is one manager for a pair of regions, which are zeroes at first. What it knows
 * about which counters are in use it keeps to itself: clients can write to the regions.
 */
export class CountersManager extends CountersReader {
  readonly #epochMs: () => number
  readonly #freeToReuseTimeoutMs: number
  readonly #allocated: Set<number> = new Set()
  /** In the order in which they were freed. */
  readonly #freed: FreedCounter[] = []
  #nextId: number = 0

  /**
   * @param freeToReuseTimeoutMs how long the last value of a freed counter can still be read at least
   */
  constructor(metadata: AtomicBuffer, values: AtomicBuffer, epochMs: () => number, freeToReuseTimeoutMs: number) {
    super(metadata, values)
    this.#epochMs = epochMs
    this.#freeToReuseTimeoutMs = freeToReuseTimeoutMs
  }

  /**
   * A new counter with value 0.
   *
   * @param label text for people, US-ASCII, cut to COUNTER_LABEL_LENGTH_MAX
   * @param key depends on the type; cut to COUNTER_KEY_LENGTH_MAX
   * @param ownerId client that it belongs to; -1 for the driver
   * @throws GodwitError ERR_GODWIT_COUNTERS_FULL
   */
  allocate(
    typeId: number,
    label: string,
    key: Uint8Array = NO_KEY,
    registrationId: number = 0,
    ownerId: number = 0,
    referenceId: number = 0,
  ): AtomicCounter {
    const id = this.#takeId()
    const { metadata, values } = this
    const offset = counterMetadataOffset(id)
    metadata.view.setInt32(offset + METADATA.typeId.offset, typeId, true)
    metadata.storeBigInt64(offset + METADATA.freeForReuseDeadlineMs.offset, NOT_FREED)
    const keyOffset = offset + METADATA.key.offset
    metadata.bytes.fill(0, keyOffset, keyOffset + COUNTER_KEY_LENGTH_MAX)
    metadata.bytes.set(key.subarray(0, COUNTER_KEY_LENGTH_MAX), keyOffset)
    setCounterLabel(metadata, id, label)
    metadata.storeInt32(offset + METADATA.state.offset, CounterState.ALLOCATED)
    this.#allocated.add(id)

    const valueOffset = counterValueOffset(id)
    values.storeInt64(valueOffset + VALUE.registrationId.offset, registrationId)
    values.storeInt64(valueOffset + VALUE.ownerId.offset, ownerId)
    values.storeInt64(valueOffset + VALUE.referenceId.offset, referenceId)
    return new AtomicCounter(values, id)
  }

  /**
   * Gives a counter back. Its value stays readable for the timeout.
   *
   * @throws GodwitError ERR_GODWIT_COUNTER_ID when it is not allocated
   */
  free(counterId: number): void {
    this.#requireAllocated(counterId)
    const reusableFromMs = this.#epochMs() + this.#freeToReuseTimeoutMs
    const { metadata } = this
    const offset = counterMetadataOffset(counterId)
    metadata.storeInt32(offset + METADATA.state.offset, CounterState.RECLAIMED)
    const keyOffset = offset + METADATA.key.offset
    metadata.bytes.fill(0, keyOffset, keyOffset + COUNTER_KEY_LENGTH_MAX)
    metadata.storeInt64(offset + METADATA.freeForReuseDeadlineMs.offset, reusableFromMs)
    this.#allocated.delete(counterId)
    this.#freed.push({ id: counterId, reusableFromMs })
  }

  /** Adds to a label, as far as there is room. @throws GodwitError ERR_GODWIT_COUNTER_ID when it is not allocated */
  appendToLabel(counterId: number, text: string): void {
    this.#requireAllocated(counterId)
    appendToCounterLabel(this.metadata, counterId, text)
  }

  /** @throws GodwitError ERR_GODWIT_COUNTER_ID when it is not allocated */
  setReferenceId(counterId: number, referenceId: number): void {
    this.#requireAllocated(counterId)
    this.values.storeInt64(counterValueOffset(counterId) + VALUE.referenceId.offset, referenceId)
  }

  #takeId(): number {
    const nowMs = this.#epochMs()
    const index = this.#freed.findIndex(({ reusableFromMs }) => reusableFromMs <= nowMs)
    const [freed] = index === -1 ? [] : this.#freed.splice(index, 1)
    if (freed !== undefined) {
      const offset = counterValueOffset(freed.id)
      this.values.storeInt64(offset + VALUE.registrationId.offset, 0)
      this.values.storeInt64(offset + VALUE.ownerId.offset, 0)
      this.values.storeInt64(offset + VALUE.referenceId.offset, 0)
      this.values.storeInt64(offset + VALUE.value.offset, 0)
      return freed.id
    }
    if (this.#nextId > this.maxCounterId) {
      throw new GodwitError(
        'ERR_GODWIT_COUNTERS_FULL',
        `all ${this.maxCounterId + 1} counters are in use, ${this.#freed.length} of them until they may be used ` +
          'again; close what is not needed, or start the driver with more room for counters',
      )
    }
    return this.#nextId++
  }

  #requireAllocated(counterId: number): void {
    if (this.#allocated.has(counterId)) return
    throw new GodwitError('ERR_GODWIT_COUNTER_ID', `counter ${counterId} is not allocated`)
  }
}
