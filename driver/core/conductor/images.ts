import { initialiseLog } from '../../../client/log/initialise-log.ts'
import {
  checkTermLength,
  computeLogLength,
  computePosition,
  positionBitsToShift,
} from '../../../client/log/log-buffer-descriptor.ts'
import type { LogBuffers } from '../../../client/log/log-buffers.ts'
import type { AtomicCounter } from '../../../client/memory/atomic-counter.ts'
import { FRAME_ALIGNMENT } from '../../../schemas/descriptors.ts'
import { ErrorCode } from '../../../schemas/generated/aeron.commands/index.ts'
import { LogType, SystemCounterId } from '../../../schemas/generated/aeron.memory/index.ts'
import { formatAddress } from '../channel/socket-address.ts'
import type { ConductorCommand } from '../commands.ts'
import { DriverError } from '../driver-error.ts'
import type { LogRegion } from '../log-store.ts'
import { IMAGE_STATE_LENGTH, ImageState } from '../shared-state.ts'
import type { ConductorServices } from './conductor-services.ts'
import { StaticCongestionControl } from './congestion-control.ts'
import type { Endpoint, Endpoints } from './endpoints.ts'
import { NO_FEEDBACK_DELAY, UnicastFeedbackDelay } from './feedback-delay.ts'
import { PublicationImage } from './publication-image.ts'
import type { PublicationImageEvents } from './publication-image.ts'
import { RECEIVER_HWM, RECEIVER_NAKS_SENT, RECEIVER_POSITION } from './stream-counters.ts'
import { SubscriberPosition } from './subscriber-position.ts'
import type { Subscription, SubscriptionRegistry } from './subscription-registry.ts'

type CreateImageCommand = Extract<ConductorCommand, { readonly type: 'createImage' }>

/** An image, and what is freed with it. */
interface Entry {
  readonly image: PublicationImage
  readonly endpoint: Endpoint
}

interface ImageLog {
  readonly region: LogRegion
  readonly log: LogBuffers
}

/** All images. */
export class Images {
  private readonly services: ConductorServices
  private readonly endpoints: Endpoints
  private readonly subscriptions: SubscriptionRegistry
  private readonly entries: Map<number, Entry> = new Map()

  constructor(services: ConductorServices, endpoints: Endpoints, subscriptions: SubscriptionRegistry) {
    this.services = services
    this.endpoints = endpoints
    this.subscriptions = subscriptions
  }

  /** A sender offers a stream. Whatever keeps the image from being made, the receiver may ask again. */
  create(command: CreateImageCommand): void {
    const { endpointId, streamId, sessionId } = command
    let isCreated = false
    try {
      isCreated = this.tryCreate(command)
    } catch (error) {
      // Without the sender's address, which it chooses: it could fill the error log with it.
      this.services.errors.recordThrown(`image of stream ${streamId}`, error)
    }
    if (!isCreated) this.services.toReceiver.send({ type: 'imageNotCreated', endpointId, streamId, sessionId })
  }

  onReleased(correlationId: number): void {
    const entry = this.entries.get(correlationId)
    if (entry === undefined) return
    entry.image.onReleased()
    this.removeWhenOver(entry)
  }

  /** Joins a new subscription to the images that it wants. */
  linkSubscription(subscription: Subscription): void {
    const { endpointId, streamId, sessionId } = subscription
    for (const { image, endpoint } of this.entries.values()) {
      const isWanted = endpoint.id === endpointId && image.streamId === streamId &&
        (sessionId === undefined || sessionId === image.sessionId)
      if (isWanted && image.isAcceptingSubscriptions()) this.link(image, subscription, image.joinPosition())
    }
  }

  unlinkSubscription(registrationId: number): void {
    for (const { image } of this.entries.values()) this.freePositions(image.removeSubscriber(registrationId))
  }

  /** Has the receiver reject an image. Returns false when there is no such image. */
  reject(correlationId: number, reason: string): boolean {
    if (!this.entries.has(correlationId)) return false
    this.services.systemCounters.increment(SystemCounterId.IMAGES_REJECTED)
    this.services.toReceiver.send({ type: 'rejectImage', correlationId, reason })
    return true
  }

  /** Every cycle. Returns the amount of work done. */
  trackRebuild(nowNs: number): number {
    let work = 0
    for (const { image } of this.entries.values()) {
      try {
        work += image.trackRebuild(nowNs)
      } catch (error) {
        this.services.errors.recordThrown(`image ${image.correlationId}`, error)
      }
    }
    return work
  }

