import * as assert from 'uvu/assert'
import { DirectBuffer } from '../../../codegen/runtime/index.ts'
import { ERRORS_PER_SECOND_MAX } from '../../../driver/core/sender/send-endpoint.ts'
import { SystemCounterId } from '../../../schemas/generated/aeron.memory/index.ts'
import { suite } from '../../support/suite.ts'
import { REMOTE } from './fake-media.ts'
import {
  END_OF_STREAM,
  INITIAL_TERM,
  RECEIVER,
  SEND_SETUP,
  errorFrame,
  nakFrame,
  rttMeasurement,
  statusMessage,
} from './receiver-frames.ts'
import { MS, MTU, SenderHarness, TERM_LENGTH, describe, hexOf, offer } from './sender-harness.ts'
import type { TestPublication } from './sender-harness.ts'

const test = suite('sender publication')

interface Started {
  readonly harness: SenderHarness
  readonly publication: TestPublication
}

function start(...args: Parameters<SenderHarness['addPublication']>): Started {
  const harness = new SenderHarness()
  harness.openEndpoint()
  return { harness, publication: harness.addPublication(...args) }
}

/** With a receiver, whose first status message the sender has answered with a heartbeat. */
function startConnected(window: number = 32_768): Started {
  const started = start()
  started.harness.deliver(statusMessage({ window }))
  started.harness.work()
  started.harness.transport.take()
  return started
}

function sentBy(harness: SenderHarness): string[] {
  return harness.transport.take().map(describe)
}

test('SETUP goes out at once and every 100 ms until the first status message', () => {
  const { harness } = start()
  assert.equal(sentBy(harness), [`SETUP 0 ${INITIAL_TERM}:0 40`])
  harness.workAfter(100 * MS)
  assert.equal(sentBy(harness), [])
  harness.workAfter(1)
  assert.equal(sentBy(harness), [`SETUP 0 ${INITIAL_TERM}:0 40`])
  harness.advanceTo(harness.nowNs + 1000 * MS)
  assert.is(harness.transport.take().length, 9)
  harness.deliver(statusMessage())
  harness.advanceTo(harness.nowNs + 3000 * MS)
  assert.ok(sentBy(harness).every((frame) => frame.startsWith('HEARTBEAT')))
})

test('a SETUP names the sender position of a stream that begins later', () => {
  const { harness } = start({ initialTermId: 0x7fff_fffe, termId: -0x7fff_ffff, termOffset: 4096 })
  assert.equal(sentBy(harness), [`SETUP 0 ${-0x7fff_ffff}:4096 40`])
})

test('nothing but SETUP is sent before the first status message', () => {
  const { harness, publication } = start()
  offer(publication, 100, 3)
  harness.advanceTo(harness.nowNs + 450 * MS)
  assert.ok(sentBy(harness).every((frame) => frame.startsWith('SETUP')))
  assert.is(harness.count(SystemCounterId.BYTES_SENT), 0)
  assert.is(publication.backPressureEvents.get(), 0)
})

test('the first status message opens the stream and makes it connected', () => {
  const { harness, publication } = start()
  harness.deliver(statusMessage({ window: 4096 + 31 }))
  assert.is(publication.senderLimit.get(), 4096)
  assert.is(publication.state.hasReceivers(), true)
  assert.is(publication.log.isConnected(), true)
  assert.is(harness.count(SystemCounterId.STATUS_MESSAGES_RECEIVED), 1)
})

test('an idle stream has a heartbeat every 100 ms, data puts it off', () => {
  const { harness, publication } = startConnected()
  const startNs = harness.nowNs
  harness.workAfter(100 * MS - 1)
  harness.workAfter(1)
  assert.equal(sentBy(harness), [], 'only after more than 100 ms')
  offer(publication, 10)
  harness.work()
  assert.equal(sentBy(harness), [`DATA c0 ${INITIAL_TERM}:0 64`])
  harness.advanceTo(startNs + 200 * MS)
  assert.equal(sentBy(harness), [])
  harness.advanceTo(startNs + 301 * MS)
  assert.equal(sentBy(harness), [`HEARTBEAT c0 ${INITIAL_TERM}:64 32`, `HEARTBEAT c0 ${INITIAL_TERM}:64 32`])
  assert.is(harness.count(SystemCounterId.HEARTBEATS_SENT), 3)
  assert.is(harness.count(SystemCounterId.BYTES_SENT), 64 + 3 * 32)
})

