import * as assert from 'uvu/assert'
import { DirectBuffer } from '../../../codegen/runtime/index.ts'
import { CommandType } from '../../../schemas/generated/aeron.commands/index.ts'
import { ConductorHarness, SECOND, only } from '../../support/conductor-harness.ts'
import type { ControlClient } from '../../support/control-client.ts'
import type { Random } from '../../support/random.ts'
import { withSeed } from '../../support/seed.ts'
import { suite } from '../../support/suite.ts'

const test = suite('conductor: hostile clients')

const COMMANDS = 700
const CHANNELS = [
  'aeron:ipc', 'aeron:ipc?session-id=7', 'aeron:udp?endpoint=127.0.0.1:20121', 'aeron:udp?endpoint=127.0.0.1:0',
  'aeron:udp?endpoint=[::1]:20121|mtu=4k', 'aeron:udp?endpoint=nowhere.example:1', 'aeron:udp?endpoint=',
  'aeron-spy:aeron:udp?endpoint=127.0.0.1:1', 'aeron:ipc?term-length=1m', '', 'aeron:udp?a=b|a=c', '\u0001\u0002\uffff',
]

/** Sends any command, with ids that exist often. */
function sendAny(client: ControlClient, random: Random, ids: number[]): void {
  const id = random.bool(0.8) && ids.length > 0 ? random.pick(ids) : random.int(1_000)
  const channel = random.pick(CHANNELS)
  const streamId = random.int(3)
  const senders: readonly (() => number | void)[] = [
    () => client.addPublication(channel, streamId), () => client.addExclusivePublication(channel, streamId),
    () => client.addPublication(channel, streamId, id), () => client.addSubscription(channel, streamId),
    () => client.addSubscription(channel, streamId, id), () => client.removePublication(id, random.bool(0.2)),
    () => client.removePublicationOld(id), () => client.removeSubscription(id), () => client.removeCounter(id),
    () => client.addCounter(random.int(20), [...random.bytes(random.int(200))], 'x'.repeat(random.int(500))),
    () => client.addStaticCounter(random.int(5), random.int(5), [1, 2], 'static'), () => client.rejectImage(id, 'no'),
    () => client.getNextAvailableSessionId(streamId), () => client.keepAlive(), () => client.removeDestinationById(),
    () => client.destination(CommandType.ADD_RCV_DESTINATION, id, channel), () => client.terminateDriver(),
    () => (random.bool(0.05) ? client.close() : client.keepAlive()),
  ]
  const correlationId = random.pick(senders)()
  if (typeof correlationId === 'number') ids.push(correlationId)
  if (ids.length > 60) ids.splice(0, 20)
}

test('whatever clients send, in whatever order, the conductor goes on and lets go of all', async () => {
  await withSeed('hostile commands', (random) => {
    const harness = new ConductorHarness({ counters: 160, settings: { imagesMax: 5 } })
    const clients = [harness.client(), harness.client(), harness.client()]
    const ids: number[] = []
    for (let i = 0; i < COMMANDS; i++) {
      const client = random.pick(clients)
      sendAny(client, random, ids)
      if (random.bool(0.2)) {
        const typeId = random.bool(0.8) ? random.between(1, 25) : random.between(1, 2 ** 31 - 1)
        client.resend(typeId, random.int(120), ({ bytes, view }) => {
          for (let n = random.int(6); n > 0; n--) bytes[random.int(80)] = random.u32()
          if (random.bool(0.3)) view.setInt32(4 * random.int(12), random.u32() | 0, true)
        })
      }
      if (random.bool(0.1)) harness.createImage(random.int(8), random.int(3))
      harness.run(random.between(1, 20))
      for (const { callback } of harness.lookups.splice(0)) {
        if (random.bool(0.7)) callback(random.bool() ? { address: '127.0.0.1', family: 4 } : { error: 'unknown' })
      }
      if (random.bool(0.03)) harness.logs.isFull = !harness.logs.isFull
      if (random.bool(0.1)) harness.pass(random.int(3 * SECOND))
      if (random.bool(0.5)) client.responses()
      else for (const each of clients) each.responses()
      assert.ok(harness.liveCounters() <= 160)
    }
    harness.logs.isFull = false
    assert.equal(harness.errors().filter((text) => text.includes('unexpected error')), [])

    harness.pass(90 * SECOND)
    assert.is(harness.logs.regions.size, 0, 'all logs are freed when all clients are gone')
    const statics = [...new Array<number>(harness.counters.maxCounterId + 1).keys()]
      .filter((id) => id >= 46 && harness.counters.state(id) === 1 && harness.counters.ownerId(id) === -1)
    assert.is(harness.liveCounters(), 46 + statics.length)
    const survivor = harness.client()
    survivor.addSubscription('aeron:ipc', 9)
    harness.run()
    only(survivor.responses(), 'ON_SUBSCRIPTION_READY')
  })
})

test('random bytes as commands of every type are answered or dropped', async () => {
  await withSeed('random commands', (random) => {
    const harness = new ConductorHarness()
    const client = harness.client()
    for (let i = 0; i < 2_000; i++) {
      const bytes = random.bytes(random.int(200))
      const [typeId, length] = [random.between(1, 20), bytes.length]
      if (random.bool(0.5) && length >= 16) bytes.fill(0, 6, 8)
      if (random.bool(0.5) && length >= 16) bytes.fill(0, 14, 16)
      client.ring.write(typeId, new DirectBuffer(bytes), 0, length)
      harness.conductor.doWork(harness.nowNs)
      client.responses()
    }
    harness.run()
    assert.equal(harness.errors().filter((text) => text.includes('unexpected error')), [])
    assert.is(client.ring.size(), 0)
  })
})

test('a ring that a client overwrites loses commands, is counted, and serves the next ones', async () => {
  await withSeed('overwritten ring', (random) => {
    for (let round = 0; round < 20; round++) {
      const harness = new ConductorHarness()
      const client = harness.client()
      for (let i = 0; i < 5; i++) client.addCounter(1000, [], 'a counter')
      const { capacity } = client.ring
      const { toDriver } = harness.cnc
      for (let i = 0; i < 200; i++) toDriver.view.setInt32(4 * random.int(100), random.u32() | 0, true)
      if (random.bool(0.3)) toDriver.storeInt64(capacity + 128, random.int(2 ** 40))
      if (random.bool(0.3)) toDriver.storeInt64(capacity + 384, random.int(2 ** 40))
      harness.pass(30 * SECOND)
      const other = harness.client()
      const correlationId = other.addSubscription('aeron:ipc', 1)
      harness.pass(12 * SECOND)
      assert.ok(other.responses().some((response) => response.correlationId === correlationId), `round ${round}`)
    }
  })
})

test.run()
