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
  /** Where the stream begins. */
  readonly startPosition: number
  /** Bytes that may be published beyond the consumers, at most half a term. */
  readonly termWindowLength: number
  readonly lingerTimeoutNs: number
}

export interface NetworkPublicationOptions {
  /** Of the first client that added it. */
  readonly registrationId: number
  readonly clientId: number
  readonly sessionId: number
  readonly streamId: number
  /** As the first client named it. */
  readonly channel: string
  readonly endpointId: number
  readonly isExclusive: boolean
  readonly log: LogBuffers
  readonly region: LogRegion
  /** Shared with the sender. */
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
export class NetworkPublication {
  readonly options: NetworkPublicationOptions
  private readonly events: NetworkPublicationEvents
  private lifecycle: NetworkPublicationLifecycle = 'ACTIVE'
  private references: number = 0
  private isReleased: boolean = false
  /** Everything before it may be written again, three terms on. */
  private cleanPosition: number
  private lastSenderPosition: number = -1
  private lastActivityNs: number = 0
  private nowNs: number = 0

  /** @param options the log and the counters are at the start position; references are to be added */
  constructor(options: NetworkPublicationOptions, events: NetworkPublicationEvents) {
    this.options = options
    this.events = events
    this.cleanPosition = options.params.startPosition
  }

  get state(): NetworkPublicationLifecycle {
    return this.lifecycle
  }

  /** Whether log and counters can be freed: nobody uses them any more. */
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
    if (this.options.log.isPublicationRevoked()) this.onRevoked()
    else this.drain()
  }

  /** Ends the stream at once: to be called before `removeReference`. */
  revoke(): void {
    this.options.log.setPublicationRevoked()
  }

  /** The sender has let go. */
  onReleased(): void {
    this.isReleased = true
  }

  /**
   * Every cycle of the conductor: how far clients may publish.
   *
   * @returns 1 when the limit moved, else 0
   */
  updateLimits(nowNs: number): number {
    this.nowNs = nowNs
    if (this.lifecycle !== 'ACTIVE') return 0
    const { log, state, publisherLimit, senderPosition, params } = this.options
    this.updatePublisherPosition(log.producerPosition())
    const consumerPosition = senderPosition.get()
    const limit = publisherLimit.get()
    if (state.hasReceivers()) {
      const proposedLimit = consumerPosition + params.termWindowLength
      if (proposedLimit <= limit) return 0
      this.cleanUpTo(consumerPosition)
      if (this.isDirtyTermReached(proposedLimit)) return 0
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
    const { log, state } = this.options
    if (log.isPublicationRevoked()) {
      this.onRevoked()
      return
    }
    const isConnected = state.hasReceivers()
    if (log.isConnected() !== isConnected) log.setConnected(isConnected)
    const producerPosition = log.producerPosition()
    this.updatePublisherPosition(producerPosition)
    if (!this.options.isExclusive) this.checkForBlockedPublisher(producerPosition)
  }

  private onDraining(): void {
    const { log, state, senderPosition } = this.options
    const producerPosition = log.producerPosition()
    this.updatePublisherPosition(producerPosition)
    const consumerPosition = senderPosition.get()
    if (producerPosition > consumerPosition) {
      if (this.unblock(consumerPosition) || state.hasReceivers()) return
    } else {
      state.setEndOfStream()
    }
    this.linger()
  }

  private onLinger(): void {
    const { state, params } = this.options
    const isOver = state.isEosStatusReceived() || this.nowNs > this.lastActivityNs + params.lingerTimeoutNs
    if (this.references <= 0 && isOver && this.events.removeFromSender(this)) this.lifecycle = 'DONE'
  }

  private drain(): void {
    const { log, state, publisherLimit, senderPosition } = this.options
    const producerPosition = log.producerPosition()
    publisherLimit.set(producerPosition)
    log.setEndOfStreamPosition(producerPosition)
    if (senderPosition.get() >= producerPosition) state.setEndOfStream()
    this.lifecycle = 'DRAINING'
  }

  private onRevoked(): void {
    const { log, state, publisherLimit, systemCounters } = this.options
    const producerPosition = log.producerPosition()
    publisherLimit.set(producerPosition)
    log.setEndOfStreamPosition(producerPosition)
    log.setConnected(false)
    state.setEndOfStream()
    systemCounters.increment(SystemCounterId.PUBLICATIONS_REVOKED)
    this.linger()
  }

  private linger(): void {
    this.lastActivityNs = this.nowNs
    this.lifecycle = 'LINGER'
  }

  /** A publisher that died in the middle of a claim stops the stream for those that share it. */
  private checkForBlockedPublisher(producerPosition: number): void {
    const consumerPosition = this.options.senderPosition.get()
    if (consumerPosition !== this.lastSenderPosition || !this.mayBeBlocked(producerPosition, consumerPosition)) {
      this.lastActivityNs = this.nowNs
      this.lastSenderPosition = consumerPosition
    } else if (this.nowNs > this.lastActivityNs + this.options.settings.publicationUnblockTimeoutNs) {
      this.unblock(consumerPosition)
    }
  }

  private mayBeBlocked(producerPosition: number, consumerPosition: number): boolean {
    const { log } = this.options
    const consumerTermCount = computeTermCountFromPosition(consumerPosition, log.positionBitsToShift)
    return producerPosition > consumerPosition || log.activeTermCount() !== consumerTermCount
  }

  private unblock(blockedPosition: number): boolean {
    const isUnblocked = unblockLog(this.options.log, blockedPosition)
    if (isUnblocked) this.options.systemCounters.increment(SystemCounterId.UNBLOCKED_PUBLICATIONS)
    return isUnblocked
  }

  /** A term behind the consumers is never asked for again. */
  private cleanUpTo(consumerPosition: number): void {
    const { log } = this.options
    this.cleanPosition = cleanTo(log, this.cleanPosition, consumerPosition - log.termLength)
  }

  /** Whether a limit lies in a partition that has not been cleaned yet. */
  private isDirtyTermReached(limit: number): boolean {
    const shift = this.options.log.positionBitsToShift
    const gap = computeTermCountFromPosition(limit, shift) - computeTermCountFromPosition(this.cleanPosition, shift)
    return gap >= 2 && (gap > 2 || computeTermOffsetFromPosition(this.cleanPosition, shift) === 0)
  }

  private updatePublisherPosition(producerPosition: number): void {
    const { publisherPosition } = this.options
    if (publisherPosition.get() !== producerPosition) publisherPosition.set(producerPosition)
  }
}
