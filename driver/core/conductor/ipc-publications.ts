import type { ChannelUri } from '../../../client/protocol/channel-uri.ts'
import { ErrorCode } from '../../../schemas/generated/aeron.commands/index.ts'
import { SystemCounterId } from '../../../schemas/generated/aeron.memory/index.ts'
import type { PublicationParams } from '../channel/publication-params.ts'
import { parsePublicationParams } from '../channel/publication-params.ts'
import { DriverError } from '../driver-error.ts'
import type { ClientSession } from './client-session.ts'
import { NO_CHANNEL_STATUS_ID } from './client-notifier.ts'
import type { ConductorServices } from './conductor-services.ts'
import { IpcPublication } from './ipc-publication.ts'
import type { IpcPublicationEvents } from './ipc-publication.ts'
import { createPublicationLog } from './publication-log.ts'
import { checkSharing } from './publication-sharing.ts'
import {
  PUBLISHER_LIMIT,
  PUBLISHER_POSITION_CONCURRENT,
  PUBLISHER_POSITION_EXCLUSIVE,
} from './stream-counters.ts'
import { SubscriberPosition } from './subscriber-position.ts'
import type { Subscription, SubscriptionRegistry } from './subscription-registry.ts'

/** What ON_AVAILABLE_IMAGE says instead of the address of a sender. */
const IPC_SOURCE_IDENTITY = 'aeron:ipc'

const LOOPBACK = { family: 4, address: '127.0.0.1', port: 0 } as const
const NO_RECEIVER_ID = -1n
const NO_GROUP_TAG = -1n

/** All IPC publications. */
export class IpcPublications {
  private readonly services: ConductorServices
  private readonly subscriptions: SubscriptionRegistry
  private readonly publications: Map<number, IpcPublication> = new Map()
  private readonly events: IpcPublicationEvents

  constructor(services: ConductorServices, subscriptions: SubscriptionRegistry) {
    this.services = services
    this.subscriptions = subscriptions
    this.events = {
      onUnavailable: (publication, subscribers) => this.onUnavailable(publication, subscribers),
      onCooledDown: (publication) => this.linkAll(publication),
    }
  }

  /** @throws DriverError, GodwitError */
  add(
    session: ClientSession,
    correlationId: number,
    streamId: number,
    channel: string,
    uri: ChannelUri,
    isExclusive: boolean,
  ): void {
    const { services } = this
    const params = parsePublicationParams(uri, services.settings, streamId)
    const shared = isExclusive ? undefined : this.findShared(streamId)
    if (shared !== undefined) checkSharing(shared, params)
    services.ids.claim(correlationId)
    let publication: IpcPublication
    try {
      publication = shared ?? this.create(session, correlationId, streamId, channel, params, isExclusive)
    } catch (error) {
      services.ids.release(correlationId)
      throw error
    }
    publication.addReference()
    session.publications.set(correlationId, publication)
    services.logs.announce(session.clientId, publication.region)
    services.notifier.onPublicationReady({
      correlationId,
      registrationId: publication.registrationId,
      sessionId: publication.sessionId,
      streamId,
      publisherLimitId: publication.publisherLimit.id,
      channelStatusId: NO_CHANNEL_STATUS_ID,
      logName: publication.region.name,
      isExclusive,
    })
    if (shared === undefined) this.linkAll(publication)
  }

  /** Joins a new subscription to the publications that it wants. */
  linkSubscription(subscription: Subscription): void {
    for (const publication of this.publications.values()) {
      const { streamId, sessionId = publication.sessionId } = subscription
      const isWanted = publication.streamId === streamId && publication.sessionId === sessionId
      if (isWanted && publication.isAcceptingSubscriptions()) this.link(publication, subscription)
    }
  }

  unlinkSubscription(registrationId: number): void {
    for (const publication of this.publications.values()) {
      this.freePositions(publication.removeSubscriber(registrationId))
    }
  }

  /** Rejects the stream of a publication for its subscribers. Returns false when there is no such publication. */
  reject(registrationId: number, reason: string): boolean {
    const publication = this.publications.get(registrationId)
    if (publication === undefined) return false
    const { notifier, systemCounters, nowNs } = this.services
    systemCounters.increment(SystemCounterId.IMAGES_REJECTED)
    notifier.onPublicationError({
      registrationId,
      sessionId: publication.sessionId,
      streamId: publication.streamId,
      receiverId: NO_RECEIVER_ID,
      groupTag: NO_GROUP_TAG,
      sourceAddress: LOOPBACK,
      errorCode: ErrorCode.IMAGE_REJECTED,
      text: reason,
    })
    publication.reject(nowNs)
    return true
  }

  isSessionInUse(streamId: number, sessionId: number): boolean {
    for (const publication of this.publications.values()) {
      const isLive = publication.state === 'ACTIVE' || publication.state === 'DRAINING'
      if (isLive && publication.streamId === streamId && publication.sessionId === sessionId) return true
    }
    return false
  }

