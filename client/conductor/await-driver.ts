import { GodwitError } from '../../codegen/runtime/index.ts'
import type { AbortSignalLike } from '../abort-signal.ts'
import { DriverTimeoutError } from '../errors.ts'
import type { AtomicBuffer } from '../memory/atomic-buffer.ts'
import { Cnc } from '../memory/cnc.ts'
import { ManyToOneRingBuffer } from '../memory/many-to-one-ring-buffer.ts'
import type { ConductorSettings } from './client-conductor.ts'

/** What a look at a driver that may not be ready finds: it, or why not, for people; or the error that says so. */
export type Look<T> = { readonly result: T } | { readonly result?: undefined; readonly problem: string | GodwitError }

export const DRIVER_CLOSED = 'the driver was closed'

const CLOSED_HEARTBEAT = -1

/**
 * Looks again and again until the driver is there, within the driver timeout.
 *
 * @param look throws what waiting cannot change
 * @throws the last problem when the time is over: a DriverTimeoutError where that is a text
 */
export async function awaitReady<T>(
  settings: ConductorSettings,
  signal: AbortSignalLike | undefined,
  intervalMs: number,
  look: (epochMs: number) => Look<T>,
): Promise<T> {
  const { clock, driverTimeoutMs, invokeDriver } = settings
  const deadlineNs = clock.nanoTime() + driverTimeoutMs * 1e6
  for (;;) {
    signal?.throwIfAborted()
    invokeDriver?.()
    const found = look(clock.epochMs())
    if (found.result !== undefined) return found.result
    if (clock.nanoTime() > deadlineNs) {
      const { problem } = found as { readonly problem: string | GodwitError }
      throw typeof problem === 'string' ? new DriverTimeoutError(`connect: ${problem}`) : problem
    }
    await new Promise<void>((resolve) => clock.startTimer(resolve, intervalMs, true))
  }
}

/** Why a client cannot use the driver of a region; undefined when it can. */
export function driverProblem(cnc: Cnc, epochMs: number, driverTimeoutMs: number): string | undefined {
  const heartbeatMs = new ManyToOneRingBuffer(cnc.toDriver).consumerHeartbeatMs()
  if (heartbeatMs === CLOSED_HEARTBEAT) return DRIVER_CLOSED
  if (heartbeatMs > 0 && epochMs <= heartbeatMs + driverTimeoutMs) return undefined
  return `no sign of life of the driver within ${driverTimeoutMs} ms`
}

/** Undefined while the driver is not ready. */
export function attach(memory: AtomicBuffer): Cnc | undefined {
  try {
    return Cnc.attach(memory)
  } catch (error) {
    if (error instanceof GodwitError && error.code === 'ERR_GODWIT_CNC_NOT_READY') return undefined
    throw error
  }
}
