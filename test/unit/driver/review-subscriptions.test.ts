import * as assert from 'uvu/assert'
import type { Client } from '../../../client/client.ts'
import { NOT_CONNECTED } from '../../../client/log/offer-result.ts'
import type { BasePublication } from '../../../client/base-publication.ts'
import type { Subscription } from '../../../client/subscription.ts'
import { GodwitError } from '../../../codegen/runtime/index.ts'
import { CounterType, SystemCounterId } from '../../../schemas/generated/aeron.memory/index.ts'
import { Random } from '../../support/random.ts'
import { suite } from '../../support/suite.ts'
import { VirtualWorld } from '../../support/virtual-world.ts'

const test = suite('subscriptions and their sockets in virtual time')

const MS = 1e6
const SECOND = 1e9
const STREAM_ID = 7
const UDP = 'aeron:udp?endpoint=127.0.0.1:20121|term-length=64k'

function worldOf(name: string): VirtualWorld {
  return new VirtualWorld(new Random(name), { latencyNs: 100_000 })
}

/** Reads numbers, in every step. */
function read(world: VirtualWorld, subscription: Subscription): number[] {
  const received: number[] = []
  world.addTask(() => {
    if (subscription.isClosed) return 0
    return subscription.poll((buffer, offset) => void received.push(buffer.bytes[offset]!), 10)
  })
  return received
}

function offer(publication: BasePublication, number: number): number {
  return publication.offer(new Uint8Array([number]))
}

async function refusalOf(world: VirtualWorld, added: Promise<unknown>): Promise<GodwitError> {
  const error = await world.settle(added.then(() => undefined, (reason: unknown) => reason))
  if (!(error instanceof GodwitError)) throw new Error(`not refused: ${String(error)}`)
  return error
}

test('a publisher hears of it when its last subscriber goes, and the socket closes after that', async () => {
  const world = worldOf('last subscriber')
  const [sending, receiving] = [world.addDriver(), world.addDriver()]
  const subscription = await world.settle(world.addClient(receiving).addSubscription(UDP, STREAM_ID))
  const publication = await world.settle(world.addClient(sending).addPublication(UDP, STREAM_ID))
  world.runUntil('connected', () => offer(publication, 1) > 0)
  subscription.close()
  const sinceNs = world.nowNs
  world.runUntil('not connected', () => !publication.isConnected)
  const afterNs = world.nowNs - sinceNs
  assert.ok(afterNs < 1.5 * SECOND, `after ${afterNs / SECOND} s`)
  world.run(MS)
  assert.is(offer(publication, 2), NOT_CONNECTED)
  world.run(3 * SECOND)
  assert.equal(receiving.countersOf(CounterType.RECEIVE_CHANNEL_STATUS), [])
  assert.is(receiving.logs.bytesMapped(), 0)
})

test('a subscription that is closed and added again goes on at once, and the first is not in its way', async () => {
  const world = worldOf('again')
  const [sending, receiving] = [world.addDriver(), world.addDriver()]
  const subscriber = world.addClient(receiving)
  const first = await world.settle(subscriber.addSubscription(UDP, STREAM_ID))
  const publication = await world.settle(world.addClient(sending).addPublication(UDP, STREAM_ID))
  world.runUntil('connected', () => offer(publication, 1) > 0)
  world.runUntil('an image', () => first.isConnected)
  first.close()
  const second = await world.settle(subscriber.addSubscription(UDP, STREAM_ID))
  const received = read(world, second)
  world.runUntil('an image', () => second.isConnected)
  const endOfStream: number[] = []
  world.tap(({ bytes, destination }) => {
    const isStatus = destination.port !== 20121 && bytes[6] === 3
    if (isStatus && (bytes[5]! & 0x40) !== 0) endOfStream.push(world.nowNs)
  })
  for (let number = 2; number < 30; number++) {
    world.runUntil('published', () => offer(publication, number) > 0)
    world.run(SECOND / 10)
    assert.ok(publication.isConnected)
  }
  assert.equal(received, Array.from({ length: 28 }, (_, i) => i + 2))
  assert.equal(endOfStream, [])
  assert.is(second.imageCount, 1)
})

test('after a subscriber that left, a publication still lingers for the next one', async () => {
  const world = worldOf('linger')
  const [sending, receiving] = [world.addDriver(), world.addDriver()]
  const subscriber = world.addClient(receiving)
  const first = await world.settle(subscriber.addSubscription(UDP, STREAM_ID))
  const publication = await world.settle(world.addClient(sending).addPublication(UDP, STREAM_ID))
  world.runUntil('connected', () => offer(publication, 1) > 0)
  first.close()
  world.runUntil('not connected', () => !publication.isConnected)
  const second = await world.settle(subscriber.addSubscription(UDP, STREAM_ID))
  const received = read(world, second)
  world.runUntil('connected', () => publication.isConnected && second.isConnected)
  let areLost = true
  world.network.isLost = ({ destination }) => areLost && destination.port === 20121
  for (let number = 2; number < 5; number++) assert.ok(offer(publication, number) > 0)
  publication.close()
  world.run(2.5 * SECOND)
  areLost = false
  world.runUntil('all is there', () => received.length === 3)
  assert.equal(received, [2, 3, 4])
  world.runUntil('the end', () => second.hasNoImages)
})

