/** Datagrams that nobody should send, at a receiver with a stream that runs. */
import * as assert from 'uvu/assert'
import { SystemCounterId } from '../../../schemas/generated/aeron.memory/index.ts'
import type { Random } from '../../support/random.ts'
import { withSeed } from '../../support/seed.ts'
import { suite } from '../../support/suite.ts'
import { ENDPOINT, WINDOW } from './image-fixture.ts'
import { MS, start, startWithImage } from './receiver-harness.ts'
import { SESSION, STREAM, TERM_LENGTH, data, heartbeat, packet, pad, rttMeasurement, setup } from './sender-frames.ts'

const test = suite('receiver/hostile')

const HALF = TERM_LENGTH / 2
const LOG_LENGTH = 3 * TERM_LENGTH
const JOIN = 8192

/** Somewhere in a term, near its end, or far outside. */
function anyOffset(random: Random): number {
  const right = random.int(TERM_LENGTH / 32) * 32
  return random.pick([right, right, right, right, random.int(TERM_LENGTH), TERM_LENGTH - 32, random.u32() | 0])
}

/** A frame of the stream, or of another, that is nearly right. */
function anyFrame(random: Random): Uint8Array {
  const fields = {
    termOffset: anyOffset(random),
    termCount: random.pick([0, 0, 0, 1, -1, 2, random.u32() | 0]),
    sessionId: random.bool(0.8) ? SESSION : random.u32() | 0,
    streamId: random.bool(0.8) ? STREAM : random.u32() | 0,
    flags: random.int(256) & ~0x20,
  }
  const payloadLength = random.int(2000)
  switch (random.int(6)) {
    case 0:
      return data(fields, payloadLength)
    case 1:
      return data({ ...fields, frameLength: random.u32() | 0 }, payloadLength)
    case 2:
      return packet(
        data(fields, 64),
        data({ ...fields, termOffset: fields.termOffset + random.pick([96, 64, -32]) }, 64),
      )
    case 3:
      return pad(random.pick([random.u32() | 0, random.int(TERM_LENGTH), TERM_LENGTH]), fields)
    case 4:
      return heartbeat(fields)
    default:
      return rttMeasurement({ ...fields, receiverId: random.bigint(64) })
  }
}

/** As it is, cut off, with bytes changed, with another type or version, or nothing but noise. */
function anyDatagram(random: Random): Uint8Array {
  const bytes = anyFrame(random)
  switch (random.int(10)) {
    case 0:
      return bytes.subarray(0, random.int(bytes.length + 1))
    case 1:
      for (let i = random.int(4); i >= 0; i--) bytes[random.int(Math.min(40, bytes.length))] = random.int(256)
      return bytes
    case 2:
      bytes[random.pick([4, 6, 7])] = random.int(256)
      return bytes
    case 3:
      return random.bytes(random.int(200))
    default:
      return bytes
  }
}

test('nothing is written but where the stream may be, and nothing is thrown', () => withSeed('hostile', (random) => {
  const { harness, image } = startWithImage({ joinPosition: JOIN })
  for (let i = 0; i < 6000; i++) {
    harness.transport.deliver(anyDatagram(random))
    if (i % 16 === 15) harness.workAfter(random.int(MS))
  }
  for (let work = 1; work > 0;) work = harness.work()
  assert.ok(image.isGuardIntact())
  assert.ok(image.isClean(0, JOIN), 'before the position of the stream')
  assert.ok(image.isClean(JOIN + HALF, LOG_LENGTH), 'beyond half a term')
  assert.not.ok(image.isClean(JOIN, JOIN + HALF), 'some of it was good')
  assert.ok(image.hwm.get() <= TERM_LENGTH)
  assert.is(image.log.termLength, TERM_LENGTH)
  assert.ok(harness.count(SystemCounterId.INVALID_PACKETS) > 1000)
  assert.ok(harness.count(SystemCounterId.FLOW_CONTROL_OVER_RUNS) > 50)
  assert.ok(harness.count(SystemCounterId.FLOW_CONTROL_UNDER_RUNS) > 0)
}))

test('a stream loses nothing to what others send beside it', () => withSeed('hostile-beside', (random) => {
  const { harness, image } = startWithImage()
  let position = 0
  for (let i = 0; position < 2 * TERM_LENGTH; i++) {
    for (let n = random.int(3); n > 0; n--) {
      const noise = anyDatagram(random)
      // What is of this session, and right, could as well be of its publisher.
      if (noise.length >= 20) new DataView(noise.buffer, noise.byteOffset).setInt32(12, SESSION + 1, true)
      harness.transport.deliver(noise)
    }
    harness.transport.deliver(data({
      termCount: Math.floor(position / TERM_LENGTH), termOffset: position % TERM_LENGTH,
    }, 480, 1 + (i % 255)))
    position += 512
    harness.work()
    assert.is(image.hwm.get(), position)
    assert.is(image.payloadAt(position - 512), 1 + (i % 255))
    if (position % WINDOW === 0) image.state.scheduleStatus(position, WINDOW)
  }
  assert.ok(image.isGuardIntact())
}))

test('a flood of SETUPs stays within the sessions of a stream', () => {
  const harness = start({ driverStreamSessionLimit: 50 })
  let asked = 0
  for (let n = 0; n < 20_000; n++) {
    harness.deliver(setup({ sessionId: n }))
    if (n % 10 === 0) asked += harness.replyTypes().filter((type) => type === 'createImage').length
  }
  assert.is(asked, 50)
  assert.is(harness.count(SystemCounterId.ERRORS), 20_000 - 50 - 1)
  assert.equal(harness.sent(), [])
  for (let n = 0; n < 50; n++) {
    harness.command({ type: 'imageNotCreated', endpointId: ENDPOINT, streamId: STREAM, sessionId: n })
  }
  harness.replies()
  harness.deliver(setup({ sessionId: 70_000 }))
  assert.equal(harness.replyTypes(), ['createImage'], 'and is over when it is over')
})

test('a flood of SETUPs leaves room for replies in a queue that nobody empties', () => {
  const harness = start({ driverStreamSessionLimit: 100_000, dispatcherEntriesMax: 100_000 })
  for (let n = 0; n < 5000; n++) harness.deliver(setup({ sessionId: n }))
  assert.ok(harness.toConductor.remainingCapacity() >= 250)
  harness.removeImage(7)
  assert.ok(harness.replyTypes().includes('imageReleased'))
})

test('a flood of data is answered a few times in a second, and remembered no longer', () => {
  const harness = start({ pendingSetupsMax: 100 })
  for (let second = 0; second < 3; second++) {
    for (let n = 0; n < 5000; n++) harness.deliver(data({ sessionId: second * 5000 + n }, 0))
    assert.is(harness.transport.take().length, 100)
    harness.workAfter(1_000 * MS)
  }
  assert.is(harness.receiver.nextDeadlineNs(), Infinity)
})

test.run()
