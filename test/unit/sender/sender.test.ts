import * as assert from 'uvu/assert'
import { GodwitError } from '../../../codegen/runtime/index.ts'
import { COMMAND_QUEUE_CAPACITY } from '../../../driver/core/command-queue.ts'
import { SystemCounterId } from '../../../schemas/generated/aeron.memory/index.ts'
import { suite } from '../../support/suite.ts'
import { LOCAL } from './fake-media.ts'
import { STREAM, nakFrame, statusMessage } from './receiver-frames.ts'
import { ENDPOINT, MS, SenderHarness, offer } from './sender-harness.ts'
import type { TestPublication } from './sender-harness.ts'

const test = suite('sender')

const OPTIONS = { local: LOCAL, sendBufferLength: 0, receiveBufferLength: 0 }

function start(): SenderHarness {
  const harness = new SenderHarness()
  harness.openEndpoint()
  harness.replies()
  return harness
}

function addConnected(harness: SenderHarness, sessionId: number): TestPublication {
  const publication = harness.addPublication({ sessionId })
  harness.deliver(statusMessage({ sessionId }))
  harness.work()
  harness.transport.take()
  return publication
}

function sessionOf(frame: Uint8Array): number {
  return new DataView(frame.buffer, frame.byteOffset).getInt32(12, true)
}

test('an endpoint is opened and closed on command, and tells the conductor', () => {
  const harness = new SenderHarness()
  harness.openEndpoint()
  assert.equal(harness.replies(), [
    {
      type: 'endpointOpened',
      endpointId: ENDPOINT,
      localAddress: LOCAL,
      sendBufferLength: 212_992,
      receiveBufferLength: 212_992,
    },
  ])
  harness.commands.offer({ type: 'removeSendEndpoint', endpointId: ENDPOINT })
  assert.is(harness.work(), 1)
  assert.equal(harness.replies(), [{ type: 'endpointClosed', endpointId: ENDPOINT }])
  assert.is(harness.transport.isClosed, true)
})

test('an endpoint that cannot be opened is told and forgotten, and a publication of it can be removed', () => {
  const harness = new SenderHarness()
  harness.media.openError = new GodwitError('ERR_GODWIT_MEDIA', 'address in use')
  harness.openEndpoint()
  assert.equal(harness.replies(), [{ type: 'endpointFailed', endpointId: ENDPOINT, message: 'address in use' }])
  const { registrationId } = harness.addPublication()
  const message = `publication ${registrationId}: its send endpoint does not exist`
  assert.equal(harness.replies(), [{ type: 'error', errorCode: 11, message }])
  assert.is(harness.workAfter(1000 * MS), 0)
  assert.is(harness.sender.nextDeadlineNs(), Infinity)
  assert.is(harness.count(SystemCounterId.SHORT_SENDS), 0)
  harness.commands.offer({ type: 'removePublication', registrationId })
  harness.commands.offer({ type: 'removeSendEndpoint', endpointId: ENDPOINT })
  harness.settle()
  assert.equal(harness.replies().map(({ type }) => type), ['publicationReleased', 'endpointClosed'])
})

test('publications wait for a socket that opens later', () => {
  const harness = new SenderHarness()
  harness.media.isDeferred = true
  harness.openEndpoint()
  harness.addPublication()
  assert.equal(harness.replies(), [])
  harness.media.complete()
  harness.work()
  assert.equal(harness.replies().map(({ type }) => type), ['endpointOpened'])
  assert.is(harness.transport.take().length, 1)
})

test('a socket that opens after its endpoint was removed, or the sender closed, is closed', () => {
  const harness = new SenderHarness()
  harness.media.isDeferred = true
  harness.openEndpoint()
  harness.commands.offer({ type: 'removeSendEndpoint', endpointId: ENDPOINT })
  harness.work()
  harness.openEndpoint(6)
  harness.sender.close()
  harness.media.complete()
  harness.work()
  assert.equal(harness.replies(), [{ type: 'endpointClosed', endpointId: ENDPOINT }])
  assert.equal(harness.media.transports.map(({ isClosed }) => isClosed), [true, true])
})

test('close closes the sockets', () => {
  const harness = start()
  harness.sender.close()
  assert.is(harness.transport.isClosed, true)
})

