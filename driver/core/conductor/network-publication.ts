import type { AtomicCounter } from '../../../client/memory/atomic-counter.ts'
import {
  computeTermCountFromPosition,
  computeTermOffsetFromPosition,
} from '../../../client/log/log-buffer-descriptor.ts'
import { unblockLog } from '../../../client/log/log-buffer-unblocker.ts'
import type { LogBuffers } from '../../../client/log/log-buffers.ts'
import { cleanTo } from '../../../client/log/term-cleaner.ts'
import { SystemCounterId } from '../../../schemas/generated/aeron.memory/index.ts'
import type { DriverSettings } from '../driver-settings.ts'
import type { LogRegion } from '../log-store.ts'
import type { PublicationState } from '../shared-state.ts'
import type { SystemCounters } from '../system-counters.ts'
import type { HeldPublication } from './client-session.ts'
import type { SharedPublication } from './publication-sharing.ts'

/**
 * ```
 *   ACTIVE -----> DRAINING -----> LINGER -----> DONE
 *      \_________ revoked _________^
 * ```
 *
 * ACTIVE: clients may publish. DRAINING: nobody publishes, what is in the log is still sent. LINGER: what was sent may
 * be asked for again. DONE: the sender was told to let go; when it has, the publication is at its end of life.
 */
export type NetworkPublicationLifecycle = 'ACTIVE' | 'DRAINING' | 'LINGER' | 'DONE'

/** What a publication asks of the conductor. */
export interface NetworkPublicationEvents {
  /** Has the sender let go of the publication. Returns false when it cannot be told now: it is asked again. */
  removeFromSender(publication: NetworkPublication): boolean
}

/** What the channel says, or the settings where it says nothing. */
export interface NetworkPublicationParams {
  /** Bytes that may be published beyond the consumers, at most half a term. */
  readonly termWindowLength: number
  readonly lingerTimeoutNs: number
}

export interface NetworkPublicationOptions {
  readonly registrationId: number
  readonly sessionId: number
  readonly streamId: number
  readonly channel: string
  readonly endpointId: number
  readonly isExclusive: boolean
  /** Nothing has been published in it. */
  readonly log: LogBuffers
  readonly region: LogRegion
  readonly state: PublicationState
  readonly publisherPosition: AtomicCounter
  readonly publisherLimit: AtomicCounter
  readonly senderPosition: AtomicCounter
  readonly senderLimit: AtomicCounter
  readonly params: NetworkPublicationParams
  readonly settings: DriverSettings
  readonly systemCounters: SystemCounters
}

/** The conductor's part of a network publication: its life, and how far clients may publish. */
export class NetworkPublication implements HeldPublication, SharedPublication {
  /** Of the command that first added it, as the channel is. */
  readonly registrationId: number
  readonly sessionId: number
  readonly streamId: number
  readonly channel: string
  readonly endpointId: number
  readonly isExclusive: boolean
  readonly log: LogBuffers
  readonly region: LogRegion
  readonly startPosition: number
  readonly publisherPosition: AtomicCounter
  readonly publisherLimit: AtomicCounter
  readonly senderPosition: AtomicCounter
  readonly senderLimit: AtomicCounter
  /** Shared with the sender. */
  private readonly shared: PublicationState
  private readonly params: NetworkPublicationParams
  private readonly unblockTimeoutNs: number
  private readonly systemCounters: SystemCounters
  private readonly events: NetworkPublicationEvents
  private lifecycle: NetworkPublicationLifecycle = 'ACTIVE'
  private references: number = 0
  private isReleased: boolean = false
  /** Everything before it may be written again, three terms on. */
  private cleanPosition: number
  private lastSenderPosition: number = -1
  private lastActivityNs: number = 0
  private nowNs: number = 0

  /** Sets all positions and limits to the start of the stream; before the sender is told of it. No references yet. */
  constructor(options: NetworkPublicationOptions, events: NetworkPublicationEvents) {
    this.registrationId = options.registrationId
    this.sessionId = options.sessionId
    this.streamId = options.streamId
    this.channel = options.channel
    this.endpointId = options.endpointId
    this.isExclusive = options.isExclusive
    this.log = options.log
    this.region = options.region
    this.publisherPosition = options.publisherPosition
    this.publisherLimit = options.publisherLimit
    this.senderPosition = options.senderPosition
    this.senderLimit = options.senderLimit
    this.shared = options.state
    this.params = options.params
    this.unblockTimeoutNs = options.settings.publicationUnblockTimeoutNs
    this.systemCounters = options.systemCounters
    this.events = events
    this.startPosition = options.log.producerPosition()
    this.cleanPosition = this.startPosition
    this.publisherPosition.set(this.startPosition)
    this.publisherLimit.set(this.startPosition)
    this.senderPosition.set(this.startPosition)
    this.senderLimit.set(this.startPosition)
  }

  get state(): NetworkPublicationLifecycle {
    return this.lifecycle
  }

  /** Whether log and counters can be freed: the sender does not use them any more. */
  get isEndOfLife(): boolean {
    return this.lifecycle === 'DONE' && this.isReleased
  }

  /** One more publication of a client is linked to it. */
  addReference(): void {
    this.references++
  }

  /** A link of a client is gone. With the last one the stream ends where it is. */
  removeReference(): void {
    this.references--
    if (this.references > 0 || this.lifecycle !== 'ACTIVE') return
    if (this.log.isPublicationRevoked()) this.onRevoked()
    else this.drain()
  }

  /** Ends the stream at once, for all that are linked to it; to be called before `removeReference`. */
  revoke(): void {
    this.log.setPublicationRevoked()
  }

