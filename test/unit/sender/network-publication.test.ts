import * as assert from 'uvu/assert'
import { BufferClaim } from '../../../client/log/buffer-claim.ts'
import { ConcurrentAppender } from '../../../client/log/concurrent-appender.ts'
import { initialiseLog } from '../../../client/log/initialise-log.ts'
import { computeLogLength } from '../../../client/log/log-buffer-descriptor.ts'
import type { LogBuffers } from '../../../client/log/log-buffers.ts'
import { ADMIN_ACTION, BACK_PRESSURED } from '../../../client/log/offer-result.ts'
import { AtomicBuffer } from '../../../client/memory/atomic-buffer.ts'
import { AtomicCounter } from '../../../client/memory/atomic-counter.ts'
import { DirectBuffer } from '../../../codegen/runtime/index.ts'
import { NetworkPublication } from '../../../driver/core/conductor/network-publication.ts'
import { concludeDriverSettings } from '../../../driver/core/driver-settings.ts'
import { PUBLICATION_STATE_LENGTH, PublicationState } from '../../../driver/core/shared-state.ts'
import { SystemCounters } from '../../../driver/core/system-counters.ts'
import { LogType, SystemCounterId } from '../../../schemas/generated/aeron.memory/index.ts'
import { withSeed } from '../../support/seed.ts'
import { suite } from '../../support/suite.ts'

const test = suite('network publication')

const TERM_LENGTH = 65_536
const S = 1_000_000_000
const LINGER_NS = 5 * S
const UNBLOCK_NS = 15 * S
const MESSAGE = new DirectBuffer(new Uint8Array(992).fill(0x42))
const FRAME = 1024

interface Options {
  readonly termWindowLength?: number
  readonly termOffset?: number
  readonly isExclusive?: boolean
}

class Fixture {
  readonly log: LogBuffers
  readonly state: PublicationState = new PublicationState(new SharedArrayBuffer(PUBLICATION_STATE_LENGTH))
  readonly systemCounters: SystemCounters
  readonly publication: NetworkPublication
  readonly appender: ConcurrentAppender
  nowNs: number = 7 * S
  isSenderFull: boolean = false
  removals: number = 0

  constructor(options: Options = {}) {
    const values = AtomicBuffer.allocate(128 * 64)
    const memory = new SharedArrayBuffer(computeLogLength(TERM_LENGTH, 4096))
    this.systemCounters = new SystemCounters(values)
    this.log = initialiseLog(new AtomicBuffer(memory), {
      logType: LogType.CONCURRENT_PUBLICATION,
      correlationId: 3,
      sessionId: 1,
      streamId: 2,
      termLength: TERM_LENGTH,
      pageSize: 4096,
      mtuLength: 1408,
      initialTermId: 0x7fff_fffe,
      termOffset: options.termOffset ?? 0,
    })
    const [publisherPosition, publisherLimit, senderPosition, senderLimit] = [50, 51, 52, 53].map(
      (id) => new AtomicCounter(values, id),
    ) as [AtomicCounter, AtomicCounter, AtomicCounter, AtomicCounter]
    this.publication = new NetworkPublication(
      {
        registrationId: 3,
        sessionId: 1,
        streamId: 2,
        channel: 'aeron:udp?endpoint=localhost:20121',
        endpointId: 5,
        isExclusive: options.isExclusive ?? false,
        log: this.log,
        region: { name: 'log', memory, byteOffset: 0, byteLength: memory.byteLength },
        state: this.state,
        publisherPosition,
        publisherLimit,
        senderPosition,
        senderLimit,
        params: { termWindowLength: options.termWindowLength ?? TERM_LENGTH / 2, lingerTimeoutNs: LINGER_NS },
        settings: concludeDriverSettings({ publicationUnblockTimeoutNs: UNBLOCK_NS }, {}),
        systemCounters: this.systemCounters,
      },
      {
        removeFromSender: (publication) => {
          assert.is(publication, this.publication)
          this.removals++
          return !this.isSenderFull
        },
      },
    )
    this.publication.addReference()
    this.appender = new ConcurrentAppender(this.log, publisherLimit)
  }

  get limit(): number {
    return this.publication.publisherLimit.get()
  }

