import * as assert from 'uvu/assert'
import type { Client } from '../../../client/client.ts'
import { ClientTimeoutError, ConductorServiceTimeoutError, DriverTimeoutError } from '../../../client/errors.ts'
import { BufferClaim } from '../../../client/log/buffer-claim.ts'
import { CLOSED, NOT_CONNECTED } from '../../../client/log/offer-result.ts'
import type { Publication } from '../../../client/publication.ts'
import type { Subscription } from '../../../client/subscription.ts'
import { CounterType, SystemCounterId } from '../../../schemas/generated/aeron.memory/index.ts'
import { Random } from '../../support/random.ts'
import { suite } from '../../support/suite.ts'
import type { VirtualDriver } from '../../support/virtual-driver.ts'
import { VirtualWorld } from '../../support/virtual-world.ts'

const test = suite('life of streams in virtual time')

const SECOND = 1e9
const STREAM_ID = 7
/** Of a message of 100 bytes in the log. */
const FRAME_LENGTH = 160

const UDP = 'aeron:udp?endpoint=127.0.0.1:20121|term-length=64k'
const IPC = 'aeron:ipc?term-length=64k'

/** A stream between clients of two drivers, over which messages go. */
interface Stage {
  readonly world: VirtualWorld
  readonly sending: VirtualDriver
  readonly receiving: VirtualDriver
  readonly publisher: Client
  readonly subscriber: Client
  readonly publication: Publication
  readonly subscription: Subscription
  /** What went wrong in each client. */
  readonly errors: { readonly publisher: unknown[]; readonly subscriber: unknown[] }
  /** Publishes a number. */
  offer(number: number): number
  /** Numbers received. */
  readonly received: number[]
  /** The subscriber's thread does nothing any more. */
  freezeSubscriber(): void
}

async function begin(channel: string = UDP, latencyNs: number = 100_000): Promise<Stage> {
  const world = new VirtualWorld(new Random('life'), { latencyNs })
  const sending = world.addDriver()
  const receiving = channel === IPC ? sending : world.addDriver()
  const errors = { publisher: [] as unknown[], subscriber: [] as unknown[] }
  const publisher = world.addClient(sending, { errorHandler: (error) => void errors.publisher.push(error) })
  const subscriber = world.addClient(receiving, { errorHandler: (error) => void errors.subscriber.push(error) })
  const subscription = await world.settle(subscriber.addSubscription(channel, STREAM_ID))
  const publication = await world.settle(publisher.addPublication(channel, STREAM_ID))
  const received: number[] = []
  const message = new Uint8Array(100)
  const offer = (number: number): number => {
    message[0] = number
    return publication.offer(message)
  }
  const poll = (): number => subscription.poll((buffer, offset) => void received.push(buffer.bytes[offset]!), 10)
  const stopPolling = world.addTask(() => (subscription.isClosed ? 0 : poll()))
  world.runUntil('connected', () => publication.isConnected && offer(0) > 0)
  world.runUntil('received', () => received.length === 1)
  const freezeSubscriber = (): void => {
    world.freeze(subscriber)
    stopPolling()
  }
  return {
    world, sending, receiving, publisher, subscriber, publication, subscription, errors, offer, received,
    freezeSubscriber,
  }
}

test('what nobody uses costs next to nothing', async () => {
  const { world } = await begin()
  const before = world.steps
  world.run(10 * SECOND)
  // Two clients that look after themselves every 16 ms, a heartbeat every 100 ms, and little else.
  const perSecond = (world.steps - before) / 10
  assert.ok(perSecond < 400, `${perSecond} steps in a second`)
})

test('a publication without status messages is not connected after 5 seconds, and connects again', async () => {
  const { world, publication, subscription, received, offer } = await begin()
  world.network.isLost = ({ destination }) => destination.port !== 20121
  const sinceNs = world.nowNs
  world.runUntil('not connected', () => !publication.isConnected)
  const afterNs = world.nowNs - sinceNs
  assert.ok(afterNs > 4.7 * SECOND && afterNs < 6.1 * SECOND, `after ${afterNs / SECOND} s`)
  assert.is(offer(1), NOT_CONNECTED)
  assert.is(subscription.imageCount, 1, 'heartbeats still come')
  world.network.isLost = undefined
  world.runUntil('connected', () => publication.isConnected && offer(1) > 0)
  world.runUntil('received', () => received.length === 2)
})

test('a stream that was cut off for longer than images live comes back where it is', async () => {
  const { world, publication, subscription, received, offer, receiving } = await begin()
  const [image] = subscription.images
  world.network.isLost = () => true
  world.runUntil('the image is gone', () => subscription.hasNoImages, 30 * SECOND)
  assert.ok(image!.isClosed)
  assert.is(offer(1), NOT_CONNECTED)
  world.run(2 * SECOND)
  world.network.isLost = undefined
  world.runUntil('connected', () => publication.isConnected && offer(1) > 0)
  world.runUntil('received', () => received.length === 2)
  assert.is.not(subscription.images[0], image)
  assert.is(subscription.images[0]!.joinPosition, FRAME_LENGTH)
  world.run(30 * SECOND)
  assert.is(receiving.countersOf(CounterType.RECEIVER_HWM).length, 1, 'the old image is gone, the new one is there')
})

