import * as assert from 'uvu/assert'
import type { ReceiverCommand, ReceiverImageParams } from '../../../driver/core/commands.ts'
import { ImageState } from '../../../driver/core/shared-state.ts'
import { ErrorCode } from '../../../schemas/generated/aeron.commands/index.ts'
import { CounterType, SystemCounterId } from '../../../schemas/generated/aeron.memory/index.ts'
import { ConductorHarness, SECOND, only, typesOf } from '../../support/conductor-harness.ts'
import type { ControlClient } from '../../support/control-client.ts'
import type { ControlResponse } from '../../support/control-responses.ts'
import { suite } from '../../support/suite.ts'

const test = suite('conductor: subscriptions and images')

const UDP = 'aeron:udp?endpoint=127.0.0.1:20121'
const SESSION = -515_719_300

function subscribe(harness: ConductorHarness, client: ControlClient, channel: string = UDP): number {
  const registrationId = client.addSubscription(channel, 1)
  harness.run()
  return registrationId
}

function available(harness: ConductorHarness, client: ControlClient): readonly ControlResponse[] {
  harness.run()
  return client.responses().filter(({ type }) => type === 'ON_AVAILABLE_IMAGE')
}

function told(harness: ConductorHarness): ReceiverImageParams {
  const command = harness.receiverCommands.findLast(({ type }) => type === 'addImage')
  if (command?.type !== 'addImage') throw new Error('the receiver was told of no image')
  return command.image
}

/** What the receiver was told since the last call. */
function commands(harness: ConductorHarness): readonly ReceiverCommand[] {
  return harness.receiverCommands.splice(0)
}

const commandTypes = (harness: ConductorHarness): readonly string[] => commands(harness).map(({ type }) => type)

test('a subscription opens a socket, tells the receiver what is wanted, and is ready', () => {
  const harness = new ConductorHarness()
  const client = harness.client()
  client.addSubscription(`${UDP}|so-rcvbuf=256k|gtag=7`, 1)
  harness.run()
  const { channelStatusId } = only(client.responses(), 'ON_SUBSCRIPTION_READY')
  const [open, interest, ...more] = commands(harness)
  assert.equal(more, [])
  if (open?.type !== 'addReceiveEndpoint') throw new Error(open?.type)
  assert.not.equal(open.receiverId, 0n)
  assert.is(open.groupTag, 7n)
  assert.equal(open.options, {
    local: { family: 4, address: '127.0.0.1', port: 20121 },
    sendBufferLength: harness.settings.socketSoSndbuf, receiveBufferLength: 262_144,
  })
  assert.equal(interest, { type: 'addInterest', endpointId: open.endpointId, streamId: 1 })
  assert.is(harness.counters.typeId(channelStatusId ?? -1), CounterType.RECEIVE_CHANNEL_STATUS)
  subscribe(harness, client, `${UDP}|session-id=5`)
  assert.equal(commands(harness), [{ type: 'addInterest', endpointId: open.endpointId, streamId: 1, sessionId: 5 }])
  subscribe(harness, client, 'aeron:udp?endpoint=127.0.0.1:20122')
  const [second] = commands(harness)
  assert.is(second?.type === 'addReceiveEndpoint' && second.receiverId, open.receiverId + 1n)
})

test('the port that the system chose can be read from the counters', () => {
  const harness = new ConductorHarness()
  const client = harness.client()
  const channel = 'aeron:udp?endpoint=127.0.0.1:0'
  client.addSubscription(channel, 1)
  client.addSubscription(channel, 1)
  harness.run()
  const ready = client.responses().filter(({ type }) => type === 'ON_SUBSCRIPTION_READY')
  const [first, second] = ready.map(({ channelStatusId }) => channelStatusId)
  assert.equal(harness.labelsOf(CounterType.RECEIVE_CHANNEL_STATUS), [
    `rcv-channel: ${channel} 127.0.0.1:40001`, `rcv-channel: ${channel} 127.0.0.1:40002`,
  ])
  assert.equal(harness.labelsOf(CounterType.LOCAL_SOCKET_ADDRESS), [
    `rcv-local-sockaddr: ${first} 127.0.0.1:40001`, `rcv-local-sockaddr: ${second} 127.0.0.1:40002`,
  ])
})

