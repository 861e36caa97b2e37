import type { Cnc } from '../../../client/memory/cnc.ts'
import { MEMORY_LOG_MAPPER } from '../../../driver/core/log-store.ts'
import { CommandQueue } from '../../../driver/core/command-queue.ts'
import type { ConductorCommand, ReceiverCommand } from '../../../driver/core/commands.ts'
import { concludeDriverSettings } from '../../../driver/core/driver-settings.ts'
import type { DriverOptions, DriverSettings } from '../../../driver/core/driver-settings.ts'
import type { SocketAddress } from '../../../driver/core/media.ts'
import { Receiver } from '../../../driver/core/receiver/receiver.ts'
import { SystemCounters } from '../../../driver/core/system-counters.ts'
import type { SystemCounterId } from '../../../schemas/generated/aeron.memory/index.ts'
import { FakeMedia } from '../sender/fake-media.ts'
import type { FakeTransport } from '../sender/fake-media.ts'
import { ENDPOINT, ImageFixture, PUBLISHER, createCnc } from './image-fixture.ts'
import type { ImageFields } from './image-fixture.ts'
import { STREAM } from './sender-frames.ts'

export const MS = 1_000_000
export const RECEIVER_ID = 0x39c6_6a08_520d_d793n

export interface EndpointFields {
  readonly endpointId?: number
  readonly receiverId?: bigint
  readonly groupTag?: bigint
}

/** A receiver with a scripted socket and a clock that goes where it is told. */
export class ReceiverHarness {
  readonly media: FakeMedia = new FakeMedia()
  readonly settings: DriverSettings
  readonly cnc: Cnc = createCnc()
  readonly systemCounters: SystemCounters = new SystemCounters(this.cnc.countersValues)
  readonly commands: CommandQueue<ReceiverCommand> = new CommandQueue(() => undefined)
  readonly toConductor: CommandQueue<ConductorCommand> = new CommandQueue(() => undefined)
  readonly receiver: Receiver
  nowNs: number = 1_000 * MS

  constructor(options: Partial<DriverOptions> = {}) {
    this.settings = concludeDriverSettings({ receiverIoVectorCapacity: 16, ...options }, {})
    this.receiver = new Receiver({
      settings: this.settings,
      cnc: this.cnc,
      systemCounters: this.systemCounters,
      mapper: MEMORY_LOG_MAPPER,
      epochMs: () => 0,
      random: () => 0.5,
      commands: this.commands,
      toConductor: this.toConductor,
      media: this.media,
    })
  }

  /** The socket of the endpoint that was opened first. */
  get transport(): FakeTransport {
    const transport = this.media.transports[0]
    if (transport === undefined) throw new Error('no transport was opened')
    return transport
  }

  openEndpoint(fields: EndpointFields = {}): void {
    const { endpointId = ENDPOINT, receiverId = RECEIVER_ID, groupTag } = fields
    const local: SocketAddress = { family: 4, address: '127.0.0.1', port: 20121 }
    const options = { local, sendBufferLength: 0, receiveBufferLength: 0 }
    const tag = groupTag === undefined ? {} : { groupTag }
    this.command({ type: 'addReceiveEndpoint', endpointId, receiverId, options, ...tag })
  }

  /** Puts commands, and has the receiver take all of them. */
  command(...commands: readonly ReceiverCommand[]): void {
    for (const command of commands) {
      this.commands.offer(command)
      this.work()
    }
  }

  addInterest(streamId: number = STREAM, sessionId?: number): void {
    const session = sessionId === undefined ? {} : { sessionId }
    this.command({ type: 'addInterest', endpointId: ENDPOINT, streamId, ...session })
  }

  removeInterest(streamId: number = STREAM, sessionId?: number): void {
    const session = sessionId === undefined ? {} : { sessionId }
    this.command({ type: 'removeInterest', endpointId: ENDPOINT, streamId, ...session })
  }

  /** Hands an image to the receiver, which sends its first status message. */
  addImage(fields: ImageFields = {}): ImageFixture {
    const image = new ImageFixture(this.cnc, fields)
    this.command({ type: 'addImage', image: image.params })
    return image
  }

  removeImage(correlationId: number = 200): void {
    this.command({ type: 'removeImage', correlationId })
  }

  /** One cycle, now. */
  work(): number {
    return this.receiver.doWork(this.nowNs)
  }

  /** One cycle after some time. */
  workAfter(durationNs: number): number {
    this.nowNs += durationNs
    return this.work()
  }

  /** Datagrams arrive, and the receiver takes them. */
  deliver(...datagrams: readonly Uint8Array[]): void {
    for (const datagram of datagrams) this.deliverFrom(PUBLISHER, datagram)
  }

  deliverFrom(source: SocketAddress, ...datagrams: readonly Uint8Array[]): void {
    for (const datagram of datagrams) {
      this.transport.deliver(datagram, source)
      this.work()
    }
  }

  count(id: SystemCounterId): number {
    return this.systemCounters.get(id)
  }

  /** All replies since the last call. */
  replies(): ConductorCommand[] {
    const replies: ConductorCommand[] = []
    for (let reply = this.toConductor.poll(); reply !== undefined; reply = this.toConductor.poll()) replies.push(reply)
    return replies
  }

  /** Types of the replies since the last call. */
  replyTypes(): string[] {
    return this.replies().map(({ type }) => type)
  }

  /** What was sent since the last call, as text. */
  sent(): string[] {
    return this.transport.take().map(describe)
  }
}

/** An open endpoint with interest in all sessions of the stream. */
export function start(options: Partial<DriverOptions> = {}): ReceiverHarness {
  const harness = new ReceiverHarness(options)
  harness.openEndpoint()
  harness.addInterest()
  harness.replies()
  return harness
}

/** As `start`, with an image whose first status message is out. */
export function startWithImage(
  fields: ImageFields = {},
  options: Partial<DriverOptions> = {},
): { readonly harness: ReceiverHarness; readonly image: ImageFixture } {
  const harness = start(options)
  const image = harness.addImage(fields)
  harness.transport.take()
  return { harness, image }
}

const NAMES = ['PAD', 'DATA', 'NAK', 'SM', 'ERR', 'SETUP', 'RTTM']

/** Type, flags and what matters of a control frame. */
export function describe(frame: Uint8Array): string {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength)
  const type = view.getUint16(6, true)
  const head = `${NAMES[type]} ${view.getUint8(5).toString(16)} ${view.getInt32(8, true)}`
  if (type > 3) return head
  return `${head} ${view.getInt32(16, true)}:${view.getInt32(20, true)} ${view.getInt32(24, true)}`
}

export function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
