import { AtomicCounter } from '../../../client/memory/atomic-counter.ts'
import type { AtomicBuffer } from '../../../client/memory/atomic-buffer.ts'
import {
  computeTermCount,
  computeTermIdFromPosition,
  computeTermOffsetFromPosition,
  indexByTermCount,
} from '../../../client/log/log-buffer-descriptor.ts'
import { LogBuffers } from '../../../client/log/log-buffers.ts'
import { fillGap } from '../../../client/log/term-gap-filler.ts'
import { insertPacket } from '../../../client/log/term-rebuilder.ts'
import { utf8Length, writeUtf8 } from '../../../codegen/runtime/index.ts'
import type { DirectBuffer } from '../../../codegen/runtime/index.ts'
import { ERROR_TEXT_LENGTH_MAX, isHeartbeat } from '../../../schemas/descriptors.ts'
import { SystemCounterId } from '../../../schemas/generated/aeron.memory/index.ts'
import {
  DataFlags,
  DataHeaderMeta,
  ErrorCode,
  StatusMessageFlags,
} from '../../../schemas/generated/aeron.wire/index.ts'
import type { ReceiverImageParams } from '../commands.ts'
import type { DriverSettings } from '../driver-settings.ts'
import { INVALID_PACKET, packetEndOffset } from '../frames/packet-validation.ts'
import type { LogRegion } from '../log-store.ts'
import type { SocketAddress } from '../media.ts'
import { ImageState } from '../shared-state.ts'
import type { SystemCounters } from '../system-counters.ts'
import type { ReceiveEndpoint } from './receive-endpoint.ts'

const FRAME_LENGTH_OFFSET = DataHeaderMeta.fields.frameLength.offset
const FLAGS_OFFSET = DataHeaderMeta.fields.flags.offset
const TERM_ID_OFFSET = DataHeaderMeta.fields.termId.offset
const TERM_OFFSET_OFFSET = DataHeaderMeta.fields.termOffset.offset
const END_OF_STREAM = 1 << DataFlags.endOfStream
const REVOKED = 1 << DataFlags.revoked
const STATUS_END_OF_STREAM = 1 << StatusMessageFlags.endOfStream
const NO_FLAGS = 0

/** A sender that is silent for so long gets no more answers. */
export const CONNECTION_TIMEOUT_NS = 5_000_000_000

/** What an image needs besides its parameters. */
export interface ReceiverImageServices {
  /** Undefined when the endpoint is gone already: then nothing comes or goes. */
  readonly endpoint: ReceiveEndpoint | undefined
  readonly countersValues: AtomicBuffer
  readonly systemCounters: SystemCounters
  readonly settings: Pick<DriverSettings, 'rcvStatusMessageTimeoutNs' | 'imageLivenessTimeoutNs'>
}

/**
 * The receiver's part of an image: puts packets into the log, and tells the sender what the conductor has scheduled.
 *
 * Packets are taken from the position of the last status message up to half a term beyond it. Everything there is
 * clean, for the conductor cleans before it schedules a status message.
 */
export class ReceiverImage {
  readonly correlationId: number
  readonly endpointId: number
  readonly sessionId: number
  readonly streamId: number
  readonly region: LogRegion
  private readonly endpoint: ReceiveEndpoint | undefined
  private readonly log: LogBuffers
  private readonly termLength: number
  private readonly initialTermId: number
  private readonly state: ImageState
  private readonly systemCounters: SystemCounters
  private readonly highWaterMark: AtomicCounter
  private readonly naksSent: AtomicCounter
  private readonly isReliable: boolean
  private readonly controlAddress: SocketAddress
  private readonly maxWindow: number
  private readonly statusTimeoutNs: number
  private readonly livenessTimeoutNs: number

  private highWaterPosition: number
  private timeOfLastPacketNs: number
  private lastActivityNs: number
  #isEndOfStream: boolean = false

  private lastStatusPosition: number
  private overRunLimit: number
  private nextStatusPosition: number
  private nextStatusWindow: number
  private statusChange: number = 0
  private statusRequests: number = 0
  private statusDeadlineNs: number
  private lossChange: number = 0
  private rejectReason: Uint8Array | undefined
  private isStopped: boolean = false

