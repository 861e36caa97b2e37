/** Streams of all kinds: what the rows of the matrix in docs/interop.md are. */
import * as assert from 'uvu/assert'
import { BACK_PRESSURED } from '../../../../driver/index.ts'
import { ErrorCode } from '../../../../schemas/generated/aeron.commands/index.ts'
import { SystemCounterId } from '../../../../schemas/generated/aeron.memory/index.ts'
import type { PeerClient } from '../peer.ts'
import type { Ends } from './routes.ts'
import { carry, LENGTHS, LENGTHS_8K, task, totalBytes, untilReceived } from './streams.ts'
import type { Condition, Kind } from './world.ts'

/** Ten terms of 64 KiB, and more. */
const MESSAGES = 400

/** Streams of scenarios that have many, with ids beyond those that scenarios are given. */
const STREAMS = 20
const STREAMS_BASE = 100_000
/** Messages of each of them. */
const MANY = 100

const SHORT_TERMS = 'term-length=64k'

export interface Scenario {
  readonly name: string
  /** Of the channel. */
  readonly parameters: string
  /** What drivers it takes; default sound ones. */
  readonly conditions?: Readonly<Partial<Record<Kind, Condition>>>
  /** Whether it needs a driver at each end. */
  readonly isForNetwork?: true
  readonly isSince148?: true
  run(ends: Ends): Promise<void>
}

async function publishExclusive({ from, to, channel, streamId }: Ends, count: number = MESSAGES): Promise<void> {
  const subscription = await to.addSubscription(channel, streamId, LENGTHS)
  const publication = await from.addPublication(channel, streamId, 'exclusive')
  await carry(publication, [subscription], task(count))
}

async function publishMany({ from, to, channel, streamId }: Ends): Promise<void> {
  const streams = await Promise.all(Array.from({ length: STREAMS }, async (_, i) => {
    const id = STREAMS_BASE + STREAMS * streamId + i
    return {
      subscription: await to.addSubscription(channel, id, LENGTHS),
      publication: await from.addPublication(channel, id, 'exclusive'),
    }
  }))
  await Promise.all(streams.map(({ subscription, publication }) => carry(publication, [subscription], task(MANY))))
}

async function publishUnderLoss(ends: Ends): Promise<void> {
  const before = await naks(ends)
  await publishExclusive(ends)
  assert.ok((await naks(ends)) > before, 'nothing was lost')
}

/** Sent by the receiver and by now received by the sender. */
async function naks({ from, to }: Ends): Promise<number> {
  const sent = await systemCounter(to, SystemCounterId.NAK_MESSAGES_SENT)
  return Math.min(sent, await systemCounter(from, SystemCounterId.NAK_MESSAGES_RECEIVED))
}

/** Value of a counter of the driver that a client is connected to. */
export async function systemCounter(client: PeerClient, id: number): Promise<number> {
  return (await client.counters()).find((one) => one.id === id)!.value
}

