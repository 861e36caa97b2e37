import { GodwitError } from '../runtime/index.ts'
import type { DirectBuffer } from '../runtime/index.ts'

/** A packet of a capture, as the capturing machine saw it, with all its headers. Valid until the next one is read. */
export interface CapturedPacket {
  /** The first of a capture has number 1, as in other tools. */
  readonly number: number
  /** Nanoseconds since 1970; undefined where the capture does not say. */
  readonly timeNs: bigint | undefined
  /** What it begins with: the number of a link type of libpcap, such as 1 for Ethernet. */
  readonly linkType: number
  readonly buffer: DirectBuffer
  readonly offset: number
  /** Bytes that were captured. */
  readonly length: number
  /** Bytes that were on the wire. */
  readonly originalLength: number
}

/** Longest packet in bytes; captures of networks have at most 256 KiB in one. */
export const PACKET_LENGTH_MAX: number = 4 * 1024 * 1024

/** A capture that cannot be read on. */
export function captureError(message: string): GodwitError {
  return new GodwitError('ERR_GODWIT_CAPTURE', message)
}

export function checkPacketLength(number: number, length: number, position: number): void {
  if (length <= PACKET_LENGTH_MAX) return
  throw captureError(
    `packet ${number}, at offset ${position} of the capture, is said to have ${length} bytes, at most ` +
      `${PACKET_LENGTH_MAX} are possible: the capture is damaged`,
  )
}
