/** What is not a stream: a driver with clients of both kinds, and what it shows in its directory. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { LOG_FOLDERS } from '../../../../client/files/directory-layout.ts'
import type { PeerClient, PeerDriver } from '../peer.ts'
import { PeerError, until } from '../peer.ts'
import type { CounterFacts } from '../protocol.ts'
import { freeUdpPort } from '../peers.ts'
import type { Cell } from './cell.ts'
import { carry, LENGTHS, task, totalBytes, untilReceived } from './streams.ts'
import { channelOf } from './routes.ts'
import type { RouteMedia } from './routes.ts'
import type { Condition, Kind, World } from './world.ts'

const MESSAGES = 400
const COUNTER_TYPE_ID = 1001
const HEARTBEAT_TYPE_ID = 11

/** Failed offers to the agent that does what may block: named differently since 1.52, and by us. */
const RENAMED_COUNTER_ID = 45

interface Place {
  readonly world: World
  readonly driver: PeerDriver
  /** Kind of the driver. */
  readonly kind: Kind
  /** The other one. */
  readonly foreign: Kind
}

interface Trial {
  readonly name: string
  readonly condition?: Condition
  readonly isSince148?: true
  run(place: Place): Promise<void>
}

/** Both kinds of clients publish into one log, and each hears all of it. */
function sharing(media: RouteMedia): Trial {
  return {
    name: `clients of both kinds share a publication, ${media}`,
    async run({ world, driver }) {
      const streamId = world.newStreamId()
      const channel = await channelOf(media, 'term-length=64k')
      const clients = [await world.connect('Java', driver), await world.connect('ours', driver)] as const
      const subscriptions = []
      for (const client of clients) subscriptions.push(await client.addSubscription(channel, streamId, LENGTHS))
      const publications = []
      for (const client of clients) publications.push(await client.addPublication(channel, streamId, 'shared'))
      const [first, second] = publications
      assert.is(first!.facts.sessionId, second!.facts.sessionId)
      assert.is(first!.facts.originalRegistrationId, second!.facts.originalRegistrationId)
      await first!.untilConnected()
      for (const [i, publication] of publications.entries()) await publication.publish(task(MESSAGES, LENGTHS, i))
      for (const subscription of subscriptions) {
        await untilReceived(subscription, MESSAGES, 0)
        const { received } = await untilReceived(subscription, MESSAGES, 1)
        assert.equal(received.map(({ bytes }) => bytes), [totalBytes(task(MESSAGES)), totalBytes(task(MESSAGES))])
        assert.is(Math.max(...received.map(({ position }) => position)), (await first!.state()).position)
      }
      for (const client of clients) await client.close()
    },
  }
}

/** What of a counter does not change while it is there. */
function facts({ id, typeId, label, key, registrationId, ownerId }: CounterFacts): string {
  return JSON.stringify({ id, typeId, label, key, registrationId, ownerId })
}

async function expectSame<T>(what: string, look: () => Promise<readonly [T, T]>): Promise<void> {
  const [one, other] = await until(what, look, ([a, b]) => JSON.stringify(a) === JSON.stringify(b))
  assert.equal(one, other)
}

function ownedBy(counters: readonly CounterFacts[], { clientId }: PeerClient): readonly CounterFacts[] {
  return counters.filter(({ ownerId }) => ownerId === clientId)
}

/** Labels of the counters that there are because of a stream. */
async function streamCounters(world: World, driver: PeerDriver, channel: string, streamId: number): Promise<string[]> {
  const client = await world.connect('Java', driver)
  const before = await client.counters()
  const subscription = await client.addSubscription(channel, streamId, LENGTHS)
  const publication = await client.addPublication(channel, streamId, 'exclusive')
  await carry(publication, [subscription], task(1))
  const known = new Set(before.map(facts))
  const added = (await client.counters()).filter((counter) => !known.has(facts(counter)))
  await client.close()
  return added.map(({ typeId, label }) => `${typeId} ${label.replace(CHANGING, '#')}`).sort()
}

