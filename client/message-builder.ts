import { moveBytes } from '../codegen/runtime/index.ts'
import { DataHeaderMeta, DataFlags } from '../schemas/generated/aeron.wire/index.ts'
import { Header } from './log/header.ts'
import { HEADER_LENGTH, MAX_MESSAGE_LENGTH } from './log/log-buffer-descriptor.ts'
import { AtomicBuffer } from './memory/atomic-buffer.ts'

const { fields } = DataHeaderMeta
const CAPACITY_INITIAL = 4096

export const BEGIN: number = 1 << DataFlags.begin
export const END: number = 1 << DataFlags.end
export const WHOLE: number = BEGIN | END

/** Puts the fragments of one message of one session together. */
export class MessageBuilder {
  buffer: AtomicBuffer = AtomicBuffer.allocate(CAPACITY_INITIAL)
  /** Bytes of the message so far. */
  length: number = 0
  /** Header of the whole message, once `complete` was called. */
  header: Header
  readonly #headerBuffer: AtomicBuffer = AtomicBuffer.allocate(HEADER_LENGTH)
  #isActive: boolean = false
  #termId: number = 0
  #termOffset: number = 0
  #nextTermOffset: number = 0

  constructor(header: Header) {
    this.header = new Header(header.initialTermId, header.positionBitsToShift, header.context)
  }

  /** Starts anew with the first fragment. */
  begin(buffer: AtomicBuffer, offset: number, length: number, header: Header): void {
    if (this.header.context !== header.context) {
      this.header = new Header(header.initialTermId, header.positionBitsToShift, header.context)
    }
    moveBytes(this.#headerBuffer.bytes, 0, header.buffer.bytes, header.offset, HEADER_LENGTH)
    this.#isActive = true
    this.#termId = header.termId
    this.#termOffset = header.termOffset
    this.length = 0
    this.#append(buffer, offset, length, header)
  }

  /** Adds the fragment if it is the next one; otherwise drops what there is, and returns false. */
  append(buffer: AtomicBuffer, offset: number, length: number, header: Header): boolean {
    const isNext = this.#isActive && header.termOffset === this.#nextTermOffset && header.termId === this.#termId
    if (!isNext || this.length + length > MAX_MESSAGE_LENGTH) {
      this.reset()
      return false
    }
    this.#append(buffer, offset, length, header)
    return true
  }

  /** Makes the header of the whole message, which ends with the fragment that was added last. */
  complete(): Header {
    const header = this.header
    const { view } = this.#headerBuffer
    view.setInt32(fields.frameLength.offset, HEADER_LENGTH + this.length, true)
    view.setUint8(fields.flags.offset, view.getUint8(fields.flags.offset) | WHOLE)
    header.wrap(this.#headerBuffer, 0, this.#nextTermOffset - this.#termOffset)
    return header
  }

  /** Takes the last fragment back: it will come again. */
  rollBack(length: number, fragment: Header): void {
    this.length -= length
    this.#nextTermOffset = fragment.termOffset
    this.#isActive = true
  }

  /** The next message begins with its first fragment. What was built stays readable until then. */
  reset(): void {
    this.#isActive = false
  }

  #append(buffer: AtomicBuffer, offset: number, length: number, header: Header): void {
    const end = this.length + length
    if (end > this.buffer.byteLength) this.#grow(end)
    moveBytes(this.buffer.bytes, this.length, buffer.bytes, offset, length)
    this.length = end
    this.#nextTermOffset = header.nextTermOffset
  }

  #grow(capacityMin: number): void {
    let capacity = this.buffer.byteLength
    while (capacity < capacityMin) capacity *= 2
    const buffer = AtomicBuffer.allocate(capacity)
    moveBytes(buffer.bytes, 0, this.buffer.bytes, 0, this.length)
    this.buffer = buffer
  }
}

/** Sessions from which on those that are gone are looked for. */
const SESSIONS_SWEPT_FROM = 16

/** Builders by session. Those of images that are closed are given up. */
export class MessageBuilders {
  readonly #builders: Map<number, MessageBuilder> = new Map()
  #sweepAt: number = SESSIONS_SWEPT_FROM

  get(sessionId: number): MessageBuilder | undefined {
    return this.#builders.get(sessionId)
  }

  /** The builder for a first fragment. */
  take(header: Header): MessageBuilder {
    const { sessionId } = header
    const known = this.#builders.get(sessionId)
    if (known !== undefined) return known
    if (this.#builders.size >= this.#sweepAt) this.#sweep()
    const builder = new MessageBuilder(header)
    this.#builders.set(sessionId, builder)
    return builder
  }

  delete(sessionId: number): boolean {
    return this.#builders.delete(sessionId)
  }

  clear(): void {
    this.#builders.clear()
  }

  #sweep(): void {
    for (const [sessionId, { header }] of this.#builders) {
      const { isClosed } = header.context as { readonly isClosed?: boolean }
      if (isClosed === true) this.#builders.delete(sessionId)
    }
    this.#sweepAt = Math.max(SESSIONS_SWEPT_FROM, 2 * this.#builders.size)
  }
}
