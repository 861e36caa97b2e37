import type { DirectBuffer } from '../../codegen/runtime/index.ts'
import { EMPTY_BUFFER, GodwitError } from '../../codegen/runtime/index.ts'
import { DataHeaderMeta, FrameType } from '../../schemas/generated/aeron.wire/index.ts'
import type { AtomicBuffer } from '../memory/atomic-buffer.ts'
import { RESERVED_VALUE_WORD, storeFrameLength } from './frame.ts'
import { HEADER_LENGTH } from './log-buffer-descriptor.ts'

const { fields } = DataHeaderMeta

/**
 * Room in a log for a message that is written in place. Reusable: `claim` of a publication points it at new room, in
 * which `length` bytes of `buffer` from `offset` are to be written. Then `commit` or `abort`, soon: nothing that is
 * published later is seen before.
 */
export class BufferClaim {
  /** Where to write. Empty when there is no claim. */
  buffer: DirectBuffer = EMPTY_BUFFER
  /** Of the payload in the buffer. */
  offset: number = 0
  /** Of the payload. */
  length: number = 0
  #term: AtomicBuffer | undefined

  /** @internal */
  wrap(term: AtomicBuffer, frameOffset: number, frameLength: number): void {
    this.buffer = term
    this.#term = term
    this.offset = frameOffset + HEADER_LENGTH
    this.length = frameLength - HEADER_LENGTH
  }

  /** Flags of the frame, by `DataFlags`; at first those of a whole message. */
  get flags(): number {
    return this.#claimed().bytes[this.#frameOffset() + fields.flags.offset]!
  }

  set flags(flags: number) {
    this.#claimed().bytes[this.#frameOffset() + fields.flags.offset] = flags
  }

  /** Type of the frame, by `FrameType`; at first DATA. */
  get headerType(): number {
    return this.#claimed().view.getUint16(this.#frameOffset() + fields.frameType.offset, true)
  }

  set headerType(frameType: number) {
    this.#claimed().view.setUint16(this.#frameOffset() + fields.frameType.offset, frameType, true)
  }

  /** 64 bits for the application; at first 0. */
  get reservedValue(): bigint {
    return this.#claimed().int64s[(this.#frameOffset() >> 3) + (RESERVED_VALUE_WORD >> 1)]!
  }

  set reservedValue(value: bigint) {
    if (typeof value !== 'bigint') {
      throw new GodwitError('ERR_GODWIT_ARGUMENT', `reservedValue: expected a bigint, not a ${typeof value}`)
    }
    this.#claimed().int64s[(this.#frameOffset() >> 3) + (RESERVED_VALUE_WORD >> 1)] = value
  }

  /** Publishes the message. @throws GodwitError ERR_GODWIT_LOG_CLAIM without a claim */
  commit(): void {
    this.#end(this.#claimed())
  }

  /** Gives the room up: subscribers skip it. @throws GodwitError ERR_GODWIT_LOG_CLAIM without a claim */
  abort(): void {
    const term = this.#claimed()
    this.headerType = FrameType.PAD
    this.#end(term)
  }

  #end(term: AtomicBuffer): void {
    storeFrameLength(term, this.#frameOffset(), this.length + HEADER_LENGTH)
    this.#term = undefined
    this.buffer = EMPTY_BUFFER
    this.offset = 0
    this.length = 0
  }

  #frameOffset(): number {
    return this.offset - HEADER_LENGTH
  }

  #claimed(): AtomicBuffer {
    if (this.#term === undefined) {
      throw new GodwitError('ERR_GODWIT_LOG_CLAIM', 'buffer claim: nothing is claimed, or it was committed or aborted')
    }
    return this.#term
  }
}
