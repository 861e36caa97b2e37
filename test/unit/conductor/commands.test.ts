import * as assert from 'uvu/assert'
import { CommandType, ErrorCode } from '../../../schemas/generated/aeron.commands/index.ts'
import { CounterType, SystemCounterId } from '../../../schemas/generated/aeron.memory/index.ts'
import { ConductorHarness, SECOND, only, typesOf } from '../../support/conductor-harness.ts'
import type { ControlClient } from '../../support/control-client.ts'
import type { ControlResponse } from '../../support/control-responses.ts'
import { suite } from '../../support/suite.ts'

const test = suite('conductor: commands')

const UDP = 'aeron:udp?endpoint=127.0.0.1:20121'
const UNKNOWN_ID = 987_654

/** Every command, well-formed. */
const COMMANDS: readonly (readonly [CommandType, (client: ControlClient) => number | void])[] = [
  [CommandType.ADD_PUBLICATION, (client) => client.addPublication('aeron:ipc', 1)],
  [CommandType.REMOVE_PUBLICATION, (client) => client.removePublication(UNKNOWN_ID)],
  [CommandType.ADD_EXCLUSIVE_PUBLICATION, (client) => client.addExclusivePublication('aeron:ipc', 1)],
  [CommandType.ADD_SUBSCRIPTION, (client) => client.addSubscription('aeron:ipc', 1)],
  [CommandType.REMOVE_SUBSCRIPTION, (client) => client.removeSubscription(UNKNOWN_ID)],
  [CommandType.CLIENT_KEEPALIVE, (client) => client.keepAlive()],
  [CommandType.ADD_DESTINATION, (client) => client.destination(CommandType.ADD_DESTINATION, 1, UDP)],
  [CommandType.REMOVE_DESTINATION, (client) => client.destination(CommandType.REMOVE_DESTINATION, 1, UDP)],
  [CommandType.ADD_COUNTER, (client) => client.addCounter(1000, [1, 2, 3], 'a counter')],
  [CommandType.REMOVE_COUNTER, (client) => client.removeCounter(UNKNOWN_ID)],
  [CommandType.CLIENT_CLOSE, (client) => client.close()],
  [CommandType.ADD_RCV_DESTINATION, (client) => client.destination(CommandType.ADD_RCV_DESTINATION, 1, UDP)],
  [CommandType.REMOVE_RCV_DESTINATION, (client) => client.destination(CommandType.REMOVE_RCV_DESTINATION, 1, UDP)],
  [CommandType.TERMINATE_DRIVER, (client) => client.terminateDriver()],
  [CommandType.ADD_STATIC_COUNTER, (client) => client.addStaticCounter(7, 1000, [1], 'static')],
  [CommandType.REJECT_IMAGE, (client) => client.rejectImage(UNKNOWN_ID, 'why not')],
  [CommandType.REMOVE_DESTINATION_BY_ID, (client) => client.removeDestinationById()],
  [CommandType.GET_NEXT_AVAILABLE_SESSION_ID, (client) => client.getNextAvailableSessionId(1)],
]
const WITHOUT_REPLY: readonly CommandType[] = [
  CommandType.CLIENT_KEEPALIVE, CommandType.CLIENT_CLOSE, CommandType.TERMINATE_DRIVER,
]

function answer(harness: ConductorHarness, client: ControlClient): readonly ControlResponse[] {
  harness.run()
  return client.responses()
}

function error(harness: ConductorHarness, client: ControlClient, correlationId: number): ControlResponse {
  const found = only(answer(harness, client), 'ON_ERROR')
  assert.is(found.correlationId, correlationId)
  assert.not.match(found.text ?? '', /[\n\r]/)
  return found
}

