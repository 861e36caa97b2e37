import * as assert from 'uvu/assert'
import { PublicationState } from '../../../driver/core/shared-state.ts'
import type { SenderPublicationParams } from '../../../driver/core/commands.ts'
import { ErrorCode } from '../../../schemas/generated/aeron.commands/index.ts'
import { CounterType, SystemCounterId } from '../../../schemas/generated/aeron.memory/index.ts'
import { ConductorHarness, SECOND, only, typesOf } from '../../support/conductor-harness.ts'
import type { ControlClient } from '../../support/control-client.ts'
import type { ControlResponse } from '../../support/control-responses.ts'
import { suite } from '../../support/suite.ts'

const test = suite('conductor: network publications')

const UDP = 'aeron:udp?endpoint=127.0.0.1:20121'

function ready(harness: ConductorHarness, client: ControlClient): ControlResponse {
  harness.run()
  const response = client.responses().findLast(({ type }) => type.endsWith('PUBLICATION_READY'))
  if (response === undefined) throw new Error('no publication is ready')
  return response
}

function refusal(harness: ConductorHarness, client: ControlClient): ControlResponse {
  harness.run()
  return only(client.responses(), 'ON_ERROR')
}

/** What the sender was told of the last publication. */
function told(harness: ConductorHarness): SenderPublicationParams {
  const command = harness.senderCommands.findLast(({ type }) => type === 'addPublication')
  if (command?.type !== 'addPublication') throw new Error('the sender was told of no publication')
  return command.publication
}

test('a socket is opened, a log made, the sender told, and the client answered', () => {
  const harness = new ConductorHarness({ isAnswering: false })
  const client = harness.client()
  const channel = `${UDP}|mtu=1024|term-length=128k|max-resend=7|eos=false|session-id=77|so-sndbuf=64k`
  const registrationId = client.addPublication(channel, 1)
  harness.run()
  assert.equal(harness.senderCommands, [{
    type: 'addSendEndpoint',
    endpointId: 1,
    options: {
      local: { family: 4, address: '0.0.0.0', port: 0 },
      remote: { family: 4, address: '127.0.0.1', port: 20121 },
      sendBufferLength: 65_536,
      receiveBufferLength: harness.settings.socketSoRcvbuf,
    },
  }])
  const [statusLabel] = harness.labelsOf(CounterType.SEND_CHANNEL_STATUS)
  assert.is(statusLabel, `snd-channel: ${channel}`)
  assert.equal(typesOf(client.responses()), ['ON_COUNTER_READY'])

  harness.opened(1, { family: 4, address: '127.0.0.1', port: 45_678 })
  const response = ready(harness, client)
  const log = harness.log(response)
  const publication = told(harness)
  assert.is(response.registrationId, registrationId)
  assert.is(response.sessionId, 77)
  assert.is(harness.label(response.channelStatusId), `snd-channel: ${channel} 127.0.0.1:45678`)
  assert.is(harness.counter(response.channelStatusId).get(), 1)
  assert.equal(harness.labelsOf(CounterType.LOCAL_SOCKET_ADDRESS), [
    `snd-local-sockaddr: ${response.channelStatusId} 127.0.0.1:45678`,
  ])
  const names = ['pub-pos (concurrent)', 'pub-lmt', 'snd-pos', 'snd-lmt', 'snd-bpe', 'snd-naks-received']
  const first = (response.counterId ?? 0) - 1
  for (const [i, name] of names.entries()) {
    assert.is(harness.label(first + i), `${name}: ${registrationId} 77 1 ${channel}`)
    assert.is(harness.counters.ownerId(first + i), client.clientId)
  }
  assert.is(log.mtuLength, 1024)
  assert.is(log.termLength, 131_072)
  assert.equal(
    { ...publication, log: publication.log.name, state: publication.state.byteLength },
    {
      registrationId, endpointId: 1, sessionId: 77, streamId: 1, log: response.text, state: 256,
      senderPositionId: first + 2, senderLimitId: first + 3, senderBackPressureEventsId: first + 4,
      naksReceivedId: first + 5, startPosition: 0, mtuLength: 1024, isEosSignalled: false, maxResend: 7,
    },
  )
  assert.equal(harness.logs.announced, [[client.clientId, response.text]])
})

test('a socket that does not open is the answer, and nothing is left', () => {
  const harness = new ConductorHarness({ isAnswering: false })
  const client = harness.client()
  client.addPublication(UDP, 1)
  harness.run()
  client.responses()
  harness.fromAgents.offer({ type: 'endpointFailed', endpointId: 1, message: 'address\nin use' })
  const reply = refusal(harness, client)
  assert.is(reply.errorCode, ErrorCode.GENERIC_ERROR)
  assert.match(reply.text ?? '', /127\.0\.0\.1:20121.*address in use/)
  assert.is(harness.liveCounters(), 46 + 1)
  assert.is(harness.logs.regions.size, 0)
})

