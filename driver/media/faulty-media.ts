import type { DirectBuffer } from '../../codegen/runtime/index.ts'
import { DatagramBatch } from '../core/media.ts'
import type {
  DatagramHandler,
  Media,
  SocketAddress,
  TransportCallback,
  TransportOptions,
  UdpTransport,
} from '../core/media.ts'
import { SeededRandom } from '../core/random.ts'
import { FAULT_COUNTS_LENGTH, FaultCounters } from './fault-counts.ts'
import type { FaultCounts } from './fault-counts.ts'
import { checkFaultRates, checkKeys, FaultDirection, faultsError } from './fault-direction.ts'
import type { FaultRates } from './fault-direction.ts'

/** Plain data: it travels to workers. */
export interface FaultOptions {
  /** Integer; the same seed and the same datagrams give the same faults. Default 0. */
  readonly seed?: number
  /** Faults of datagrams on their way out. */
  readonly send?: FaultRates
  /** Faults of datagrams on their way in. */
  readonly receive?: FaultRates
}

/** Where a faulty media counts: memory that any thread can read. */
export interface FaultMemory {
  readonly send: SharedArrayBuffer
  readonly receive: SharedArrayBuffer
}

export function allocateFaultMemory(): FaultMemory {
  return { send: new SharedArrayBuffer(FAULT_COUNTS_LENGTH), receive: new SharedArrayBuffer(FAULT_COUNTS_LENGTH) }
}

export function readFaultCounts(memory: FaultMemory): { readonly send: FaultCounts; readonly receive: FaultCounts } {
  return { send: new FaultCounters(memory.send).read(), receive: new FaultCounters(memory.receive).read() }
}

/** @throws GodwitError ERR_GODWIT_FAULTS */
export function checkFaultOptions(options: FaultOptions): void {
  checkKeys('the option', options, ['seed', 'send', 'receive'])
  const { seed = 0, send = {}, receive = {} } = options
  if (!Number.isSafeInteger(seed)) throw faultsError(`seed is ${String(seed)}: it must be an integer`)
  checkFaultRates('send', send)
  checkFaultRates('receive', receive)
}

/** Loses, duplicates, reorders, delays and damages datagrams of any media, by seed. For tests and demonstrations. */
export class FaultyMedia implements Media {
  readonly name: string
  readonly needsEventLoop: boolean
  private readonly inner: Media
  private readonly options: FaultOptions
  private readonly memory: FaultMemory
  private readonly nowNs: () => number
  private readonly transports = new Set<FaultyTransport>()
  private opened = 0

  /** @throws GodwitError ERR_GODWIT_FAULTS */
  constructor(
    inner: Media, options: FaultOptions, nowNs: () => number, memory: FaultMemory = allocateFaultMemory(),
  ) {
    checkFaultOptions(options)
    this.inner = inner
    this.options = options
    this.memory = memory
    this.nowNs = nowNs
    this.name = `faulty ${inner.name}`
    this.needsEventLoop = inner.needsEventLoop
  }

  counts(): { readonly send: FaultCounts; readonly receive: FaultCounts } {
    return readFaultCounts(this.memory)
  }

  open(options: TransportOptions, callback: TransportCallback): void {
    // Two sequences for each transport: what one does cannot change the faults of another.
    const stream = 2 * this.opened++
    this.inner.open(options, (error, transport) => {
      if (transport === undefined) return callback(error, undefined)
      const { options: faults, memory, nowNs, transports } = this
      const onClose = (): void => void transports.delete(faulty)
      const faulty = new FaultyTransport(transport, { faults, memory, stream, nowNs, onClose })
      transports.add(faulty)
      callback(undefined, faulty)
    })
  }

  nextArrivalNs(): number {
    let nextNs = this.inner.nextArrivalNs()
    for (const transport of this.transports) nextNs = Math.min(nextNs, transport.nextDeadlineNs())
    return nextNs
  }
}

interface FaultyTransportOptions {
  readonly faults: FaultOptions
  readonly memory: FaultMemory
  /** Number of its first random sequence. */
  readonly stream: number
  readonly nowNs: () => number
  readonly onClose: () => void
}

class FaultyTransport implements UdpTransport {
  readonly localAddress: SocketAddress
  readonly sendBufferLength: number
  readonly receiveBufferLength: number
  private readonly inner: UdpTransport
  private readonly onClose: () => void
  private readonly sending: FaultDirection
  private readonly receiving: FaultDirection
  /** Datagrams of a batch in a row that nothing befalls. */
  private readonly run = new DatagramBatch()
  private handler: DatagramHandler = () => undefined
  private readonly intercept: DatagramHandler

  constructor(inner: UdpTransport, { faults, memory, stream, nowNs, onClose }: FaultyTransportOptions) {
    this.inner = inner
    this.onClose = onClose
    this.localAddress = inner.localAddress
    this.sendBufferLength = inner.sendBufferLength
    this.receiveBufferLength = inner.receiveBufferLength
    const seed = faults.seed ?? 0
    this.sending = new FaultDirection(
      faults.send ?? {},
      new SeededRandom(seed, stream),
      new FaultCounters(memory.send),
      nowNs,
      (buffer, offset, length, destination) => inner.send(buffer, offset, length, destination) === length,
    )
    this.receiving = new FaultDirection(
      faults.receive ?? {},
      new SeededRandom(seed, stream + 1),
      new FaultCounters(memory.receive),
      nowNs,
      (buffer, offset, length, source) => {
        this.handler(buffer, offset, length, source!)
        return true
      },
    )
    this.intercept = (buffer, offset, length, source) => {
      this.receiving.apply(this.receiving.draw(buffer, offset, length), buffer, offset, length, source)
    }
  }

  send(buffer: DirectBuffer, offset: number, length: number, destination: SocketAddress | undefined): number {
    const fault = this.sending.draw(buffer, offset, length)
    return this.sending.apply(fault, buffer, offset, length, destination) ? length : 0
  }

  sendBatch(batch: DatagramBatch, destination: SocketAddress | undefined): number {
    const { sending, run } = this
    const { buffer, offsets, lengths, count } = batch
    run.start(buffer)
    let sent = 0
    for (let i = 0; i < count; i++) {
      const offset = offsets[i]!
      const length = lengths[i]!
      const fault = sending.draw(buffer, offset, length)
      if (fault === 'none' && !sending.hasHeld()) {
        run.add(offset, length)
        continue
      }
      sent += this.sendRun(destination)
      if (sent < i || !sending.apply(fault, buffer, offset, length, destination)) return sent
      sent++
      run.start(buffer)
    }
    return sent + this.sendRun(destination)
  }

  poll(handler: DatagramHandler, datagramsMax: number): number {
    this.handler = handler
    const bytes = this.inner.poll(this.intercept, datagramsMax)
    this.sending.releaseDue()
    this.receiving.releaseDue()
    return bytes
  }

  nextDeadlineNs(): number {
    return Math.min(this.sending.nextDeadlineNs(), this.receiving.nextDeadlineNs())
  }

  close(): void {
    this.sending.close()
    this.receiving.close()
    this.inner.close()
    this.onClose()
  }

  private sendRun(destination: SocketAddress | undefined): number {
    if (this.run.count === 0) return 0
    const taken = this.inner.sendBatch(this.run, destination)
    this.sending.countPassed(taken)
    return taken
  }
}
