import type { DirectBuffer } from '../../../codegen/runtime/index.ts'
import { DATAGRAM_BATCH_CAPACITY, DatagramBatch } from '../../core/media.ts'
import type { DatagramHandler, SocketAddress, TransportOptions, UdpTransport } from '../../core/media.ts'
import { checkRange, DATAGRAM_LENGTH_MAX, isBenign, mediaError } from '../media-error.ts'
import { AF_INET, AF_INET6, UDP_SEGMENTS_MAX } from './constants.ts'
import { SendHeaders } from './message-headers.ts'
import { errnoName, RECEIVE_MESSAGE_LENGTH, RECEIVE_MESSAGES } from './native-shared.ts'
import type { NativeShared } from './native-shared.ts'
import { sockaddrLength, writeSockaddr } from './sockaddr.ts'

/** Refusals in a row that one poll puts up with. */
const REFUSALS_MAX = 4

/** What systems say that cannot cut a message into datagrams for a way out. */
const SEGMENTATION_ERRORS: ReadonlySet<string> = new Set(['EIO', 'EINVAL', 'EMSGSIZE'])

export interface NativeSocketState {
  readonly localAddress: SocketAddress
  readonly sendBufferLength: number
  readonly receiveBufferLength: number
}

/** A socket of the system. */
export class NativeTransport implements UdpTransport {
  readonly localAddress: SocketAddress
  readonly sendBufferLength: number
  readonly receiveBufferLength: number
  private readonly shared: NativeShared
  private readonly remote: SocketAddress | undefined
  private readonly headers: SendHeaders
  /** Of addresses of its peers. */
  private readonly family: number
  private readonly nameLength: number
  /** Datagrams of each message that is being sent. */
  private readonly datagramsOf = new Int32Array(DATAGRAM_BATCH_CAPACITY)
  private readonly single = new DatagramBatch()
  private fd: number
  /** Whether runs of datagrams go to the system in one piece. */
  private isSegmented = true
  private writtenDestination: SocketAddress | undefined
  /** The buffer whose address the headers hold: it must not be collected meanwhile. */
  private pinned: DirectBuffer | undefined
  private pinnedAddress = 0

  constructor(shared: NativeShared, fd: number, options: TransportOptions, state: NativeSocketState) {
    this.shared = shared
    this.fd = fd
    this.remote = options.remote
    this.localAddress = state.localAddress
    this.sendBufferLength = state.sendBufferLength
    this.receiveBufferLength = state.receiveBufferLength
    this.family = options.local.family === 4 ? AF_INET : AF_INET6
    this.nameLength = sockaddrLength(options.local.family)
    const nameLength = options.remote === undefined ? this.nameLength : 0
    this.headers = new SendHeaders(shared.library, DATAGRAM_BATCH_CAPACITY, nameLength)
  }

  send(buffer: DirectBuffer, offset: number, length: number, destination: SocketAddress | undefined): number {
    const { single } = this
    single.start(buffer)
    single.add(offset, length)
    return this.sendBatch(single, destination) === 1 ? length : 0
  }

  sendBatch(batch: DatagramBatch, destination: SocketAddress | undefined): number {
    const { shared, headers } = this
    this.address(destination)
    // The system would read whatever memory it is told to.
    for (let i = 0; i < batch.count; i++) checkRange(batch.buffer, batch.offsets[i], batch.lengths[i])
    let sent = 0
    while (sent < batch.count) {
      const messages = this.fill(batch, sent)
      const taken = shared.library.sendmmsg(this.fd, headers.address, messages)
      shared.counts.sendCalls++
      if (taken < 0) {
        if (this.fallBack(sent, destination)) continue
        break
      }
      for (let i = 0; i < taken; i++) sent += this.datagramsOf[i]!
    }
    shared.counts.datagramsSent += sent
    return sent
  }

  poll(handler: DatagramHandler, datagramsMax: number): number {
    const { library, receiveHeaders, counts } = this.shared
    if (this.fd < 0) throw mediaError('receive at', 'EBADF', this.localAddress)
    let bytes = 0
    let refusals = 0
    // A handler may close the transport.
    for (let left = datagramsMax; left > 0 && this.fd >= 0; ) {
      const wanted = left < RECEIVE_MESSAGES ? left : RECEIVE_MESSAGES
      const received = library.recvmmsg(this.fd, receiveHeaders.address, wanted)
      counts.receiveCalls++
      if (received < 0) {
        if (!this.isRefusal()) break
        if (++refusals >= REFUSALS_MAX) break
        continue
      }
      const before = counts.datagramsReceived
      try {
        for (let i = 0; i < received && this.fd >= 0; i++) bytes += this.handOut(i, handler)
      } finally {
        receiveHeaders.reset(received)
      }
      left -= Math.max(counts.datagramsReceived - before, received)
      if (received < wanted) break
    }
    return bytes
  }