test('whole frames fill datagrams up to the MTU, and so many datagrams go out in a cycle', () => {
  const { harness, publication } = startConnected()
  offer(publication, 100, 50)
  harness.work()
  const frames = harness.transport.take()
  assert.equal(frames.map(({ length }) => length), [1280, 1280, 1280, 1280])
  assert.is(harness.transport.sendCalls, 3, 'all datagrams in one call, after SETUP and heartbeat')
  assert.is(publication.senderPosition.get(), 4 * 1280)
  harness.work()
  assert.equal(harness.transport.take().map(({ length }) => length), [1280, 1280, 320])
  assert.is(publication.senderPosition.get(), 50 * 160)
})

test('nothing is sent beyond the window, and its end is counted once until something was sent', () => {
  const { harness, publication } = startConnected(1000)
  const limits = (): number[] =>
    [publication.backPressureEvents.get(), harness.count(SystemCounterId.SENDER_FLOW_CONTROL_LIMITS)]
  offer(publication, 400, 3)
  assert.is(harness.settle(), 896)
  assert.is(publication.senderPosition.get(), 896)
  assert.equal(limits(), [1, 1])
  harness.settle()
  harness.settle()
  assert.equal(limits(), [1, 1])
  harness.deliver(statusMessage({ termOffset: 896, window: 448 }))
  assert.is(harness.settle(), 448)
  assert.is(publication.senderPosition.get(), 1344)
  assert.equal(limits(), [2, 2], 'counted with nothing left to send')
})

test('a limit that is reached behind the first datagram is counted in the next cycle only', () => {
  const { harness, publication } = startConnected(1000)
  offer(publication, 400)
  harness.settle()
  offer(publication, 400, 2)
  assert.is(harness.work(), 448)
  assert.is(publication.backPressureEvents.get(), 0)
  harness.work()
  harness.work()
  assert.is(publication.backPressureEvents.get(), 1)
})

test('status messages of streams that nobody knows have the largest terms', () => {
  const { harness } = start()
  harness.deliver(statusMessage({ sessionId: 1, termOffset: 1 << 29, window: 1 << 29 }))
  harness.deliver(statusMessage({ sessionId: 1, flags: SEND_SETUP }), errorFrame({ sessionId: 1 }))
  assert.is(harness.count(SystemCounterId.STATUS_MESSAGES_RECEIVED), 2)
  assert.is(harness.count(SystemCounterId.INVALID_PACKETS), 0)
  harness.deliver(statusMessage({ sessionId: 1, window: (1 << 29) + 1 }))
  assert.is(harness.count(SystemCounterId.INVALID_PACKETS), 1)
})

test('a limit that went up never goes down', () => {
  const { harness, publication } = startConnected(4096)
  offer(publication, 1000)
  harness.settle()
  harness.deliver(statusMessage({ termOffset: 0, window: 0 }))
  assert.is(publication.senderLimit.get(), 4096)
})

test('padding is its header on the wire, may pass the limit, and counts as 32 bytes', () => {
  const { harness, publication } = startConnected()
  const message = MTU - 32
  // 46 frames of 1408 leave 768 bytes of the term, which the 47th does not fit.
  offer(publication, message, 46)
  harness.settle()
  harness.deliver(statusMessage({ termOffset: 32_768, window: 32_032 }))
  harness.settle()
  harness.transport.take()
  const before = harness.count(SystemCounterId.BYTES_SENT)
  assert.is(publication.senderPosition.get(), 46 * MTU)
  assert.is(publication.senderLimit.get(), 46 * MTU + 32)
  offer(publication, message)
  harness.settle()
  assert.equal(sentBy(harness), [`PAD c0 ${INITIAL_TERM}:${46 * MTU} 32`])
  assert.is(publication.senderPosition.get(), TERM_LENGTH)
  assert.is(harness.count(SystemCounterId.BYTES_SENT), before + 32)
  harness.deliver(statusMessage({ termId: INITIAL_TERM + 1, termOffset: 0 }))
  harness.settle()
  assert.equal(sentBy(harness), [`DATA c0 ${INITIAL_TERM + 1}:0 ${MTU}`])
})

