import * as assert from 'uvu/assert'
import { CounterState, CounterType } from '../../../schemas/generated/aeron.memory/index.ts'
import { suite } from '../../support/suite.ts'
import { World, rejection, until } from './harness.ts'

const test = suite('embedded/counters')

let world: World

test.before(async () => {
  world = await World.launch()
})

test.after(() => world.end())

test('a counter is seen by all, belongs to its client, and goes with it', async () => {
  const news: (readonly ['+' | '-', number, number])[] = []
  const watcher = await world.connect({
    availableCounterHandler: (id, registrationId) => news.push(['+', id, registrationId]),
    unavailableCounterHandler: (id, registrationId) => news.push(['-', id, registrationId]),
  })
  const owner = await world.connect()
  const key = Uint8Array.of(1, 2, 3)
  const kept = await owner.addCounter(2001, 'kept until the end', key)
  const closed = await owner.addCounter(2002, 'closed')
  await until('news of both', () => [kept, closed].every(({ id }) => news.some(([, newId]) => newId === id)))

  kept.set(41)
  kept.increment()
  assert.is(kept.add(8), 42)
  const reader = watcher.countersReader
  assert.is(reader.value(kept.id), 50)
  kept.setBigInt(2n ** 63n - 1n)
  assert.is(reader.bigintValue(kept.id), 2n ** 63n - 1n)
  assert.is(reader.typeId(kept.id), 2001)
  assert.is(reader.label(kept.id), 'kept until the end')
  assert.is(reader.registrationId(kept.id), kept.registrationId)
  assert.is(reader.ownerId(kept.id), owner.clientId)
  assert.is(reader.findByTypeAndRegistrationId(2001, kept.registrationId), kept.id)
  const found: Uint8Array[] = []
  reader.forEach((id, _typeId, itsKey) => {
    if (id === kept.id) found.push(itsKey.slice(0, key.length))
  })
  assert.equal(found, [key])

  closed.close()
  closed.close()
  assert.throws(() => closed.set(1), (error: { readonly code?: string }) => error.code === 'ERR_GODWIT_CLOSED')
  await until('news of the end', () => news.some(([sign, id]) => sign === '-' && id === closed.id))
  await owner.close()
  await until('the other to go', () => reader.state(kept.id) !== CounterState.ALLOCATED)
  const signs = (): string[] => news.filter(([, , id]) => id === kept.registrationId).map(([sign]) => sign)
  await until('news of it', () => signs().length === 2)
  assert.equal(signs(), ['+', '-'])
})

test('a static counter stays when its client goes, and is found again', async () => {
  const one = await world.connect()
  const first = await one.addStaticCounter(2003, 77, 'static')
  first.set(9)
  assert.ok(first.isStatic)
  first.close()
  await one.close()
  const two = await world.connect()
  const second = await two.addStaticCounter(2003, 77, 'whatever')
  assert.is(second.id, first.id)
  assert.is(second.get(), 9)
  assert.is(second.registrationId, 77)
  assert.is(two.countersReader.label(second.id), 'static')
  assert.is.not((await two.addStaticCounter(2003, 78, 'another')).id, first.id)
  const taken = await two.addCounter(2004, 'not static')
  await rejection(two.addStaticCounter(2004, taken.registrationId, 'clash'), 'ERR_GODWIT_REGISTRATION')
})

test('the counters of the driver are there, with the heartbeat of each client', async () => {
  const client = await world.connect({ clientName: 'me', keepAliveIntervalNs: 10e6 })
  await client.addPublication('aeron:ipc', 1001)
  const { countersReader: reader } = client
  let label = ''
  let id = -1
  await until('the heartbeat', () => {
    id = reader.findByTypeAndRegistrationId(CounterType.CLIENT_HEARTBEAT, client.clientId)
    label = id < 0 ? '' : reader.label(id)
    return label.includes('name=')
  })
  assert.ok(label.startsWith(`client-heartbeat: id=${client.clientId} name=me version=`), label)
  assert.match(label, / version=\d+\.\d+\.\S+ commit=release$/)
  const before = reader.value(id)
  assert.ok(Math.abs(before - Date.now()) < 2000)
  await until('the next heartbeat', () => reader.value(id) > before)
  const labels: string[] = []
  reader.forEach((_id, typeId, _key, text) => void (typeId === CounterType.SYSTEM && labels.push(text)))
  assert.ok(labels.length >= 46 && labels.includes('Bytes sent'), labels.join('\n'))
  assert.ok(world.labels().some((text) => text.startsWith('pub-lmt: ')))
})

test('counters that cannot be are refused', async () => {
  const client = await world.connect()
  await rejection(client.addCounter(2001, 'x'.repeat(381)), 'ERR_GODWIT_ARGUMENT')
  await rejection(client.addCounter(2001, 'x', new Uint8Array(113)), 'ERR_GODWIT_ARGUMENT')
  await rejection(client.addCounter(2 ** 31, 'type'), 'ERR_GODWIT_ARGUMENT')
  await rejection(client.addStaticCounter(2001, 1.5, 'id'), 'ERR_GODWIT_ARGUMENT')
})

test.run()
