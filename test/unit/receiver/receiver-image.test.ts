import * as assert from 'uvu/assert'
import { CONNECTION_TIMEOUT_NS } from '../../../driver/core/receiver/receiver-image.ts'
import { SystemCounterId } from '../../../schemas/generated/aeron.memory/index.ts'
import { suite } from '../../support/suite.ts'
import { WINDOW } from './image-fixture.ts'
import { MS, hexOf, startWithImage } from './receiver-harness.ts'
import {
  END_OF_STREAM, INITIAL_TERM, REVOKED, SESSION, TERM_LENGTH, data, heartbeat, packet, pad, rttMeasurement, setup,
} from './sender-frames.ts'

const test = suite('receiver/receiver-image')

const HALF = TERM_LENGTH / 2
const STATUS_MS = 200

test('packets go where they belong, in any order, and raise the high-water mark', () => {
  const { harness, image } = startWithImage()
  harness.deliver(data({ termOffset: 320 }, 100, 3))
  assert.is(image.hwm.get(), 480)
  harness.deliver(packet(data({}, 100, 1), data({ termOffset: 160 }, 100, 2)))
  assert.is(image.hwm.get(), 480)
  assert.equal([0, 160, 320].map((position) => image.payloadAt(position)), [1, 2, 3])
  assert.equal([0, 160, 320].map((position) => image.frameLengthAt(position)), [132, 132, 132])
  assert.is(harness.count(SystemCounterId.BYTES_RECEIVED), 480)
})

test('duplicates change nothing', () => {
  const { harness, image } = startWithImage()
  harness.deliver(data({}, 100, 1), data({}, 100, 2), data({}, 10, 3))
  assert.is(image.payloadAt(0), 1)
  assert.is(image.frameLengthAt(0), 132)
  assert.is(image.hwm.get(), 160)
})

test('a stream goes on where term ids wrap', () => {
  const { harness, image } = startWithImage({ joinPosition: 2 * TERM_LENGTH - 160 })
  harness.deliver(data({ termCount: 1, termOffset: TERM_LENGTH - 160 }, 100, 1), data({ termCount: 2 }, 100, 2))
  assert.is(image.hwm.get(), 2 * TERM_LENGTH + 160)
  assert.is(image.payloadAt(2 * TERM_LENGTH - 160), 1)
  assert.is(image.payloadAt(2 * TERM_LENGTH), 2)
})

test('padding raises the high-water mark by all that it stands for', () => {
  const { harness, image } = startWithImage({ joinPosition: TERM_LENGTH - 1024 })
  harness.deliver(pad(1024, { termOffset: TERM_LENGTH - 1024 }))
  assert.is(image.hwm.get(), TERM_LENGTH)
  assert.is(image.frameLengthAt(TERM_LENGTH - 1024), 1024)
})

test('long padding is no over-run: only its header is stored', () => {
  const { harness, image } = startWithImage()
  harness.deliver(pad(TERM_LENGTH))
  assert.is(image.hwm.get(), TERM_LENGTH)
  assert.is(harness.count(SystemCounterId.FLOW_CONTROL_OVER_RUNS), 0)
})

test('a heartbeat raises the high-water mark, whatever its type, and stores nothing', () => {
  for (const frameType of [0, 1]) {
    const { harness, image } = startWithImage()
    harness.deliver(data({}, 32, 1), heartbeat({ termOffset: 0, frameType }), heartbeat({ termOffset: 640, frameType }))
    assert.is(image.hwm.get(), 640)
    assert.is(image.payloadAt(0), 1)
    assert.ok(image.isClean(64, 1024))
    assert.is(harness.count(SystemCounterId.HEARTBEATS_RECEIVED), 2)
    harness.deliver(data({ termOffset: 640 }, 32, 2))
    assert.is(image.payloadAt(640), 2, 'data may follow where a heartbeat was')
  }
})

test('packets from before the stream are ignored', () => {
  const { harness, image } = startWithImage()
  harness.deliver(data({ termCount: -1 }), data({ termCount: -0x7fff_ffff }), heartbeat({ termCount: -1 }))
  harness.deliver(data({ termCount: -1, termOffset: 7 }))
  assert.is(image.hwm.get(), 0)
  const { FLOW_CONTROL_OVER_RUNS, FLOW_CONTROL_UNDER_RUNS, INVALID_PACKETS } = SystemCounterId
  const counts = [FLOW_CONTROL_OVER_RUNS, FLOW_CONTROL_UNDER_RUNS, INVALID_PACKETS].map((id) => harness.count(id))
  assert.equal(counts, [0, 0, 0])
})

