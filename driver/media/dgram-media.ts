import { createSocket } from 'node:dgram'
import type { RemoteInfo, Socket } from 'node:dgram'
import { DirectBuffer } from '../../codegen/runtime/index.ts'
import type { GodwitError } from '../../codegen/runtime/index.ts'
import type {
  DatagramBatch,
  DatagramHandler,
  Media,
  SocketAddress,
  TransportCallback,
  TransportOptions,
  UdpTransport,
} from '../core/media.ts'
import { AddressCache } from './address-cache.ts'
import { Fifo } from './fifo.ts'
import { checkRange, DATAGRAM_LENGTH_MAX, isBenign, mediaError } from './media-error.ts'
import { sendEach } from './send-each.ts'

/** Datagrams that wait at a socket for the next poll at most; the system would lose further ones, and so does this. */
export const DGRAM_RECEIVE_QUEUE_CAPACITY = 4096

/** Bytes of those datagrams at most: enough for as many of the default MTU, not for as many of the longest. */
export const DGRAM_RECEIVE_QUEUE_LENGTH: number = 8 * 1024 * 1024

/**
 * Sends of a socket between two turns of the event loop at most; then it takes none, as a full socket does.
 *
 * As many as libuv reads from a socket in one turn: a peer that turns its loop as fast keeps up. Measured in one thread
 * with 1408 bytes: 7 us for each datagram and none lost with 8, 16 and 32; with 64 every second one is lost, with 256
 * seven of eight, and each that arrives costs 10 and 33 us.
 */
export const DGRAM_SENDS_IN_FLIGHT_MAX = 32

/** Smallest buffer for a datagram in flight: most are not longer. */
const SEND_SLOT_LENGTH_MIN = 2048

/** Takes texts about what works less well than it could. */
export type Warn = (message: string) => void

export interface DgramListeners {
  readonly warn: Warn
  /** A datagram has arrived where none was waiting: between turns of the event loop. */
  readonly onReadable?: () => void
  /** Counts a datagram that is dropped because too many wait for the next poll. */
  readonly countLost?: () => void
}

/** Sockets of Node: everywhere, at the price of an event and two objects for each datagram. */
export class DgramMedia implements Media {
  readonly name = 'dgram'
  readonly needsEventLoop = true
  private readonly listeners: DgramListeners
  private readonly addresses = new AddressCache<string>()

  constructor(listeners: DgramListeners) {
    this.listeners = listeners
  }

  open(options: TransportOptions, callback: TransportCallback): void {
    const { local, remote } = options
    const socket = createSocket({
      type: local.family === 4 ? 'udp4' : 'udp6',
      ipv6Only: local.family === 6,
      // Addresses are numeric: the default would look each one up, and send in a later turn of the event loop.
      lookup: (host, _options, done) => done(null, host, local.family),
    })
    const fail = (operation: string, error: Error, address: SocketAddress): void => {
      socket.removeAllListeners()
      socket.on('error', () => undefined)
      socket.close()
      callback(mediaError(operation, nameOf(error), address, error), undefined)
    }
    const finish = (): void => {
      socket.removeAllListeners()
      callback(undefined, new DgramTransport(socket, options, this.addresses, this.listeners))
    }
    socket.once('error', (error) => fail('bind', error, local))
    socket.bind({ address: local.address, port: local.port, exclusive: true }, () => {
      socket.removeAllListeners('error')
      const error = setBufferLengths(socket, options)
      if (error !== undefined) return fail('set buffer lengths of', error, local)
      if (remote === undefined) return finish()
      socket.connect(remote.port, remote.address, (connectError?: Error) => {
        if (connectError === undefined) finish()
        else fail('connect to', connectError, remote)
      })
    })
  }

  nextArrivalNs(): number {
    return Infinity
  }
}

interface Arrival {
  readonly buffer: DirectBuffer
  readonly source: SocketAddress
}

/** A copy of a datagram that the socket may not have read yet. */
interface SendSlot {
  bytes: Uint8Array
  readonly onSent: (error: Error | null) => void
}

class DgramTransport implements UdpTransport {
  readonly localAddress: SocketAddress
  readonly sendBufferLength: number
  readonly receiveBufferLength: number
  private readonly socket: Socket
  private readonly remote: SocketAddress | undefined
  private readonly addresses: AddressCache<string>
  private readonly listeners: DgramListeners
  private readonly arrivals = new Fifo<Arrival>(DGRAM_RECEIVE_QUEUE_CAPACITY)
  private waitingBytes = 0
  private readonly freeSlots: SendSlot[] = []
  private sendsInFlight = 0
  private hasOverflowed = false
  private isRefused = false
  private failure: GodwitError | undefined
  private isClosed = false

