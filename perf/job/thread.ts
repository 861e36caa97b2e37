/** What the publisher's and the subscriber's thread of the main job do. */
import { availableParallelism } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'
import { Client } from '../../client/client.ts'
import type { IdleStrategy } from '../../client/memory/idle-strategy.ts'
import { idleStrategyOf } from '../streams/idle.ts'
import type { JobMessage } from './messages.ts'
import { readMessages } from './messages.ts'
import { JobState } from './job-state.ts'
import { Publisher } from './publisher.ts'
import { Subscriber } from './subscriber.ts'
import type { PublisherResult, SubscriberResult, ThreadOrder, ThreadReport } from './thread-protocol.ts'

const CONNECT_TIMEOUT_MS = 5000
const RESOLVE_INTERVAL_MS = 1

/** Publisher, subscriber, driver, and one that leads: with fewer cores, those that spin would take them from others. */
const CORES_TO_SPIN = 4

function report(what: ThreadReport): void {
  parentPort!.postMessage(what)
}

async function publish(
  client: Client, order: ThreadOrder & { role: 'publisher' }, messages: readonly JobMessage[], idle: IdleStrategy,
): Promise<PublisherResult> {
  const publication = await client.addExclusivePublication(order.channel, order.streamId)
  await publication.waitForConnected({ timeoutMs: CONNECT_TIMEOUT_MS })
  report({ kind: 'ready' })
  return new Publisher(publication, messages).run(order.rate, new JobState(order.state), idle)
}

async function subscribe(
  client: Client, order: ThreadOrder, messages: readonly JobMessage[], idle: IdleStrategy,
): Promise<SubscriberResult> {
  const subscription = await client.addSubscription(order.channel, order.streamId)
  // The channel asks for any free port.
  let endpoint = subscription.resolvedEndpoint
  for (; endpoint === undefined; endpoint = subscription.resolvedEndpoint) await delay(RESOLVE_INTERVAL_MS)
  report({ kind: 'bound', endpoint })
  await subscription.waitForConnected({ timeoutMs: CONNECT_TIMEOUT_MS })
  report({ kind: 'ready' })
  return new Subscriber(messages).run(subscription, new JobState(order.state), idle)
}

async function main(order: ThreadOrder): Promise<void> {
  const messages = readMessages()
  const idle = idleStrategyOf(availableParallelism() >= CORES_TO_SPIN ? 'busySpin' : 'backoff')
  const client = await Client.connect(order.handle, { clientName: `job-${order.role}` })
  try {
    const result = order.role === 'publisher'
      ? await publish(client, order, messages, idle)
      : await subscribe(client, order, messages, idle)
    report({ kind: 'done', result })
  } finally {
    await client.close()
  }
}

try {
  await main(workerData as ThreadOrder)
} catch (error) {
  report({ kind: 'failed', message: error instanceof Error ? error.message : String(error) })
}
