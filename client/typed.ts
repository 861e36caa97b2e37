import { DirectBuffer } from '../codegen/runtime/index.ts'
import { FRAME_ALIGNMENT, align } from '../schemas/descriptors.ts'
import { DataHeaderMeta, FrameType } from '../schemas/generated/aeron.wire/index.ts'
import { argumentError, checkFunction, given } from './arguments.ts'
import { BasePublication } from './base-publication.ts'
import { FragmentAssembler } from './fragment-assembler.ts'
import { BufferClaim } from './log/buffer-claim.ts'
import { HEADER_LENGTH } from './log/log-buffer-descriptor.ts'
import type { FragmentHandler } from './log/term-reader.ts'

const { fields } = DataHeaderMeta

/** What is needed of the generated encoder of a message. */
export interface MessageEncoder<Header> {
  wrapAndApplyHeader(buffer: DirectBuffer, offset: number, header: Header, length?: number): unknown
  /** Bytes without the header. */
  encodedLength(): number
  checkEncodingIsComplete(): void
}

/** The class of a generated encoder. `Sizes` are what its `computeLength` takes: nothing, or counts and lengths. */
export interface MessageEncoderClass<Encoder, Sizes extends readonly unknown[]> {
  new (): Encoder
  computeLength(...sizes: Sizes): number
}

/** The class of the generated encoder of a message header. */
export interface HeaderEncoderClass<Header> {
  new (): Header
  readonly ENCODED_LENGTH: number
}

/**
 * Publishes messages of one type with their generated encoder, which writes them where they will lie: nothing is
 * copied. Only messages longer than `maxPayloadLength` are encoded elsewhere first.
 *
 * ```ts
 * const quotes = new TypedPublication(publication, QuoteUpdateEncoder, MessageHeaderEncoder)
 * quotes.offer((quote) => quote.instrumentId(7).bidQuantity(100))
 * const books = new TypedPublication(publication, BookUpdateEncoder, MessageHeaderEncoder)
 * books.offer((book) => { ... }, { entries: 2 })
 * ```
 *
 * The memory is not zeroed before: set every field. Returns are those of `publication.offer`; the encoder is called
 * only when there is room. When it throws, nothing is published, and the error is thrown on.
 */
export class TypedPublication<Header, Encoder extends MessageEncoder<Header>, Sizes extends readonly unknown[]> {
  readonly publication: BasePublication
  readonly #class: MessageEncoderClass<Encoder, Sizes>
  readonly #encoder: Encoder
  readonly #header: Header
  readonly #headerLength: number
  readonly #claim: BufferClaim = new BufferClaim()
  #scratch: DirectBuffer | undefined

  constructor(
    publication: BasePublication,
    encoderClass: MessageEncoderClass<Encoder, Sizes>,
    headerClass: HeaderEncoderClass<Header>,
  ) {
    if (!(publication instanceof BasePublication)) {
      throw argumentError(`publication: expected a publication, not ${given(publication)}`)
    }
    checkFunction('encoderClass', encoderClass)
    checkFunction('headerClass', headerClass)
    this.publication = publication
    this.#class = encoderClass
    this.#encoder = new encoderClass()
    this.#header = new headerClass()
    this.#headerLength = headerClass.ENCODED_LENGTH
  }

  /**
   * Publishes a message whose size is known: of a type without groups and data, or with their counts and lengths.
   *
   * @param sizes what the encoder's `computeLength` takes
   */
  offer(encode: (message: Encoder) => void, ...sizes: Sizes): number {
    return this.offerUpTo(this.#class.computeLength(...sizes), encode)
  }

  /**
   * Publishes a message of at most that length. What it does not need of the room becomes padding.
   *
   * @param lengthMax bytes without the message header
   * @throws GodwitError ERR_GODWIT_LOG_LENGTH when the message is longer than `maxMessageLength`; SbeError when it is
   * longer than said
   */
  offerUpTo(lengthMax: number, encode: (message: Encoder) => void): number {
    const length = this.#headerLength + lengthMax
    const { publication } = this
    if (length > publication.maxPayloadLength) return this.#offerCopy(length, encode)
    const claim = this.#claim
    const position = publication.tryClaim(length, claim)
    if (position < 0) return position
    let encodedLength: number
    try {
      encodedLength = this.#encode(claim.buffer, claim.offset, length, encode)
    } catch (error) {
      claim.abort()
      throw error
    }
    commitShortened(claim, encodedLength)
    return position
  }

  #offerCopy(length: number, encode: (message: Encoder) => void): number {
    let scratch = this.#scratch
    if (scratch === undefined || scratch.byteLength < length) {
      scratch = new DirectBuffer(new ArrayBuffer(Math.min(length, this.publication.maxMessageLength)))
      this.#scratch = scratch
    }
    const encodedLength = this.#encode(scratch, 0, Math.min(length, scratch.byteLength), encode)
    return this.publication.offer(scratch, 0, encodedLength)
  }

  /** Returns the length of the message with its header. */
  #encode(buffer: DirectBuffer, offset: number, length: number, encode: (message: Encoder) => void): number {
    const encoder = this.#encoder
    encoder.wrapAndApplyHeader(buffer, offset, this.#header, length)
    encode(encoder)
    encoder.checkEncodingIsComplete()
    return this.#headerLength + encoder.encodedLength()
  }
}

/** What is needed of a generated `MessageDispatcher`. */
export interface Dispatcher {
  dispatch(buffer: DirectBuffer, offset: number, length: number): boolean
}

/**
 * Hands whole messages to a generated dispatcher: give the result to `poll`. Messages of one fragment are decoded where
 * they lie. Make one for each subscription.
 *
 * ```ts
 * const onFragment = dispatchTo(new MessageDispatcher({ trade: (trade) => { ... } }))
 * subscription.poll(onFragment, 10)
 * ```
 */
export function dispatchTo(dispatcher: Dispatcher): FragmentHandler {
  checkFunction('dispatcher.dispatch', dispatcher?.dispatch)
  return new FragmentAssembler((buffer, offset, length) => void dispatcher.dispatch(buffer, offset, length)).onFragment
}

/** Publishes the first `length` bytes of a claim; frames behind them become one frame of padding. */
function commitShortened(claim: BufferClaim, length: number): void {
  const frameOffset = claim.offset - HEADER_LENGTH
  const claimedLength = align(HEADER_LENGTH + claim.length, FRAME_ALIGNMENT)
  const neededLength = align(HEADER_LENGTH + length, FRAME_ALIGNMENT)
  if (neededLength < claimedLength) {
    // Nobody reads behind the frame before its length is stored, which `commit` does last.
    const { bytes, view } = claim.buffer
    const padOffset = frameOffset + neededLength
    bytes.copyWithin(padOffset, frameOffset, claim.offset)
    view.setInt32(padOffset + fields.frameLength.offset, claimedLength - neededLength, true)
    view.setUint16(padOffset + fields.frameType.offset, FrameType.PAD, true)
    view.setInt32(padOffset + fields.termOffset.offset, padOffset, true)
  }
  claim.length = length
  claim.commit()
}
