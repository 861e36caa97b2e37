import { createHash } from 'node:crypto'
import * as assert from 'uvu/assert'
import { Random } from '../../support/random.ts'
import { suite } from '../../support/suite.ts'
import { VirtualWorld } from '../../support/virtual-world.ts'

const test = suite('virtual world')

const SECOND = 1e9
const CHANNEL = 'aeron:udp?endpoint=127.0.0.1:20121|nak-delay=50us'

/** Everything that went over the network of a world, and when. */
async function trafficOf(seed: string): Promise<string> {
  const world = new VirtualWorld(new Random(seed), { latencyNs: 10_000 })
  const hash = createHash('sha256')
  world.tap(({ timeNs, source, destination, bytes }) => {
    hash.update(`${timeNs} ${source.port} ${destination.port} `).update(bytes)
  })
  const faults = { send: { loss: 0.1, duplicate: 0.05, reorder: 0.05 } }
  const publisher = world.addClient(world.addDriver({ faults }))
  const subscriber = world.addClient(world.addDriver({ faults }))
  const subscription = await world.settle(subscriber.addSubscription(CHANNEL, 1))
  const publication = await world.settle(publisher.addPublication(CHANNEL, 1))
  let count = 0
  const message = new Uint8Array(1000)
  world.addTask(() => (count < 200 && publication.offer(message) > 0 ? ++count : 0))
  world.addTask(() => subscription.poll(() => undefined, 10))
  world.run(2 * SECOND)
  assert.is(count, 200)
  return hash.digest('hex')
}

test('the same seed gives the same datagrams at the same times, another seed others', async () => {
  const traffic = await trafficOf('one')
  assert.is(await trafficOf('one'), traffic)
  assert.is.not(await trafficOf('two'), traffic)
})

test('time goes to the next deadline when nobody has work, and never beyond what was asked for', () => {
  const world = new VirtualWorld(new Random('time'))
  assert.throws(() => world.step(), /nothing will ever happen/)
  world.addDriver()
  const startNs = world.nowNs
  world.run(10 * SECOND + 1)
  assert.is(world.nowNs, startNs + 10 * SECOND + 1)
  assert.ok(world.steps < 50, `${world.steps} steps for ten timer intervals`)
})

test('what does not happen in time is an error', async () => {
  const world = new VirtualWorld(new Random('limits'))
  world.addDriver()
  const before = world.nowNs
  assert.throws(() => world.runUntil('the impossible', () => false, SECOND), /not within 1 s: the impossible/)
  assert.is(world.nowNs, before + SECOND)
  let failure: unknown
  await world.settle(new Promise(() => undefined), SECOND).catch((error: unknown) => {
    failure = error
  })
  assert.match(String(failure), /was not settled within 1 s/)
})

test('a log that is written beyond its ends is noticed', async () => {
  const world = new VirtualWorld(new Random('guards'))
  const driver = world.addDriver()
  const region = driver.logs.create({ kind: 'image', registrationId: 1, byteLength: 8192 })
  driver.logs.checkGuards()
  new Uint8Array(region.memory)[region.byteOffset + region.byteLength] = 0
  assert.throws(() => driver.logs.checkGuards(), /outside of images\/1/)
})

test.run()