test('a removed publication neither sends nor hears, and its counters can be used for others', () => {
  const harness = start()
  const publication = addConnected(harness, 1)
  const other = addConnected(harness, 2)
  harness.commands.offer({ type: 'removePublication', registrationId: publication.registrationId })
  harness.settle()
  assert.equal(harness.replies(), [{ type: 'publicationReleased', registrationId: publication.registrationId }])
  publication.senderLimit.set(7)
  harness.deliver(statusMessage({ sessionId: 1, window: 96 }), nakFrame({ sessionId: 1 }))
  harness.advanceTo(harness.nowNs + 300 * MS)
  assert.is(publication.senderLimit.get(), 7)
  assert.is(harness.count(SystemCounterId.INVALID_PACKETS), 1, 'nobody knows what the NAK is about')
  assert.ok(harness.transport.take().every((frame) => sessionOf(frame) === 2))
  assert.is(other.senderLimit.get(), 32_768)
})

test('streams of one session are told apart', () => {
  const harness = start()
  const first = harness.addPublication({ sessionId: 1, streamId: STREAM })
  const second = harness.addPublication({ sessionId: 1, streamId: STREAM + 1 })
  harness.deliver(statusMessage({ sessionId: 1, streamId: STREAM + 1 }))
  assert.is(first.senderLimit.get(), 0)
  assert.is(second.senderLimit.get(), 32_768)
  harness.commands.offer({ type: 'removePublication', registrationId: first.registrationId })
  harness.settle()
  harness.deliver(statusMessage({ sessionId: 1, streamId: STREAM + 1, window: 32_000, termOffset: 1024 }))
  assert.is(second.senderLimit.get(), 33_024)
})

test('a publication without endpoint is reported and can be removed', () => {
  const harness = start()
  const { registrationId } = harness.addPublication({ endpointId: 77 })
  harness.commands.offer({ type: 'removePublication', registrationId })
  harness.settle()
  assert.equal(harness.replies(), [
    { type: 'error', errorCode: 11, message: `publication ${registrationId}: its send endpoint does not exist` },
    { type: 'publicationReleased', registrationId },
  ])
})

test('a publication whose log is not one is reported', () => {
  const harness = start()
  const { log } = harness.offerPublication()
  log.metadata.bytes.fill(0)
  harness.settle()
  const [reply] = harness.replies()
  assert.match(reply?.type === 'error' ? reply.message : '', /^publication 100: log buffer: term length 0/)
})

test('every publication has its turn to be the first, entry 0 as often as the others', () => {
  const harness = start()
  const publications = [1, 2, 3].map((sessionId) => addConnected(harness, sessionId))
  const first: number[] = []
  for (let cycle = 0; cycle < 9; cycle++) {
    for (const publication of publications) offer(publication, 10)
    harness.work()
    first.push(sessionOf(harness.transport.take()[0]!))
  }
  for (const sessionId of [1, 2, 3]) assert.is(first.filter((id) => id === sessionId).length, 3)
  for (let i = 3; i < first.length; i++) assert.is(first[i], first[i - 3])
})

test('control sockets are polled when nothing was sent, and else every 6th cycle', () => {
  const harness = start()
  const publication = addConnected(harness, 1)
  const { transport } = harness
  const calls = transport.pollCalls
  harness.work()
  harness.work()
  assert.is(transport.pollCalls, calls + 2)
  for (let cycle = 1; cycle <= 12; cycle++) {
    offer(publication, 10)
    harness.work()
    assert.is(transport.pollCalls, calls + 2 + Math.floor(cycle / 6), `cycle ${cycle}`)
  }
})

test('control sockets are polled half a status message timeout after the last time', () => {
  const harness = start()
  const publication = addConnected(harness, 1)
  harness.work()
  const calls = harness.transport.pollCalls
  offer(publication, 10)
  harness.workAfter(100 * MS)
  assert.is(harness.transport.pollCalls, calls)
  offer(publication, 10)
  harness.workAfter(1)
  assert.is(harness.transport.pollCalls, calls + 1)
})

test('control sockets are polled after a short send', () => {
  const harness = start()
  const publication = addConnected(harness, 1)
  harness.work()
  const calls = harness.transport.pollCalls
  offer(publication, 1000, 4)
  harness.transport.room = 1
  assert.is(harness.work(), 1056)
  assert.is(harness.transport.pollCalls, calls + 1)
})

