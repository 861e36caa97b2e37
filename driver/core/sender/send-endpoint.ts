import { TERM_MAX_LENGTH } from '../../../client/log/log-buffer-descriptor.ts'
import { readUtf8 } from '../../../codegen/runtime/index.ts'
import type { DirectBuffer } from '../../../codegen/runtime/index.ts'
import {
  STATUS_MESSAGE_LENGTH,
  STATUS_MESSAGE_LENGTH_WITH_GROUP_TAG,
  statusMessageVersion,
} from '../../../schemas/descriptors.ts'
import { ErrorCode } from '../../../schemas/generated/aeron.commands/index.ts'
import { SystemCounterId } from '../../../schemas/generated/aeron.memory/index.ts'
import {
  ErrorFrameDecoder,
  FrameHeaderMeta,
  FrameType,
  NakDecoder,
  RttMeasurementDecoder,
  StatusMessageDecoder,
} from '../../../schemas/generated/aeron.wire/index.ts'
import type { CommandSink } from '../command-queue.ts'
import type { ConductorCommand } from '../commands.ts'
import { ErrorReporter, hasCapacityForReports } from '../error-reporter.ts'
import {
  frameTypeAt,
  isErrorFrameValid,
  isFrameValid,
  isNakValid,
  isStatusMessageValid,
} from '../frames/frame-validation.ts'
import { RttAnswerWriter } from '../frames/rtt-answer-writer.ts'
import type { DatagramBatch, SocketAddress, UdpTransport } from '../media.ts'
import type { SystemCounters } from '../system-counters.ts'
import type { SenderPublication } from './sender-publication.ts'

/** Control datagrams that one poll of one endpoint takes. */
const CONTROL_DATAGRAMS_PER_POLL = 32

/** ERR frames of one endpoint that are passed on within a second: every client hears of each. */
export const ERRORS_PER_SECOND_MAX = 64

const SECOND_NS = 1e9

const FRAME_LENGTH_OFFSET = FrameHeaderMeta.fields.frameLength.offset
const NO_GROUP_TAG = -1n

/** A socket that publications send through, and that hears what receivers answer. Not open at first. */
export class SendEndpoint {
  readonly endpointId: number
  private readonly systemCounters: SystemCounters
  private readonly toConductor: CommandSink<ConductorCommand>
  private readonly errors: ErrorReporter
  private readonly publications: Map<number, SenderPublication[]> = new Map()
  private readonly nak: NakDecoder = new NakDecoder()
  private readonly status: StatusMessageDecoder = new StatusMessageDecoder()
  private readonly error: ErrorFrameDecoder = new ErrorFrameDecoder()
  private readonly measurement: RttMeasurementDecoder = new RttMeasurementDecoder()
  private readonly rttAnswer: RttAnswerWriter = new RttAnswerWriter()
  private transport: UdpTransport | undefined
  private nowNs: number = 0
  private errorsSinceNs: number = -Infinity
  private errorCount: number = 0

  constructor(endpointId: number, systemCounters: SystemCounters, toConductor: CommandSink<ConductorCommand>) {
    this.endpointId = endpointId
    this.systemCounters = systemCounters
    this.toConductor = toConductor
    this.errors = new ErrorReporter(toConductor)
  }

  get isOpen(): boolean {
    return this.transport !== undefined
  }

  open(transport: UdpTransport): void {
    this.transport = transport
  }

  close(): void {
    this.transport?.close()
    this.transport = undefined
  }

  addPublication(publication: SenderPublication): void {
    const ofSession = this.publications.get(publication.sessionId)
    if (ofSession === undefined) this.publications.set(publication.sessionId, [publication])
    else ofSession.push(publication)
  }

  removePublication(publication: SenderPublication): void {
    const ofSession = this.publications.get(publication.sessionId)
    const rest = ofSession?.filter((other) => other !== publication) ?? []
    if (rest.length > 0) this.publications.set(publication.sessionId, rest)
    else this.publications.delete(publication.sessionId)
  }

  /** Sends one frame. Returns its length, or 0 and counts a short send. */
  send(buffer: DirectBuffer, destination: SocketAddress | undefined, nowNs: number): number {
    let length = 0
    try {
      length = this.transport?.send(buffer, 0, buffer.byteLength, destination) ?? 0
    } catch (error) {
      this.reportError(error, nowNs)
    }
    if (length === 0) this.systemCounters.increment(SystemCounterId.SHORT_SENDS)
    return length
  }

  /** Returns how many datagrams the socket took; fewer than all are counted as a short send. */
  sendBatch(batch: DatagramBatch, destination: SocketAddress | undefined, nowNs: number): number {
    let sentCount = 0
    try {
      sentCount = this.transport?.sendBatch(batch, destination) ?? 0
    } catch (error) {
      this.reportError(error, nowNs)
    }
    if (sentCount < batch.count) this.systemCounters.increment(SystemCounterId.SHORT_SENDS)
    return sentCount
  }

  /** Takes in what receivers sent. Returns the bytes. */
  poll(nowNs: number): number {
    this.nowNs = nowNs
    try {
      return this.transport?.poll(this.onDatagram, CONTROL_DATAGRAMS_PER_POLL) ?? 0
    } catch (error) {
      this.reportError(error, nowNs)
      return 0
    }
  }

