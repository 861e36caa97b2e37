import type { AtomicCounter } from '../../../client/memory/atomic-counter.ts'
import type { LossReport } from '../../../client/memory/loss-report.ts'
import type { LogBuffers } from '../../../client/log/log-buffers.ts'
import { cleanTo } from '../../../client/log/term-cleaner.ts'
import { FRAME_ALIGNMENT } from '../../../schemas/descriptors.ts'
import type { LogRegion } from '../log-store.ts'
import type { ImageState } from '../shared-state.ts'
import type { DriverSettings } from '../driver-settings.ts'
import type { CongestionControl } from './congestion-control.ts'
import type { FeedbackDelayGenerator } from './feedback-delay.ts'
import { ImageLossReport } from './image-loss-report.ts'
import { LossDetector } from './loss-detector.ts'
import type { SubscriberPosition } from './subscriber-position.ts'

/** A draining image tells its sender for so many status message timeouts that it has the whole stream. */
const EOS_STATUS_COUNT = 5

/** A status message is due when so much of the window was consumed: one part in this. */
const WINDOW_PARTS_PER_STATUS = 4

export type PublicationImageStatus = 'ACTIVE' | 'DRAINING' | 'LINGER' | 'DONE'

/** What happens around an image; the conductor implements it. */
export interface PublicationImageEvents {
  /** The receiver is to let go of the image; false: it takes no commands now. */
  removeFromReceiver(image: PublicationImage): boolean
  /** The image is gone for the clients of its subscribers, which still are its subscribers. */
  onUnavailable(image: PublicationImage): void
  /** The session may come back; false: the receiver takes no commands now. */
  clearCoolDown(image: PublicationImage): boolean
}

export interface PublicationImageParams {
  readonly correlationId: number
  readonly sessionId: number
  readonly streamId: number
  readonly joinPosition: number
  readonly log: LogBuffers
  readonly region: LogRegion
  readonly state: ImageState
  /** Written by the receiver. */
  readonly receiverHwm: AtomicCounter
  /** Written here: up to where the stream is complete. */
  readonly receiverPosition: AtomicCounter
  /** Written by the receiver. */
  readonly naksSent: AtomicCounter
  readonly congestionControl: CongestionControl
  readonly feedbackDelay: FeedbackDelayGenerator
  readonly settings: Pick<DriverSettings, 'imageLivenessTimeoutNs' | 'rcvStatusMessageTimeoutNs'>
  readonly lossReport: LossReport
  /** Of the first subscription, for the loss report. */
  readonly channel: string
  /** Address of the sender. */
  readonly sourceIdentity: string
  readonly epochMs: () => number
  readonly events: PublicationImageEvents
  readonly nowNs: number
}

/**
 * The conductor's part of an image: follows what has come and what was read, finds gaps, cleans, and decides when the
 * image ends.
 *
 * ```
 *   ACTIVE ---> DRAINING ---> LINGER ---> DONE
 *      |            |            | no subscribers, or image liveness
 *      |            | all is read and the sender was told, or revoked: the receiver lets go
 *      | end of stream and all is there, silence, no subscribers, or revoked
 * ```
 *
 * To be freed when DONE and released.
 */
export class PublicationImage {
  readonly correlationId: number
  readonly sessionId: number
  readonly streamId: number
  readonly log: LogBuffers
  readonly region: LogRegion
  readonly receiverHwm: AtomicCounter
  readonly receiverPosition: AtomicCounter
  readonly naksSent: AtomicCounter
  readonly sourceIdentity: string
  private readonly shared: ImageState
  private readonly events: PublicationImageEvents
  private readonly congestionControl: CongestionControl
  private readonly lossDetector: LossDetector
  private readonly lossReport: ImageLossReport
  private readonly livenessTimeoutNs: number
  private readonly eosStatusTimeNs: number
  private readonly subscribers: SubscriberPosition[] = []
  private rebuildPosition: number
  private cleanPosition: number
  private nextStatusPosition: number
  private nextStatusWindow: number
  private timeOfLastChangeNs: number
  private isCoolDownToClear: boolean = false
  #status: PublicationImageStatus = 'ACTIVE'
  #isReleased: boolean = false