  onTimeEvent(nowNs: number): void {
    for (const entry of this.entries.values()) {
      this.services.errors.attempt(`image ${entry.image.correlationId}`, () => {
        entry.image.onTimeEvent(nowNs)
        this.removeWhenOver(entry)
      })
    }
  }

  /** When a gap is due; Infinity when there is none. */
  nextDeadlineNs(): number {
    let deadlineNs = Infinity
    for (const { image } of this.entries.values()) deadlineNs = Math.min(deadlineNs, image.nextDeadlineNs())
    return deadlineNs
  }

  /** Logs of all images, at the end. */
  close(): void {
    for (const { image } of this.entries.values()) this.services.logs.free(image.region)
    this.entries.clear()
  }

  private tryCreate(command: CreateImageCommand): boolean {
    const { endpointId, streamId, sessionId, sourceAddress, controlAddress } = command
    const { services } = this
    const endpoint = this.endpoints.find(endpointId)
    const wanted = this.subscriptions.matching(endpointId, streamId, sessionId)
    const first = wanted[0]
    if (endpoint?.state !== 'ACTIVE' || first === undefined || this.isReceived(command)) return false
    if (this.entries.size >= services.settings.imagesMax) {
      throw new DriverError(ErrorCode.GENERIC_ERROR, `there are ${this.entries.size} images, no more are allowed`)
    }
    const { termLength, initialTermId, activeTermId, termOffset, mtuLength } = command
    checkTermLength(termLength)
    const congestionControl = new StaticCongestionControl(first.params.receiverWindowLength, termLength)
    checkLengths(mtuLength, congestionControl.window, endpoint)
    const shift = positionBitsToShift(termLength)
    const joinPosition = computePosition(activeTermId, termOffset, shift, initialTermId)
    const correlationId = services.ids.take()
    const undo: (() => void)[] = [() => services.ids.release(correlationId)]
    try {
      const { region, log } = this.createLog(correlationId, command, first, congestionControl.window)
      undo.push(() => services.logs.free(region))
      const sourceIdentity = formatAddress(sourceAddress)
      const counters = services.streamCounters.allocateAll(
        { registrationId: correlationId, sessionId, streamId, channel: first.channel, ownerId: first.clientId },
        [RECEIVER_HWM, RECEIVER_POSITION, RECEIVER_NAKS_SENT],
      )
      undo.push(() => services.streamCounters.free(counters))
      const [receiverHwm, receiverPosition, naksSent] = counters as readonly [
        AtomicCounter, AtomicCounter, AtomicCounter,
      ]
      const state = new SharedArrayBuffer(IMAGE_STATE_LENGTH)
      const image = new PublicationImage({
        correlationId, sessionId, streamId, joinPosition, log, region, receiverHwm, receiverPosition, naksSent,
        congestionControl, sourceIdentity,
        state: new ImageState(state),
        feedbackDelay: first.isReliable
          ? new UnicastFeedbackDelay(first.params.nakDelayNs, services.settings.nakUnicastRetryDelayRatio)
          : NO_FEEDBACK_DELAY,
        settings: services.settings,
        lossReport: services.context.lossReport,
        channel: first.channel,
        epochMs: services.context.epochMs,
        events: this.eventsOf(endpoint),
        nowNs: services.nowNs,
      })
      this.linkAll(image, wanted, joinPosition)
      this.entries.set(correlationId, { image, endpoint })
      endpoint.references++
      services.toReceiver.send({
        type: 'addImage',
        image: {
          correlationId, endpointId, sessionId, streamId, initialTermId, joinPosition, mtuLength, log: region, state,
          receiverHwmId: receiverHwm.id,
          naksSentId: naksSent.id,
          isReliable: first.isReliable,
          windowLength: congestionControl.window,
          controlAddress,
        },
      })
      return true
    } catch (error) {
      for (const step of undo.reverse()) step()
      throw error
    }
  }

  /** Whether the session has an image already: the receiver asked again before it had that. */
  private isReceived({ endpointId, streamId, sessionId }: CreateImageCommand): boolean {
    for (const { image, endpoint } of this.entries.values()) {
      const isSession = endpoint.id === endpointId && image.streamId === streamId && image.sessionId === sessionId
      if (isSession && image.hasReaders()) return true
    }
    return false
  }

