import type { DirectBuffer } from '../../../codegen/runtime/index.ts'
import { ErrorCode } from '../../../schemas/generated/aeron.commands/index.ts'
import { SystemCounterId } from '../../../schemas/generated/aeron.memory/index.ts'
import {
  FrameType,
  RttMeasurementDecoder,
  RttMeasurementFlags,
  SetupDecoder,
  StatusMessageFlags,
} from '../../../schemas/generated/aeron.wire/index.ts'
import type { CommandSink } from '../command-queue.ts'
import type { ConductorCommand } from '../commands.ts'
import type { ReceiverContext } from '../driver-context.ts'
import { hasCapacityForReports } from '../error-reporter.ts'
import { frameTypeAt, isFrameValid } from '../frames/frame-validation.ts'
import { isSetupValid } from '../frames/packet-validation.ts'
import type { SocketAddress, UdpTransport } from '../media.ts'
import type { SystemCounters } from '../system-counters.ts'
import type { Anomalies } from './anomalies.ts'
import type { ControlFrames, ReceiverIdentity } from './control-frames.ts'
import { DataPacketDispatcher } from './data-packet-dispatcher.ts'
import type { DispatcherEvents } from './data-packet-dispatcher.ts'
import type { PendingSetups } from './pending-setups.ts'

const SEND_SETUP = 1 << StatusMessageFlags.sendSetup
const ASKS_FOR_REPLY = 1 << RttMeasurementFlags.reply
/** A measurement that any receiver answers. */
const ANY_RECEIVER = 0n

/** What the endpoints of a receiver share. */
export interface EndpointServices {
  readonly context: ReceiverContext
  readonly anomalies: Anomalies
  readonly frames: ControlFrames
  readonly pendingSetups: PendingSetups
}

/** Identity of an endpoint, for the conductor and for senders. */
export interface EndpointParams extends ReceiverIdentity {
  readonly endpointId: number
}

/** A socket that streams come in through, and control frames go out. */
export class ReceiveEndpoint implements ReceiverIdentity, DispatcherEvents {
  readonly endpointId: number
  readonly receiverId: bigint
  readonly groupTag: bigint | undefined
  readonly dispatcher: DataPacketDispatcher
  private readonly frames: ControlFrames
  private readonly anomalies: Anomalies
  private readonly systemCounters: SystemCounters
  private readonly toConductor: CommandSink<ConductorCommand>
  private readonly datagramsMax: number
  private readonly setup = new SetupDecoder()
  private readonly rttMeasurement = new RttMeasurementDecoder()
  private transport: UdpTransport | undefined
  private nowNs: number = 0
  #isClosed: boolean = false

