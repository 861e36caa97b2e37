/** Our driver and the reference's, over UDP. */
import * as assert from 'uvu/assert'
import type { CounterFacts } from '../protocol.ts'
import { freeUdpPort } from '../peers.ts'
import { SystemCounterId } from '../../../../schemas/generated/aeron.memory/index.ts'
import type { Cell } from './cell.ts'
import { carry, LENGTHS, LENGTHS_8K, task, totalBytes, untilReceived } from './streams.ts'
import type { Kind, Side, World } from './world.ts'

/** Ten terms of 64 KiB, and more. */
const MESSAGES = 400

interface Route {
  readonly from: Kind
  readonly to: Kind
}

interface Ends {
  readonly world: World
  readonly from: Side
  readonly to: Side
  readonly channel: string
  readonly streamId: number
}

type Condition = 'sound' | 'lossy'

async function open(world: World, { from, to }: Route, parameters: string, lossy?: Kind): Promise<Ends> {
  const condition = (kind: Kind): Condition => (kind === lossy ? 'lossy' : 'sound')
  return {
    world,
    from: await world.side(from, condition(from)),
    to: await world.side(to, condition(to)),
    channel: `aeron:udp?endpoint=127.0.0.1:${await freeUdpPort()}${parameters}`,
    streamId: world.newStreamId(),
  }
}

async function close({ from, to }: Ends): Promise<void> {
  await from.client.close()
  await to.client.close()
}

interface Scenario {
  readonly name: string
  readonly parameters?: string
  /** Whose driver loses 5 % of all datagrams, both ways. */
  readonly lossy?: Kind
  readonly isSince148?: true
  run(ends: Ends): Promise<void>
}

async function publishExclusive({ from, to, channel, streamId }: Ends, count: number = MESSAGES): Promise<void> {
  const subscription = await to.client.addSubscription(channel, streamId, LENGTHS)
  const publication = await from.client.addPublication(channel, streamId, 'exclusive')
  await carry(publication, [subscription], task(count))
}

async function publishUnderLoss(ends: Ends): Promise<void> {
  const before = await naks(ends)
  await publishExclusive(ends)
  assert.ok((await naks(ends)) > before, 'nothing was lost')
}

/** Sent by the receiver and by now received by the sender. */
async function naks({ from, to }: Ends): Promise<number> {
  const value = (counters: readonly CounterFacts[], id: number): number => counters.find((one) => one.id === id)!.value
  const sent = value(await to.client.counters(), SystemCounterId.NAK_MESSAGES_SENT)
  const received = value(await from.client.counters(), SystemCounterId.NAK_MESSAGES_RECEIVED)
  return Math.min(sent, received)
}