  /** Every cycle. Returns the amount of work done. */
  updateLimits(): number {
    let work = 0
    for (const publication of this.publications.values()) {
      try {
        work += publication.updateLimits()
      } catch (error) {
        this.services.errors.recordThrown(`IPC publication ${publication.registrationId}`, error)
      }
    }
    return work
  }

  onTimeEvent(nowNs: number): void {
    for (const publication of this.publications.values()) {
      this.services.errors.attempt(`IPC publication ${publication.registrationId}`, () => {
        publication.onTimeEvent(nowNs)
        if (publication.state === 'DONE') this.remove(publication)
      })
    }
  }

  /** Logs of all publications, at the end. */
  close(): void {
    for (const publication of this.publications.values()) this.services.logs.free(publication.region)
    this.publications.clear()
  }

  private findShared(streamId: number): IpcPublication | undefined {
    for (const publication of this.publications.values()) {
      const isOpen = publication.state === 'ACTIVE' && !publication.log.isPublicationRevoked()
      if (isOpen && !publication.isExclusive && publication.streamId === streamId) return publication
    }
    return undefined
  }

  private create(
    session: ClientSession,
    registrationId: number,
    streamId: number,
    channel: string,
    params: PublicationParams,
    isExclusive: boolean,
  ): IpcPublication {
    const { services } = this
    const sessionId = this.sessionIdFor(streamId, params)
    const { region, log } = createPublicationLog(
      services, { registrationId, sessionId, streamId, isExclusive }, params,
    )
    try {
      const [publisherPosition, publisherLimit] = services.streamCounters.allocateAll(
        { registrationId, sessionId, streamId, channel, ownerId: session.clientId },
        [isExclusive ? PUBLISHER_POSITION_EXCLUSIVE : PUBLISHER_POSITION_CONCURRENT, PUBLISHER_LIMIT],
      )
      const publication = new IpcPublication({
        registrationId, sessionId, streamId, channel, isExclusive, log, region,
        windowLength: params.windowLength,
        publisherPosition: publisherPosition!,
        publisherLimit: publisherLimit!,
        settings: services.settings,
        systemCounters: services.systemCounters,
        nowNs: services.nowNs,
      }, this.events)
      this.publications.set(registrationId, publication)
      return publication
    } catch (error) {
      services.logs.free(region)
      throw error
    }
  }

  private sessionIdFor(streamId: number, { sessionId }: PublicationParams): number {
    if (sessionId === undefined) {
      return this.services.sessionIds.next((candidate) => this.isSessionInUse(streamId, candidate))
    }
    if (this.isSessionInUse(streamId, sessionId)) {
      const message = `session-id=${sessionId} is in use by another IPC publication of stream ${streamId}`
      throw new DriverError(ErrorCode.INVALID_CHANNEL, message)
    }
    return sessionId
  }

  private linkAll(publication: IpcPublication): void {
    const { streamId, sessionId } = publication
    for (const subscription of this.subscriptions.matching(undefined, streamId, sessionId)) {
      this.services.errors.attempt(`subscription ${subscription.registrationId}`, () => {
        if (publication.isAcceptingSubscriptions()) this.link(publication, subscription)
      })
    }
  }

  private link(publication: IpcPublication, subscription: Subscription): void {
    const { streamCounters, notifier, logs } = this.services
    const { registrationId, clientId, streamId, channel } = subscription
    const { sessionId, region } = publication
    const counter = streamCounters.allocateSubscriberPosition(
      { registrationId, sessionId, streamId, channel, ownerId: clientId },
      publication.registrationId,
      publication.joinPosition(),
    )
    publication.addSubscriber(new SubscriberPosition(subscription, counter))
    logs.announce(clientId, region)
    notifier.onAvailableImage({
      correlationId: publication.registrationId,
      sessionId,
      streamId,
      subscriptionRegistrationId: registrationId,
      subscriberPositionId: counter.id,
      logName: region.name,
      sourceIdentity: IPC_SOURCE_IDENTITY,
    })
  }

  private onUnavailable(publication: IpcPublication, subscribers: readonly SubscriberPosition[]): void {
    const { notifier } = this.services
    for (const { link } of subscribers) {
      notifier.onUnavailableImage(publication.registrationId, link.registrationId, link.streamId, link.channel)
    }
    this.freePositions(subscribers)
  }

  private remove(publication: IpcPublication): void {
    const { streamCounters, logs, ids } = this.services
    const { registrationId, publisherPosition, publisherLimit, region } = publication
    this.publications.delete(registrationId)
    this.freePositions(publication.takeSubscribers())
    streamCounters.free([publisherPosition, publisherLimit])
    ids.release(registrationId)
    logs.free(region)
  }

  private freePositions(positions: readonly SubscriberPosition[]): void {
    this.services.streamCounters.free(positions.map(({ counter }) => counter))
  }
}
