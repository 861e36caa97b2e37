import * as assert from 'uvu/assert'
import type { BasePublication } from '../../../client/base-publication.ts'
import { ADMIN_ACTION, BACK_PRESSURED, MAX_POSITION_EXCEEDED } from '../../../client/log/offer-result.ts'
import { CounterType, SystemCounterId } from '../../../schemas/generated/aeron.memory/index.ts'
import { withSeed } from '../../support/seed.ts'
import { suite } from '../../support/suite.ts'
import { CheckingSubscriber, RandomMessages, RandomPublisher } from '../../support/virtual-streams.ts'
import { VirtualWorld } from '../../support/virtual-world.ts'

const test = suite('flow of streams in virtual time')

const SECOND = 1e9
const STREAM_ID = 7
const TERM_LENGTH = 65_536
const UDP = 'aeron:udp?endpoint=127.0.0.1:20121|term-length=64k'
const IPC = 'aeron:ipc?term-length=64k'

/** A random publisher, and messages as it publishes them. */
function publisherOf(
  publication: BasePublication, count: number,
): { readonly publisher: RandomPublisher; readonly again: RandomMessages } {
  const messages = (): RandomMessages => new RandomMessages(`${publication.sessionId}`, 1, publication.maxMessageLength)
  return { publisher: new RandomPublisher(publication, messages(), count), again: messages() }
}

for (const channel of [UDP, IPC]) {
  test(`a slow subscriber holds its publisher back, and lets it go on: ${channel}`, () =>
    withSeed(`slow/${channel}`, async (random) => {
      const world = new VirtualWorld(random)
      const driver = world.addDriver()
      const [one, other] = [world.addClient(driver), world.addClient(driver)]
      const fast = new CheckingSubscriber(await world.settle(one.addSubscription(channel, STREAM_ID)))
      const slow = new CheckingSubscriber(await world.settle(one.addSubscription(channel, STREAM_ID)))
      const publication = await world.settle(other.addPublication(channel, STREAM_ID))
      const { publisher, again } = publisherOf(publication, 600)
      fast.expect(publication.sessionId, again)
      slow.expect(publication.sessionId, publisherOf(publication, 0).again)
      world.addTask(() => publisher.work())
      world.addTask(() => fast.work())
      world.run(3 * SECOND)

      assert.is(publisher.isDone, false)
      assert.ok((publisher.refusals.get(BACK_PRESSURED) ?? 0) > 0)
      // Windows of receiver and publisher, and one message on top of each.
      const ahead = publication.position - slow.subscription.images[0]!.position
      assert.ok(ahead <= TERM_LENGTH + 2 * publication.maxMessageLength, `${ahead} bytes ahead`)
      assert.ok(publication.isConnected)
      world.addTask(() => slow.work(random.between(1, 3)))
      world.runUntil('all messages are there', () => fast.received === 600 && slow.received === 600)
      driver.logs.checkGuards()
    }))

  test(`a subscriber that comes later joins in, and misses nothing from there on: ${channel}`, () =>
    withSeed(`late/${channel}`, async (random) => {
      const world = new VirtualWorld(random, { latencyNs: 10_000 })
      const driver = world.addDriver()
      const [one, other] = [world.addClient(driver), world.addClient(driver)]
      const first = await world.settle(one.addSubscription(channel, STREAM_ID))
      const publication = await world.settle(other.addPublication(channel, STREAM_ID))
      const positions: number[][] = [[], []]
      world.addTask(() => first.poll((_buffer, _offset, _length, { position }) => void positions[0]!.push(position), 5))
      const { publisher } = publisherOf(publication, 500)
      world.addTask(() => publisher.work(3))
      world.runUntil('the stream is on its way', () => publisher.accepted > 200)

      const late = await world.settle(one.addSubscription(channel, STREAM_ID))
      world.runUntil('it has its image', () => late.imageCount === 1)
      const { joinPosition } = late.images[0]!
      assert.ok(joinPosition > 0)
      world.addTask(() => late.poll((_buffer, _offset, _length, { position }) => void positions[1]!.push(position), 5))
      const isAll = (): boolean => publisher.isDone && [first, late].every(({ images }) =>
        images[0]?.position === publication.position)
      world.runUntil('both have everything', isAll)
      assert.equal(positions[1], positions[0]!.filter((position) => position > joinPosition))
    }))
}