const SCENARIOS: readonly Scenario[] = [
  {
    name: 'an exclusive publication with messages below and above the MTU, through many terms',
    parameters: '|term-length=64k',
    run: publishExclusive,
  },
  { name: 'a long stream in terms of the default length', run: (ends) => publishExclusive(ends, 5000) },
  {
    name: 'two publishers that share a publication',
    parameters: '|term-length=64k',
    async run({ from, to, channel, streamId }) {
      const subscription = await to.client.addSubscription(channel, streamId, LENGTHS)
      const first = await from.client.addPublication(channel, streamId, 'shared')
      const second = await from.client.addPublication(channel, streamId, 'shared')
      assert.is(second.facts.sessionId, first.facts.sessionId)
      await first.untilConnected()
      await first.publish(task(MESSAGES, LENGTHS, 1))
      await second.publish(task(MESSAGES, LENGTHS, 2))
      await untilReceived(subscription, MESSAGES, 1)
      const { received } = await untilReceived(subscription, MESSAGES, 2)
      const { position } = await first.state()
      assert.is(Math.max(...received.map((one) => one.position)), position)
      assert.equal(received.map(({ bytes }) => bytes), [totalBytes(task(MESSAGES)), totalBytes(task(MESSAGES))])
    },
  },
  {
    name: 'an MTU of 8 KiB',
    parameters: '|term-length=256k|mtu=8k',
    async run({ from, to, channel, streamId }) {
      const subscription = await to.client.addSubscription(channel, streamId, LENGTHS_8K)
      const publication = await from.client.addPublication(channel, streamId, 'exclusive')
      assert.is(publication.facts.maxPayloadLength, 8160)
      await carry(publication, [subscription], task(MESSAGES, LENGTHS_8K))
    },
  },
  {
    name: 'a stream that begins at a given position, where term ids wrap',
    parameters: '|term-length=64k',
    async run({ from, to, channel, streamId }) {
      const subscription = await to.client.addSubscription(channel, streamId, LENGTHS)
      const position = 'init-term-id=2147483647|term-id=-2147483648|term-offset=64'
      const publication = await from.client.addPublication(`${channel}|${position}`, streamId, 'exclusive')
      assert.is((await publication.state()).position, 65_536 + 64)
      await carry(publication, [subscription], task(MESSAGES))
      const { images } = await subscription.state()
      assert.equal(images.map(({ joinPosition }) => joinPosition), [65_536 + 64])
    },
  },
  {
    name: 'several subscribers',
    parameters: '|term-length=64k',
    async run({ world, from, to, channel, streamId }) {
      const other = await world.side(to.client.peer.kind)
      const subscriptions = [
        await to.client.addSubscription(channel, streamId, LENGTHS),
        await to.client.addSubscription(channel, streamId, LENGTHS),
        await other.client.addSubscription(channel, streamId, LENGTHS),
      ]
      const publication = await from.client.addPublication(channel, streamId, 'exclusive')
      await carry(publication, subscriptions, task(MESSAGES))
      await other.client.close()
    },
  },
  {
    name: 'a late joiner hears what is published after it has come',
    parameters: '|term-length=64k',
    async run({ from, to, channel, streamId }) {
      const early = await to.client.addSubscription(channel, streamId, LENGTHS)
      const publication = await from.client.addPublication(channel, streamId, 'exclusive')
      const { position } = await carry(publication, [early], task(MESSAGES))
      const late = await to.client.addSubscription(channel, streamId, LENGTHS)
      const { images } = await late.until('the late joiner has an image', (state) => state.images.length === 1)
      assert.is(images[0]?.joinPosition, position)
      await publication.publish(task(MESSAGES))
      await untilReceived(early, 2 * MESSAGES)
      const { received } = await untilReceived(late, MESSAGES)
      assert.equal(received.map(({ first, messages }) => [first, messages]), [[MESSAGES, MESSAGES]])
    },
  },
  {
    name: 'a publication is connected again when a subscriber comes back',
    parameters: '|term-length=64k',
    async run({ from, to, channel, streamId }) {
      const before = await to.client.addSubscription(channel, streamId, LENGTHS)
      const publication = await from.client.addPublication(channel, streamId, 'exclusive')
      await carry(publication, [before], task(MESSAGES))
      await before.close()
      await publication.untilDisconnected()
      const again = await to.client.addSubscription(channel, streamId, LENGTHS)
      await publication.untilConnected()
      await publication.publish(task(MESSAGES))
      const { received } = await untilReceived(again, MESSAGES)
      assert.is(received[0]?.first, MESSAGES)
    },
  },
  {
    name: 'the end of a stream ends its image',
    parameters: '|term-length=64k',
    async run({ from, to, channel, streamId }) {
      const subscription = await to.client.addSubscription(channel, streamId, LENGTHS)
      const publication = await from.client.addPublication(channel, streamId, 'exclusive')
      const { position } = await carry(publication, [subscription], task(MESSAGES))
      const [image] = (await subscription.state()).images
      assert.is(image?.isEndOfStream, false)
      await publication.close()
      const { images, unavailable } = await subscription.until('the image is gone', (one) => one.unavailable.length > 0)
      const { sessionId } = publication.facts
      assert.equal(unavailable.map((one) => [one.sessionId, one.position]), [[sessionId, position]])
      assert.is(unavailable[0]?.isEndOfStream, true)
      assert.equal(images, [])
    },
  },
  {
    name: 'a subscriber that does not read holds its publisher back and loses nothing',
    parameters: '|term-length=64k',
    async run({ from, to, channel, streamId }) {
      const subscription = await to.client.addSubscription(channel, streamId, LENGTHS, { paused: true })
      const publication = await from.client.addPublication(channel, streamId, 'exclusive')
      await publication.untilConnected()
      await publication.publish(task(MESSAGES))
      const BACK_PRESSURED = -2
      await publication.until('it is back-pressured', ({ lastResult }) => lastResult === BACK_PRESSURED)
      await subscription.resume()
      const { position } = await publication.untilDone()
      const { received } = await untilReceived(subscription, MESSAGES)
      assert.equal(received.map((one) => [one.bytes, one.position]), [[totalBytes(task(MESSAGES)), position]])
    },
  },
  {
    name: '5 % of the datagrams lost by our driver, both ways',
    parameters: '|term-length=64k',
    lossy: 'ours',
    run: publishUnderLoss,
  },
  {
    name: "5 % of the frames lost by Java's driver, both ways",
    parameters: '|term-length=64k',
    lossy: 'Java',
    run: publishUnderLoss,
  },
  {
    name: 'an image that is rejected tells its publisher why',
    parameters: '|term-length=64k',
    isSince148: true,
    async run({ from, to, channel, streamId }) {
      const subscription = await to.client.addSubscription(channel, streamId, LENGTHS)
      const publication = await from.client.addPublication(channel, streamId, 'exclusive')
      await carry(publication, [subscription], task(1))
      await subscription.reject('not wanted here')
      const { publicationErrors } = await from.client.until('the publisher is told', (state) =>
        state.publicationErrors.length > 0)
      const { registrationId, sessionId } = publication.facts
      const IMAGE_REJECTED = 13
      assert.is(
        publicationErrors[0],
        `registrationId=${registrationId}, sessionId=${sessionId}, streamId=${streamId}, ` +
          `errorCode=${IMAGE_REJECTED}, errorMessage=not wanted here`,
      )
      await publication.untilDisconnected()
    },
  },
  {
    name: 'a publication that is revoked takes its images away',
    parameters: '|term-length=64k',
    isSince148: true,
    async run({ from, to, channel, streamId }) {
      const subscription = await to.client.addSubscription(channel, streamId, LENGTHS)
      const publication = await from.client.addPublication(channel, streamId, 'exclusive')
      await carry(publication, [subscription], task(1))
      await publication.revoke()
      const { unavailable } = await subscription.until('the image is gone', (state) => state.unavailable.length > 0)
      assert.is(unavailable[0]?.isRevoked, true)
    },
  },
]

const ROUTES: readonly (Route & { readonly name: string })[] = [
  { name: "our driver to Java's", from: 'ours', to: 'Java' },
  { name: "Java's driver to ours", from: 'Java', to: 'ours' },
]

function cellOf(route: Route & { readonly name: string }, scenario: Scenario): Cell {
  const { name, parameters = '', lossy, isSince148 } = scenario
  return {
    name: `${route.name}: ${name}`,
    ...(isSince148 === undefined ? {} : { isSince148 }),
    async run(world) {
      const ends = await open(world, route, parameters, lossy)
      await scenario.run(ends)
      await close(ends)
    },
  }
}

export const NETWORK_CELLS: readonly Cell[] = ROUTES.flatMap((route) =>
  SCENARIOS.map((scenario) => cellOf(route, scenario)))
