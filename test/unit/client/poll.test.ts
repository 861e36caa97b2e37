import * as assert from 'uvu/assert'
import type { Image } from '../../../client/image.ts'
import { ControlledAction } from '../../../client/memory/controlled-action.ts'
import type { GodwitError } from '../../../codegen/runtime/index.ts'
import { MTU_LENGTH, TERM_LENGTH, closeClients } from '../../support/fake-driver.ts'
import { suite } from '../../support/suite.ts'
import { rejection } from './rejection.ts'
import type { Feed, Subscribed } from './subscribed.ts'
import { subscribed } from './subscribed.ts'

const test = suite('client/poll')
const FRAME = 64

async function one(): Promise<Subscribed & { readonly image: Image; readonly feed: Feed }> {
  const all = await subscribed(1)
  return { ...all, image: all.images[0]!, feed: all.feeds[0]! }
}

test('fragments are delivered up to the limit, and the position is published behind them', async () => {
  const { subscription, image, feed } = await one()
  for (const length of [1, 2, 3]) feed.send(length)
  const seen: number[] = []
  const count = subscription.poll((buffer, offset, length, header) => {
    seen.push(length, buffer.bytes[offset]!, header.position)
    assert.is(header.context, image)
  }, 2)
  assert.is(count, 2)
  assert.equal(seen, [1, 1, FRAME, 2, 2, 2 * FRAME])
  assert.is(feed.consumed, 2 * FRAME)
  assert.is(image.position, 2 * FRAME)
  assert.is(subscription.poll(() => undefined, 10), 1)
  assert.is(subscription.poll(() => undefined, 10), 0)
  assert.is(feed.consumed, 3 * FRAME)
})

test('images are polled in turn, the first one changes, and the limit is for all together', async () => {
  const { subscription, feeds } = await subscribed(3)
  for (const feed of feeds) for (let i = 0; i < 10; i++) feed.send(8)
  const order: number[] = []
  for (let i = 0; i < 4; i++) {
    subscription.poll((_buffer, _offset, _length, header) => order.push(feeds.findIndex(({ fake }) =>
      fake.id === header.sessionId)), 1)
  }
  assert.equal(order, [0, 1, 2, 0])
  assert.is(subscription.poll(() => undefined, 100), 26)
  const again = [0, 0, 0]
  for (const feed of feeds) for (let i = 0; i < 10; i++) feed.send(8)
  for (let i = 0; i < 3; i++) {
    subscription.controlledPoll((_buffer, _offset, _length, header) => {
      again[feeds.findIndex(({ fake }) => fake.id === header.sessionId)]!++
      return ControlledAction.CONTINUE
    }, 4)
  }
  assert.equal(again, [4, 4, 4])
})

test('one poll reads within one term only, and the next one goes on in the next term', async () => {
  const { subscription, feed } = await one()
  const count = TERM_LENGTH / FRAME
  // Each term is filled but for its first frame, which lies there already, and the next one is begun.
  feed.send(8)
  for (let term = 1; term <= 5; term++) {
    for (let i = 0; i < count; i++) feed.send(8)
    assert.is(subscription.poll(() => undefined, 10 * count), count)
    assert.is(feed.consumed, term * TERM_LENGTH)
    // As a driver does behind consumers.
    feed.fake.log.terms[(term - 1) % 3]!.bytes.fill(0)
  }
  assert.is(subscription.poll(() => undefined, 10 * count), 1)
})

test('padding is skipped and does not count', async () => {
  const { subscription, feed } = await one()
  feed.send(8)
  feed.appender.appendPadding(100)
  feed.send(8)
  assert.is(subscription.poll(() => undefined, 2), 2)
  assert.is(feed.consumed, feed.appender.position())
})

test('what a handler throws is thrown on without an error handler, and the fragment counts', async () => {
  const { subscription, feed } = await one()
  feed.send(1)
  feed.send(2)
  const failing = (): never => {
    throw new Error('mine')
  }
  assert.throws(() => subscription.poll(failing, 10), 'mine')
  assert.is(feed.consumed, FRAME)
  assert.throws(() => subscription.controlledPoll(failing, 10), 'mine')
  assert.is(feed.consumed, 2 * FRAME)
  feed.send(3)
  assert.throws(() => subscription.blockPoll(failing, 1000), 'mine')
  assert.is(feed.consumed, 3 * FRAME)
})