test('every command that has a reply gets exactly one', () => {
  for (const [typeId, send] of COMMANDS) {
    const harness = new ConductorHarness()
    const client = harness.client()
    const correlationId = send(client)
    const replies = answer(harness, client).filter((response) => response.correlationId !== client.clientId)
    if (WITHOUT_REPLY.includes(typeId)) assert.equal(replies, [])
    else assert.equal(replies.map((reply) => reply.correlationId), [correlationId])
  }
})

test('a command that is cut off is malformed wherever it is cut, and the answer names it', () => {
  for (const [typeId, send] of COMMANDS) {
    const harness = new ConductorHarness()
    const client = harness.client()
    send(client)
    answer(harness, client)
    const { correlationId, length } = lastCommand(client, typeId, send)
    for (let cut = 0; cut < length; cut++) {
      if (typeId === CommandType.REMOVE_PUBLICATION && cut === 24) continue
      client.resend(typeId, cut)
      const responses = answer(harness, client)
      if (cut < 16) {
        assert.equal(responses, [])
        continue
      }
      const reply = only(responses, 'ON_ERROR')
      assert.is(reply.errorCode, ErrorCode.MALFORMED_COMMAND)
      assert.is(reply.correlationId, correlationId)
    }
  }
})

/** Sends a command where nobody reads it, to know its length. */
function lastCommand(
  client: ControlClient,
  typeId: CommandType,
  send: (client: ControlClient) => number | void,
): { readonly correlationId: number; readonly length: number } {
  let length = 0
  let correlationId = 0
  send(client)
  client.ring.read((type, buffer, offset, messageLength) => {
    assert.is(type, typeId)
    length = messageLength
    correlationId = Number(buffer.view.getBigInt64(offset + 8, true))
  }, 1)
  return { length, correlationId }
}

test('lengths that lie are malformed: negative, beyond the command, and the largest there are', () => {
  const harness = new ConductorHarness()
  const client = harness.client()
  const lengthOffsets: readonly (readonly [CommandType, (client: ControlClient) => number, readonly number[]])[] = [
    [CommandType.ADD_PUBLICATION, () => client.addPublication('aeron:ipc', 1), [20]],
    [CommandType.ADD_SUBSCRIPTION, () => client.addSubscription('aeron:ipc', 1), [28]],
    [CommandType.ADD_DESTINATION, () => client.destination(CommandType.ADD_DESTINATION, 1, UDP), [24]],
    [CommandType.ADD_COUNTER, () => client.addCounter(1000, [1, 2, 3], 'label'), [20, 28]],
    [CommandType.ADD_STATIC_COUNTER, () => client.addStaticCounter(1, 1000, [1, 2, 3], 'label'), [28, 36]],
    [CommandType.REJECT_IMAGE, () => client.rejectImage(1, 'reason'), [32]],
  ]
  for (const [typeId, send, offsets] of lengthOffsets) {
    for (const offset of offsets) {
      for (const length of [-1, -2147483648, 2147483647, 4096]) {
        const correlationId = send(client)
        answer(harness, client)
        client.resend(typeId, undefined, ({ view }) => view.setInt32(offset, length, true))
        assert.is(error(harness, client, correlationId).errorCode, ErrorCode.MALFORMED_COMMAND)
      }
    }
  }
})

test('an id that no Number holds is malformed, and still answered', () => {
  const harness = new ConductorHarness()
  const client = harness.client()
  client.removeSubscription(1)
  answer(harness, client)
  client.resend(CommandType.REMOVE_SUBSCRIPTION, undefined, ({ view }) => view.setBigInt64(8, 2n ** 60n, true))
  const reply = only(answer(harness, client), 'ON_ERROR')
  assert.is(reply.errorCode, ErrorCode.MALFORMED_COMMAND)
  assert.is(reply.correlationId, 2 ** 60)
})

test('commands of types that do not exist are answered as such', () => {
  const harness = new ConductorHarness()
  const client = harness.client()
  const correlationId = client.removeSubscription(1)
  answer(harness, client)
  for (const typeId of [19, 100, 0x0f01, 2147483647]) {
    client.resend(typeId)
    assert.is(error(harness, client, correlationId).errorCode, ErrorCode.UNKNOWN_COMMAND_TYPE_ID)
  }
})

