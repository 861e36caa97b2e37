import type { ExclusivePublication, Publication } from '../../../driver/index.ts'
import { BufferClaim } from '../../../driver/index.ts'
import { fillPattern, lengthOf, patternSeed, reservedValueOf } from './pattern.ts'
import type { PublicationFacts, PublicationState, Task } from './protocol.ts'

const MESSAGES_PER_STEP = 32
const NO_TASK: Task = { publisher: 0, count: 0, lengths: [], claimEvery: 0 }

/** A publication and the messages that it still has to publish. */
export class GodwitPublisher {
  readonly publication: Publication | ExclusivePublication
  #task: Task = NO_TASK
  #buffer: Uint8Array = new Uint8Array(0)
  readonly #claim: BufferClaim = new BufferClaim()
  #count: number = 0
  #sent: number = 0
  #lastResult: number = 0

  constructor(publication: Publication | ExclusivePublication) {
    this.publication = publication
  }

  /** Goes on with so many messages more. */
  publish(task: Task): void {
    this.#task = task
    this.#count += task.count
    this.#buffer = new Uint8Array(Math.max(...task.lengths))
  }

  /** Claims a message that is never committed. */
  claimForever(length: number): number {
    return this.publication.tryClaim(length, new BufferClaim())
  }

  step(): number {
    let published = 0
    while (published < MESSAGES_PER_STEP && this.#sent < this.#count) {
      this.#lastResult = this.#publishOne()
      if (this.#lastResult < 0) break
      this.#sent++
      published++
    }
    return published
  }

  facts(): PublicationFacts {
    const {
      sessionId, registrationId, originalRegistrationId, initialTermId, termBufferLength, maxPayloadLength,
      maxMessageLength,
    } = this.publication
    return {
      sessionId, registrationId, originalRegistrationId, initialTermId, termBufferLength, maxPayloadLength,
      maxMessageLength,
    }
  }

  state(): PublicationState {
    const { position, isConnected, isClosed } = this.publication
    const isDone = this.#sent === this.#count
    return { sent: this.#sent, isDone, lastResult: this.#lastResult, position, isConnected, isClosed }
  }

  #publishOne(): number {
    const { publication } = this
    const { publisher, lengths, claimEvery } = this.#task
    const sequence = this.#sent
    const length = lengthOf(lengths, sequence)
    const seed = patternSeed(publication.sessionId, publication.streamId, publisher, sequence)
    const reservedValue = reservedValueOf(publisher, sequence)
    if (claimEvery > 0 && sequence % claimEvery === 0 && length <= publication.maxPayloadLength) {
      const claim = this.#claim
      const result = publication.tryClaim(length, claim)
      if (result > 0) {
        fillPattern(claim.buffer.bytes, claim.offset, length, seed)
        claim.reservedValue = reservedValue
        claim.commit()
      }
      return result
    }
    fillPattern(this.#buffer, 0, length, seed)
    return publication.offer(this.#buffer, 0, length, () => reservedValue)
  }
}
