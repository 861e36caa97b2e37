import type { AtomicBuffer } from '../../../client/memory/atomic-buffer.ts'
import { AtomicCounter } from '../../../client/memory/atomic-counter.ts'
import { loadFrameLength, TERM_ID_WORD, TERM_OFFSET_WORD } from '../../../client/log/frame.ts'
import {
  computePosition,
  computeTermIdFromPosition,
  computeTermOffsetFromPosition,
  HEADER_LENGTH,
  maxMessageLength,
} from '../../../client/log/log-buffer-descriptor.ts'
import { LogBuffers } from '../../../client/log/log-buffers.ts'
import { Availability, scanForAvailability } from '../../../client/log/term-scanner.ts'
import type { DirectBuffer } from '../../../codegen/runtime/index.ts'
import { SystemCounterId } from '../../../schemas/generated/aeron.memory/index.ts'
import { ErrorFrameMeta, StatusMessageMeta } from '../../../schemas/generated/aeron.wire/index.ts'
import type { NakDecoder, StatusMessageDecoder } from '../../../schemas/generated/aeron.wire/index.ts'
import type { SenderPublicationParams } from '../commands.ts'
import type { SenderContext } from '../driver-context.ts'
import { HeartbeatWriter } from '../frames/heartbeat-writer.ts'
import { SetupWriter } from '../frames/setup-writer.ts'
import type { LogRegion } from '../log-store.ts'
import type { SocketAddress } from '../media.ts'
import { DATAGRAM_BATCH_CAPACITY, DatagramBatch } from '../media.ts'
import { PublicationState } from '../shared-state.ts'
import type { SystemCounters } from '../system-counters.ts'
import type { FlowControl } from './flow-control.ts'
import { UnicastFlowControl } from './flow-control.ts'
import { ReceiverTracker } from './receiver-tracker.ts'
import type { Resender } from './retransmit-handler.ts'
import { RetransmitHandler } from './retransmit-handler.ts'
import type { SendEndpoint } from './send-endpoint.ts'

const SETUP_INTERVAL_NS = 100_000_000
const HEARTBEAT_INTERVAL_NS = 100_000_000

/** A socket that took nothing is tried again after this, if nothing else makes the sender work. */
const SHORT_SEND_RETRY_NS = 100_000

const STATUS_RECEIVER_ID = StatusMessageMeta.fields.receiverId.offset
const ERROR_RECEIVER_ID = ErrorFrameMeta.fields.receiverId.offset

/** The sender's part of a network publication: sends what clients put into the log, as far as receivers let it. */
export class SenderPublication implements Resender {
  readonly endpoint: SendEndpoint
  readonly registrationId: number
  readonly sessionId: number
  readonly streamId: number
  readonly region: LogRegion
  readonly termLength: number
  readonly destination: SocketAddress | undefined
  /** Whether a datagram of the last step was not accepted. */
  hasShortSend: boolean = false
  private readonly systemCounters: SystemCounters
  private readonly log: LogBuffers
  private readonly state: PublicationState
  private readonly startPosition: number
  private readonly mtuLength: number
  private readonly isEosSignalled: boolean
  private readonly maxMessagesPerSend: number
  private readonly positionCounter: AtomicCounter
  private readonly limitCounter: AtomicCounter
  private readonly backPressureEvents: AtomicCounter
  private readonly naksReceived: AtomicCounter
  private readonly flowControl: FlowControl = new UnicastFlowControl()
  private readonly receivers: ReceiverTracker
  private readonly retransmits: RetransmitHandler
  private readonly setup: SetupWriter
  private readonly heartbeat: HeartbeatWriter
  private readonly batch: DatagramBatch = new DatagramBatch()
  private readonly availability: Availability = new Availability()
  // Copies of what this agent alone writes.
  private position: number
  private limit: number
  /** How far receivers told to be. */
  private statusPosition: number
  /** Where the padding begins that was sent last. */
  private paddingPosition: number
  private hasReceivers: boolean = false
  private hasInitialConnection: boolean = false
  private isSetupElicited: boolean = false
  /** Counts the end of the window once between two sends. */
  private isLimitTracked: boolean = false
  private lastSetupNs: number = -Infinity
  private lastDataOrHeartbeatNs: number = -Infinity
  private lastSendNs: number = 0

