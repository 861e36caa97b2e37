import type { ExclusivePublication } from '../../client/exclusive-publication.ts'
import { ADMIN_ACTION, BACK_PRESSURED, MAX_POSITION_EXCEEDED, NOT_CONNECTED } from '../../client/log/offer-result.ts'
import type { MessagePart } from '../../client/log/frame-writer.ts'
import type { CountersReader } from '../../client/memory/counters-reader.ts'
import type { DirectBuffer } from '../../codegen/runtime/index.ts'
import { Delivery } from './pub-delivery.ts'
import type { PubOptions } from './pub-options.ts'
import { connectionError, isConnectionError } from './stream-connection.ts'
import type { StreamConnection } from './stream-connection.ts'
import type { Ending } from '../../codegen/cli/ending.ts'
import type { Traffic } from './stream-progress.ts'
import { Rest } from './stream-rest.ts'
import { counted } from './text.ts'

const NS_PER_MS = 1_000_000

/** The driver keeps what was sent for longer than the command waits: what goes earlier was confirmed. */
const LINGER_FACTOR = 2

/** The publication of a command, with what it has sent so far. */
export class Sender implements Traffic {
  messages: number = 0
  bytes: number = 0
  /** Longest message in bytes. */
  readonly lengthMax: number
  /** Longest message that goes in one datagram. */
  readonly payloadMax: number
  readonly #publication: ExclusivePublication
  readonly #counters: CountersReader
  readonly #ending: Ending
  readonly #lingerMs: number
  readonly #rest: Rest = new Rest()

  private constructor(
    publication: ExclusivePublication, counters: CountersReader, lingerMs: number, ending: Ending,
  ) {
    this.lengthMax = publication.maxMessageLength
    this.payloadMax = publication.maxPayloadLength
    this.#publication = publication
    this.#counters = counters
    this.#lingerMs = lingerMs
    this.#ending = ending
  }

  static async open({ client }: StreamConnection, options: PubOptions, ending: Ending): Promise<Sender> {
    const { uri, streamId, lingerMs } = options
    const lingerNs = Math.ceil(LINGER_FACTOR * lingerMs * NS_PER_MS)
    const channel = uri.media === 'ipc' ? uri : uri.with('linger', String(lingerNs))
    const publication = await client.addExclusivePublication(channel.toString(), streamId, { signal: ending.signal })
    return new Sender(publication, client.countersReader, lingerMs, ending)
  }

  /** Waits for a subscriber. Rejects with ERR_GODWIT_CLI_CONNECTION when none comes, and when it is interrupted. */
  async connect(timeoutMs: number = Infinity): Promise<void> {
    const startMs = performance.now()
    while (!this.#publication.isConnected) {
      this.#ending.signal.throwIfAborted()
      if (performance.now() > startMs + timeoutMs) {
        throw connectionError(`${this.#name} found no subscriber within ${timeoutMs / 1000} s`)
      }
      await this.#rest.turn(false)
    }
  }

  /** Returns whether the message was taken; otherwise `turn`, and offer it again. */
  offer(buffer: DirectBuffer, offset: number, length: number): boolean {
    let result = this.#publication.offer(buffer, offset, length)
    if (result === ADMIN_ACTION) result = this.#publication.offer(buffer, offset, length)
    return this.#isTaken(result, length)
  }

  /** As `offer`, with a message in parts. */
  offerParts(parts: readonly MessagePart[]): boolean {
    let result = this.#publication.offerVectors(parts)
    if (result === ADMIN_ACTION) result = this.#publication.offerVectors(parts)
    return this.#isTaken(result, parts.reduce((sum, { length }) => sum + length, 0))
  }

  /** Lets the event loop turn. Returns whether to go on: not when it is interrupted. */
  async turn(hasWorked: boolean): Promise<boolean> {
    await this.#rest.turn(hasWorked)
    return !this.#ending.check()
  }

  /**
   * Ends the stream behind what `body` sends, and waits until that has arrived, as `Delivery` does; also when `body`
   * fails, unless it is for lack of a subscriber.
   */
  async toTheEnd<T>(body: () => Promise<T>): Promise<T> {
    let result: T
    try {
      result = await body()
    } catch (error) {
      if (!isConnectionError(error)) await this.#finish().catch(() => undefined)
      throw error
    }
    await this.#finish()
    return result
  }

  async #finish(): Promise<void> {
    await new Delivery(this.#publication, this.#counters, this.#lingerMs, this.#ending).complete()
  }

  #isTaken(result: number, length: number): boolean {
    if (result > 0) {
      this.messages++
      this.bytes += length
      return true
    }
    if (result === BACK_PRESSURED || result === ADMIN_ACTION) return false
    if (result === NOT_CONNECTED) throw this.#goneError('what it had not received is lost')
    if (result === MAX_POSITION_EXCEEDED) {
      throw connectionError(`${this.#name} is at the end of its positions: use longer terms (term-length)`)
    }
    this.#ending.check()
    throw this.#publication.closedError()
  }

  #goneError(consequence: string): Error {
    const sent = `${counted(this.messages, 'message')} (${counted(this.bytes, 'byte')})`
    return connectionError(`the subscriber of ${this.#name} was gone after ${sent}; ${consequence}`)
  }

  get #name(): string {
    const { channel, streamId } = this.#publication
    return `${channel.replace(/\|?linger=\d+$/, '').replace(/\?$/, '')}, stream ${streamId},`
  }
}