  connect(): void {
    this.state.setHasReceivers(true)
    this.publication.updateLimits(this.nowNs)
  }

  offer(): number {
    for (;;) {
      const result = this.appender.offer(MESSAGE, 0, MESSAGE.byteLength)
      if (result !== ADMIN_ACTION) return result
    }
  }

  /** The sender has sent up to there. */
  sendTo(position: number): void {
    this.publication.senderPosition.set(position)
  }

  tickAfter(durationNs: number): void {
    this.nowNs += durationNs
    this.publication.onTimeEvent(this.nowNs)
  }

  count(id: number): number {
    return this.systemCounters.get(id as SystemCounterId)
  }
}

test('positions and limits begin where the stream does', () => {
  const { publication } = new Fixture({ termOffset: 4096 })
  const { publisherPosition, publisherLimit, senderPosition, senderLimit, startPosition } = publication
  const positions = [publisherPosition, publisherLimit, senderPosition, senderLimit].map((counter) => counter.get())
  assert.equal(positions, [4096, 4096, 4096, 4096])
  assert.is(startPosition, 4096)
})

test('the limit is a window ahead of the sender once there are receivers', () => {
  const fixture = new Fixture({ termWindowLength: 8192 })
  assert.is(fixture.publication.updateLimits(1), 0)
  assert.is(fixture.limit, 0)
  fixture.connect()
  assert.is(fixture.limit, 8192)
  assert.is(fixture.publication.updateLimits(2), 0)
  fixture.sendTo(1024)
  assert.is(fixture.publication.updateLimits(3), 1)
  assert.is(fixture.limit, 9216)
})

test('the publisher position is copied', () => {
  const fixture = new Fixture()
  fixture.connect()
  fixture.offer()
  fixture.publication.updateLimits(1)
  assert.is(fixture.publication.publisherPosition.get(), FRAME)
})

test('without receivers the limit falls to the sender position and publishers are told', () => {
  const fixture = new Fixture()
  fixture.connect()
  fixture.log.setConnected(true)
  fixture.offer()
  fixture.sendTo(FRAME)
  fixture.state.setHasReceivers(false)
  assert.is(fixture.publication.updateLimits(1), 1)
  assert.is(fixture.limit, FRAME)
  assert.is(fixture.log.isConnected(), false)
  assert.is(fixture.publication.updateLimits(1), 0)
})

test('the timer follows whether there are receivers', () => {
  const fixture = new Fixture()
  fixture.state.setHasReceivers(true)
  fixture.tickAfter(S)
  assert.is(fixture.log.isConnected(), true)
  fixture.state.setHasReceivers(false)
  fixture.tickAfter(S)
  assert.is(fixture.log.isConnected(), false)
})

/** Publishes and sends until the sender is at a position. */
function streamTo(fixture: Fixture, position: number): void {
  for (let sent = fixture.publication.senderPosition.get(); sent < position; sent += FRAME) {
    assert.is(fixture.offer(), sent + FRAME)
    fixture.sendTo(sent + FRAME)
    fixture.publication.updateLimits(fixture.nowNs)
  }
}

function frameLengthAt({ log }: Fixture, position: number): number {
  return log.termOf(position).loadInt32(position % TERM_LENGTH)
}

test('what lies a term behind the sender is cleaned, and nothing nearer', () => {
  const fixture = new Fixture()
  fixture.connect()
  streamTo(fixture, TERM_LENGTH + 10 * FRAME)
  assert.ok(fixture.log.terms[0].bytes.subarray(0, 10 * FRAME).every((byte) => byte === 0))
  assert.is(frameLengthAt(fixture, 10 * FRAME), FRAME)
  assert.is(frameLengthAt(fixture, TERM_LENGTH), FRAME)
})

test('a stream goes round the partitions many times', () => {
  const fixture = new Fixture({ termOffset: 5 * FRAME })
  fixture.connect()
  streamTo(fixture, 20 * TERM_LENGTH)
  assert.is(fixture.limit, 20 * TERM_LENGTH + TERM_LENGTH / 2)
  assert.is(fixture.offer(), 20 * TERM_LENGTH + FRAME)
})