  /** @throws GodwitError ERR_GODWIT_LOG_LAYOUT, ERR_GODWIT_COUNTER_ID when the parameters do not fit the memory */
  constructor(
    params: SenderPublicationParams, memory: AtomicBuffer, endpoint: SendEndpoint, context: SenderContext,
  ) {
    const { settings, cnc } = context
    const counter = (id: number): AtomicCounter => new AtomicCounter(cnc.countersValues, id)
    this.registrationId = params.registrationId
    this.sessionId = params.sessionId
    this.streamId = params.streamId
    this.region = params.log
    this.destination = params.destination
    this.endpoint = endpoint
    this.systemCounters = context.systemCounters
    this.log = LogBuffers.over(memory)
    this.termLength = this.log.termLength
    this.state = new PublicationState(params.state)
    this.startPosition = params.startPosition
    this.mtuLength = params.mtuLength
    this.isEosSignalled = params.isEosSignalled
    this.maxMessagesPerSend = Math.min(settings.networkPublicationMaxMessagesPerSend, DATAGRAM_BATCH_CAPACITY)
    this.positionCounter = counter(params.senderPositionId)
    this.limitCounter = counter(params.senderLimitId)
    this.backPressureEvents = counter(params.senderBackPressureEventsId)
    this.naksReceived = counter(params.naksReceivedId)
    this.position = params.startPosition
    this.limit = params.startPosition
    this.statusPosition = params.startPosition
    this.paddingPosition = params.startPosition
    this.receivers = new ReceiverTracker(settings.publicationConnectionTimeoutNs)
    const { termLength, sessionId, streamId } = this
    const hasGroupSemantics = false
    this.retransmits = new RetransmitHandler(
      {
        termLength,
        hasGroupSemantics,
        maxResend: params.maxResend,
        windowMultiple: settings.unicastFlowControlRrwm,
        delayNs: settings.retransmitUnicastDelayNs,
        lingerNs: settings.retransmitUnicastLingerNs,
      },
      this,
    )
    const { initialTermId } = this.log
    this.setup = new SetupWriter({
      sessionId,
      streamId,
      initialTermId,
      termLength,
      mtuLength: this.mtuLength,
      hasGroupSemantics,
    })
    this.heartbeat = new HeartbeatWriter(sessionId, streamId)
  }

  /**
   * One step: a SETUP where it is due, then data, or a heartbeat where there is none.
   *
   * @returns bytes of data and heartbeats that the socket took
   */
  send(nowNs: number): number {
    this.lastSendNs = nowNs
    this.hasShortSend = false
    if (!this.endpoint.isOpen) return 0
    if (this.isSetupDue(nowNs)) this.sendSetup(nowNs)
    let bytesSent = this.sendData(nowNs)
    if (bytesSent === 0) {
      if (this.isHeartbeatDue(nowNs)) bytesSent = this.sendHeartbeats(nowNs)
      this.setLimit(this.flowControl.onIdle(this.limit, nowNs))
      this.receivers.expire(nowNs)
      this.updateHasReceivers()
    }
    this.retransmits.processTimeouts(nowNs)
    return bytesSent
  }

  /** Time of the next step that does something without input. */
  nextDeadlineNs(): number {
    if (!this.endpoint.isOpen) return Infinity
    // Intervals are over when more than their length has passed.
    let deadlineNs = Math.min(this.receivers.nextExpiryNs(), this.retransmits.nextDeadlineNs() + 1)
    if (this.isSetupWanted()) deadlineNs = Math.min(deadlineNs, this.lastSetupNs + SETUP_INTERVAL_NS + 1)
    if (this.hasInitialConnection) {
      deadlineNs = Math.min(deadlineNs, this.lastDataOrHeartbeatNs + HEARTBEAT_INTERVAL_NS + 1)
    }
    return this.hasShortSend ? Math.min(deadlineNs, this.lastSendNs + SHORT_SEND_RETRY_NS) : deadlineNs
  }

  /** A receiver told how far it is. The message has been validated against the term length. */
  onStatusMessage(status: StatusMessageDecoder, nowNs: number): void {
    const { positionBitsToShift, initialTermId } = this.log
    const termId = status.consumptionTermId()
    const position = computePosition(termId, status.consumptionTermOffset(), positionBitsToShift, initialTermId)
    const isEndOfStream = status.flags().endOfStream()
    const idOffset = status.offset() + STATUS_RECEIVER_ID
    const half = this.termLength / 2
    if (position > this.position + half || position < this.reach() - half) {
      this.systemCounters.increment(SystemCounterId.STATUS_MESSAGES_REJECTED)
      return
    }
    if (isEndOfStream) {
      this.receivers.remove(status.buffer(), idOffset)
    } else if (!this.receivers.touch(status.buffer(), idOffset, nowNs)) {
      this.systemCounters.increment(SystemCounterId.STATUS_MESSAGES_REJECTED)
      return
    }
    this.statusPosition = Math.max(this.statusPosition, position)
    // A subscriber that left does not speak for one that came after it.
    this.state.setEosStatusReceived(isEndOfStream)
    this.setLimit(this.flowControl.onStatusMessage(status, position, this.limit, nowNs))
    this.hasInitialConnection = true
    this.updateHasReceivers()
    this.updateIsConnected()
  }

