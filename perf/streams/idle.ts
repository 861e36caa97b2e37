import type { IdleStrategy } from '../../client/memory/idle-strategy.ts'
import { backoff, busySpin, noop, sleeping, yielding } from '../../client/memory/idle-strategy.ts'
import type { IdleStrategyName } from '../../driver/core/driver-settings.ts'

const SLEEP_NS = 1_000_000
const NS_PER_MS = 1e6

/** The strategy of that name, for a thread that may block. */
export function idleStrategyOf(name: IdleStrategyName): IdleStrategy {
  const never = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))
  const park = (durationNs: number): void => void Atomics.wait(never, 0, 0, durationNs / NS_PER_MS)
  switch (name) {
    case 'backoff':
      return backoff(park)
    case 'busySpin':
      return busySpin()
    case 'yielding':
      return yielding()
    case 'sleeping':
      return sleeping(park, SLEEP_NS)
    case 'noop':
      return noop()
  }
}
