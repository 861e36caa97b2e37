import * as assert from 'uvu/assert'
import { insertPacket } from '../../../client/log/term-rebuilder.ts'
import { AtomicBuffer } from '../../../client/memory/atomic-buffer.ts'
import type { AtomicCounter } from '../../../client/memory/atomic-counter.ts'
import { LossReport, readLossReport } from '../../../client/memory/loss-report.ts'
import type { LossObservation } from '../../../client/memory/loss-report.ts'
import { DirectBuffer } from '../../../codegen/runtime/index.ts'
import { StaticCongestionControl } from '../../../driver/core/conductor/congestion-control.ts'
import type { CongestionControl } from '../../../driver/core/conductor/congestion-control.ts'
import { UnicastFeedbackDelay } from '../../../driver/core/conductor/feedback-delay.ts'
import { PublicationImage } from '../../../driver/core/conductor/publication-image.ts'
import { SubscriberPosition } from '../../../driver/core/conductor/subscriber-position.ts'
import type { SubscriptionLink } from '../../../driver/core/conductor/subscriber-position.ts'
import { suite } from '../../support/suite.ts'
import { ImageFixture, WINDOW, createCnc, createCounter } from '../receiver/image-fixture.ts'
import type { ImageFields } from '../receiver/image-fixture.ts'
import { INITIAL_TERM, SESSION, STREAM, TERM_LENGTH, data } from '../receiver/sender-frames.ts'

const test = suite('conductor/publication-image')

const S = 1_000_000_000
const LIVENESS_NS = 10 * S
const STATUS_NS = S / 5
const NAK_DELAY_NS = 1_000
const NAK_RETRY_RATIO = 100
const FRAME = 1024
const EPOCH_MS = 1_772_456_400_000

interface FixtureFields extends ImageFields {
  readonly congestionControl?: CongestionControl
}

/** An image as the conductor has it; the test is the receiver and the clients. */
class Fixture {
  readonly shared: ImageFixture
  readonly image: PublicationImage
  readonly events: string[] = []
  readonly receiverPosition: AtomicCounter
  /** Whether the receiver takes no commands, or one only. */
  isReceiverBusy: boolean = false
  isReceiverBusyWithCoolDown: boolean = false
  nowNs: number = 100 * S
  private readonly cnc = createCnc()
  private readonly lossReport = AtomicBuffer.allocate(4096)

  constructor(fields: FixtureFields = {}) {
    this.shared = new ImageFixture(this.cnc, fields)
    this.receiverPosition = createCounter(this.cnc)
    const { params, log, region, state, hwm, naksSent } = this.shared
    this.image = new PublicationImage({
      correlationId: params.correlationId,
      sessionId: SESSION,
      streamId: STREAM,
      joinPosition: params.joinPosition,
      log,
      region,
      state,
      receiverHwm: hwm,
      receiverPosition: this.receiverPosition,
      naksSent,
      congestionControl: fields.congestionControl ?? new StaticCongestionControl(WINDOW, TERM_LENGTH),
      feedbackDelay: new UnicastFeedbackDelay(NAK_DELAY_NS, NAK_RETRY_RATIO),
      settings: { imageLivenessTimeoutNs: LIVENESS_NS, rcvStatusMessageTimeoutNs: STATUS_NS },
      lossReport: new LossReport(this.lossReport),
      channel: 'aeron:udp?endpoint=localhost:20121',
      sourceIdentity: '127.0.0.1:37353',
      epochMs: () => EPOCH_MS,
      events: {
        removeFromReceiver: () => this.event('removeFromReceiver'),
        onUnavailable: () => void this.events.push('onUnavailable'),
        clearCoolDown: () => this.event('clearCoolDown') && !this.isReceiverBusyWithCoolDown,
      },
      nowNs: this.nowNs,
    })
  }

