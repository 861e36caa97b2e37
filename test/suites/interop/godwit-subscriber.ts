import type { Client, DirectBuffer, Header, Image, Subscription } from '../../../driver/index.ts'
import { FragmentAssembler } from '../../../driver/index.ts'
import { findMismatch, lengthOf, patternSeed } from './pattern.ts'
import type { ImageFacts, Received, SubscriptionState } from './protocol.ts'

const FRAGMENT_LIMIT = 64
const COMPLAINTS_MAX = 10

export interface SubscriberOptions {
  readonly channel: string
  readonly streamId: number
  /** Of the messages, in turn. */
  readonly lengths: readonly number[]
  /** Whether it waits to be told before it polls. */
  readonly paused: boolean
}

/** A subscription, and what it has received so far. */
export class GodwitSubscriber {
  subscription!: Subscription
  readonly #lengths: readonly number[]
  #isPolled: boolean
  #fragments: number = 0
  readonly #received: Map<string, { -readonly [K in keyof Received]: Received[K] }> = new Map()
  readonly #complaints: string[] = []
  readonly #available: ImageFacts[] = []
  readonly #unavailable: ImageFacts[] = []
  readonly #assembler: FragmentAssembler = new FragmentAssembler((buffer, offset, length, header) => {
    this.#onMessage(buffer, offset, length, header)
  })

  private constructor({ lengths, paused }: SubscriberOptions) {
    this.#lengths = lengths
    this.#isPolled = !paused
  }

  static async add(client: Client, options: SubscriberOptions): Promise<GodwitSubscriber> {
    const subscriber = new GodwitSubscriber(options)
    subscriber.subscription = await client.addSubscription(options.channel, options.streamId, {
      onAvailableImage: (image) => void subscriber.#available.push(describe(image)),
      onUnavailableImage: (image) => void subscriber.#unavailable.push(describe(image)),
    })
    return subscriber
  }

  resume(): void {
    this.#isPolled = true
  }

  /** Rejects all images. */
  async reject(reason: string): Promise<void> {
    for (const image of this.subscription.images) await image.reject(reason)
  }

  step(): number {
    if (!this.#isPolled) return 0
    const polled = this.subscription.poll(this.#assembler.onFragment, FRAGMENT_LIMIT)
    this.#fragments += polled
    return polled
  }

  state(): SubscriptionState {
    return {
      images: this.subscription.images.map(describe),
      available: this.#available,
      unavailable: this.#unavailable,
      received: [...this.#received.values()],
      complaints: this.#complaints,
      fragments: this.#fragments,
      isClosed: this.subscription.isClosed,
    }
  }

  #onMessage(buffer: DirectBuffer, offset: number, length: number, header: Header): void {
    const { sessionId, streamId, reservedValue } = header
    const publisher = Number(reservedValue >> 32n)
    const sequence = Number(reservedValue & 0xffff_ffffn)
    const key = `${sessionId}/${publisher}`
    const last = this.#received.get(key) ??
      { sessionId, publisher, first: sequence, messages: 0, bytes: 0, position: 0 }
    this.#received.set(key, last)
    const where = `message ${sequence} of publisher ${publisher}, session ${sessionId}`
    const next = last.first + last.messages
    if (sequence !== next) this.#complain(`${where} came instead of ${next}`)
    const expected = lengthOf(this.#lengths, sequence)
    if (length !== expected) this.#complain(`${where} has ${length} bytes instead of ${expected}`)
    const seed = patternSeed(sessionId, streamId, publisher, sequence)
    const mismatch = findMismatch(buffer.bytes, offset, length, seed)
    if (mismatch >= 0) this.#complain(`${where} has a wrong byte at ${mismatch}`)
    last.messages++
    last.bytes += length
    last.position = header.position
  }

  #complain(complaint: string): void {
    if (this.#complaints.length < COMPLAINTS_MAX) this.#complaints.push(complaint)
  }
}

function describe(image: Image): ImageFacts {
  const { sessionId, correlationId, joinPosition, position, isEndOfStream, sourceIdentity } = image
  const isRevoked = image.isPublicationRevoked
  return { sessionId, correlationId, joinPosition, position, isEndOfStream, isRevoked, sourceIdentity }
}