export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'an exclusive publication with messages below and above the MTU, through many terms',
    parameters: SHORT_TERMS,
    run: publishExclusive,
  },
  {
    name: 'a long stream in terms of 16 MiB',
    parameters: 'term-length=16m',
    run: (ends) => publishExclusive(ends, 5000),
  },
  {
    name: 'two publishers that share a publication',
    parameters: SHORT_TERMS,
    async run({ from, to, channel, streamId }) {
      const subscription = await to.addSubscription(channel, streamId, LENGTHS)
      const first = await from.addPublication(channel, streamId, 'shared')
      const second = await from.addPublication(channel, streamId, 'shared')
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
    // In shorter ones Aeron's driver does not always get over what it lost on its way from itself to itself.
    name: 'twenty streams of a channel at a time, in terms of 1 MiB',
    parameters: 'term-length=1m',
    run: publishMany,
  },
  {
    name: 'twenty streams of a channel at a time, with windows of half a term',
    parameters: SHORT_TERMS,
    isForNetwork: true,
    run: publishMany,
  },
  {
    name: 'a subscription to one session hears that one alone',
    parameters: SHORT_TERMS,
    async run({ from, to, channel, streamId }) {
      const subscription = await to.addSubscription(`${channel}|session-id=-7`, streamId, LENGTHS)
      const all = await to.addSubscription(channel, streamId, LENGTHS)
      const wanted = await from.addPublication(`${channel}|session-id=-7`, streamId, 'exclusive')
      const other = await from.addPublication(`${channel}|session-id=8`, streamId, 'exclusive')
      for (const publication of [wanted, other]) await publication.untilConnected()
      await other.publish(task(MESSAGES))
      await wanted.publish(task(MESSAGES))
      for (const sessionId of [-7, 8]) {
        await all.until('both sessions are heard', ({ received }) =>
          received.some((one) => one.sessionId === sessionId && one.messages === MESSAGES))
      }
      const { received, images } = await untilReceived(subscription, MESSAGES)
      assert.equal(received.map((one) => [one.sessionId, one.messages]), [[-7, MESSAGES]])
      assert.is(images.length, 1)
    },
  },
  {
    name: 'an MTU of 8 KiB',
    parameters: 'term-length=256k|mtu=8k',
    async run({ from, to, channel, streamId }) {
      const subscription = await to.addSubscription(channel, streamId, LENGTHS_8K)
      const publication = await from.addPublication(channel, streamId, 'exclusive')
      assert.is(publication.facts.maxPayloadLength, 8160)
      await carry(publication, [subscription], task(MESSAGES, LENGTHS_8K))
    },
  },
  {
    name: 'a stream that begins at a given position, where term ids wrap',
    parameters: SHORT_TERMS,
    async run({ from, to, channel, streamId }) {
      const subscription = await to.addSubscription(channel, streamId, LENGTHS)
      const position = 'init-term-id=2147483647|term-id=-2147483648|term-offset=64'
      const publication = await from.addPublication(`${channel}|${position}`, streamId, 'exclusive')
      assert.is((await publication.state()).position, 65_536 + 64)
      await carry(publication, [subscription], task(MESSAGES))
      const { images } = await subscription.state()
      assert.equal(images.map(({ joinPosition }) => joinPosition), [65_536 + 64])
    },
  },
  {
    name: 'several subscribers',
    parameters: SHORT_TERMS,
    async run({ from, to, connectReceiver, channel, streamId }) {
      const other = await connectReceiver()
      const subscriptions = [
        await to.addSubscription(channel, streamId, LENGTHS),
        await to.addSubscription(channel, streamId, LENGTHS),
        await other.addSubscription(channel, streamId, LENGTHS),
      ]
      const publication = await from.addPublication(channel, streamId, 'exclusive')
      await carry(publication, subscriptions, task(MESSAGES))
      await other.close()
    },
  },
  {
    name: 'a late joiner hears what is published after it has come',
    parameters: SHORT_TERMS,
    async run({ from, to, channel, streamId }) {
      const early = await to.addSubscription(channel, streamId, LENGTHS)
      const publication = await from.addPublication(channel, streamId, 'exclusive')
      const { position } = await carry(publication, [early], task(MESSAGES))
      const late = await to.addSubscription(channel, streamId, LENGTHS)
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
    parameters: SHORT_TERMS,
    async run({ from, to, channel, streamId }) {
      const before = await to.addSubscription(channel, streamId, LENGTHS)
      const publication = await from.addPublication(channel, streamId, 'exclusive')
      await carry(publication, [before], task(MESSAGES))
      await before.close()
      await publication.untilDisconnected()
      const again = await to.addSubscription(channel, streamId, LENGTHS)
      await publication.untilConnected()
      await publication.publish(task(MESSAGES))
      const { received } = await untilReceived(again, MESSAGES)
      assert.is(received[0]?.first, MESSAGES)
    },
  },
  {
    name: 'the end of a stream ends its image',
    parameters: SHORT_TERMS,
    async run({ from, to, channel, streamId }) {
      const subscription = await to.addSubscription(channel, streamId, LENGTHS)
      const publication = await from.addPublication(channel, streamId, 'exclusive')
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
    parameters: SHORT_TERMS,
    async run({ from, to, channel, streamId }) {
      const subscription = await to.addSubscription(channel, streamId, LENGTHS, { paused: true })
      const publication = await from.addPublication(channel, streamId, 'exclusive')
      await publication.untilConnected()
      await publication.publish(task(MESSAGES))
      await publication.until('it is back-pressured', ({ lastResult }) => lastResult === BACK_PRESSURED)
      await subscription.resume()
      const { position } = await publication.untilDone()
      const { received } = await untilReceived(subscription, MESSAGES)
      assert.equal(received.map((one) => [one.bytes, one.position]), [[totalBytes(task(MESSAGES)), position]])
    },
  },
  {
    name: '5 % of the datagrams lost by our driver, both ways',
    parameters: SHORT_TERMS,
    conditions: { ours: 'lossy' },
    isForNetwork: true,
    run: publishUnderLoss,
  },
  {
    name: "5 % of the frames lost by Java's driver, both ways",
    parameters: SHORT_TERMS,
    conditions: { Java: 'lossy' },
    isForNetwork: true,
    run: publishUnderLoss,
  },
  {
    name: 'our driver with sockets of Node, which come without native code',
    parameters: SHORT_TERMS,
    conditions: { ours: 'dgram' },
    isForNetwork: true,
    run: publishExclusive,
  },
  {
    name: 'an image that is rejected tells its publisher why',
    parameters: SHORT_TERMS,
    conditions: { ours: 'refusing', Java: 'refusing' },
    isSince148: true,
    async run({ from, to, channel, streamId }) {
      const subscription = await to.addSubscription(channel, streamId, LENGTHS)
      const publication = await from.addPublication(channel, streamId, 'exclusive')
      await carry(publication, [subscription], task(1))
      await subscription.reject('not wanted here')
      const { publicationErrors } = await from.until('the publisher is told', (state) =>
        state.publicationErrors.length > 0)
      const { registrationId, sessionId } = publication.facts
      assert.is(
        publicationErrors[0],
        `registrationId=${registrationId}, sessionId=${sessionId}, streamId=${streamId}, ` +
          `errorCode=${ErrorCode.IMAGE_REJECTED}, errorMessage=not wanted here`,
      )
      await publication.untilDisconnected()
    },
  },
  {
    name: 'a publication that is revoked takes its images away',
    parameters: SHORT_TERMS,
    isSince148: true,
    async run({ from, to, channel, streamId }) {
      const subscription = await to.addSubscription(channel, streamId, LENGTHS)
      const publication = await from.addPublication(channel, streamId, 'exclusive')
      await carry(publication, [subscription], task(1))
      await publication.revoke()
      const { unavailable } = await subscription.until('the image is gone', (state) => state.unavailable.length > 0)
      assert.is(unavailable[0]?.isRevoked, true)
    },
  },
]
