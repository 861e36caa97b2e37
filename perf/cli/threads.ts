import type { ChannelMedia } from '../../client/protocol/channel-uri.ts'
import type { IdleStrategyName, ThreadingMode } from '../../driver/core/driver-settings.ts'

const MEASURING_THREADS = 2

/** Threads that a driver has. */
const DRIVER_THREADS: Readonly<Record<ThreadingMode, number>> = {
  SHARED: 1,
  SHARED_NETWORK: 2,
  DEDICATED: 3,
  INVOKER: 0,
}

/** Those that are busy while a UDP stream runs at full speed: conductors, and drivers over IPC, have little to do. */
const BUSY_DRIVER_THREADS: Readonly<Record<ThreadingMode, number>> = {
  SHARED: 1,
  SHARED_NETWORK: 1,
  DEDICATED: 2,
  INVOKER: 0,
}

/**
 * Threads that take all of a core: those with much to do, and those that spin. It is one machine that they run on,
 * whichever process they belong to.
 *
 * @param threading undefined: not known, it is at least one thread
 * @param driverIdle what the threads of the driver do without work; default something that rests
 */
export function busyThreads(
  media: ChannelMedia, threading: ThreadingMode = 'SHARED', driverIdle: IdleStrategyName = 'backoff',
): number {
  if (spins(driverIdle)) return MEASURING_THREADS + DRIVER_THREADS[threading]
  return MEASURING_THREADS + (media === 'ipc' ? 0 : BUSY_DRIVER_THREADS[threading])
}

/** Whether a thread never rests; one of which that is not known may. */
export function spins(idle: IdleStrategyName | undefined): boolean {
  return idle !== undefined && idle !== 'backoff' && idle !== 'sleeping'
}