  constructor(params: PublicationImageParams) {
    const { joinPosition, state, settings, nowNs } = params
    this.correlationId = params.correlationId
    this.sessionId = params.sessionId
    this.streamId = params.streamId
    this.log = params.log
    this.region = params.region
    this.shared = state
    this.receiverHwm = params.receiverHwm
    this.receiverPosition = params.receiverPosition
    this.naksSent = params.naksSent
    this.sourceIdentity = params.sourceIdentity
    this.events = params.events
    this.congestionControl = params.congestionControl
    this.lossDetector = new LossDetector(params.feedbackDelay, (termId, termOffset, length) => {
      this.onLoss(termId, termOffset, length)
    })
    this.lossReport = new ImageLossReport(params.lossReport, params, params.epochMs)
    this.livenessTimeoutNs = settings.imageLivenessTimeoutNs
    this.eosStatusTimeNs = EOS_STATUS_COUNT * settings.rcvStatusMessageTimeoutNs
    this.rebuildPosition = joinPosition
    this.cleanPosition = joinPosition
    this.nextStatusPosition = joinPosition
    this.nextStatusWindow = params.congestionControl.window
    this.timeOfLastChangeNs = nowNs
    // The receiver gets the image only after this.
    this.receiverHwm.set(joinPosition)
    this.receiverPosition.set(joinPosition)
    state.setTimeOfLastPacketNs(nowNs)
    state.setActive(true)
  }

  get status(): PublicationImageStatus {
    return this.#status
  }

  /** Whether the receiver has let go of it. */
  get isReleased(): boolean {
    return this.#isReleased
  }

  get subscriberPositions(): readonly SubscriberPosition[] {
    return this.subscribers
  }

  /** The receiver has let go of it. */
  onReleased(): void {
    this.#isReleased = true
  }

  addSubscriber(position: SubscriberPosition): void {
    this.subscribers.push(position)
  }

  /**
   * Takes the positions of a subscription out.
   *
   * @returns those it had, for their counters to be freed
   */
  removeSubscriber(registrationId: number): SubscriberPosition[] {
    const removed = this.subscribers.filter(({ link }) => link.registrationId === registrationId)
    for (const position of removed) this.subscribers.splice(this.subscribers.indexOf(position), 1)
    return removed
  }

  /** Where one more subscriber begins: with the slowest. */
  joinPosition(): number {
    const { rebuildPosition } = this
    let position = rebuildPosition
    for (const subscriber of this.subscribers) {
      position = Math.min(position, this.positionOf(subscriber, rebuildPosition))
    }
    return position
  }