test('a publisher that goes at once leaves nothing behind that is not received, in spite of loss', () =>
  withSeed('end of stream', async (random) => {
    const faults = { send: { loss: 0.2, reorder: 0.05, duplicate: 0.05 } }
    const world = new VirtualWorld(random, { latencyNs: 50_000 })
    const [a, b] = [world.addDriver({ faults }), world.addDriver({ faults })]
    const [one, other] = [world.addClient(a), world.addClient(b)]
    const channel = `${UDP}|nak-delay=50us`
    let ended = 0
    const onUnavailableImage = ({ isEndOfStream, position, endOfStreamPosition }: {
      readonly isEndOfStream: boolean
      readonly position: number
      readonly endOfStreamPosition: number
    }): void => {
      assert.ok(isEndOfStream)
      assert.is(position, endOfStreamPosition)
      ended++
    }
    const subscription = await world.settle(other.addSubscription(channel, STREAM_ID, { onUnavailableImage }))
    const subscriber = new CheckingSubscriber(subscription)
    const publication = await world.settle(one.addExclusivePublication(UDP, STREAM_ID))
    const { publisher, again } = publisherOf(publication, 400)
    subscriber.expect(publication.sessionId, again)
    const stop = world.addTask(() => publisher.work())
    world.addTask(() => subscriber.work())
    world.runUntil('all are published', () => publisher.isDone)
    stop()
    const left = 400 - subscriber.received
    publication.close()
    await world.settle(one.close())
    world.runUntil('the image is gone', () => subscription.hasNoImages, 60 * SECOND)
    assert.ok(left > 0, 'some were under way when the publisher went')
    assert.is(subscriber.received, 400)
    assert.is(ended, 1)
  }))

test('a stream that need not be reliable goes on without what was lost', () =>
  withSeed('unreliable', async (random) => {
    const world = new VirtualWorld(random, { latencyNs: 50_000 })
    const a = world.addDriver({ faults: { send: { loss: 0.1 } } })
    const b = world.addDriver()
    const [one, other] = [world.addClient(a), world.addClient(b)]
    const subscription = await world.settle(other.addSubscription(`${UDP}|reliable=false`, STREAM_ID))
    const publication = await world.settle(one.addExclusivePublication(UDP, STREAM_ID))
    const numbers: number[] = []
    world.addTask(() => subscription.poll((buffer, offset, length) => {
      assert.is(length, 500)
      numbers.push(buffer.view.getInt32(offset, true))
    }, 10))
    const message = new Uint8Array(500)
    const view = new DataView(message.buffer)
    let sent = 0
    world.addTask(() => {
      if (sent === 1000) return 0
      view.setInt32(0, sent, true)
      const result = publication.offer(message)
      if (result > 0) sent++
      return result > 0 ? 1 : 0
    })
    const isAll = (): boolean => sent === 1000 && subscription.images[0]?.position === publication.position
    world.runUntil('everything is there or given up', isAll)
    assert.ok(numbers.length < 1000 && numbers.length > 500, `${numbers.length} messages came`)
    assert.equal(numbers, [...new Set(numbers)].sort((x, y) => x - y))
    assert.is(b.count(SystemCounterId.NAK_MESSAGES_SENT), 0)
    assert.is(a.count(SystemCounterId.RETRANSMITS_SENT), 0)
    assert.ok(b.count(SystemCounterId.LOSS_GAP_FILLS) > 0)
    const [loss] = b.losses()
    assert.ok((loss?.totalBytesLost ?? 0) >= (1000 - numbers.length) * 500)
    b.logs.checkGuards()
  }))

