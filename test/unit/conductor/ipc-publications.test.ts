import * as assert from 'uvu/assert'
import { ConcurrentAppender } from '../../../client/log/concurrent-appender.ts'
import type { LogBuffers } from '../../../client/log/log-buffers.ts'
import { DirectBuffer } from '../../../codegen/runtime/index.ts'
import { ErrorCode } from '../../../schemas/generated/aeron.commands/index.ts'
import { CounterType, SystemCounterId } from '../../../schemas/generated/aeron.memory/index.ts'
import { ConductorHarness, SECOND, only, typesOf } from '../../support/conductor-harness.ts'
import type { ControlClient } from '../../support/control-client.ts'
import type { ControlResponse } from '../../support/control-responses.ts'
import { suite } from '../../support/suite.ts'

const test = suite('conductor: IPC publications')

const IPC = 'aeron:ipc'
const TERM_LENGTH = 65_536
const WINDOW = TERM_LENGTH / 2
const MESSAGE_LENGTH = 992
const FRAME_LENGTH = 1024

/** A publication with a publisher that offers to it. */
class Publisher {
  readonly registrationId: number
  readonly ready: ControlResponse
  readonly log: LogBuffers
  readonly appender: ConcurrentAppender
  private readonly message: DirectBuffer = new DirectBuffer(new ArrayBuffer(MESSAGE_LENGTH))

  constructor(harness: ConductorHarness, client: ControlClient, channel: string = IPC, streamId: number = 1) {
    this.registrationId = client.addPublication(channel, streamId)
    harness.run()
    this.ready = only(client.responses(), 'ON_PUBLICATION_READY')
    this.log = harness.log(this.ready)
    this.appender = new ConcurrentAppender(this.log, harness.counter(this.ready.counterId))
  }

  /** Offers until the limit, or so many messages. Returns the position. */
  offer(messages: number = Infinity): number {
    for (let sent = 0; sent < messages;) {
      const result = this.appender.offer(this.message, 0, MESSAGE_LENGTH)
      if (result > 0) sent++
      // After rotation it goes on.
      else if (result !== -3) break
    }
    return this.log.producerPosition()
  }
}

function subscribe(harness: ConductorHarness, client: ControlClient, channel: string = IPC): ControlResponse {
  const registrationId = client.addSubscription(channel, 1)
  harness.run()
  const responses = client.responses().filter(({ type }) => type !== 'ON_COUNTER_READY')
  assert.equal(typesOf(responses), ['ON_SUBSCRIPTION_READY', 'ON_AVAILABLE_IMAGE'])
  assert.is(responses[0]?.correlationId, registrationId)
  assert.is(responses[0]?.channelStatusId, -1)
  assert.is(responses[1]?.subscriptionRegistrationId, registrationId)
  return responses[1]!
}

test('a publication is ready before its image is available to those who wait for it', () => {
  const harness = new ConductorHarness()
  const subscriber = harness.client()
  const client = harness.client()
  const subscription = subscriber.addSubscription(IPC, 1)
  subscriber.addSubscription(IPC, 2)
  subscriber.addSubscription(`${IPC}?session-id=12345`, 1)
  harness.run()
  client.responses()
  const registrationId = client.addPublication(`${IPC}?alias=x`, 1)
  harness.run()
  const [, ready, image, ...more] = client.responses()
  assert.equal(more, [])
  const sessionId = ready?.sessionId ?? 0
  const logName = `/dev/shm/test/publications/${registrationId}.logbuffer`
  assert.equal(ready, {
    type: 'ON_PUBLICATION_READY', correlationId: registrationId, registrationId, sessionId, streamId: 1,
    counterId: ready?.counterId, channelStatusId: -1, text: logName,
  })
  assert.equal(image, {
    type: 'ON_AVAILABLE_IMAGE', correlationId: registrationId, sessionId, streamId: 1,
    subscriptionRegistrationId: subscription, counterId: image?.counterId, text: logName, sourceIdentity: 'aeron:ipc',
  })
  const limitId = ready?.counterId ?? -1
  assert.is(harness.label(limitId - 1), `pub-pos (concurrent): ${registrationId} ${sessionId} 1 ${IPC}?alias=x`)
  assert.is(harness.label(limitId), `pub-lmt: ${registrationId} ${sessionId} 1 ${IPC}?alias=x`)
  assert.is(harness.label(image?.counterId), `sub-pos: ${subscription} ${sessionId} 1 ${IPC} @0`)
  assert.is(harness.counters.referenceId(image?.counterId ?? -1), registrationId)
  assert.is(harness.counters.ownerId(image?.counterId ?? -1), subscriber.clientId)
  assert.equal(harness.logs.announced, [[client.clientId, logName], [subscriber.clientId, logName]])
})

