import { DirectBuffer } from '../../codegen/runtime/index.ts'
import { isWildcard } from '../core/channel/socket-address.ts'
import { sameAddress } from '../core/media.ts'
import type {
  DatagramBatch,
  DatagramHandler,
  Media,
  SocketAddress,
  TransportCallback,
  TransportOptions,
  UdpTransport,
} from '../core/media.ts'
import { Fifo } from './fifo.ts'
import { checkRange, DATAGRAM_LENGTH_MAX, mediaError } from './media-error.ts'
import { sendEach } from './send-each.ts'

/** Most datagrams that are under way at the same time; more are lost. */
export const MEMORY_NETWORK_CAPACITY = 65_536

/** Bytes that wait at a socket at most, unless its options say another number; more are lost. */
export const MEMORY_RECEIVE_BUFFER_LENGTH: number = 2 * 1024 * 1024

/** What each waiting datagram takes of a receive buffer besides its bytes. */
const DATAGRAM_OVERHEAD_LENGTH = 64

/** Bytes that a socket says its send buffer has, unless its options say another number. Nothing waits there. */
const MEMORY_SEND_BUFFER_LENGTH = 2 * 1024 * 1024

/** Ports that the network chooses for port 0: one after the other. */
const EPHEMERAL_PORT_MIN = 49_152
const PORT_MAX = 65_535

const LOOPBACK: readonly string[] = ['127.0.0.1', '::1']

export interface MemoryNetworkOptions {
  /** The virtual clock. */
  readonly nowNs: () => number
  /** Time from a send to the arrival; default 0, which is before the next poll. */
  readonly latencyNs?: number
}

/** What became of the datagrams of a network. */
export interface MemoryNetworkCounts {
  sent: number
  delivered: number
  /** Nobody had the address when they arrived. */
  refused: number
  /** The network, or the receive buffer of the socket, was full. */
  overflowed: number
}

/** Who has sent a datagram. */
export interface MemorySender {
  readonly sourceAddress: SocketAddress
  /** Nobody had the address when the datagram arrived. */
  refuse(destination: SocketAddress): void
}

interface MemoryDatagram {
  readonly source: SocketAddress
  readonly destination: SocketAddress
  readonly buffer: DirectBuffer
  readonly arrivalNs: number
  readonly sender: MemorySender
}

/**
 * A network within one thread, for tests and simulations: deterministic, in the time of its clock, without loss as long
 * as buffers last and somebody listens.
 */
export class MemoryNetwork {
  readonly counts: MemoryNetworkCounts = { sent: 0, delivered: 0, refused: 0, overflowed: 0 }
  readonly nowNs: () => number
  private readonly latencyNs: number
  private readonly underWay = new Fifo<MemoryDatagram>(MEMORY_NETWORK_CAPACITY)
  private readonly transports: MemoryTransport[] = []
  private nextPort = EPHEMERAL_PORT_MIN

  constructor(options: MemoryNetworkOptions) {
    this.nowNs = options.nowNs
    this.latencyNs = options.latencyNs ?? 0
  }

  /** @param addresses numeric ones of the host that the media is in; default the loopback addresses */
  media(addresses: readonly string[] = LOOPBACK): Media {
    return new MemoryMedia(this, addresses)
  }

  /** Arrival of the next datagram; Infinity when none is under way. */
  nextArrivalNs(): number {
    this.deliver()
    return this.underWay.peek()?.arrivalNs ?? Infinity
  }

  bind(transport: MemoryTransport): void {
    this.transports.push(transport)
  }

  unbind(transport: MemoryTransport): void {
    const index = this.transports.indexOf(transport)
    if (index !== -1) this.transports.splice(index, 1)
  }

  isTaken(local: SocketAddress, addresses: readonly string[]): boolean {
    return this.transports.some((other) => {
      const { localAddress } = other
      if (localAddress.port !== local.port || localAddress.family !== local.family) return false
      if (localAddress.address === local.address) {
        return !isWildcard(local.address) || addresses.some((address) => other.addresses.includes(address))
      }
      return (
        (isWildcard(local.address) && addresses.includes(localAddress.address)) ||
        (isWildcard(localAddress.address) && other.addresses.includes(local.address))
      )
    })
  }

