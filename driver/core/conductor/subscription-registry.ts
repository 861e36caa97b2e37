import type { SubscriptionParams } from '../channel/subscription-params.ts'
import type { Endpoint } from './endpoints.ts'
import type { SubscriptionLink } from './subscriber-position.ts'

/** A subscription of a client. */
export class Subscription implements SubscriptionLink {
  readonly registrationId: number
  readonly clientId: number
  readonly streamId: number
  readonly channel: string
  readonly params: SubscriptionParams
  /** Undefined for IPC. */
  readonly endpoint: Endpoint | undefined

  constructor(
    registrationId: number,
    clientId: number,
    streamId: number,
    channel: string,
    params: SubscriptionParams,
    endpoint: Endpoint | undefined,
  ) {
    this.registrationId = registrationId
    this.clientId = clientId
    this.streamId = streamId
    this.channel = channel
    this.params = params
    this.endpoint = endpoint
  }

  get sessionId(): number | undefined {
    return this.params.sessionId
  }

  get endpointId(): number | undefined {
    return this.endpoint?.id
  }

  get isReliable(): boolean {
    return this.params.isReliable
  }

  get isRejoin(): boolean {
    return this.params.isRejoin
  }
}

/** All subscriptions, oldest first. */
export class SubscriptionRegistry {
  private readonly subscriptions: Map<number, Subscription> = new Map()

  add(subscription: Subscription): void {
    this.subscriptions.set(subscription.registrationId, subscription)
  }

  find(registrationId: number): Subscription | undefined {
    return this.subscriptions.get(registrationId)
  }

  remove(registrationId: number): void {
    this.subscriptions.delete(registrationId)
  }

  ofClient(clientId: number): readonly Subscription[] {
    return this.filter((subscription) => subscription.clientId === clientId)
  }

  /** Subscriptions that want a session. @param endpointId undefined for IPC */
  matching(endpointId: number | undefined, streamId: number, sessionId: number): readonly Subscription[] {
    return this.filter((subscription) =>
      subscription.endpointId === endpointId && subscription.streamId === streamId &&
      (subscription.sessionId === undefined || subscription.sessionId === sessionId))
  }

  /** A subscription with the same endpoint, stream and session filter. */
  alike(endpointId: number, streamId: number, sessionId: number | undefined): Subscription | undefined {
    return this.filter((subscription) =>
      subscription.endpointId === endpointId && subscription.streamId === streamId &&
      subscription.sessionId === sessionId)[0]
  }

  private filter(isWanted: (subscription: Subscription) => boolean): readonly Subscription[] {
    return [...this.subscriptions.values()].filter(isWanted)
  }
}
