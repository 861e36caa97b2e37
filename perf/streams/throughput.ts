import type { BasePublication } from '../../client/base-publication.ts'
import { FragmentAssembler } from '../../client/fragment-assembler.ts'
import { BufferClaim } from '../../client/log/buffer-claim.ts'
import { CLOSED, MAX_POSITION_EXCEEDED } from '../../client/log/offer-result.ts'
import type { Subscription } from '../../client/subscription.ts'
import { GodwitError } from '../../codegen/runtime/index.ts'
import type { MessageWriter } from './payload.ts'
import { MessageChecker } from './payload.ts'
import type { RunState } from './run-state.ts'
import { Phase } from './run-state.ts'
import type { PublisherResult, ThroughputResult } from './thread-protocol.ts'
import type { Turns } from './turns.ts'

/** Messages that are published before the publisher looks at anything else. */
const BURST = 64

/** Fragments that one poll delivers at most. */
export const FRAGMENT_LIMIT = 256

/** Publishes as fast as it goes, until the run is over. */
export async function publishStream(
  publication: BasePublication,
  writer: MessageWriter,
  claims: boolean,
  state: RunState,
  turns: Turns,
): Promise<PublisherResult> {
  const publisher = new Publisher(publication, writer, claims)
  while (state.phase < Phase.DRAIN) {
    const pause = turns.end(publisher.burst())
    if (pause !== undefined) await pause
  }
  state.endPublishing(publisher.published)
  while (state.phase < Phase.END) await turns.rest()
  return { published: publisher.published, backPressured: publisher.backPressured }
}

class Publisher {
  published: number = 0
  backPressured: number = 0
  readonly #publication: BasePublication
  readonly #writer: MessageWriter
  readonly #claims: boolean
  readonly #claim: BufferClaim = new BufferClaim()
  #isPrepared: boolean = false

  constructor(publication: BasePublication, writer: MessageWriter, claims: boolean) {
    this.#publication = publication
    this.#writer = writer
    this.#claims = claims
  }

  /** Publishes messages until there is no room; returns their number. */
  burst(): number {
    const count = this.#claims ? this.#claimBurst() : this.#offerBurst()
    if (count === 0) this.backPressured++
    return count
  }

  #offerBurst(): number {
    const publication = this.#publication
    const writer = this.#writer
    const { buffer, length } = writer
    let published = this.published
    let count = 0
    while (count < BURST) {
      if (!this.#isPrepared) writer.prepare(published)
      const result = publication.offer(buffer, 0, length)
      this.#isPrepared = result < 0
      if (result < 0) {
        checkRefusal(result)
        break
      }
      published++
      count++
    }
    this.published = published
    return count
  }

  #claimBurst(): number {
    const publication = this.#publication
    const writer = this.#writer
    const claim = this.#claim
    let published = this.published
    let count = 0
    while (count < BURST) {
      const result = publication.tryClaim(writer.length, claim)
      if (result < 0) {
        checkRefusal(result)
        break
      }
      writer.writeTo(claim.buffer, claim.offset, published)
      claim.commit()
      published++
      count++
    }
    this.published = published
    return count
  }
}

/** Receives until all that was published is there. */
export async function receiveStream(
  subscription: Subscription,
  length: number,
  state: RunState,
  turns: Turns,
): Promise<ThroughputResult> {
  const checker = new MessageChecker(length)
  const { onFragment } = new FragmentAssembler((buffer, offset, size) => checker.check(buffer, offset, size))
  let phase: Phase = Phase.PREPARE
  let startMs = NaN
  let startCount = NaN
  let endMs = NaN
  let endCount = NaN
  for (;;) {
    const count = subscription.poll(onFragment, FRAGMENT_LIMIT)
    const { received } = checker
    state.received = received
    const phaseNow = state.phase
    if (phaseNow !== phase) {
      phase = phaseNow
      if (phase === Phase.MEASURE) {
        startMs = performance.now()
        startCount = received
      } else if (phase === Phase.DRAIN) {
        endMs = performance.now()
        endCount = received
      }
    }
    if (phase === Phase.DRAIN && received === state.published) break
    const pause = turns.end(count)
    if (pause !== undefined) await pause
  }
  return {
    messages: endCount - startCount,
    seconds: (endMs - startMs) / 1000,
    comparedWhole: checker.comparedWhole,
  }
}

/** Back pressure is no failure; that nothing can ever be published again is one. */
export function checkRefusal(result: number): void {
  if (result !== CLOSED && result !== MAX_POSITION_EXCEEDED) return
  const why = result === CLOSED ? 'the publication was closed' : 'the log has no positions left: use longer terms'
  throw new GodwitError('ERR_GODWIT_PERF_STALLED', `nothing more can be published, ${why}: no figure is given`)
}