test('without subscribers nothing can be published; with one, a window', () => {
  const harness = new ConductorHarness()
  const client = harness.client()
  const publisher = new Publisher(harness, client)
  assert.is(publisher.appender.offer(new DirectBuffer(new ArrayBuffer(8)), 0, 8), -1)
  subscribe(harness, client)
  assert.ok(publisher.log.isConnected())
  const limit = harness.counter(publisher.ready.counterId)
  assert.is(limit.get(), WINDOW)
  assert.is(publisher.offer(), WINDOW)
})

test('the limit moves when an eighth of the window was read since it moved last', () => {
  const harness = new ConductorHarness()
  const client = harness.client()
  const publisher = new Publisher(harness, client)
  const position = harness.counter(subscribe(harness, client).counterId)
  const limit = harness.counter(publisher.ready.counterId)
  publisher.offer()
  position.set(WINDOW / 8)
  harness.run()
  assert.is(limit.get(), WINDOW)
  position.set(WINDOW / 8 + FRAME_LENGTH)
  harness.run()
  assert.is(limit.get(), WINDOW + WINDOW / 8 + FRAME_LENGTH)
})

test('the limit follows the slowest of several subscribers, through many terms, and stale frames are gone', () => {
  const harness = new ConductorHarness()
  const client = harness.client()
  const publisher = new Publisher(harness, client)
  const fast = harness.counter(subscribe(harness, client).counterId)
  const slow = harness.counter(subscribe(harness, client).counterId)
  const limit = harness.counter(publisher.ready.counterId)
  let produced = 0
  while (produced < 10 * TERM_LENGTH) {
    const before = produced
    produced = publisher.offer()
    assert.ok(produced > before, `stuck at ${produced}`)
    assert.ok(limit.get() <= slow.get() + WINDOW)
    fast.set(produced)
    slow.set(produced - FRAME_LENGTH)
    harness.run()
    assert.is(harness.counter(limit.id - 1).get(), produced, 'pub-pos')
    // A term is written again after two more: what lies ahead of the publisher must be zeroes.
    const term = publisher.log.termOf(limit.get())
    const offset = limit.get() % TERM_LENGTH
    assert.is(term.int32s[offset >> 2], 0)
  }
  assert.is(harness.errors().length, 0)
})

test('a subscription that joins begins where the slowest is, or where the last one was when none is left', () => {
  const harness = new ConductorHarness()
  const client = harness.client()
  const publisher = new Publisher(harness, client)
  const first = subscribe(harness, client)
  publisher.offer(10)
  harness.counter(first.counterId).set(4 * FRAME_LENGTH)
  harness.run()
  const second = subscribe(harness, client)
  assert.match(harness.label(second.counterId), / @4096$/)
  assert.is(harness.counter(second.counterId).get(), 4 * FRAME_LENGTH)
  harness.counter(first.counterId).set(10 * FRAME_LENGTH)
  harness.counter(second.counterId).set(7 * FRAME_LENGTH)
  harness.run()
  client.removeSubscription(first.subscriptionRegistrationId ?? 0)
  client.removeSubscription(second.subscriptionRegistrationId ?? 0)
  harness.run()
  assert.equal(typesOf(client.responses()), ['ON_OPERATION_SUCCESS', 'ON_OPERATION_SUCCESS'])
  assert.not.ok(publisher.log.isConnected())
  assert.is(harness.counter(publisher.ready.counterId).get(), 10 * FRAME_LENGTH, 'nobody reads: nobody may publish')
  assert.is(publisher.appender.offer(new DirectBuffer(new ArrayBuffer(8)), 0, 8), -1)
  const third = subscribe(harness, client)
  assert.is(harness.counter(third.counterId).get(), 10 * FRAME_LENGTH)
})

