import { checkFunction } from '../arguments.ts'
import { CounterMetadataMeta, CounterState, CounterValueMeta } from '../../schemas/generated/aeron.memory/index.ts'
import type { AtomicBuffer } from './atomic-buffer.ts'
import {
  COUNTER_KEY_LENGTH_MAX,
  NULL_COUNTER_ID,
  checkCounterId,
  counterCapacity,
  counterLabel,
  counterMetadataOffset,
  counterValueOffset,
} from './counter-records.ts'

const METADATA = CounterMetadataMeta.fields
const VALUE = CounterValueMeta.fields

/** Gets a live counter; the key is a copy, filled up with zeroes. */
export type CounterHandler = (counterId: number, typeId: number, key: Uint8Array, label: string) => void

/**
 * Reads counters, which other threads and processes may change at any time. Methods with a counter id throw
 * ERR_GODWIT_COUNTER_ID when there is no room for such a counter; ids of counters that are not in use have a state, and
 * values that mean nothing.
 */
export class CountersReader {
  /** Highest id that there is room for; -1 when there is no room at all. */
  readonly maxCounterId: number
  protected readonly metadata: AtomicBuffer
  protected readonly values: AtomicBuffer

  /**
   * @param metadata region with a record of metadata for each counter
   * @param values region with a record of values for each counter
   */
  constructor(metadata: AtomicBuffer, values: AtomicBuffer) {
    this.metadata = metadata
    this.values = values
    this.maxCounterId = counterCapacity(metadata, values) - 1
  }

  /** Hands out all live counters, by id. */
  forEach(handler: CounterHandler): void {
    checkFunction('handler', handler)
    for (let id = 0; id <= this.maxCounterId; id++) {
      const offset = counterMetadataOffset(id)
      const state = this.metadata.loadInt32(offset + METADATA.state.offset)
      if (state === CounterState.UNUSED) return
      if (state !== CounterState.ALLOCATED) continue
      const typeId = this.metadata.view.getInt32(offset + METADATA.typeId.offset, true)
      const keyOffset = offset + METADATA.key.offset
      const key = this.metadata.bytes.slice(keyOffset, keyOffset + COUNTER_KEY_LENGTH_MAX)
      handler(id, typeId, key, counterLabel(this.metadata, id))
    }
  }

  /** Id of the first live counter of that type and registration id; NULL_COUNTER_ID when there is none. */
  findByTypeAndRegistrationId(typeId: number, registrationId: number): number {
    for (let id = 0; id <= this.maxCounterId; id++) {
      const offset = counterMetadataOffset(id)
      const state = this.metadata.loadInt32(offset + METADATA.state.offset)
      if (state === CounterState.UNUSED) break
      if (state !== CounterState.ALLOCATED) continue
      const isOfType = this.metadata.view.getInt32(offset + METADATA.typeId.offset, true) === typeId
      if (isOfType && this.registrationId(id) === registrationId) return id
    }
    return NULL_COUNTER_ID
  }

  value(counterId: number): number {
    return this.values.loadInt64(this.valueOffset(counterId) + VALUE.value.offset)
  }

  bigintValue(counterId: number): bigint {
    return this.values.loadBigInt64(this.valueOffset(counterId) + VALUE.value.offset)
  }

  /** Any number when the memory is corrupt. */
  state(counterId: number): number {
    return this.metadata.loadInt32(this.metadataOffset(counterId) + METADATA.state.offset)
  }

  typeId(counterId: number): number {
    return this.metadata.view.getInt32(this.metadataOffset(counterId) + METADATA.typeId.offset, true)
  }

  label(counterId: number): string {
    checkCounterId(counterId, this.maxCounterId + 1)
    return counterLabel(this.metadata, counterId)
  }

  registrationId(counterId: number): number {
    return this.values.loadInt64(this.valueOffset(counterId) + VALUE.registrationId.offset)
  }

  ownerId(counterId: number): number {
    return this.values.loadInt64(this.valueOffset(counterId) + VALUE.ownerId.offset)
  }

  referenceId(counterId: number): number {
    return this.values.loadInt64(this.valueOffset(counterId) + VALUE.referenceId.offset)
  }

  protected metadataOffset(counterId: number): number {
    checkCounterId(counterId, this.maxCounterId + 1)
    return counterMetadataOffset(counterId)
  }

  protected valueOffset(counterId: number): number {
    checkCounterId(counterId, this.maxCounterId + 1)
    return counterValueOffset(counterId)
  }
}