test('what a handler throws goes to the error handler, and the fragment counts', async () => {
  const errors: unknown[] = []
  const { subscription, feeds } = await subscribed(1, { errorHandler: (error) => errors.push(error) })
  feeds[0]!.send(1)
  feeds[0]!.send(2)
  const count = subscription.poll(() => {
    throw new Error('mine')
  }, 10)
  assert.is(count, 1)
  assert.is(errors.length, 1)
  assert.is(subscription.poll(() => undefined, 10), 1)
})

test('an image that closes while its handler runs delivers no more, and stores no position', async () => {
  const { driver, subscription, image, feed } = await one()
  for (let i = 0; i < 5; i++) feed.send(8)
  let count = 0
  subscription.poll(() => {
    count++
    driver.removeImage(feed.fake.id, subscription.registrationId)
    driver.advanceMs(20)
  }, 10)
  assert.is(count, 1)
  assert.ok(image.isClosed)
  assert.is(feed.consumed, 0)
  assert.is(image.poll(() => undefined, 10), 0)
  assert.is(image.controlledPoll(() => ControlledAction.CONTINUE, 10), 0)
  assert.is(image.blockPoll(() => undefined, 10_000), 0)
  assert.is(image.peek(0, () => ControlledAction.CONTINUE, 10_000), 0)
  assert.is(image.activeTransportCount, 0)
  assert.not.ok(image.isEndOfStream)
})

test('closing the subscription in its handler ends the poll', async () => {
  const { subscription, feeds } = await subscribed(2)
  for (const feed of feeds) for (let i = 0; i < 5; i++) feed.send(8)
  const count = subscription.poll(() => subscription.close(), 10)
  assert.is(count, 1)
})

test('a handler must not poll its own image', async () => {
  const { subscription, feed } = await one()
  feed.send(8)
  let error: GodwitError | undefined
  subscription.poll(() => {
    try {
      subscription.poll(() => undefined, 1)
    } catch (thrown) {
      error = thrown as GodwitError
    }
  }, 1)
  assert.is(error?.code, 'ERR_GODWIT_REENTRANT')
  assert.is(feed.consumed, FRAME)
})

test('controlled: abort leaves, break stops behind, commit publishes now, continue goes on', async () => {
  const { image, feed } = await one()
  for (let i = 1; i <= 5; i++) feed.send(i)
  assert.is(image.controlledPoll(() => ControlledAction.ABORT, 10), 0)
  assert.is(feed.consumed, 0)
  assert.is(image.controlledPoll(() => ControlledAction.BREAK, 10), 1)
  assert.is(feed.consumed, FRAME)
  const positions: number[] = []
  const count = image.controlledPoll((_buffer, _offset, length) => {
    positions.push(feed.consumed)
    if (length === 5) return ControlledAction.ABORT
    return length === 2 ? ControlledAction.COMMIT : ControlledAction.CONTINUE
  }, 10)
  assert.is(count, 3)
  assert.equal(positions, [FRAME, 2 * FRAME, 2 * FRAME, 2 * FRAME])
  assert.is(feed.consumed, 4 * FRAME)
})

test('controlled: commit of the last frame of a term, then on in the next term', async () => {
  const { image, feed } = await one()
  const count = TERM_LENGTH / FRAME
  for (let i = 0; i < count; i++) feed.send(8)
  assert.is(image.controlledPoll(() => ControlledAction.COMMIT, 2 * count), count)
  assert.is(feed.consumed, TERM_LENGTH)
  assert.is(image.position, TERM_LENGTH)
  feed.send(9)
  const lengths: number[] = []
  image.controlledPoll((_buffer, _offset, length) => {
    lengths.push(length)
    return ControlledAction.COMMIT
  }, 10)
  assert.equal(lengths, [9])
  assert.is(feed.consumed, TERM_LENGTH + FRAME)
})