test('concurrent publications of a stream are shared, exclusive ones are not', () => {
  const harness = new ConductorHarness()
  const client = harness.client()
  const other = harness.client()
  const first = client.addPublication(IPC, 1)
  const second = other.addPublication(`${IPC}?term-length=64k|mtu=1408`, 1)
  const third = other.addExclusivePublication(IPC, 1)
  const fourth = client.addPublication(IPC, 2)
  harness.run()
  const ready = client.responses().filter(({ type }) => type.endsWith('PUBLICATION_READY'))
  assert.equal(ready.map(({ correlationId, registrationId }) => [correlationId, registrationId]), [
    [first, first], [second, first], [third, third], [fourth, fourth],
  ])
  assert.is(ready[0]?.sessionId, ready[1]?.sessionId)
  assert.is(new Set(ready.map(({ sessionId }) => sessionId)).size, 3)
  assert.is(ready[2]?.type, 'ON_EXCLUSIVE_PUBLICATION_READY')
  assert.match(harness.label((ready[2]?.counterId ?? 0) - 1), /^pub-pos \(exclusive\): /)
  client.removePublication(first)
  harness.pass(5 * SECOND, [client, other])
  assert.is(harness.logs.regions.size, 3, 'the other client still has it')
  other.removePublicationOld(second)
  harness.pass(5 * SECOND, [client, other])
  assert.is(harness.logs.regions.size, 2)
})

test('a shared publication must be as the command wants it', () => {
  const harness = new ConductorHarness()
  const client = harness.client()
  const start = 'init-term-id=5|term-id=7|term-offset=64'
  client.addPublication(`${IPC}?session-id=77|${start}`, 1)
  harness.run()
  client.responses()
  const cases: readonly (readonly [string, string])[] = [
    ['session-id=78', 'session-id'], ['mtu=2048', 'mtu'], ['term-length=128k', 'term-length'],
    ['init-term-id=6|term-id=7|term-offset=64', 'init-term-id'],
    ['init-term-id=5|term-id=7|term-offset=96', 'term-offset'],
  ]
  for (const [parameters, name] of cases) {
    client.addPublication(`${IPC}?${parameters}`, 1)
    harness.run()
    const reply = only(client.responses(), 'ON_ERROR')
    assert.is(reply.errorCode, ErrorCode.INVALID_CHANNEL)
    assert.ok(reply.text?.includes(name), reply.text)
  }
  client.addPublication(`${IPC}?session-id=77|${start}`, 1)
  client.addExclusivePublication(`${IPC}?session-id=77`, 1)
  harness.run()
  const [ready, clash] = client.responses()
  assert.is(ready?.type, 'ON_PUBLICATION_READY')
  assert.is(harness.counter(ready?.counterId).get(), 2 * TERM_LENGTH + 64, 'limit at the start position')
  assert.is(clash?.errorCode, ErrorCode.INVALID_CHANNEL)
  assert.match(clash?.text ?? '', /session-id=77/)
})

test('what was published is still read when the publisher has gone', () => {
  const harness = new ConductorHarness()
  const client = harness.client()
  const publisher = new Publisher(harness, client)
  const image = subscribe(harness, client)
  const position = publisher.offer(10)
  client.removePublication(publisher.registrationId)
  harness.pass(3 * SECOND, [client])
  assert.equal(typesOf(client.responses()), ['ON_OPERATION_SUCCESS'])
  assert.is(publisher.log.endOfStreamPosition(), position)
  assert.is(harness.counter(publisher.ready.counterId).get(), position)
  const late = subscribe(harness, client)
  assert.is(harness.counter(late.counterId).get(), 0)
  harness.counter(image.counterId).set(position)
  harness.pass(2 * SECOND, [client])
  assert.equal(client.responses(), [])
  harness.counter(late.counterId).set(position)
  harness.pass(SECOND, [client])
  const unavailable = client.responses()
  assert.equal(unavailable, [image, late].map(({ subscriptionRegistrationId }) => ({
    type: 'ON_UNAVAILABLE_IMAGE', correlationId: publisher.registrationId, subscriptionRegistrationId, streamId: 1,
    text: IPC,
  })))
  harness.pass(2 * SECOND, [client])
  assert.is(harness.logs.regions.size, 0)
  assert.is(harness.systemCounters.get(SystemCounterId.BYTES_CURRENTLY_MAPPED), 0)
  assert.is(harness.liveCounters(), 46 + 1)
})