test('a packet that cannot be is counted, and keeps nobody alive', () => {
  const { harness, image } = startWithImage()
  const packetNs = image.state.timeOfLastPacketNs()
  harness.workAfter(MS)
  harness.deliver(data({ frameLength: 1 }), data({ termOffset: -32 }), data({ frameType: 1, frameLength: -132 }))
  harness.deliver(data({ version: 1 }), data().subarray(0, 159), new Uint8Array(7))
  assert.is(harness.count(SystemCounterId.INVALID_PACKETS), 6)
  assert.is(image.state.timeOfLastPacketNs(), packetNs)
  assert.is(image.hwm.get(), 0)
})

test('what ends more than half a term ahead is an over-run, heartbeats too', () => {
  const { harness, image } = startWithImage()
  harness.deliver(data({ termOffset: HALF - 128 }), heartbeat({ termOffset: HALF + 32 }), data({ termCount: 1 }))
  assert.is(harness.count(SystemCounterId.FLOW_CONTROL_OVER_RUNS), 3)
  assert.is(image.hwm.get(), 0)
  assert.is(harness.count(SystemCounterId.HEARTBEATS_RECEIVED), 0)
  harness.deliver(data({ termOffset: HALF - 160 }), heartbeat({ termOffset: HALF }))
  assert.is(image.hwm.get(), HALF)
  assert.is(harness.count(SystemCounterId.FLOW_CONTROL_OVER_RUNS), 3)
})

test('the limit of over-runs moves when a status message is sent, not before', () => {
  const { harness, image } = startWithImage()
  harness.transport.room = 0
  image.state.scheduleStatus(1024, WINDOW)
  harness.deliver(heartbeat({ termOffset: HALF + 1024 }))
  assert.is(harness.count(SystemCounterId.FLOW_CONTROL_OVER_RUNS), 1)
  harness.deliver(heartbeat({ termOffset: HALF + 1024 }))
  assert.is(harness.count(SystemCounterId.FLOW_CONTROL_OVER_RUNS), 2)
  harness.transport.room = Infinity
  harness.workAfter(STATUS_MS * MS)
  harness.deliver(heartbeat({ termOffset: HALF + 1024 }))
  assert.is(image.hwm.get(), HALF + 1024)
  assert.ok(harness.count(SystemCounterId.SHORT_SENDS) > 0)
})

test('what was consumed is an under-run, and keeps the connection alive within a window', () => {
  for (const [termOffset, expected] of [[2 * WINDOW - 160, 1], [2 * WINDOW - 320, 0]] as const) {
    const { harness, image } = startWithImage({ joinPosition: 3 * WINDOW })
    harness.workAfter(CONNECTION_TIMEOUT_NS - 1)
    harness.deliver(data({ termOffset }))
    harness.transport.take()
    harness.workAfter(STATUS_MS * MS)
    assert.is(harness.transport.take().length, expected)
    assert.is(harness.count(SystemCounterId.FLOW_CONTROL_UNDER_RUNS), 1)
    assert.ok(image.isClean(0, 3 * WINDOW))
  }
})

test('a heartbeat up to a term behind is taken', () => {
  const { harness } = startWithImage({ joinPosition: 2 * TERM_LENGTH })
  harness.deliver(heartbeat({ termCount: 1 }), heartbeat({ termCount: 0, termOffset: TERM_LENGTH - 32 }))
  assert.is(harness.count(SystemCounterId.HEARTBEATS_RECEIVED), 1)
  assert.is(harness.count(SystemCounterId.FLOW_CONTROL_UNDER_RUNS), 1)
})

test('the first status message goes out at once, the next after the timeout', () => {
  const { harness, image } = startWithImage({ joinPosition: TERM_LENGTH + 96 })
  const expected = `SM 0 ${SESSION} ${INITIAL_TERM + 1}:96 ${WINDOW}`
  harness.deliver(data({ termCount: 1, termOffset: 96 }))
  assert.is(harness.receiver.nextDeadlineNs(), harness.nowNs + STATUS_MS * MS)
  harness.workAfter(STATUS_MS * MS - 1)
  assert.equal(harness.sent(), [])
  harness.workAfter(1)
  assert.equal(harness.sent(), [expected])
  assert.is(harness.count(SystemCounterId.STATUS_MESSAGES_SENT), 2)
  assert.is(image.log.activeTransportCount(), 1)
})