test('work is commands, bytes sent and bytes received; an idle sender has none', () => {
  const harness = start()
  addConnected(harness, 1)
  assert.is(harness.work(), 0)
  assert.is(harness.workAfter(50 * MS), 0)
  harness.transport.deliver(statusMessage({ sessionId: 1 }))
  assert.is(harness.work(), 36)
  assert.is(harness.workAfter(51 * MS), 32)
  harness.commands.offer({ type: 'removePublication', registrationId: 5 })
  assert.is(harness.work(), 1)
})

test('one command is taken in a cycle', () => {
  const harness = start()
  for (let endpointId = 10; endpointId < 13; endpointId++) {
    harness.commands.offer({ type: 'addSendEndpoint', endpointId, options: OPTIONS })
  }
  assert.is(harness.work(), 1)
  assert.is(harness.media.transports.length, 2)
})

test('replies wait for room at the conductor, and commands for the replies', () => {
  const harness = start()
  const filler = { type: 'imageReleased', correlationId: 1 } as const
  while (harness.toConductor.remainingCapacity() > 0) harness.toConductor.offer(filler)
  harness.commands.offer({ type: 'removePublication', registrationId: 1 })
  harness.commands.offer({ type: 'removePublication', registrationId: 2 })
  assert.is(harness.work(), 1)
  assert.is(harness.work(), 0)
  assert.is(harness.sender.nextDeadlineNs(), harness.nowNs)
  assert.is(harness.replies().length, COMMAND_QUEUE_CAPACITY)
  harness.work()
  harness.work()
  assert.equal(harness.replies(), [1, 2].map((registrationId) => ({ type: 'publicationReleased', registrationId })))
  assert.is(harness.sender.nextDeadlineNs(), Infinity)
})

test('an error of one socket is reported once a second and stops nobody', () => {
  const harness = start()
  const broken = addConnected(harness, 1)
  harness.openEndpoint(6)
  const fine = harness.addPublication({ sessionId: 2, endpointId: 6 })
  const [brokenTransport, fineTransport] = harness.media.transports
  harness.replies()
  brokenTransport!.sendError = new GodwitError('ERR_GODWIT_MEDIA', 'operation not permitted')
  fineTransport!.deliver(statusMessage({ sessionId: 2 }))
  harness.work()
  for (let cycle = 0; cycle < 100; cycle++) {
    offer(broken, 10)
    offer(fine, 10)
    harness.workAfter(MS)
  }
  assert.is(fine.senderPosition.get(), 100 * 64)
  assert.is(broken.senderPosition.get(), 0)
  const message = 'send endpoint 127.0.0.1 port 37353: operation not permitted'
  const report = { type: 'error', errorCode: 4, message }
  assert.equal(harness.replies(), [report])
  brokenTransport!.sendError = undefined
  harness.settle()
  assert.is(broken.senderPosition.get(), 100 * 64)
  brokenTransport!.pollError = new GodwitError('ERR_GODWIT_MEDIA', 'operation not permitted')
  harness.workAfter(1000 * MS)
  for (let i = 0; i < 12; i++) harness.work()
  assert.equal(harness.replies(), [report])
})

test('receivers of a socket that fails time out all the same', () => {
  const harness = start()
  const publication = addConnected(harness, 1)
  harness.transport.sendError = new Error('gone')
  offer(publication, 10)
  harness.workAfter(harness.settings.publicationConnectionTimeoutNs)
  assert.is(publication.state.hasReceivers(), false)
})

test('cycles are measured from start to start', () => {
  const harness = start()
  for (const durationNs of [5, 100 * MS, 100 * MS + 1, 3]) harness.workAfter(durationNs)
  assert.is(harness.count(SystemCounterId.SENDER_MAX_CYCLE_TIME), 100 * MS + 1)
  assert.is(harness.count(SystemCounterId.SENDER_CYCLE_TIME_THRESHOLD_EXCEEDED), 1)
})

test('receivers are tracked up to a limit, those beyond have no effect', () => {
  const harness = start()
  const publication = addConnected(harness, 1)
  for (let i = 0n; i < 1100n; i++) {
    harness.deliver(statusMessage({ sessionId: 1, receiverId: 2n ** 62n + i, window: 64, termOffset: 32_736 }))
  }
  assert.is(harness.count(SystemCounterId.STATUS_MESSAGES_REJECTED), 1100 - 1023)
  assert.is(publication.senderLimit.get(), 32_800)
})

test.run()
