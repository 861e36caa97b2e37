import { DirectBuffer } from '../codegen/runtime/index.ts'
import type { GodwitError } from '../codegen/runtime/index.ts'
import { argumentError, checkBytes, checkFunction, given, lengthFrom } from './arguments.ts'
import type { ChannelStatus } from './channel-status.ts'
import { channelStatus, localSocketAddresses } from './channel-status.ts'
import type { ClientConductor } from './conductor/client-conductor.ts'
import { diagnose } from './conductor/diagnostics.ts'
import type { DriverWaker } from './conductor/driver-waker.ts'
import { closedError, notSupportedError } from './errors.ts'
import { ATTEND_MASK } from './image.ts'
import type { Appender } from './log/appender.ts'
import { BufferClaim } from './log/buffer-claim.ts'
import type { MessagePart, ReservedValueSupplier } from './log/frame-writer.ts'
import type { LogBuffers } from './log/log-buffers.ts'
import { CLOSED } from './log/offer-result.ts'
import type { AtomicCounter } from './memory/atomic-counter.ts'
import type { OfferTarget } from './publish-queue.ts'
import { PublishQueue } from './publish-queue.ts'
import type { WaitOptions } from './wait.ts'
import { waitFor } from './wait.ts'

/** Bytes of a message. What is given as a `DirectBuffer` again and again costs least. */
export type MessageSource = Uint8Array | DirectBuffer

/** What a publication is made of. */
export interface PublicationParameters {
  readonly registrationId: number
  readonly originalRegistrationId: number
  readonly channel: string
  readonly streamId: number
  readonly sessionId: number
  readonly channelStatusId: number
  readonly logName: string
  readonly log: LogBuffers
  readonly positionLimit: AtomicCounter
  /** Wakes the driver's threads where it is they who carry messages on. */
  readonly waker: DriverWaker | undefined
}

/** A way of appending to a log. */
export interface OfferAppender extends Appender {
  position(): number
  offer(source: DirectBuffer, offset: number, length: number, supplier?: ReservedValueSupplier): number
  offerVectors(parts: readonly MessagePart[], supplier?: ReservedValueSupplier): number
  claim(length: number, bufferClaim: BufferClaim): number
}

/**
 * What both kinds of publications have in common.
 *
 * `offer` and `tryClaim` return the position behind the message, or say why it was not accepted: NOT_CONNECTED,
 * BACK_PRESSURED, ADMIN_ACTION (try again at once), CLOSED, MAX_POSITION_EXCEEDED. They never wait.
 */
export abstract class BasePublication implements OfferTarget {
  readonly channel: string
  readonly streamId: number
  readonly sessionId: number
  /** What the driver knows this publication by. */
  readonly registrationId: number
  /** That of the first publication of the same log. */
  readonly originalRegistrationId: number
  readonly initialTermId: number
  readonly termBufferLength: number
  readonly positionBitsToShift: number
  /** Longest message, in bytes, that is not fragmented, and longest claim. */
  readonly maxPayloadLength: number
  /** Longest message in bytes. */
  readonly maxMessageLength: number
  /** Where the stream ends at the latest. */
  readonly maxPossiblePosition: number
  /** Id of the counter with the position limit. */
  readonly positionLimitId: number
  /** Id of the counter with the status of the channel; -1 for IPC. */
  readonly channelStatusId: number
  /** @internal */
  readonly logName: string
  protected readonly conductor: ClientConductor
  protected readonly log: LogBuffers
  readonly #appender: OfferAppender
  readonly #queue: PublishQueue
  readonly #waker: DriverWaker | undefined
  #lastSource: Uint8Array | undefined
  #lastBuffer: DirectBuffer | undefined
  #offers: number = 0
  #closeReason: GodwitError | undefined

