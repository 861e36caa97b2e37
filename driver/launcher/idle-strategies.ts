import { backoff, busySpin, noop, sleeping, yielding } from '../../client/memory/idle-strategy.ts'
import type { IdleStrategy, Park } from '../../client/memory/idle-strategy.ts'
import type { DriverSettings, IdleStrategyName } from '../core/driver-settings.ts'
import type { AgentRole } from './driver-memory.ts'

/** What `sleeping` waits when there is nothing to do. */
const SLEEP_NS = 1_000_000

const MAKERS: Readonly<Record<IdleStrategyName, (park: Park) => IdleStrategy>> = {
  backoff: (park) => backoff(park),
  busySpin,
  yielding,
  noop,
  sleeping: (park) => sleeping(park, SLEEP_NS),
}

/** The strategy of a thread that runs these agents. */
export function makeIdleStrategy(roles: readonly AgentRole[], settings: DriverSettings, park: Park): IdleStrategy {
  return MAKERS[nameFor(roles, settings)](park)
}

function nameFor(roles: readonly AgentRole[], settings: DriverSettings): IdleStrategyName {
  if (roles.length === 3) return settings.sharedIdleStrategy
  if (roles.length === 2) return settings.sharedNetworkIdleStrategy
  if (roles.includes('conductor')) return settings.conductorIdleStrategy
  return roles.includes('sender') ? settings.senderIdleStrategy : settings.receiverIdleStrategy
}