  /** @throws GodwitError when the log is not what it should be */
  constructor(params: ReceiverImageParams, memory: AtomicBuffer, services: ReceiverImageServices, nowNs: number) {
    const { joinPosition } = params
    const { countersValues, settings } = services
    this.correlationId = params.correlationId
    this.endpointId = params.endpointId
    this.sessionId = params.sessionId
    this.streamId = params.streamId
    this.region = params.log
    this.endpoint = services.endpoint
    this.log = LogBuffers.over(memory)
    this.termLength = this.log.termLength
    this.initialTermId = params.initialTermId
    this.state = new ImageState(params.state)
    this.systemCounters = services.systemCounters
    this.highWaterMark = new AtomicCounter(countersValues, params.receiverHwmId)
    this.naksSent = new AtomicCounter(countersValues, params.naksSentId)
    this.isReliable = params.isReliable
    this.controlAddress = params.controlAddress
    this.maxWindow = params.windowLength
    this.statusTimeoutNs = settings.rcvStatusMessageTimeoutNs
    this.livenessTimeoutNs = settings.imageLivenessTimeoutNs
    this.highWaterPosition = joinPosition
    this.timeOfLastPacketNs = nowNs
    this.state.setTimeOfLastPacketNs(nowNs)
    this.lastActivityNs = nowNs
    this.lastStatusPosition = joinPosition
    this.overRunLimit = joinPosition + this.termLength / 2
    this.nextStatusPosition = joinPosition
    this.nextStatusWindow = params.windowLength
    this.statusDeadlineNs = nowNs
  }

  /** Whether the sender said where the stream ends. */
  get isEndOfStream(): boolean {
    return this.#isEndOfStream
  }

  /** When there is something to send without input. */
  nextDeadlineNs(): number {
    return this.isSending() ? this.statusDeadlineNs : Infinity
  }

  isSameSession({ endpointId, streamId, sessionId }: ReceiverImage): boolean {
    return endpointId === this.endpointId && streamId === this.streamId && sessionId === this.sessionId
  }

  /** A newer image of the same session has taken over. */
  stopSending(): void {
    this.isStopped = true
  }

  /** From now on packets are ignored, and the sender is told why. */
  reject(reason: string): void {
    const text = new Uint8Array(utf8Length(reason))
    writeUtf8(text, 0, reason, text.length)
    this.rejectReason = text.subarray(0, ERROR_TEXT_LENGTH_MAX)
  }

  onSetup(nowNs: number): void {
    this.lastActivityNs = nowNs
  }

  /** A DATA or PAD datagram of this session, at least a header long and a multiple of 32. */
  onPacket(buffer: DirectBuffer, offset: number, length: number, nowNs: number): void {
    const { view } = buffer
    const termCount = computeTermCount(view.getInt32(offset + TERM_ID_OFFSET, true), this.initialTermId)
    if (termCount < 0 || this.rejectReason !== undefined) return
    const { termLength } = this
    const endOffset = packetEndOffset(buffer, offset, length, termLength)
    if (endOffset === INVALID_PACKET) {
      this.systemCounters.increment(SystemCounterId.INVALID_PACKETS)
      return
    }
    const termOffset = view.getInt32(offset + TERM_OFFSET_OFFSET, true)
    const termBegin = termCount * termLength
    const position = termBegin + termOffset
    if (isHeartbeat(length, view.getInt32(offset + FRAME_LENGTH_OFFSET, true))) {
      this.onHeartbeat(position, view.getUint8(offset + FLAGS_OFFSET), nowNs)
      return
    }
    // What counts is what is stored: a long PAD is a header, and must get through however long it is.
    const packetEnd = position + length
    if (packetEnd > this.overRunLimit) {
      this.systemCounters.increment(SystemCounterId.FLOW_CONTROL_OVER_RUNS)
      return
    }
    if (position < this.lastStatusPosition) {
      this.systemCounters.increment(SystemCounterId.FLOW_CONTROL_UNDER_RUNS)
      if (packetEnd >= this.lastStatusPosition - this.maxWindow) this.lastActivityNs = nowNs
      return
    }
    insertPacket(this.log.terms[indexByTermCount(termCount)]!, termOffset, buffer, offset, length)
    this.onActivity(nowNs)
    this.raiseHighWaterMark(termBegin + endOffset)
  }

