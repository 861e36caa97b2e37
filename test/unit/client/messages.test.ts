import * as assert from 'uvu/assert'
import type { GodwitError } from '../../../codegen/runtime/index.ts'
import type { Message } from '../../../client/messages.ts'
import { MTU_LENGTH, TERM_LENGTH, closeClients, turns } from '../../support/fake-driver.ts'
import { suite } from '../../support/suite.ts'
import { rejection } from './rejection.ts'
import { Feed, subscribed } from './subscribed.ts'

const test = suite('client/messages')
const FRAME = 64

test('the position moves only when the next message is asked for', async () => {
  const { subscription, feeds: [feed] } = await subscribed(1)
  for (const length of [1, 2, 3]) feed!.send(length)
  const messages = subscription.messages()
  assert.is(feed!.consumed, 0)
  const first = await messages.next()
  assert.equal([...first.value!.data], [1])
  await turns()
  assert.is(feed!.consumed, 0)
  const second = await messages.next()
  assert.equal([...second.value!.data], [2, 2])
  assert.is(second.value!.position, 2 * FRAME)
  assert.is(feed!.consumed, FRAME)
  await messages.return()
  assert.is(feed!.consumed, 2 * FRAME)
  assert.equal(await messages.next(), { done: true, value: undefined })
  for await (const { data } of subscription.messages()) {
    assert.is(data.length, 3)
    break
  }
  assert.is(feed!.consumed, 3 * FRAME)
})

test('messages are private copies, put together from fragments, each from its image in turn', async () => {
  const { subscription, feeds } = await subscribed(2)
  feeds[0]!.send(3 * MTU_LENGTH, 4)
  feeds[1]!.send(8, 5)
  feeds[0]!.send(8, 6)
  const messages: Message[] = []
  for await (const message of subscription.messages()) {
    messages.push(message)
    if (messages.length === 3) break
  }
  assert.equal(messages.map(({ data }) => [data.length, data[0]]), [[3 * MTU_LENGTH, 4], [8, 5], [8, 6]])
  assert.ok(messages[0]!.data.every((byte) => byte === 4))
  assert.is(messages[0]!.streamId, 10)
  assert.is(messages[0]!.sessionId, feeds[0]!.fake.log.sessionId)
  assert.is(messages[0]!.reservedValue, 0n)
  feeds[0]!.fake.log.terms[0].bytes.fill(0)
  assert.is(messages[2]!.data[0], 6)
  assert.is(messages[2]!.position, feeds[0]!.appender.position())
  assert.ok(messages[2]!.data.buffer instanceof ArrayBuffer)
})

test('who waits gets what comes later, in the order of asking', async () => {
  const { driver, subscription } = await subscribed(0)
  const messages = subscription.messages()
  const asked = [messages.next(), messages.next()]
  await turns()
  const feed = new Feed(driver.addImage(subscription.registrationId))
  feed.send(1)
  feed.send(2)
  const results = await Promise.all(asked)
  assert.equal(results.map(({ value }) => value?.data.length), [1, 2])
})

test('an abort ends the iteration, whether it waits or not', async () => {
  const { subscription, feeds: [feed] } = await subscribed(1)
  const controller = new AbortController()
  const messages = subscription.messages({ signal: controller.signal })
  const waiting = rejection(() => messages.next())
  await turns()
  controller.abort(new Error('enough'))
  assert.is((await waiting).message, 'enough')
  assert.ok((await messages.next()).done)
  feed!.send(1)
  const second = new AbortController()
  let count = 0
  const error = await rejection(async () => {
    for await (const _ of subscription.messages({ signal: second.signal })) {
      count++
      second.abort(new Error('now'))
    }
  })
  assert.is(error.message, 'now')
  assert.is(count, 1)
  assert.is(feed!.consumed, FRAME)
  const aborted = subscription.messages({ signal: AbortSignal.abort(new Error('before')) })
  assert.is((await rejection(() => aborted.next())).message, 'before')
})

test('return ends it for those who wait, and another reader may begin', async () => {
  const { subscription } = await subscribed(1)
  const messages = subscription.messages()
  assert.is((await rejection(() => subscription.messages())).code, 'ERR_GODWIT_SUBSCRIPTION_BUSY')
  const waiting = messages.next()
  await turns()
  await messages.return()
  assert.ok((await waiting).done)
  await subscription.messages()[Symbol.asyncDispose]()
  subscription.messages()
})

test('closing the subscription or the client ends it', async () => {
  for (const closing of ['subscription', 'client'] as const) {
    const { client, subscription } = await subscribed(1)
    const waiting = subscription.messages().next()
    await turns()
    if (closing === 'client') await client.close()
    else subscription.close()
    assert.ok((await waiting).done, closing)
    assert.ok((await subscription.messages().next()).done)
  }
})

test('a client that fails rejects those who wait', async () => {
  const { driver, client, subscription } = await subscribed(1, { errorHandler: () => undefined })
  const waiting = rejection(() => subscription.messages().next())
  await turns()
  driver.timeOutClient(client.clientId)
  assert.is((await waiting as GodwitError).code, 'ERR_GODWIT_CLIENT_TIMEOUT')
})

test('a loop over many messages lets other work of the thread have its turn', async () => {
  const { subscription, feeds: [feed] } = await subscribed(1)
  let other = 0
  const interval = setInterval(() => other++, 0)
  let count = 0
  feed!.send(8)
  for await (const { position } of subscription.messages()) {
    // As a driver does behind consumers: the term that comes next is clean.
    if (position % TERM_LENGTH === 0) feed!.fake.log.terms[(position / TERM_LENGTH + 1) % 3]!.bytes.fill(0)
    feed!.send(8)
    if (++count === 10_000) break
  }
  clearInterval(interval)
  assert.ok(other > 0)
})

test.after(closeClients)

test.run()
