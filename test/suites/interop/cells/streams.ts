/** Streams of messages between peers, and what must have come of them. */
import * as assert from 'uvu/assert'
import { lengthOf } from '../pattern.ts'
import type { PeerPublication, PeerSubscription } from '../peer.ts'
import type { PublicationState, SubscriptionState, Task } from '../protocol.ts'

/** From nothing to the longest that terms of 64 KiB take, around what fits into a datagram of 1408 bytes. */
export const LENGTHS: readonly number[] = [0, 1, 31, 32, 33, 200, 1376, 1377, 5000, 8192]

/** The same around datagrams of 8 KiB, for terms of 256 KiB. */
export const LENGTHS_8K: readonly number[] = [8, 8159, 8160, 8161, 0, 32_768, 1408]

const CLAIM_EVERY = 3

export function task(count: number, lengths: readonly number[] = LENGTHS, publisher: number = 1): Task {
  return { publisher, count, lengths, claimEvery: CLAIM_EVERY }
}

export function totalBytes({ count, lengths }: Task, first: number = 0): number {
  let bytes = 0
  for (let sequence = first; sequence < count; sequence++) bytes += lengthOf(lengths, sequence)
  return bytes
}

/** Waits until a subscription has received so many messages of a publisher. */
export function untilReceived(
  subscription: PeerSubscription, messages: number, publisher: number = 1,
): Promise<SubscriptionState> {
  return subscription.until(`${messages} messages of publisher ${publisher} were received`, ({ received }) =>
    received.some((one) => one.publisher === publisher && one.messages >= messages))
}

/** Publishes a task to its end and holds what the subscriptions receive against it. */
export async function carry(
  publication: PeerPublication, subscriptions: readonly PeerSubscription[], what: Task,
): Promise<PublicationState> {
  await publication.untilConnected()
  await publication.publish(what)
  const published = await publication.untilDone()
  for (const subscription of subscriptions) {
    expectAll(await untilReceived(subscription, what.count), publication, published, what)
  }
  return published
}

function expectAll(
  state: SubscriptionState, { facts }: PeerPublication, published: PublicationState, what: Task,
): void {
  const { sessionId } = facts
  const bytes = totalBytes(what)
  const { position } = published
  assert.equal(
    state.received, [{ sessionId, publisher: what.publisher, first: 0, messages: what.count, bytes, position }],
  )
  const isFragmented = what.lengths.slice(0, what.count).some((length) => length > facts.maxPayloadLength)
  assert.is(state.fragments > what.count, isFragmented)
}
