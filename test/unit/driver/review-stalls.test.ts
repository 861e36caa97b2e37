/** Agents in threads of their own run when the system lets them: commands, counters and logs meet in any order. */
import * as assert from 'uvu/assert'
import { SystemCounterId } from '../../../schemas/generated/aeron.memory/index.ts'
import { withSeed } from '../../support/seed.ts'
import { suite } from '../../support/suite.ts'
import { CheckingSubscriber, RandomMessages, RandomPublisher } from '../../support/virtual-streams.ts'
import { VirtualWorld } from '../../support/virtual-world.ts'

const test = suite('agents that run at different speeds')

const SECOND = 1e9
const STREAM_ID = 7
const ROUNDS = 3
const MESSAGES = 30

for (const stalls of [0.5, 0.9]) {
  for (const channel of ['aeron:udp?endpoint=[::1]:20121|term-length=64k', 'aeron:ipc?term-length=64k']) {
    test(`streams come, are whole and go, with ${stalls} of all turns left out: ${channel}`, () =>
      withSeed(`stalls/${stalls}/${channel}`, async (random) => {
        const world = new VirtualWorld(random, { latencyNs: 20_000 })
        const sending = world.addDriver({ stalls, faults: { send: { loss: 0.05 } } })
        const receiving = channel.startsWith('aeron:ipc') ? sending : world.addDriver({ stalls })
        const [writer, reader] = [world.addClient(sending), world.addClient(receiving)]
        const staying = await world.settle(reader.addSubscription(channel, STREAM_ID))
        const checking = new CheckingSubscriber(staying)
        world.addTask(() => checking.work())
        for (let round = 0; round < ROUNDS; round++) {
          const going = await world.settle(reader.addSubscription(channel, STREAM_ID))
          const publication = await world.settle(writer.addExclusivePublication(channel, STREAM_ID))
          const messages = (): RandomMessages => new RandomMessages(`${round}`, round, publication.maxMessageLength)
          checking.expect(publication.sessionId, messages())
          const publisher = new RandomPublisher(publication, messages(), MESSAGES)
          const stop = world.addTask(() => publisher.work(2))
          world.runUntil('the stream is on its way', () => publisher.accepted > MESSAGES / 4)
          going.close()
          world.runUntil('published', () => publisher.isDone)
          stop()
          publication.close()
          world.runUntil('received', () => checking.received === (round + 1) * MESSAGES)
        }
        world.runUntil('all have ended', () => staying.hasNoImages)
        staying.close()
        world.run(20 * SECOND)
        for (const driver of [sending, receiving]) {
          assert.is(driver.logs.bytesMapped(), 0)
          assert.is(driver.count(SystemCounterId.ERRORS), 0)
          assert.is(driver.count(SystemCounterId.FREE_FAILS), 0)
          driver.logs.checkGuards()
        }
      }))
  }
}

test.run()
