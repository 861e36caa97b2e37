/** Conversations captured between real drivers, held again by two of ours: the same bytes at the same times. */
import * as assert from 'uvu/assert'
import { DirectBuffer } from '../../../codegen/runtime/index.ts'
import { ADMIN_ACTION } from '../../../client/log/offer-result.ts'
import type { ExclusivePublication } from '../../../client/exclusive-publication.ts'
import type { Subscription } from '../../../client/subscription.ts'
import {
  DataHeaderMeta,
  NakMeta,
  SetupDecoder,
  SetupMeta,
  StatusMessageMeta,
} from '../../../schemas/generated/aeron.wire/index.ts'
import { bytesOf, countFrames, frameOf, readConversation } from '../../support/captured-conversations.ts'
import type { Conversation, Frame } from '../../support/captured-conversations.ts'
import { Random } from '../../support/random.ts'
import { suite } from '../../support/suite.ts'
import { withVectors } from '../../support/vectors.ts'
import { VirtualWorld } from '../../support/virtual-world.ts'

const test = suite('golden conversations, whole drivers')
const testWithVectors = withVectors(test)

const MS = 1e6
const SECOND = 1e9
const STREAM_ID = 1001
const PORT = 20121

/** The other driver is not on a virtual clock. */
const TOLERANCE_NS = 2 * MS

/** Flags of status messages, heartbeats and data. */
const END_OF_STREAM = 0x40
const END_OF_STREAM_DATA = 0xe0
const REVOKED = 0xf0
const BEGIN = 0x80

const MTU = 1408

/** Messages of 100 bytes in the first receiver window, and in a term of 64 KiB. */
const FIRST_WINDOW_MESSAGES = 204
const FIRST_TERM_MESSAGES = 409

/** A captured stream between two drivers of ours. */
interface Stage {
  readonly world: VirtualWorld
  readonly publication: ExclusivePublication
  readonly subscription: Subscription
  /** Frames of ours so far. */
  readonly frames: readonly Frame[]
  /** Lets time go on until that long after the first status message. */
  at(timeNs: number): void
}

/**
 * Begins a captured stream.
 *
 * @param sinceTimerNs from a timer event of the conductors to the first status message
 */
async function begin({ frames: captured }: Conversation, sinceTimerNs: number): Promise<Stage> {
  const setup = bytesOf(captured[0]!)
  const field = (name: keyof typeof SetupMeta.fields): number => setup.getInt32(SetupMeta.fields[name].offset, true)
  assert.is(setup.byteLength, SetupDecoder.BLOCK_LENGTH)
  const world = new VirtualWorld(new Random('golden'))
  const frames: Frame[] = []
  world.tap((datagram) => void frames.push(frameOf(datagram, PORT)))
  const channel = `aeron:udp?endpoint=127.0.0.1:${PORT}`
  const publisher = world.addClient(world.addDriver())
  const subscriber = world.addClient(world.addDriver())
  const timerNs = world.nowNs
  const subscription = await world.settle(subscriber.addSubscription(channel, STREAM_ID))
  world.run(timerNs + SECOND + sinceTimerNs - world.nowNs)
  const position = `init-term-id=${field('initialTermId')}|term-id=${field('activeTermId')}|term-offset=0`
  const publication = await world.settle(publisher.addExclusivePublication(
    `${channel}|term-length=${field('termLength')}|mtu=${field('mtu')}|session-id=${field('sessionId')}|${position}`,
    STREAM_ID,
  ))
  world.runUntil('the first status message', () => frames.some(({ kind }) => kind === 'SM'))
  const zeroNs = firstStatus(frames).timeNs
  const at = (timeNs: number): void => {
    assert.ok(zeroNs + timeNs >= world.nowNs, 'it is later than that')
    world.run(zeroNs + timeNs - world.nowNs)
  }
  return { world, publication, subscription, frames, at }
}

function firstStatus(frames: readonly Frame[]): Frame {
  return frames.find(({ kind }) => kind === 'SM')!
}

/** What only chance decides: the receiver's id. */
function receiverIdOf(frames: readonly Frame[]): string {
  const start = 2 * StatusMessageMeta.fields.receiverId.offset
  return firstStatus(frames).hex.slice(start, start + 16)
}

