import * as assert from 'uvu/assert'
import { CLOSED } from '../../../client/index.ts'
import type { Image, PublicationErrorFrame } from '../../../client/index.ts'
import { ErrorCode } from '../../../schemas/generated/aeron.commands/index.ts'
import { suite } from '../../support/suite.ts'
import {
  LOOPBACK,
  World,
  bytesOf,
  connected,
  freeChannel,
  receive,
  rejection,
  resolved,
  send,
  until,
} from './harness.ts'

const test = suite('embedded/life')

let shared: World

test.before(async () => {
  shared = await World.launch()
})

test.after(() => shared.end())

/** With the driver that the tests share. */
async function within(body: (world: World) => Promise<void>): Promise<void> {
  try {
    await body(shared)
  } finally {
    await shared.closeClients()
  }
}

for (const channel of ['aeron:ipc', LOOPBACK]) {
  test(`${channel}: all that was offered arrives although the publication closes at once; then the stream ends`, () =>
    within(async (world) => {
      const [one, two] = [await world.connect(), await world.connect()]
      const { publication, subscription } = await connected(one, two, channel)
      const ends: boolean[] = []
      const image = subscription.imageAtIndex(0)!
      let count = 0
      while (publication.offer(bytesOf(`message ${count}`)) > 0) count++
      publication.close()
      assert.is(publication.offer(bytesOf('late')), CLOSED)
      assert.not(image.isEndOfStream)
      const texts: string[] = []
      await until('the end', () => {
        subscription.poll((buffer, offset, length) => {
          texts.push(Buffer.from(buffer.bytes.subarray(offset, offset + length)).toString())
        }, 10)
        ends.push(image.isEndOfStream)
        return image.isClosed
      })
      assert.equal(texts, Array.from({ length: count }, (_, i) => `message ${i}`))
      assert.ok(image.isEndOfStream && ends.includes(true))
      assert.is(image.endOfStreamPosition, image.position)
      assert.is(subscription.imageCount, 0)
    }))

  test(`${channel}: a publisher that comes again is a new image`, () =>
    within(async (world) => {
      const client = await world.connect()
      const images: Image[] = []
      const gone: Image[] = []
      const subscription = await client.addSubscription(channel, 1001, {
        onAvailableImage: (image) => images.push(image),
        onUnavailableImage: (image) => gone.push(image),
      })
      const target = await resolved(subscription)
      for (const text of ['first', 'second']) {
        const publication = await client.addExclusivePublication(target, 1001)
        await publication.waitForConnected({ timeoutMs: 5000 })
        await send(publication, bytesOf(text))
        assert.equal(await receive(subscription, 1), [text])
        publication.close()
        await until('its image to go', () => gone.length === images.length)
      }
      assert.is(images.length, 2)
      assert.equal(gone, images)
      assert.is.not(images[0]!.sessionId, images[1]!.sessionId)
    }))

  test(`${channel}: an image that is rejected goes, and the publisher is told why`, () =>
    within(async (world) => {
      const before = world.systemCounter('Images rejected')
      const frames: PublicationErrorFrame[] = []
      const others: PublicationErrorFrame[] = []
      const publisher = await world.connect({ publicationErrorHandler: (frame) => frames.push(frame) })
      const subscriber = await world.connect({ publicationErrorHandler: (frame) => others.push(frame) })
      const { publication, subscription } = await connected(publisher, subscriber, channel)
      const image = subscription.imageAtIndex(0)!
      await rejection(image.reject('ä'), 'ERR_GODWIT_ARGUMENT')
      await image.reject('not for us')
      await until('the image to go', () => image.isClosed)
      await rejection(image.reject('again'), 'ERR_GODWIT_CLOSED')
      await until('the news', () => frames.length > 0)
      const frame = frames[0]!
      assert.is(frame.errorCode, ErrorCode.IMAGE_REJECTED)
      assert.is(frame.text, 'not for us')
      assert.is(frame.registrationId, publication.registrationId)
      assert.is(frame.sessionId, publication.sessionId)
      assert.is(frame.streamId, 1001)
      assert.is(typeof frame.receiverId, 'bigint')
      assert.equal(others, [])
      assert.is(world.systemCounter('Images rejected'), before + 1)
    }))

  for (const how of ['revoke', 'revokeOnClose'] as const) {
    test(`${channel}: ${how} takes back what was not consumed`, () =>
      within(async (world) => {
        const before = world.systemCounter('Publications Revoked')
        const client = await world.connect()
        const { publication, subscription } = await connected(client, client, channel)
        const image = subscription.imageAtIndex(0)!
        await send(publication, bytesOf('never seen'))
        if (how === 'revoke') {
          publication.revoke()
        } else {
          publication.revokeOnClose = true
          publication.close()
        }
        await until('the image to go', () => image.isClosed)
        assert.ok(image.isPublicationRevoked)
        assert.is(subscription.poll(() => undefined, 10), 0)
        assert.is(world.systemCounter('Publications Revoked'), before + 1)
      }))
  }
}

test('who subscribes later joins the stream where it is', () =>
  within(async (world) => {
    const client = await world.connect()
    const channel = await freeChannel()
    const first = await client.addSubscription(channel, 1001)
    const publication = await client.addPublication(channel, 1001)
    await publication.waitForConnected({ timeoutMs: 5000 })
    const position = await send(publication, bytesOf('early'))
    assert.equal(await receive(first, 1), ['early'])
    const second = await client.addSubscription(channel, 1001)
    await second.waitForConnected({ timeoutMs: 5000 })
    assert.is(second.imageAtIndex(0)!.joinPosition, position)
    await send(publication, bytesOf('late'))
    assert.equal(await receive(first, 1), ['late'])
    assert.equal(await receive(second, 1), ['late'])
    second.close()
    await send(publication, bytesOf('last'))
    assert.equal(await receive(first, 1), ['last'])
    assert.is(second.poll(() => undefined, 10), 0)
  }))

test('a subscription can be closed while it is polled and iterated', () =>
  within(async (world) => {
    const client = await world.connect()
    const { publication, subscription } = await connected(client, client)
    for (const text of ['one', 'two', 'three']) await send(publication, bytesOf(text))
    let count = 0
    await until('a message', () => {
      subscription.poll(() => {
        count++
        subscription.close()
      }, 10)
      return count > 0
    })
    assert.is(count, 1)
    assert.is(subscription.poll(() => undefined, 10), 0)

    const other = await client.addSubscription('aeron:ipc', 1001)
    await other.waitForConnected({ timeoutMs: 5000 })
    await send(publication, bytesOf('four'))
    await send(publication, bytesOf('five'))
    const texts: Uint8Array[] = []
    for await (const { data } of other.messages()) {
      texts.push(data)
      other.close()
    }
    assert.is(texts.length, 1)
    await until('nobody to listen', () => !publication.isConnected)
  }))

test.run()
