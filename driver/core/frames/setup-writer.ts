import { DirectBuffer } from '../../../codegen/runtime/index.ts'
import { FRAME_VERSION } from '../../../schemas/descriptors.ts'
import { FrameType, SetupEncoder, SetupFlags } from '../../../schemas/generated/aeron.wire/index.ts'

/** What a SETUP tells for the whole life of a stream. */
export interface SetupFields {
  readonly sessionId: number
  readonly streamId: number
  readonly initialTermId: number
  readonly termLength: number
  readonly mtuLength: number
  /** Whether several receivers are to be expected. */
  readonly hasGroupSemantics: boolean
}

/** The SETUP frame of a publication, written once but for where the sender is. */
export class SetupWriter {
  readonly buffer: DirectBuffer = new DirectBuffer(new ArrayBuffer(SetupEncoder.BLOCK_LENGTH))
  private readonly encoder: SetupEncoder

  constructor(fields: SetupFields) {
    this.encoder = new SetupEncoder().wrap(this.buffer, 0)
    this.encoder.frameLength(SetupEncoder.BLOCK_LENGTH).version(FRAME_VERSION).frameType(FrameType.SETUP)
      .flagsRaw(fields.hasGroupSemantics ? 1 << SetupFlags.group : 0)
      .sessionId(fields.sessionId).streamId(fields.streamId)
      .initialTermId(fields.initialTermId).termLength(fields.termLength)
      .mtu(fields.mtuLength).ttl(0)
  }

  /** Puts the sender position in. */
  write(activeTermId: number, termOffset: number): void {
    this.encoder.activeTermId(activeTermId).termOffset(termOffset)
  }
}
