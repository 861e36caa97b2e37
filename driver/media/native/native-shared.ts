import type { DirectBuffer } from '../../../codegen/runtime/index.ts'
import type { Warn } from '../dgram-media.ts'
import { ERRNO_NAMES } from './constants.ts'
import type { ReceiveHeaders } from './message-headers.ts'
import type { NativeLibrary } from './native-library.ts'
import type { SockaddrCache } from './sockaddr.ts'

/** Messages of one receive call. Each may be many datagrams that the system joined. */
export const RECEIVE_MESSAGES = 16

/** As long as joined datagrams can be. */
export const RECEIVE_MESSAGE_LENGTH = 65_536

/** What the sockets of a media did that shows in no other place. */
export interface NativeCounts {
  /** Calls that sent and how many datagrams went with them. */
  sendCalls: number
  datagramsSent: number
  receiveCalls: number
  datagramsReceived: number
  /** Sends and receives that told that a peer refused an earlier datagram. */
  refused: number
  /** Received messages that were cut off, or whose sender had no address of the socket's family. They are dropped. */
  malformed: number
  /** Sockets that send datagrams one by one because the system does not cut them. */
  segmentationFallbacks: number
}

/** What the transports of one media share: they are all used by one thread. */
export interface NativeShared {
  readonly library: NativeLibrary
  readonly counts: NativeCounts
  readonly sources: SockaddrCache
  readonly receiveHeaders: ReceiveHeaders
  readonly receiveBuffer: DirectBuffer
  readonly warn: Warn
  /** Counts a message that is dropped. */
  readonly countLost: () => void
  /** Address of the memory behind a buffer; the caller keeps the buffer while the system uses the address. */
  addressOf(buffer: DirectBuffer): number
}

export function errnoName(errno: number): string {
  return ERRNO_NAMES[errno] ?? `errno ${errno}`
}