  freePort(local: SocketAddress, addresses: readonly string[]): number | undefined {
    for (let i = EPHEMERAL_PORT_MIN; i <= PORT_MAX; i++) {
      const port = this.nextPort
      this.nextPort = port === PORT_MAX ? EPHEMERAL_PORT_MIN : port + 1
      if (!this.isTaken({ ...local, port }, addresses)) return port
    }
    return undefined
  }

  /** Sends bytes, which must not change afterwards. */
  transmit(sender: MemorySender, bytes: Uint8Array, destination: SocketAddress): void {
    this.deliver()
    this.counts.sent++
    const source = sender.sourceAddress
    const arrivalNs = this.nowNs() + this.latencyNs
    const isTaken = this.underWay.push({ source, destination, buffer: new DirectBuffer(bytes), arrivalNs, sender })
    if (!isTaken) this.counts.overflowed++
  }

  /** Puts datagrams that have arrived by now into the buffers of their sockets. */
  deliver(): void {
    const nowNs = this.nowNs()
    for (let next = this.underWay.peek(); next !== undefined && next.arrivalNs <= nowNs; next = this.underWay.peek()) {
      this.underWay.shift()
      const transport = this.find(next)
      if (transport === undefined) {
        this.counts.refused++
        next.sender.refuse(next.destination)
      } else if (transport.take(next.buffer, next.source)) {
        this.counts.delivered++
      } else {
        this.counts.overflowed++
      }
    }
  }

  /** As systems do: a connected socket comes before others with the same address. */
  private find({ source, destination }: MemoryDatagram): MemoryTransport | undefined {
    let found: MemoryTransport | undefined
    for (const transport of this.transports) {
      const { localAddress, remote } = transport
      if (localAddress.port !== destination.port || localAddress.family !== destination.family) continue
      const isHere =
        localAddress.address === destination.address ||
        (isWildcard(localAddress.address) && transport.addresses.includes(destination.address))
      if (!isHere) continue
      if (remote !== undefined && !sameAddress(remote, source)) continue
      if (remote !== undefined) return transport
      found ??= transport
    }
    return found
  }
}

class MemoryMedia implements Media {
  readonly name = 'memory'
  readonly needsEventLoop = false
  private readonly network: MemoryNetwork
  private readonly addresses: readonly string[]
  private readonly transports = new Set<MemoryTransport>()

  constructor(network: MemoryNetwork, addresses: readonly string[]) {
    this.network = network
    this.addresses = addresses
  }

  open(options: TransportOptions, callback: TransportCallback): void {
    const { local } = options
    if (!isWildcard(local.address) && !this.addresses.includes(local.address)) {
      callback(mediaError('bind', 'EADDRNOTAVAIL', local), undefined)
      return
    }
    const port = local.port === 0 ? this.network.freePort(local, this.addresses) : local.port
    if (port === undefined || this.network.isTaken({ ...local, port }, this.addresses)) {
      callback(mediaError('bind', 'EADDRINUSE', local), undefined)
      return
    }
    const localAddress = Object.freeze({ ...local, port })
    const forget = (closed: MemoryTransport): void => void this.transports.delete(closed)
    const transport = new MemoryTransport(this.network, localAddress, this.addresses, options, forget)
    this.transports.add(transport)
    this.network.bind(transport)
    callback(undefined, transport)
  }

  /** A datagram for another media of the network may be the next one: an early look finds nothing and harms nobody. */
  nextArrivalNs(): number {
    const nextNs = this.network.nextArrivalNs()
    for (const transport of this.transports) {
      if (transport.hasArrivals()) return this.network.nowNs()
    }
    return nextNs
  }
}

interface Arrival {
  readonly buffer: DirectBuffer
  readonly source: SocketAddress
}