test('a socket that fails later is told by the counter of its channel', () => {
  const harness = new ConductorHarness()
  const client = harness.client()
  client.addPublication(UDP, 1)
  const { channelStatusId } = ready(harness, client)
  harness.fromAgents.offer({ type: 'endpointFailed', endpointId: 1, message: 'gone' })
  const reply = refusal(harness, client)
  assert.is(reply.correlationId, channelStatusId)
  assert.is(reply.errorCode, ErrorCode.CHANNEL_ENDPOINT_ERROR)
  assert.is(harness.counter(channelStatusId).get(), -1)
})

test('channels of one text share their socket, and concurrent publications of a stream their log', () => {
  const harness = new ConductorHarness()
  const client = harness.client()
  client.addPublication(UDP, 1)
  const first = ready(harness, client)
  client.addPublication(UDP, 1)
  const second = ready(harness, client)
  client.addExclusivePublication(UDP, 1)
  const third = ready(harness, client)
  client.addPublication(UDP, 2)
  const fourth = ready(harness, client)
  client.addPublication('aeron:udp?endpoint=127.0.0.1:20122', 1)
  const fifth = ready(harness, client)
  assert.equal([first, second, third, fourth, fifth].map((r) => r.registrationId), [
    first.correlationId, first.correlationId, third.correlationId, fourth.correlationId, fifth.correlationId,
  ])
  assert.is(second.text, first.text)
  assert.is(new Set([first, third, fourth].map((r) => r.channelStatusId)).size, 1)
  assert.not.equal(fifth.channelStatusId, first.channelStatusId)
  assert.equal(harness.senderCommands.map(({ type }) => type), [
    'addSendEndpoint', 'addPublication', 'addPublication', 'addPublication', 'addSendEndpoint', 'addPublication',
  ])
})

test('what is shared must be as the command wants it', () => {
  const harness = new ConductorHarness()
  const client = harness.client()
  client.addPublication(`${UDP}|so-sndbuf=64k|session-id=5`, 1)
  ready(harness, client)
  for (const [parameters, name] of [
    ['session-id=6', 'session-id'], ['mtu=1024', 'mtu'], ['term-length=1m', 'term-length'],
    ['so-sndbuf=128k', 'so-sndbuf'], ['so-rcvbuf=256k', 'so-rcvbuf'],
    ['init-term-id=6|term-id=7|term-offset=64', 'init-term-id'],
  ]) {
    client.addPublication(`${UDP}|${parameters}`, 1)
    const reply = refusal(harness, client)
    assert.is(reply.errorCode, ErrorCode.INVALID_CHANNEL)
    assert.ok(reply.text?.includes(name ?? ''), reply.text)
  }
  client.addExclusivePublication(`${UDP}|session-id=5`, 1)
  assert.match(refusal(harness, client).text ?? '', /session-id=5 is in use/)
  client.addExclusivePublication(`${UDP}|session-id=5`, 2)
  assert.is(ready(harness, client).sessionId, 5)
})

test('a datagram must fit the send buffer that the system really gave', () => {
  const harness = new ConductorHarness()
  harness.socketBufferLength = 2048
  const client = harness.client()
  client.addPublication(`${UDP}|mtu=4096`, 1)
  const reply = refusal(harness, client)
  assert.is(reply.errorCode, ErrorCode.INVALID_CHANNEL)
  assert.match(reply.text ?? '', /mtu=4096.*2048/)
  assert.equal(harness.labelsOf(CounterType.SEND_CHANNEL_STATUS), [])
})

test('session ids leave out the reserved range and those in use, and wrap', () => {
  const harness = new ConductorHarness({
    settings: { publicationReservedSessionIdLow: -2_147_483_648, publicationReservedSessionIdHigh: 2_147_483_645 },
  })
  const client = harness.client()
  client.addExclusivePublication(UDP, 1)
  assert.is(ready(harness, client).sessionId, 2_147_483_646)
  client.addExclusivePublication(UDP, 1)
  assert.is(ready(harness, client).sessionId, 2_147_483_647)
  client.addExclusivePublication(UDP, 2)
  assert.is(ready(harness, client).sessionId, 2_147_483_646)
})

test('a stream that begins elsewhere has all its positions there', () => {
  const harness = new ConductorHarness()
  const client = harness.client()
  client.addPublication(`${UDP}|init-term-id=-5|term-id=-2|term-offset=4096`, 1)
  const { counterId = 0 } = ready(harness, client)
  const start = 3 * 65_536 + 4096
  for (let id = counterId - 1; id < counterId + 3; id++) assert.is(harness.counter(id).get(), start)
  assert.is(told(harness).startPosition, start)
})