test('an address that another socket has is refused by name, and is free when that goes', async () => {
  const world = worldOf('in use')
  const [one, other] = [world.addDriver(), world.addDriver()]
  const subscription = await world.settle(world.addClient(one).addSubscription(UDP, STREAM_ID))
  const client = world.addClient(other)
  const labels = [...other.counterLabels().values()]
  for (let i = 0; i < 3; i++) {
    const { message } = await refusalOf(world, client.addSubscription(UDP, STREAM_ID))
    assert.match(message, 'endpoint=127.0.0.1:20121')
    assert.match(message, /127\.0\.0\.1:20121: EADDRINUSE/)
  }
  const added = await refusalOf(world, client.addPublication(`${UDP}|interface=127.0.0.1:20121`, STREAM_ID))
  assert.match(added.message, '127.0.0.1:20121: EADDRINUSE')
  assert.equal([...other.counterLabels().values()].slice(0, labels.length), labels)
  assert.equal(other.countersOf(CounterType.RECEIVE_CHANNEL_STATUS), [])
  assert.equal(other.countersOf(CounterType.SEND_CHANNEL_STATUS), [])
  subscription.close()
  world.run(3 * SECOND)
  await world.settle(client.addSubscription(UDP, STREAM_ID))
})

for (const [host, name] of [['127.0.0.1', 'IPv4'], ['[::1]', 'IPv6']] as const) {
  test(`a stream goes over a port that the system chose: ${name}`, async () => {
    const world = worldOf(name)
    const [sending, receiving] = [world.addDriver(), world.addDriver()]
    const channel = `aeron:udp?endpoint=${host}:0`
    const [reader, writer] = [world.addClient(receiving), world.addClient(sending)]
    const subscription = await world.settle(reader.addSubscription(channel, STREAM_ID))
    const twin = await world.settle(reader.addSubscription(channel, STREAM_ID))
    const endpoint = subscription.resolvedEndpoint ?? ''
    assert.ok(endpoint.startsWith(`${host}:`) && !endpoint.endsWith(':0'), endpoint)
    assert.is.not(endpoint, twin.resolvedEndpoint)
    const received = read(world, subscription)
    for (const suffix of ['', `|interface=${host}`, `|interface=${host}:20999`, '|interface={virtual}']) {
      const sending = `aeron:udp?endpoint=${endpoint}${suffix}`
      const publication = await world.settle(writer.addExclusivePublication(sending, STREAM_ID))
      world.runUntil(`connected over ${sending}`, () => offer(publication, 1) > 0)
    }
    world.runUntil('received', () => received.length === 4)
    const sources = subscription.images.map(({ sourceIdentity }) => sourceIdentity)
    assert.ok(sources.every((source) => source.startsWith(`${host}:`)), sources.join())
    assert.ok(sources.includes(`${host}:20999`), sources.join())
    assert.is(twin.imageCount, 0)
  })
}

test('subscriptions of one socket see the sessions that they want, each from its join on', async () => {
  const world = worldOf('sessions')
  const [sending, receiving] = [world.addDriver(), world.addDriver()]
  const [reader, writer] = [world.addClient(receiving), world.addClient(sending)]
  const all = await world.settle(reader.addSubscription(UDP, STREAM_ID))
  const one = await world.settle(reader.addSubscription(`${UDP}|session-id=1`, STREAM_ID))
  const otherStream = await world.settle(reader.addSubscription(UDP, STREAM_ID + 1))
  assert.equal(receiving.countersOf(CounterType.RECEIVE_CHANNEL_STATUS), [1])
  const add = (id: number): Promise<BasePublication> =>
    world.settle(writer.addExclusivePublication(`${UDP}|session-id=${id}`, STREAM_ID))
  const publications = [await add(1), await add(2)]
  const error = await refusalOf(world, writer.addExclusivePublication(`${UDP}|session-id=2`, STREAM_ID))
  assert.match(error.message, 'session-id=2')
  const [ofAll, ofOne] = [read(world, all), read(world, one)]
  for (const publication of publications) {
    world.runUntil('published', () => offer(publication, publication.sessionId) > 0)
  }
  world.runUntil('received', () => ofAll.length === 2 && ofOne.length === 1)
  all.close()
  world.runUntil('the session that nobody wants is given up', () => !publications[1]!.isConnected)
  assert.ok(publications[0]!.isConnected)
  assert.ok(offer(publications[0]!, 3) > 0)
  world.runUntil('received', () => ofOne.length === 2)
  assert.equal(ofOne, [1, 3])
  assert.is(otherStream.imageCount, 0)
})

test('a publisher that comes back with the same session is heard as soon as its end was told', async () => {
  const world = worldOf('same session')
  const [sending, receiving] = [world.addDriver(), world.addDriver()]
  const writer: Client = world.addClient(sending)
  const subscription = await world.settle(world.addClient(receiving).addSubscription(UDP, STREAM_ID))
  const received = read(world, subscription)
  for (let round = 1; round <= 3; round++) {
    const channel = `${UDP}|session-id=5|linger=0`
    const publication = await world.settle(writer.addExclusivePublication(channel, STREAM_ID))
    world.runUntil('published', () => offer(publication, round) > 0)
    world.runUntil('received', () => received.length === round)
    publication.close()
    world.runUntil('the publication is gone', () => sending.countersOf(CounterType.SENDER_POSITION).length === 0)
    world.runUntil('the image is gone', () => subscription.hasNoImages)
    // The socket is closed by then, too: while it is being closed, the channel cannot be had again.
    world.run(MS)
  }
  assert.equal(received, [1, 2, 3])
  assert.is(receiving.count(SystemCounterId.ERRORS), 0)
})

test.run()
