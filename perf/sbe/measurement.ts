/** What one process measured of one contender and one message. */
export interface Measurement {
  /** Mean over the records. */
  readonly messageBytes: number
  readonly checksum: number
  /** Nanoseconds per message of each round. */
  readonly encodeNs: readonly number[]
  readonly decodeNs: readonly number[]
}
