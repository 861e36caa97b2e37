import * as assert from 'uvu/assert'
import { ControlledAction, DirectBuffer, TypedPublication, dispatchTo } from '../../../client/index.ts'
import type { Client } from '../../../client/index.ts'
import { MessageDispatcher, MessageHeaderEncoder, TradeEncoder } from '../../../schemas/generated/marketdata/index.ts'
import { suite } from '../../support/suite.ts'
import { LOOPBACK, World, bytesOf, connected, freeChannel, receive, rejection, send, until } from './harness.ts'

const test = suite('embedded/messages')

let world: World
let client: Client
let other: Client

test.before(async () => {
  world = await World.launch({ termBufferLength: 8 * 1024 * 1024, ipcTermBufferLength: 8 * 1024 * 1024 })
  client = await world.connect()
  other = await world.connect()
})

test.after(async () => {
  const errors = world.errors.map(String)
  await world.end()
  assert.equal(errors, [])
})

function patternOf(length: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(length)
  for (let i = 0; i < length; i++) bytes[i] = (i * 31 + (i >> 8) * 17 + seed) & 0xff
  return bytes
}

for (const channel of ['aeron:ipc?term-length=64k', `${LOOPBACK}|term-length=64k`]) {
  test(`${channel}: publish waits for a slow consumer, which gets everything in order`, async () => {
    const { publication, subscription } = await connected(client, other, channel)
    const messages = subscription.messages()
    const count = 300
    const bytes = new Uint8Array(1000)
    const view = new DataView(bytes.buffer)
    let published = 0
    const publishing = (async () => {
      for (let i = 0; i < count; i++) {
        view.setInt32(0, i)
        await publication.publish(bytes)
        published++
      }
    })()
    let received = 0
    for await (const { data, position } of messages) {
      assert.is(new DataView(data.buffer, data.byteOffset).getInt32(0), received++)
      const ahead = publication.position - position
      assert.ok(ahead <= publication.termBufferLength, `${ahead} bytes are under way`)
      if (received === 1) {
        await until('the publisher to wait', () => publication.availableWindow === 0)
        assert.ok(published < count)
      }
      if (received === count) break
    }
    await publishing
    publication.close()
    subscription.close()
  })
}

test('signals and limits end what waits, and leave it usable', async () => {
  const { publication, subscription } = await connected(client, other, 'aeron:ipc?term-length=64k')
  const reason = new Error('enough')
  const ends = (promise: Promise<unknown>): Promise<unknown> =>
    promise.then(() => 'no error', (error: unknown) => error)
  const controller = new AbortController()
  const { signal } = controller
  const next = ends(subscription.messages({ signal }).next())
  const unconnected = await client.addPublication('aeron:ipc', 1999)
  const connecting = ends(unconnected.waitForConnected({ signal }))
  controller.abort(reason)
  assert.equal(await Promise.all([next, connecting]), [reason, reason])

  while (publication.offer(new Uint8Array(1000)) > 0) continue
  await rejection(publication.publish(bytesOf('late'), { timeoutMs: 5 }), 'ERR_GODWIT_TIMEOUT')
  await rejection(publication.drain({ timeoutMs: 5 }), 'ERR_GODWIT_TIMEOUT')
  const second = new AbortController()
  const publishing = ends(publication.publish(bytesOf('never'), { signal: second.signal }))
  second.abort(reason)
  assert.is(await publishing, reason)
  await rejection(unconnected.publish(bytesOf('nobody'), { timeoutMs: 5 }), 'ERR_GODWIT_TIMEOUT')

  let count = 0
  await until('all', () => {
    count += subscription.poll(() => undefined, 100)
    return publication.position === subscription.imageAtIndex(0)!.position
  })
  await publication.drain({ timeoutMs: 5000 })
  await publication.publish(bytesOf('after all'))
  assert.equal(await receive(subscription, 1), ['after all'])
  assert.ok(count > 0)
  for (const resource of [unconnected, publication, subscription]) resource.close()
})

