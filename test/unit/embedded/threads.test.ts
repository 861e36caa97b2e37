import type { Worker } from 'node:worker_threads'
import * as assert from 'uvu/assert'
import { suite } from '../../support/suite.ts'
import { LOOPBACK, World, freeChannel, messageOf, resolved, until } from './harness.ts'
import { STREAM_ID, startThread } from './thread-job.ts'

const test = suite('embedded/threads')

function ended(worker: Worker): Promise<number> {
  return new Promise((resolve) => worker.once('exit', resolve))
}

for (const channel of ['aeron:ipc', LOOPBACK]) {
  test(`threads share one log of ${channel}: each message comes once, in the order of its publisher`, async () => {
    const world = await World.launch()
    try {
      const client = await world.connect()
      const subscription = await client.addSubscription(channel, STREAM_ID)
      const target = await resolved(subscription)
      const [publishers, count] = [3, 1500]
      const workers: Worker[] = []
      for (let publisher = 0; publisher < publishers; publisher++) {
        const job = { kind: 'publish', channel: target, publisher, count } as const
        // The handle goes to the threads in every way there is.
        workers.push(startThread(publisher === 0 ? { job } : { job, handle: world.driver.handle }))
        if (publisher === 0) workers[0]!.postMessage(structuredClone(world.driver.handle))
      }
      const reports = workers.map((worker) => messageOf<{ isOriginal: boolean; sessionId: number }>(worker))
      const exits = workers.map(ended)
      const facts = await Promise.all(reports)
      assert.is(new Set(facts.map(({ sessionId }) => sessionId)).size, 1)
      assert.is(facts.filter(({ isOriginal }) => isOriginal).length, 1)
      for (const worker of workers) worker.postMessage('go')
      const next = new Array<number>(publishers).fill(0)
      let received = 0
      await until('all messages', () => {
        subscription.poll((buffer, offset, length) => {
          assert.is(length, 8)
          const publisher = buffer.view.getInt32(offset)
          assert.is(buffer.view.getInt32(offset + 4), next[publisher]!++)
          received++
        }, 1000)
        return received === publishers * count
      })
      await Promise.all(exits)
      assert.is(subscription.poll(() => assert.unreachable('a message too many'), 10), 0)
      assert.equal(world.errors, [])
    } finally {
      await world.end()
    }
  })
}

test('two clients in one thread are two clients', async () => {
  const world = await World.launch()
  try {
    const one = await world.connect({ clientName: 'one', keepAliveIntervalNs: 10e6 })
    const two = await world.connect({ clientName: 'two', keepAliveIntervalNs: 10e6 })
    assert.is.not(one.clientId, two.clientId)
    await one.addCounter(2001, 'of one')
    await two.addCounter(2001, 'of two')
    await until('both heartbeats', () => world.labels().filter((label) => / name=(one|two)/.test(label)).length === 2)
    await one.close()
    await until('one to be gone', () => !world.labels().includes('of one'))
    assert.ok(world.labels().includes('of two'))
    assert.not(two.isClosed)
  } finally {
    await world.end()
  }
})

test('a client that closes leaves nothing behind, and one whose thread is killed nothing for long', async () => {
  const world = await World.launch({ clientLivenessTimeoutNs: 400e6, publicationUnblockTimeoutNs: 500e6 })
  try {
    const before = world.labels()
    const mapped = world.systemCounter('Bytes currently mapped')
    const polite = startThread({ handle: world.driver.handle, job: { kind: 'hold', channel: 'aeron:ipc' } })
    assert.is(await messageOf(polite), 'held')
    assert.ok(world.labels().length >= before.length + 7, world.labels().join('\n'))
    polite.postMessage('close')
    await ended(polite)
    await until('its resources to go', () => world.labels().length === before.length)
    assert.is(world.systemCounter('Client liveness timeouts'), 0)

    const killed = startThread({ handle: world.driver.handle, job: { kind: 'hold', channel: await freeChannel() } })
    assert.is(await messageOf(killed), 'held')
    await killed.terminate()
    assert.ok(world.labels().includes('held'))
    await until('its resources to go', () => world.labels().length === before.length)
    assert.is(world.systemCounter('Client liveness timeouts'), 1)
    await until('its logs to go', () => world.systemCounter('Bytes currently mapped') === mapped)
  } finally {
    await world.end()
  }
})

test.run()