test('subscriptions that receive together must agree, and fit the buffer of the socket', () => {
  const harness = new ConductorHarness()
  const client = harness.client()
  subscribe(harness, client)
  for (const [parameters, name] of [
    ['reliable=false', 'reliable=false'], ['rejoin=false', 'rejoin=false'], ['so-rcvbuf=1m', 'so-rcvbuf=1048576'],
  ]) {
    client.responses()
    subscribe(harness, client, `${UDP}|${parameters}`)
    const reply = only(client.responses(), 'ON_ERROR')
    assert.is(reply.errorCode, ErrorCode.INVALID_CHANNEL)
    assert.ok(reply.text?.startsWith(name ?? ''), reply.text)
  }
  subscribe(harness, client, `${UDP}|reliable=false|session-id=4`)
  only(client.responses(), 'ON_SUBSCRIPTION_READY')
  harness.socketBufferLength = 4096
  subscribe(harness, client, 'aeron:udp?endpoint=127.0.0.1:20122|rcv-wnd=8k')
  assert.match(only(client.responses(), 'ON_ERROR').text ?? '', /rcv-wnd=8192.*4096/)
  assert.is(harness.labelsOf(CounterType.RECEIVE_CHANNEL_STATUS).length, 1)
})

test('an image is made, those who want it are told, and the receiver gets it', () => {
  const harness = new ConductorHarness()
  const client = harness.client()
  const other = harness.client()
  const all = subscribe(harness, client)
  const one = subscribe(harness, other, `${UDP}|session-id=${SESSION}`)
  subscribe(harness, client, `${UDP}|session-id=1`)
  client.addSubscription(UDP, 2)
  client.addSubscription('aeron:udp?endpoint=127.0.0.1:20122', 1)
  harness.run()
  client.responses()
  const endpointId = 1
  harness.createImage(SESSION, 1, { endpointId, activeTermId: 9, termOffset: 128 })
  const images = available(harness, client)
  assert.equal(images.map(({ subscriptionRegistrationId }) => subscriptionRegistrationId), [all, one])
  const [image, second] = images
  const correlationId = image?.correlationId ?? 0
  const logName = `/dev/shm/test/images/${correlationId}.logbuffer`
  const joinPosition = 2 * 65_536 + 128
  assert.equal(image, {
    type: 'ON_AVAILABLE_IMAGE', correlationId, sessionId: SESSION, streamId: 1, subscriptionRegistrationId: all,
    counterId: image?.counterId, text: logName, sourceIdentity: '127.0.0.1:33000',
  })
  for (const response of images) assert.is(harness.counter(response.counterId).get(), joinPosition)
  const channel = `${UDP}|session-id=${SESSION}`
  assert.is(harness.label(second?.counterId), `sub-pos: ${one} ${SESSION} 1 ${channel} @${joinPosition}`)
  const params = told(harness)
  assert.equal({ ...params, log: params.log.name, state: params.state.byteLength }, {
    correlationId, endpointId, sessionId: SESSION, streamId: 1, initialTermId: 7, joinPosition, mtuLength: 1408,
    log: logName, state: 512, receiverHwmId: params.receiverHwmId, naksSentId: params.receiverHwmId + 2,
    isReliable: true, windowLength: 32_768,
    controlAddress: { family: 4, address: '127.0.0.1', port: 33_000 },
  })
  assert.is(harness.counter(params.receiverHwmId).get(), joinPosition)
  assert.is(harness.counter(params.receiverHwmId + 1).get(), joinPosition)
  assert.is(harness.counter(params.receiverHwmId + 2).get(), 0)
  assert.is(harness.label(params.receiverHwmId), `rcv-hwm: ${correlationId} ${SESSION} 1 ${UDP}`)
  assert.is(harness.log(image!).producerPosition(), joinPosition)
  assert.equal(harness.logs.announced, [[client.clientId, logName], [other.clientId, logName]])
})