for (const channel of ['aeron:ipc', LOOPBACK]) {
  test(`${channel}: messages of a megabyte arrive whole`, async () => {
    const { publication, subscription } = await connected(client, other, channel)
    assert.is(publication.maxMessageLength, 1024 * 1024)
    const sent = [patternOf(1024 * 1024, 1), patternOf(1024 * 1024 - 1, 2), patternOf(1, 3), new Uint8Array(0)]
    const publishing = (async () => {
      for (const bytes of sent) await publication.publish(bytes)
    })()
    let index = 0
    for await (const { data } of subscription.messages()) {
      assert.is(Buffer.compare(data, sent[index]!), 0, `message ${index}`)
      if (++index === sent.length) break
    }
    await publishing
    await rejection(publication.publish(new Uint8Array(1024 * 1024 + 1)), 'ERR_GODWIT_LOG_LENGTH')
    publication.close()
    subscription.close()
  })

  test(`${channel}: reserved values, several parts and blocks`, async () => {
    const { publication, subscription } = await connected(client, other, channel)
    const whole = bytesOf('reserved')
    await until('room', () => publication.offer(whole, 0, whole.length, () => -(2n ** 63n)) > 0)
    const parts = ['in ', 'three ', 'parts'].map((text) => {
      const buffer = new DirectBuffer(bytesOf(text))
      return { buffer, offset: 0, length: text.length }
    })
    await until('room', () => publication.offerVectors(parts) > 0)

    const reserved: bigint[] = []
    const texts: string[] = []
    const blocks: Uint8Array[] = []
    await until('two messages', () => {
      const image = subscription.imageAtIndex(0)!
      // Without consuming: the block has the same frames.
      texts.length = 0
      reserved.length = 0
      image.peek(image.position, (buffer, offset, length, header) => {
        texts.push(Buffer.from(buffer.bytes.subarray(offset, offset + length)).toString())
        reserved.push(header.reservedValue)
        return ControlledAction.CONTINUE
      }, Infinity)
      return texts.length === 2
    })
    assert.equal(texts, ['reserved', 'in three parts'])
    assert.equal(reserved, [-(2n ** 63n), 0n])
    subscription.blockPoll((buffer, offset, length, sessionId) => {
      assert.is(sessionId, publication.sessionId)
      blocks.push(buffer.bytes.slice(offset, offset + length))
    }, 65_536)
    assert.is(blocks.length, 1)

    // The frames again, with their new place.
    const block = blocks[0]!
    const view = new DataView(block.buffer)
    for (const at of [0, 64]) view.setInt32(at + 8, publication.termOffset + at, true)
    await until('room', () => publication.offerBlock(block) > 0)
    assert.equal(await receive(subscription, 2), ['reserved', 'in three parts'])
    publication.close()
    subscription.close()
  })

  test(`${channel}: typed messages`, async () => {
    const { publication, subscription } = await connected(client, other, channel)
    const trades = new TypedPublication(publication, TradeEncoder, MessageHeaderEncoder)
    const ids: number[] = []
    const onFragment = dispatchTo(new MessageDispatcher({ trade: (trade) => void ids.push(trade.instrumentId()) }))
    for (let id = 1; id <= 3; id++) await until('room', () => trades.offer((trade) => trade.instrumentId(id)) > 0)
    await until('the trades', () => {
      subscription.poll(onFragment, 10)
      return ids.length === 3
    })
    assert.equal(ids, [1, 2, 3])
    publication.close()
    subscription.close()
  })

  test(`${channel}: polls that are bounded, aborted, broken off and committed`, async () => {
    const { publication, subscription } = await connected(client, other, channel)
    const image = subscription.imageAtIndex(0)!
    for (const text of ['a', 'b', 'c', 'd']) await send(publication, bytesOf(text))
    const counters = other.countersReader
    const texts: string[] = []
    let calls = 0
    const actions = [ControlledAction.ABORT, ControlledAction.COMMIT, ControlledAction.BREAK]
    await until('all', () => {
      assert.is(image.boundedPoll(() => assert.unreachable(), image.position, 10), 0)
      image.controlledPoll((buffer, offset) => {
        const action = actions[calls++] ?? ControlledAction.CONTINUE
        if (action === ControlledAction.BREAK) assert.is(counters.value(image.subscriberPositionId), 64)
        if (action !== ControlledAction.ABORT) texts.push(String.fromCharCode(buffer.bytes[offset]!))
        return action
      }, 10)
      return texts.length === 4
    })
    assert.equal(texts, ['a', 'b', 'c', 'd'])
    assert.is(calls, 5)
    assert.is(image.position, publication.position)
    assert.is(counters.value(image.subscriberPositionId), publication.position)
    publication.close()
    subscription.close()
  })
}

test('several subscriptions of one client to one stream each get everything', async () => {
  const channel = await freeChannel()
  const first = await other.addSubscription(channel, 1001)
  const { publication, subscription: second } = await connected(client, other, channel)
  await first.waitForConnected({ timeoutMs: 5000 })
  for (const text of ['a', 'b', 'c']) await send(publication, bytesOf(text))
  assert.equal(await receive(first, 3), ['a', 'b', 'c'])
  assert.equal(await receive(second, 3), ['a', 'b', 'c'])
  const [one, two] = [first.imageAtIndex(0)!, second.imageAtIndex(0)!]
  assert.is.not(one, two)
  assert.is(one.correlationId, two.correlationId)
  assert.is.not(one.subscriberPositionId, two.subscriberPositionId)
  for (const resource of [first, second, publication]) resource.close()
})

test.run()
