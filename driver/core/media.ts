import type { DirectBuffer, GodwitError } from '../../codegen/runtime/index.ts'

/** Numeric address of a UDP socket. Transports hand out the same object for a peer as long as they remember it. */
export interface SocketAddress {
  readonly family: 4 | 6
  /** Numeric, IPv6 without brackets. */
  readonly address: string
  readonly port: number
}

export function sameAddress(a: SocketAddress, b: SocketAddress): boolean {
  return a === b || (a.port === b.port && a.address === b.address)
}

/** Called for each datagram; the buffer is reused and valid during the call only. */
export type DatagramHandler = (buffer: DirectBuffer, offset: number, length: number, source: SocketAddress) => void

/** Most datagrams of one batch. */
export const DATAGRAM_BATCH_CAPACITY = 64

/** Datagrams that go to one destination, as ranges of one buffer. Reused: filled, sent, cleared. */
export class DatagramBatch {
  declare buffer: DirectBuffer
  readonly offsets: Int32Array = new Int32Array(DATAGRAM_BATCH_CAPACITY)
  readonly lengths: Int32Array = new Int32Array(DATAGRAM_BATCH_CAPACITY)
  count: number = 0

  start(buffer: DirectBuffer): void {
    this.buffer = buffer
    this.count = 0
  }

  add(offset: number, length: number): void {
    this.offsets[this.count] = offset
    this.lengths[this.count] = length
    this.count++
  }
}

/** Plain data: it travels in commands. */
export interface TransportOptions {
  /** Address to bind; port 0 lets the system choose. */
  readonly local: SocketAddress
  /** Peer of a connected socket: it alone is heard, and sends need no destination. */
  readonly remote?: SocketAddress
  /** Bytes; 0 leaves the system's default. */
  readonly sendBufferLength: number
  readonly receiveBufferLength: number
}

/** A UDP socket, or what stands for one. Nothing blocks. */
export interface UdpTransport {
  /** Where it is bound. */
  readonly localAddress: SocketAddress
  /** Bytes the system really gives; 0 when it does not tell. */
  readonly sendBufferLength: number
  readonly receiveBufferLength: number

  /**
   * Sends one datagram.
   *
   * @param destination undefined when the transport is connected
   * @returns length, or 0 when the socket takes none now (full, or the peer refused an earlier one)
   * @throws GodwitError ERR_GODWIT_MEDIA for any other failure
   */
  send(buffer: DirectBuffer, offset: number, length: number, destination: SocketAddress | undefined): number

  /**
   * Sends the datagrams of a batch in their order.
   *
   * @returns how many the socket took; fewer than `batch.count` is a short send
   * @throws GodwitError ERR_GODWIT_MEDIA
   */
  sendBatch(batch: DatagramBatch, destination: SocketAddress | undefined): number

  /**
   * Hands datagrams that have arrived to the handler.
   *
   * @param datagramsMax stops after so many (a few more where the system delivers them joined)
   * @returns bytes received
   */
  poll(handler: DatagramHandler, datagramsMax: number): number

  close(): void
}

export type TransportCallback = (error: GodwitError | undefined, transport: UdpTransport | undefined) => void

/** Makes transports. One instance for each agent that owns sockets. */
export interface Media {
  readonly name: string
  /** Whether its sockets only come alive between turns of the event loop: the agent must not block its thread then. */
  readonly needsEventLoop: boolean
  /** Opens and binds; the callback is called before the return, or later in the same thread. */
  open(options: TransportOptions, callback: TransportCallback): void
  /** When a datagram that is under way arrives, for virtual clocks; Infinity when only the system knows. */
  nextArrivalNs(): number
}