  /** An error of the socket, or of one publication, which must not stop the others. */
  reportError(error: unknown, nowNs: number): void {
    const local = this.transport?.localAddress
    const where = local === undefined ? `${this.endpointId}` : `${local.address} port ${local.port}`
    this.errors.report(ErrorCode.CHANNEL_ENDPOINT_ERROR, `send endpoint ${where}`, error, nowNs)
  }

  private readonly onDatagram = (buffer: DirectBuffer, offset: number, length: number, source: SocketAddress): void => {
    if (!isFrameValid(buffer, offset, length)) {
      this.onInvalidPacket()
      return
    }
    switch (frameTypeAt(buffer, offset)) {
      case FrameType.SM:
        this.onStatusMessage(buffer, offset)
        break
      case FrameType.NAK:
        this.onNak(buffer, offset)
        break
      case FrameType.ERR:
        this.onErrorFrame(buffer, offset, source)
        break
      case FrameType.RTTM:
        this.onRttMeasurement(buffer, offset)
        break
      default:
      // Frames that receivers have no reason to send here.
    }
  }

  private onStatusMessage(buffer: DirectBuffer, offset: number): void {
    const version = statusMessageVersion(buffer.view.getInt32(offset + FRAME_LENGTH_OFFSET, true))
    const blockLength = version === 0 ? STATUS_MESSAGE_LENGTH : STATUS_MESSAGE_LENGTH_WITH_GROUP_TAG
    const status = this.status.wrap(buffer, offset, blockLength, version)
    const publication = this.find(status.sessionId(), status.streamId())
    if (!isStatusMessageValid(buffer, offset, publication?.termLength ?? TERM_MAX_LENGTH)) {
      this.onInvalidPacket()
      return
    }
    this.systemCounters.increment(SystemCounterId.STATUS_MESSAGES_RECEIVED)
    if (status.flags().sendSetup()) publication?.onSetupElicited()
    else publication?.onStatusMessage(status, this.nowNs)
  }

  private onNak(buffer: DirectBuffer, offset: number): void {
    const nak = this.nak.wrap(buffer, offset, NakDecoder.BLOCK_LENGTH, NakDecoder.SCHEMA_VERSION)
    const publication = this.find(nak.sessionId(), nak.streamId())
    if (publication === undefined || !isNakValid(buffer, offset, publication.termLength)) {
      this.onInvalidPacket()
      return
    }
    this.systemCounters.increment(SystemCounterId.NAK_MESSAGES_RECEIVED)
    publication.onNak(nak, this.nowNs)
  }

  private onErrorFrame(buffer: DirectBuffer, offset: number, sourceAddress: SocketAddress): void {
    if (!isErrorFrameValid(buffer, offset)) {
      this.onInvalidPacket()
      return
    }
    this.systemCounters.increment(SystemCounterId.ERROR_FRAMES_RECEIVED)
    const error = this.error.wrap(buffer, offset, ErrorFrameDecoder.BLOCK_LENGTH, ErrorFrameDecoder.SCHEMA_VERSION)
    const publication = this.find(error.sessionId(), error.streamId())
    if (publication === undefined) return
    publication.onError(buffer, offset)
    if (!this.mayPassOn() || !hasCapacityForReports(this.toConductor)) {
      this.systemCounters.increment(SystemCounterId.CONDUCTOR_PROXY_FAILS)
      return
    }
    this.toConductor.offer({
      type: 'publicationError',
      registrationId: publication.registrationId,
      errorCode: error.errorCodeRaw(),
      text: readUtf8(buffer.bytes, offset + ErrorFrameDecoder.BLOCK_LENGTH, error.textLength()),
      receiverId: error.receiverId(),
      groupTag: error.flags().hasGroupTag() ? error.groupTag() : NO_GROUP_TAG,
      sourceAddress,
    })
  }

  /** Whether one more ERR frame may be passed on now. */
  private mayPassOn(): boolean {
    if (this.nowNs >= this.errorsSinceNs + SECOND_NS) {
      this.errorsSinceNs = this.nowNs
      this.errorCount = 0
    }
    this.errorCount++
    return this.errorCount <= ERRORS_PER_SECOND_MAX
  }

  private onRttMeasurement(buffer: DirectBuffer, offset: number): void {
    const { measurement } = this
    measurement.wrap(buffer, offset, RttMeasurementDecoder.BLOCK_LENGTH, RttMeasurementDecoder.SCHEMA_VERSION)
    if (!measurement.flags().reply()) return
    const publication = this.find(measurement.sessionId(), measurement.streamId())
    if (publication === undefined) return
    this.rttAnswer.write(measurement)
    this.send(this.rttAnswer.buffer, publication.destination, this.nowNs)
  }

  private onInvalidPacket(): void {
    this.systemCounters.increment(SystemCounterId.INVALID_PACKETS)
  }

  private find(sessionId: number, streamId: number): SenderPublication | undefined {
    const ofSession = this.publications.get(sessionId)
    if (ofSession === undefined) return undefined
    for (const publication of ofSession) if (publication.streamId === streamId) return publication
    return undefined
  }
}
