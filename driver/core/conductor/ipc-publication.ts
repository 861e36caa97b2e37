import { unblockLog } from '../../../client/log/log-buffer-unblocker.ts'
import type { LogBuffers } from '../../../client/log/log-buffers.ts'
import { computeTermCountFromPosition } from '../../../client/log/log-buffer-descriptor.ts'
import { cleanTo } from '../../../client/log/term-cleaner.ts'
import type { AtomicCounter } from '../../../client/memory/atomic-counter.ts'
import { FRAME_ALIGNMENT } from '../../../schemas/descriptors.ts'
import { SystemCounterId } from '../../../schemas/generated/aeron.memory/index.ts'
import type { DriverSettings } from '../driver-settings.ts'
import type { LogRegion } from '../log-store.ts'
import type { SystemCounters } from '../system-counters.ts'
import type { HeldPublication } from './client-session.ts'
import type { SharedPublication } from './publication-sharing.ts'
import type { SubscriberPosition } from './subscriber-position.ts'

export type IpcPublicationState = 'ACTIVE' | 'DRAINING' | 'LINGER' | 'DONE'

export interface IpcPublicationParams {
  readonly registrationId: number
  readonly sessionId: number
  readonly streamId: number
  readonly channel: string
  readonly isExclusive: boolean
  readonly log: LogBuffers
  readonly region: LogRegion
  readonly windowLength: number
  readonly publisherPosition: AtomicCounter
  readonly publisherLimit: AtomicCounter
  readonly settings: DriverSettings
  readonly systemCounters: SystemCounters
  readonly nowNs: number
}

export interface IpcPublicationEvents {
  /** Its subscribers lose the stream: they are told, and what their positions took is freed. */
  onUnavailable(publication: IpcPublication, subscribers: readonly SubscriberPosition[]): void
  /** A cool-down is over: subscriptions may join again. */
  onCooledDown(publication: IpcPublication): void
}

/** The new limit is stored when it is ahead of the last one by this part of the window. */
const TRIP_GAIN_DIVISOR = 8

/**
 * A publication whose subscribers read its log where the publisher writes it.
 *
 * ```
 *   ACTIVE --- last reference removed ---> DRAINING --- all subscribers are at the end ---> LINGER ---> DONE
 *      \_______________________________ revoked _____________________________________________/
 * ```
 *
 * Positions of subscribers are written by clients: whatever they say, the limit stays within a window of what was
 * published.
 */
export class IpcPublication implements HeldPublication, SharedPublication {
  readonly registrationId: number
  readonly sessionId: number
  readonly streamId: number
  readonly channel: string
  readonly isExclusive: boolean
  readonly log: LogBuffers
  readonly region: LogRegion
  readonly publisherPosition: AtomicCounter
  readonly publisherLimit: AtomicCounter
  readonly startPosition: number
  private readonly windowLength: number
  private readonly settings: DriverSettings
  private readonly systemCounters: SystemCounters
  private readonly events: IpcPublicationEvents
  private subscribers: SubscriberPosition[] = []
  private currentState: IpcPublicationState = 'ACTIVE'
  private references: number = 0
  private consumerPosition: number
  private tripLimit: number
  private cleanPosition: number
  private lastConsumerPosition: number
  private consumerMovedNs: number
  private coolDownEndNs: number = -Infinity
  private isCoolingDown: boolean = false

  constructor(params: IpcPublicationParams, events: IpcPublicationEvents) {
    this.registrationId = params.registrationId
    this.sessionId = params.sessionId
    this.streamId = params.streamId
    this.channel = params.channel
    this.isExclusive = params.isExclusive
    this.log = params.log
    this.region = params.region
    this.publisherPosition = params.publisherPosition
    this.publisherLimit = params.publisherLimit
    this.windowLength = params.windowLength
    this.settings = params.settings
    this.systemCounters = params.systemCounters
    this.events = events
    const position = params.log.producerPosition()
    this.startPosition = position
    this.consumerPosition = position
    this.tripLimit = position
    this.cleanPosition = position
    this.lastConsumerPosition = position
    this.consumerMovedNs = params.nowNs
    this.publisherPosition.set(position)
    this.publisherLimit.set(position)
  }

  get state(): IpcPublicationState {
    return this.currentState
  }

  addReference(): void {
    this.references++
  }

  removeReference(): void {
    this.references--
    if (this.references > 0 || this.currentState !== 'ACTIVE') return
    const producerPosition = this.producerPosition()
    if (this.publisherLimit.get() > producerPosition) this.publisherLimit.set(producerPosition)
    this.log.setEndOfStreamPosition(producerPosition)
    if (this.log.isPublicationRevoked()) this.endRevoked()
    else this.currentState = 'DRAINING'
  }

  revoke(): void {
    this.log.setPublicationRevoked()
  }

  /** Whether subscriptions may join. */
  isAcceptingSubscriptions(): boolean {
    if (this.isCoolingDown || this.log.isPublicationRevoked()) return false
    return this.currentState === 'ACTIVE' || (this.currentState === 'DRAINING' && !this.isDrained())
  }

  /** Where a subscription that joins now begins. */
  joinPosition(): number {
    let position = this.consumerPosition
    for (const subscriber of this.subscribers) position = Math.min(position, this.positionOf(subscriber))
    return position
  }

  addSubscriber(subscriber: SubscriberPosition): void {
    this.subscribers.push(subscriber)
    this.log.setConnected(true)
  }