test('the limit does not enter a term that is not clean, and follows as cleaning does', () => {
  const fixture = new Fixture()
  fixture.connect()
  streamTo(fixture, TERM_LENGTH)
  // The conductor was away while the sender went on.
  const far = 3 * TERM_LENGTH
  fixture.sendTo(far)
  assert.is(fixture.publication.updateLimits(1), 1, 'a term was cleaned')
  assert.is(fixture.limit, TERM_LENGTH + TERM_LENGTH / 2, 'an entire term is dirty')
  assert.is(fixture.publication.updateLimits(1), 1)
  assert.is(fixture.limit, far + TERM_LENGTH / 2)
  assert.is(fixture.publication.updateLimits(1), 0)
})

test('the partition of the limit is always clean from the producer on', () =>
  withSeed('limits', (random) => {
    const fixture = new Fixture({ termWindowLength: TERM_LENGTH / 2 })
    fixture.connect()
    let producer = 0
    let sender = 0
    for (let i = 0; i < 3000; i++) {
      if (random.bool(0.7)) {
        const result = fixture.offer()
        if (result > 0) {
          producer = result
        } else {
          assert.is(result, BACK_PRESSURED)
        }
      }
      if (random.bool(0.6) && sender < producer) {
        sender = Math.min(producer, sender + FRAME * random.between(1, 40))
        fixture.sendTo(sender)
      }
      if (random.bool(0.5)) fixture.publication.updateLimits(i)
      const { limit } = fixture
      assert.ok(limit <= sender + TERM_LENGTH / 2)
      for (let position = producer; position < limit; position += FRAME) {
        assert.is(frameLengthAt(fixture, position), 0, `position ${position} of limit ${limit}`)
      }
      fixture.log.setConnected(true)
    }
    assert.ok(producer > 4 * TERM_LENGTH)
  }))

test('with the last reference the stream ends, is drained, lingers and is let go', () => {
  const fixture = new Fixture()
  const { publication, log, state } = fixture
  fixture.connect()
  publication.addReference()
  fixture.offer()
  publication.removeReference()
  assert.is(publication.state, 'ACTIVE')
  publication.removeReference()
  assert.is(publication.state, 'DRAINING')
  assert.is(fixture.limit, FRAME)
  assert.is(log.endOfStreamPosition(), FRAME)
  assert.is(state.isEndOfStream(), false)
  fixture.tickAfter(S)
  assert.is(publication.state, 'DRAINING')
  fixture.sendTo(FRAME)
  fixture.tickAfter(S)
  assert.is(state.isEndOfStream(), true)
  assert.is(publication.state, 'LINGER')
  fixture.tickAfter(LINGER_NS)
  assert.is(publication.state, 'LINGER')
  fixture.isSenderFull = true
  fixture.tickAfter(1)
  assert.is(publication.state, 'LINGER')
  fixture.isSenderFull = false
  fixture.tickAfter(S)
  assert.is(publication.state, 'DONE')
  assert.is(publication.isEndOfLife, false)
  publication.onReleased()
  assert.is(publication.isEndOfLife, true)
  fixture.tickAfter(S)
  assert.is(fixture.removals, 2)
})

test('a stream that is sent completely ends with its last reference', () => {
  const fixture = new Fixture()
  fixture.publication.removeReference()
  assert.is(fixture.state.isEndOfStream(), true)
})

test('draining goes on while there are receivers, and ends without', () => {
  const fixture = new Fixture()
  fixture.connect()
  fixture.offer()
  fixture.publication.removeReference()
  for (let i = 0; i < 100; i++) fixture.tickAfter(S)
  assert.is(fixture.publication.state, 'DRAINING')
  fixture.state.setHasReceivers(false)
  fixture.tickAfter(S)
  assert.is(fixture.publication.state, 'LINGER')
  assert.is(fixture.state.isEndOfStream(), false)
})

test('a receiver that has everything cuts lingering short', () => {
  const fixture = new Fixture()
  fixture.publication.removeReference()
  fixture.tickAfter(S)
  assert.is(fixture.publication.state, 'LINGER')
  fixture.state.setEosStatusReceived(true)
  fixture.tickAfter(S)
  assert.is(fixture.publication.state, 'DONE')
})