  /** A receiver asks for a SETUP. */
  onSetupElicited(): void {
    if (!this.state.isEndOfStream()) this.isSetupElicited = true
  }

  /** A receiver lacks a range, which lies within a term. */
  onNak(nak: NakDecoder, nowNs: number): void {
    this.naksReceived.increment()
    this.retransmits.onNak(nak.termId(), nak.termOffset(), nak.length(), nowNs)
  }

  /** A receiver gave the stream up. */
  onError(buffer: DirectBuffer, frameOffset: number): void {
    this.receivers.remove(buffer, frameOffset + ERROR_RECEIVER_ID)
    this.updateHasReceivers()
  }

  resend(termId: number, termOffset: number, length: number): void {
    const { log } = this
    const position = computePosition(termId, termOffset, log.positionBitsToShift, log.initialTermId)
    const bottom = this.reach() - this.termLength / 2 - maxMessageLength(this.termLength)
    if (position >= this.position || position < Math.max(bottom, this.startPosition)) return
    const term = log.termOf(position)
    const word = termOffset >> 2
    // A range that does not begin with a frame was made up.
    const isFrame = loadFrameLength(term, termOffset) > 0 &&
      term.int32s[word + TERM_OFFSET_WORD] === termOffset && term.int32s[word + TERM_ID_WORD] === termId
    if (!isFrame) {
      this.systemCounters.increment(SystemCounterId.INVALID_PACKETS)
      return
    }
    // What lies behind the sender position has not been sent, so it is not lost.
    const bytesSent = this.resendFrames(term, termOffset, Math.min(length, this.position - position))
    if (bytesSent === 0) return
    this.systemCounters.increment(SystemCounterId.RETRANSMITS_SENT)
    this.systemCounters.add(SystemCounterId.RETRANSMITTED_BYTES, bytesSent)
  }

  onRetransmitOverflow(): void {
    this.systemCounters.increment(SystemCounterId.RETRANSMIT_OVERFLOW)
  }

  /** Up to where receivers let it send: padding may have carried the position beyond that. */
  private reach(): number {
    return Math.min(this.position, this.limit)
  }

  private isSetupWanted(): boolean {
    return this.isSetupElicited || !this.hasInitialConnection
  }

  private isSetupDue(nowNs: number): boolean {
    return this.isSetupWanted() && nowNs > this.lastSetupNs + SETUP_INTERVAL_NS
  }

  private sendSetup(nowNs: number): void {
    this.setup.write(this.termIdOf(this.position), this.termOffsetOf(this.position))
    this.lastSetupNs = nowNs
    this.sendControl(this.setup.buffer, nowNs)
    if (this.hasReceivers) this.isSetupElicited = false
  }

  private isHeartbeatDue(nowNs: number): boolean {
    return this.hasInitialConnection && nowNs > this.lastDataOrHeartbeatNs + HEARTBEAT_INTERVAL_NS
  }

  private sendHeartbeats(nowNs: number): number {
    const isEndOfStream = this.isEosSignalled && this.state.isEndOfStream()
    const isRevoked = this.log.isPublicationRevoked()
    this.lastDataOrHeartbeatNs = nowNs
    // Aeron's receivers drop heartbeats that are more than half a term ahead of what they told. Those that lost a
    // window and the padding behind it learn of the window by one that is not.
    const isOutOfReach = !isRevoked && this.position > this.statusPosition + this.termLength / 2
    const bytesSent = isOutOfReach ? this.sendHeartbeat(this.paddingPosition, false, false, nowNs) : 0
    return bytesSent + this.sendHeartbeat(this.position, isEndOfStream, isRevoked, nowNs)
  }

  private sendHeartbeat(position: number, isEndOfStream: boolean, isRevoked: boolean, nowNs: number): number {
    this.heartbeat.write(this.termIdOf(position), this.termOffsetOf(position), isEndOfStream, isRevoked)
    const bytesSent = this.sendControl(this.heartbeat.buffer, nowNs)
    if (bytesSent > 0) {
      this.systemCounters.increment(SystemCounterId.HEARTBEATS_SENT)
      this.systemCounters.add(SystemCounterId.BYTES_SENT, bytesSent)
    }
    return bytesSent
  }