/** What differs from driver to driver in labels: the first number, which is an id, and ports. */
const CHANGING = /(?<=^[^:]+: (?:id=)?)\d+|(?<=127\.0\.0\.1:)\d+/g

function logsIn({ dir }: PeerDriver): readonly string[] {
  return Object.values(LOG_FOLDERS).flatMap((folder) => readdirSync(join(dir, folder)))
}

/** What is wrong with a publication, as all drivers see it, and the code that they refuse it with. */
const WRONG_CHANNELS: Readonly<Record<string, string>> = {
  'aeron:udp': 'INVALID_CHANNEL',
  'aeron:tcp?endpoint=127.0.0.1:40123': 'INVALID_CHANNEL',
  'http://127.0.0.1': 'INVALID_CHANNEL',
  'aeron:udp?endpoint=': 'INVALID_CHANNEL',
  'aeron:udp?=1': 'INVALID_CHANNEL',
  'aeron:udp?endpoint=127.0.0.1': 'INVALID_CHANNEL',
  'aeron:udp?endpoint=127.0.0.1:99999': 'INVALID_CHANNEL',
  'aeron:udp?endpoint=127.0.0.1:40123|interface=192.0.2.1': 'INVALID_CHANNEL',
  'aeron:udp?endpoint=127.0.0.1:0': 'GENERIC_ERROR',
}

interface Refusal {
  readonly ours: string
  /** `accepted` when it is not refused. */
  readonly reference: string
}

/** Where our driver answers something else; docs/interop.md has the same. */
export const REFUSAL_DIFFERENCES: Readonly<Record<string, Refusal>> = {
  'aeron:udp?endpoint=127.0.0.1:40123|mtu=100': { ours: 'INVALID_CHANNEL', reference: 'GENERIC_ERROR' },
  'aeron:udp?endpoint=127.0.0.1:40123|term-length=65k': { ours: 'INVALID_CHANNEL', reference: 'GENERIC_ERROR' },
  'aeron:udp?endpoint=127.0.0.1:40123|linger=soon': { ours: 'INVALID_CHANNEL', reference: 'GENERIC_ERROR' },
  'aeron:ipc?mtu=100': { ours: 'INVALID_CHANNEL', reference: 'GENERIC_ERROR' },
  'aeron:udp?endpoint=127.0.0.1:40123|eos=maybe': { ours: 'INVALID_CHANNEL', reference: 'accepted' },
  'aeron:udp?endpoint=127.0.0.1:40123|mtu=1408|mtu=4096': { ours: 'INVALID_CHANNEL', reference: 'accepted' },
  'aeron:udp?endpoint=127.0.0.1:40123|control=127.0.0.1:40124|control-mode=dynamic':
    { ours: 'NOT_SUPPORTED', reference: 'accepted' },
}

async function refusal(client: PeerClient, channel: string, streamId: number): Promise<string> {
  try {
    const publication = await client.addPublication(channel, streamId, 'exclusive')
    await publication.close()
  } catch (error) {
    if (error instanceof PeerError && error.errorName !== undefined) return error.errorName
    throw error
  }
  return 'accepted'
}