test('a scheduled status message goes out at once, and puts the next one off', () => {
  const { harness, image } = startWithImage()
  harness.workAfter(STATUS_MS * MS - 1)
  image.state.scheduleStatus(4096, 8192)
  harness.work()
  harness.workAfter(1)
  assert.equal(harness.sent(), [`SM 0 ${SESSION} ${INITIAL_TERM}:4096 8192`])
  harness.workAfter(STATUS_MS * MS)
  assert.equal(harness.sent(), [`SM 0 ${SESSION} ${INITIAL_TERM}:4096 8192`])
})

test('status messages say that the stream has ended while the image drains, at once when asked to', () => {
  const { harness, image } = startWithImage()
  image.state.setEosStatusSent()
  harness.work()
  assert.equal(harness.sent(), [])
  image.state.requestEosStatus()
  harness.work()
  harness.work()
  assert.equal(harness.sent(), [`SM 40 ${SESSION} ${INITIAL_TERM}:0 ${WINDOW}`])
})

test('an image that is not active sends nothing', () => {
  const { harness, image } = startWithImage()
  image.state.setActive(false)
  image.state.scheduleStatus(32, WINDOW)
  image.state.scheduleLoss(INITIAL_TERM, 0, 64)
  harness.workAfter(STATUS_MS * MS)
  assert.equal(harness.sent(), [])
  assert.is(harness.receiver.nextDeadlineNs(), Infinity)
})

test('a silent sender is told nothing from exactly the connection timeout on, and again when it is back', () => {
  const { harness, image } = startWithImage()
  harness.workAfter(CONNECTION_TIMEOUT_NS - 1)
  assert.is(harness.sent().length, 1)
  image.state.scheduleStatus(32, WINDOW)
  image.state.scheduleLoss(INITIAL_TERM, 64, 64)
  harness.workAfter(1)
  assert.equal(harness.sent(), [])
  assert.is(image.naksSent.get(), 0)
  assert.ok(harness.receiver.nextDeadlineNs() > harness.nowNs)
  harness.deliver(setup())
  harness.workAfter(STATUS_MS * MS)
  assert.equal(harness.sent(), [`SM 0 ${SESSION} ${INITIAL_TERM}:32 ${WINDOW}`])
})

test('the number of transports follows what they bring', () => {
  const { harness, image } = startWithImage()
  const count = (): number => {
    harness.deliver(setup())
    image.state.scheduleStatus(0, WINDOW)
    harness.work()
    return image.log.activeTransportCount()
  }
  harness.workAfter(harness.settings.imageLivenessTimeoutNs - 1)
  assert.is(count(), 1)
  harness.workAfter(1)
  assert.is(count(), 0, 'a SETUP does not count')
  harness.deliver(heartbeat())
  assert.is(count(), 1)
})

test('a gap is asked for, once for each time that it is scheduled', () => {
  const { harness, image } = startWithImage()
  image.state.scheduleLoss(INITIAL_TERM, 0x7300, 0x500)
  harness.work()
  harness.work()
  const nak = '1c00000000000200' + '78563412' + 'e9030000' + 'feffff7f' + '00730000' + '00050000'
  assert.equal(harness.transport.take().map(hexOf), [nak])
  image.state.scheduleLoss(INITIAL_TERM, 0x7300, 0x500)
  harness.work()
  assert.is(harness.transport.take().length, 1)
  assert.is(image.naksSent.get(), 2)
  assert.is(harness.count(SystemCounterId.NAK_MESSAGES_SENT), 2)
})

test('a NAK that the socket does not take is not counted', () => {
  const { harness, image } = startWithImage()
  harness.transport.room = 0
  image.state.scheduleLoss(INITIAL_TERM, 0, 32)
  harness.work()
  assert.is(image.naksSent.get(), 0)
  assert.is(harness.count(SystemCounterId.NAK_MESSAGES_SENT), 0)
  assert.is(harness.count(SystemCounterId.SHORT_SENDS), 1)
})

test('a gap of a stream that is not reliable is filled, unless data came in the meantime', () => {
  const { harness, image } = startWithImage({ isReliable: false })
  harness.deliver(data({ termOffset: 320 }))
  image.state.scheduleLoss(INITIAL_TERM, 0, 320)
  harness.work()
  assert.is(image.frameLengthAt(0), 320)
  assert.is(harness.count(SystemCounterId.LOSS_GAP_FILLS), 1)
  harness.deliver(data({ termOffset: 640 }, 100, 7))
  image.state.scheduleLoss(INITIAL_TERM, 480, 320)
  harness.work()
  assert.is(image.frameLengthAt(480), 0)
  assert.is(image.payloadAt(640), 7)
  assert.is(harness.count(SystemCounterId.LOSS_GAP_FILLS), 1)
  assert.equal(harness.sent(), [])
})

