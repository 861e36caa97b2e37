/** Clients, publications and subscriptions that come and go at random: whatever happens, nothing is left at the end. */
import * as assert from 'uvu/assert'
import type { BasePublication } from '../../../client/base-publication.ts'
import type { Client } from '../../../client/client.ts'
import type { Subscription } from '../../../client/subscription.ts'
import { SystemCounterId } from '../../../schemas/generated/aeron.memory/index.ts'
import type { Random } from '../../support/random.ts'
import { withSeed } from '../../support/seed.ts'
import { suite } from '../../support/suite.ts'
import type { VirtualDriver } from '../../support/virtual-driver.ts'
import { VirtualWorld } from '../../support/virtual-world.ts'

const test = suite('streams that come and go in virtual time')

const SECOND = 1e9
const CASES = 3
const ACTIONS = 80
const HELD_MAX = 12
const CHANNELS = [
  'aeron:ipc?term-length=64k',
  'aeron:udp?endpoint=127.0.0.1:20121|term-length=64k|nak-delay=1ms',
  'aeron:udp?endpoint=[::1]:20122|term-length=64k|nak-delay=1ms',
  'aeron:udp?endpoint=127.0.0.1:20123|term-length=64k|nak-delay=1ms|linger=0',
]

/** A publication or subscription, and whose it is. */
interface Held<T> {
  readonly client: Client
  readonly it: T
}

/** Everything that is closed is gone by then: liveness of clients and images, linger, reuse of counters. */
const CLEAN_UP_NS = 60 * SECOND

for (let number = 0; number < CASES; number++) {
  test(`nothing is left of what came and went: case ${number}`, () =>
    withSeed(`churn/${number}`, async (random) => {
      const loss = random.pick([0, 0.05, 0.3])
      const corrupt = random.pick([0, 0.02])
      const faults = { send: { loss, corrupt, duplicate: 0.02 }, receive: { reorder: 0.02, truncate: 0.02 } }
      const world = new VirtualWorld(random, { latencyNs: random.pick([0, 100_000]) })
      const drivers = [world.addDriver({ faults }), world.addDriver({ faults })]
      const before = drivers.map((driver) => [...driver.counterLabels().keys()])
      const churn = new Churn(world, drivers, random)
      world.addTask(() => churn.work())
      for (let i = 0; i < ACTIONS; i++) {
        await churn.act()
        world.run(random.pick([1e5, 1e7, 1e8, SECOND]))
        if (i % 10 === 0) for (const driver of drivers) driver.logs.checkGuards()
      }
      churn.closeAll()
      world.run(CLEAN_UP_NS)
      drivers.forEach((driver, i) => {
        assert.equal([...driver.counterLabels().keys()], before[i], 'counters that are left')
        assert.is(driver.logs.bytesMapped(), 0, 'bytes of logs that are left')
        assert.is(driver.count(SystemCounterId.BYTES_CURRENTLY_MAPPED), 0)
        assert.is(driver.count(SystemCounterId.FREE_FAILS), 0)
      })
      // How many depends on what the seed closes and loses; that there are some shows that the streams ran.
      assert.ok(churn.accepted > ACTIONS / 10, `${churn.accepted} messages`)
      assert.ok(churn.received > 0)
    }))
}

class Churn {
  accepted: number = 0
  received: number = 0
  private readonly world: VirtualWorld
  private readonly drivers: readonly VirtualDriver[]
  private readonly random: Random
  private clients: Client[] = []
  private publications: Held<BasePublication>[] = []
  private subscriptions: Held<Subscription>[] = []
  private readonly message = new Uint8Array(5000)

  constructor(world: VirtualWorld, drivers: readonly VirtualDriver[], random: Random) {
    this.world = world
    this.drivers = drivers
    this.random = random
  }

  /** Publishes and polls a little. */
  work(): number {
    let workCount = 0
    for (const { it: publication } of this.publications) {
      if (publication.isClosed || this.random.bool(0.95)) continue
      const length = this.random.between(1, this.random.pick([100, 5000]))
      if (publication.offer(this.message, 0, length) > 0) this.accepted++
    }
    for (const { it: subscription } of this.subscriptions) {
      if (subscription.isClosed || this.random.bool(0.2)) continue
      const count = subscription.poll(() => undefined, 10)
      this.received += count
      workCount += count
    }
    return workCount
  }

  async act(): Promise<void> {
    const { random } = this
    switch (random.int(9)) {
      case 0:
        if (this.clients.length < HELD_MAX) this.addClient()
        break
      case 1:
      case 2:
      case 3:
        if (this.subscriptions.length < HELD_MAX) await this.addSubscription()
        break
      case 4:
      case 5:
      case 6:
        if (this.publications.length < HELD_MAX) await this.addPublication()
        break
      case 7:
        this.takeOne(this.subscriptions)?.it.close()
        this.takeOne(this.publications)?.it.close()
        break
      default:
        await this.removeClient()
    }
    this.publications = this.publications.filter(({ it }) => !it.isClosed)
    this.subscriptions = this.subscriptions.filter(({ it }) => !it.isClosed)
  }

  closeAll(): void {
    for (const client of this.clients) void client.close()
  }

  private addClient(): Client {
    const client = this.world.addClient(this.random.pick(this.drivers), { errorHandler: () => undefined })
    this.clients.push(client)
    return client
  }

  private anyClient(): Client {
    this.clients = this.clients.filter(({ isClosed }) => !isClosed)
    return this.clients.length === 0 ? this.addClient() : this.random.pick(this.clients)
  }

  private async addSubscription(): Promise<void> {
    const client = this.anyClient()
    const adding = client.addSubscription(this.random.pick(CHANNELS), this.random.between(1, 2))
    const added = await this.world.settle(adding.catch(() => undefined))
    if (added !== undefined) this.subscriptions.push({ client, it: added })
  }

  private async addPublication(): Promise<void> {
    const { random } = this
    const client = this.anyClient()
    const [channel, streamId] = [random.pick(CHANNELS), random.between(1, 2)]
    const adding: Promise<BasePublication> = random.bool()
      ? client.addPublication(channel, streamId)
      : client.addExclusivePublication(channel, streamId)
    const added = await this.world.settle(adding.catch(() => undefined))
    if (added !== undefined) this.publications.push({ client, it: added })
  }

  /** Closes one, or lets its thread stop for ever. */
  private async removeClient(): Promise<void> {
    const client = this.takeOne(this.clients)
    if (client === undefined) return
    if (this.random.bool()) {
      await this.world.settle(client.close())
      return
    }
    this.world.freeze(client)
    this.publications = this.publications.filter((held) => held.client !== client)
    this.subscriptions = this.subscriptions.filter((held) => held.client !== client)
  }

  private takeOne<T>(from: T[]): T | undefined {
    return from.length === 0 ? undefined : from.splice(this.random.int(from.length), 1)[0]
  }
}

test.run()