test('a stream goes on where term ids wrap', () => {
  const { harness, publication } = start({ initialTermId: 0x7fff_ffff })
  const send = (termId: number, termOffset: number): void => {
    harness.deliver(statusMessage({ termId, termOffset, window: 32_768 }))
    harness.settle()
  }
  offer(publication, 992, 70)
  send(0x7fff_ffff, 0)
  send(0x7fff_ffff, 32_768)
  harness.transport.take()
  send(-0x8000_0000, 0)
  assert.is(publication.senderPosition.get(), 70 * 1024)
  assert.is(sentBy(harness)[0], `DATA c0 ${-0x8000_0000}:0 1024`)
})

test('after a short send the rest is sent, and sends are not throttled', () => {
  const { harness, publication } = startConnected()
  offer(publication, 100, 30)
  harness.transport.room = 2
  harness.work()
  assert.is(harness.transport.take().length, 2)
  assert.is(publication.senderPosition.get(), 2 * 8 * 160)
  assert.is(harness.count(SystemCounterId.SHORT_SENDS), 1)
  assert.ok(harness.sender.nextDeadlineNs() > harness.nowNs && harness.sender.nextDeadlineNs() < harness.nowNs + MS)
  harness.transport.room = Infinity
  harness.work()
  assert.is(harness.transport.take().length, 2)
  assert.is(publication.senderPosition.get(), 30 * 160)
  assert.is(harness.count(SystemCounterId.SHORT_SENDS), 1)
})

test('a SETUP or heartbeat that the socket does not take is a short send', () => {
  const { harness } = start()
  harness.transport.take()
  harness.transport.room = 0
  harness.workAfter(101 * MS)
  assert.is(harness.count(SystemCounterId.SHORT_SENDS), 1)
  harness.deliver(statusMessage())
  harness.work()
  assert.is(harness.count(SystemCounterId.SHORT_SENDS), 2)
  assert.is(harness.count(SystemCounterId.HEARTBEATS_SENT), 0)
  assert.is(harness.count(SystemCounterId.BYTES_SENT), 0)
})

test('an elicited SETUP goes out beside heartbeats, again until there are receivers', () => {
  const { harness, publication } = startConnected()
  harness.advanceTo(harness.nowNs + 6000 * MS)
  assert.is(publication.state.hasReceivers(), false)
  harness.transport.take()
  harness.deliver(statusMessage({ flags: SEND_SETUP }))
  assert.is(publication.state.hasReceivers(), false, 'such a message is no sign of a receiver')
  harness.advanceTo(harness.nowNs + 450 * MS)
  const frames = sentBy(harness)
  assert.is(frames.filter((frame) => frame.startsWith('SETUP')).length, 5)
  assert.ok(frames.filter((frame) => frame.startsWith('HEARTBEAT')).length >= 4)
  harness.deliver(statusMessage())
  harness.advanceTo(harness.nowNs + 450 * MS)
  assert.is(sentBy(harness).filter((frame) => frame.startsWith('SETUP')).length, 1, 'the one that was still wanted')
})

test('with receivers one SETUP answers, however far the asking receiver is away', () => {
  const { harness } = startConnected()
  harness.nowNs += 200 * MS
  harness.deliver(statusMessage({ flags: SEND_SETUP, termId: INITIAL_TERM + 1000 }))
  harness.advanceTo(harness.nowNs + 450 * MS)
  assert.is(sentBy(harness).filter((frame) => frame.startsWith('SETUP')).length, 1)
  assert.is(harness.count(SystemCounterId.STATUS_MESSAGES_REJECTED), 0)
})

test('no SETUP is elicited once the stream has ended', () => {
  const { harness, publication } = startConnected()
  publication.state.setEndOfStream()
  harness.deliver(statusMessage({ flags: SEND_SETUP }))
  harness.advanceTo(harness.nowNs + 300 * MS)
  assert.ok(sentBy(harness).every((frame) => frame.startsWith('HEARTBEAT e0')))
})

