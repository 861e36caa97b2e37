import * as assert from 'uvu/assert'
import type { ConductorCommand } from '../../../driver/core/commands.ts'
import type { SocketAddress } from '../../../driver/core/media.ts'
import { ELICITED_SETUPS_PER_SECOND_MAX } from '../../../driver/core/receiver/data-packet-dispatcher.ts'
import { PENDING_SETUP_TIMEOUT_NS } from '../../../driver/core/receiver/pending-setups.ts'
import { SystemCounterId } from '../../../schemas/generated/aeron.memory/index.ts'
import { suite } from '../../support/suite.ts'
import { ENDPOINT, PUBLISHER } from './image-fixture.ts'
import { MS, ReceiverHarness, hexOf, start, startWithImage } from './receiver-harness.ts'
import {
  END_OF_STREAM, INITIAL_TERM, MTU, SESSION, STREAM, TERM_LENGTH, data, heartbeat, pad, setup,
} from './sender-frames.ts'

const test = suite('receiver/data-packet-dispatcher')

const OTHER_STREAM = 1002
const ELICITED = `SM 80 ${SESSION} 0:0 0`

function refusals(harness: ReceiverHarness): string[] {
  const isError = (reply: ConductorCommand): boolean => reply.type === 'error'
  return harness.replies().filter(isError).map((reply) => (reply.type === 'error' ? reply.message : ''))
}

test('data of an unknown session elicits a SETUP once, and again when none came for a second', () => {
  const harness = start()
  harness.deliver(data(), data({ termOffset: 160 }), pad(64, { termOffset: 320 }), heartbeat())
  assert.equal(harness.sent(), [ELICITED])
  harness.workAfter(PENDING_SETUP_TIMEOUT_NS - 1)
  harness.deliver(data())
  assert.equal(harness.sent(), [])
  assert.is(harness.receiver.nextDeadlineNs(), harness.nowNs + 1)
  harness.workAfter(1)
  assert.is(harness.receiver.nextDeadlineNs(), Infinity)
  harness.deliver(data())
  assert.equal(harness.sent(), [ELICITED])
  assert.equal(harness.replies(), [])
})

test('the message that elicits a SETUP has no position, and the group tag of the endpoint', () => {
  const harness = new ReceiverHarness()
  harness.openEndpoint({ groupTag: 100n })
  harness.addInterest()
  const source: SocketAddress = { family: 4, address: '127.0.0.1', port: 4 }
  harness.deliverFrom(source, heartbeat())
  assert.equal(harness.transport.destinations, [source])
  const head = '2c00000000800300' + '78563412' + 'e9030000' + '00000000'.repeat(3)
  assert.equal(harness.transport.take().map(hexOf), [`${head}93d70d52086ac6396400000000000000`])
  assert.is(harness.count(SystemCounterId.STATUS_MESSAGES_SENT), 1)
})

test('the end of an unknown stream elicits nothing', () => {
  const harness = start()
  harness.deliver(heartbeat({ flags: END_OF_STREAM }))
  assert.equal(harness.sent(), [])
})

test('an image is asked for once, with or without data before the SETUP', () => {
  for (const isDataFirst of [true, false]) {
    const harness = start()
    if (isDataFirst) harness.deliver(data())
    const offered = setup({ flags: 0x40, activeTermCount: 3, termOffset: 96 })
    harness.deliver(offered, offered, data(), offered)
    assert.equal(harness.replies(), [
      {
        type: 'createImage',
        endpointId: ENDPOINT,
        sessionId: SESSION,
        streamId: STREAM,
        initialTermId: INITIAL_TERM,
        activeTermId: (INITIAL_TERM + 3) | 0,
        termOffset: 96,
        termLength: TERM_LENGTH,
        mtuLength: MTU,
        setupFlags: 0x40,
        sourceAddress: PUBLISHER,
        controlAddress: PUBLISHER,
      },
    ])
    assert.is(harness.sent().length, isDataFirst ? 1 : 0)
    harness.workAfter(2 * PENDING_SETUP_TIMEOUT_NS)
    harness.deliver(offered)
    assert.equal(harness.replies(), [], 'the conductor is still at it')
  }
})

test('a SETUP may try again when the image could not be made', () => {
  const harness = start()
  harness.deliver(setup())
  harness.command({ type: 'imageNotCreated', endpointId: ENDPOINT, streamId: STREAM, sessionId: SESSION })
  harness.replies()
  harness.deliver(setup())
  assert.equal(harness.replyTypes(), ['createImage'])
})