  /** Removes the positions of a subscription. */
  removeSubscriber(registrationId: number): readonly SubscriberPosition[] {
    const removed = this.subscribers.filter(({ link }) => link.registrationId === registrationId)
    if (removed.length === 0) return removed
    // What it has read must not be read again by one that joins later.
    for (const subscriber of removed) this.consumed(this.positionOf(subscriber))
    this.subscribers = this.subscribers.filter(({ link }) => link.registrationId !== registrationId)
    if (this.subscribers.length === 0) this.log.setConnected(false)
    return removed
  }

  /** A subscriber rejects the stream: all lose it, and none may join until it has cooled down. */
  reject(nowNs: number): void {
    this.log.setConnected(false)
    this.isCoolingDown = true
    this.coolDownEndNs = nowNs + this.settings.imageLivenessTimeoutNs
    this.loseSubscribers()
  }

  /** Every cycle: how far the publisher may go. Returns the amount of work done. */
  updateLimits(): number {
    const producerPosition = this.producerPosition()
    this.publisherPosition.set(producerPosition)
    if (this.currentState !== 'ACTIVE') return 0
    if (this.subscribers.length === 0) return this.holdPublisher()
    let min = Infinity
    for (const subscriber of this.subscribers) {
      const position = this.positionOf(subscriber)
      this.consumed(position)
      min = Math.min(min, position)
    }
    const limit = min + this.windowLength
    if (limit <= this.tripLimit) return 0
    this.cleanPosition = cleanTo(this.log, this.cleanPosition, min)
    this.publisherLimit.set(limit)
    this.tripLimit = limit + this.windowLength / TRIP_GAIN_DIVISOR
    return 1
  }

  /** On the timer. */
  onTimeEvent(nowNs: number): void {
    switch (this.currentState) {
      case 'ACTIVE':
        if (this.log.isPublicationRevoked()) {
          this.endRevoked()
          return
        }
        this.log.setConnected(this.subscribers.length > 0)
        if (!this.isExclusive) this.unblockWhenStuck(nowNs)
        if (this.isCoolingDown && nowNs > this.coolDownEndNs) {
          this.isCoolingDown = false
          this.events.onCooledDown(this)
        }
        return
      case 'DRAINING':
        if (this.log.isPublicationRevoked()) {
          this.endRevoked()
        } else if (this.isDrained()) {
          this.currentState = 'LINGER'
          this.loseSubscribers()
        } else {
          // Nobody publishes any more: what is not complete by now never will be.
          this.unblock(this.minSubscriberPosition(), true)
        }
        return
      case 'LINGER':
        if (this.references <= 0) this.currentState = 'DONE'
        return
      case 'DONE':
    }
  }

  /** Takes the positions of all subscribers away, when the publication is freed. */
  takeSubscribers(): readonly SubscriberPosition[] {
    const { subscribers } = this
    this.subscribers = []
    return subscribers
  }

  private endRevoked(): void {
    const producerPosition = this.producerPosition()
    this.publisherLimit.set(producerPosition)
    this.log.setEndOfStreamPosition(producerPosition)
    this.log.setConnected(false)
    this.systemCounters.increment(SystemCounterId.PUBLICATIONS_REVOKED)
    this.currentState = 'LINGER'
    this.loseSubscribers()
  }

  private loseSubscribers(): void {
    for (const subscriber of this.subscribers) this.consumed(this.positionOf(subscriber))
    this.log.setConnected(false)
    const lost = this.takeSubscribers()
    if (lost.length > 0) this.events.onUnavailable(this, lost)
  }

  /** Without subscribers nothing more may be published. */
  private holdPublisher(): number {
    if (this.publisherLimit.get() <= this.consumerPosition) return 0
    this.publisherLimit.set(this.consumerPosition)
    this.tripLimit = this.consumerPosition
    this.cleanPosition = cleanTo(this.log, this.cleanPosition, this.consumerPosition)
    return 1
  }

  private isDrained(): boolean {
    return this.subscribers.length === 0 || this.minSubscriberPosition() >= this.producerPosition()
  }

  private minSubscriberPosition(): number {
    let min = Infinity
    for (const subscriber of this.subscribers) min = Math.min(min, this.positionOf(subscriber))
    return min
  }

  private unblockWhenStuck(nowNs: number): void {
    const { consumerPosition } = this
    const isStanding = consumerPosition === this.lastConsumerPosition && this.isPossiblyBlocked(consumerPosition)
    if (!isStanding) {
      this.lastConsumerPosition = consumerPosition
      this.consumerMovedNs = nowNs
      return
    }
    if (nowNs <= this.consumerMovedNs + this.settings.publicationUnblockTimeoutNs) return
    this.unblock(consumerPosition, false)
    this.consumerMovedNs = nowNs
  }

  private isPossiblyBlocked(consumerPosition: number): boolean {
    const expectedTermCount = computeTermCountFromPosition(consumerPosition, this.log.positionBitsToShift)
    return this.log.activeTermCount() !== expectedTermCount || this.producerPosition() > consumerPosition
  }

  private unblock(position: number, hasEnded: boolean): void {
    if (unblockLog(this.log, position, hasEnded)) this.systemCounters.increment(SystemCounterId.UNBLOCKED_PUBLICATIONS)
  }

  private consumed(position: number): void {
    this.consumerPosition = Math.max(this.consumerPosition, position)
  }

  /** Of a subscriber, as far as it can be true: where a frame can begin, behind what is clean, up to the end. */
  private positionOf(subscriber: SubscriberPosition): number {
    const position = Math.min(subscriber.position(), this.producerPosition())
    return Math.max(this.cleanPosition, position - (position % FRAME_ALIGNMENT))
  }

  /** Not below the start of the stream, whatever the publisher wrote to its log. */
  private producerPosition(): number {
    return Math.max(this.startPosition, this.log.producerPosition())
  }
}