/** Checks that each of the captured frames has one of ours: the same bytes, and, when wanted, the same time. */
function checkFrames(captured: readonly Frame[], ours: readonly Frame[], all: Conversation, isTimed: boolean): void {
  const [theirId, ourId] = [receiverIdOf(all.frames), receiverIdOf(ours)]
  const skewNs = firstStatus(ours).timeNs - firstStatus(all.frames).timeNs
  const left = new Set(ours)
  for (const frame of captured) {
    const hex = frame.hex.replace(theirId, ourId)
    const isSame = (our: Frame): boolean =>
      our.isToReceiver === frame.isToReceiver && our.length === frame.length && our.hex.startsWith(hex)
    // What comes before the first status message has no common time.
    const isThen = (our: Frame): boolean =>
      !isTimed || frame.kind === 'SETUP' || Math.abs(our.timeNs - skewNs - frame.timeNs) <= TOLERANCE_NS
    const match = [...left].find((our) => isSame(our) && isThen(our))
    if (match === undefined) {
      const times = ours.filter(isSame).map(({ timeNs }) => ((timeNs - skewNs) / SECOND).toFixed(4))
      const where = times.length === 0 ? 'not there' : `there at ${times.slice(0, 20).join(', ')}`
      throw new Error(`${frame.kind} of ${(frame.timeNs / SECOND).toFixed(4)} is ${where}: ${frame.hex.slice(0, 90)}`)
    }
    left.delete(match)
  }
}

function checkCounts({ counts }: Conversation, ours: readonly Frame[]): void {
  assert.equal(Object.fromEntries([...countFrames(ours)].sort()), Object.fromEntries([...counts].sort()))
}

function capturedTime({ frames }: Conversation, isIt: (frame: Frame) => boolean): number {
  return frames.find(isIt)!.timeNs - firstStatus(frames).timeNs
}

function publish(publication: ExclusivePublication, message: Uint8Array): void {
  assert.ok(publication.offer(message) > 0, 'an offer was not accepted')
}

testWithVectors('a clean session, from SETUP to the last status message', async () => {
  const conversation = readConversation(1)
  const [first, second] = conversation.frames.filter(({ kind }) => kind === 'DATA')
  const zeroNs = firstStatus(conversation.frames).timeNs
  const stage = await begin(conversation, 384 * MS)
  const { world, publication, subscription, frames } = stage
  world.addTask(() => subscription.poll(() => undefined, 10))
  stage.at(first!.timeNs - zeroNs)
  publish(publication, new TextEncoder().encode('Hello World! 1'))
  // A heartbeat is due at that moment; there it came before the message.
  stage.at(second!.timeNs - zeroNs + 0.2 * MS)
  publish(publication, new TextEncoder().encode('Hello World! 2'))
  stage.at(capturedTime(conversation, ({ flags }) => flags === END_OF_STREAM_DATA) - 20 * MS)
  publication.close()
  world.run(15 * SECOND)
  checkFrames(conversation.frames, frames, conversation, true)
  checkCounts(conversation, frames)
})

testWithVectors('an image that its subscriber rejects', async () => {
  const conversation = readConversation(5)
  const stage = await begin(conversation, 384 * MS)
  const { world, publication, subscription, frames } = stage
  world.addTask(() => subscription.poll(() => undefined, 10))
  stage.at(capturedTime(conversation, ({ kind }) => kind === 'DATA'))
  const message = new Uint8Array(40)
  message.set(new TextEncoder().encode('golden'))
  publish(publication, message)
  stage.at(100 * MS)
  await world.settle(subscription.images[0]!.reject('No longer valid'))
  stage.at(capturedTime(conversation, ({ flags }) => flags === END_OF_STREAM_DATA) - 20 * MS)
  publication.close()
  // There the processes ended then.
  stage.at(7.65 * SECOND)
  checkFrames(conversation.frames, frames, conversation, true)
  checkCounts(conversation, frames)
})