test('a stream goes on when all that a window let through was lost, and the padding behind it', () =>
  withSeed('lost window', async (random) => {
    const world = new VirtualWorld(random)
    const [a, b] = [world.addDriver(), world.addDriver()]
    const [one, other] = [world.addClient(a), world.addClient(b)]
    const subscription = await world.settle(other.addSubscription(UDP, STREAM_ID))
    const publication = await world.settle(one.addExclusivePublication(UDP, STREAM_ID))
    world.runUntil('connected', () => publication.isConnected)
    const numbers: number[] = []
    const read = (): number => subscription.poll((buffer, offset) => void numbers.push(buffer.bytes[offset]!), 100)
    const publish = (number: number): void =>
      world.runUntil('published', () => publication.offer(new Uint8Array(1000).fill(number)) > 0)
    // 31 messages take a little less than half of the term. What is read at once is told at once: the receiver's window
    // then ends in the middle of the padding at the end of the term.
    for (let i = 0; i < 31; i++) publish(i)
    world.run(SECOND / 2)
    world.addTask(read)
    world.run(SECOND / 2)
    world.network.isLost = ({ destination, bytes }) => destination.port === 20121 && !isHeartbeat(bytes)
    for (let i = 31; i < 64; i++) publish(i)
    world.run(SECOND)
    assert.is(numbers.length, 31)
    world.network.isLost = undefined
    world.runUntil('all messages are there', () => numbers.length === 64, 5 * SECOND)
    assert.equal(numbers, [...new Array(64).keys()])
  }))

function isHeartbeat(bytes: Uint8Array): boolean {
  return bytes.length === 32 && bytes.subarray(0, 4).every((byte) => byte === 0)
}

test('a stream ends at the last position that there is', () =>
  withSeed('last position', async (random) => {
    const world = new VirtualWorld(random)
    const [a, b] = [world.addDriver(), world.addDriver()]
    const [one, other] = [world.addClient(a), world.addClient(b)]
    const subscriber = new CheckingSubscriber(await world.settle(other.addSubscription(UDP, STREAM_ID)))
    const initialTermId = 0x7fff_fff0
    const termId = (initialTermId + 0x7fff_ffff) | 0
    const channel = `${UDP}|init-term-id=${initialTermId}|term-id=${termId}|term-offset=4096`
    const publication = await world.settle(one.addExclusivePublication(channel, STREAM_ID))
    const { publisher, again } = publisherOf(publication, 1000)
    subscriber.expect(publication.sessionId, again)
    world.addTask(() => {
      try {
        return publisher.work()
      } catch {
        return 0
      }
    })
    world.addTask(() => subscriber.work())
    const isOver = (): boolean => publisher.refusals.has(MAX_POSITION_EXCEEDED)
    world.runUntil('the publication is full', isOver)
    world.runUntil('all messages are there', () => subscriber.received === publisher.accepted)
    assert.is(publication.offer(new Uint8Array(1)), MAX_POSITION_EXCEEDED)
    assert.ok(publisher.accepted > 10)
    publication.close()
    world.runUntil('the image is gone', () => subscriber.subscription.hasNoImages)
    assert.equal([...a.errors(), ...b.errors()], [])
  }))

test('a subscription for one session hears no other, and its neighbour hears all', () =>
  withSeed('sessions', async (random) => {
    const world = new VirtualWorld(random)
    const [a, b] = [world.addDriver(), world.addDriver()]
    const [one, other] = [world.addClient(a), world.addClient(b)]
    const all = new CheckingSubscriber(await world.settle(other.addSubscription(UDP, STREAM_ID)))
    const some = new CheckingSubscriber(await world.settle(other.addSubscription(`${UDP}|session-id=-5`, STREAM_ID)))
    world.addTask(() => all.work() + some.work())
    const publishers: RandomPublisher[] = []
    for (const sessionId of [-5, 6, 0x7fff_ffff, -0x8000_0000]) {
      const channel = `${UDP}|session-id=${sessionId}`
      const publication = await world.settle(one.addExclusivePublication(channel, STREAM_ID))
      assert.is(publication.sessionId, sessionId)
      const { publisher, again } = publisherOf(publication, 100)
      all.expect(sessionId, again)
      if (sessionId === -5) some.expect(sessionId, publisherOf(publication, 0).again)
      publishers.push(publisher)
      world.addTask(() => publisher.work())
    }
    world.runUntil('all messages are there', () => all.received === 400 && some.received === 100)
    assert.is(some.subscription.imageCount, 1)
    assert.is(all.subscription.imageCount, 4)
    assert.is(b.countersOf(CounterType.SUBSCRIBER_POSITION).length, 5)
    assert.is(publishers.every(({ refusals }) => [...refusals.keys()].every((result) => result >= ADMIN_ACTION)), true)
  }))

test.run()