test('a subscription is ready before the images are available that were there before', () => {
  const harness = new ConductorHarness()
  const client = harness.client()
  subscribe(harness, client)
  harness.createImage(SESSION, 1)
  harness.createImage(SESSION + 1, 1)
  available(harness, client)
  const late = subscribe(harness, client)
  const responses = client.responses()
  assert.equal(typesOf(responses), ['ON_SUBSCRIPTION_READY', 'ON_AVAILABLE_IMAGE', 'ON_AVAILABLE_IMAGE'])
  assert.equal(new Set(responses.slice(1).map((r) => r.subscriptionRegistrationId)), new Set([late]))
  subscribe(harness, client, `${UDP}|session-id=${SESSION + 1}`)
  assert.is(only(client.responses(), 'ON_AVAILABLE_IMAGE').sessionId, SESSION + 1)
})

test('an image that nobody wants, or of an endpoint that is not there, is not made', () => {
  const harness = new ConductorHarness()
  const client = harness.client()
  const registrationId = subscribe(harness, client, `${UDP}|session-id=5`)
  const endpointId = harness.lastReceiveEndpointId()
  commands(harness)
  const refused = (sessionId: number, streamId: number, its: number): void => {
    harness.createImage(sessionId, streamId, { endpointId: its })
    harness.run()
    assert.equal(commands(harness), [{ type: 'imageNotCreated', endpointId: its, streamId, sessionId }])
  }
  refused(6, 1, endpointId)
  refused(5, 2, endpointId)
  refused(5, 1, endpointId + 1)
  client.removeSubscription(registrationId)
  harness.run()
  commands(harness)
  refused(5, 1, endpointId)
  assert.equal(harness.errors(), [])
})

test('a SETUP whose values cannot be is refused and recorded, and can be tried again', () => {
  const harness = new ConductorHarness()
  const client = harness.client()
  subscribe(harness, client)
  client.responses()
  const before = harness.liveCounters()
  const wrong = [
    { termLength: 65_537 }, { termLength: -65_536 }, { termLength: 0 }, { mtuLength: 0 }, { mtuLength: 1409 },
    { mtuLength: -32 }, { mtuLength: 65_504 }, { termOffset: 33 }, { termOffset: -32 }, { termOffset: 131_072 },
    { activeTermId: 6 }, { initialTermId: -2_147_483_648, activeTermId: 1 },
  ]
  const endpointId = harness.lastReceiveEndpointId()
  for (const changes of wrong) {
    commands(harness)
    harness.createImage(SESSION, 1, { endpointId, ...changes })
    harness.run()
    assert.equal(commandTypes(harness), ['imageNotCreated'], JSON.stringify(changes))
  }
  assert.ok(harness.errors().length >= 6)
  harness.run()
  const idOfTheLast = client.ring.nextCorrelationId() - 1
  const counter = client.addCounter(1, [], '', idOfTheLast)
  client.removeCounter(counter)
  harness.run()
  assert.equal(typesOf(client.responses()), ['ON_COUNTER_READY', 'ON_OPERATION_SUCCESS', 'ON_UNAVAILABLE_COUNTER'])
  assert.is(harness.logs.regions.size, 0)
  assert.is(harness.liveCounters(), before)
  assert.equal(client.responses(), [])
  harness.createImage(SESSION, 1, { endpointId })
  assert.is(available(harness, client).length, 1)
})

test('an image whose log or counters cannot be made is not made, and leaves nothing behind', () => {
  const harness = new ConductorHarness({ counters: 54 })
  const client = harness.client()
  subscribe(harness, client)
  const endpointId = harness.lastReceiveEndpointId()
  client.responses()
  harness.logs.isFull = true
  harness.createImage(SESSION, 1, { endpointId })
  harness.run()
  harness.logs.isFull = false
  // 46 of the driver, a heartbeat, two of the channel: five are left, an image with one subscription needs four.
  client.addCounter(1, [], '')
  client.addCounter(1, [], '')
  harness.run()
  client.responses()
  harness.createImage(SESSION, 1, { endpointId })
  harness.run()
  assert.equal(client.responses(), [])
  assert.is(harness.logs.regions.size, 0)
  assert.is(harness.liveCounters(), 51)
  assert.is(commandTypes(harness).filter((type) => type === 'imageNotCreated').length, 2)
  assert.match(harness.errors().join(' '), /no space is left.*all 54 counters/)
})