const TRIALS: readonly Trial[] = [
  sharing('IPC'),
  sharing('UDP'),
  {
    name: 'readers of both kinds see the same counters',
    async run({ world, driver, kind, foreign }) {
      const client = await world.connect(foreign, driver)
      await client.addSubscription(`aeron:udp?endpoint=127.0.0.1:${await freeUdpPort()}`, world.newStreamId(), LENGTHS)
      const [own, other] = [world.peer(kind), client.peer]
      await expectSame('both readers see the same', async () => [
        (await own.counters(driver)).map(facts), (await other.counters(driver)).map(facts),
      ])
      await expectSame('the client sees what the readers see', async () => [
        (await own.counters(driver)).map(facts), (await client.counters()).map(facts),
      ])
      const counters = await own.counters(driver)
      const heartbeat = counters.find((one) => one.typeId === HEARTBEAT_TYPE_ID && one.ownerId === client.clientId)
      assert.is(heartbeat?.registrationId, client.clientId)
      assert.match(heartbeat!.label, new RegExp(`^client-heartbeat: id=${client.clientId}`))
      await client.close()
    },
  },
  {
    name: 'a counter that a client adds is seen by clients of the other kind, until it goes',
    async run({ world, driver }) {
      for (const [kind, otherKind] of [['Java', 'ours'], ['ours', 'Java']] as const) {
        const [client, other] = [await world.connect(kind, driver), await world.connect(otherKind, driver)]
        const label = `counter of ${kind}`
        const counter = await client.addCounter(COUNTER_TYPE_ID, label)
        await counter.set(4_000_000_000_042)
        const seen = (await other.counters()).find(({ id }) => id === counter.id)
        const { registrationId } = counter
        assert.equal(
          [seen?.typeId, seen?.label, seen?.value, seen?.registrationId, seen?.ownerId],
          [COUNTER_TYPE_ID, label, 4_000_000_000_042, registrationId, client.clientId],
        )
        await counter.close()
        await until('the counter is gone', () => other.counters(), (counters) =>
          !counters.some((one) => one.registrationId === registrationId && one.typeId === COUNTER_TYPE_ID))
        for (const one of [client, other]) await one.close()
      }
    },
  },
  {
    name: 'a static counter is one for clients of both kinds, and stays',
    isSince148: true,
    async run({ world, driver }) {
      const [one, other] = [await world.connect('Java', driver), await world.connect('ours', driver)]
      const registrationId = 4_000_000_000_042
      const counter = await one.addCounter(COUNTER_TYPE_ID, 'static', registrationId)
      assert.is((await other.addCounter(COUNTER_TYPE_ID, 'static', registrationId)).id, counter.id)
      await counter.set(42)
      await one.close()
      const NOBODY = -1
      const seen = (await other.counters()).find(({ id }) => id === counter.id)
      assert.equal([seen?.registrationId, seen?.ownerId, seen?.value], [registrationId, NOBODY, 42])
      await other.close()
    },
  },
  {
    name: 'a client gets a session id that no publication has',
    isSince148: true,
    async run({ world, driver, foreign }) {
      const client = await world.connect(foreign, driver)
      const streamId = world.newStreamId()
      const sessionId = await client.nextSessionId(streamId)
      const channel = `aeron:ipc?term-length=64k|session-id=${sessionId}`
      const subscription = await client.addSubscription('aeron:ipc', streamId, LENGTHS)
      const publication = await client.addPublication(channel, streamId, 'exclusive')
      assert.is(publication.facts.sessionId, sessionId)
      await carry(publication, [subscription], task(MESSAGES))
      assert.is.not(await client.nextSessionId(streamId), sessionId)
      await client.close()
    },
  },
  {
    name: 'a client that closes takes along all that it had',
    async run({ world, driver, foreign }) {
      const client = await world.connect(foreign, driver)
      const watcher = await world.connect(foreign === 'Java' ? 'ours' : 'Java', driver)
      const streamId = world.newStreamId()
      const channel = `aeron:udp?endpoint=127.0.0.1:${await freeUdpPort()}`
      const subscription = await watcher.addSubscription(channel, streamId, LENGTHS)
      await client.addSubscription('aeron:ipc', streamId, LENGTHS)
      await client.addCounter(COUNTER_TYPE_ID, 'a counter')
      const publication = await client.addPublication(channel, streamId, 'exclusive')
      await carry(publication, [subscription], task(MESSAGES))
      assert.ok(ownedBy(await watcher.counters(), client).length > 2)
      await client.close()
      await subscription.until('the image is gone', ({ unavailable }) => unavailable.length === 1)
      await until('its counters are gone', () => watcher.counters(), (all) => ownedBy(all, client).length === 0)
      await watcher.close()
    },
  },
  {
    name: 'logs of publications that come and go do not stay',
    condition: 'strict',
    async run({ world, driver, foreign }) {
      const client = await world.connect(foreign, driver)
      for (let i = 0; i < 10; i++) {
        const channel = await channelOf(i % 2 === 0 ? 'IPC' : 'UDP', 'term-length=64k')
        const streamId = world.newStreamId()
        const subscription = await client.addSubscription(channel, streamId, LENGTHS)
        const publication = await client.addPublication(channel, streamId, 'exclusive')
        await carry(publication, [subscription], task(10))
        await publication.close()
        await subscription.until('the image is gone', ({ unavailable }) => unavailable.length === 1)
        await subscription.close()
      }
      await client.close()
      await until('no log is left', async () => logsIn(driver), (logs) => logs.length === 0)
    },
  },
  {
    name: 'a client stays alive for longer than the driver waits for clients',
    condition: 'strict',
    async run({ world, driver, foreign }) {
      const client = await world.connect(foreign, driver)
      const streamId = world.newStreamId()
      const channel = 'aeron:ipc?term-length=64k'
      const subscription = await client.addSubscription(channel, streamId, LENGTHS)
      const publication = await client.addPublication(channel, streamId, 'exclusive')
      await carry(publication, [subscription], task(1))
      const { clientLivenessTimeoutNs } = await client.peer.facts(driver)
      await new Promise((resolve) => setTimeout(resolve, (2 * clientLivenessTimeoutNs) / 1e6))
      await publication.publish(task(MESSAGES))
      await untilReceived(subscription, 1 + MESSAGES)
      const { isClosed, errors } = await client.state()
      assert.equal({ isClosed, errors }, { isClosed: false, errors: [] })
      await client.close()
    },
  },
  {
    name: 'wrong channels are refused with the codes that docs/interop.md gives',
    condition: 'refusing',
    async run({ world, driver, kind, foreign }) {
      const streamId = world.newStreamId()
      const client = await world.connect(foreign, driver)
      for (const [channel, errorName] of Object.entries(WRONG_CHANNELS)) {
        assert.is(await refusal(client, channel, streamId), errorName, channel)
      }
      for (const [channel, { ours, reference }] of Object.entries(REFUSAL_DIFFERENCES)) {
        assert.is(await refusal(client, channel, streamId), kind === 'ours' ? ours : reference, channel)
      }
      await client.close()
    },
  },
  {
    name: 'readers of both kinds see the same errors',
    condition: 'refusing',
    async run({ world, driver, kind, foreign }) {
      const client = await world.connect(foreign, driver)
      for (let i = 0; i < 2; i++) await refusal(client, 'aeron:udp?endpoint=127.0.0.1', world.newStreamId())
      await client.close()
      const errors = await world.peer(kind).errors(driver)
      assert.ok(errors.length > 0)
      assert.ok(errors.some(({ observationCount, text }) => observationCount > 1 && text !== ''))
      assert.equal(await client.peer.errors(driver), errors)
    },
  },
  {
    name: 'readers of both kinds see the same losses',
    condition: 'lossy',
    async run({ world, driver, kind, foreign }) {
      const client = await world.connect(foreign, driver)
      const streamId = world.newStreamId()
      const channel = `aeron:udp?endpoint=127.0.0.1:${await freeUdpPort()}|term-length=64k`
      const subscription = await client.addSubscription(channel, streamId, LENGTHS)
      const publication = await client.addPublication(channel, streamId, 'exclusive')
      await carry(publication, [subscription], task(MESSAGES))
      const losses = await world.peer(kind).losses(driver)
      assert.equal(await client.peer.losses(driver), losses)
      const loss = losses.find((one) => one.streamId === streamId)
      assert.is(loss?.sessionId, publication.facts.sessionId)
      assert.is(loss?.channel, channel)
      assert.match(loss!.source, /^127\.0\.0\.1:\d+$/)
      assert.ok(loss!.totalBytesLost >= loss!.observationCount * 32)
      await client.close()
    },
  },
  {
    name: 'a driver of the other kind does not take its directory while it lives',
    async run({ world, driver, foreign }) {
      let error: unknown
      try {
        await world.peer(foreign).launch(driver.dir)
      } catch (reason) {
        error = reason
      }
      assert.match(String(error), foreign === 'ours' ? 'a driver uses' : 'ActiveDriverException')
    },
  },
  {
    name: 'readers of both kinds see the same header of the CnC file',
    async run({ world, driver, kind, foreign }) {
      const other = (await world.connect(foreign, driver)).peer
      const header = await world.peer(kind).facts(driver)
      assert.equal(await other.facts(driver), header)
      assert.ok(header.pid > 1 && header.startTimestampMs <= Date.now())
    },
  },
]