test('limits stand still once the publication is not active', () => {
  const fixture = new Fixture()
  fixture.connect()
  fixture.publication.removeReference()
  assert.is(fixture.publication.updateLimits(1), 0)
  assert.is(fixture.limit, 0)
})

test('a revoked publication skips draining', () => {
  const fixture = new Fixture()
  fixture.connect()
  fixture.log.setConnected(true)
  fixture.offer()
  fixture.publication.revoke()
  fixture.publication.removeReference()
  assert.is(fixture.publication.state, 'LINGER')
  assert.is(fixture.log.isPublicationRevoked(), true)
  assert.is(fixture.log.isConnected(), false)
  assert.is(fixture.log.endOfStreamPosition(), FRAME)
  assert.is(fixture.limit, FRAME)
  assert.is(fixture.state.isEndOfStream(), true)
  assert.is(fixture.count(SystemCounterId.PUBLICATIONS_REVOKED), 1)
  fixture.tickAfter(LINGER_NS + S)
  assert.is(fixture.publication.state, 'DONE')
})

test('a revoke by one of two is seen by the timer, and lingers for the other', () => {
  const fixture = new Fixture()
  fixture.publication.addReference()
  fixture.publication.revoke()
  fixture.publication.removeReference()
  assert.is(fixture.publication.state, 'ACTIVE')
  fixture.tickAfter(S)
  assert.is(fixture.publication.state, 'LINGER')
  fixture.tickAfter(10 * LINGER_NS)
  assert.is(fixture.publication.state, 'LINGER')
  fixture.publication.removeReference()
  fixture.tickAfter(S)
  assert.is(fixture.publication.state, 'DONE')
  assert.is(fixture.count(SystemCounterId.PUBLICATIONS_REVOKED), 1)
})

/** A publisher dies between claim and commit; another one goes on behind it. */
function blockedFixture(options: Options = {}): Fixture {
  const fixture = new Fixture(options)
  fixture.connect()
  fixture.appender.claim(100, new BufferClaim())
  fixture.offer()
  fixture.tickAfter(S)
  return fixture
}

test('a dead publisher is unblocked after the unblock timeout', () => {
  const fixture = blockedFixture()
  fixture.tickAfter(UNBLOCK_NS)
  assert.is(fixture.count(SystemCounterId.UNBLOCKED_PUBLICATIONS), 0)
  fixture.tickAfter(1)
  assert.is(fixture.count(SystemCounterId.UNBLOCKED_PUBLICATIONS), 1)
  assert.is(frameLengthAt(fixture, 0), 132)
})

test('a sender that moves puts unblocking off', () => {
  const fixture = blockedFixture()
  fixture.offer()
  fixture.tickAfter(UNBLOCK_NS - 1)
  fixture.sendTo(160)
  fixture.tickAfter(S)
  fixture.tickAfter(UNBLOCK_NS)
  fixture.sendTo(0)
  fixture.tickAfter(S)
  assert.is(fixture.count(SystemCounterId.UNBLOCKED_PUBLICATIONS), 0)
})

test('exclusive publications are not unblocked while they are in use, but drained', () => {
  const fixture = blockedFixture({ isExclusive: true })
  fixture.tickAfter(10 * UNBLOCK_NS)
  assert.is(fixture.count(SystemCounterId.UNBLOCKED_PUBLICATIONS), 0)
  fixture.publication.removeReference()
  fixture.tickAfter(S)
  assert.is(fixture.count(SystemCounterId.UNBLOCKED_PUBLICATIONS), 1)
  assert.is(fixture.publication.state, 'DRAINING')
})

test('what a dead publisher claimed last, and never began, does not keep the stream from ending', () => {
  const fixture = new Fixture({ isExclusive: true })
  fixture.connect()
  fixture.offer()
  const position = fixture.publication.log.producerPosition()
  fixture.publication.log.setTailOffset(0, position + 4096)
  fixture.sendTo(position)
  fixture.publication.removeReference()
  fixture.tickAfter(S)
  assert.is(fixture.count(SystemCounterId.UNBLOCKED_PUBLICATIONS), 1)
  assert.is(frameLengthAt(fixture, position), 4096)
  fixture.sendTo(position + 4096)
  fixture.tickAfter(S)
  assert.is(fixture.publication.state, 'LINGER')
})

test.run()
