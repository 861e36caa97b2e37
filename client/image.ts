import { GodwitError } from '../codegen/runtime/index.ts'
import { FRAME_ALIGNMENT, align } from '../schemas/descriptors.ts'
import { DataFlags, DataHeaderMeta, FrameType } from '../schemas/generated/aeron.wire/index.ts'
import { checkFunction, checkPoll, checkPosition } from './arguments.ts'
import type { ClientConductor } from './conductor/client-conductor.ts'
import { closedError } from './errors.ts'
import { frameTypeOf, loadFrameLength } from './log/frame.ts'
import { Header } from './log/header.ts'
import { HEADER_LENGTH, maxPossiblePosition } from './log/log-buffer-descriptor.ts'
import type { LogBuffers } from './log/log-buffers.ts'
import type { ControlledFragmentHandler, FragmentHandler } from './log/term-reader.ts'
import { TermReader, scanBlock } from './log/term-reader.ts'
import { ControlledAction } from './memory/controlled-action.ts'
import type { AtomicBuffer } from './memory/atomic-buffer.ts'
import type { AtomicCounter } from './memory/atomic-counter.ts'

const END = 1 << DataFlags.end
const { fields } = DataHeaderMeta

/** Successful polls of an image or a subscription between two looks at the clock, less one. */
export const ATTEND_MASK = 15

/**
 * Gets whole frames with their headers, at most to the end of a term. The buffer is reused and not valid after the
 * call.
 */
export type BlockHandler = (
  buffer: AtomicBuffer,
  offset: number,
  length: number,
  sessionId: number,
  termId: number,
) => void

/** What an image is made of. */
export interface ImageParameters {
  readonly correlationId: number
  readonly sessionId: number
  readonly sourceIdentity: string
  readonly logName: string
  readonly log: LogBuffers
  readonly position: AtomicCounter
}

/**
 * What one publication of a stream sends, as a subscription sees it. Its position is what has been consumed; the
 * publisher can be ahead of it by a window at most.
 *
 * Methods that poll return the number of fragments that were delivered, and 0 when the image is closed. They read
 * within one term only. What a handler throws goes to the client's error handler, or, if there is none, is thrown on;
 * that fragment counts as consumed.
 */
export class Image {
  /** What the driver knows it by. */
  readonly correlationId: number
  readonly sessionId: number
  /** `ip:port` of the publisher, or `aeron:ipc`. */
  readonly sourceIdentity: string
  /** Where this subscription joined the stream. */
  readonly joinPosition: number
  readonly initialTermId: number
  readonly termBufferLength: number
  readonly positionBitsToShift: number
  readonly mtuLength: number
  /** Id of the counter with the position. */
  readonly subscriberPositionId: number
  /** @internal */
  readonly logName: string
  readonly #conductor: ClientConductor
  readonly #log: LogBuffers
  readonly #counter: AtomicCounter
  readonly #reader: TermReader
  readonly #commit: (termOffset: number) => void
  #position: number
  #termIndex: number
  #termOffset: number
  #isPolling: boolean = false
  #polls: number = 0
  #isRevokedAtClose: boolean = false
  #endOfStreamPositionAtClose: number = 0

  /** @internal */
  constructor(conductor: ClientConductor, parameters: ImageParameters) {
    const { log } = parameters
    const position = parameters.position.get()
    if (!(position >= 0 && position <= maxPossiblePosition(log.termLength) && position % FRAME_ALIGNMENT === 0)) {
      throw new GodwitError(
        'ERR_GODWIT_DRIVER_EVENT',
        `image ${parameters.correlationId}: ${position} cannot be the position of a subscription`,
      )
    }
    this.correlationId = parameters.correlationId
    this.sessionId = parameters.sessionId
    this.sourceIdentity = parameters.sourceIdentity
    this.logName = parameters.logName
    this.joinPosition = position
    this.initialTermId = log.initialTermId
    this.termBufferLength = log.termLength
    this.positionBitsToShift = log.positionBitsToShift
    this.mtuLength = log.mtuLength
    this.subscriberPositionId = parameters.position.id
    this.#conductor = conductor
    this.#log = log
    this.#counter = parameters.position
    this.#reader = new TermReader(new Header(log.initialTermId, log.positionBitsToShift, this))
    this.#commit = (termOffset) => {
      if (!this.#reader.isClosed) this.#moveTo(termOffset)
    }
    this.#position = position
    this.#termIndex = Math.floor(position / log.termLength) % log.terms.length
    this.#termOffset = position % log.termLength
  }

  get isClosed(): boolean {
    return this.#reader.isClosed
  }

  /** Position to which the stream was consumed; the last one when the image is closed. */
  get position(): number {
    return this.#position
  }