test('bounded polls stop at the position', async () => {
  const { image, feed } = await one()
  for (let i = 1; i <= 5; i++) feed.send(i)
  assert.is(image.boundedPoll(() => undefined, 2 * FRAME, 10), 2)
  assert.is(image.boundedPoll(() => undefined, 2 * FRAME, 10), 0)
  assert.is(image.boundedPoll(() => undefined, 0, 10), 0)
  assert.is(image.boundedControlledPoll(() => ControlledAction.CONTINUE, 3 * FRAME + 1, 10), 2)
  assert.is(feed.consumed, 4 * FRAME)
  assert.is(image.boundedPoll(() => undefined, Infinity, 10), 1)
})

test('blocks hold whole frames, padding alone, at most the limit', async () => {
  const { image, feed, subscription } = await one()
  feed.send(8)
  feed.send(8)
  feed.appender.appendPadding(8)
  feed.send(8)
  const blocks: number[][] = []
  const poll = (limit: number): number =>
    image.blockPoll((_buffer, offset, length, sessionId, termId) => {
      assert.is(sessionId, image.sessionId)
      blocks.push([offset, length, termId])
    }, limit)
  assert.is(poll(FRAME - 1), 0)
  assert.is(poll(2 * FRAME - 1), FRAME)
  assert.is(poll(2 ** 31), FRAME)
  assert.is(poll(2 ** 31), FRAME)
  assert.is(subscription.blockPoll((_buffer, offset, length, _sessionId, termId) => {
    blocks.push([offset, length, termId])
  }, 2 ** 31), FRAME)
  assert.equal(blocks, [[0, FRAME, 7], [FRAME, FRAME, 7], [2 * FRAME, FRAME, 7], [3 * FRAME, FRAME, 7]])
  assert.is(feed.consumed, 4 * FRAME)
})

test('peeking consumes nothing and says where whole messages end', async () => {
  const { image, feed } = await one()
  feed.send(8)
  feed.send(MTU_LENGTH)
  const end = feed.appender.position()
  let count = 0
  const go = (): ControlledAction => {
    count++
    return ControlledAction.CONTINUE
  }
  assert.is(image.peek(0, go, Infinity), end)
  assert.is(count, 3)
  assert.is(feed.consumed, 0)
  assert.is(image.peek(0, go, FRAME + 1), FRAME)
  assert.is(image.peek(FRAME, () => ControlledAction.BREAK, Infinity), FRAME)
  assert.is(image.peek(0, () => ControlledAction.ABORT, Infinity), 0)
  assert.is(image.peek(0, () => ControlledAction.BREAK, Infinity), FRAME)
  for (const position of [-FRAME, 8, 2 * TERM_LENGTH]) {
    assert.is((await rejection(() => image.peek(position, go, Infinity))).code, 'ERR_GODWIT_ARGUMENT')
  }
  assert.is(image.poll(() => undefined, 10), 3)
})

test('an image that joins in the middle of a stream reads from there', async () => {
  const termId = 12
  const position = 5 * TERM_LENGTH + 128
  const { images, feeds } = await subscribed(1, {}, { termId, termOffset: 128 }, position)
  assert.is(images[0]!.joinPosition, position)
  feeds[0]!.send(8)
  assert.is(images[0]!.poll((_buffer, _offset, _length, header) => assert.is(header.termId, termId), 10), 1)
  assert.is(images[0]!.position, position + FRAME)
})

test('the end of a stream is seen when everything was consumed', async () => {
  const { image, feed } = await one()
  feed.send(8)
  assert.not.ok(image.isEndOfStream)
  feed.fake.log.setEndOfStreamPosition(FRAME)
  assert.not.ok(image.isEndOfStream)
  image.poll(() => undefined, 1)
  assert.ok(image.isEndOfStream)
  feed.fake.log.setPublicationRevoked()
  assert.ok(image.isPublicationRevoked)
})

test('a frame with an impossible length is an error, not a loop', async () => {
  const { subscription, feed } = await one()
  feed.send(8)
  feed.fake.log.terms[0].storeInt32(0, 2 ** 30)
  assert.is((await rejection(() => subscription.poll(() => undefined, 1))).code, 'ERR_GODWIT_LOG_CORRUPT')
})

test.after(closeClients)

test.run()
