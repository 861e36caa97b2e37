/** How clients reach a driver in their own process: what both sides agree on. */

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
}

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