  /** Whether the publisher has ended the stream and everything was consumed. */
  get isEndOfStream(): boolean {
    return this.#position >= this.endOfStreamPosition
  }

  /** Where the stream ends; beyond every position (2^63) until that is known. */
  get endOfStreamPosition(): number {
    return this.isClosed ? this.#endOfStreamPositionAtClose : this.#log.endOfStreamPosition()
  }

  /** Number of transports that the driver receives the stream on; 0 when the image is closed. */
  get activeTransportCount(): number {
    return this.isClosed ? 0 : this.#log.activeTransportCount()
  }

  /** Whether the publisher revoked the publication: what was not consumed is gone. */
  get isPublicationRevoked(): boolean {
    return this.isClosed ? this.#isRevokedAtClose : this.#log.isPublicationRevoked()
  }

  /** Delivers at most `fragmentLimit` fragments. */
  poll(handler: FragmentHandler, fragmentLimit: number): number {
    checkPoll(handler, fragmentLimit)
    return this.#attended(this.pollTo(this.termBufferLength, handler, fragmentLimit))
  }

  /** As `poll`; fragments that begin at or behind the limit position are not delivered. */
  boundedPoll(handler: FragmentHandler, limitPosition: number, fragmentLimit: number): number {
    checkPoll(handler, fragmentLimit)
    return this.#attended(this.pollTo(this.#limitOffset(limitPosition), handler, fragmentLimit))
  }

  /** As `poll`; the handler says after each fragment how to go on. */
  controlledPoll(handler: ControlledFragmentHandler, fragmentLimit: number): number {
    checkPoll(handler, fragmentLimit)
    return this.#attended(this.controlledPollTo(this.termBufferLength, handler, fragmentLimit))
  }

  /** As `controlledPoll`; fragments that begin at or behind the limit position are not delivered. */
  boundedControlledPoll(handler: ControlledFragmentHandler, limitPosition: number, fragmentLimit: number): number {
    checkPoll(handler, fragmentLimit)
    return this.#attended(this.controlledPollTo(this.#limitOffset(limitPosition), handler, fragmentLimit))
  }

  /**
   * Delivers whole frames as one block; padding is a block of its own.
   *
   * @param blockLengthLimit most bytes of the block; a frame that is longer is never delivered
   * @returns bytes delivered
   */
  blockPoll(handler: BlockHandler, blockLengthLimit: number): number {
    checkPoll(handler, blockLengthLimit)
    return this.#attended(this.pollBlock(handler, blockLengthLimit))
  }

