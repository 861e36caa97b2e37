import * as assert from 'uvu/assert'
import { Client, settingsOf } from '../../../client/client.ts'
import type { ClientOptions } from '../../../client/client.ts'
import { BufferClaim } from '../../../client/log/buffer-claim.ts'
import { ControlledFragmentAssembler, FragmentAssembler } from '../../../client/fragment-assembler.ts'
import { TypedPublication, dispatchTo } from '../../../client/typed.ts'
import { DirectBuffer, GodwitError } from '../../../codegen/runtime/index.ts'
import { FakeDriver, closeClients } from '../../support/fake-driver.ts'
import { suite } from '../../support/suite.ts'
import { rejection } from './rejection.ts'
import { subscribed } from './subscribed.ts'

const test = suite('client/misuse')
test.after(closeClients)

/** What programs without types hand over. */
const NO_NUMBERS: readonly unknown[] = [null, '', 'x', '1', NaN, 5n, {}, [], true, Symbol('s')]
const NO_FUNCTIONS: readonly unknown[] = [null, 5, 'x', {}, []]
const NO_OPTIONS: readonly unknown[] = [null, 5, 'x']
const NO_SIGNALS: readonly unknown[] = [null, 5, 'x', {}, new EventTarget()]
const NO_BYTES: readonly unknown[] = [undefined, null, 5, 'text', {}, [1, 2]]

type Name =
  | 'add' | 'addCounter' | 'addExclusivePublication' | 'addPublication' | 'addStaticCounter'
  | 'addSubscription' | 'appendPadding' | 'bigintValue' | 'blockPoll' | 'boundedControlledPoll' | 'boundedPoll'
  | 'controlledPoll' | 'drain' | 'forEach' | 'label' | 'messages' | 'nextSessionId' | 'offer' | 'offerBlock'
  | 'offerVectors' | 'ownerId' | 'peek' | 'poll' | 'publish' | 'referenceId' | 'registrationId' | 'reject'
  | 'set' | 'setBigInt' | 'state' | 'tryClaim' | 'typeId' | 'value' | 'waitForConnected'

/** Methods as they look to a program without types. */
type Untyped = Readonly<Record<Name, (...values: unknown[]) => unknown>>

async function refuses(code: string, word: RegExp, call: () => unknown): Promise<void> {
  const error = await rejection(call)
  assert.instance(error, GodwitError)
  assert.is(error.code, code, error.message)
  assert.match(error.message, word)
}

async function refusesAll(
  word: RegExp, values: readonly unknown[], call: (value: unknown) => unknown, code: string = 'ERR_GODWIT_ARGUMENT',
): Promise<void> {
  for (const value of values) await refuses(code, word, () => call(value))
}

test('connect names the option that is wrong', async () => {
  const code = 'ERR_GODWIT_CLIENT_OPTION'
  const connect = Client.connect as unknown as (driver: unknown, options?: unknown) => Promise<Client>
  const noDrivers = [null, 'x', 5, {}, { dir: '' }, { dir: 5 }, [], Symbol('s')]
  await refusesAll(/MediaDriver/, noDrivers, (value) => connect(value), code)
  const driver = new FakeDriver()
  const using = (options: unknown): Client => driver.connect(options as ClientOptions)
  const settings = (value: unknown): unknown => settingsOf(value as ClientOptions, undefined, driver.clock)
  await refusesAll(/options/, NO_OPTIONS, settings, code)
  await refusesAll(/"driverTimeout" is none of clientName, /, [{ driverTimeout: 1 }], settings, code)
  for (const name of ['driverTimeoutMs', 'keepAliveIntervalNs', 'resourceLingerNs'] as const) {
    const wrong = [...NO_NUMBERS.filter((value) => value !== null), 0, -1, Infinity]
    await refusesAll(new RegExp(name), wrong, (value) => using({ [name]: value }), code)
  }
  for (const name of ['errorHandler', 'closeHandler', 'availableImageHandler', 'unavailableCounterHandler'] as const) {
    await refusesAll(new RegExp(name), NO_FUNCTIONS, (value) => using({ [name]: value }), code)
  }
  await refusesAll(/idle/, [null, 5, 'fast', {}, Symbol('s')], (value) => using({ idle: value }), code)
  await refusesAll(/signal/, NO_SIGNALS, (value) => using({ signal: value }), code)
  await refusesAll(/clientName/, [null, 5, {}, 'ü', 'x'.repeat(101)], (value) => using({ clientName: value }), code)
})

