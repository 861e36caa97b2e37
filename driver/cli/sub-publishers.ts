import type { Image } from '../../client/image.ts'
import { ChannelUri } from '../../client/protocol/channel-uri.ts'
import type { Subscription } from '../../client/subscription.ts'
import type { Output } from '../../codegen/cli/command.ts'
import type { StreamConnection } from './stream-connection.ts'
import { connectionError } from './stream-connection.ts'
import type { Ending } from './stream-ending.ts'
import { Rest } from './stream-rest.ts'
import type { SubOptions } from './sub-options.ts'

const PORT_OF_SYSTEM = /:0$/

/** What one run of the command works with. */
export interface SubContext {
  readonly name: string
  readonly options: SubOptions
  readonly connection: StreamConnection
  readonly ending: Ending
  readonly output: Output
}

/**
 * Subscribes, and waits for a publisher. Rejects with ERR_GODWIT_CLI_CONNECTION when none comes, and when it is
 * interrupted.
 */
export async function subscribe(context: SubContext): Promise<Subscription> {
  const { name, options, connection, ending, output } = context
  const { uri, streamId, isQuiet } = options
  const subscription = await connection.client.addSubscription(uri.toString(), streamId)
  if (PORT_OF_SYSTEM.test(uri.get('endpoint') ?? '') && !isQuiet) {
    output.err(`${name}: listening at ${subscription.resolvedEndpoint}\n`)
  }
  await waitForFirst(subscription, options.timeoutMs, ending)
  return subscription
}

/**
 * As `subscribe`, but to the first publisher alone. Others find nobody who listens then, which tells them more than
 * messages that nobody looks at.
 */
export async function subscribeToFirst(context: SubContext): Promise<Image> {
  const { connection, ending } = context
  const subscription = await subscribe(context)
  const first = subscription.imageAtIndex(0)!
  const uri = ChannelUri.parse(subscription.tryResolveChannelEndpointPort() ?? subscription.channel)
  if (uri.get('session-id') !== undefined) return first
  const channel = uri.with('session-id', String(first.sessionId)).toString()
  const narrowed = await connection.client.addSubscription(channel, subscription.streamId)
  const rest = new Rest()
  // A stream that ended without a message is not given to anybody who comes later.
  while (narrowed.hasNoImages && !first.isClosed && !ending.check()) await rest.turn(false)
  const image = narrowed.imageAtIndex(0)
  if (image !== undefined) subscription.close()
  return image ?? first
}

async function waitForFirst(
  subscription: Subscription, timeoutMs: number = Infinity, ending: Ending,
): Promise<void> {
  const rest = new Rest()
  const startMs = performance.now()
  while (subscription.hasNoImages) {
    ending.signal.throwIfAborted()
    if (performance.now() > startMs + timeoutMs) {
      const { channel, streamId } = subscription
      throw connectionError(`no publisher on ${channel}, stream ${streamId}, within ${timeoutMs / 1000} s`)
    }
    await rest.turn(false)
  }
}
