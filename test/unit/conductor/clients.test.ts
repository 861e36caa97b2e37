import * as assert from 'uvu/assert'
import { ErrorCode } from '../../../schemas/generated/aeron.commands/index.ts'
import { CounterType, SystemCounterId } from '../../../schemas/generated/aeron.memory/index.ts'
import { ConductorHarness, SECOND, only, typesOf } from '../../support/conductor-harness.ts'
import { suite } from '../../support/suite.ts'

const test = suite('conductor: clients and their counters')

const UDP = 'aeron:udp?endpoint=127.0.0.1:20121'

test('the first command of a client gives it a heartbeat counter, before its own reply', () => {
  const harness = new ConductorHarness()
  const client = harness.client()
  const correlationId = client.addCounter(1000, [], 'mine')
  harness.run()
  const [heartbeat, counter] = client.responses()
  assert.is(heartbeat?.type, 'ON_COUNTER_READY')
  assert.is(heartbeat?.correlationId, client.clientId)
  assert.is(counter?.correlationId, correlationId)
  const id = heartbeat?.counterId ?? -1
  assert.is(harness.label(id), `client-heartbeat: id=${client.clientId}`)
  assert.is(harness.counters.typeId(id), CounterType.CLIENT_HEARTBEAT)
  assert.is(harness.counters.registrationId(id), client.clientId)
  assert.is(harness.counters.ownerId(id), client.clientId)
  assert.is(harness.counters.value(id), harness.epochMs())
  client.addCounter(1000, [], 'another')
  harness.run()
  assert.is(client.responses().length, 1)
})

test('a command that fails makes its client known, too', () => {
  const harness = new ConductorHarness()
  const client = harness.client()
  client.removePublication(77)
  harness.run()
  assert.equal(typesOf(client.responses()), ['ON_COUNTER_READY', 'ON_ERROR'])
})

test('keep-alives and closes of clients that are not known make nobody known', () => {
  const harness = new ConductorHarness()
  const client = harness.client()
  client.keepAlive()
  client.close()
  harness.run()
  assert.equal(client.responses(), [])
  assert.is(harness.liveCounters(), 46)
})

test('a silent client is given up, with all that it has, and those that share with it go on', () => {
  const harness = new ConductorHarness()
  const client = harness.client()
  const other = harness.client()
  const publication = client.addPublication('aeron:ipc', 1)
  client.addPublication(UDP, 1)
  client.addSubscription(UDP, 1)
  client.addSubscription('aeron:ipc', 1)
  const counter = client.addCounter(1000, [], 'mine')
  const shared = other.addPublication('aeron:ipc', 1)
  harness.run()
  const before = client.responses()
  const counterId = before.find(({ correlationId }) => correlationId === counter)?.counterId
  const heartbeatId = before.find(({ correlationId }) => correlationId === client.clientId)?.counterId
  assert.is(before.find(({ correlationId }) => correlationId === shared)?.registrationId, publication)

  harness.pass(10 * SECOND, [other])
  assert.equal(client.responses(), [])
  harness.pass(SECOND, [other])
  const after = client.responses()
  assert.equal(after.slice(0, 3), [
    { type: 'ON_CLIENT_TIMEOUT', correlationId: client.clientId },
    { type: 'ON_UNAVAILABLE_COUNTER', correlationId: client.clientId, counterId: heartbeatId },
    { type: 'ON_UNAVAILABLE_COUNTER', correlationId: counter, counterId },
  ])
  assert.is(harness.systemCounters.get(SystemCounterId.CLIENT_TIMEOUTS), 1)
  assert.equal(harness.labelsOf(CounterType.SUBSCRIBER_POSITION), [])
  assert.equal(harness.labelsOf(CounterType.RECEIVE_CHANNEL_STATUS), [])
  harness.pass(20 * SECOND, [other])
  assert.equal(harness.labelsOf(CounterType.SEND_CHANNEL_STATUS), [])
  assert.equal([...harness.logs.regions.keys()], [`/dev/shm/test/publications/${publication}.logbuffer`])
  assert.is(harness.liveCounters(), 46 + 1 + 2, 'a heartbeat and what the other client still publishes with')
})