  /** @internal */
  constructor(conductor: ClientConductor, parameters: PublicationParameters, appender: OfferAppender) {
    const { log } = parameters
    this.channel = parameters.channel
    this.streamId = parameters.streamId
    this.sessionId = parameters.sessionId
    this.registrationId = parameters.registrationId
    this.originalRegistrationId = parameters.originalRegistrationId
    this.initialTermId = log.initialTermId
    this.termBufferLength = log.termLength
    this.positionBitsToShift = log.positionBitsToShift
    this.maxPayloadLength = appender.maxPayloadLength
    this.maxMessageLength = appender.maxMessageLength
    this.maxPossiblePosition = log.maxPossiblePosition
    this.positionLimitId = parameters.positionLimit.id
    this.channelStatusId = parameters.channelStatusId
    this.logName = parameters.logName
    this.conductor = conductor
    this.log = log
    this.#appender = appender
    this.#waker = parameters.waker
    this.#queue = new PublishQueue(this, conductor.turns)
    conductor.addPublication(this)
    diagnose('publication:add', this.#facts())
  }

  get isClosed(): boolean {
    return this.#appender.isClosed
  }

  /** Whether the driver sees a subscriber. */
  get isConnected(): boolean {
    return !this.isClosed && this.log.isConnected()
  }

  /** Whether this is the first publication of its log. */
  get isOriginal(): boolean {
    return this.registrationId === this.originalRegistrationId
  }

  /** Position behind the last message, or CLOSED. */
  get position(): number {
    return this.#appender.position()
  }

  /** Messages that begin below it are accepted; or CLOSED. */
  get positionLimit(): number {
    return this.isClosed ? CLOSED : this.#appender.positionLimit.get()
  }

  /** Bytes up to the limit, at least 0; or CLOSED. */
  get availableWindow(): number {
    return this.isClosed ? CLOSED : Math.max(0, this.positionLimit - this.position)
  }

  /** State of the channel's sockets; ACTIVE for IPC. */
  get channelStatus(): ChannelStatus {
    return channelStatus(this.conductor.counters, this.channelStatusId)
  }

  /** `address:port` of each socket that is bound; none before the channel is active. */
  localSocketAddresses(): string[] {
    return localSocketAddresses(this.conductor.counters, this.channelStatusId)
  }

  /**
   * Publishes a message, fragmented if it is long.
   *
   * @param offset of the message in the source; default 0
   * @param length of the message; default the rest of the source
   * @param supplier gives the reserved value of each fragment
   * @throws GodwitError ERR_GODWIT_LOG_RANGE, ERR_GODWIT_LOG_LENGTH above `maxMessageLength`, ERR_GODWIT_ARGUMENT
   */
  offer(
    source: MessageSource,
    offset: number = 0,
    length: number = lengthFrom(source, offset),
    supplier?: ReservedValueSupplier,
  ): number {
    if (supplier !== undefined) checkFunction('supplier', supplier)
    const buffer = source instanceof DirectBuffer ? source : this.#bufferOf(source)
    const result = this.#appender.offer(buffer, offset, length, supplier)
    if (result > 0) this.#waker?.wake()
    if (result < 0 || (++this.#offers & ATTEND_MASK) === 0) this.conductor.attend()
    return result
  }

  /**
   * Publishes a message that lies in several parts.
   *
   * @throws GodwitError ERR_GODWIT_LOG_RANGE, ERR_GODWIT_LOG_LENGTH, ERR_GODWIT_ARGUMENT
   */
  offerVectors(parts: readonly MessagePart[], supplier?: ReservedValueSupplier): number {
    checkParts(parts)
    if (supplier !== undefined) checkFunction('supplier', supplier)
    return this.attended(this.#appender.offerVectors(parts, supplier))
  }

  /**
   * Claims room for a message that is to be written in place, and then committed or aborted, soon.
   *
   * @param length at most `maxPayloadLength`
   * @throws GodwitError ERR_GODWIT_LOG_LENGTH, ERR_GODWIT_ARGUMENT
   */
  tryClaim(length: number, bufferClaim: BufferClaim): number {
    // What is claimed and not written would end the stream here.
    if (!(bufferClaim instanceof BufferClaim)) throw claimError(bufferClaim)
    const result = this.#appender.claim(length, bufferClaim)
    if (result < 0 || (++this.#offers & ATTEND_MASK) === 0) this.conductor.attend()
    return result
  }

  /**
   * Publishes a message as soon as there is a subscriber and room. Any number may wait; they are published in the order
   * of the calls. The bytes are not copied before: leave them as they are until the promise is settled.
   *
   * Rejects with ERR_GODWIT_CLOSED, ERR_GODWIT_MAX_POSITION_EXCEEDED, ERR_GODWIT_TIMEOUT, ERR_GODWIT_LOG_LENGTH above
   * `maxMessageLength`, or the signal's reason.
   *
   * @returns position behind the message
   */
  async publish(source: MessageSource, options: WaitOptions = {}): Promise<number> {
    const buffer = source instanceof DirectBuffer ? source : this.#bufferOf(source)
    return this.#queue.publish(buffer, 0, buffer.byteLength, options)
  }

  /**
   * Resolves when there is a subscriber. Rejects with ERR_GODWIT_TIMEOUT, ERR_GODWIT_CLOSED or the signal's reason.
   */
  async waitForConnected(options: WaitOptions = {}): Promise<void> {
    await this.#waitFor(`connection of ${this.name}`, options, () => this.isConnected)
  }

  /**
   * Resolves when an offer would be accepted again: what to await after BACK_PRESSURED. Rejects as `waitForConnected`.
   */
  async drain(options: WaitOptions = {}): Promise<void> {
    await this.#waitFor(`room in ${this.name}`, options, () => this.isConnected && this.availableWindow > 0)
  }

  /** Rejects with ERR_GODWIT_NOT_SUPPORTED. */
  async addDestination(_channel: string): Promise<never> {
    throw notSupportedError('a destination of a publication')
  }

  /** Rejects with ERR_GODWIT_NOT_SUPPORTED. */
  async removeDestination(_channel: string): Promise<never> {
    throw notSupportedError('a destination of a publication')
  }

  /** Gives the publication up; what was published is still sent. Again does nothing. */
  close(): void {
    this.closeWith(false)
  }

  [Symbol.dispose](): void {
    this.close()
  }

  /** What it is, for logs: `JSON.stringify` would go through all of its log otherwise. */
  toJSON(): Readonly<Record<string, unknown>> {
    return this.#facts()
  }

  /** @internal */
  forceClose(reason: GodwitError): void {
    if (this.isClosed) return
    this.#closeReason = reason
    this.#appender.close()
    this.#queue.close()
    diagnose('publication:close', this.#facts())
  }

  /** @internal */
  get name(): string {
    return `publication on ${this.channel}, stream ${this.streamId}`
  }

  /** @internal */
  offerWhole(source: DirectBuffer, offset: number, length: number): number {
    const result = this.#appender.offer(source, offset, length)
    if (result > 0) this.#waker?.wake()
    return result
  }

  /** @internal */
  closedError(): GodwitError {
    return closedError(this.name, this.#closeReason)
  }

  protected closeWith(isRevoked: boolean): void {
    if (this.isClosed) return
    if (!this.conductor.isClosed) {
      this.conductor.requireUsable()
      this.conductor.removePublication(this, isRevoked)
    }
    this.#appender.close()
    this.#queue.close()
    diagnose('publication:close', this.#facts())
  }

  protected attended(result: number): number {
    if (result > 0) this.#waker?.wake()
    if (result < 0 || (++this.#offers & ATTEND_MASK) === 0) this.conductor.attend()
    return result
  }

  async #waitFor(what: string, options: WaitOptions, isThere: () => boolean): Promise<void> {
    await waitFor(this.conductor.turns, what, options, () => {
      if (this.isClosed) throw this.closedError()
      return isThere() ? true : undefined
    })
  }

  /** Making a buffer costs more than an offer, and most publishers use the same bytes again. */
  #bufferOf(source: Uint8Array): DirectBuffer {
    const last = this.#lastBuffer
    if (last !== undefined && this.#lastSource === source) return last
    checkBytes(source)
    const buffer = new DirectBuffer(source)
    this.#lastSource = source
    this.#lastBuffer = buffer
    return buffer
  }

  #facts(): Readonly<Record<string, unknown>> {
    const { channel, streamId, sessionId, registrationId } = this
    return { channel, streamId, sessionId, registrationId }
  }
}

function checkParts(parts: readonly MessagePart[]): void {
  if (!Array.isArray(parts)) throw argumentError(`parts: expected an array, not ${given(parts)}`)
  for (let i = 0; i < parts.length; i++) {
    if (!((parts as readonly (MessagePart | undefined)[])[i]?.buffer instanceof DirectBuffer)) {
      throw argumentError(`parts: ${i} is not of the form { buffer, offset, length } with a DirectBuffer`)
    }
  }
}

function claimError(bufferClaim: unknown): GodwitError {
  return argumentError(`bufferClaim: expected a BufferClaim, not ${given(bufferClaim)}`)
}
