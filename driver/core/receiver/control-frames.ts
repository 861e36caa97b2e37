import { DirectBuffer } from '../../../codegen/runtime/index.ts'
import {
  ERROR_TEXT_LENGTH_MAX,
  FRAME_VERSION,
  STATUS_MESSAGE_LENGTH,
  STATUS_MESSAGE_LENGTH_WITH_GROUP_TAG,
} from '../../../schemas/descriptors.ts'
import {
  ErrorFlags,
  ErrorFrameEncoder,
  FrameType,
  NakEncoder,
  RttMeasurementEncoder,
  StatusMessageEncoder,
} from '../../../schemas/generated/aeron.wire/index.ts'
import type { ErrorCode, RttMeasurementDecoder } from '../../../schemas/generated/aeron.wire/index.ts'

const CONTROL_FRAME_LENGTH_MAX = ErrorFrameEncoder.BLOCK_LENGTH + ERROR_TEXT_LENGTH_MAX
const HAS_GROUP_TAG = 1 << ErrorFlags.hasGroupTag
const NO_FLAGS = 0
/** What an ERR frame holds in the place of a group tag that there is none of. */
const NO_GROUP_TAG = -1n

/** Who sends control frames, as they say it. */
export interface ReceiverIdentity {
  readonly receiverId: bigint
  readonly groupTag: bigint | undefined
}

/** Frames of a receiver, each written over the one before. Every method returns the length of its frame. */
export class ControlFrames {
  readonly buffer: DirectBuffer = new DirectBuffer(new ArrayBuffer(CONTROL_FRAME_LENGTH_MAX))
  private readonly statusMessage = new StatusMessageEncoder().wrap(this.buffer, 0)
  private readonly nak = new NakEncoder().wrap(this.buffer, 0)
  private readonly rttMeasurement = new RttMeasurementEncoder().wrap(this.buffer, 0)
  private readonly error = new ErrorFrameEncoder().wrap(this.buffer, 0)

  putStatusMessage(
    from: ReceiverIdentity,
    sessionId: number,
    streamId: number,
    termId: number,
    termOffset: number,
    receiverWindow: number,
    flags: number,
  ): number {
    const { groupTag } = from
    const length = groupTag === undefined ? STATUS_MESSAGE_LENGTH : STATUS_MESSAGE_LENGTH_WITH_GROUP_TAG
    this.statusMessage
      .frameLength(length)
      .version(FRAME_VERSION)
      .flagsRaw(flags)
      .frameType(FrameType.SM)
      .sessionId(sessionId)
      .streamId(streamId)
      .consumptionTermId(termId)
      .consumptionTermOffset(termOffset)
      .receiverWindow(receiverWindow)
      .receiverId(from.receiverId)
    if (groupTag !== undefined) this.statusMessage.groupTag(groupTag)
    return length
  }

  putNak(sessionId: number, streamId: number, termId: number, termOffset: number, length: number): number {
    this.nak
      .frameLength(NakEncoder.BLOCK_LENGTH)
      .version(FRAME_VERSION)
      .flags(NO_FLAGS)
      .frameType(FrameType.NAK)
      .sessionId(sessionId)
      .streamId(streamId)
      .termId(termId)
      .termOffset(termOffset)
      .length(length)
    return NakEncoder.BLOCK_LENGTH
  }

  putRttAnswer(from: ReceiverIdentity, question: RttMeasurementDecoder): number {
    this.rttMeasurement
      .frameLength(RttMeasurementEncoder.BLOCK_LENGTH)
      .version(FRAME_VERSION)
      .flagsRaw(NO_FLAGS)
      .frameType(FrameType.RTTM)
      .sessionId(question.sessionId())
      .streamId(question.streamId())
      .echoTimestamp(question.echoTimestamp())
      .receptionDelta(0n)
      .receiverId(from.receiverId)
    return RttMeasurementEncoder.BLOCK_LENGTH
  }

  /** @param text UTF-8, at most ERROR_TEXT_LENGTH_MAX bytes */
  putError(
    from: ReceiverIdentity,
    sessionId: number,
    streamId: number,
    errorCode: ErrorCode,
    text: Uint8Array,
  ): number {
    const length = ErrorFrameEncoder.BLOCK_LENGTH + text.length
    this.error
      .frameLength(length)
      .version(FRAME_VERSION)
      .flagsRaw(from.groupTag === undefined ? NO_FLAGS : HAS_GROUP_TAG)
      .frameType(FrameType.ERR)
      .sessionId(sessionId)
      .streamId(streamId)
      .receiverId(from.receiverId)
      .groupTag(from.groupTag ?? NO_GROUP_TAG)
      .errorCode(errorCode)
      .textLength(text.length)
    this.buffer.bytes.set(text, ErrorFrameEncoder.BLOCK_LENGTH)
    return length
  }
}