testWithVectors('a publication that is revoked', async () => {
  const conversation = readConversation(6)
  const stage = await begin(conversation, 500 * MS)
  const { world, publication, subscription, frames } = stage
  world.addTask(() => subscription.poll(() => undefined, 10))
  stage.at(capturedTime(conversation, ({ kind }) => kind === 'DATA'))
  const message = new Uint8Array(40)
  message.set(new TextEncoder().encode('golden'))
  publish(publication, message)
  stage.at(capturedTime(conversation, ({ flags }) => flags === REVOKED) - 20 * MS)
  publication.revoke()
  world.run(15 * SECOND)
  const statuses = conversation.frames.filter(({ kind }) => kind === 'SM')
  checkFrames(conversation.frames.filter((frame) => frame !== statuses.at(-1)), frames, conversation, true)
  // There the publication lingers for 5 s. Our receiver says that it has seen the end, and so that is over earlier.
  const counts = countFrames(frames)
  assert.is(counts.get('SM 0x40'), 5)
  assert.ok((counts.get('HEARTBEAT 0xf0') ?? 0) < conversation.counts.get('HEARTBEAT 0xf0')!)
  for (const key of ['SETUP 0x0', 'DATA 0xc0', 'HEARTBEAT 0xc0', 'HEARTBEAT 0xe0']) {
    assert.is(counts.get(key), conversation.counts.get(key), key)
  }
})

testWithVectors('loss, NAKs, retransmits, padding and fragments', async () => {
  const conversation = readConversation(2)
  const stage = await begin(conversation, 100 * MS)
  const { world, publication, subscription, frames } = stage
  const lost = new Set(conversation.frames.filter(({ kind }) => kind === 'NAK').map(rangeOfNak))
  world.network.isLost = ({ bytes, destination }) => destination.port === PORT && lost.delete(rangeOfData(bytes))
  const received: number[] = []
  let isReading = false
  world.addTask(() => {
    if (!isReading) return 0
    return subscription.poll((buffer, offset, _length, { flags }) => {
      if ((flags & BEGIN) !== 0) received.push(buffer.view.getInt32(offset, true))
    }, 1000)
  })
  const quiet = (): void => {
    isReading = false
    world.run(MS)
    isReading = true
    world.run(MS)
  }
  const message = new DirectBuffer(new ArrayBuffer(4000))
  const send = (from: number, to: number, length: number): void => {
    for (let number = from; number < to;) {
      message.view.setInt32(0, number, true)
      const result = publication.offer(message, 0, length)
      if (result > 0) number++
      else if (result !== ADMIN_ACTION) quiet()
    }
    quiet()
  }
  send(0, FIRST_WINDOW_MESSAGES, 100)
  send(FIRST_WINDOW_MESSAGES, FIRST_TERM_MESSAGES, 100)
  send(FIRST_TERM_MESSAGES, 5000, 100)
  stage.at(capturedTime(conversation, ({ length }) => length === MTU))
  send(0, 20, 4000)
  stage.at(capturedTime(conversation, ({ flags }) => flags === END_OF_STREAM_DATA) - 20 * MS)
  publication.close()
  world.run(15 * SECOND)

  assert.equal(received, [...range(5000), ...range(20)])
  assert.is(lost.size, 0)
  // When the subscriber reads decides what its status messages say, until the stream ends.
  const isBound = ({ kind, flags }: Frame): boolean => kind !== 'SM' || flags === END_OF_STREAM
  checkFrames(conversation.frames.filter(isBound), frames, conversation, false)
  const ends = frames.filter(({ kind, flags }) => kind === 'SM' && flags === END_OF_STREAM)
  assert.is(ends.length, conversation.counts.get('SM 0x40'))
  for (let i = 1; i < ends.length; i++) {
    assert.ok(Math.abs(ends[i]!.timeNs - ends[i - 1]!.timeNs - 200 * MS) < TOLERANCE_NS, 'every 200 ms')
  }
  assert.is(countFrames(frames).get('NAK 0x0'), 3)
})

function range(count: number): number[] {
  return [...new Array(count).keys()]
}

function rangeOfNak(frame: Frame): string {
  const { termId, termOffset, length } = NakMeta.fields
  const nak = bytesOf(frame)
  return [termId, termOffset, length].map(({ offset }) => nak.getInt32(offset, true)).join()
}

function rangeOfData(bytes: Uint8Array): string {
  const { termId, termOffset } = DataHeaderMeta.fields
  const { view } = new DirectBuffer(bytes)
  return [view.getInt32(termId.offset, true), view.getInt32(termOffset.offset, true), bytes.length].join()
}

test.run()