  constructor(params: EndpointParams, services: EndpointServices) {
    const { context } = services
    this.endpointId = params.endpointId
    this.receiverId = params.receiverId
    this.groupTag = params.groupTag
    this.frames = services.frames
    this.anomalies = services.anomalies
    this.systemCounters = context.systemCounters
    this.toConductor = context.toConductor
    this.datagramsMax = context.settings.receiverIoVectorCapacity
    this.dispatcher = new DataPacketDispatcher(context.settings, services.pendingSetups, this)
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  onOpened(transport: UdpTransport): void {
    this.transport = transport
  }

  close(): void {
    this.#isClosed = true
    this.transport?.close()
    this.transport = undefined
  }

  /** Takes what has arrived. Returns bytes. */
  poll(nowNs: number): number {
    const { transport } = this
    if (transport === undefined) return 0
    this.nowNs = nowNs
    try {
      return transport.poll(this.onDatagram, this.datagramsMax)
    } catch {
      this.anomalies.report(ErrorCode.CHANNEL_ENDPOINT_ERROR, 'a receive endpoint cannot read its socket', nowNs)
      return 0
    }
  }

  private readonly onDatagram = (
    buffer: DirectBuffer,
    offset: number,
    length: number,
    source: SocketAddress,
  ): void => {
    if (!isFrameValid(buffer, offset, length)) {
      this.systemCounters.increment(SystemCounterId.INVALID_PACKETS)
      return
    }
    switch (frameTypeAt(buffer, offset)) {
      case FrameType.DATA:
      case FrameType.PAD:
        this.dispatcher.onData(buffer, offset, length, source, this.nowNs)
        return
      case FrameType.SETUP:
        this.onSetup(buffer, offset, length, source)
        return
      case FrameType.RTTM:
        this.onRttMeasurement(buffer, offset, length, source)
    }
  }

  private onSetup(buffer: DirectBuffer, offset: number, length: number, source: SocketAddress): void {
    if (!isSetupValid(buffer, offset)) {
      this.systemCounters.increment(SystemCounterId.INVALID_PACKETS)
      return
    }
    const setup = this.setup.wrap(buffer, offset, SetupDecoder.BLOCK_LENGTH, SetupDecoder.SCHEMA_VERSION, length)
    this.dispatcher.onSetup(setup, source, this.nowNs)
  }

  private onRttMeasurement(buffer: DirectBuffer, offset: number, length: number, source: SocketAddress): void {
    const { BLOCK_LENGTH, SCHEMA_VERSION } = RttMeasurementDecoder
    const question = this.rttMeasurement.wrap(buffer, offset, BLOCK_LENGTH, SCHEMA_VERSION, length)
    const receiverId = question.receiverId()
    if (receiverId !== this.receiverId && receiverId !== ANY_RECEIVER) return
    if ((question.flagsRaw() & ASKS_FOR_REPLY) === 0) return
    if (!this.dispatcher.hasImage(question.streamId(), question.sessionId())) return
    this.send(this.frames.putRttAnswer(this, question), source)
  }

  elicitSetup(streamId: number, sessionId: number, source: SocketAddress): void {
    this.sendStatusMessage(sessionId, streamId, 0, 0, 0, SEND_SETUP, source)
  }

  requestImage(setup: SetupDecoder, source: SocketAddress): boolean {
    if (!hasCapacityForReports(this.toConductor)) return false
    return this.toConductor.offer({
      type: 'createImage',
      endpointId: this.endpointId,
      sessionId: setup.sessionId(),
      streamId: setup.streamId(),
      initialTermId: setup.initialTermId(),
      activeTermId: setup.activeTermId(),
      termOffset: setup.termOffset(),
      termLength: setup.termLength(),
      mtuLength: setup.mtu(),
      setupFlags: setup.flagsRaw(),
      sourceAddress: source,
      controlAddress: source,
    })
  }

  refuse(cause: string): void {
    this.anomalies.report(ErrorCode.GENERIC_ERROR, cause, this.nowNs)
  }

  /** Returns whether the socket took it. */
  sendStatusMessage(
    sessionId: number,
    streamId: number,
    termId: number,
    termOffset: number,
    receiverWindow: number,
    flags: number,
    destination: SocketAddress,
  ): boolean {
    const length = this.frames.putStatusMessage(this, sessionId, streamId, termId, termOffset, receiverWindow, flags)
    return this.sendCounted(length, destination, SystemCounterId.STATUS_MESSAGES_SENT)
  }

  /** Returns whether the socket took it. */
  sendNak(
    sessionId: number,
    streamId: number,
    termId: number,
    termOffset: number,
    nakLength: number,
    destination: SocketAddress,
  ): boolean {
    const length = this.frames.putNak(sessionId, streamId, termId, termOffset, nakLength)
    return this.sendCounted(length, destination, SystemCounterId.NAK_MESSAGES_SENT)
  }

  /** Returns whether the socket took it. */
  sendError(
    sessionId: number,
    streamId: number,
    errorCode: ErrorCode,
    text: Uint8Array,
    destination: SocketAddress,
  ): boolean {
    const length = this.frames.putError(this, sessionId, streamId, errorCode, text)
    return this.sendCounted(length, destination, SystemCounterId.ERROR_FRAMES_SENT)
  }

  private sendCounted(length: number, destination: SocketAddress, counterId: SystemCounterId): boolean {
    const isSent = this.send(length, destination)
    if (isSent) this.systemCounters.increment(counterId)
    return isSent
  }

  private send(length: number, destination: SocketAddress): boolean {
    if (this.transport === undefined) return false
    try {
      if (this.transport.send(this.frames.buffer, 0, length, destination) === length) return true
      this.systemCounters.increment(SystemCounterId.SHORT_SENDS)
    } catch {
      this.anomalies.report(ErrorCode.CHANNEL_ENDPOINT_ERROR, 'a receive endpoint cannot send', this.nowNs)
    }
    return false
  }
}