test('a client that closes is cleaned up on the next tick, without a timeout', () => {
  const harness = new ConductorHarness()
  const client = harness.client()
  const counter = client.addCounter(1000, [], 'mine')
  harness.run()
  client.responses()
  client.close()
  harness.run()
  assert.equal(client.responses(), [])
  assert.is(harness.heartbeat(client.clientId).get(), 0)
  harness.pass(SECOND)
  assert.equal(client.responses().map(({ type, correlationId }) => [type, correlationId]), [
    ['ON_UNAVAILABLE_COUNTER', client.clientId], ['ON_UNAVAILABLE_COUNTER', counter],
  ])
  assert.is(harness.systemCounters.get(SystemCounterId.CLIENT_TIMEOUTS), 0)
  assert.is(harness.liveCounters(), 46)
})

test('a legacy keep-alive keeps a client alive, but does not bring back one that closed', () => {
  const harness = new ConductorHarness()
  const client = harness.client()
  client.addCounter(1000, [], 'mine')
  harness.run()
  for (let i = 0; i < 4; i++) {
    harness.pass(9 * SECOND)
    client.keepAlive()
    harness.run()
  }
  assert.is(harness.systemCounters.get(SystemCounterId.CLIENT_TIMEOUTS), 0)
  client.close()
  client.keepAlive()
  harness.pass(SECOND)
  assert.is(harness.liveCounters(), 46)
})

test('a client that was given up is a new one when it comes again', () => {
  const harness = new ConductorHarness()
  const client = harness.client()
  const first = client.addPublication('aeron:ipc', 1)
  harness.pass(12 * SECOND)
  client.responses()
  client.removePublication(first)
  harness.run()
  const responses = client.responses()
  assert.equal(typesOf(responses), ['ON_COUNTER_READY', 'ON_ERROR'])
  assert.is(responses[1]?.errorCode, ErrorCode.UNKNOWN_PUBLICATION)
})

test('a client that is given up while its command waits for a name gets nothing of it', () => {
  for (const add of ['addPublication', 'addSubscription'] as const) {
    const harness = new ConductorHarness()
    const client = harness.client()
    client.addCounter(1000, [], 'mine')
    harness.run()
    harness.pass(6 * SECOND)
    const command = client[add]('aeron:udp?endpoint=some.name:20121', 1)
    harness.pass(5.5 * SECOND)
    client.responses()
    assert.is(harness.systemCounters.get(SystemCounterId.CLIENT_TIMEOUTS), 1)
    harness.lookups[0]!.callback({ address: '127.0.0.1', family: 4 })
    harness.run()
    const error = only(client.responses(), 'ON_ERROR')
    assert.is(error.correlationId, command)
    assert.match(error.text ?? '', 'was given up')
    assert.is(harness.liveCounters(), 46)
    assert.is(harness.logs.regions.size, 0)
  }
})

test('counters of clients have their key, label and owner, and are told of when they go', () => {
  const harness = new ConductorHarness()
  const client = harness.client()
  const correlationId = client.addCounter(1001, [9, 8, 7, 6, 5], 'five bytes of key')
  harness.run()
  const id = client.responses()[1]?.counterId ?? -1
  let key: Uint8Array | undefined
  harness.counters.forEach((counterId, _type, bytes) => {
    if (counterId === id) key = bytes
  })
  assert.equal([...key!.subarray(0, 6)], [9, 8, 7, 6, 5, 0])
  assert.is(harness.label(id), 'five bytes of key')
  assert.is(harness.counters.typeId(id), 1001)
  assert.is(harness.counters.registrationId(id), correlationId)
  assert.is(harness.counters.ownerId(id), client.clientId)
  const removal = client.removeCounter(correlationId)
  harness.run()
  assert.equal(client.responses(), [
    { type: 'ON_OPERATION_SUCCESS', correlationId: removal },
    { type: 'ON_UNAVAILABLE_COUNTER', correlationId, counterId: id },
  ])
  client.removeCounter(correlationId)
  harness.run()
  assert.is(only(client.responses(), 'ON_ERROR').errorCode, ErrorCode.UNKNOWN_COUNTER)
})

