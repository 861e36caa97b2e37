import type { GodwitError } from '../../../codegen/runtime/index.ts'
import { DirectBuffer } from '../../../codegen/runtime/index.ts'
import type {
  DatagramBatch,
  DatagramHandler,
  Media,
  SocketAddress,
  TransportCallback,
  TransportOptions,
  UdpTransport,
} from '../../../driver/core/media.ts'

export const LOCAL: SocketAddress = { family: 4, address: '127.0.0.1', port: 37353 }
export const REMOTE: SocketAddress = { family: 4, address: '127.0.0.1', port: 20121 }

const NO_LIMIT = Infinity

interface Received {
  readonly bytes: Uint8Array
  readonly source: SocketAddress
}

/** A socket that does as it is told, and keeps what was sent. */
export class FakeTransport implements UdpTransport {
  readonly localAddress: SocketAddress = LOCAL
  readonly sendBufferLength: number = 212_992
  readonly receiveBufferLength: number = 212_992
  readonly sent: Uint8Array[] = []
  readonly destinations: (SocketAddress | undefined)[] = []
  /** Datagrams that it takes before it is full. */
  room: number = NO_LIMIT
  /** What sends and polls throw. */
  sendError: Error | undefined
  pollError: Error | undefined
  sendCalls: number = 0
  pollCalls: number = 0
  isClosed: boolean = false
  private readonly received: Received[] = []

  send(buffer: DirectBuffer, offset: number, length: number, destination: SocketAddress | undefined): number {
    this.sendCalls++
    if (this.sendError !== undefined) throw this.sendError
    return this.accept(buffer, offset, length, destination) ? length : 0
  }

  sendBatch(batch: DatagramBatch, destination: SocketAddress | undefined): number {
    this.sendCalls++
    if (this.sendError !== undefined) throw this.sendError
    for (let i = 0; i < batch.count; i++) {
      if (!this.accept(batch.buffer, batch.offsets[i]!, batch.lengths[i]!, destination)) return i
    }
    return batch.count
  }

  poll(handler: DatagramHandler, datagramsMax: number): number {
    this.pollCalls++
    if (this.pollError !== undefined) throw this.pollError
    let bytesReceived = 0
    for (const { bytes, source } of this.received.splice(0, datagramsMax)) {
      // Not at the start of the buffer, and nothing behind.
      const margin = 5
      const buffer = new DirectBuffer(new Uint8Array(margin + bytes.length).fill(0xa5))
      buffer.bytes.set(bytes, margin)
      handler(buffer, margin, bytes.length, source)
      bytesReceived += bytes.length
    }
    return bytesReceived
  }

  close(): void {
    this.isClosed = true
  }

  /** A datagram arrives. */
  deliver(bytes: Uint8Array, source: SocketAddress = REMOTE): void {
    this.received.push({ bytes, source })
  }

  /** Whether datagrams wait to be polled. */
  get hasArrivals(): boolean {
    return this.received.length > 0
  }

  /** What was sent since the last call. */
  take(): Uint8Array[] {
    this.destinations.length = 0
    return this.sent.splice(0)
  }

  private accept(
    buffer: DirectBuffer,
    offset: number,
    length: number,
    destination: SocketAddress | undefined,
  ): boolean {
    if (this.room <= 0) return false
    this.room--
    this.sent.push(Uint8Array.from(buffer.bytes.subarray(offset, offset + length)))
    this.destinations.push(destination)
    return true
  }
}

export class FakeMedia implements Media {
  readonly name: string = 'fake'
  readonly needsEventLoop: boolean = false
  readonly transports: FakeTransport[] = []
  /** Whether callbacks wait for `complete`. */
  isDeferred: boolean = false
  openError: GodwitError | undefined
  private readonly waiting: (() => void)[] = []

  open(_options: TransportOptions, callback: TransportCallback): void {
    const open = (): void => {
      if (this.openError !== undefined) {
        callback(this.openError, undefined)
        return
      }
      const transport = new FakeTransport()
      this.transports.push(transport)
      callback(undefined, transport)
    }
    if (this.isDeferred) this.waiting.push(open)
    else open()
  }

  complete(): void {
    for (const open of this.waiting.splice(0)) open()
  }

  nextArrivalNs(): number {
    return Infinity
  }
}