test('features that come later are not supported, and say so', () => {
  const harness = new ConductorHarness()
  const client = harness.client()
  const ids = [
    client.destination(CommandType.ADD_DESTINATION, 1, UDP),
    client.destination(CommandType.REMOVE_DESTINATION, 1, UDP),
    client.destination(CommandType.ADD_RCV_DESTINATION, 1, UDP),
    client.destination(CommandType.REMOVE_RCV_DESTINATION, 1, UDP),
    client.removeDestinationById(),
    client.addSubscription(`aeron-spy:${UDP}`, 1),
    client.addPublication('aeron:udp?endpoint=224.0.1.1:4000', 1),
    client.addPublication('aeron:udp?control=127.0.0.1:4000|control-mode=dynamic', 1),
    client.addSubscription(`${UDP}|tether=false`, 1),
    client.addSubscription(`${UDP}|cc=cubic`, 1),
  ]
  const errors = answer(harness, client).filter(({ type }) => type === 'ON_ERROR')
  assert.equal(errors.map(({ correlationId }) => correlationId), ids)
  assert.equal(new Set(errors.map(({ errorCode }) => errorCode)), new Set([ErrorCode.NOT_SUPPORTED]))
})

test('wrong channels are refused by the name of what is wrong', () => {
  const harness = new ConductorHarness()
  const client = harness.client()
  const cases: readonly (readonly [string, RegExp])[] = [
    ['', /must begin with/],
    ['http://example.org', /must begin with/],
    ['aeron:tcp?endpoint=a:1', /media/],
    ['aeron:udp', /endpoint/],
    ['aeron:udp?endpoint=127.0.0.1', /endpoint/],
    [`${UDP}|mtu=33`, /mtu/],
    [`${UDP}|term-length=65537`, /term-length/],
    [`${UDP}|term-id=1`, /init-term-id/],
    [`${UDP}|linger=soon`, /linger/],
    ['aeron:ipc?pub-wnd=1g', /pub-wnd/],
    [`aeron-spy:${UDP}`, /spies/],
  ]
  for (const [channel, text] of cases) {
    const reply = error(harness, client, client.addPublication(channel, 1))
    assert.match(reply.text ?? '', text)
    assert.is(reply.errorCode, ErrorCode.INVALID_CHANNEL)
  }
  assert.is(harness.systemCounters.get(SystemCounterId.ERRORS), cases.length)
  assert.is(harness.errors().length, cases.length)
})

test('what a client does not have it cannot remove', () => {
  const harness = new ConductorHarness()
  const owner = harness.client()
  const stranger = harness.client()
  const publication = owner.addPublication('aeron:ipc', 1)
  const subscription = owner.addSubscription('aeron:ipc', 2)
  const counter = owner.addCounter(1000, [], 'mine')
  answer(harness, owner)
  stranger.responses()
  const code = (correlationId: number): number | undefined => error(harness, stranger, correlationId).errorCode
  assert.is(code(stranger.removePublication(publication)), ErrorCode.UNKNOWN_PUBLICATION)
  assert.is(code(stranger.removeSubscription(subscription)), ErrorCode.UNKNOWN_SUBSCRIPTION)
  assert.is(code(stranger.removeCounter(counter)), ErrorCode.UNKNOWN_COUNTER)
  assert.is(code(stranger.rejectImage(UNKNOWN_ID, '')), ErrorCode.GENERIC_ERROR)
  assert.is(code(stranger.rejectImage(publication, 'x'.repeat(1024))), ErrorCode.GENERIC_ERROR)
  owner.responses()
  const done = [owner.removePublication(publication), owner.removeSubscription(subscription)]
  assert.equal(answer(harness, owner).map(({ correlationId }) => correlationId), done)
})