/** What only Java's driver can so far: our client does not stand in the way. */
const JAVA_TRIALS: readonly Trial[] = [
  {
    name: 'our client spies on a publication',
    async run({ world, driver }) {
      const client = await world.connect('ours', driver)
      const channel = await channelOf('UDP', 'term-length=64k')
      const streamId = world.newStreamId()
      const spy = await client.addSubscription(`aeron-spy:${channel}`, streamId, LENGTHS)
      const subscription = await client.addSubscription(channel, streamId, LENGTHS)
      const publication = await client.addPublication(channel, streamId, 'exclusive')
      await carry(publication, [subscription, spy], task(MESSAGES))
      await client.close()
    },
  },
  {
    name: 'our client publishes to several destinations that come by themselves',
    async run({ world, driver }) {
      const client = await world.connect('ours', driver)
      const control = `control=127.0.0.1:${await freeUdpPort()}`
      const streamId = world.newStreamId()
      const subscriptions = []
      for (let i = 0; i < 2; i++) {
        const channel = `aeron:udp?endpoint=127.0.0.1:${await freeUdpPort()}|${control}`
        subscriptions.push(await client.addSubscription(channel, streamId, LENGTHS))
      }
      const dynamic = `aeron:udp?${control}|control-mode=dynamic|term-length=64k|fc=min,g:/2`
      const publication = await client.addPublication(dynamic, streamId, 'exclusive')
      await carry(publication, subscriptions, task(MESSAGES))
      await client.close()
    },
  },
]

