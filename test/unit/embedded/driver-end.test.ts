import type { Worker } from 'node:worker_threads'
import * as assert from 'uvu/assert'
import { BACK_PRESSURED, CLOSED } from '../../../client/index.ts'
import type { MediaDriverOptions } from '../../../driver/index.ts'
import { suite } from '../../support/suite.ts'
import { World, bytesOf, connected, receive, rejection, until } from './harness.ts'

const test = suite('embedded/driver-end')

async function within(options: MediaDriverOptions, body: (world: World) => Promise<void>): Promise<void> {
  const world = await World.launch(options)
  try {
    await body(world)
  } finally {
    await world.end()
  }
}

test('a driver that closes is noticed by all its clients, whatever they wait for', () =>
  within({}, async (world) => {
    let closed = 0
    const closeHandler = (): void => void closed++
    const clients = [await world.connect({ closeHandler, keepAliveIntervalNs: 20e6 }), await world.connect()]
    const { publication, subscription } = await connected(clients[0]!, clients[0]!)
    let position = 0
    while (position !== BACK_PRESSURED) position = publication.offer(bytesOf('x'.repeat(1000)))
    const publishing = publication.publish(bytesOf('waits'))
    await receive(subscription, 1)
    const iterator = (await clients[0]!.addSubscription('aeron:ipc', 1002)).messages()
    const next = iterator.next()
    const waiting = (await clients[1]!.addPublication('aeron:ipc', 1003)).waitForConnected()
    const rejections = Promise.all([next, waiting].map((wait) => rejection(wait, 'ERR_GODWIT_DRIVER_TIMEOUT')))
    assert.ok((await publishing) > 0)
    await world.driver.close()
    await rejections
    assert.is(publication.offer(bytesOf('x')), CLOSED)
    assert.is(subscription.poll(() => undefined, 1), 0)
    assert.equal(world.errors.map(({ code }) => code), ['ERR_GODWIT_DRIVER_TIMEOUT', 'ERR_GODWIT_DRIVER_TIMEOUT'])
    assert.is(closed, 1)
    await rejection(clients[0]!.addSubscription('aeron:ipc', 1), 'ERR_GODWIT_CLOSED')
  }))

test('a driver whose thread is killed says so, and its clients time out', () => {
  const told: string[] = []
  return within({ onError: ({ code }) => told.push(code) }, async (world) => {
    const client = await world.connect({ driverTimeoutMs: 250, keepAliveIntervalNs: 20e6 })
    await client.addPublication('aeron:ipc', 1001)
    const { workers } = world.driver as unknown as { readonly workers: readonly { readonly worker: Worker }[] }
    await workers[0]!.worker.terminate()
    await until('the news', () => told.length > 0 && client.isClosed)
    assert.equal(told, ['ERR_GODWIT_DRIVER_DIED'])
    assert.equal(world.errors.map(({ code }) => code), ['ERR_GODWIT_DRIVER_TIMEOUT'])
  })
})

test.run()