test('a draining publication takes no subscription when all is read, and is not shared', () => {
  const harness = new ConductorHarness()
  const client = harness.client()
  const publisher = new Publisher(harness, client)
  client.removePublication(publisher.registrationId)
  client.addSubscription(IPC, 1)
  const again = client.addPublication(IPC, 1)
  harness.run()
  const responses = client.responses()
  assert.equal(typesOf(responses), [
    'ON_OPERATION_SUCCESS', 'ON_SUBSCRIPTION_READY', 'ON_PUBLICATION_READY', 'ON_AVAILABLE_IMAGE',
  ])
  assert.is(only(responses, 'ON_PUBLICATION_READY').registrationId, again)
})

test('a revoked publication ends at once, for those who share it, too', () => {
  const harness = new ConductorHarness()
  const client = harness.client()
  const other = harness.client()
  const publisher = new Publisher(harness, client)
  const shared = other.addPublication(IPC, 1)
  harness.run()
  client.responses()
  const image = subscribe(harness, client)
  const position = publisher.offer(10)
  client.removePublication(publisher.registrationId, true)
  harness.run()
  client.responses()
  assert.ok(publisher.log.isPublicationRevoked())
  harness.pass(SECOND, [client, other])
  const unavailable = only(client.responses(), 'ON_UNAVAILABLE_IMAGE')
  assert.is(unavailable.subscriptionRegistrationId, image.subscriptionRegistrationId)
  assert.is(publisher.log.endOfStreamPosition(), position)
  assert.not.ok(publisher.log.isConnected())
  assert.is(harness.systemCounters.get(SystemCounterId.PUBLICATIONS_REVOKED), 1)
  harness.pass(5 * SECOND, [client, other])
  assert.is(harness.logs.regions.size, 1, 'it is there until all have removed it')
  other.removePublication(shared)
  harness.pass(2 * SECOND, [client, other])
  assert.is(harness.logs.regions.size, 0)
  assert.equal(harness.labelsOf(CounterType.SUBSCRIBER_POSITION), [])
})

test('a rejected stream is lost for all subscribers, and can be joined again when it has cooled down', () => {
  const harness = new ConductorHarness()
  const client = harness.client()
  const publisher = new Publisher(harness, client)
  const image = subscribe(harness, client)
  const reason = 'not what was asked for'
  const correlationId = client.rejectImage(publisher.registrationId, reason)
  harness.run()
  const [error, unavailable, success] = client.responses()
  assert.equal(error, {
    type: 'ON_PUBLICATION_ERROR', correlationId: publisher.registrationId, sessionId: publisher.ready.sessionId,
    streamId: 1, receiverId: -1n, groupTag: -1n, source: [1, 0, 127, 0, 0, 1, ...new Array<number>(12).fill(0)],
    errorCode: ErrorCode.IMAGE_REJECTED, text: reason,
  })
  assert.is(unavailable?.subscriptionRegistrationId, image.subscriptionRegistrationId)
  assert.equal(success, { type: 'ON_OPERATION_SUCCESS', correlationId })
  assert.is(harness.systemCounters.get(SystemCounterId.IMAGES_REJECTED), 1)
  assert.not.ok(publisher.log.isConnected())
  assert.equal(harness.labelsOf(CounterType.SUBSCRIBER_POSITION), [])

  const late = client.addSubscription(IPC, 1)
  harness.run()
  assert.equal(typesOf(client.responses()), ['ON_SUBSCRIPTION_READY'])
  harness.pass(9 * SECOND, [client])
  client.rejectImage(publisher.registrationId, reason)
  harness.pass(9 * SECOND, [client])
  assert.not.ok(client.responses().some(({ type }) => type === 'ON_AVAILABLE_IMAGE'), 'cools down again')
  harness.pass(3 * SECOND, [client])
  const available = client.responses()
  assert.equal(available.map((r) => r.subscriptionRegistrationId), [image.subscriptionRegistrationId, late])
  assert.ok(publisher.log.isConnected())
})