test('heartbeats say that the stream ended unless eos is off, and that it was revoked in any case', () => {
  for (const [isEosSignalled, ended, revoked] of [[true, 'e0', 'f0'], [false, 'c0', 'f0']] as const) {
    const { harness, publication } = start({ isEosSignalled })
    harness.deliver(statusMessage())
    publication.state.setEndOfStream()
    harness.transport.take()
    harness.work()
    assert.equal(sentBy(harness), [`HEARTBEAT ${ended} ${INITIAL_TERM}:0 32`])
    publication.log.setPublicationRevoked()
    harness.workAfter(101 * MS)
    assert.equal(sentBy(harness), [`HEARTBEAT ${revoked} ${INITIAL_TERM}:0 32`])
  }
})

test('status messages do not make a revoked publication connected again', () => {
  const { harness, publication } = startConnected()
  publication.log.setPublicationRevoked()
  publication.log.setConnected(false)
  harness.deliver(statusMessage())
  assert.is(publication.log.isConnected(), false)
})

test('a receiver is gone at exactly the connection timeout, not before', () => {
  const { harness, publication } = startConnected()
  const timeoutNs = harness.settings.publicationConnectionTimeoutNs
  harness.deliver(statusMessage())
  harness.workAfter(timeoutNs - 1)
  harness.work()
  assert.is(publication.state.hasReceivers(), true)
  harness.workAfter(1)
  assert.is(publication.state.hasReceivers(), false)
})

test('a receiver is gone with its EOS, whatever flags are beside it, and others stay', () => {
  const { harness, publication } = startConnected()
  harness.deliver(statusMessage({ receiverId: RECEIVER + 1n }), statusMessage({ receiverId: RECEIVER + 2n ** 32n }))
  assert.is(publication.state.isEosStatusReceived(), false)
  harness.deliver(statusMessage({ flags: END_OF_STREAM | 0x3f }))
  assert.is(publication.state.isEosStatusReceived(), true)
  harness.deliver(statusMessage({ receiverId: RECEIVER + 1n }))
  assert.is(publication.state.isEosStatusReceived(), false, 'one that left does not speak for one that stays')
  harness.deliver(statusMessage({ flags: END_OF_STREAM, receiverId: RECEIVER + 1n }))
  assert.is(publication.state.hasReceivers(), true)
  assert.is(publication.log.isConnected(), true)
  harness.deliver(statusMessage({ flags: END_OF_STREAM, receiverId: RECEIVER + 2n ** 32n }))
  assert.is(publication.state.hasReceivers(), false)
  assert.is(publication.log.isConnected(), false)
})

test('a status message more than half a term away has no effect at all', () => {
  const { harness, publication } = start({ termId: INITIAL_TERM + 2, termOffset: 0 })
  const far = [
    { termId: INITIAL_TERM + 1, termOffset: TERM_LENGTH / 2 - 32 },
    { termId: INITIAL_TERM + 2, termOffset: TERM_LENGTH / 2 + 32 },
    { termId: INITIAL_TERM - 1, termOffset: 0 },
    { termId: (INITIAL_TERM - 0x8000_0000) | 0, termOffset: 0 },
  ]
  for (const fields of far) harness.deliver(statusMessage(fields), statusMessage({ ...fields, flags: END_OF_STREAM }))
  assert.is(harness.count(SystemCounterId.STATUS_MESSAGES_REJECTED), 2 * far.length)
  assert.is(publication.senderLimit.get(), publication.startPosition)
  assert.is(publication.state.hasReceivers(), false)
  assert.is(publication.state.isEosStatusReceived(), false)
  harness.deliver(statusMessage({ termId: INITIAL_TERM + 1, termOffset: TERM_LENGTH / 2, window: 64 }))
  assert.is(publication.state.hasReceivers(), true)
  harness.deliver(statusMessage({ termId: INITIAL_TERM + 2, termOffset: TERM_LENGTH / 2, window: 64 }))
  assert.is(publication.senderLimit.get(), publication.startPosition + TERM_LENGTH / 2 + 64)
  assert.is(harness.count(SystemCounterId.STATUS_MESSAGES_REJECTED), 2 * far.length)
})