  close(): void {
    if (this.fd < 0) return
    this.shared.library.close(this.fd)
    this.fd = -1
    this.pinned = undefined
  }

  private address(destination: SocketAddress | undefined): void {
    if (this.fd < 0) throw mediaError('send to', 'EBADF', this.remote ?? destination)
    if (this.remote !== undefined) return
    if (destination === undefined) throw mediaError('send', 'EDESTADDRREQ', undefined)
    if (destination === this.writtenDestination) return
    writeSockaddr(this.headers.view, this.headers.namesOffset, destination)
    this.writtenDestination = destination
  }

  /** Puts the datagrams of a batch from `first` on into messages, one for each run that can go in one piece. */
  private fill(batch: DatagramBatch, first: number): number {
    const { buffer, offsets, lengths, count } = batch
    if (buffer !== this.pinned) {
      this.pinnedAddress = this.shared.addressOf(buffer)
      this.pinned = buffer
    }
    let messages = 0
    for (let i = first; i < count; messages++) {
      const runEnd = this.isSegmented ? endOfRun(batch, i) : i + 1
      const start = offsets[i]!
      const length = offsets[runEnd - 1]! + lengths[runEnd - 1]! - start
      this.headers.set(messages, this.pinnedAddress + start, length, runEnd - i > 1 ? lengths[i]! : 0)
      this.datagramsOf[messages] = runEnd - i
      i = runEnd
    }
    return messages
  }

  /**
   * After a send that failed: whether to try again, one datagram at a time from now on. Otherwise the socket takes none
   * now, or an error is thrown unless there are datagrams that it took: those are told first.
   */
  private fallBack(sent: number, destination: SocketAddress | undefined): boolean {
    const name = errnoName(this.shared.library.errno())
    if (isBenign(name)) {
      if (name === 'ECONNREFUSED') this.shared.counts.refused++
      return false
    }
    const { address, port } = this.remote ?? destination ?? this.localAddress
    if (this.datagramsOf[0]! > 1 && SEGMENTATION_ERRORS.has(name)) {
      this.isSegmented = false
      this.shared.counts.segmentationFallbacks++
      const what = `the system cannot cut messages into datagrams on the way to ${address} port ${port} (${name})`
      this.shared.warn(`${what}: they go out one by one, which is slower`)
      return true
    }
    if (sent === 0) throw mediaError('send to', name, this.remote ?? destination)
    return false
  }

  /** After a receive that failed: false when there is nothing, true when a peer refused an earlier datagram. */
  private isRefusal(): boolean {
    const name = errnoName(this.shared.library.errno())
    if (!isBenign(name)) throw mediaError('receive at', name, this.localAddress)
    if (name !== 'ECONNREFUSED') return false
    this.shared.counts.refused++
    return true
  }

  private handOut(index: number, handler: DatagramHandler): number {
    const { receiveHeaders, receiveBuffer, sources, counts, countLost } = this.shared
    if (!receiveHeaders.isWhole(index, this.family, this.nameLength)) {
      counts.malformed++
      countLost()
      return 0
    }
    const length = receiveHeaders.receivedLength(index)
    const source = this.remote ?? sources.get(receiveHeaders.words, receiveHeaders.nameWord(index), receiveHeaders.view)
    const start = index * RECEIVE_MESSAGE_LENGTH
    const segmentLength = receiveHeaders.segmentLength(index)
    if (segmentLength <= 0 || segmentLength >= length) {
      counts.datagramsReceived++
      handler(receiveBuffer, start, length, source)
      return length
    }
    let offset = 0
    while (offset < length && this.fd >= 0) {
      const datagramLength = Math.min(segmentLength, length - offset)
      counts.datagramsReceived++
      handler(receiveBuffer, start + offset, datagramLength, source)
      offset += datagramLength
    }
    return offset
  }
}

/** Datagrams of one length in a row, of which the last may be shorter: where they end. */
function endOfRun({ offsets, lengths, count }: DatagramBatch, first: number): number {
  const segmentLength = lengths[first]!
  let total = segmentLength
  let end = first + 1
  while (end < count && end - first < UDP_SEGMENTS_MAX) {
    const length = lengths[end]!
    const follows = offsets[end] === offsets[end - 1]! + lengths[end - 1]!
    if (!follows || length > segmentLength || length === 0 || total + length > DATAGRAM_LENGTH_MAX) break
    total += length
    end++
    if (length < segmentLength) break
  }
  return end
}