test('a flood of new sessions makes no more images than are allowed', () => {
  const harness = new ConductorHarness({ settings: { imagesMax: 10 } })
  const client = harness.client()
  subscribe(harness, client)
  const endpointId = harness.lastReceiveEndpointId()
  available(harness, client)
  for (let round = 0; round < 5; round++) {
    for (let i = 0; i < 100; i++) harness.createImage(100 * round + i, 1, { endpointId })
    harness.run()
  }
  assert.is(available(harness, client).length, 10)
  assert.is(harness.logs.regions.size, 10)
  assert.is(harness.receiverCommands.filter(({ type }) => type === 'imageNotCreated').length, 490)
  assert.is(harness.errors().length, 1)
  harness.pass(40 * SECOND, [client])
  assert.is(harness.logs.regions.size, 0, 'silent images end')
  harness.createImage(7, 1, { endpointId })
  assert.is(available(harness, client).length, 1)
})

test('a silent image drains, is taken from the receiver, is unavailable to its subscribers, and is freed', () => {
  const harness = new ConductorHarness({ isAnswering: false })
  const client = harness.client()
  const registrationId = client.addSubscription(UDP, 1)
  harness.run()
  harness.opened(1, { family: 4, address: '127.0.0.1', port: 20121 })
  harness.run()
  harness.createImage(SESSION, 1)
  const [image] = available(harness, client)
  const correlationId = image?.correlationId ?? 0
  commands(harness)
  harness.pass(10 * SECOND, [client])
  assert.equal(commandTypes(harness), [])
  harness.pass(4 * SECOND, [client])
  assert.equal(commands(harness), [
    { type: 'removeImage', correlationId },
    { type: 'removeCoolDown', endpointId: 1, streamId: 1, sessionId: SESSION },
  ])
  assert.equal(client.responses(), [{
    type: 'ON_UNAVAILABLE_IMAGE', correlationId, subscriptionRegistrationId: registrationId, streamId: 1, text: UDP,
  }])
  harness.pass(12 * SECOND, [client])
  assert.is(harness.logs.regions.size, 1, 'the receiver has not let go')
  harness.fromAgents.offer({ type: 'imageReleased', correlationId })
  harness.run()
  assert.is(harness.logs.regions.size, 0)
  assert.equal(harness.labelsOf(CounterType.SUBSCRIBER_POSITION), [])
  assert.equal(harness.labelsOf(CounterType.RECEIVER_HWM), [])
})

test('an image with packets lives, and a new subscription does not join one that ends', () => {
  const harness = new ConductorHarness()
  const client = harness.client()
  subscribe(harness, client)
  harness.createImage(SESSION, 1)
  const [image] = available(harness, client)
  const state = new ImageState(harness.receiverImages.get(image?.correlationId ?? 0)!)
  for (let i = 0; i < 40; i++) {
    state.setTimeOfLastPacketNs(harness.nowNs)
    harness.pass(SECOND, [client])
  }
  assert.equal(client.responses(), [])
  state.setEndOfStream()
  harness.pass(SECOND, [client])
  client.addSubscription(UDP, 1)
  harness.run()
  assert.equal(typesOf(client.responses()), ['ON_SUBSCRIPTION_READY'])
})

test('without subscriptions the receiver is told, the image ends, and the socket closes', () => {
  const harness = new ConductorHarness()
  const client = harness.client()
  const first = subscribe(harness, client)
  const second = subscribe(harness, client, `${UDP}|session-id=${SESSION}`)
  const endpointId = harness.lastReceiveEndpointId()
  harness.createImage(SESSION, 1)
  available(harness, client)
  commands(harness)
  client.removeSubscription(first)
  harness.run()
  assert.equal(commands(harness), [{ type: 'removeInterest', endpointId, streamId: 1 }])
  assert.is(harness.labelsOf(CounterType.SUBSCRIBER_POSITION).length, 1)
  client.removeSubscription(second)
  harness.run()
  assert.equal(commands(harness), [{ type: 'removeInterest', endpointId, streamId: 1, sessionId: SESSION }])
  assert.equal(typesOf(client.responses()), ['ON_OPERATION_SUCCESS', 'ON_OPERATION_SUCCESS'])
  harness.pass(1.5 * SECOND, [client])
  assert.equal(commands(harness), [], 'the sender is still being told that its receiver goes')
  harness.pass(13.5 * SECOND, [client])
  assert.equal(commandTypes(harness), ['removeImage', 'removeReceiveEndpoint', 'removeCoolDown'])
  assert.is(harness.logs.regions.size, 0)
  assert.is(harness.liveCounters(), 46 + 1)
  assert.equal(client.responses(), [], 'nobody is left to be told that the image is gone')
})