interface LostWindow extends Started {
  /** How far the receiver is. */
  readonly consumed: number
  /** Where the padding begins that ends the term. */
  readonly padding: number
  at(termOffset: number): void
}

/** Sends a window of half a term and the padding behind it, and nothing of that arrives. */
function startWithLostWindow(): LostWindow {
  const { harness, publication } = startConnected()
  const at = (termOffset: number): void => {
    harness.deliver(statusMessage({ termOffset, window: TERM_LENGTH / 2 }))
    harness.settle()
  }
  // 191 frames of 128 bytes and 33 of 992, then a message of more than 8 KiB that does not fit the term.
  const consumed = 191 * 128
  const padding = consumed + 33 * 992
  offer(publication, 96, 191)
  harness.settle()
  at(consumed)
  offer(publication, 960, 33)
  at(consumed)
  assert.is(publication.senderPosition.get(), padding, 'the limit is where the padding begins')
  at(consumed + 32)
  publication.appender.offer(new DirectBuffer(new Uint8Array(8192)), 0, 8192)
  harness.settle()
  assert.is(publication.senderPosition.get(), TERM_LENGTH)
  assert.ok(TERM_LENGTH - (consumed + 32) > TERM_LENGTH / 2 + 8192)
  harness.transport.take()
  return { harness, publication, consumed, padding, at }
}

test('a receiver that lost a window of half a term and the padding behind it is heard, and gets both again', () => {
  const { harness, consumed, at } = startWithLostWindow()
  at(consumed + 32)
  assert.is(harness.count(SystemCounterId.STATUS_MESSAGES_REJECTED), 0)
  harness.deliver(nakFrame({ termOffset: consumed, length: 992 }))
  assert.is(harness.transport.take().length, 1)
})

test('a receiver that is out of reach of heartbeats behind padding gets others from where that begins', () => {
  const { harness, padding, at } = startWithLostWindow()
  const behind = `HEARTBEAT c0 ${INITIAL_TERM + 1}:0 32`
  harness.advanceTo(harness.nowNs + 101 * MS)
  assert.equal(sentBy(harness), [`HEARTBEAT c0 ${INITIAL_TERM}:${padding} 32`, behind])
  at(TERM_LENGTH / 2)
  harness.transport.take()
  harness.advanceTo(harness.nowNs + 101 * MS)
  assert.equal(sentBy(harness), [behind])
})

test('where padding begins the stream does not end', () => {
  const { harness, publication, padding } = startWithLostWindow()
  publication.state.setEndOfStream()
  harness.advanceTo(harness.nowNs + 101 * MS)
  assert.equal(sentBy(harness), [
    `HEARTBEAT c0 ${INITIAL_TERM}:${padding} 32`, `HEARTBEAT e0 ${INITIAL_TERM + 1}:0 32`,
  ])
})

test('an ERR frame reaches the conductor, and its receiver is gone', () => {
  const { harness, publication } = startConnected()
  harness.replies()
  harness.deliver(errorFrame({ text: 'No longer välid' }))
  assert.equal(harness.replies(), [
    {
      type: 'publicationError',
      registrationId: publication.registrationId,
      errorCode: 13,
      text: 'No longer välid',
      receiverId: RECEIVER,
      groupTag: -1n,
      sourceAddress: REMOTE,
    },
  ])
  assert.is(publication.state.hasReceivers(), false)
  assert.is(harness.count(SystemCounterId.ERROR_FRAMES_RECEIVED), 1)
  harness.deliver(errorFrame({ flags: 0x08, groupTag: 77n, text: '' }))
  const [reply] = harness.replies()
  assert.is(reply?.type === 'publicationError' && reply.groupTag, 77n)
})

test('few ERR frames are passed on in a second, since every client hears of them', () => {
  const { harness } = startConnected()
  harness.replies()
  for (const expected of [ERRORS_PER_SECOND_MAX, 0]) {
    for (let i = 0; i < 500; i++) harness.deliver(errorFrame())
    assert.is(harness.replies().length, expected)
    harness.workAfter(999 * MS)
  }
  harness.workAfter(MS)
  harness.deliver(errorFrame())
  assert.is(harness.replies().length, 1)
  assert.is(harness.count(SystemCounterId.ERROR_FRAMES_RECEIVED), 1001)
  assert.is(harness.count(SystemCounterId.CONDUCTOR_PROXY_FAILS), 1000 - ERRORS_PER_SECOND_MAX)
})