  private createLog(
    correlationId: number,
    command: CreateImageCommand,
    { params, isReliable, isRejoin }: Subscription,
    receiverWindowLength: number,
  ): ImageLog {
    const { settings, logs } = this.services
    const { termLength, mtuLength, sessionId, streamId, initialTermId, activeTermId, termOffset } = command
    const pageSize = settings.filePageSize
    const region = logs.create({
      kind: 'image',
      registrationId: correlationId,
      byteLength: computeLogLength(termLength, pageSize),
      isSparse: params.isSparse,
    })
    try {
      const log = initialiseLog(logs.map(region), {
        logType: LogType.IMAGE,
        correlationId, sessionId, streamId, termLength, pageSize, mtuLength, initialTermId,
        termId: activeTermId,
        termOffset,
        isConnected: true,
        receiverWindowLength,
        socketSndbufLength: params.socketSndbufLength || settings.socketSoSndbuf,
        socketRcvbufLength: params.socketRcvbufLength || settings.socketSoRcvbuf,
        untetheredWindowLimitTimeoutNs: params.untetheredWindowLimitTimeoutNs,
        untetheredRestingTimeoutNs: params.untetheredRestingTimeoutNs,
        untetheredLingerTimeoutNs: params.untetheredLingerTimeoutNs,
        rejoin: isRejoin,
        reliable: isReliable,
        sparse: params.isSparse,
        tether: true,
      })
      return { region, log }
    } catch (error) {
      logs.free(region)
      throw error
    }
  }

  /** Links at least one subscription, or throws. */
  private linkAll(image: PublicationImage, wanted: readonly Subscription[], joinPosition: number): void {
    let failure: unknown
    for (const subscription of wanted) {
      try {
        this.link(image, subscription, joinPosition)
      } catch (error) {
        failure = error
      }
    }
    if (failure === undefined) return
    if (image.subscriberPositions.length === 0) throw failure
    this.services.errors.recordThrown(`image ${image.correlationId}`, failure)
  }

  private link(image: PublicationImage, subscription: Subscription, joinPosition: number): void {
    const { streamCounters, notifier, logs } = this.services
    const { registrationId, clientId, channel } = subscription
    const { correlationId, sessionId, streamId, region, sourceIdentity } = image
    const counter = streamCounters.allocateSubscriberPosition(
      { registrationId, sessionId, streamId, channel, ownerId: clientId }, correlationId, joinPosition,
    )
    image.addSubscriber(new SubscriberPosition(subscription, counter))
    logs.announce(clientId, region)
    notifier.onAvailableImage({
      correlationId,
      sessionId,
      streamId,
      subscriptionRegistrationId: registrationId,
      subscriberPositionId: counter.id,
      logName: region.name,
      sourceIdentity,
    })
  }

  private eventsOf(endpoint: Endpoint): PublicationImageEvents {
    const { toReceiver, notifier } = this.services
    return {
      removeFromReceiver: ({ correlationId }) => {
        if (!toReceiver.trySend({ type: 'removeImage', correlationId })) return false
        // Until then the socket stays open without subscriptions, too: the sender is told that they are gone.
        this.endpoints.release(endpoint)
        return true
      },
      onUnavailable: ({ correlationId, streamId, subscriberPositions }) => {
        for (const { link } of subscriberPositions) {
          notifier.onUnavailableImage(correlationId, link.registrationId, streamId, link.channel)
        }
      },
      clearCoolDown: ({ streamId, sessionId }) =>
        toReceiver.trySend({ type: 'removeCoolDown', endpointId: endpoint.id, streamId, sessionId }),
    }
  }

  private removeWhenOver(entry: Entry): void {
    const { image } = entry
    if (image.status !== 'DONE' || !image.isReleased) return
    const { streamCounters, ids, logs } = this.services
    this.entries.delete(image.correlationId)
    for (const { link } of [...image.subscriberPositions]) {
      this.freePositions(image.removeSubscriber(link.registrationId))
    }
    streamCounters.free([image.receiverHwm, image.receiverPosition, image.naksSent])
    ids.release(image.correlationId)
    logs.free(image.region)
  }

  private freePositions(positions: readonly SubscriberPosition[]): void {
    this.services.streamCounters.free(positions.map(({ counter }) => counter))
  }
}

/** What a sender says must fit what this side has. */
function checkLengths(mtuLength: number, windowLength: number, { receiveBufferLength }: Endpoint): void {
  const refused = (what: string): DriverError => new DriverError(ErrorCode.GENERIC_ERROR, what)
  if (mtuLength % FRAME_ALIGNMENT !== 0) throw refused(`its MTU of ${mtuLength} is no multiple of ${FRAME_ALIGNMENT}`)
  if (mtuLength > windowLength) throw refused(`its MTU of ${mtuLength} is above the receiver window, ${windowLength}`)
  if (receiveBufferLength === 0) return
  const largest = Math.max(mtuLength, windowLength)
  if (largest <= receiveBufferLength) return
  throw refused(`the receive buffer of ${receiveBufferLength} bytes is too small for ${largest}`)
}