for (const channel of [UDP, IPC]) {
  test(`a subscriber that is silent for too long is given up, with all that it had: ${channel}`, async () => {
    const { world, receiving, subscriber, subscription, publication, errors, freezeSubscriber } = await begin(channel)
    freezeSubscriber()
    world.run(30 * SECOND)
    assert.is(receiving.count(SystemCounterId.CLIENT_TIMEOUTS), 1)
    assert.is(receiving.countersOf(CounterType.SUBSCRIBER_POSITION).length, 0)
    assert.is(receiving.countersOf(CounterType.RECEIVE_CHANNEL_STATUS).length, 0)
    if (channel === UDP) assert.is(receiving.logs.bytesMapped(), 0)
    assert.is(publication.isConnected, false)
    assert.is(publication.isClosed, false)
    world.freeze(subscriber, false)
    world.run(SECOND)
    assert.ok(subscriber.isClosed && subscription.isClosed)
    assert.is(errors.subscriber.length, 1)
    const [error] = errors.subscriber
    assert.ok(error instanceof ClientTimeoutError || error instanceof ConductorServiceTimeoutError)
  })

  test(`a publisher that is silent for too long is given up, and its stream ends: ${channel}`, async () => {
    const { world, sending, publisher, publication, subscription } = await begin(channel)
    world.freeze(publisher)
    world.runUntil('the image is gone', () => subscription.hasNoImages, 30 * SECOND)
    world.run(20 * SECOND)
    assert.is(sending.count(SystemCounterId.CLIENT_TIMEOUTS), 1)
    assert.is(sending.countersOf(CounterType.PUBLISHER_LIMIT).length, 0)
    assert.is(sending.countersOf(CounterType.SEND_CHANNEL_STATUS).length, 0)
    world.freeze(publisher, false)
    world.run(SECOND)
    assert.ok(publisher.isClosed && publication.isClosed)
    assert.is(publication.offer(new Uint8Array(1)), CLOSED)
  })

  test(`a publisher that dies in the middle of a claim does not stop the others: ${channel}`, async () => {
    const { world, sending, publisher, publication, received } = await begin(channel)
    const other = world.addClient(sending)
    const shared = await world.settle(other.addPublication(channel, STREAM_ID))
    assert.is(shared.sessionId, publication.sessionId)
    const claim = new BufferClaim()
    assert.ok(publication.tryClaim(200, claim) > 0)
    const message = new Uint8Array(100).fill(2)
    assert.ok(shared.offer(message) > 0)
    world.freeze(publisher)
    world.run(10 * SECOND)
    assert.is(received.length, 1)
    world.runUntil('it goes on', () => received.length === 2, 20 * SECOND)
    assert.equal(received, [0, 2])
    assert.is(sending.count(SystemCounterId.UNBLOCKED_PUBLICATIONS), 1)
    assert.ok(shared.offer(message) > 0)
    world.runUntil('and on', () => received.length === 3)
  })
}

test('clients see at once that their driver was closed', async () => {
  const { world, sending, publisher, publication, errors, receiving, subscription } = await begin()
  sending.close()
  world.run(SECOND)
  assert.ok(publisher.isClosed && publication.isClosed)
  assert.is(publication.offer(new Uint8Array(1)), CLOSED)
  assert.instance(errors.publisher[0], DriverTimeoutError)
  assert.is(errors.publisher.length, 1)
  assert.is(errors.subscriber.length, 0)
  world.runUntil('the image is gone', () => subscription.hasNoImages, 30 * SECOND)
  world.run(30 * SECOND)
  assert.is(receiving.logs.bytesMapped(), 0)
})

test('a receiver that is gone is not flooded', async () => {
  // The system tells at once, in the middle of a batch, that nobody is there.
  const { world, sending, receiving, publication } = await begin(UDP, 0)
  receiving.close()
  const before = sending.count(SystemCounterId.BYTES_SENT)
  const message = new Uint8Array(publication.maxMessageLength)
  while (publication.offer(message) > 0) continue
  world.run(20 * SECOND)
  const sent = sending.count(SystemCounterId.BYTES_SENT) - before
  assert.ok(sent < 2 * publication.termBufferLength, `${sent} bytes were sent to nobody`)
  assert.is(publication.isConnected, false)
})

test('clients see after a while that their driver has died', async () => {
  const { world, receiving, subscriber, subscription, publication, errors } = await begin()
  receiving.isDead = true
  const sinceNs = world.nowNs
  world.runUntil('the client has noticed', () => subscriber.isClosed)
  const afterNs = world.nowNs - sinceNs
  assert.ok(afterNs > 8 * SECOND && afterNs < 11.1 * SECOND, `after ${afterNs / SECOND} s`)
  assert.ok(subscription.isClosed)
  assert.instance(errors.subscriber[0], DriverTimeoutError)
  assert.is(publication.isConnected, false)
  assert.is(errors.publisher.length, 0)
})

test('commands that a driver does not answer come to an end', async () => {
  const { world, receiving, subscriber, errors } = await begin()
  receiving.isDead = true
  let failure: unknown
  await world.settle(subscriber.addSubscription(UDP, 8)).catch((error: unknown) => {
    failure = error
  })
  assert.instance(failure, Error)
  assert.is(errors.subscriber.length <= 1, true)
})

test('closing a client ends its streams, and everything of them goes', async () => {
  const { world, sending, receiving, publisher, subscriber, subscription } = await begin()
  await world.settle(publisher.close())
  world.runUntil('the image is gone', () => subscription.hasNoImages)
  await world.settle(subscriber.close())
  world.run(30 * SECOND)
  for (const driver of [sending, receiving]) {
    assert.is(driver.logs.bytesMapped(), 0)
    assert.is(driver.count(SystemCounterId.BYTES_CURRENTLY_MAPPED), 0)
    assert.is(driver.count(SystemCounterId.CLIENT_TIMEOUTS), 0)
    // Only those of the driver itself.
    assert.is(Math.max(...driver.counterLabels().keys()), SystemCounterId.NATIVE_RESOURCE_AGENT_PROXY_FAILS)
    assert.equal(driver.errors(), [])
  }
})

test.run()