  subscribe(registrationId: number = 1, isRejoin: boolean = true): SubscriberPosition {
    const link: SubscriptionLink = {
      registrationId, clientId: 9, streamId: STREAM, sessionId: undefined, endpointId: 5, channel: 'aeron:udp',
      isReliable: true, isRejoin,
    }
    const position = new SubscriberPosition(link, createCounter(this.cnc))
    position.counter.set(this.image.joinPosition())
    this.image.addSubscriber(position)
    return position
  }

  /** Frames arrive, up to a position. */
  receive(position: number, endPosition: number): void {
    for (let at = position; at < endPosition; at += FRAME) {
      const frame = data({ termOffset: at % TERM_LENGTH }, FRAME - 32)
      insertPacket(this.shared.log.termOf(at), at % TERM_LENGTH, new DirectBuffer(frame), 0, frame.length)
    }
    this.shared.hwm.proposeMax(endPosition)
    this.shared.state.setTimeOfLastPacketNs(this.nowNs)
  }

  track(durationNs: number = 0): void {
    this.nowNs += durationNs
    this.image.trackRebuild(this.nowNs)
  }

  /** The timer runs after that time; hands out what happened. */
  tick(durationNs: number = S): string[] {
    this.nowNs += durationNs
    this.image.onTimeEvent(this.nowNs)
    return this.events.splice(0)
  }

  /** What a receiver would send next. */
  status(): string {
    const { state } = this.shared
    const change = state.statusChange()
    if (change === 0) return 'none'
    assert.ok(state.readStatus(change))
    return `${change}: ${state.statusPosition} ${state.statusWindow}`
  }

  losses(): LossObservation[] {
    const observations: LossObservation[] = []
    readLossReport(this.lossReport, (observation) => void observations.push(observation))
    return observations
  }

  private event(name: string): boolean {
    this.events.push(name)
    return !this.isReceiverBusy
  }
}

test('an image begins where it joins', () => {
  const fixture = new Fixture({ joinPosition: 4096 })
  assert.is(fixture.shared.hwm.get(), 4096)
  assert.is(fixture.receiverPosition.get(), 4096)
  assert.is(fixture.shared.state.isActive(), true)
  assert.is(fixture.shared.state.timeOfLastPacketNs(), fixture.nowNs)
  assert.is(fixture.image.status, 'ACTIVE')
  assert.is(fixture.status(), 'none')
})

test('the receiver position follows what is complete, whatever a subscriber says', () => {
  const fixture = new Fixture()
  const subscriber = fixture.subscribe()
  fixture.receive(0, 3 * FRAME)
  fixture.receive(4 * FRAME, 5 * FRAME)
  fixture.track()
  assert.is(fixture.receiverPosition.get(), 3 * FRAME)
  fixture.receive(3 * FRAME, 4 * FRAME)
  subscriber.counter.set(4 * FRAME)
  fixture.track()
  assert.is(fixture.receiverPosition.get(), 5 * FRAME)
  for (const position of [6 * FRAME, 2 ** 62, Number.MAX_SAFE_INTEGER, -1, -(2 ** 62)]) {
    subscriber.counter.set(position)
    fixture.track()
    assert.is(fixture.receiverPosition.get(), 5 * FRAME, `${position}`)
  }
  fixture.receive(6 * FRAME, 7 * FRAME)
  fixture.track()
  fixture.track(NAK_DELAY_NS)
  assert.is(fixture.losses().length, 1, 'gaps are found as ever')
})

test('a rebuild goes from term to term', () => {
  const fixture = new Fixture({ joinPosition: TERM_LENGTH - FRAME })
  fixture.subscribe()
  fixture.receive(TERM_LENGTH - FRAME, TERM_LENGTH + 2 * FRAME)
  fixture.track()
  fixture.track()
  assert.is(fixture.receiverPosition.get(), TERM_LENGTH + 2 * FRAME)
})