  /**
   * Delivers what is there from a position on, without consuming it. Stops where the handler says ABORT or BREAK.
   *
   * @param initialPosition where a frame begins, not before `position` and in the same term
   * @param limitPosition fragments that begin at or behind it are not delivered
   * @returns position behind the last whole message that was delivered, to go on from
   * @throws GodwitError ERR_GODWIT_ARGUMENT when the initial position is not as it must be; what the handler throws,
   * when the client has no error handler
   */
  peek(initialPosition: number, handler: ControlledFragmentHandler, limitPosition: number): number {
    checkFunction('handler', handler)
    checkPosition('initialPosition', initialPosition)
    checkPosition('limitPosition', limitPosition)
    if (this.isClosed) return initialPosition
    const base = this.#position - this.#termOffset
    const isInTerm = initialPosition >= this.#position && initialPosition <= base + this.termBufferLength
    if (!isInTerm || initialPosition % FRAME_ALIGNMENT !== 0) {
      throw new GodwitError(
        'ERR_GODWIT_ARGUMENT',
        `peek: ${initialPosition} is not a position of a frame from ${this.#position} to the end of its term`,
      )
    }
    const term = this.#log.terms[this.#termIndex]!
    const { header } = this.#reader
    const limitOffset = Math.min(limitPosition - base, this.termBufferLength)
    let offset = initialPosition - base
    let result = initialPosition
    header.wrap(term, offset)
    this.#begin()
    try {
      while (offset < limitOffset && !this.isClosed) {
        const frameOffset = offset
        const frameLength = loadFrameLength(term, frameOffset)
        if (frameLength < HEADER_LENGTH || frameOffset + frameLength > this.termBufferLength) break
        offset += align(frameLength, FRAME_ALIGNMENT)
        if (frameTypeOf(term, frameOffset) === FrameType.PAD) {
          result = base + offset
          continue
        }
        header.offset = frameOffset
        const action = handler(term, frameOffset + HEADER_LENGTH, frameLength - HEADER_LENGTH, header)
        if (action === ControlledAction.ABORT) break
        if ((term.bytes[frameOffset + fields.flags.offset]! & END) !== 0) result = base + offset
        if (action === ControlledAction.BREAK) break
      }
    } catch (error) {
      if (!this.#conductor.reportHandlerError(error)) throw error
    } finally {
      this.#isPolling = false
    }
    return result
  }

  /**
   * Refuses the image: the driver closes it and tells the publisher why; the stream may come back later.
   *
   * @param reason US-ASCII, at most 1023 characters
   * Rejects with a RegistrationError, or GodwitError ERR_GODWIT_CLOSED, ERR_GODWIT_ARGUMENT.
   */
  async reject(reason: string): Promise<void> {
    const conductor = this.#conductor
    conductor.requireUsable()
    if (this.isClosed) throw closedError(`image ${this.correlationId}`)
    await conductor.registrations.wait({
      correlationId: conductor.proxy.rejectImage(this.correlationId, this.#position, reason),
      what: `reject image ${this.correlationId}`,
      accept: ({ kind }) => (kind === 'success' ? true : undefined),
    })
  }

  /** @internal `poll` without looking after the client. */
  pollTo(limitOffset: number, handler: FragmentHandler, fragmentLimit: number): number {
    const reader = this.#reader
    if (reader.isClosed) return 0
    this.#begin()
    reader.termOffset = this.#termOffset
    try {
      reader.read(this.#log.terms[this.#termIndex]!, limitOffset, fragmentLimit, handler)
    } catch (error) {
      this.#end()
      if (!this.#conductor.reportHandlerError(error)) throw error
      return reader.fragmentsRead
    }
    this.#end()
    return reader.fragmentsRead
  }

  /** @internal `controlledPoll` without looking after the client. */
  controlledPollTo(limitOffset: number, handler: ControlledFragmentHandler, fragmentLimit: number): number {
    const reader = this.#reader
    if (reader.isClosed) return 0
    this.#begin()
    reader.termOffset = this.#termOffset
    try {
      const term = this.#log.terms[this.#termIndex]!
      reader.readControlled(term, limitOffset, fragmentLimit, handler, this.#commit)
    } catch (error) {
      this.#end()
      if (!this.#conductor.reportHandlerError(error)) throw error
      return reader.fragmentsRead
    }
    this.#end()
    return reader.fragmentsRead
  }

  /** @internal `blockPoll` without looking after the client. */
  pollBlock(handler: BlockHandler, blockLengthLimit: number): number {
    const reader = this.#reader
    if (reader.isClosed) return 0
    const start = this.#termOffset
    const term = this.#log.terms[this.#termIndex]!
    const limitOffset = Math.min(start + blockLengthLimit, this.termBufferLength)
    this.#begin()
    reader.termOffset = start
    try {
      const end = scanBlock(term, start, limitOffset)
      reader.termOffset = end
      const termId = term.view.getInt32(start + fields.termId.offset, true)
      if (end > start) handler(term, start, end - start, this.sessionId, termId)
    } catch (error) {
      this.#end()
      if (!this.#conductor.reportHandlerError(error)) throw error
      return reader.termOffset - start
    }
    this.#end()
    return reader.termOffset - start
  }

  /** @internal Consumes up to a position within the term. */
  consumeTo(position: number): void {
    if (this.isClosed || position <= this.#position) return
    this.#moveTo(this.#termOffset + (position - this.#position))
    if (this.#termOffset === this.termBufferLength) this.#nextTerm()
  }

  /** @internal */
  forceClose(): void {
    if (this.isClosed) return
    this.#endOfStreamPositionAtClose = this.#log.endOfStreamPosition()
    this.#isRevokedAtClose = this.#log.isPublicationRevoked()
    this.#reader.isClosed = true
  }

  #limitOffset(limitPosition: number): number {
    checkPosition('limitPosition', limitPosition)
    return Math.min(limitPosition - this.#position + this.#termOffset, this.termBufferLength)
  }

  #begin(): void {
    if (this.#isPolling) {
      throw new GodwitError(
        'ERR_GODWIT_REENTRANT',
        'a handler must not poll the image that it was called for: its fragments would be delivered again',
      )
    }
    this.#isPolling = true
  }

  #end(): void {
    this.#isPolling = false
    const { isClosed, termOffset } = this.#reader
    if (!isClosed && termOffset !== this.#termOffset) this.#moveTo(termOffset)
    if (this.#termOffset === this.termBufferLength) this.#nextTerm()
  }

  #moveTo(termOffset: number): void {
    const position = this.#position + (termOffset - this.#termOffset)
    this.#position = position
    this.#termOffset = termOffset
    this.#counter.set(position)
  }

  #nextTerm(): void {
    this.#termIndex = (this.#termIndex + 1) % this.#log.terms.length
    this.#termOffset = 0
  }

  #attended(count: number): number {
    if (count === 0 || (++this.#polls & ATTEND_MASK) === 0) this.#conductor.attend()
    return count
  }
}
