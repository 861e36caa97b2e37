/** Datagrams that nobody should send, in the middle of a stream between whole drivers. */
import * as assert from 'uvu/assert'
import { CounterType, SystemCounterId } from '../../../schemas/generated/aeron.memory/index.ts'
import { STATUS_MESSAGE_LENGTH } from '../../../schemas/descriptors.ts'
import { FrameType, SetupDecoder, StatusMessageMeta } from '../../../schemas/generated/aeron.wire/index.ts'
import { Attacker } from '../../support/attacker.ts'
import { withSeed } from '../../support/seed.ts'
import { suite } from '../../support/suite.ts'
import { CheckingSubscriber, RandomMessages, RandomPublisher } from '../../support/virtual-streams.ts'
import { VirtualWorld } from '../../support/virtual-world.ts'

const test = suite('hostile datagrams in virtual time')

const SECOND = 1e9
const STREAM_ID = 7
const PORT = 20121
const CHANNEL = `aeron:udp?endpoint=127.0.0.1:${PORT}|term-length=64k`
const MESSAGES = 1000
const SESSIONS_MAX = 16
const SEND_SETUP = 0x80

/** Answers to sessions that are not known, in a second. */
const ANSWERS_PER_SECOND_MAX = 256

test('a stream loses nothing to hostile datagrams, and they take no more than they may', () =>
  withSeed('hostile datagrams', async (random) => {
    const world = new VirtualWorld(random, { latencyNs: 20_000 })
    const sending = world.addDriver()
    const receiving = world.addDriver({ settings: { driverStreamSessionLimit: SESSIONS_MAX } })
    const [one, other] = [world.addClient(sending), world.addClient(receiving)]
    const subscription = await world.settle(other.addSubscription(`${CHANNEL}|nak-delay=20us`, STREAM_ID))
    const subscriber = new CheckingSubscriber(subscription)
    // A stream that has something to repair, too.
    const dice = random.fork('loss')
    world.network.isLost = ({ bytes }) => bytes.length > SetupDecoder.BLOCK_LENGTH && dice.bool(0.03)
    const publication = await world.settle(one.addExclusivePublication(CHANNEL, STREAM_ID))
    const { sessionId, maxMessageLength, termBufferLength } = publication
    const messages = (): RandomMessages => new RandomMessages('hostile', 1, maxMessageLength)
    const publisher = new RandomPublisher(publication, messages(), MESSAGES)
    subscriber.expect(sessionId, messages())
    world.runUntil('connected', () => publication.isConnected)
    const bytesBefore = receiving.logs.bytesMapped()

    const [source = ''] = publication.localSocketAddresses()
    const sender = { family: 4, address: '127.0.0.1', port: Number(source.split(':')[1]) } as const
    const receiver = { family: 4, address: '127.0.0.1', port: PORT } as const
    const stream = { sessionId, streamId: STREAM_ID, termLength: termBufferLength }
    const attacker = new Attacker(world.network, random.fork('attack'), stream, sender, receiver)
    let answers = 0
    world.tap((datagram) => {
      if (!attacker.isForging && isAskingForSetup(datagram.bytes)) answers++
      attacker.remember(datagram)
    })
    const startNs = world.nowNs
    const stopAttack = world.addTask(() => {
      for (let i = random.int(6); i > 0; i--) attacker.attackReceiver()
      for (let i = random.int(4); i > 0; i--) attacker.attackSender()
      return 1
    })
    world.addTask(() => publisher.work(2))
    let imagesMax = 0
    world.addTask(() => {
      imagesMax = Math.max(imagesMax, subscription.imageCount)
      return subscriber.work(10)
    })
    world.runUntil('all messages are there', () => subscriber.received === MESSAGES)
    for (const driver of [sending, receiving]) driver.logs.checkGuards()
    assert.ok(attacker.sent > MESSAGES, `${attacker.sent} datagrams`)
    stopAttack()
    const seconds = Math.ceil((world.nowNs - startNs) / SECOND)

    assert.ok(answers <= ANSWERS_PER_SECOND_MAX * (seconds + 1), `${answers} answers in ${seconds} s`)
    assert.ok(imagesMax > 1 && imagesMax <= SESSIONS_MAX, `${imagesMax} images`)
    assert.ok(sending.count(SystemCounterId.INVALID_PACKETS) > 0)
    assert.ok(sending.count(SystemCounterId.STATUS_MESSAGES_REJECTED) > 0)
    assert.ok(receiving.count(SystemCounterId.INVALID_PACKETS) > 0)
    assert.ok(receiving.count(SystemCounterId.FLOW_CONTROL_OVER_RUNS) > 0)
    assert.ok(receiving.count(SystemCounterId.FLOW_CONTROL_UNDER_RUNS) > 0)
    assert.ok(receiving.count(SystemCounterId.ERRORS) > 0)

    world.run(30 * SECOND)
    assert.is(receiving.logs.bytesMapped(), bytesBefore, 'only the stream is left')
    assert.is(subscription.imageCount, 1)
    assert.is(receiving.countersOf(CounterType.RECEIVER_HWM).length, 1)
    assert.is(subscriber.received, MESSAGES)
    publication.close()
    world.runUntil('the image is gone', () => subscription.hasNoImages)
    subscription.close()
    world.run(30 * SECOND)
    assert.is(receiving.logs.bytesMapped(), 0)
    assert.is(sending.logs.bytesMapped(), 0)
  }))

function isAskingForSetup(bytes: Uint8Array): boolean {
  const { frameType, flags } = StatusMessageMeta.fields
  return bytes.length === STATUS_MESSAGE_LENGTH && bytes[frameType.offset] === FrameType.SM &&
    (bytes[flags.offset]! & SEND_SETUP) !== 0
}

test.run()
