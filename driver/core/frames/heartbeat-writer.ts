import { DirectBuffer } from '../../../codegen/runtime/index.ts'
import { FRAME_VERSION, HEARTBEAT_FRAME_LENGTH, UNFRAGMENTED } from '../../../schemas/descriptors.ts'
import { DataFlags, DataHeaderEncoder, FrameType } from '../../../schemas/generated/aeron.wire/index.ts'

const END_OF_STREAM = 1 << DataFlags.endOfStream
const REVOKED = END_OF_STREAM | (1 << DataFlags.revoked)

/** The heartbeat of a publication, written once but for what changes. */
export class HeartbeatWriter {
  readonly buffer: DirectBuffer = new DirectBuffer(new ArrayBuffer(DataHeaderEncoder.BLOCK_LENGTH))
  private readonly encoder: DataHeaderEncoder

  constructor(sessionId: number, streamId: number) {
    this.encoder = new DataHeaderEncoder().wrap(this.buffer, 0)
    this.encoder.frameLength(HEARTBEAT_FRAME_LENGTH).version(FRAME_VERSION).frameType(FrameType.DATA)
      .sessionId(sessionId).streamId(streamId).reservedValue(0n)
  }

  /** Puts the sender position in, and whether the stream ends there. A revoked one always does. */
  write(termId: number, termOffset: number, isEndOfStream: boolean, isRevoked: boolean): void {
    const endFlags = isRevoked ? REVOKED : isEndOfStream ? END_OF_STREAM : 0
    this.encoder.flagsRaw(UNFRAGMENTED | endFlags).termId(termId).termOffset(termOffset)
  }
}
