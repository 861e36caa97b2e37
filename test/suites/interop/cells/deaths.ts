/** Processes that are killed. Each cell has its own ones. */
import * as assert from 'uvu/assert'
import { SystemCounterId } from '../../../../schemas/generated/aeron.memory/index.ts'
import { until } from '../peer.ts'
import type { Peer, PeerClient, PeerDriver } from '../peer.ts'
import { driverDirectory } from '../peers.ts'
import type { Cell } from './cell.ts'
import { channelOf } from './routes.ts'
import type { RouteMedia } from './routes.ts'
import { systemCounter } from './scenarios.ts'
import { carry, LENGTHS, task, untilReceived } from './streams.ts'
import type { Kind, World } from './world.ts'

const MESSAGES = 100

/** Long enough for a busy machine, short enough for a test. */
const DRIVER_TIMEOUT_MS = 3000

const OWNER: Readonly<Record<Kind, string>> = { ours: 'our', Java: "Java's" }

function otherKind(kind: Kind): Kind {
  return kind === 'ours' ? 'Java' : 'ours'
}

/** A client of another kind is told that its driver is gone; a driver of another kind takes what it left. */
function driverDeath(kind: Kind): Cell {
  return {
    name: `${OWNER[otherKind(kind)]} client is told when ${OWNER[kind]} driver is killed, and ` +
      `${OWNER[otherKind(kind)]} driver takes its directory`,
    async run(world) {
      const dir = driverDirectory()
      const victim = world.startPeer(kind)
      const driver = await victim.launch(dir, { driverTimeoutMs: DRIVER_TIMEOUT_MS })
      const client = await world.connect(otherKind(kind), driver, { driverTimeoutMs: DRIVER_TIMEOUT_MS })
      const streamId = world.newStreamId()
      const subscription = await client.addSubscription('aeron:ipc?term-length=64k', streamId, LENGTHS)
      const publication = await client.addPublication('aeron:ipc?term-length=64k', streamId, 'exclusive')
      await carry(publication, [subscription], task(MESSAGES))
      await victim.kill()
      const { errors, hasClosed } = await client.until('the client is closed', ({ isClosed }) => isClosed)
      assert.match(errors[0] ?? 'no error', /DriverTimeout/)
      assert.is(hasClosed, true)
      assert.is((await publication.state()).isClosed, true)
      assert.is((await subscription.state()).isClosed, true)
      await expectSuccessor(world, kind, dir)
    },
  }
}

async function expectSuccessor(world: World, kind: Kind, dir: string): Promise<void> {
  const successor = await world.peer(otherKind(kind)).launch(dir, { driverTimeoutMs: DRIVER_TIMEOUT_MS })
  const client = await world.connect(kind, successor)
  const streamId = world.newStreamId()
  const subscription = await client.addSubscription('aeron:ipc?term-length=64k', streamId, LENGTHS)
  const publication = await client.addPublication('aeron:ipc?term-length=64k', streamId, 'exclusive')
  await carry(publication, [subscription], task(MESSAGES))
  await client.close()
  await successor.close()
}

const STRICT = {
  timerIntervalNs: 100_000_000,
  clientLivenessTimeoutNs: 2_000_000_000,
  publicationUnblockTimeoutNs: 3_000_000_000,
}

interface Deathbed {
  readonly victim: Peer
  readonly client: PeerClient
  readonly driver: PeerDriver
  /** Clients of both kinds that live on. */
  readonly survivors: readonly PeerClient[]
}

async function deathbed(world: World, kind: Kind): Promise<Deathbed> {
  const driver = await world.peer(kind).launch(driverDirectory(), STRICT)
  const victim = world.startPeer(otherKind(kind))
  return {
    victim,
    driver,
    client: await victim.connect(driver),
    survivors: [await world.connect('ours', driver), await world.connect('Java', driver)],
  }
}

/** What a publisher claimed and did not commit before it was killed does not hold up the others for good. */
function claimDeath(kind: Kind, media: RouteMedia): Cell {
  return {
    name: `a claim of ${OWNER[otherKind(kind)]} client that is killed is given up by ${OWNER[kind]} driver, ${media}`,
    async run(world) {
      const { victim, client, driver, survivors } = await deathbed(world, kind)
      const streamId = world.newStreamId()
      const channel = await channelOf(media, 'term-length=64k')
      const subscriptions = []
      for (const one of survivors) subscriptions.push(await one.addSubscription(channel, streamId, LENGTHS))
      const doomed = await client.addPublication(channel, streamId, 'shared')
      const publication = await survivors[0]!.addPublication(channel, streamId, 'shared')
      await doomed.untilConnected()
      await doomed.publish(task(MESSAGES, LENGTHS, 1))
      await doomed.untilDone()
      await until('there is room for a claim', () => doomed.claim(100), (result) => result > 0)
      await publication.publish(task(MESSAGES, LENGTHS, 2))
      await victim.kill()
      for (const subscription of subscriptions) {
        await untilReceived(subscription, MESSAGES, 1)
        await untilReceived(subscription, MESSAGES, 2)
      }
      assert.ok((await systemCounter(survivors[0]!, SystemCounterId.UNBLOCKED_PUBLICATIONS)) > 0)
      for (const one of survivors) await one.close()
      await driver.close()
    },
  }
}

/** Its stream ends, and nothing of it is left. */
function clientDeath(kind: Kind): Cell {
  return {
    name: `${OWNER[kind]} driver gives up ${OWNER[otherKind(kind)]} client that is killed, and tells its subscribers`,
    async run(world) {
      const { victim, client, driver, survivors } = await deathbed(world, kind)
      const streamId = world.newStreamId()
      const channel = await channelOf('UDP', 'term-length=64k')
      const subscriptions = []
      for (const one of survivors) subscriptions.push(await one.addSubscription(channel, streamId, LENGTHS))
      const publication = await client.addPublication(channel, streamId, 'exclusive')
      const { position } = await carry(publication, subscriptions, task(MESSAGES))
      await victim.kill()
      for (const subscription of subscriptions) {
        const { unavailable } = await subscription.until('the image is gone', (state) => state.unavailable.length > 0)
        assert.equal(unavailable.map((image) => [image.position, image.isEndOfStream]), [[position, true]])
      }
      assert.is(await systemCounter(survivors[0]!, SystemCounterId.CLIENT_TIMEOUTS), 1)
      for (const one of survivors) {
        await until('nothing of it is left', () => one.counters(), (counters) =>
          !counters.some(({ ownerId }) => ownerId === client.clientId))
        await one.close()
      }
      await driver.close()
    },
  }
}

const KINDS: readonly Kind[] = ['Java', 'ours']

export const DEATH_CELLS: readonly Cell[] = KINDS.flatMap((kind) => [
  driverDeath(kind),
  claimDeath(kind, 'IPC'),
  claimDeath(kind, 'UDP'),
  clientDeath(kind),
])
