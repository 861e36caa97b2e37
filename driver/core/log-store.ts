/** Memory of a log buffer. Plain data: it travels in commands and to clients. */
export interface LogRegion {
  /** What clients are told: `<dir>/publications/<id>.logbuffer` or `<dir>/images/<id>.logbuffer`. */
  readonly name: string
  readonly memory: ArrayBufferLike
  readonly byteOffset: number
  readonly byteLength: number
}

/** Makes and frees log buffers. */
export interface LogStore {
  /**
   * @param byteLength of the whole log, from `computeLogLength`
   * @returns zeroed memory
   * @throws DriverError STORAGE_SPACE
   */
  create(kind: 'publication' | 'image', registrationId: number, byteLength: number): LogRegion

  /** Lets a client reach a log; called before the response that names it is transmitted. */
  announce(clientId: number, log: LogRegion): void

  /** Returns false when the log cannot be freed yet: try again later. */
  free(log: LogRegion): boolean

  /** Bytes of all logs that exist. */
  bytesMapped(): number
}