test('ERR frames leave room in the queue of the conductor', () => {
  const { harness } = startConnected()
  for (let second = 0; second < 20; second++) {
    for (let i = 0; i < ERRORS_PER_SECOND_MAX; i++) harness.deliver(errorFrame())
    harness.workAfter(1000 * MS)
  }
  assert.is(harness.toConductor.remainingCapacity(), 256)
  assert.ok(harness.count(SystemCounterId.CONDUCTOR_PROXY_FAILS) > 200)
})

test('a measurement of the round trip is answered when it asks for it', () => {
  const { harness } = startConnected()
  harness.transport.deliver(rttMeasurement({ flags: 0 }))
  harness.deliver(rttMeasurement({ flags: 0x81 }), rttMeasurement({ sessionId: 9 }))
  const answers = harness.transport.take()
  const expected = ['2800000000000600', '78563412e9030000', '0807060504030201', '0000000000000000', '93d70d52086ac639']
  assert.equal(answers.map(hexOf), [expected.join('')])
})

test('a lost range is sent again at once, however long, and counted', () => {
  const { harness, publication } = startConnected(32_768)
  offer(publication, 100, 200)
  harness.settle()
  harness.transport.take()
  const bytesSent = harness.count(SystemCounterId.BYTES_SENT)
  harness.deliver(nakFrame({ termOffset: 1280, length: 16_000 }))
  const frames = harness.transport.take()
  assert.is(describe(frames[0]!), `DATA c0 ${INITIAL_TERM}:1280 1280`)
  assert.is(frames.reduce((sum, { length }) => sum + length, 0), 16_000)
  assert.is(harness.count(SystemCounterId.RETRANSMITS_SENT), 1)
  assert.is(harness.count(SystemCounterId.RETRANSMITTED_BYTES), 16_000)
  assert.is(harness.count(SystemCounterId.NAK_MESSAGES_RECEIVED), 1)
  assert.is(publication.naksReceived.get(), 1)
  assert.is(harness.count(SystemCounterId.BYTES_SENT), bytesSent, 'retransmits are not counted twice')
  assert.is(publication.senderPosition.get(), 32_000)
})

test('a range of many datagrams is sent again completely', () => {
  const { harness, publication } = start({ termLength: 1 << 20 })
  harness.deliver(statusMessage({ window: 1 << 18 }))
  offer(publication, MTU - 32, 128)
  harness.settle()
  harness.transport.take()
  harness.deliver(nakFrame({ termOffset: MTU, length: 100 * MTU }))
  const offsets = harness.transport.take().map((frame) => new DataView(frame.buffer).getInt32(8, true))
  assert.equal(offsets, Array.from({ length: 100 }, (_, index) => (index + 1) * MTU))
  assert.is(harness.count(SystemCounterId.RETRANSMITTED_BYTES), 100 * MTU)
  harness.workAfter(20 * MS)
  harness.transport.take()
  harness.transport.room = 70
  harness.deliver(nakFrame({ termOffset: MTU, length: 100 * MTU }))
  assert.is(harness.transport.take().length, 70)
  assert.is(harness.count(SystemCounterId.RETRANSMITTED_BYTES), 170 * MTU)
})

test('what has not been sent is not sent again', () => {
  const { harness, publication } = startConnected(1600)
  offer(publication, 100, 40)
  harness.settle()
  harness.transport.take()
  harness.deliver(nakFrame({ termOffset: 0, length: 6400 }))
  assert.equal(harness.transport.take().map(({ length }) => length), [1280, 320])
  harness.deliver(nakFrame({ termOffset: 1600, length: 160 }))
  assert.equal(harness.transport.take(), [])
  assert.is(harness.count(SystemCounterId.RETRANSMITS_SENT), 1)
})