test('without subscribers nothing is followed', () => {
  const fixture = new Fixture()
  fixture.receive(0, FRAME)
  fixture.track()
  assert.is(fixture.receiverPosition.get(), 0)
  assert.is(fixture.image.nextDeadlineNs(), Infinity)
})

test('a status message is due when more than a quarter of the window was consumed by all', () => {
  const fixture = new Fixture()
  const fast = fixture.subscribe(1)
  const slow = fixture.subscribe(2)
  fixture.receive(0, WINDOW)
  fast.counter.set(WINDOW)
  slow.counter.set(WINDOW / 4)
  fixture.track()
  assert.is(fixture.status(), 'none')
  slow.counter.set(WINDOW / 4 + 32)
  fixture.track()
  assert.is(fixture.status(), `1: ${WINDOW / 4 + 32} ${WINDOW}`)
  fixture.track()
  assert.is(fixture.status(), `1: ${WINDOW / 4 + 32} ${WINDOW}`)
})

test('a status message is due when the window changes, or congestion control wants one', () => {
  let window = WINDOW
  let isStatusForced = false
  const calls: boolean[] = []
  const congestionControl: CongestionControl = {
    get window() {
      return window
    },
    get isStatusForced() {
      return isStatusForced
    },
    onRebuild: (_nowNs, _position, lossFound) => void calls.push(lossFound),
  }
  const fixture = new Fixture({ congestionControl })
  fixture.subscribe()
  fixture.track()
  assert.is(fixture.status(), 'none')
  window = 4096
  fixture.track()
  assert.is(fixture.status(), '1: 0 4096')
  isStatusForced = true
  fixture.track()
  assert.is(fixture.status(), '2: 0 4096')
  fixture.receive(FRAME, 2 * FRAME)
  fixture.track()
  fixture.track()
  assert.equal(calls, [false, false, false, true, false])
})

test('a static window is a multiple of 32, half a term at most', () => {
  assert.is(new StaticCongestionControl(1000, TERM_LENGTH).window, 992)
  assert.is(new StaticCongestionControl(2 ** 30, TERM_LENGTH).window, TERM_LENGTH / 2)
})

test('one term behind the slowest subscriber is cleaned, and no more', () => {
  const fixture = new Fixture()
  const subscriber = fixture.subscribe()
  const slow = fixture.subscribe(2)
  let position = 0
  for (let i = 0; i < 3 * (TERM_LENGTH / FRAME); i++) {
    fixture.receive(position, position + FRAME)
    position += FRAME
    subscriber.counter.set(position)
    slow.counter.set(Math.max(0, position - 4 * FRAME))
    fixture.track()
    if (position === TERM_LENGTH + 8 * FRAME) assert.not.ok(fixture.shared.isClean(0, 8 * FRAME))
    if (fixture.shared.frameLengthAt(position) !== 0) assert.unreachable(`position ${position} is dirty`)
  }
  const { state } = fixture.shared
  assert.ok(state.readStatus(state.statusChange()))
  const cleanPosition = state.statusPosition - TERM_LENGTH
  assert.ok(fixture.shared.isClean(cleanPosition - FRAME, cleanPosition))
  assert.not.ok(fixture.shared.isClean(cleanPosition, cleanPosition + FRAME))
  assert.ok(fixture.shared.isGuardIntact())
})

