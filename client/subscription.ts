import { checkPoll, checkSignal } from './arguments.ts'
import { channelStatus, localSocketAddresses } from './channel-status.ts'
import type { ChannelStatus } from './channel-status.ts'
import type { ClientConductor } from './conductor/client-conductor.ts'
import { diagnose } from './conductor/diagnostics.ts'
import type { TurnLoop } from './conductor/turn-loop.ts'
import type { GodwitError } from '../codegen/runtime/index.ts'
import { closedError, notSupportedError } from './errors.ts'
import type { BlockHandler, Image } from './image.ts'
import { ATTEND_MASK } from './image.ts'
import type { ControlledFragmentHandler, FragmentHandler } from './log/term-reader.ts'
import type { MessageSource, MessagesOptions } from './messages.ts'
import { MessageIterator, readerBusyError } from './messages.ts'
import type { WaitOptions } from './wait.ts'
import { waitFor } from './wait.ts'

/** Is called with an image that comes or goes. It must not call back into the client. */
export type ImageHandler = (image: Image) => void

/** What a subscription is made of. */
export interface SubscriptionParameters {
  readonly registrationId: number
  readonly channel: string
  readonly streamId: number
  readonly channelStatusId: number
  readonly onAvailableImage?: ImageHandler | undefined
  readonly onUnavailableImage?: ImageHandler | undefined
}

/**
 * Interest in a stream of a channel. Each publication of the stream that is heard of is an image; images come and go
 * while the thread polls, or while its event loop runs.
 *
 * Methods that poll go round the images, one after the other first, and deliver from all of them together what they are
 * limited to. What an image says about handlers holds here, too.
 */
export class Subscription implements MessageSource {
  readonly registrationId: number
  readonly channel: string
  readonly streamId: number
  /** Id of the counter with the status of the channel; -1 for IPC. */
  readonly channelStatusId: number
  /** @internal */
  readonly onAvailableImage: ImageHandler | undefined
  /** @internal */
  readonly onUnavailableImage: ImageHandler | undefined
  readonly #conductor: ClientConductor
  #images: readonly Image[] = []
  #first: number = 0
  #polls: number = 0
  #isClosed: boolean = false
  #closeReason: GodwitError | undefined
  #hasReader: boolean = false