test('a socket that is being closed takes no subscription', () => {
  const harness = new ConductorHarness({ isAnswering: false })
  const client = harness.client()
  const registrationId = client.addSubscription(UDP, 1)
  harness.run()
  harness.opened(1, { family: 4, address: '127.0.0.1', port: 20121 })
  harness.run()
  client.removeSubscription(registrationId)
  client.addSubscription(UDP, 1)
  harness.run()
  assert.is(only(client.responses(), 'ON_ERROR').errorCode, ErrorCode.RESOURCE_TEMPORARILY_UNAVAILABLE)
  harness.createImage(SESSION, 1)
  harness.run()
  assert.is(commandTypes(harness).at(-1), 'imageNotCreated')
  harness.fromAgents.offer({ type: 'endpointClosed', endpointId: 1 })
  harness.run()
  client.addSubscription(UDP, 1)
  harness.run()
  assert.is(commandTypes(harness).at(-1), 'addReceiveEndpoint')
})

test('a session that is asked for twice has one image, and a new one once its subscribers are others', () => {
  const harness = new ConductorHarness()
  const client = harness.client()
  const subscription = subscribe(harness, client)
  client.addSubscription(UDP, 2)
  harness.createImage(SESSION, 1)
  harness.createImage(SESSION, 1)
  const [first] = available(harness, client)
  assert.equal(harness.receiverCommands.slice(-2).map(({ type }) => type), ['addImage', 'imageNotCreated'])
  client.removeSubscription(subscription)
  harness.run()
  subscribe(harness, client)
  harness.createImage(SESSION, 1)
  const [second] = available(harness, client)
  assert.is(told(harness).correlationId, second?.correlationId)
  assert.is.not(second?.correlationId, first?.correlationId)
})

test('an image is rejected by way of the receiver', () => {
  const harness = new ConductorHarness()
  const client = harness.client()
  subscribe(harness, client)
  harness.createImage(SESSION, 1)
  const [image] = available(harness, client)
  const correlationId = image?.correlationId ?? 0
  commands(harness)
  const command = client.rejectImage(correlationId, 'no')
  harness.run()
  assert.equal(commands(harness), [{ type: 'rejectImage', correlationId, reason: 'no' }])
  assert.equal(client.responses(), [{ type: 'ON_OPERATION_SUCCESS', correlationId: command }])
  assert.is(harness.systemCounters.get(SystemCounterId.IMAGES_REJECTED), 1)
})

test('positions that clients make up do not stop the conductor, nor other images', () => {
  const harness = new ConductorHarness()
  const client = harness.client()
  subscribe(harness, client)
  harness.createImage(SESSION, 1)
  harness.createImage(SESSION + 1, 1)
  const [bad, good] = available(harness, client)
  const state = new ImageState(harness.receiverImages.get(good?.correlationId ?? 0)!)
  for (const position of [-1, -(2 ** 62), 2 ** 62, 31, 7 * 65_536 + 5, Number.MAX_SAFE_INTEGER, 0]) {
    harness.counter(bad?.counterId).set(position)
    state.setTimeOfLastPacketNs(harness.nowNs)
    harness.pass(2 * SECOND, [client])
    subscribe(harness, client)
    client.addCounter(1, [], '')
    harness.run()
    assert.ok(client.responses().some((response) => response.correlationId === good?.correlationId), `${position}`)
  }
})

test('replies to what is not there any more are of no consequence', () => {
  const harness = new ConductorHarness()
  const client = harness.client()
  subscribe(harness, client)
  harness.run()
  const before = harness.liveCounters()
  harness.fromAgents.offer({ type: 'imageReleased', correlationId: 99 })
  harness.fromAgents.offer({ type: 'publicationReleased', registrationId: 99 })
  harness.fromAgents.offer({ type: 'endpointClosed', endpointId: 99 })
  harness.fromAgents.offer({ type: 'endpointFailed', endpointId: 99, message: 'what' })
  harness.opened(1, { family: 4, address: '127.0.0.1', port: 1 })
  harness.run()
  assert.is(harness.liveCounters(), before)
  assert.equal(harness.errors(), [])
})

test.run()