test('the stream ends where the first heartbeat with EOS says, whatever flags are beside it', () => {
  const { harness, image } = startWithImage()
  harness.deliver(data(), heartbeat({ termOffset: 160 }))
  assert.is(image.state.isEndOfStream(), false)
  harness.deliver(heartbeat({ termOffset: 320, flags: 0x2f }))
  assert.is(image.state.isEndOfStream(), true)
  assert.is(image.log.endOfStreamPosition(), 320)
  assert.is(image.hwm.get(), 320)
  harness.deliver(heartbeat({ termOffset: 640, flags: END_OF_STREAM }))
  assert.is(image.log.endOfStreamPosition(), 320)
  assert.is(image.log.isPublicationRevoked(), false)
})

test('a revoked stream is marked, counted once, and gets no NAK', () => {
  const { harness, image } = startWithImage()
  harness.deliver(heartbeat({ termOffset: 96, flags: REVOKED }), heartbeat({ termOffset: 96, flags: REVOKED }))
  assert.is(image.log.isPublicationRevoked(), true)
  assert.is(image.log.endOfStreamPosition(), 96)
  assert.is(harness.count(SystemCounterId.PUBLICATION_IMAGES_REVOKED), 1)
  image.state.scheduleLoss(INITIAL_TERM, 0, 96)
  harness.work()
  assert.equal(harness.sent(), [])
})

test('data with the EOS flag ends nothing', () => {
  const { harness, image } = startWithImage()
  harness.deliver(data({ flags: END_OF_STREAM }))
  assert.is(image.hwm.get(), 160)
  assert.is(image.state.isEndOfStream(), false)
})

test('a rejected image ignores packets, and tells the sender why in place of status messages', () => {
  const { harness, image } = startWithImage()
  harness.deliver(data())
  const packetNs = image.state.timeOfLastPacketNs()
  harness.command({ type: 'rejectImage', correlationId: 200, reason: 'No longer välid' })
  harness.workAfter(1)
  harness.deliver(data({ termOffset: 160 }), heartbeat({ termOffset: 160 }))
  image.state.scheduleLoss(INITIAL_TERM, 0, 96)
  image.state.scheduleStatus(160, WINDOW)
  harness.work()
  assert.equal(harness.sent(), [])
  assert.is(image.hwm.get(), 160)
  assert.is(image.state.timeOfLastPacketNs(), packetNs)
  for (let i = 0; i < 40; i++) harness.workAfter(STATUS_MS * MS)
  const sent = harness.transport.take()
  assert.is(sent.length, 40, 'also when the connection is no longer alive')
  const head = '38000000' + '00000400' + '78563412' + 'e9030000' + '93d70d52086ac639' + 'ffffffffffffffff'
  assert.is(hexOf(sent[0]!), `${head}0d00000010000000${hexOf(new TextEncoder().encode('No longer välid'))}`)
  assert.is(harness.count(SystemCounterId.ERROR_FRAMES_SENT), 40)
})

test('an ERR frame has the group tag, and no more text than it may have', () => {
  const { harness } = startWithImage({}, { receiverGroupTag: 100n })
  harness.command({ type: 'rejectImage', correlationId: 200, reason: 'x'.repeat(2000) })
  harness.workAfter(STATUS_MS * MS)
  const [frame] = harness.transport.take()
  assert.is(frame!.length, 40 + 1023)
  assert.is(hexOf(frame!.subarray(4, 8)), '00080400')
  assert.is(hexOf(frame!.subarray(24, 40)), '6400000000000000' + '0d000000' + 'ff030000')
})

test('measurements of the round trip are answered when they are for this receiver and an image', () => {
  const { harness } = startWithImage()
  harness.deliver(rttMeasurement(), rttMeasurement({ receiverId: 0x39c6_6a08_520d_d793n, flags: 0xff }))
  const answer = '2800000000000600' + '78563412' + 'e9030000' + '0807060504030201' + '00'.repeat(8) + '93d70d52086ac639'
  assert.equal(harness.transport.take().map(hexOf), [answer, answer])
  harness.deliver(rttMeasurement({ flags: 0 }), rttMeasurement({ receiverId: 7n }), rttMeasurement({ sessionId: 3 }))
  harness.deliver(rttMeasurement({ streamId: 3 }), rttMeasurement({ receiverId: 0x39c6_6a09_520d_d793n }))
  assert.equal(harness.sent(), [])
})

test.run()
