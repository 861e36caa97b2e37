import { SystemCounterId } from '../../../schemas/generated/aeron.memory/index.ts'
import type { NameResolver } from '../channel/udp-channel.ts'
import type { SystemCounters } from '../system-counters.ts'
import { NAME_RESOLVER_THRESHOLD_NS } from './system-counter-labels.ts'

const NS_PER_MS = 1e6

/** A resolver that counts how long names take, in whole milliseconds: answers come between the cycles of the agent. */
export function timedResolver(
  resolver: NameResolver,
  systemCounters: SystemCounters,
  epochMs: () => number,
): NameResolver {
  return {
    resolve: (host, callback) => {
      const beganMs = epochMs()
      resolver.resolve(host, (result) => {
        const durationNs = (epochMs() - beganMs) * NS_PER_MS
        systemCounters.proposeMax(SystemCounterId.NAME_RESOLVER_MAX_TIME, durationNs)
        if (durationNs > NAME_RESOLVER_THRESHOLD_NS) {
          systemCounters.increment(SystemCounterId.NAME_RESOLVER_TIME_THRESHOLD_EXCEEDED)
        }
        callback(result)
      })
    },
  }
}
