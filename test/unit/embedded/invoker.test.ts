import * as assert from 'uvu/assert'
import { Client } from '../../../client/index.ts'
import type { MediaDriver } from '../../../driver/index.ts'
import { suite } from '../../support/suite.ts'
import { LOOPBACK, World, bytesOf, connected, receive, rejection, send, until } from './harness.ts'

const test = suite('embedded/invoker')

for (const [media, channel] of [['auto', 'aeron:ipc'], ['auto', LOOPBACK], ['dgram', LOOPBACK]] as const) {
  test(`a client runs the driver while it waits: ${channel} over ${media}`, async () => {
    const world = await World.launch({ threadingMode: 'INVOKER', media })
    try {
      const client = await world.connect()
      const { publication, subscription } = await connected(client, client, channel)
      assert.ok((await publication.publish(bytesOf('one'))) > 0)
      assert.ok((await publication.publish(bytesOf('two'))) > 0)
      const received: string[] = []
      for await (const { data } of subscription.messages()) {
        received.push(Buffer.from(data).toString())
        if (received.length === 2) break
      }
      assert.equal(received, ['one', 'two'])
      const counter = await client.addCounter(2001, 'invoked')
      counter.set(5)
      assert.ok(world.labels().includes('invoked'))
      counter.close()
      await until('the counter to go', () => !world.labels().includes('invoked'))
      assert.type(await client.nextSessionId(1001), 'number')
      const error = await rejection(client.addPublication('aeron:ipc?mtu=17', 1001), 'ERR_GODWIT_REGISTRATION')
      assert.match(error.message, 'mtu')
    } finally {
      await world.end()
    }
  })
}

test('the caller runs the driver, whole or agent by agent, for clients that know only the handle', async () => {
  const world = await World.launch({ threadingMode: 'INVOKER' })
  const { driver } = world
  let isRunning = true
  const run = async (invoke: (driver: MediaDriver) => void): Promise<void> => {
    while (isRunning) {
      invoke(driver)
      await new Promise(setImmediate)
    }
  }
  try {
    for (const invoke of [
      (all: MediaDriver): void => void all.invoke(),
      ({ agents }: MediaDriver): void => {
        agents.receiver.invoke()
        agents.sender.invoke()
        agents.conductor.invoke()
      },
    ]) {
      isRunning = true
      const running = run(invoke)
      const client = await Client.connect(driver.handle)
      const { publication, subscription } = await connected(client, client, LOOPBACK)
      await send(publication, bytesOf('x'.repeat(5000)))
      assert.is((await receive(subscription, 4)).join(''), 'x'.repeat(5000))
      await client.close()
      isRunning = false
      await running
    }
  } finally {
    await world.end()
  }
})

test('a driver that is closed is noticed, and that is all that is told', async () => {
  const world = await World.launch({ threadingMode: 'INVOKER' })
  const client = await world.connect({ keepAliveIntervalNs: 20e6 })
  const publication = await client.addPublication('aeron:ipc', 1001)
  const waiting = publication.waitForConnected()
  await world.driver.close()
  await rejection(waiting, 'ERR_GODWIT_DRIVER_TIMEOUT')
  assert.ok(client.isClosed && publication.isClosed)
  assert.equal(world.errors.map(({ code }) => code), ['ERR_GODWIT_DRIVER_TIMEOUT'])
  await rejection(Client.connect(world.driver), 'ERR_GODWIT_DRIVER_TIMEOUT')
  await client.close()
})

test.run()