test('a publisher that died within a claim is unblocked after the timeout, not before', () => {
  const harness = new ConductorHarness()
  const client = harness.client()
  const publisher = new Publisher(harness, client)
  const position = harness.counter(subscribe(harness, client).counterId)
  publisher.offer(2)
  position.set(2 * FRAME_LENGTH)
  harness.run()
  // A claim that is never completed, and a message of somebody else behind it.
  const term = publisher.log.terms[0]
  publisher.offer(2)
  term.bytes.fill(0, 2 * FRAME_LENGTH, 3 * FRAME_LENGTH)
  harness.pass(15 * SECOND, [client])
  assert.is(harness.systemCounters.get(SystemCounterId.UNBLOCKED_PUBLICATIONS), 0)
  harness.pass(3 * SECOND, [client])
  assert.is(harness.systemCounters.get(SystemCounterId.UNBLOCKED_PUBLICATIONS), 1)
  assert.is(term.loadInt32(2 * FRAME_LENGTH), FRAME_LENGTH)
  position.set(4 * FRAME_LENGTH)
  harness.pass(20 * SECOND, [client])
  assert.is(harness.systemCounters.get(SystemCounterId.UNBLOCKED_PUBLICATIONS), 1)
})

test('an exclusive publisher that died within a claim does not keep its stream from ending', () => {
  const harness = new ConductorHarness()
  const client = harness.client()
  const registrationId = client.addExclusivePublication(IPC, 1)
  harness.run()
  const log = harness.log(only(client.responses(), 'ON_EXCLUSIVE_PUBLICATION_READY'))
  const position = harness.counter(subscribe(harness, client).counterId)
  log.setTailOffset(0, FRAME_LENGTH)
  log.terms[0].storeInt32(0, -MESSAGE_LENGTH)
  harness.pass(40 * SECOND, [client])
  assert.is(log.terms[0].loadInt32(0), -MESSAGE_LENGTH, 'as long as it is held it may still be completed')
  client.removePublication(registrationId)
  harness.pass(2 * SECOND, [client])
  assert.is(log.terms[0].loadInt32(0), MESSAGE_LENGTH)
  assert.is(harness.systemCounters.get(SystemCounterId.UNBLOCKED_PUBLICATIONS), 1)
  position.set(FRAME_LENGTH)
  harness.pass(2 * SECOND, [client])
  only(client.responses(), 'ON_UNAVAILABLE_IMAGE')
})

test('a client that died within a fragmented message does not keep its stream from ending', () => {
  for (const isExclusive of [true, false]) {
    const harness = new ConductorHarness()
    const client = harness.client()
    const doomed = harness.client()
    const add = isExclusive ? doomed.addExclusivePublication : doomed.addPublication
    add.call(doomed, IPC, 1)
    harness.run()
    const type = isExclusive ? 'ON_EXCLUSIVE_PUBLICATION_READY' : 'ON_PUBLICATION_READY'
    const log = harness.log(only(doomed.responses(), type))
    client.responses()
    const position = harness.counter(subscribe(harness, client).counterId)
    // Three fragments were claimed, and the first header was written.
    log.setTailOffset(0, 3 * FRAME_LENGTH)
    log.terms[0].storeInt32(0, -MESSAGE_LENGTH)
    harness.pass(20 * SECOND, [client])
    assert.is(log.terms[0].loadInt32(0), MESSAGE_LENGTH)
    position.set(FRAME_LENGTH)
    harness.pass(2 * SECOND, [client])
    assert.is(log.terms[0].loadInt32(FRAME_LENGTH), 2 * FRAME_LENGTH)
    position.set(3 * FRAME_LENGTH)
    harness.pass(2 * SECOND, [client])
    assert.ok(client.responses().some(({ type }) => type === 'ON_UNAVAILABLE_IMAGE'))
    assert.equal(harness.labelsOf(CounterType.PUBLISHER_LIMIT), [])
  }
})