test('what is added needs a channel, a stream and options, and nothing is sent otherwise', async () => {
  const driver = new FakeDriver()
  const client = driver.connect()
  const untyped = client as unknown as Untyped
  const commands = driver.commands.length
  for (const name of ['addPublication', 'addExclusivePublication', 'addSubscription'] as const) {
    const add = untyped[name].bind(client)
    await refusesAll(/channel/, [undefined, 'ü', 'x'.repeat(5000), ...NO_NUMBERS.slice(4)], (value) => add(value, 1))
    await refusesAll(/streamId/, [undefined, 1.5, 2 ** 31, ...NO_NUMBERS], (value) => add('aeron:ipc', value))
    await refusesAll(/options/, NO_OPTIONS, (value) => add('aeron:ipc', 1, value))
    await refusesAll(/signal/, NO_SIGNALS, (value) => add('aeron:ipc', 1, { signal: value }))
  }
  const wrongHandler = (value: unknown): unknown => untyped.addSubscription('aeron:ipc', 1, { onAvailableImage: value })
  await refusesAll(/onAvailableImage/, NO_FUNCTIONS, wrongHandler)
  await refusesAll(/typeId/, [undefined, 1.5, ...NO_NUMBERS], (value) => untyped.addCounter(value, 'label'))
  await refusesAll(/label/, [undefined, 5, {}, 'x'.repeat(381)], (value) => untyped.addCounter(1001, value))
  await refusesAll(/key/, [null, 5, 'x', new Uint8Array(113)], (value) => untyped.addCounter(1001, 'label', value))
  await refusesAll(/registrationId/, NO_NUMBERS, (value) => untyped.addStaticCounter(1001, value, 'label'))
  await refusesAll(/streamId/, NO_NUMBERS, (value) => untyped.nextSessionId(value))
  assert.is(driver.commands.length, commands)
})

test('what is published is bytes, with a range, a supplier and a claim that are some', async () => {
  const driver = new FakeDriver()
  const client = driver.connect()
  const publications = [
    await client.addPublication('aeron:ipc', 1), await client.addExclusivePublication('aeron:ipc', 1),
  ]
  for (const publication of publications) {
    const untyped = publication as unknown as Untyped
    const { position } = publication
    const bytes = new Uint8Array(16)
    const parts = (value: unknown): unknown => untyped.offerVectors(value)
    await refusesAll(/message/, NO_BYTES, (value) => untyped.offer(value))
    await refusesAll(/message/, NO_BYTES, (value) => untyped.publish(value))
    await refusesAll(/offset/, [...NO_NUMBERS, -1, 17], (value) => untyped.offer(bytes, value), 'ERR_GODWIT_LOG_RANGE')
    await refusesAll(
      /length/, [...NO_NUMBERS, -1, 17], (value) => untyped.offer(bytes, 0, value), 'ERR_GODWIT_LOG_RANGE',
    )
    await refusesAll(/supplier/, NO_FUNCTIONS, (value) => untyped.offer(bytes, 0, 16, value))
    await refusesAll(
      /parts/, [undefined, null, 5, {}, 'x', [null], [{}], [{ buffer: bytes, offset: 0, length: 1 }]], parts,
    )
    await refusesAll(
      /length/, NO_NUMBERS, (value) => untyped.tryClaim(value, new BufferClaim()), 'ERR_GODWIT_LOG_LENGTH',
    )
    await refusesAll(/bufferClaim/, [undefined, null, 5, {}, bytes], (value) => untyped.tryClaim(8, value))
    for (const name of ['waitForConnected', 'drain'] as const) {
      await refusesAll(/options/, NO_OPTIONS, (value) => untyped[name](value))
      await refusesAll(/timeoutMs/, [...NO_NUMBERS, -1], (timeoutMs) => untyped[name]({ timeoutMs }))
      await refusesAll(/signal/, NO_SIGNALS, (signal) => untyped[name]({ signal }))
    }
    await refusesAll(/options/, NO_OPTIONS, (value) => untyped.publish(bytes, value))
    await refusesAll(/timeoutMs/, [...NO_NUMBERS, -1], (timeoutMs) => untyped.publish(bytes, { timeoutMs }))
    await refusesAll(/signal/, NO_SIGNALS, (signal) => untyped.publish(bytes, { signal }))
    assert.is(publication.position, position, 'nothing was appended')
    // What the supplier gives is known only when the frame is there: it becomes padding, and the stream goes on.
    await refusesAll(/supplier/, [undefined, 5, 'x'], (value) => untyped.offer(bytes, 0, 16, () => value))
    assert.ok(publication.offer(bytes) > position)
  }
  const exclusive = publications[1] as unknown as Untyped
  await refusesAll(/message/, NO_BYTES, (value) => exclusive.offerBlock(value))
  await refusesAll(
    /length/, [undefined, ...NO_NUMBERS], (value) => exclusive.appendPadding(value), 'ERR_GODWIT_LOG_LENGTH',
  )
})

test('a publication that is written to a log as JSON is said in a few words', async () => {
  const driver = new FakeDriver()
  const publication = await driver.connect().addExclusivePublication('aeron:ipc', 1)
  const { sessionId, registrationId } = publication
  const facts = { channel: 'aeron:ipc', streamId: 1, sessionId, registrationId }
  assert.equal(JSON.parse(JSON.stringify(publication)), facts)
})

