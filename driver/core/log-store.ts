import { AtomicBuffer } from '../../client/memory/atomic-buffer.ts'

/** Where a log buffer lies. Plain data: it travels in commands and to clients. */
export interface LogRegion {
  /** What clients are told: `<dir>/publications/<id>.logbuffer` or `<dir>/images/<id>.logbuffer`. */
  readonly name: string
  /** Memory of the process; undefined when the log is a file of that name, which each thread maps for itself. */
  readonly memory: ArrayBufferLike | undefined
  readonly byteOffset: number
  readonly byteLength: number
}

/** What a new log is like. */
export interface NewLog {
  readonly kind: 'publication' | 'image'
  readonly registrationId: number
  /** Of the whole log, from `computeLogLength`. */
  readonly byteLength: number
  /** Whether it takes space only as it is used. */
  readonly isSparse: boolean
}

/** Makes and frees log buffers. */
export interface LogStore {
  /**
   * Makes a log of zeroes.
   *
   * @throws DriverError STORAGE_SPACE, GENERIC_ERROR when it cannot be made
   */
  create(log: NewLog): LogRegion

  /** Lets a client reach a log; called before the response that names it is transmitted. */
  announce(clientId: number, log: LogRegion): void

  /** Returns false when the log cannot be freed yet: try again later. */
  free(log: LogRegion): boolean

  /** Bytes of all logs that exist. */
  bytesMapped(): number
}

/** Reaches the memory of logs, for the agents of one thread. */
export interface LogMapper {
  /** @throws GodwitError ERR_GODWIT_FILE, ERR_GODWIT_FILE_MISSING */
  map(log: LogRegion): AtomicBuffer

  /** An agent does not need a log any more that it mapped. */
  unmap(log: LogRegion): void
}

/** For logs in memory of the process. */
export const MEMORY_LOG_MAPPER: LogMapper = {
  map: ({ name, memory, byteOffset, byteLength }) => {
    if (memory === undefined) throw new Error(`${name} is a file`)
    return new AtomicBuffer(memory, byteOffset, byteLength)
  },
  unmap: () => undefined,
}
