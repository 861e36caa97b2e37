import * as assert from 'uvu/assert'
import type { Image } from '../../../client/image.ts'
import { CLOSED } from '../../../client/log/offer-result.ts'
import type { GodwitError } from '../../../codegen/runtime/index.ts'
import { CommandType, ErrorCode } from '../../../schemas/generated/aeron.commands/index.ts'
import { CounterType } from '../../../schemas/generated/aeron.memory/index.ts'
import { FakeDriver, closeClients } from '../../support/fake-driver.ts'
import { suite } from '../../support/suite.ts'
import { rejection } from './rejection.ts'
import { subscribed } from './subscribed.ts'

const test = suite('client/life')

function heartbeatOf(driver: FakeDriver, clientId: number): number {
  const id = driver.counters.findByTypeAndRegistrationId(CounterType.CLIENT_HEARTBEAT, clientId)
  return driver.counters.value(id)
}

test('the heartbeat counter has the name of the client and is written every keep-alive interval', async () => {
  const driver = new FakeDriver()
  const client = driver.connect({ clientName: 'tester' })
  await client.addSubscription('aeron:ipc', 10)
  const id = driver.counters.findByTypeAndRegistrationId(CounterType.CLIENT_HEARTBEAT, client.clientId)
  assert.match(driver.counters.label(id), /^client-heartbeat: id=\d+ name=tester version=\d+\.\d+\.\S+ commit=release$/)
  const before = heartbeatOf(driver, client.clientId)
  driver.advanceMs(530)
  const after = heartbeatOf(driver, client.clientId)
  assert.ok(after >= before + 500, `${after - before}`)
  driver.advanceMs(400)
  assert.is(heartbeatOf(driver, client.clientId), after)
  driver.advanceMs(130)
  assert.ok(heartbeatOf(driver, client.clientId) > after)
})

test('a thread that does nothing but poll or offer stays connected, and its image handlers run', async () => {
  for (const doing of ['poll', 'offer', 'successful polls'] as const) {
    const available: Image[] = []
    const { driver, client, subscription, feeds } = await subscribed(1, { onAvailableImage: (i) => available.push(i) })
    const publication = await client.addPublication('aeron:ipc', 10)
    driver.publications[0]!.counter.set(0)
    assert.is(available.length, 1)
    const before = heartbeatOf(driver, client.clientId)
    driver.addImage(subscription.registrationId)
    for (let ms = 0; ms < 31_000; ms++) {
      driver.clock.skipMs(1)
      driver.beat()
      if (doing === 'offer') publication.offer(new Uint8Array(8))
      if (doing === 'successful polls') feeds[0]!.send(8)
      if (doing !== 'offer') subscription.poll(() => undefined, 1)
    }
    assert.not.ok(client.isClosed, doing)
    assert.is(available.length, 2, doing)
    assert.ok(heartbeatOf(driver, client.clientId) > before + 30_000, doing)
  }
})

test('a driver that gives no sign of life for the timeout closes everything, and says so', async () => {
  const errors: GodwitError[] = []
  let closed = 0
  const unavailable: boolean[] = []
  const { driver, client, subscription } = await subscribed(1, {
    errorHandler: (error) => errors.push(error as GodwitError),
    closeHandler: () => closed++,
    onUnavailableImage: (image) => unavailable.push(image.isClosed),
  })
  const publication = await client.addPublication('aeron:ipc', 10)
  const counter = await client.addCounter(1001, 'mine')
  driver.publications[0]!.counter.set(0)
  driver.isAnswering = false
  driver.isAlive = false
  for (let ms = 0; ms < 9900; ms += 100) {
    driver.clock.skipMs(100)
    subscription.poll(() => undefined, 1)
  }
  assert.not.ok(client.isClosed)
  const publishing = rejection(() => publication.publish(new Uint8Array(8)))
  const pending = rejection(() => client.addPublication('aeron:ipc', 11))
  for (let ms = 0; ms < 700; ms += 100) {
    driver.clock.skipMs(100)
    subscription.poll(() => undefined, 1)
  }
  assert.ok(client.isClosed)
  assert.equal(errors.map(({ code }) => code), ['ERR_GODWIT_DRIVER_TIMEOUT'])
  assert.is(closed, 1)
  assert.equal(unavailable, [true])
  assert.ok(publication.isClosed && subscription.isClosed && counter.isClosed)
  assert.is(publication.offer(new Uint8Array(8)), CLOSED)
  assert.is((await pending).code, 'ERR_GODWIT_DRIVER_TIMEOUT')
  assert.is((await publishing).code, 'ERR_GODWIT_CLOSED')
  const after = await rejection(() => client.addSubscription('aeron:ipc', 10))
  assert.is(after.code, 'ERR_GODWIT_CLOSED')
  assert.is((after.cause as GodwitError).code, 'ERR_GODWIT_DRIVER_TIMEOUT')
  assert.ok(driver.isLogSourceClosed)
})

