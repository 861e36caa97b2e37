import { setTimeout as delay } from 'node:timers/promises'
import type { BasePublication } from '../../client/base-publication.ts'
import { BufferClaim } from '../../client/log/buffer-claim.ts'
import { CLOSED, MAX_POSITION_EXCEEDED } from '../../client/log/offer-result.ts'
import type { IdleStrategy } from '../../client/memory/idle-strategy.ts'
import { MarketDataEncoder } from '../market-data/encode.ts'
import type { JobMessage } from './messages.ts'
import type { JobState } from './job-state.ts'
import { Phase } from './job-state.ts'
import { Stamp, nowTicks } from './stamp.ts'
import { StreamDigest } from './stream-digest.ts'
import type { PublisherResult } from './thread-protocol.ts'

/** Messages that are sent before anything else is looked at. */
const BURST = 64

/** At full speed every message of so many is timed: looks at the clock cost as much as a message. */
export const TIMED_INTERVAL = 16

const REST_MS = 1
const TICKS_PER_SECOND = 1e7

/** Sends the messages over and over, until the run ends: each is encoded in the log, where it will be sent from. */
export class Publisher {
  readonly #publication: BasePublication
  readonly #messages: readonly JobMessage[]
  readonly #encoder: MarketDataEncoder = new MarketDataEncoder()
  readonly #claim: BufferClaim = new BufferClaim()
  readonly #stamp: Stamp = new Stamp()
  readonly #digest: StreamDigest = new StreamDigest()
  #published: number = 0
  #bytes: number = 0
  #ticks: number = 0

  constructor(publication: BasePublication, messages: readonly JobMessage[]) {
    this.#publication = publication
    this.#messages = messages
  }

  /** @param rate messages per second in the phase `PACED` */
  async run(rate: number, state: JobState, idle: IdleStrategy): Promise<PublisherResult> {
    let dueTicks = NaN
    for (let phase = state.phase; phase !== Phase.END; phase = state.phase) {
      if (phase === Phase.WARM_UP || phase === Phase.FULL_SPEED) {
        idle.idle(this.#burst())
      } else if (phase === Phase.PACED) {
        if (Number.isNaN(dueTicks)) dueTicks = nowTicks()
        const sent = this.#sendDue(dueTicks, TICKS_PER_SECOND / rate)
        dueTicks += sent * (TICKS_PER_SECOND / rate)
        idle.idle(sent)
      } else {
        state.rest(phase, this.#published)
        await delay(REST_MS)
      }
    }
    const { position } = this.#publication
    const totals = { messages: this.#published, bytes: this.#bytes, digest: this.#digest.end(), position }
    return { role: 'publisher', totals }
  }

  /** Sends messages until there is no room; returns their number. */
  #burst(): number {
    for (let count = 0; count < BURST; count++) {
      if (this.#published % TIMED_INTERVAL === 0) this.#ticks = nowTicks()
      if (!this.#send(this.#ticks)) return count
    }
    return BURST
  }

  /** Sends the messages that are due by now, with the time at which each was due; returns their number. */
  #sendDue(dueTicks: number, intervalTicks: number): number {
    const limitTicks = nowTicks()
    let count = 0
    while (count < BURST && dueTicks + count * intervalTicks <= limitTicks) {
      if (!this.#send(dueTicks + count * intervalTicks)) break
      count++
    }
    return count
  }

  #send(ticks: number): boolean {
    const number = this.#published
    const { record, length } = this.#messages[number % this.#messages.length]!
    const claim = this.#claim
    const result = this.#publication.tryClaim(length, claim)
    if (result < 0) {
      if (result === CLOSED || result === MAX_POSITION_EXCEEDED) throw new Error('the publication was closed')
      return false
    }
    this.#encoder.encode(record, claim.buffer, claim.offset)
    claim.reservedValue = this.#stamp.pack(number, ticks)
    this.#digest.add(number, claim.buffer, claim.offset, length)
    claim.commit()
    this.#published = number + 1
    this.#bytes += length
    return true
  }
}
