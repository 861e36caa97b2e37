import type { BasePublication } from '../../client/base-publication.ts'
import { FragmentAssembler } from '../../client/fragment-assembler.ts'
import { ADMIN_ACTION, BACK_PRESSURED, NOT_CONNECTED } from '../../client/log/offer-result.ts'
import type { Subscription } from '../../client/subscription.ts'
import { Random } from './random.ts'

const SHORT_LENGTH_MAX = 200
const POOL_LENGTH = 1 << 18
const pool = new Random('bytes of messages').bytes(POOL_LENGTH)

/** Messages of random lengths and bytes, the same again for the same seed; the first byte tells who publishes them. */
export class RandomMessages {
  readonly tag: number
  private readonly random: Random
  private readonly lengthMax: number
  private readonly message: Uint8Array

  constructor(seed: string, tag: number, lengthMax: number) {
    this.tag = tag
    this.random = new Random(`${seed}/${tag}`)
    this.lengthMax = lengthMax
    this.message = new Uint8Array(lengthMax)
  }

  /** The next message; valid until the next call. Most are short, some as long as they may be. */
  next(): Uint8Array {
    const { random, lengthMax } = this
    const kind = random.int(20)
    const limit = kind < 4 ? lengthMax : Math.min(SHORT_LENGTH_MAX, lengthMax)
    const length = kind === 0 ? lengthMax : random.between(1, limit)
    const start = random.int(POOL_LENGTH - length)
    const message = this.message.subarray(0, length)
    message.set(pool.subarray(start, start + length))
    message[0] = this.tag
    return message
  }
}

/** Publishes random messages, as far as it is let. */
export class RandomPublisher {
  readonly publication: BasePublication
  accepted: number = 0
  /** How often an offer was answered so. */
  readonly refusals: Map<number, number> = new Map()
  private readonly messages: RandomMessages
  private readonly count: number
  private pending: Uint8Array | undefined

  constructor(publication: BasePublication, messages: RandomMessages, count: number) {
    this.publication = publication
    this.messages = messages
    this.count = count
  }

  get isDone(): boolean {
    return this.accepted === this.count
  }

  /** Offers at most `limit` messages; returns how many were accepted. */
  work(limit: number = 8): number {
    for (let done = 0; done < limit; done++) {
      if (this.isDone) return done
      this.pending ??= this.messages.next()
      const result = this.publication.offer(this.pending)
      if (result < 0) {
        this.refusals.set(result, (this.refusals.get(result) ?? 0) + 1)
        if (result !== NOT_CONNECTED && result !== BACK_PRESSURED && result !== ADMIN_ACTION) {
          throw new Error(`offer was answered by ${result}`)
        }
        return done
      }
      this.pending = undefined
      this.accepted++
    }
    return limit
  }
}

/** Reads a subscription, and throws when a message is not the next one of its publisher. */
export class CheckingSubscriber {
  readonly subscription: Subscription
  /** Messages so far, of all publishers. */
  received: number = 0
  private readonly assembler: FragmentAssembler
  private readonly expected = new Map<string, RandomMessages>()

  constructor(subscription: Subscription) {
    this.subscription = subscription
    this.assembler = new FragmentAssembler((buffer, offset, length, { sessionId }) => {
      const bytes = buffer.bytes.subarray(offset, offset + length)
      const key = keyOf(sessionId, bytes[0]!)
      const messages = this.expected.get(key)
      if (messages === undefined) throw new Error(`a message of session and publisher ${key} was not expected`)
      const wanted = messages.next()
      if (Buffer.compare(bytes, wanted) !== 0) {
        const what = `message ${this.received}, of ${key} and ${length} bytes,`
        throw new Error(`${what} is not the one of ${wanted.length} bytes`)
      }
      this.received++
    })
  }

  /** Lets messages of that session come: the same as its publisher has. */
  expect(sessionId: number, messages: RandomMessages): void {
    this.expected.set(keyOf(sessionId, messages.tag), messages)
  }

  work(fragmentLimit: number = 16): number {
    return this.subscription.poll(this.assembler.onFragment, fragmentLimit)
  }
}

function keyOf(sessionId: number, tag: number): string {
  return `${sessionId}/${tag}`
}
