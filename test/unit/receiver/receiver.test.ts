import * as assert from 'uvu/assert'
import { GodwitError } from '../../../codegen/runtime/index.ts'
import { SystemCounterId } from '../../../schemas/generated/aeron.memory/index.ts'
import { suite } from '../../support/suite.ts'
import { LOCAL } from '../sender/fake-media.ts'
import { ENDPOINT, ImageFixture } from './image-fixture.ts'
import { MS, ReceiverHarness, start, startWithImage } from './receiver-harness.ts'
import { INITIAL_TERM, SESSION, STREAM, data, heartbeat, setup } from './sender-frames.ts'

const test = suite('receiver/receiver')

const MEDIA_ERROR = new GodwitError('ERR_GODWIT_MEDIA', 'no such interface')

test('an endpoint is opened, and its address told', () => {
  const harness = new ReceiverHarness()
  harness.openEndpoint()
  assert.equal(harness.replies(), [
    {
      type: 'endpointOpened',
      endpointId: ENDPOINT,
      localAddress: LOCAL,
      sendBufferLength: 212_992,
      receiveBufferLength: 212_992,
    },
  ])
})

test('an endpoint that does not open is told of, and what is for it is ignored', () => {
  const harness = new ReceiverHarness()
  harness.media.openError = MEDIA_ERROR
  harness.openEndpoint()
  assert.equal(harness.replies(), [{ type: 'endpointFailed', endpointId: ENDPOINT, message: 'no such interface' }])
  harness.addInterest()
  harness.addImage()
  harness.workAfter(200 * MS)
  assert.is(harness.receiver.nextDeadlineNs(), Infinity)
  harness.removeImage()
  assert.equal(harness.replyTypes(), ['imageReleased'])
})

test('interests may come before the socket is open', () => {
  const harness = new ReceiverHarness()
  harness.media.isDeferred = true
  harness.openEndpoint()
  harness.addInterest()
  assert.equal(harness.replies(), [])
  harness.media.complete()
  assert.equal(harness.replyTypes(), ['endpointOpened'])
  harness.deliver(setup())
  assert.equal(harness.replyTypes(), ['createImage'])
})

test('a socket that opens after its endpoint was removed is closed', () => {
  const harness = new ReceiverHarness()
  harness.media.isDeferred = true
  harness.openEndpoint()
  harness.command({ type: 'removeReceiveEndpoint', endpointId: ENDPOINT })
  assert.equal(harness.replyTypes(), ['endpointClosed'])
  harness.media.complete()
  assert.is(harness.transport.isClosed, true)
  assert.equal(harness.replies(), [])
})

test('a removed endpoint is closed, and its images send nothing', () => {
  const { harness } = startWithImage()
  harness.command({ type: 'removeReceiveEndpoint', endpointId: ENDPOINT })
  assert.is(harness.transport.isClosed, true)
  harness.workAfter(200 * MS)
  assert.equal(harness.sent(), [])
  harness.removeImage()
  assert.equal(harness.replyTypes(), ['endpointClosed', 'imageReleased'])
})

test('all sockets are closed with the agent', () => {
  const harness = start()
  harness.openEndpoint({ endpointId: ENDPOINT + 1 })
  harness.receiver.close()
  assert.equal(harness.media.transports.map(({ isClosed }) => isClosed), [true, true])
})

test('one command is taken in a cycle, and none while a reply waits', () => {
  const harness = start()
  while (harness.toConductor.remainingCapacity() > 0) {
    harness.toConductor.offer({ type: 'endpointClosed', endpointId: 1 })
  }
  harness.commands.offer({ type: 'removeImage', correlationId: 1 })
  harness.commands.offer({ type: 'removeImage', correlationId: 2 })
  for (let i = 0; i < 5; i++) harness.work()
  assert.is(harness.receiver.nextDeadlineNs(), harness.nowNs)
  assert.is(harness.commands.remainingCapacity(), 1023, 'the second command waits')
  harness.replies()
  harness.work()
  harness.work()
  assert.equal(harness.replies(), [
    { type: 'imageReleased', correlationId: 1 }, { type: 'imageReleased', correlationId: 2 },
  ])
})