test('a driver that was closed is noticed at the next keep-alive', async () => {
  const errors: GodwitError[] = []
  const { driver, client } = await subscribed(0, { errorHandler: (error) => errors.push(error as GodwitError) })
  driver.isAlive = false
  driver.ring.setConsumerHeartbeatMs(-1)
  driver.clock.advanceMs(530)
  assert.ok(client.isClosed)
  assert.equal(errors.map(({ code }) => code), ['ERR_GODWIT_DRIVER_TIMEOUT'])
})

test('a client that got no turn for the liveness timeout closes itself', async () => {
  const errors: GodwitError[] = []
  const { driver, client, subscription } = await subscribed(1, {
    errorHandler: (error) => errors.push(error as GodwitError),
  })
  driver.clock.skipMs(10_001)
  driver.beat()
  subscription.poll(() => undefined, 1)
  assert.ok(client.isClosed)
  assert.equal(errors.map(({ code }) => code), ['ERR_GODWIT_CONDUCTOR_SERVICE_TIMEOUT'])
})

test('a client that the driver gave up closes itself, and only that one', async () => {
  const errors: GodwitError[] = []
  const { driver, client } = await subscribed(0, { errorHandler: (error) => errors.push(error as GodwitError) })
  driver.timeOutClient(client.clientId + 1)
  driver.advanceMs(20)
  assert.not.ok(client.isClosed)
  driver.timeOutClient(client.clientId)
  driver.advanceMs(20)
  assert.ok(client.isClosed)
  assert.equal(errors.map(({ code }) => code), ['ERR_GODWIT_CLIENT_TIMEOUT'])
})

test('a client whose heartbeat counter was taken back closes itself', async () => {
  const errors: GodwitError[] = []
  const { driver, client } = await subscribed(0, { errorHandler: (error) => errors.push(error as GodwitError) })
  driver.counters.free(driver.counters.findByTypeAndRegistrationId(CounterType.CLIENT_HEARTBEAT, client.clientId))
  driver.advanceMs(530)
  assert.equal(errors.map(({ code }) => code), ['ERR_GODWIT_CLIENT_TIMEOUT'])
  assert.ok(client.isClosed)
})

test('a client that is lapped by the driver closes itself', async () => {
  const errors: GodwitError[] = []
  const { driver, client } = await subscribed(0, { errorHandler: (error) => errors.push(error as GodwitError) })
  for (let i = 0; i < 5000; i++) driver.counterUpdate(CommandType.ON_UNAVAILABLE_COUNTER, 1, 1)
  driver.advanceMs(20)
  assert.equal(errors.map(({ code }) => code), ['ERR_GODWIT_BROADCAST_LAPPED'])
  assert.ok(client.isClosed)
})

test('malformed messages of the driver are reported and change nothing', async () => {
  const errors: GodwitError[] = []
  const { driver, client } = await subscribed(0, { errorHandler: (error) => errors.push(error as GodwitError) })
  for (const typeId of [
    CommandType.ON_ERROR, CommandType.ON_AVAILABLE_IMAGE, CommandType.ON_PUBLICATION_READY,
    CommandType.ON_OPERATION_SUCCESS, CommandType.ON_UNAVAILABLE_IMAGE, CommandType.ON_SUBSCRIPTION_READY,
    CommandType.ON_COUNTER_READY, CommandType.ON_CLIENT_TIMEOUT, CommandType.ON_PUBLICATION_ERROR,
    CommandType.ON_NEXT_AVAILABLE_SESSION_ID,
  ]) {
    driver.transmit(typeId, 4)
  }
  driver.transmit(0x0fff as CommandType, 4)
  driver.advanceMs(20)
  assert.equal(errors.map(({ code }) => code), new Array(10).fill('ERR_GODWIT_DRIVER_EVENT'))
  assert.not.ok(client.isClosed)
})

test('handlers must not call back into the client', async () => {
  const driver = new FakeDriver()
  const client = driver.connect()
  const found: Promise<GodwitError>[] = []
  const subscription = await client.addSubscription('aeron:ipc', 10, {
    onAvailableImage: (image) => {
      found.push(rejection(() => client.addSubscription('aeron:ipc', 1)))
      found.push(rejection(() => subscription.close()))
      found.push(rejection(() => client.close()))
      found.push(rejection(() => image.reject('no')))
      subscription.poll(() => undefined, 1)
    },
  })
  driver.addImage(subscription.registrationId)
  driver.advanceMs(20)
  const codes = (await Promise.all(found)).map(({ code }) => code)
  assert.equal(codes, new Array(4).fill('ERR_GODWIT_REENTRANT'))
  assert.not.ok(subscription.isClosed)
})