test('nobody hears of streams and sessions that nobody is interested in', () => {
  const harness = new ReceiverHarness()
  harness.openEndpoint()
  harness.addInterest(STREAM, SESSION + 1)
  harness.replies()
  harness.deliver(data(), setup(), data({ streamId: OTHER_STREAM }), setup({ streamId: OTHER_STREAM }))
  assert.equal(harness.sent(), [])
  assert.equal(harness.replies(), [])
  harness.deliver(setup({ sessionId: SESSION + 1 }))
  assert.equal(harness.replyTypes(), ['createImage'])
  harness.addInterest()
  harness.deliver(data())
  assert.equal(harness.sent(), [ELICITED], 'interest in all sessions is interest in those that were ignored')
})

test('interest in a session makes it known', () => {
  const harness = new ReceiverHarness()
  harness.openEndpoint()
  harness.addInterest(STREAM, SESSION + 1)
  harness.deliver(data())
  harness.addInterest(STREAM, SESSION)
  harness.deliver(data())
  assert.equal(harness.sent(), [ELICITED])
})

test('interests are counted', () => {
  const { harness, image } = startWithImage()
  harness.addInterest()
  harness.removeInterest()
  harness.deliver(data())
  assert.is(image.hwm.get(), 160)
  harness.removeInterest()
  harness.deliver(data({ termOffset: 160 }))
  assert.is(image.hwm.get(), 160)
  harness.removeInterest()
  harness.addInterest()
  harness.deliver(data({ termOffset: 160 }))
  assert.equal(harness.sent(), [ELICITED], 'no more was removed than there was')
})

test('an image stays as long as its session or all sessions are of interest', () => {
  for (const [first, second] of [[undefined, SESSION], [SESSION, undefined]] as const) {
    const { harness, image } = startWithImage()
    harness.addInterest(STREAM, SESSION)
    harness.removeInterest(STREAM, first)
    harness.deliver(data())
    assert.is(image.hwm.get(), 160)
    harness.removeInterest(STREAM, second)
    harness.deliver(data({ termOffset: 160 }))
    assert.is(image.hwm.get(), 160)
  }
})

test('without interest in all sessions only those of interest stay', () => {
  const { harness, image } = startWithImage()
  const kept = harness.addImage({ correlationId: 201, sessionId: SESSION + 1 })
  harness.addInterest(STREAM, SESSION + 1)
  harness.removeInterest()
  harness.deliver(data(), data({ sessionId: SESSION + 1 }))
  assert.is(image.hwm.get(), 0)
  assert.is(kept.hwm.get(), 160)
})

test('a session is ignored after its image went without its end, until the cool-down is over', () => {
  const { harness } = startWithImage()
  harness.removeImage()
  assert.equal(harness.replyTypes(), ['imageReleased'])
  harness.deliver(data(), setup(), heartbeat())
  harness.workAfter(60_000 * MS)
  harness.deliver(data(), setup())
  assert.equal(harness.sent(), [])
  assert.equal(harness.replies(), [])
  harness.command({ type: 'removeCoolDown', endpointId: ENDPOINT, streamId: STREAM, sessionId: SESSION })
  harness.deliver(data())
  assert.equal(harness.sent(), [ELICITED])
})

test('after the end of its stream a session may come back at once', () => {
  const { harness } = startWithImage()
  harness.deliver(heartbeat({ flags: END_OF_STREAM }))
  harness.removeImage()
  harness.replies()
  harness.deliver(setup())
  assert.equal(harness.replyTypes(), ['createImage'])
})

test('cool-down is not ended by what is for other states', () => {
  const { harness } = startWithImage()
  harness.removeImage()
  harness.command({ type: 'imageNotCreated', endpointId: ENDPOINT, streamId: STREAM, sessionId: SESSION })
  harness.replies()
  harness.deliver(setup())
  assert.equal(harness.replies(), [])
})

test('a late removal does not remove the image that came after', () => {
  const { harness } = startWithImage()
  const newer = harness.addImage({ correlationId: 201 })
  harness.removeImage(200)
  harness.deliver(data())
  assert.is(newer.hwm.get(), 160)
})

test('an older image of a session sends nothing once there is a newer one', () => {
  const { harness } = startWithImage()
  const newer = harness.addImage({ correlationId: 201, windowLength: 4096 })
  harness.transport.take()
  for (let i = 0; i < 10; i++) harness.workAfter(200 * MS)
  const sent = harness.sent()
  assert.is(sent.length, 10)
  assert.ok(sent.every((frame) => frame === `SM 0 ${SESSION} ${INITIAL_TERM}:0 4096`))
  assert.is(newer.hwm.get(), 0)
})

test('an image for a session that nobody is interested in gets no packets', () => {
  const harness = start()
  harness.removeInterest()
  const image = harness.addImage()
  harness.deliver(data())
  assert.is(image.hwm.get(), 0)
  harness.removeImage()
  assert.equal(harness.replyTypes(), ['imageReleased'])
})

