import type { DirectBuffer } from '../../codegen/runtime/index.ts'
import { EMPTY_BUFFER } from '../../codegen/runtime/index.ts'
import { FRAME_ALIGNMENT, align } from '../../schemas/descriptors.ts'
import { DataHeaderMeta } from '../../schemas/generated/aeron.wire/index.ts'
import { computePosition } from './log-buffer-descriptor.ts'

const { fields } = DataHeaderMeta

/** Header of the frame that a handler was called for. Reused: not valid after the call. */
export class Header {
  readonly initialTermId: number
  /** Binary logarithm of the term length. */
  readonly positionBitsToShift: number
  /** The image that the frame came from. */
  readonly context: unknown
  /** Memory that the header lies in. */
  buffer: DirectBuffer = EMPTY_BUFFER
  /** Of the header in that memory. */
  offset: number = 0
  #fragmentedFrameLength: number = 0

  constructor(initialTermId: number, positionBitsToShift: number, context: unknown) {
    this.initialTermId = initialTermId
    this.positionBitsToShift = positionBitsToShift
    this.context = context
  }

  /**
   * Points the header at a frame, or at a copy of a header.
   *
   * @param fragmentedFrameLength for a message put together from fragments: bytes from its term offset to its end in
   * the log; 0 for what lies in the log as it is
   * @internal
   */
  wrap(buffer: DirectBuffer, offset: number, fragmentedFrameLength: number = 0): void {
    this.buffer = buffer
    this.offset = offset
    this.#fragmentedFrameLength = fragmentedFrameLength
  }

  /** Header and payload, without the padding behind. */
  get frameLength(): number {
    return this.buffer.view.getInt32(this.offset + fields.frameLength.offset, true)
  }

  /** By `DataFlags`. */
  get flags(): number {
    return this.buffer.view.getUint8(this.offset + fields.flags.offset)
  }

  /** By `FrameType`: DATA. */
  get type(): number {
    return this.buffer.view.getUint16(this.offset + fields.frameType.offset, true)
  }

  /** Where the frame begins in its term. */
  get termOffset(): number {
    return this.buffer.view.getInt32(this.offset + fields.termOffset.offset, true)
  }

  get sessionId(): number {
    return this.buffer.view.getInt32(this.offset + fields.sessionId.offset, true)
  }

  get streamId(): number {
    return this.buffer.view.getInt32(this.offset + fields.streamId.offset, true)
  }

  get termId(): number {
    return this.buffer.view.getInt32(this.offset + fields.termId.offset, true)
  }

  /** 64 bits that the publisher may have set. */
  get reservedValue(): bigint {
    return this.buffer.view.getBigInt64(this.offset + fields.reservedValue.offset, true)
  }

  /** Where the frame with its padding ends in its term, which is where the next one begins. */
  get nextTermOffset(): number {
    const length = this.#fragmentedFrameLength === 0 ? this.frameLength : this.#fragmentedFrameLength
    return this.termOffset + align(length, FRAME_ALIGNMENT)
  }

  /** Where the frame with its padding ends in the stream. */
  get position(): number {
    return computePosition(this.termId, this.nextTermOffset, this.positionBitsToShift, this.initialTermId)
  }
}