  constructor(
    socket: Socket, options: TransportOptions, addresses: AddressCache<string>, listeners: DgramListeners,
  ) {
    this.socket = socket
    this.remote = options.remote
    this.addresses = addresses
    this.listeners = listeners
    const { address, port } = socket.address()
    this.localAddress = Object.freeze({ family: options.local.family, address, port })
    this.sendBufferLength = socket.getSendBufferSize()
    this.receiveBufferLength = socket.getRecvBufferSize()
    socket.on('message', (message, info) => this.arrive(message, info))
    socket.on('error', (error) => this.fail('receive at', error, this.localAddress))
  }

  send(buffer: DirectBuffer, offset: number, length: number, destination: SocketAddress | undefined): number {
    const to = this.remote ?? destination
    if (this.isClosed) throw mediaError('send to', 'EBADF', to)
    if (to === undefined) throw mediaError('send', 'EDESTADDRREQ', undefined)
    checkRange(buffer, offset, length)
    if (length > DATAGRAM_LENGTH_MAX) throw mediaError('send to', 'EMSGSIZE', to)
    this.throwFailure()
    if (this.isRefused) {
      this.isRefused = false
      return 0
    }
    if (this.sendsInFlight >= DGRAM_SENDS_IN_FLIGHT_MAX) return 0
    const slot = this.freeSlots.pop() ?? this.makeSlot()
    if (slot.bytes.length < length) slot.bytes = allocate(Math.max(length, SEND_SLOT_LENGTH_MIN))
    slot.bytes.set(buffer.bytes.subarray(offset, offset + length))
    this.sendsInFlight++
    if (this.remote === undefined) this.socket.send(slot.bytes, 0, length, to.port, to.address, slot.onSent)
    else this.socket.send(slot.bytes, 0, length, slot.onSent)
    return length
  }

  sendBatch(batch: DatagramBatch, destination: SocketAddress | undefined): number {
    return sendEach(this, batch, destination)
  }

  poll(handler: DatagramHandler, datagramsMax: number): number {
    if (this.isClosed) throw mediaError('receive at', 'EBADF', this.localAddress)
    this.throwFailure()
    let bytes = 0
    for (let left = datagramsMax; left > 0; left--) {
      const arrival = this.arrivals.shift()
      if (arrival === undefined) break
      const { buffer, source } = arrival
      this.waitingBytes -= buffer.byteLength
      bytes += buffer.byteLength
      handler(buffer, 0, buffer.byteLength, source)
    }
    return bytes
  }

  close(): void {
    if (this.isClosed) return
    this.isClosed = true
    this.arrivals.clear()
    this.socket.close()
  }

  private arrive(message: Buffer, info: RemoteInfo): void {
    if (this.isClosed) return
    if (this.waitingBytes + message.length > DGRAM_RECEIVE_QUEUE_LENGTH) return this.countOverflow()
    const { address, port } = info
    const key = `${address} ${port}`
    const source = this.addresses.get(key) ??
      this.addresses.add(key, { family: this.localAddress.family, address, port })
    const isFirst = this.arrivals.length === 0
    if (!this.arrivals.push({ buffer: new DirectBuffer(message), source })) return this.countOverflow()
    this.waitingBytes += message.length
    if (isFirst) this.listeners.onReadable?.()
  }

  private countOverflow(): void {
    this.listeners.countLost?.()
    if (this.hasOverflowed) return
    this.hasOverflowed = true
    const { address, port } = this.localAddress
    const most = `${DGRAM_RECEIVE_QUEUE_CAPACITY} datagrams or ${DGRAM_RECEIVE_QUEUE_LENGTH} bytes`
    const what = `more than ${most} waited at ${address} port ${port}, some are lost`
    this.listeners.warn(`${what}: the driver's thread is too slow for what arrives`)
  }

  private makeSlot(): SendSlot {
    const slot: SendSlot = {
      bytes: allocate(SEND_SLOT_LENGTH_MIN),
      onSent: (error) => {
        this.sendsInFlight--
        this.freeSlots.push(slot)
        if (error !== null) this.fail('send to', error, this.remote)
      },
    }
    return slot
  }

  /** What goes wrong between two calls is told by the next one. */
  private fail(operation: string, error: Error, address: SocketAddress | undefined): void {
    if (this.isClosed) return
    const name = nameOf(error)
    if (name === 'ECONNREFUSED') this.isRefused = true
    else if (!isBenign(name)) this.failure = mediaError(operation, name, address, error)
  }

  private throwFailure(): void {
    const { failure } = this
    if (failure === undefined) return
    this.failure = undefined
    throw failure
  }
}

function setBufferLengths(socket: Socket, options: TransportOptions): Error | undefined {
  try {
    if (options.sendBufferLength > 0) socket.setSendBufferSize(options.sendBufferLength)
    if (options.receiveBufferLength > 0) socket.setRecvBufferSize(options.receiveBufferLength)
    return undefined
  } catch (error) {
    return error as Error
  }
}

function nameOf(error: Error): string {
  const { code, info } = error as { readonly code?: string; readonly info?: { readonly code?: string } }
  return info?.code ?? code ?? error.message
}

/** Not from Buffer's pool, whose memory others share. */
function allocate(length: number): Uint8Array {
  return new Uint8Array(new ArrayBuffer(length))
}
