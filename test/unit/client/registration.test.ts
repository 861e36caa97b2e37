import * as assert from 'uvu/assert'
import type { RegistrationError } from '../../../client/errors.ts'
import { CommandType, ErrorCode } from '../../../schemas/generated/aeron.commands/index.ts'
import { FakeDriver, closeClients, turns } from '../../support/fake-driver.ts'
import { suite } from '../../support/suite.ts'
import { rejection } from './rejection.ts'

const test = suite('client/registration')
const CHANNEL = 'aeron:udp?endpoint=localhost:20121'

test('resources are added, and know what the driver said of them', async () => {
  const driver = new FakeDriver()
  const client = driver.connect({ clientName: 'tester' })
  const publication = await client.addPublication(CHANNEL, 10)
  assert.is(publication.streamId, 10)
  assert.is(publication.channel, CHANNEL)
  assert.is(publication.registrationId, driver.commands[0]?.correlationId)
  assert.is(publication.sessionId, driver.publications[0]?.log.sessionId)
  assert.ok(publication.isOriginal)
  const exclusive = await client.addExclusivePublication(CHANNEL, 11)
  assert.is(exclusive.termId, 7)
  const subscription = await client.addSubscription(CHANNEL, 10)
  assert.ok(subscription.hasNoImages)
  const counter = await client.addCounter(1001, 'mine', new Uint8Array([1, 2, 3]))
  counter.set(5)
  assert.is(client.countersReader.value(counter.id), 5)
  const fixed = await client.addStaticCounter(1002, 42, 'fixed')
  assert.is(fixed.registrationId, 42)
  assert.is(await client.nextSessionId(10), -77)
  assert.equal(driver.commandTypes(), [
    CommandType.ADD_PUBLICATION,
    CommandType.ADD_EXCLUSIVE_PUBLICATION,
    CommandType.ADD_SUBSCRIPTION,
    CommandType.ADD_COUNTER,
    CommandType.ADD_STATIC_COUNTER,
    CommandType.GET_NEXT_AVAILABLE_SESSION_ID,
  ])
})

test('what is closed is removed from the driver, once', async () => {
  const driver = new FakeDriver()
  const client = driver.connect()
  const publication = await client.addPublication(CHANNEL, 10)
  const exclusive = await client.addExclusivePublication(CHANNEL, 10)
  const subscription = await client.addSubscription(CHANNEL, 10)
  const counter = await client.addCounter(1001, 'mine')
  const fixed = await client.addStaticCounter(1002, 42, 'fixed')
  const from = driver.commands.length
  for (const resource of [publication, exclusive, subscription, counter, fixed]) {
    resource.close()
    resource.close()
    assert.ok(resource.isClosed)
  }
  driver.work()
  assert.equal(driver.commandTypes(from), [
    CommandType.REMOVE_PUBLICATION,
    CommandType.REMOVE_PUBLICATION,
    CommandType.REMOVE_SUBSCRIPTION,
    CommandType.REMOVE_COUNTER,
  ])
  assert.is((await rejection(async () => counter.set(1))).code, 'ERR_GODWIT_CLOSED')
})

test('revoking a publication says so to the driver', async () => {
  const driver = new FakeDriver()
  const client = driver.connect()
  const first = await client.addExclusivePublication(CHANNEL, 10)
  const second = await client.addExclusivePublication(CHANNEL, 10)
  const from = driver.commands.length
  first.revoke()
  second.revokeOnClose = true
  second.close()
  driver.work()
  assert.equal(driver.commands.slice(from).map(({ bytes }) => bytes[24]), [1, 1])
})

test('a refusal of the driver rejects with its code and text', async () => {
  const driver = new FakeDriver()
  driver.isAnswering = false
  const client = driver.connect()
  const adding = rejection(() => client.addPublication('aeron:udp?endpoint=nowhere', 10))
  await turns()
  driver.error(driver.commands[0]!.correlationId, ErrorCode.INVALID_CHANNEL, 'no port')
  const error = await adding as RegistrationError
  assert.is(error.code, 'ERR_GODWIT_REGISTRATION')
  assert.is(error.errorCode, 1)
  assert.is(error.errorName, 'INVALID_CHANNEL')
  assert.is(error.correlationId, driver.commands[0]!.correlationId)
  assert.match(error.message, 'no port')
})

test('an answer that does not come within the driver timeout rejects', async () => {
  const driver = new FakeDriver()
  driver.isAnswering = false
  const client = driver.connect({ driverTimeoutMs: 2000 })
  const adding = rejection(() => client.addSubscription(CHANNEL, 10))
  await turns()
  driver.clock.skipMs(2000)
  driver.beat()
  await turns()
  driver.clock.skipMs(1)
  assert.is((await adding).code, 'ERR_GODWIT_REGISTRATION_TIMEOUT')
})

test('what is added after that time is given back', async () => {
  const driver = new FakeDriver()
  const client = driver.connect({ driverTimeoutMs: 1000 })
  driver.isAnswering = false
  const adding = rejection(() => client.addSubscription(CHANNEL, 10))
  const addingCounter = rejection(() => client.addCounter(1001, 'late'))
  await turns()
  driver.advanceMs(1001)
  assert.is((await adding).code, 'ERR_GODWIT_REGISTRATION_TIMEOUT')
  assert.is((await addingCounter).code, 'ERR_GODWIT_REGISTRATION_TIMEOUT')
  for (const command of driver.commands.slice()) driver.answerLate(command)
  driver.advanceMs(50)
  driver.work()
  assert.equal(driver.commandTypes().slice(2), [CommandType.REMOVE_SUBSCRIPTION, CommandType.REMOVE_COUNTER])
})

