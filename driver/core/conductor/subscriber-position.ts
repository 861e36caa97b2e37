import type { AtomicCounter } from '../../../client/memory/atomic-counter.ts'

/** What a subscription is to the publications and images it takes part in. */
export interface SubscriptionLink {
  readonly registrationId: number
  readonly clientId: number
  readonly streamId: number
  /** The one session it wants; undefined: all. */
  readonly sessionId: number | undefined
  /** Receive endpoint; undefined for IPC. */
  readonly endpointId: number | undefined
  readonly channel: string
  readonly isReliable: boolean
  readonly isRejoin: boolean
}

/** Position of a subscription in one stream; the client writes the counter. */
export class SubscriberPosition {
  readonly link: SubscriptionLink
  readonly counter: AtomicCounter

  constructor(link: SubscriptionLink, counter: AtomicCounter) {
    this.link = link
    this.counter = counter
  }

  position(): number {
    return this.counter.get()
  }
}