  /** Whether one more subscriber would see anything. */
  isAcceptingSubscriptions(): boolean {
    return this.hasReaders() && (this.#status === 'ACTIVE' || !this.isDrained())
  }

  /** Whether the receiver has it, for subscribers. */
  hasReaders(): boolean {
    return this.subscribers.length > 0 && (this.#status === 'ACTIVE' || this.#status === 'DRAINING')
  }

  /** When a gap is due; Infinity when only input can make work. */
  nextDeadlineNs(): number {
    return this.isRebuilt() ? this.lossDetector.deadlineNs : Infinity
  }

  /**
   * Follows the stream; called in every cycle.
   *
   * @returns bytes that became complete
   */
  trackRebuild(nowNs: number): number {
    if (!this.isRebuilt()) return 0
    const highWaterPosition = this.receiverHwm.get()
    let minPosition = Infinity
    let maxPosition = this.rebuildPosition
    for (const subscriber of this.subscribers) {
      const position = this.positionOf(subscriber, highWaterPosition)
      minPosition = Math.min(minPosition, position)
      maxPosition = Math.max(maxPosition, position)
    }
    const before = this.rebuildPosition
    const rebuilt = this.lossDetector.scan(this.log, maxPosition, highWaterPosition, nowNs)
    if (rebuilt > before) {
      this.rebuildPosition = rebuilt
      this.receiverPosition.set(rebuilt)
    }
    this.congestionControl.onRebuild(nowNs, minPosition, this.lossDetector.lossFound)
    this.scheduleStatus(minPosition)
    return this.rebuildPosition - before
  }

  private scheduleStatus(minPosition: number): void {
    const { window, isStatusForced } = this.congestionControl
    const threshold = this.nextStatusPosition + window / WINDOW_PARTS_PER_STATUS
    if (!isStatusForced && minPosition <= threshold && window === this.nextStatusWindow) return
    this.cleanPosition = cleanTo(this.log, this.cleanPosition, minPosition - this.log.termLength)
    this.nextStatusPosition = minPosition
    this.nextStatusWindow = window
    this.shared.scheduleStatus(minPosition, window)
  }

  private onLoss(termId: number, termOffset: number, length: number): void {
    this.shared.scheduleLoss(termId, termOffset, length)
    this.lossReport.onLoss(termId, termOffset, length)
  }

  /** Looks at the state of the image; called on the timer. */
  onTimeEvent(nowNs: number): void {
    switch (this.#status) {
      case 'ACTIVE':
        if (this.log.isPublicationRevoked() || this.hasEnded(nowNs)) this.drain(nowNs)
        return
      case 'DRAINING':
        if (this.log.isPublicationRevoked() || this.isDrainedAndTold(nowNs)) this.linger(nowNs)
        return
      case 'LINGER':
        this.clearCoolDown()
        if (this.hasLingered(nowNs)) this.#status = 'DONE'
        return
      case 'DONE':
        this.clearCoolDown()
    }
  }

  private isRebuilt(): boolean {
    return this.hasReaders() && !this.log.isPublicationRevoked()
  }

  /** Of a subscriber, whose client writes it, as far as it can be true: where a frame can begin that is still there. */
  private positionOf(subscriber: SubscriberPosition, maxPosition: number): number {
    const position = Math.min(subscriber.position(), maxPosition)
    return Math.max(this.cleanPosition, position - (position % FRAME_ALIGNMENT))
  }

  private hasEnded(nowNs: number): boolean {
    if (this.subscribers.length === 0) return true
    if (nowNs > this.shared.timeOfLastPacketNs() + this.livenessTimeoutNs) return true
    return this.shared.isEndOfStream() && this.rebuildPosition >= this.receiverHwm.get()
  }

  private hasLingered(nowNs: number): boolean {
    return this.subscribers.length === 0 || nowNs > this.timeOfLastChangeNs + this.livenessTimeoutNs
  }

  private isDrained(): boolean {
    for (const subscriber of this.subscribers) {
      if (subscriber.position() < this.rebuildPosition) return false
    }
    return true
  }

  private isDrainedAndTold(nowNs: number): boolean {
    return nowNs >= this.timeOfLastChangeNs + this.eosStatusTimeNs && this.isDrained()
  }

  private drain(nowNs: number): void {
    this.#status = 'DRAINING'
    this.timeOfLastChangeNs = nowNs
    this.shared.setEosStatusSent()
    // A revoked image goes at the next look: its sender would not hear of it otherwise.
    if (this.log.isPublicationRevoked()) this.shared.requestEosStatus()
  }

  /** Tries again at the next look when the receiver takes no commands now. */
  private linger(nowNs: number): void {
    if (!this.events.removeFromReceiver(this)) return
    this.#status = 'LINGER'
    this.timeOfLastChangeNs = nowNs
    this.shared.setActive(false)
    const last = this.subscribers.at(-1)
    this.isCoolDownToClear = last === undefined || last.link.isRejoin
    this.events.onUnavailable(this)
    this.clearCoolDown()
  }

  private clearCoolDown(): void {
    if (this.isCoolDownToClear) this.isCoolDownToClear = !this.events.clearCoolDown(this)
  }
}