test('a retransmit that the socket does not take is not counted as one', () => {
  const { harness, publication } = startConnected()
  offer(publication, 100, 20)
  harness.settle()
  harness.transport.room = 0
  harness.deliver(nakFrame({ termOffset: 160, length: 320 }))
  assert.is(harness.count(SystemCounterId.RETRANSMITS_SENT), 0)
  assert.is(harness.count(SystemCounterId.RETRANSMITTED_BYTES), 0)
  assert.is(harness.count(SystemCounterId.SHORT_SENDS), 1)
})

test('ranges too old, before the stream or in no frame are not served', () => {
  const { harness, publication } = start({ termId: INITIAL_TERM + 1, termOffset: 64 })
  const at = (position: number, window: number): Uint8Array => statusMessage({
    termId: INITIAL_TERM + Math.floor(position / TERM_LENGTH), termOffset: position % TERM_LENGTH, window,
  })
  harness.deliver(at(TERM_LENGTH + 64, 32_768))
  offer(publication, 992, 60)
  harness.settle()
  harness.deliver(at(TERM_LENGTH + 64 + 32_768, 32_768))
  harness.settle()
  const position = publication.senderPosition.get()
  assert.is(position, TERM_LENGTH + 64 + 60 * 1024)
  harness.transport.take()
  const retransmitsOf = (termId: number, termOffset: number): number => {
    harness.workAfter(20 * MS)
    harness.transport.take()
    harness.deliver(nakFrame({ termId, termOffset, length: 1024 }))
    return harness.transport.take().length
  }
  const term = INITIAL_TERM + 1
  assert.is(retransmitsOf(term, 64), 0, 'older than half a term and the longest message')
  assert.is(retransmitsOf(term, 64 + 20 * 1024), 1)
  assert.is(retransmitsOf(term, 0), 0, 'before the stream')
  assert.is(retransmitsOf(INITIAL_TERM, 4096), 0)
  assert.is(retransmitsOf(INITIAL_TERM - 5, 64), 0)
  assert.is(retransmitsOf(term + 1, 64), 0, 'ahead')
  assert.is(harness.count(SystemCounterId.INVALID_PACKETS), 0)
  assert.is(retransmitsOf(term, 64 + 50 * 1024 + 32), 0, 'in the middle of a frame')
  assert.is(harness.count(SystemCounterId.INVALID_PACKETS), 1)
})

test('what lies before the start of the stream is not looked at', () => {
  const { harness, publication } = start({ termId: INITIAL_TERM + 1, termOffset: 1024 })
  harness.deliver(statusMessage({ termId: INITIAL_TERM + 1, termOffset: 1024 }))
  offer(publication, 992)
  harness.settle()
  for (const [termId, termOffset] of [[INITIAL_TERM + 1, 0], [INITIAL_TERM, 64_512], [INITIAL_TERM - 1, 0]] as const) {
    harness.transport.take()
    harness.deliver(nakFrame({ termId, termOffset, length: 1024 }))
    assert.equal(harness.transport.take(), [])
  }
  assert.is(harness.count(SystemCounterId.INVALID_PACKETS), 0)
  assert.is(harness.count(SystemCounterId.NAK_MESSAGES_RECEIVED), 3)
})

test('padding is sent again as its header', () => {
  const { harness, publication } = startConnected()
  offer(publication, 992, 63)
  offer(publication, 1200)
  harness.settle()
  harness.deliver(statusMessage({ termOffset: 32_768 }))
  harness.settle()
  harness.transport.take()
  harness.deliver(nakFrame({ termOffset: 63 * 1024, length: 1024 }))
  assert.equal(sentBy(harness), [`PAD c0 ${INITIAL_TERM}:${63 * 1024} 32`])
  assert.is(harness.count(SystemCounterId.RETRANSMITTED_BYTES), 32)
})

test('frames go to the destination of the publication', () => {
  const { harness, publication } = start({ destination: REMOTE })
  harness.deliver(statusMessage(), rttMeasurement())
  offer(publication, 10)
  harness.work()
  assert.is(harness.transport.destinations.length, 3)
  assert.ok(harness.transport.destinations.every((destination) => destination?.port === REMOTE.port))
})

test.run()