test('losses are handed to the receiver, and every byte is reported once', () => {
  const fixture = new Fixture()
  fixture.subscribe()
  fixture.receive(3 * FRAME, 4 * FRAME)
  fixture.track()
  assert.is(fixture.image.nextDeadlineNs(), fixture.nowNs + NAK_DELAY_NS)
  assert.is(fixture.shared.state.lossChange(), 0)
  fixture.track(NAK_DELAY_NS)
  const { state } = fixture.shared
  assert.ok(state.readLoss(1))
  assert.equal([state.lossTermId, state.lossTermOffset, state.lossLength], [INITIAL_TERM, 0, 3 * FRAME])
  for (let i = 0; i < 5; i++) fixture.track(NAK_DELAY_NS * NAK_RETRY_RATIO)
  assert.is(state.lossChange(), 6)
  fixture.receive(0, FRAME)
  fixture.track()
  fixture.track(NAK_DELAY_NS)
  assert.is(state.lossChange(), 7)
  assert.equal(fixture.losses(), [
    {
      observationCount: 1,
      totalBytesLost: 3 * FRAME,
      firstObservationMs: EPOCH_MS,
      lastObservationMs: EPOCH_MS,
      sessionId: SESSION,
      streamId: STREAM,
      channel: 'aeron:udp?endpoint=localhost:20121',
      source: '127.0.0.1:37353',
    },
  ])
  fixture.receive(5 * FRAME, 6 * FRAME)
  fixture.receive(FRAME, 3 * FRAME)
  fixture.track()
  fixture.track(NAK_DELAY_NS)
  const [entry] = fixture.losses()
  assert.is(entry?.totalBytesLost, 4 * FRAME)
  assert.is(entry?.observationCount, 2)
})

test('a gap that grows adds what is new of it to the report, in another term all of it', () => {
  const fixture = new Fixture()
  const subscriber = fixture.subscribe()
  fixture.shared.hwm.set(2 * FRAME)
  fixture.track()
  fixture.track(NAK_DELAY_NS)
  fixture.shared.hwm.set(5 * FRAME)
  fixture.track()
  fixture.track(NAK_DELAY_NS)
  assert.is(fixture.losses()[0]?.totalBytesLost, 5 * FRAME)
  subscriber.counter.set(TERM_LENGTH)
  fixture.shared.hwm.set(TERM_LENGTH + FRAME)
  fixture.track()
  fixture.track(NAK_DELAY_NS)
  assert.is(fixture.losses()[0]?.totalBytesLost, 6 * FRAME)
})

test('a subscriber joins where the slowest one is', () => {
  const fixture = new Fixture()
  assert.is(fixture.image.isAcceptingSubscriptions(), false, 'nothing is followed without subscribers')
  const first = fixture.subscribe()
  assert.is(fixture.image.isAcceptingSubscriptions(), true)
  fixture.receive(0, 4 * FRAME)
  fixture.track()
  first.counter.set(FRAME)
  assert.is(fixture.image.joinPosition(), FRAME)
  first.counter.set(8 * FRAME)
  assert.is(fixture.image.joinPosition(), 4 * FRAME)
})

test('a subscriber whose position is nonsense does not lead others astray', () => {
  const fixture = new Fixture({ joinPosition: 4096 })
  const position = fixture.subscribe(1)
  position.counter.set(-1e9)
  assert.is(fixture.image.joinPosition(), 4096)
  position.counter.set(2 ** 50)
  assert.is(fixture.image.joinPosition(), 4096)
})

test('a subscription leaves with all of its positions', () => {
  const fixture = new Fixture()
  const first = fixture.subscribe(1)
  const second = fixture.subscribe(2)
  const third = fixture.subscribe(1)
  assert.equal(fixture.image.removeSubscriber(1), [first, third])
  assert.equal(fixture.image.subscriberPositions, [second])
  assert.equal(fixture.image.removeSubscriber(1), [])
})

test('at the end of its stream an image drains, tells its sender, and goes', () => {
  const fixture = new Fixture()
  const subscriber = fixture.subscribe()
  fixture.receive(0, FRAME)
  fixture.shared.state.setEndOfStream()
  assert.equal(fixture.tick(), [])
  assert.is(fixture.image.status, 'ACTIVE', 'not all is rebuilt')
  fixture.track()
  fixture.tick()
  assert.is(fixture.image.status, 'DRAINING')
  assert.is(fixture.shared.state.isEosStatusSent(), true)
  assert.is(fixture.image.isAcceptingSubscriptions(), true)
  assert.equal(fixture.tick(), [], 'not all is read')
  subscriber.counter.set(FRAME)
  assert.is(fixture.image.isAcceptingSubscriptions(), false)
  assert.equal(fixture.tick(), ['removeFromReceiver', 'onUnavailable', 'clearCoolDown'])
  assert.is(fixture.image.status, 'LINGER')
  assert.is(fixture.shared.state.isActive(), false)
  fixture.tick(LIVENESS_NS)
  assert.is(fixture.image.status, 'LINGER')
  fixture.tick(1)
  assert.is(fixture.image.status, 'DONE')
  assert.is(fixture.image.isReleased, false)
  fixture.image.onReleased()
  assert.is(fixture.image.isReleased, true)
})