class MemoryTransport implements UdpTransport, MemorySender {
  readonly localAddress: SocketAddress
  readonly remote: SocketAddress | undefined
  readonly addresses: readonly string[]
  readonly sendBufferLength: number
  readonly receiveBufferLength: number
  /** What receivers see. */
  readonly sourceAddress: SocketAddress
  private readonly network: MemoryNetwork
  private readonly onClose: (transport: MemoryTransport) => void
  private readonly arrivals: Fifo<Arrival>
  private waitingBytes = 0
  private isRefused = false
  private isClosed = false

  constructor(
    network: MemoryNetwork,
    localAddress: SocketAddress,
    addresses: readonly string[],
    options: TransportOptions,
    onClose: (transport: MemoryTransport) => void,
  ) {
    this.network = network
    this.localAddress = localAddress
    this.addresses = addresses
    this.remote = options.remote
    this.sendBufferLength = options.sendBufferLength || MEMORY_SEND_BUFFER_LENGTH
    this.receiveBufferLength = options.receiveBufferLength || MEMORY_RECEIVE_BUFFER_LENGTH
    this.arrivals = new Fifo(Math.ceil(this.receiveBufferLength / DATAGRAM_OVERHEAD_LENGTH))
    const isIpv6 = localAddress.family === 6
    const own = addresses.find((address) => address.includes(':') === isIpv6)
    this.sourceAddress = own === undefined || !isWildcard(localAddress.address)
      ? localAddress
      : Object.freeze({ ...localAddress, address: own })
    this.onClose = onClose
  }

  send(buffer: DirectBuffer, offset: number, length: number, destination: SocketAddress | undefined): number {
    const to = this.remote ?? destination
    if (this.isClosed) throw mediaError('send to', 'EBADF', to)
    if (to === undefined) throw mediaError('send', 'EDESTADDRREQ', undefined)
    checkRange(buffer, offset, length)
    if (length > DATAGRAM_LENGTH_MAX) throw mediaError('send to', 'EMSGSIZE', to)
    this.network.deliver()
    if (this.isRefused) {
      this.isRefused = false
      return 0
    }
    // A copy: who sends may change the buffer while the datagram is under way.
    this.network.transmit(this, buffer.bytes.slice(offset, offset + length), to)
    return length
  }

  sendBatch(batch: DatagramBatch, destination: SocketAddress | undefined): number {
    return sendEach(this, batch, destination)
  }

  poll(handler: DatagramHandler, datagramsMax: number): number {
    if (this.isClosed) throw mediaError('receive at', 'EBADF', this.localAddress)
    this.network.deliver()
    // An answer may arrive at once: only what is there now is handed out, so that a poll ends.
    let bytes = 0
    for (let left = Math.min(datagramsMax, this.arrivals.length); left > 0; left--) {
      const arrival = this.arrivals.shift()
      if (arrival === undefined) break
      const { buffer, source } = arrival
      this.waitingBytes -= buffer.byteLength + DATAGRAM_OVERHEAD_LENGTH
      bytes += buffer.byteLength
      handler(buffer, 0, buffer.byteLength, source)
    }
    return bytes
  }

  close(): void {
    if (this.isClosed) return
    this.isClosed = true
    this.arrivals.clear()
    this.network.unbind(this)
    this.onClose(this)
  }

  hasArrivals(): boolean {
    return this.arrivals.length > 0
  }

  take(buffer: DirectBuffer, source: SocketAddress): boolean {
    const taken = buffer.byteLength + DATAGRAM_OVERHEAD_LENGTH
    if (this.waitingBytes + taken > this.receiveBufferLength) return false
    if (!this.arrivals.push({ buffer, source })) return false
    this.waitingBytes += taken
    return true
  }

  /** Connected sockets hear that their peer is not there, and tell it at the next send. */
  refuse(destination: SocketAddress): void {
    if (this.remote !== undefined && sameAddress(this.remote, destination)) this.isRefused = true
  }
}