  /** The sender has let go. */
  onReleased(): void {
    this.isReleased = true
  }

  /**
   * Every cycle of the conductor: how far clients may publish.
   *
   * @returns 1 when there was something to do, else 0
   */
  updateLimits(nowNs: number): number {
    this.nowNs = nowNs
    if (this.lifecycle !== 'ACTIVE') return 0
    const { log, publisherLimit } = this
    this.updatePublisherPosition(log.producerPosition())
    const consumerPosition = this.senderPosition.get()
    const limit = publisherLimit.get()
    if (this.shared.hasReceivers()) {
      const proposedLimit = consumerPosition + this.params.termWindowLength
      if (proposedLimit <= limit) return 0
      const isCleaned = this.cleanUpTo(consumerPosition)
      if (this.isDirtyTermReached(proposedLimit)) return isCleaned ? 1 : 0
      publisherLimit.set(proposedLimit)
      return 1
    }
    if (limit <= consumerPosition) return 0
    log.setConnected(false)
    publisherLimit.set(consumerPosition)
    this.cleanUpTo(consumerPosition)
    return 1
  }

  /** Every timer interval of the conductor: states and timeouts. */
  onTimeEvent(nowNs: number): void {
    this.nowNs = nowNs
    switch (this.lifecycle) {
      case 'ACTIVE':
        this.onActive()
        break
      case 'DRAINING':
        this.onDraining()
        break
      case 'LINGER':
        this.onLinger()
        break
      case 'DONE':
    }
  }

  private onActive(): void {
    const { log } = this
    if (log.isPublicationRevoked()) {
      this.onRevoked()
      return
    }
    const isConnected = this.shared.hasReceivers()
    if (log.isConnected() !== isConnected) log.setConnected(isConnected)
    const producerPosition = log.producerPosition()
    this.updatePublisherPosition(producerPosition)
    if (!this.isExclusive) this.checkForBlockedPublisher(producerPosition)
  }

  private onDraining(): void {
    const { shared } = this
    const producerPosition = this.log.producerPosition()
    this.updatePublisherPosition(producerPosition)
    const consumerPosition = this.senderPosition.get()
    if (producerPosition > consumerPosition) {
      if (this.unblock(consumerPosition, true) || shared.hasReceivers()) return
    } else {
      shared.setEndOfStream()
    }
    this.linger()
  }

  private onLinger(): void {
    const isLingerOver = this.nowNs > this.lastActivityNs + this.params.lingerTimeoutNs
    const isOver = this.shared.isEosStatusReceived() || isLingerOver
    if (this.references <= 0 && isOver && this.events.removeFromSender(this)) this.lifecycle = 'DONE'
  }

  private drain(): void {
    const producerPosition = this.endStream()
    if (this.senderPosition.get() >= producerPosition) this.shared.setEndOfStream()
    this.lifecycle = 'DRAINING'
  }

  private onRevoked(): void {
    this.endStream()
    this.log.setConnected(false)
    this.shared.setEndOfStream()
    this.systemCounters.increment(SystemCounterId.PUBLICATIONS_REVOKED)
    this.linger()
  }

  /** Nothing more is published. Returns where the stream ends. */
  private endStream(): number {
    const producerPosition = this.log.producerPosition()
    this.publisherLimit.set(producerPosition)
    this.log.setEndOfStreamPosition(producerPosition)
    return producerPosition
  }

  private linger(): void {
    this.lastActivityNs = this.nowNs
    this.lifecycle = 'LINGER'
  }

  /** A publisher that died in the middle of a claim stops the stream for those that share it. */
  private checkForBlockedPublisher(producerPosition: number): void {
    const consumerPosition = this.senderPosition.get()
    if (consumerPosition !== this.lastSenderPosition || !this.mayBeBlocked(producerPosition, consumerPosition)) {
      this.lastActivityNs = this.nowNs
      this.lastSenderPosition = consumerPosition
    } else if (this.nowNs > this.lastActivityNs + this.unblockTimeoutNs) {
      this.unblock(consumerPosition, false)
    }
  }

  private mayBeBlocked(producerPosition: number, consumerPosition: number): boolean {
    const { log } = this
    const consumerTermCount = computeTermCountFromPosition(consumerPosition, log.positionBitsToShift)
    return producerPosition > consumerPosition || log.activeTermCount() !== consumerTermCount
  }

  private unblock(blockedPosition: number, hasEnded: boolean): boolean {
    const isUnblocked = unblockLog(this.log, blockedPosition, hasEnded)
    if (isUnblocked) this.systemCounters.increment(SystemCounterId.UNBLOCKED_PUBLICATIONS)
    return isUnblocked
  }

  /** A term behind the consumers is never asked for again. */
  private cleanUpTo(consumerPosition: number): boolean {
    const { log } = this
    const before = this.cleanPosition
    this.cleanPosition = cleanTo(log, before, consumerPosition - log.termLength)
    return this.cleanPosition > before
  }

  /** Whether a limit lies in a partition that has not been cleaned yet. */
  private isDirtyTermReached(limit: number): boolean {
    const shift = this.log.positionBitsToShift
    const gap = computeTermCountFromPosition(limit, shift) - computeTermCountFromPosition(this.cleanPosition, shift)
    return gap >= 2 && (gap > 2 || computeTermOffsetFromPosition(this.cleanPosition, shift) === 0)
  }

  private updatePublisherPosition(producerPosition: number): void {
    const { publisherPosition } = this
    if (publisherPosition.get() !== producerPosition) publisherPosition.set(producerPosition)
  }
}