  private onHeartbeat(position: number, flags: number, nowNs: number): void {
    // Padding takes a sender beyond its limit, to the end of the term: when that is lost, only heartbeats tell of it.
    const isBehindPadding = position % this.termLength === 0 && position - this.overRunLimit < this.termLength / 2
    if (position > this.overRunLimit && !isBehindPadding) {
      this.systemCounters.increment(SystemCounterId.FLOW_CONTROL_OVER_RUNS)
      return
    }
    if (position < Math.max(0, this.lastStatusPosition - this.termLength)) {
      this.systemCounters.increment(SystemCounterId.FLOW_CONTROL_UNDER_RUNS)
      return
    }
    this.onActivity(nowNs)
    if ((flags & END_OF_STREAM) !== 0 && !this.#isEndOfStream) this.onEndOfStream(position, (flags & REVOKED) !== 0)
    this.raiseHighWaterMark(position)
    this.systemCounters.increment(SystemCounterId.HEARTBEATS_RECEIVED)
  }

  /** With one transport the stream has ended when that one has. */
  private onEndOfStream(position: number, isRevoked: boolean): void {
    if (isRevoked) {
      this.log.setPublicationRevoked()
      this.systemCounters.increment(SystemCounterId.PUBLICATION_IMAGES_REVOKED)
    }
    this.log.setEndOfStreamPosition(position)
    this.#isEndOfStream = true
    this.state.setEndOfStream()
  }

  private onActivity(nowNs: number): void {
    if (nowNs === this.timeOfLastPacketNs) return
    this.timeOfLastPacketNs = nowNs
    this.lastActivityNs = nowNs
    this.state.setTimeOfLastPacketNs(nowNs)
  }

  private raiseHighWaterMark(position: number): void {
    if (position <= this.highWaterPosition) return
    this.highWaterPosition = position
    this.highWaterMark.set(position)
  }

  /** Sends what is due: a status message, and a NAK for a gap, or the padding that fills it. */
  sendPending(nowNs: number): void {
    if (!this.isSending()) return
    if (this.rejectReason !== undefined) {
      this.sendRejection(this.rejectReason, nowNs)
      return
    }
    this.sendStatus(nowNs)
    this.handleLoss(nowNs)
  }

  private isSending(): boolean {
    return !this.isStopped && this.endpoint !== undefined && this.state.isActive()
  }

  private isConnected(nowNs: number): boolean {
    return nowNs < this.lastActivityNs + CONNECTION_TIMEOUT_NS
  }

  private sendRejection(reason: Uint8Array, nowNs: number): void {
    if (nowNs < this.statusDeadlineNs) return
    this.statusDeadlineNs = nowNs + this.statusTimeoutNs
    this.endpoint?.sendError(this.sessionId, this.streamId, ErrorCode.IMAGE_REJECTED, reason, this.controlAddress)
  }

  private sendStatus(nowNs: number): void {
    const { state } = this
    const change = state.statusChange()
    const requests = state.eosStatusRequests()
    if (change !== this.statusChange) {
      if (!state.readStatus(change)) return
      this.statusChange = change
      this.nextStatusPosition = state.statusPosition
      this.nextStatusWindow = state.statusWindow
    } else if (requests === this.statusRequests && nowNs < this.statusDeadlineNs) {
      return
    }
    this.statusRequests = requests
    this.statusDeadlineNs = nowNs + this.statusTimeoutNs
    this.log.setActiveTransportCount(nowNs < this.timeOfLastPacketNs + this.livenessTimeoutNs ? 1 : 0)
    if (this.endpoint === undefined || !this.isConnected(nowNs)) return
    const position = this.nextStatusPosition
    const { positionBitsToShift } = this.log
    const isSent = this.endpoint.sendStatusMessage(
      this.sessionId,
      this.streamId,
      computeTermIdFromPosition(position, positionBitsToShift, this.initialTermId),
      computeTermOffsetFromPosition(position, positionBitsToShift),
      this.nextStatusWindow,
      state.isEosStatusSent() ? STATUS_END_OF_STREAM : NO_FLAGS,
      this.controlAddress,
    )
    if (!isSent) return
    this.lastStatusPosition = position
    this.overRunLimit = position + this.termLength / 2
  }

  private handleLoss(nowNs: number): void {
    const { state } = this
    const change = state.lossChange()
    if (change === this.lossChange || !state.readLoss(change)) return
    this.lossChange = change
    if (this.log.isPublicationRevoked()) return
    const { lossTermId, lossTermOffset, lossLength } = state
    if (!this.isReliable) {
      const term = this.log.terms[indexByTermCount(computeTermCount(lossTermId, this.initialTermId))]!
      if (fillGap(this.log, term, lossTermId, lossTermOffset, lossLength)) {
        this.systemCounters.increment(SystemCounterId.LOSS_GAP_FILLS)
      }
      return
    }
    if (this.endpoint === undefined || !this.isConnected(nowNs)) return
    const { sessionId, streamId, controlAddress } = this
    if (this.endpoint.sendNak(sessionId, streamId, lossTermId, lossTermOffset, lossLength, controlAddress)) {
      this.naksSent.increment()
    }
  }
}
