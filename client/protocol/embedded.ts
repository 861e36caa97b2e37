/** How clients reach a driver: what both sides agree on. */

/**
 * What a client needs to connect to an embedded driver. Plain data: it can be posted to any thread of the process, as
 * often as one likes.
 */
export interface EmbeddedDriverHandle {
  readonly kind: 'godwit-embedded-driver'
  /** The CnC region. */
  readonly cnc: SharedArrayBuffer
  /** Name of the BroadcastChannel that logs come through. */
  readonly logChannel: string
  /**
   * Two words, by which clients end the rest of the driver's threads; see WAKE_WORD and RESTING_WORD. A driver without
   * them looks for itself, every millisecond.
   */
  readonly wake?: SharedArrayBuffer | undefined
}

/** As `EmbeddedDriverHandle`, for a driver with a directory, whose files every thread maps for itself. */
export interface DirectoryDriverHandle {
  readonly kind: 'godwit-directory-driver'
  readonly dir: string
  /** As that of an embedded driver, within its process. */
  readonly wake?: SharedArrayBuffer | undefined
}

export type DriverHandle = EmbeddedDriverHandle | DirectoryDriverHandle

/** Index of the word that the driver's threads rest on, by `Atomics.wait`. Clients notify, they do not write it. */
export const WAKE_WORD = 0

/** Index of the word with the number of threads that rest: there is nobody to be notified while it is 0. */
export const RESTING_WORD = 1

/** Bytes of `wake`. */
export const WAKE_LENGTH: number = 2 * Int32Array.BYTES_PER_ELEMENT

/**
 * Message of the log channel. The driver posts it before the response that names the log, so that a client that reads
 * the response finds it there. Clients ignore messages for others.
 */
export interface EmbeddedLogMessage {
  readonly clientId: number
  /** As the response names it. */
  readonly name: string
  readonly memory: SharedArrayBuffer
  readonly byteOffset: number
  readonly byteLength: number
}