test('an image drains for five status messages, however soon all is read', () => {
  const fixture = new Fixture()
  fixture.subscribe()
  fixture.shared.state.setEndOfStream()
  fixture.tick()
  assert.equal(fixture.tick(5 * STATUS_NS - 1), [])
  assert.is(fixture.tick(1)[0], 'removeFromReceiver')
})

test('a silent image goes after its liveness timeout, not at it', () => {
  const fixture = new Fixture()
  fixture.subscribe()
  fixture.tick(LIVENESS_NS)
  assert.is(fixture.image.status, 'ACTIVE')
  fixture.tick(1)
  assert.is(fixture.image.status, 'DRAINING')
})

test('an image without subscribers goes', () => {
  const fixture = new Fixture()
  fixture.subscribe()
  fixture.image.removeSubscriber(1)
  fixture.tick()
  assert.is(fixture.image.status, 'DRAINING')
  fixture.tick()
  fixture.tick()
  assert.is(fixture.image.status, 'DONE')
})

test('a revoked image goes without being read, after it told its sender', () => {
  const fixture = new Fixture()
  fixture.subscribe()
  fixture.receive(0, 4 * FRAME)
  fixture.shared.log.setPublicationRevoked()
  fixture.shared.state.setEndOfStream()
  fixture.track()
  assert.is(fixture.receiverPosition.get(), 0, 'nothing is followed any more')
  fixture.tick()
  assert.is(fixture.image.status, 'DRAINING')
  assert.is(fixture.shared.state.eosStatusRequests(), 1)
  assert.equal(fixture.tick(1), ['removeFromReceiver', 'onUnavailable', 'clearCoolDown'])
})

test('a session may not come back when its last subscriber says so', () => {
  const fixture = new Fixture()
  fixture.subscribe(1, true)
  fixture.subscribe(2, false)
  fixture.shared.state.setEndOfStream()
  fixture.tick()
  assert.equal(fixture.tick(), ['removeFromReceiver', 'onUnavailable'])
})

test('what the receiver does not take is tried again', () => {
  const fixture = new Fixture()
  fixture.subscribe()
  fixture.shared.state.setEndOfStream()
  fixture.tick()
  fixture.isReceiverBusy = true
  assert.equal(fixture.tick(), ['removeFromReceiver'])
  assert.is(fixture.image.status, 'DRAINING')
  fixture.isReceiverBusy = false
  assert.equal(fixture.tick(), ['removeFromReceiver', 'onUnavailable', 'clearCoolDown'])
})

test('a cool-down that could not be cleared is cleared later, and once', () => {
  const fixture = new Fixture()
  fixture.subscribe()
  fixture.shared.state.setEndOfStream()
  fixture.tick()
  fixture.isReceiverBusyWithCoolDown = true
  assert.equal(fixture.tick(), ['removeFromReceiver', 'onUnavailable', 'clearCoolDown'])
  fixture.image.removeSubscriber(1)
  assert.equal(fixture.tick(), ['clearCoolDown'])
  assert.is(fixture.image.status, 'DONE')
  fixture.isReceiverBusyWithCoolDown = false
  assert.equal(fixture.tick(), ['clearCoolDown'])
  assert.equal(fixture.tick(), [])
})

test.run()