  private sendControl(buffer: DirectBuffer, nowNs: number): number {
    const bytesSent = this.endpoint.send(buffer, this.destination, nowNs)
    if (bytesSent === 0) this.hasShortSend = true
    return bytesSent
  }

  private sendData(nowNs: number): number {
    const { log, batch, availability, termLength } = this
    let window = this.limit - this.position
    if (window <= 0) {
      this.onBackPressure()
      return 0
    }
    const term = log.termOf(this.position)
    let position = this.position
    let termOffset = this.termOffsetOf(position)
    batch.start(term)
    do {
      scanForAvailability(term, termOffset, Math.min(window, this.mtuLength), availability)
      if (availability.available <= 0) {
        if (availability.available < 0 && batch.count === 0) this.onBackPressure()
        break
      }
      batch.add(termOffset, availability.available)
      const length = availability.available + availability.padding
      termOffset += length
      position += length
      window -= length
    } while (batch.count < this.maxMessagesPerSend && window > 0 && termOffset < termLength)
    if (batch.count === 0) return 0
    const sentCount = this.sendBatch(nowNs)
    if (sentCount > 0) {
      // A peer that is gone refuses every second datagram: who sent all again would never come to an end.
      const isWhole = sentCount === batch.count
      this.position = isWhole ? position : this.position + batch.offsets[sentCount]! - batch.offsets[0]!
      this.positionCounter.set(this.position)
      if (isWhole && availability.padding > 0) this.paddingPosition = position - availability.padding - HEADER_LENGTH
      this.isLimitTracked = true
    }
    const bytesSent = lengthOf(batch, sentCount)
    if (bytesSent > 0) {
      this.lastDataOrHeartbeatNs = nowNs
      this.systemCounters.add(SystemCounterId.BYTES_SENT, bytesSent)
    }
    return bytesSent
  }

  private resendFrames(term: AtomicBuffer, termOffset: number, length: number): number {
    const { batch, availability } = this
    const end = termOffset + length
    let offset = termOffset
    let bytesSent = 0
    let isDone = false
    while (!isDone) {
      batch.start(term)
      while (batch.count < DATAGRAM_BATCH_CAPACITY && offset < end) {
        scanForAvailability(term, offset, Math.min(end - offset, this.mtuLength), availability)
        if (availability.available <= 0) break
        batch.add(offset, availability.available)
        offset += availability.available + availability.padding
      }
      const sentCount = batch.count === 0 ? 0 : this.sendBatch(this.lastSendNs)
      bytesSent += lengthOf(batch, sentCount)
      isDone = sentCount < DATAGRAM_BATCH_CAPACITY
    }
    return bytesSent
  }

  /** Returns how many datagrams the socket took. */
  private sendBatch(nowNs: number): number {
    const sentCount = this.endpoint.sendBatch(this.batch, this.destination, nowNs)
    if (sentCount < this.batch.count) this.hasShortSend = true
    return sentCount
  }

  private onBackPressure(): void {
    if (!this.isLimitTracked) return
    this.isLimitTracked = false
    this.backPressureEvents.increment()
    this.systemCounters.increment(SystemCounterId.SENDER_FLOW_CONTROL_LIMITS)
  }

  private setLimit(limit: number): void {
    if (limit === this.limit) return
    this.limit = limit
    this.limitCounter.set(limit)
  }

  private updateHasReceivers(): void {
    const hasReceivers = this.receivers.count > 0
    if (hasReceivers === this.hasReceivers) return
    this.hasReceivers = hasReceivers
    this.state.setHasReceivers(hasReceivers)
  }

  private updateIsConnected(): void {
    const isConnected = this.hasReceivers && this.flowControl.hasRequiredReceivers() && !this.log.isPublicationRevoked()
    if (isConnected !== this.log.isConnected()) this.log.setConnected(isConnected)
  }

  private termIdOf(position: number): number {
    return computeTermIdFromPosition(position, this.log.positionBitsToShift, this.log.initialTermId)
  }

  private termOffsetOf(position: number): number {
    return computeTermOffsetFromPosition(position, this.log.positionBitsToShift)
  }
}

/** Bytes of the first datagrams of a batch. */
function lengthOf({ lengths }: DatagramBatch, count: number): number {
  let length = 0
  for (let i = 0; i < count; i++) length += lengths[i]!
  return length
}