test('a correlation id that names another resource is refused', () => {
  const harness = new ConductorHarness()
  const client = harness.client()
  const taken = client.addPublication('aeron:ipc', 1)
  answer(harness, client)
  const code = (correlationId: number): number | undefined => error(harness, client, correlationId).errorCode
  assert.is(code(client.addPublication('aeron:ipc', 2, taken)), ErrorCode.GENERIC_ERROR)
  assert.is(code(client.addPublication(UDP, 2, taken)), ErrorCode.GENERIC_ERROR)
  assert.is(code(client.addSubscription(UDP, 2, taken)), ErrorCode.GENERIC_ERROR)
  assert.is(code(client.addSubscription('aeron:ipc', 2, taken)), ErrorCode.GENERIC_ERROR)
  assert.is(code(client.addCounter(1000, [], 'x', taken)), ErrorCode.GENERIC_ERROR)
  assert.equal(harness.labelsOf(CounterType.SEND_CHANNEL_STATUS), [], 'the sockets are closed again')
  assert.equal(harness.labelsOf(CounterType.RECEIVE_CHANNEL_STATUS), [])
})

test('the id of a publication is taken until it is gone, that of one who shares it until he leaves', () => {
  const harness = new ConductorHarness()
  const client = harness.client()
  const first = client.addPublication('aeron:ipc', 1)
  const second = client.addPublication('aeron:ipc', 1)
  client.removePublication(first)
  harness.run()
  client.responses()
  const isTaken = (correlationId: number): boolean => {
    client.addCounter(1000, [], 'x', correlationId)
    const [reply] = answer(harness, client)
    if (reply?.type === 'ON_ERROR') return true
    client.removeCounter(correlationId)
    answer(harness, client)
    return false
  }
  assert.equal([isTaken(first), isTaken(second)], [true, true])
  client.removePublication(second)
  answer(harness, client)
  assert.equal([isTaken(first), isTaken(second)], [true, false])
  harness.pass(3 * SECOND, [client])
  assert.equal([isTaken(first), isTaken(second)], [false, false])
})

test('a client that guesses ids of the future does not get in the way of the driver', () => {
  const harness = new ConductorHarness()
  const client = harness.client()
  client.addSubscription(UDP, 1)
  harness.run()
  const next = client.ring.nextCorrelationId() + 2
  client.addPublication('aeron:ipc', 9, next)
  harness.run()
  client.responses()
  client.ring.nextCorrelationId()
  harness.createImage(5, 1)
  const image = only(answer(harness, client), 'ON_AVAILABLE_IMAGE')
  assert.is(image.correlationId, next + 1)
})

test('commands wait while one is under way, and are done in their order', () => {
  const harness = new ConductorHarness()
  const client = harness.client()
  const first = client.addPublication('aeron:udp?endpoint=example.org:4000', 1)
  const second = client.addCounter(1000, [], 'later')
  assert.equal(typesOf(answer(harness, client)), ['ON_COUNTER_READY'])
  assert.equal(harness.lookups.map(({ host }) => host), ['example.org'])
  harness.nowNs += 6 * SECOND
  harness.lookups[0]!.callback({ address: '127.0.0.1', family: 4 })
  const responses = answer(harness, client)
  assert.is(harness.systemCounters.get(SystemCounterId.NAME_RESOLVER_MAX_TIME), 6 * SECOND)
  assert.is(harness.systemCounters.get(SystemCounterId.NAME_RESOLVER_TIME_THRESHOLD_EXCEEDED), 1)
  assert.equal(responses.map(({ correlationId }) => correlationId), [first, second])
})