test('a claim takes a bigint as its reserved value', async () => {
  const driver = new FakeDriver()
  const publication = await driver.connect().addPublication('aeron:ipc', 1)
  const claim = new BufferClaim()
  publication.tryClaim(8, claim)
  const set = (value: unknown): void => { claim.reservedValue = value as bigint }
  await refusesAll(/reservedValue/, [undefined, null, 5, 'x'], set)
  claim.reservedValue = 5n
  claim.commit()
  await refuses('ERR_GODWIT_LOG_CLAIM', /claim/, () => claim.commit())
})

test('polls need a handler and a limit, and consume nothing otherwise', async () => {
  const { subscription, images, feeds } = await subscribed()
  const image = images[0]!
  feeds[0]!.send(100)
  for (const source of [subscription, image]) {
    for (const name of ['poll', 'controlledPoll', 'blockPoll'] as const) {
      const poll = (source as unknown as Untyped)[name].bind(source)
      await refusesAll(/handler/, [undefined, ...NO_FUNCTIONS], (value) => poll(value, 10))
      await refusesAll(/limit/, [undefined, -1, ...NO_NUMBERS], (value) => poll(() => undefined, value))
    }
  }
  const untyped = image as unknown as Untyped
  const handler = (): void => undefined
  for (const name of ['boundedPoll', 'boundedControlledPoll'] as const) {
    await refusesAll(/limitPosition/, [undefined, ...NO_NUMBERS], (value) => untyped[name](handler, value, 1))
    await refusesAll(/handler/, NO_FUNCTIONS, (value) => untyped[name](value, 1000, 1))
  }
  await refusesAll(/initialPosition/, [undefined, ...NO_NUMBERS], (value) => untyped.peek(value, handler, 1000))
  await refusesAll(/limitPosition/, [undefined, ...NO_NUMBERS], (value) => untyped.peek(0, handler, value))
  await refusesAll(/handler/, NO_FUNCTIONS, (value) => untyped.peek(0, value, 1000))
  await refusesAll(/reason/, [undefined, null, 5, {}, 'ü', 'x'.repeat(1024)], (value) => untyped.reject(value))
  assert.is(image.position, 0)
  assert.is(subscription.poll(handler, 10), 1)
})

test('messages() with wrong options leaves the subscription to the next reader', async () => {
  const { subscription } = await subscribed()
  const untyped = subscription as unknown as Untyped
  await refusesAll(/options/, NO_OPTIONS, (value) => untyped.messages(value))
  await refusesAll(/signal/, NO_SIGNALS, (signal) => untyped.messages({ signal }))
  await refusesAll(/timeoutMs/, NO_NUMBERS, (timeoutMs) => untyped.waitForConnected({ timeoutMs }))
  await subscription.messages().return()
})

test('assemblers, dispatchers and typed publications name what they miss', async () => {
  const driver = new FakeDriver()
  const publication = await driver.connect().addPublication('aeron:ipc', 1)
  const make = (Class: unknown, ...values: unknown[]): unknown => Reflect.construct(Class as typeof Object, values)
  for (const Class of [FragmentAssembler, ControlledFragmentAssembler]) {
    await refusesAll(/handler/, [undefined, ...NO_FUNCTIONS], (value) => make(Class, value))
  }
  await refusesAll(/dispatch/, [undefined, null, 5, {}], (value) => dispatchTo(value as never))
  await refusesAll(
    /publication/, [undefined, null, 5, {}], (value) => make(TypedPublication, value, DirectBuffer, DirectBuffer),
  )
  await refusesAll(/encoderClass/, [undefined, null, 5, {}], (value) => make(TypedPublication, publication, value))
})

test('counters take integers, and are read by ids that exist', async () => {
  const driver = new FakeDriver()
  const client = driver.connect()
  const counter = await client.addCounter(1001, 'counter')
  const untyped = counter as unknown as Untyped
  for (const name of ['set', 'add'] as const) {
    await refusesAll(/value/, [undefined, 1.5, Infinity, ...NO_NUMBERS], (value) => untyped[name](value))
  }
  await refusesAll(/value/, [undefined, null, 5, 'x'], (value) => untyped.setBigInt(value))
  assert.is(counter.get(), 0)
  const reader = client.countersReader as unknown as Untyped
  const readings = [
    'value', 'bigintValue', 'state', 'typeId', 'label', 'registrationId', 'ownerId', 'referenceId',
  ] as const
  for (const name of readings) {
    const wrong = [undefined, -1, 1.5, 2 ** 31, ...NO_NUMBERS]
    await refusesAll(/counter id/, wrong, (value) => reader[name](value), 'ERR_GODWIT_COUNTER_ID')
  }
  await refusesAll(/handler/, NO_FUNCTIONS, (value) => reader.forEach(value))
})

test.run()