test('a publication lingers, is taken from the sender, and is freed with its socket', () => {
  const harness = new ConductorHarness({ isAnswering: false })
  const client = harness.client()
  const registrationId = client.addPublication(`${UDP}|linger=3s`, 1)
  harness.run()
  harness.opened(1, { family: 4, address: '127.0.0.1', port: 45_678 })
  const { channelStatusId } = ready(harness, client)
  client.removePublication(registrationId)
  harness.run()
  only(client.responses(), 'ON_OPERATION_SUCCESS')
  harness.pass(3 * SECOND, [client])
  const types = (): readonly string[] => harness.senderCommands.map(({ type }) => type)
  assert.equal(types(), ['addSendEndpoint', 'addPublication'])
  harness.pass(3 * SECOND, [client])
  assert.equal(types(), ['addSendEndpoint', 'addPublication', 'removePublication'])
  assert.is(harness.logs.regions.size, 1, 'the sender may still send from it')

  harness.fromAgents.offer({ type: 'publicationReleased', registrationId })
  harness.run()
  assert.is(harness.logs.regions.size, 0)
  assert.equal(types().slice(3), ['removeSendEndpoint'])
  assert.is(harness.counter(channelStatusId).get(), 2, 'closing')
  client.addPublication(UDP, 1)
  const errorsBefore = harness.systemCounters.get(SystemCounterId.ERRORS)
  assert.is(refusal(harness, client).errorCode, ErrorCode.RESOURCE_TEMPORARILY_UNAVAILABLE)
  assert.is(harness.systemCounters.get(SystemCounterId.ERRORS), errorsBefore, 'not an error to record')

  harness.fromAgents.offer({ type: 'endpointClosed', endpointId: 1 })
  harness.run()
  assert.is(harness.liveCounters(), 46 + 1)
  client.addPublication(UDP, 1)
  harness.run()
  assert.is(types().at(-1), 'addSendEndpoint')
})

test('a publication is added while an older one of the same stream lingers', () => {
  const harness = new ConductorHarness()
  const client = harness.client()
  const first = client.addPublication(`${UDP}|session-id=9`, 1)
  ready(harness, client)
  client.removePublication(first)
  client.addPublication(`${UDP}|session-id=9`, 1)
  harness.run()
  const replies = client.responses()
  assert.match(replies[1]?.text ?? '', /session-id=9 is in use/)
  const second = client.addPublication(UDP, 1)
  assert.is(ready(harness, client).registrationId, second)
  harness.pass(20 * SECOND, [client])
  assert.is(harness.logs.regions.size, 1)
  assert.is(harness.labelsOf(CounterType.SEND_CHANNEL_STATUS).length, 1, 'the socket stays')
})

test('the limit follows the sender while there are receivers', () => {
  const harness = new ConductorHarness()
  const client = harness.client()
  client.addPublication(UDP, 1)
  const { counterId = 0, text } = ready(harness, client)
  assert.is(harness.counter(counterId).get(), 0)
  const shared = harness.senderPublications.get(text ?? '')
  new PublicationState(shared!).setHasReceivers(true)
  harness.run()
  assert.is(harness.counter(counterId).get(), 32_768)
})

test('an error of a receiver goes to the clients of the publication', () => {
  const harness = new ConductorHarness()
  const client = harness.client()
  const registrationId = client.addPublication(UDP, 6)
  const { sessionId } = ready(harness, client)
  const error = {
    type: 'publicationError', errorCode: ErrorCode.IMAGE_REJECTED, text: 'caf\u00e9', receiverId: -2n, groupTag: 3n,
    sourceAddress: { family: 6, address: '2001:db8::7%3', port: 4000 },
  } as const
  harness.fromAgents.offer({ ...error, registrationId: 999 })
  harness.fromAgents.offer({ ...error, registrationId })
  harness.run()
  assert.equal(client.responses(), [{
    type: 'ON_PUBLICATION_ERROR', correlationId: registrationId, sessionId, streamId: 6, receiverId: -2n, groupTag: 3n,
    source: [2, 4000, 0x20, 1, 0x0d, 0xb8, ...new Array<number>(11).fill(0), 7], errorCode: ErrorCode.IMAGE_REJECTED,
    text: 'caf\u00e9',
  }])
})

test('what agents report goes to the error log, once for each text, and is counted', () => {
  const harness = new ConductorHarness()
  for (let i = 0; i < 3; i++) {
    harness.fromAgents.offer({ type: 'error', errorCode: ErrorCode.GENERIC_ERROR, message: 'no\nroute to host' })
  }
  harness.run()
  assert.equal(harness.errors(), ['no route to host'])
  assert.is(harness.systemCounters.get(SystemCounterId.ERRORS), 3)
})

test('a publication that the sender cannot be told to let go of is tried again', () => {
  const harness = new ConductorHarness()
  const client = harness.client()
  const registrationId = client.addPublication(`${UDP}|linger=1s`, 1)
  ready(harness, client)
  client.removePublication(registrationId)
  harness.run()
  const filler = { type: 'removePublication', registrationId: -1 } as const
  while (harness.senderQueue.remainingCapacity() > 0) harness.senderQueue.offer(filler)
  for (let i = 0; i < 8; i++) {
    harness.nowNs += SECOND
    harness.heartbeat(client.clientId).set(harness.epochMs())
    harness.conductor.doWork(harness.nowNs)
  }
  assert.is(harness.logs.regions.size, 1)
  assert.ok(harness.systemCounters.get(SystemCounterId.SENDER_PROXY_FAILS) > 0)
  harness.run()
  harness.pass(2 * SECOND, [client])
  assert.is(harness.logs.regions.size, 0)
  assert.equal(harness.labelsOf(CounterType.SEND_CHANNEL_STATUS), [])
})

test.run()