test('a name without an address is answered with UNKNOWN_HOST, and a late answer to it means nothing', () => {
  const harness = new ConductorHarness()
  const client = harness.client()
  const correlationId = client.addSubscription('aeron:udp?endpoint=example.org:4000', 1)
  harness.run()
  harness.lookups[0]!.callback({ error: 'no such host' })
  const reply = error(harness, client, correlationId)
  assert.is(reply.errorCode, ErrorCode.UNKNOWN_HOST)
  assert.match(reply.text ?? '', /example\.org/)
  harness.lookups[0]!.callback({ address: '127.0.0.1', family: 4 })
  assert.equal(answer(harness, client), [])
  assert.is(harness.receiverCommands.length, 0)
})

test('a command that is never done is given up, and does not hold the others up for ever', () => {
  const harness = new ConductorHarness()
  const client = harness.client()
  const first = client.addPublication('aeron:udp?endpoint=example.org:4000', 1)
  const second = client.addCounter(1000, [], 'later')
  harness.run()
  client.responses()
  harness.pass(9 * SECOND, [client])
  assert.equal(client.responses(), [])
  harness.pass(2 * SECOND, [client])
  const [failure, counter] = client.responses()
  assert.is(failure?.correlationId, first)
  assert.is(failure?.errorCode, ErrorCode.GENERIC_ERROR)
  assert.is(counter?.correlationId, second)
  harness.lookups[0]!.callback({ address: '127.0.0.1', family: 4 })
  assert.equal(answer(harness, client), [])
})

test('a socket that opens after its command was given up is closed', () => {
  const harness = new ConductorHarness({ isAnswering: false })
  const client = harness.client()
  client.addSubscription(UDP, 1)
  harness.run()
  harness.pass(11 * SECOND, [client])
  assert.is(only(client.responses(), 'ON_ERROR').errorCode, ErrorCode.GENERIC_ERROR)
  const again = client.addSubscription(UDP, 1)
  assert.is(error(harness, client, again).errorCode, ErrorCode.RESOURCE_TEMPORARILY_UNAVAILABLE)
  harness.isAnswering = true
  harness.opened(harness.lastReceiveEndpointId(), { family: 4, address: '127.0.0.1', port: 20121 })
  harness.run()
  assert.equal(harness.receiverCommands.map(({ type }) => type), ['addReceiveEndpoint', 'removeReceiveEndpoint'])
  assert.equal(harness.labelsOf(CounterType.RECEIVE_CHANNEL_STATUS), [])
  client.addSubscription(UDP, 1)
  only(answer(harness, client), 'ON_SUBSCRIPTION_READY')
})

test('no command is taken while an agent has no room for what it leads to', () => {
  const harness = new ConductorHarness()
  const client = harness.client()
  const filler = { type: 'removePublication', registrationId: -1 } as const
  while (harness.senderQueue.remainingCapacity() > 15) harness.senderQueue.offer(filler)
  client.addCounter(1000, [], 'waits')
  assert.is(harness.conductor.doWork(harness.nowNs), 1, 'the timer alone')
  assert.is(harness.conductor.doWork(harness.nowNs), 0)
  assert.equal(client.responses(), [])
  assert.is(harness.systemCounters.get(SystemCounterId.SENDER_PROXY_FAILS), 0)
  harness.senderQueue.poll()
  assert.is(harness.conductor.doWork(harness.nowNs), 1)
  assert.equal(typesOf(client.responses()), ['ON_COUNTER_READY', 'ON_COUNTER_READY'])
})

test('what agents say is taken although they have no room: they may wait for room to answer', () => {
  const harness = new ConductorHarness()
  const filler = { type: 'removePublication', registrationId: -1 } as const
  while (harness.senderQueue.remainingCapacity() > 0) harness.senderQueue.offer(filler)
  harness.conductor.doWork(harness.nowNs)
  harness.fromAgents.offer({ type: 'publicationReleased', registrationId: -1 })
  harness.fromAgents.offer({ type: 'imageReleased', correlationId: -1 })
  harness.conductor.doWork(harness.nowNs)
  harness.conductor.doWork(harness.nowNs)
  assert.is(harness.fromAgents.poll(), undefined)
})