test('what was aborted while it was added is given back when it comes', async () => {
  const driver = new FakeDriver()
  const client = driver.connect()
  driver.isAnswering = false
  const controller = new AbortController()
  const adding = rejection(() => client.addPublication(CHANNEL, 10, { signal: controller.signal }))
  await turns()
  controller.abort(new Error('changed my mind'))
  assert.is((await adding).message, 'changed my mind')
  const { correlationId } = driver.commands[0]!
  const name = 'publications/late.logbuffer'
  const counter = driver.counters.allocate(1, 'limit')
  const log = driver.createLog(correlationId, name)
  driver.publicationReady(CommandType.ON_PUBLICATION_READY, correlationId, { id: correlationId, name, log, counter })
  await turns()
  driver.work()
  assert.equal(driver.commandTypes(), [CommandType.ADD_PUBLICATION, CommandType.REMOVE_PUBLICATION])
  const aborted = AbortSignal.abort(new Error('never'))
  assert.is((await rejection(() => client.addSubscription(CHANNEL, 1, { signal: aborted }))).message, 'never')
})

test('a log that the driver did not hand over rejects, and the publication is given back', async () => {
  const driver = new FakeDriver()
  driver.isAnswering = false
  const client = driver.connect()
  const adding = rejection(() => client.addPublication(CHANNEL, 10))
  await turns()
  const { correlationId } = driver.commands[0]!
  const log = driver.createLog(correlationId, 'here')
  const counter = driver.counters.allocate(1, 'limit')
  driver.publicationReady(CommandType.ON_PUBLICATION_READY, correlationId, { id: 1, name: 'elsewhere', log, counter })
  assert.is((await adding).code, 'ERR_GODWIT_LOG_UNKNOWN')
  driver.work()
  assert.is(driver.commandTypes().at(-1), CommandType.REMOVE_PUBLICATION)
})

test('a full command buffer rejects additions and delays removals', async () => {
  const driver = new FakeDriver()
  const client = driver.connect()
  const subscription = await client.addSubscription(CHANNEL, 10)
  driver.isAnswering = false
  let lastError: { readonly code?: string } | undefined
  for (let i = 0; i < 3000 && lastError === undefined; i++) {
    client.addSubscription('aeron:ipc', 10).catch((error: { readonly code?: string }) => {
      lastError = error
    })
    await Promise.resolve()
  }
  assert.is(lastError?.code, 'ERR_GODWIT_COMMAND_BUFFER_FULL')
  subscription.close()
  assert.ok(subscription.isClosed)
  for (let i = 0; i < 3000 && driver.ring.size() > 0; i++) driver.work()
  assert.not.ok(driver.commandTypes().includes(CommandType.REMOVE_SUBSCRIPTION))
  driver.clock.advanceMs(20)
  await turns()
  driver.work()
  assert.ok(driver.commandTypes().includes(CommandType.REMOVE_SUBSCRIPTION))
})

test('texts and numbers that do not fit, or are not ASCII, are refused before anything is sent', async () => {
  const driver = new FakeDriver()
  const client = driver.connect()
  for (const add of [
    () => client.addPublication(`aeron:ipc?alias=${'x'.repeat(5000)}`, 1),
    () => client.addSubscription('aeron:ipc?alias=\u00e4', 1),
    () => client.addCounter(1001, 'x'.repeat(381)),
    () => client.addCounter(1001, 'x', new Uint8Array(113)),
    () => client.addPublication(CHANNEL, 2 ** 31),
    () => client.addExclusivePublication(CHANNEL, 1.5),
    () => client.addSubscription(CHANNEL, NaN),
    () => client.addCounter(-(2 ** 31) - 1, 'x'),
    () => client.addStaticCounter(1001, 2 ** 53, 'x'),
    () => client.nextSessionId('7' as unknown as number),
  ]) {
    assert.is((await rejection(add)).code, 'ERR_GODWIT_ARGUMENT')
  }
  driver.work()
  assert.is(driver.commands.length, 0)
})

test('destinations are not supported', async () => {
  const driver = new FakeDriver()
  const client = driver.connect()
  const publication = await client.addPublication(CHANNEL, 10)
  const subscription = await client.addSubscription(CHANNEL, 10)
  for (const resource of [publication, subscription]) {
    assert.is((await rejection(() => resource.addDestination(CHANNEL))).code, 'ERR_GODWIT_NOT_SUPPORTED')
    assert.is((await rejection(() => resource.removeDestination(CHANNEL))).code, 'ERR_GODWIT_NOT_SUPPORTED')
  }
})

test('publications of one log share it, and it lingers after the last of them', async () => {
  const driver = new FakeDriver()
  const client = driver.connect()
  const first = await client.addPublication(CHANNEL, 10)
  driver.isAnswering = false
  const adding = client.addPublication(CHANNEL, 10)
  await turns()
  const { correlationId } = driver.commands[1]!
  const [fake] = driver.publications
  driver.publicationReady(CommandType.ON_PUBLICATION_READY, correlationId, fake!, first.registrationId)
  const second = await adding
  assert.is(second.originalRegistrationId, first.registrationId)
  assert.not.ok(second.isOriginal)
  first.close()
  driver.advanceMs(4000)
  assert.equal(driver.releasedLogs, [])
  second.close()
  driver.advanceMs(2980)
  assert.equal(driver.releasedLogs, [])
  driver.advanceMs(60)
  assert.equal(driver.releasedLogs, [driver.publications[0]!.name])
})

test.after(closeClients)

test.run()
