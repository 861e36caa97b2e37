import { DirectBuffer } from '../../../codegen/runtime/index.ts'
import { FRAME_VERSION } from '../../../schemas/descriptors.ts'
import { FrameType, RttMeasurementEncoder } from '../../../schemas/generated/aeron.wire/index.ts'
import type { RttMeasurementDecoder } from '../../../schemas/generated/aeron.wire/index.ts'

/** Answers to round trip time measurements, for whichever stream. */
export class RttAnswerWriter {
  readonly buffer: DirectBuffer = new DirectBuffer(new ArrayBuffer(RttMeasurementEncoder.BLOCK_LENGTH))
  private readonly encoder: RttMeasurementEncoder

  constructor() {
    this.encoder = new RttMeasurementEncoder().wrap(this.buffer, 0)
    this.encoder.frameLength(RttMeasurementEncoder.BLOCK_LENGTH).version(FRAME_VERSION).flagsRaw(0)
      .frameType(FrameType.RTTM).receptionDelta(0n)
  }

  /** Sends back the time stamp of the question: nothing is held up here, so the reception delta is 0. */
  write(question: RttMeasurementDecoder): void {
    this.encoder.sessionId(question.sessionId()).streamId(question.streamId())
      .echoTimestamp(question.echoTimestamp()).receiverId(question.receiverId())
  }
}