test('one command is taken in a cycle', () => {
  const harness = new ConductorHarness()
  const client = harness.client()
  for (let i = 0; i < 3; i++) client.addCounter(1000, [], `counter ${i}`)
  for (let i = 0; i < 3; i++) {
    harness.conductor.doWork(harness.nowNs)
    assert.is(client.responses().filter(({ correlationId }) => correlationId !== client.clientId).length, 1)
  }
})

test('a command whose client died while it wrote it is removed after the liveness timeout', () => {
  const harness = new ConductorHarness()
  const client = harness.client()
  client.addCounter(1000, [], 'a')
  harness.run()
  client.responses()
  const position = client.ring.producerPosition()
  client.addCounter(1000, [], 'dies')
  const recordLength = client.ring.producerPosition() - position
  harness.cnc.toDriver.storeInt32(position % client.ring.capacity, -recordLength)
  const last = client.addCounter(1000, [], 'lives')
  harness.pass(10 * SECOND, [client])
  assert.equal(client.responses(), [])
  harness.pass(2 * SECOND, [client])
  assert.is(harness.systemCounters.get(SystemCounterId.UNBLOCKED_COMMANDS), 1)
  assert.is(only(client.responses(), 'ON_COUNTER_READY').correlationId, last)
})

test('a command that is being written when the ring was idle for long has its time, too', () => {
  const harness = new ConductorHarness()
  const client = harness.client()
  client.addCounter(1000, [], 'a')
  harness.run()
  harness.pass(30 * SECOND, [client])
  const { ring } = client
  const position = ring.producerPosition()
  client.addCounter(1000, [], 'slow')
  const offset = position % ring.capacity
  const recordLength = harness.cnc.toDriver.loadInt32(offset)
  harness.cnc.toDriver.storeInt32(offset, -recordLength)
  harness.pass(5 * SECOND, [client])
  client.responses()
  harness.cnc.toDriver.storeInt32(offset, recordLength)
  harness.run()
  only(client.responses(), 'ON_COUNTER_READY')
  assert.is(harness.systemCounters.get(SystemCounterId.UNBLOCKED_COMMANDS), 0)
})

test('a command that is being written when the driver starts has its time, too', () => {
  const harness = new ConductorHarness()
  harness.nowNs = 1e6 * SECOND
  const client = harness.client()
  client.addCounter(1000, [], 'early')
  const recordLength = harness.cnc.toDriver.loadInt32(0)
  harness.cnc.toDriver.storeInt32(0, -recordLength)
  harness.pass(5 * SECOND, [])
  assert.is(harness.systemCounters.get(SystemCounterId.UNBLOCKED_COMMANDS), 0)
  harness.cnc.toDriver.storeInt32(0, recordLength)
  harness.run()
  assert.is(client.responses().length, 2, 'the heartbeat of the client, and its counter')
})

test('free session ids are in use on no channel, and not reserved', () => {
  const harness = new ConductorHarness()
  const client = harness.client()
  const next = (): number => {
    client.getNextAvailableSessionId(1)
    return only(answer(harness, client), 'ON_NEXT_AVAILABLE_SESSION_ID').sessionId ?? 0
  }
  client.keepAlive()
  client.addCounter(1, [], '')
  answer(harness, client)
  const first = next()
  client.addPublication(`aeron:ipc?session-id=${first + 1}`, 1)
  client.addPublication(`${UDP}|session-id=${first + 2}`, 1)
  client.addPublication(`${UDP}|session-id=${first + 3}`, 2)
  answer(harness, client)
  assert.is(next(), first + 3)
  assert.is(next(), first + 4)
})

test('terminating the driver is denied without a word', () => {
  const harness = new ConductorHarness()
  const client = harness.client()
  client.terminateDriver()
  assert.equal(answer(harness, client), [])
  assert.is(client.ring.consumerHeartbeatMs(), harness.epochMs())
})

test.run()
