import { setTimeout as delay } from 'node:timers/promises'
import type { Subscription } from '../../client/subscription.ts'

const RESOLVE_INTERVAL_MS = 1

/** The channel to publish to; where the subscription asked for port 0, that is known when its socket is bound. */
export async function resolvedChannelOf(subscription: Subscription): Promise<string> {
  for (;;) {
    const channel = subscription.tryResolveChannelEndpointPort()
    if (channel !== undefined) return channel
    await delay(RESOLVE_INTERVAL_MS)
  }
}