test('sessions of a stream are limited, and those that are there are not affected', () => {
  const harness = start({ driverStreamSessionLimit: 2 })
  const image = harness.addImage()
  harness.transport.take()
  const session = (n: number): { sessionId: number } => ({ sessionId: SESSION + n })
  harness.deliver(setup(session(1)), setup(session(2)), data(session(3)))
  assert.equal(harness.sent(), [])
  assert.equal(harness.replyTypes(), ['createImage', 'error'])
  assert.is(harness.count(SystemCounterId.ERRORS), 1, 'the second is only counted')
  harness.workAfter(4000 * MS)
  harness.deliver(setup())
  harness.workAfter(2000 * MS)
  assert.ok(harness.sent().length > 0, 'a SETUP keeps the connection of an image alive at the limit')
  harness.deliver(data())
  assert.is(image.hwm.get(), 160)
  harness.addInterest(OTHER_STREAM)
  harness.deliver(setup({ streamId: OTHER_STREAM }))
  assert.equal(harness.replyTypes(), ['createImage'], 'another stream has a limit of its own')
  harness.command({ type: 'imageNotCreated', endpointId: ENDPOINT, streamId: STREAM, sessionId: SESSION + 1 })
  harness.deliver(setup(session(2)))
  assert.equal(harness.replyTypes(), ['createImage'])
})

test('few SETUPs are elicited in a second, however many sessions come', () => {
  const harness = start()
  for (let n = 1; n <= 1000; n++) harness.deliver(data({ sessionId: n }))
  assert.is(harness.transport.take().length, ELICITED_SETUPS_PER_SECOND_MAX)
  assert.equal(refusals(harness), ['too many sessions were asked for a SETUP'])
  assert.is(harness.count(SystemCounterId.ERRORS), 1000 - ELICITED_SETUPS_PER_SECOND_MAX - 1)
  harness.workAfter(PENDING_SETUP_TIMEOUT_NS)
  for (let n = 1; n <= 1000; n++) harness.deliver(data({ sessionId: n }))
  assert.is(harness.transport.take().length, ELICITED_SETUPS_PER_SECOND_MAX)
})

test('the limit holds for all endpoints together when it is lower', () => {
  const harness = start({ pendingSetupsMax: 3 })
  harness.openEndpoint({ endpointId: ENDPOINT + 1 })
  harness.command({ type: 'addInterest', endpointId: ENDPOINT + 1, streamId: STREAM })
  for (let n = 1; n <= 2; n++) harness.deliver(data({ sessionId: n }))
  for (let n = 1; n <= 10; n++) {
    harness.media.transports[1]!.deliver(data({ sessionId: n }))
    harness.work()
  }
  assert.is(harness.transport.sent.length, 2)
  assert.is(harness.media.transports[1]!.sent.length, 1)
})

test('an answered question counts for its second all the same', () => {
  const harness = start({ pendingSetupsMax: 1 })
  harness.deliver(data(), setup())
  harness.deliver(data({ sessionId: SESSION + 1 }))
  assert.equal(harness.sent(), [ELICITED])
  harness.workAfter(PENDING_SETUP_TIMEOUT_NS)
  harness.replies()
  harness.deliver(setup())
  assert.equal(harness.replies(), [], 'the expired question did not forget that an image is being made')
})

test('when there are too many sessions, the longest in cool-down is forgotten', () => {
  const harness = start({ dispatcherEntriesMax: 3 })
  for (const n of [0, 1]) {
    harness.addImage({ correlationId: 200 + n, sessionId: SESSION + n })
    harness.removeImage(200 + n)
  }
  harness.transport.take()
  harness.replies()
  harness.deliver(setup({ sessionId: SESSION + 2 }))
  assert.equal(harness.replyTypes(), ['createImage'])
  harness.deliver(setup({ sessionId: SESSION + 3 }))
  assert.equal(harness.replies().map((reply) => (reply.type === 'error' ? reply.message : reply.type)), [
    'a session in cool-down was forgotten for a new one', 'createImage',
  ])
  harness.deliver(data({ sessionId: SESSION + 1 }))
  assert.equal(harness.sent(), [], 'the newer one is still in cool-down')
  harness.deliver(data({ sessionId: SESSION }))
  assert.equal(harness.sent(), [ELICITED], 'which forgets the newer one')
  harness.replies()
  harness.deliver(setup({ sessionId: SESSION + 4 }))
  assert.equal(refusals(harness), ['a receive endpoint has as many sessions as it may have'])
})

test('a conductor that is too busy is asked again by the next SETUP', () => {
  const harness = start()
  while (harness.toConductor.remainingCapacity() > 200) {
    harness.toConductor.offer({ type: 'endpointClosed', endpointId: 1 })
  }
  harness.deliver(setup())
  assert.not.ok(harness.replyTypes().includes('createImage'))
  assert.is(harness.count(SystemCounterId.ERRORS), 1)
  harness.deliver(setup())
  assert.equal(harness.replyTypes(), ['createImage'])
})

test.run()