/** Only our driver can differ from the reference here. */
const OUR_TRIALS: readonly Trial[] = [
  {
    name: "the system counters of Java's driver are there with its labels",
    async run({ world, driver }) {
      // Without what is behind a colon: versions, names and thresholds.
      const system = async (one: PeerDriver): Promise<string[]> =>
        (await world.peer('Java').counters(one))
          .filter(({ id, typeId }) => typeId === 0 && id !== RENAMED_COUNTER_ID)
          .map(({ id, label }) => `${id} ${label.replace(/:.*/, '')}`)
      const expected = await system(await world.driver('Java'))
      assert.ok(expected.length > 30)
      assert.equal((await system(driver)).slice(0, expected.length), expected)
    },
  },
  ...(['UDP', 'IPC'] as const).map((media): Trial => ({
    name: `the counters of a stream are those of Java's driver, ${media}`,
    isSince148: true,
    async run({ world, driver }) {
      const streamId = world.newStreamId()
      const list = async (one: PeerDriver): Promise<string[]> =>
        streamCounters(world, one, `${await channelOf(media, 'session-id=77|term-length=64k')}`, streamId)
      const expected = await list(await world.driver('Java'))
      assert.ok(expected.length > 3)
      assert.equal(await list(driver), expected)
    },
  })),
]

function cellOf(kind: Kind, { name, condition, isSince148, run }: Trial): Cell {
  return {
    name: `on ${kind === 'ours' ? 'our driver' : "Java's driver"}: ${name}`,
    ...(isSince148 === undefined ? {} : { isSince148 }),
    async run(world) {
      const driver = await world.driver(kind, condition)
      await run({ world, driver, kind, foreign: kind === 'ours' ? 'Java' : 'ours' })
    },
  }
}

export const ONE_DRIVER_CELLS: readonly Cell[] = [
  ...[...TRIALS, ...JAVA_TRIALS].map((trial) => cellOf('Java', trial)),
  ...[...TRIALS, ...OUR_TRIALS].map((trial) => cellOf('ours', trial)),
]
