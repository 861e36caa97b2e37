import type { Image } from '../../client/image.ts'
import type { ChannelUri } from '../../client/protocol/channel-uri.ts'
import type { ImageHandler, Subscription } from '../../client/subscription.ts'
import type { Output } from '../../codegen/cli/command.ts'
import { connectionError } from './stream-connection.ts'
import type { StreamConnection } from './stream-connection.ts'
import type { Ending } from '../../codegen/cli/ending.ts'
import { Rest } from './stream-rest.ts'
import type { SubOptions } from './sub-options.ts'

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
export async function subscribe(context: SubContext, onAvailableImage?: ImageHandler): Promise<Subscription> {
  const { name, options, connection, ending, output } = context
  const { uri, streamId, isQuiet } = options
  const subscription = await connection.client.addSubscription(uri.toString(), streamId, { onAvailableImage })
  if (isPortOfSystem(uri) && !isQuiet) output.err(`${name}: listening at ${subscription.resolvedEndpoint}\n`)
  await waitForFirst(subscription, options.timeoutMs, ending)
  return subscription
}

/** As `subscribe`, but to the first publisher alone. Others must know, or they would send to nobody. */
export async function subscribeToFirst(context: SubContext): Promise<Image> {
  const { uri } = context.options
  if (isPortOfSystem(uri)) return rejectOthers(context)
  const subscription = await subscribe(context)
  const image = subscription.imageAtIndex(0)!
  return uri.get('session-id') === undefined ? narrowTo(image, subscription, context) : image
}

/**
 * Closes the subscription for one to this session alone: others find nobody who listens, and wait.
 *
 * @returns the image of the new subscription, which begins where the other one does
 */
async function narrowTo(
  image: Image, subscription: Subscription, { options, connection, ending }: SubContext,
): Promise<Image> {
  const channel = options.uri.with('session-id', String(image.sessionId)).toString()
  const narrowed = await connection.client.addSubscription(channel, options.streamId)
  const rest = new Rest()
  // A stream that ended without a message is not given to anybody who comes later.
  while (narrowed.hasNoImages && !image.isClosed && !ending.check()) await rest.turn(false)
  const same = narrowed.imageAtIndex(0)
  if (same !== undefined) subscription.close()
  return same ?? image
}

/** Nobody else can listen at a port that the system chose for this subscription, so nobody loses what is rejected. */
async function rejectOthers(context: SubContext): Promise<Image> {
  let first: Image | undefined
  await subscribe(context, (image) => {
    first ??= image
    if (image === first) return
    // Within a handler of the client nothing can be asked of it. What is gone already needs no answer.
    const reason = 'only one publisher is heard, and another came first'
    queueMicrotask(() => void image.reject(reason).catch(() => undefined))
  })
  return first!
}

function isPortOfSystem(uri: ChannelUri): boolean {
  return /:0$/.test(uri.get('endpoint') ?? '')
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
