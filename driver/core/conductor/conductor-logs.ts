import type { AtomicBuffer } from '../../../client/memory/atomic-buffer.ts'
import { SystemCounterId } from '../../../schemas/generated/aeron.memory/index.ts'
import type { LogMapper, LogRegion, LogStore, NewLog } from '../log-store.ts'
import type { SystemCounters } from '../system-counters.ts'

/** Logs whose memory is tried to free in one cycle. */
const RESOURCE_FREE_LIMIT = 1

/** Makes logs, and frees them when nobody needs them any more, which may take several attempts. */
export class ConductorLogs {
  private readonly store: LogStore
  private readonly mapper: LogMapper
  private readonly systemCounters: SystemCounters
  private readonly toFree: LogRegion[] = []

  constructor(store: LogStore, mapper: LogMapper, systemCounters: SystemCounters) {
    this.store = store
    this.mapper = mapper
    this.systemCounters = systemCounters
  }

  /** @throws as `LogStore.create` */
  create(log: NewLog): LogRegion {
    const region = this.store.create(log)
    this.updateBytesMapped()
    return region
  }

  /** @throws as `LogMapper.map` */
  map(region: LogRegion): AtomicBuffer {
    return this.mapper.map(region)
  }

  /** Lets a client reach a log; before the response that names it. */
  announce(clientId: number, region: LogRegion): void {
    this.store.announce(clientId, region)
  }

  /** Frees a log in this cycle or a later one. */
  free(region: LogRegion): void {
    this.mapper.unmap(region)
    this.toFree.push(region)
  }

  /** Returns how many logs were freed. */
  freeSome(): number {
    let freed = 0
    for (let i = 0; i < RESOURCE_FREE_LIMIT; i++) {
      const region = this.toFree.shift()
      if (region === undefined) break
      if (this.store.free(region)) {
        freed++
      } else {
        this.systemCounters.increment(SystemCounterId.FREE_FAILS)
        this.toFree.push(region)
      }
    }
    if (freed > 0) this.updateBytesMapped()
    return freed
  }

  /** Frees what is left, at the end. */
  freeAll(): void {
    for (let count = this.toFree.length; count > 0; count--) this.freeSome()
  }

  updateBytesMapped(): void {
    this.systemCounters.set(SystemCounterId.BYTES_CURRENTLY_MAPPED, this.store.bytesMapped())
  }
}