test('positions that clients make up do no harm to others', () => {
  const harness = new ConductorHarness()
  const client = harness.client()
  const publisher = new Publisher(harness, client)
  const bad = harness.counter(subscribe(harness, client).counterId)
  const limit = harness.counter(publisher.ready.counterId)
  for (const position of [-1, -(2 ** 62), 2 ** 62, 31, 7 * TERM_LENGTH + 5, Number.MAX_SAFE_INTEGER]) {
    bad.set(position)
    harness.pass(SECOND, [client])
    assert.ok(limit.get() <= publisher.log.producerPosition() + WINDOW)
    publisher.offer(3)
    harness.run()
    assert.is(limit.get() % 32, 0)
    const late = subscribe(harness, client)
    const joined = harness.counter(late.counterId).get()
    assert.ok(joined >= 0 && joined <= publisher.log.producerPosition() && joined % 32 === 0, `joined at ${joined}`)
    client.removeSubscription(late.subscriptionRegistrationId ?? 0)
    harness.run()
    client.responses()
  }
  assert.equal(harness.errors(), [])
})

test('a position that goes back does not let others begin in what is clean already', () => {
  const harness = new ConductorHarness()
  const client = harness.client()
  const publisher = new Publisher(harness, client)
  const bad = harness.counter(subscribe(harness, client).counterId)
  const position = publisher.offer()
  bad.set(position)
  harness.run()
  bad.set(0)
  harness.run()
  const late = subscribe(harness, client)
  assert.is(harness.counter(late.counterId).get(), position)
})

test('a log that its publisher writes nonsense to concerns that publication alone', () => {
  const harness = new ConductorHarness()
  const client = harness.client()
  const publisher = new Publisher(harness, client)
  const other = new Publisher(harness, client, IPC, 2)
  subscribe(harness, client)
  for (let word = 0; word < 7; word++) {
    for (const value of [-1n, -(2n ** 63n), 2n ** 63n - 1n, 0x7fff_ffff_0000_0000n]) {
      if (word < 3) publisher.log.metadata.storeBigInt64(8 * word, value)
      else publisher.log.setActiveTermCount(Number(BigInt.asIntN(32, value >> BigInt(8 * word - 24))))
      harness.pass(17 * SECOND, [client])
    }
  }
  client.addSubscription(IPC, 2)
  harness.run()
  only(client.responses(), 'ON_AVAILABLE_IMAGE')
  assert.ok(other.offer(3) > 0)
  client.removePublication(publisher.registrationId)
  harness.pass(5 * SECOND, [client])
  only(client.responses(), 'ON_OPERATION_SUCCESS')
})

test('a log that cannot be made is answered, and one that cannot be freed is tried again', () => {
  const harness = new ConductorHarness()
  const client = harness.client()
  client.addCounter(1, [], '')
  harness.run()
  const before = harness.liveCounters()
  client.responses()
  harness.logs.isFull = true
  client.addPublication(IPC, 1)
  harness.run()
  assert.is(only(client.responses(), 'ON_ERROR').errorCode, ErrorCode.STORAGE_SPACE)
  assert.is(harness.liveCounters(), before)
  harness.logs.isFull = false
  const publisher = new Publisher(harness, client)
  assert.is(harness.systemCounters.get(SystemCounterId.BYTES_CURRENTLY_MAPPED), harness.logLength(TERM_LENGTH))
  harness.logs.isFreeing = false
  client.removePublication(publisher.registrationId)
  harness.pass(3 * SECOND, [client])
  const fails = harness.systemCounters.get(SystemCounterId.FREE_FAILS)
  assert.ok(fails > 0)
  assert.is(harness.logs.regions.size, 1)
  harness.logs.isFreeing = true
  harness.run()
  assert.is(harness.logs.regions.size, 0)
  assert.is(harness.systemCounters.get(SystemCounterId.FREE_FAILS), fails)
  assert.is(harness.systemCounters.get(SystemCounterId.BYTES_CURRENTLY_MAPPED), 0)
})

test.run()