  /** @internal */
  constructor(conductor: ClientConductor, parameters: SubscriptionParameters) {
    this.#conductor = conductor
    this.registrationId = parameters.registrationId
    this.channel = parameters.channel
    this.streamId = parameters.streamId
    this.channelStatusId = parameters.channelStatusId
    this.onAvailableImage = parameters.onAvailableImage
    this.onUnavailableImage = parameters.onUnavailableImage
    conductor.addSubscription(this)
    diagnose('subscription:add', this.#facts())
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  /** Whether there is an image that is not closed. */
  get isConnected(): boolean {
    return this.#images.length > 0
  }

  get hasNoImages(): boolean {
    return this.#images.length === 0
  }

  get imageCount(): number {
    return this.#images.length
  }

  /** The images as they are now; the list does not change later. */
  get images(): readonly Image[] {
    return this.#images
  }

  imageBySessionId(sessionId: number): Image | undefined {
    return this.#images.find((image) => image.sessionId === sessionId)
  }

  imageAtIndex(index: number): Image | undefined {
    return this.#images[index]
  }

  /** State of the channel's sockets; ACTIVE for IPC. */
  get channelStatus(): ChannelStatus {
    return channelStatus(this.#conductor.counters, this.channelStatusId)
  }

  /** `address:port` of each socket that is bound; none before the channel is active. */
  localSocketAddresses(): string[] {
    return localSocketAddresses(this.#conductor.counters, this.channelStatusId)
  }

  /** `address:port` that is bound, with the port that was chosen when the channel asked for port 0. */
  get resolvedEndpoint(): string | undefined {
    return this.localSocketAddresses()[0]
  }

  /** The channel with the port that was bound in place of port 0; undefined before the channel is active. */
  tryResolveChannelEndpointPort(): string | undefined {
    const address = this.resolvedEndpoint
    if (address === undefined) return this.channelStatusId === -1 ? this.channel : undefined
    const port = address.slice(address.lastIndexOf(':') + 1)
    return this.channel.replace(/([?|]endpoint=[^|]*):0(?=\||$)/, (_match, endpoint: string) => `${endpoint}:${port}`)
  }

  /**
   * Delivers at most `fragmentLimit` fragments of all images together; returns their number.
   *
   * @throws GodwitError ERR_GODWIT_ARGUMENT, as all polls, without a handler or limit
   */
  poll(handler: FragmentHandler, fragmentLimit: number): number {
    checkPoll(handler, fragmentLimit)
    const images = this.#images
    const first = this.#nextFirst(images.length)
    let count = 0
    for (let i = first; i < images.length && count < fragmentLimit; i++) {
      const image = images[i]!
      count += image.pollTo(image.termBufferLength, handler, fragmentLimit - count)
    }
    for (let i = 0; i < first && count < fragmentLimit; i++) {
      const image = images[i]!
      count += image.pollTo(image.termBufferLength, handler, fragmentLimit - count)
    }
    this.#attend(count)
    return count
  }

  /** As `poll`; the handler says after each fragment how to go on with its image. */
  controlledPoll(handler: ControlledFragmentHandler, fragmentLimit: number): number {
    checkPoll(handler, fragmentLimit)
    const images = this.#images
    const first = this.#nextFirst(images.length)
    let count = 0
    for (let n = 0; n < images.length && count < fragmentLimit; n++) {
      const image = images[(first + n) % images.length]!
      count += image.controlledPollTo(image.termBufferLength, handler, fragmentLimit - count)
    }
    this.#attend(count)
    return count
  }

  /** Delivers one block of each image, of at most `blockLengthLimit` bytes; returns the bytes of all together. */
  blockPoll(handler: BlockHandler, blockLengthLimit: number): number {
    checkPoll(handler, blockLengthLimit)
    const images = this.#images
    let length = 0
    for (let i = 0; i < images.length; i++) length += images[i]!.pollBlock(handler, blockLengthLimit)
    this.#attend(length)
    return length
  }

  /**
   * Whole messages, one at a time, for `for await`. The position moves on only when the next message is asked for, so
   * that publishers are held back by a consumer that is slow. Leaving the loop counts the last message as consumed.
   * Ends when the subscription is closed; rejects when the client has failed. Do not poll while it is in use.
   *
   * @throws GodwitError ERR_GODWIT_SUBSCRIPTION_BUSY while there is another one
   */
  messages(options: MessagesOptions = {}): MessageIterator {
    checkSignal(options)
    if (this.#hasReader) throw readerBusyError(this.name)
    this.#hasReader = true
    return new MessageIterator(this, options)
  }

  /** Resolves when there is an image. Rejects with ERR_GODWIT_TIMEOUT, ERR_GODWIT_CLOSED or the signal's reason. */
  async waitForConnected(options: WaitOptions = {}): Promise<void> {
    await waitFor(this.#conductor.turns, `connection of ${this.name}`, options, () => {
      if (this.#isClosed) throw this.#closedError()
      return this.isConnected ? true : undefined
    })
  }

  /** Rejects with ERR_GODWIT_NOT_SUPPORTED. */
  async addDestination(_channel: string): Promise<never> {
    throw notSupportedError('a destination of a subscription')
  }

  /** Rejects with ERR_GODWIT_NOT_SUPPORTED. */
  async removeDestination(_channel: string): Promise<never> {
    throw notSupportedError('a destination of a subscription')
  }

  /** Closes the images and gives up the interest; again does nothing. */
  close(): void {
    if (this.#isClosed) return
    if (!this.#conductor.isClosed) {
      this.#conductor.requireUsable()
      this.#isClosed = true
      this.#conductor.removeSubscription(this)
    }
    this.#isClosed = true
    diagnose('subscription:close', this.#facts())
  }

  [Symbol.dispose](): void {
    this.close()
  }

  /** @internal */
  get name(): string {
    return `subscription to ${this.channel}, stream ${this.streamId}`
  }

  /** @internal */
  get turns(): TurnLoop {
    return this.#conductor.turns
  }

  /** @internal */
  releaseReader(): void {
    this.#hasReader = false
  }

  /** @internal */
  hasImage(correlationId: number): boolean {
    return this.#images.some((image) => image.correlationId === correlationId)
  }

  /** @internal The list is replaced, so that a poll that is under way keeps its own. */
  insertImage(image: Image): void {
    this.#images = [...this.#images, image]
  }

  /** @internal */
  removeImage(image: Image): void {
    this.#images = this.#images.filter((other) => other !== image)
  }

  /** @internal */
  forceClose(reason: GodwitError): void {
    this.#isClosed = true
    this.#closeReason = reason
  }

  #nextFirst(imageCount: number): number {
    const first = this.#first
    if (first >= imageCount) {
      this.#first = imageCount > 1 ? 1 : 0
      return 0
    }
    this.#first = first + 1
    return first
  }

  #attend(count: number): void {
    if (count === 0 || (++this.#polls & ATTEND_MASK) === 0) this.#conductor.attend()
  }

  #closedError(): GodwitError {
    return closedError(this.name, this.#closeReason)
  }

  #facts(): Readonly<Record<string, unknown>> {
    const { channel, streamId, registrationId } = this
    return { channel, streamId, registrationId }
  }
}