test('a static counter is there once for a type and registration id, and outlives its client', () => {
  const harness = new ConductorHarness()
  const client = harness.client()
  const first = client.addStaticCounter(42, 1000, [1], 'static')
  const second = client.addStaticCounter(42, 1000, [2], 'other label')
  const third = client.addStaticCounter(43, 1000, [2], 'another')
  harness.run()
  const found = client.responses().filter(({ type }) => type === 'ON_STATIC_COUNTER')
  assert.equal(found.map(({ correlationId }) => correlationId), [first, second, third])
  const [id, again, other] = found.map(({ counterId }) => counterId)
  assert.is(id, again)
  assert.not.equal(id, other)
  assert.is(harness.counters.ownerId(id ?? -1), -1)
  assert.is(harness.counters.registrationId(id ?? -1), 42)
  assert.is(harness.label(id), 'static')
  client.close()
  harness.pass(2 * SECOND)
  assert.is(harness.liveCounters(), 46 + 2)
  const later = harness.client()
  later.addStaticCounter(42, 1000, [1], 'static')
  harness.run()
  assert.is(only(later.responses(), 'ON_STATIC_COUNTER').counterId, id)
})

test('a static counter that would look like a counter of a client is refused', () => {
  const harness = new ConductorHarness()
  const client = harness.client()
  const registrationId = client.addCounter(1000, [], 'mine')
  client.addStaticCounter(registrationId, 1000, [], 'static')
  harness.run()
  const reply = only(client.responses(), 'ON_ERROR')
  assert.is(reply.errorCode, ErrorCode.GENERIC_ERROR)
  assert.match(reply.text ?? '', /not static/)
})

test('when all counters are in use every command that needs one fails, and leaves nothing behind', () => {
  const harness = new ConductorHarness({ counters: 60 })
  const client = harness.client()
  client.addCounter(1000, [], 'mine')
  harness.run()
  const fillers: number[] = []
  // Fewer counters are free each time, so that each of those that a command allocates is the one that fails.
  for (let free = 60 - harness.liveCounters(); free >= 0; free--) {
    client.responses()
    const ids = [client.addPublication('aeron:ipc', 1)]
    harness.run()
    client.removePublication(ids[0]!)
    ids.push(client.addPublication(UDP, 1))
    harness.run()
    client.removePublication(ids[1]!)
    ids.push(client.addSubscription(UDP, 1))
    harness.run()
    harness.createImage(5, 1)
    harness.run()
    client.removeSubscription(ids[2]!)
    harness.run()
    const replies = client.responses()
    for (const id of ids) assert.is(replies.filter(({ correlationId }) => correlationId === id).length, 1)
    harness.pass(40 * SECOND, [client])
    assert.is(harness.liveCounters(), 46 + 2 + fillers.length)
    assert.is(harness.logs.regions.size, 0)
    client.responses()
    fillers.push(client.addCounter(1000, [], `filler ${free}`))
    harness.run()
  }
  const failure = client.addPublication('aeron:ipc', 1)
  client.addStaticCounter(1, 1000, [], 'static')
  harness.run()
  const errors = client.responses().filter(({ type }) => type === 'ON_ERROR')
  assert.is(errors.find(({ correlationId }) => correlationId === failure)?.errorCode, ErrorCode.GENERIC_ERROR)
  assert.match(errors[0]?.text ?? '', /all 60 counters are in use/)
  const late = harness.client()
  late.responses()
  late.addPublication('aeron:ipc', 2)
  harness.run()
  assert.equal(typesOf(late.responses()), ['ON_ERROR'], 'there is no counter for the heartbeat of a new client')
})

test.run()