test('images come and go, with handlers of the subscription or of the client', async () => {
  const seen: string[] = []
  const { driver, client, subscription, feeds } = await subscribed(1, {
    availableImageHandler: () => seen.push('client available'),
    unavailableImageHandler: () => seen.push('client unavailable'),
    onAvailableImage: () => seen.push('available'),
  })
  const [image] = subscription.images as [Image]
  assert.is(image.sourceIdentity, '127.0.0.1:5000')
  assert.is(subscription.imageBySessionId(image.sessionId), image)
  // A repeated announcement is not a second image.
  const { id, name, counter } = feeds[0]!.fake
  driver.announceImage(id, subscription.registrationId, image.sessionId, counter.id, name)
  driver.advanceMs(20)
  assert.is(subscription.imageCount, 1)
  driver.removeImage(id, subscription.registrationId)
  driver.advanceMs(20)
  assert.ok(subscription.hasNoImages)
  assert.ok(image.isClosed)
  assert.equal(seen, ['available', 'client unavailable'])
  driver.advanceMs(3040)
  assert.equal(driver.releasedLogs, [name])
  await client.close()
})

test('an image whose log or counter cannot be is reported, and the rest goes on', async () => {
  const errors: GodwitError[] = []
  const { driver, subscription } = await subscribed(0, { errorHandler: (error) => errors.push(error as GodwitError) })
  const log = driver.createLog(9, 'there')
  driver.announceImage(9, subscription.registrationId, log.sessionId, 3, 'nowhere')
  driver.announceImage(9, subscription.registrationId, log.sessionId, 99_999, 'there')
  const counter = driver.counters.allocate(4, 'sub-pos')
  counter.set(33)
  driver.announceImage(9, subscription.registrationId, log.sessionId, counter.id, 'there')
  driver.advanceMs(20)
  const codes = errors.map(({ code }) => code)
  assert.equal(codes, ['ERR_GODWIT_LOG_UNKNOWN', 'ERR_GODWIT_COUNTER_ID', 'ERR_GODWIT_DRIVER_EVENT'])
  assert.ok(subscription.hasNoImages)
})

test('a failed socket is reported for each resource that uses it', async () => {
  const errors: GodwitError[] = []
  const { driver, client } = await subscribed(0, { errorHandler: (error) => errors.push(error as GodwitError) })
  await client.addPublication('aeron:ipc', 10)
  driver.error(-1, ErrorCode.CHANNEL_ENDPOINT_ERROR, 'broken')
  driver.error(55, ErrorCode.CHANNEL_ENDPOINT_ERROR, 'of others')
  driver.advanceMs(20)
  assert.equal(errors.map(({ code }) => code), ['ERR_GODWIT_CHANNEL_ENDPOINT', 'ERR_GODWIT_CHANNEL_ENDPOINT'])
})

test('an image is rejected with its position and reason', async () => {
  const { driver, images } = await subscribed(1)
  await images[0]!.reject('bad')
  const { typeId, bytes } = driver.commands.at(-1)!
  assert.is(typeId, CommandType.REJECT_IMAGE)
  assert.is(bytes.length, 40)
  assert.is(String.fromCharCode(...bytes.subarray(36, 39)), 'bad')
})

test('closing tells the driver, and everything ends', async () => {
  const { driver, client, subscription } = await subscribed(1)
  const waiting = rejection(() => client.nextSessionId(1))
  await client.close()
  await client.close()
  driver.work()
  assert.is(driver.commandTypes().filter((typeId) => typeId === CommandType.CLIENT_CLOSE).length, 1)
  assert.is((await waiting).code, 'ERR_GODWIT_CLOSED')
  assert.ok(subscription.isClosed)
  assert.is(subscription.poll(() => undefined, 1), 0)
  assert.is(driver.clock.timers.length, 0)
})

test('options that cannot be are refused', async () => {
  const driver = new FakeDriver()
  for (const options of [{ clientName: 'x'.repeat(101) }, { driverTimeoutMs: 0 }, { idle: 'never' as 'spin' }]) {
    assert.is((await rejection(() => driver.connect(options))).code, 'ERR_GODWIT_CLIENT_OPTION')
  }
})

test.after(closeClients)

test.run()