test('work is commands and bytes received', () => {
  const { harness } = startWithImage()
  harness.transport.deliver(data())
  harness.transport.deliver(new Uint8Array(3))
  assert.is(harness.work(), 163)
  assert.is(harness.count(SystemCounterId.BYTES_RECEIVED), 163)
  harness.commands.offer({ type: 'removeImage', correlationId: 200 })
  assert.is(harness.work(), 1)
  assert.is(harness.workAfter(200 * MS), 0)
})

test('frames for senders are ignored', () => {
  const { harness } = startWithImage()
  const status = data({ frameType: 3, frameLength: 36 }, 32)
  const nak = data({ frameType: 2, frameLength: 28 }, 0)
  harness.deliver(status, nak)
  assert.equal(harness.sent(), [])
  assert.is(harness.count(SystemCounterId.INVALID_PACKETS), 0)
})

test('a SETUP that cannot be is counted', () => {
  const harness = start()
  harness.deliver(setup({ termLength: 1000 }), setup({ mtu: 7 }))
  assert.is(harness.count(SystemCounterId.INVALID_PACKETS), 2)
  assert.equal(harness.replies(), [])
})

test('a socket that fails is reported once in a while, and does not stop the others', () => {
  const { harness, image } = startWithImage()
  harness.openEndpoint({ endpointId: ENDPOINT + 1 })
  harness.command({ type: 'addInterest', endpointId: ENDPOINT + 1, streamId: STREAM })
  harness.replies()
  harness.transport.pollError = MEDIA_ERROR
  harness.transport.sendError = MEDIA_ERROR
  const other = harness.media.transports[1]!
  other.deliver(setup())
  harness.workAfter(200 * MS)
  assert.equal(harness.replies().map((reply) => (reply.type === 'error' ? reply.message : reply.type)), [
    'a receive endpoint cannot read its socket', 'createImage', 'a receive endpoint cannot send',
  ])
  for (let i = 0; i < 10; i++) harness.work()
  assert.equal(harness.replies(), [])
  assert.is(harness.count(SystemCounterId.ERRORS), 10)
  harness.transport.pollError = undefined
  harness.deliver(data())
  assert.is(image.hwm.get(), 160)
  harness.transport.pollError = MEDIA_ERROR
  harness.workAfter(1_000 * MS)
  assert.equal(harness.replyTypes(), ['error', 'error'])
})

test('an image whose log is broken is reported, and the session may come again', () => {
  const harness = start()
  harness.deliver(setup())
  harness.replies()
  const { params } = new ImageFixture(harness.cnc)
  harness.command({ type: 'addImage', image: { ...params, log: { ...params.log, byteLength: 4096 } } })
  assert.equal(harness.replyTypes(), ['error'])
  harness.deliver(setup(), heartbeat())
  assert.equal(harness.replyTypes(), ['createImage'])
})

test('the time between cycles is counted', () => {
  const harness = start()
  harness.workAfter(harness.settings.receiverCycleThresholdNs + 1)
  harness.workAfter(5)
  assert.is(harness.count(SystemCounterId.RECEIVER_MAX_CYCLE_TIME), harness.settings.receiverCycleThresholdNs + 1)
  assert.is(harness.count(SystemCounterId.RECEIVER_CYCLE_TIME_THRESHOLD_EXCEEDED), 1)
})

test('streams of many publishers come through one socket', () => {
  const harness = start()
  const images = Array.from({ length: 5 }, (_, n) => {
    return harness.addImage({ correlationId: 300 + n, sessionId: SESSION + n })
  })
  for (let round = 0; round < 20; round++) {
    for (let n = 0; n < 5; n++) harness.deliver(data({ sessionId: SESSION + n, termOffset: round * 160 }, 100, n + 1))
  }
  for (const [n, image] of images.entries()) {
    assert.is(image.hwm.get(), 3200)
    for (let round = 0; round < 20; round++) assert.is(image.payloadAt(round * 160), n + 1)
  }
  assert.ok(harness.sent().every((frame) => frame.endsWith(` ${INITIAL_TERM}:0 16384`)))
})

test.run()
