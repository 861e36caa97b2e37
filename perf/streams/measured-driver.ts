import type { DriverLocation } from '../../client/client.ts'
import { mappingLibrary } from '../../client/files/mapping-library.ts'
import type { DriverHandle } from '../../client/protocol/embedded.ts'
import type { GodwitError } from '../../codegen/runtime/index.ts'
import type { DriverOptions } from '../../driver/core/driver-settings.ts'
import type { AgentGroup } from '../../driver/launcher/invoked-agents.ts'
import { MediaDriver } from '../../driver/launcher/media-driver.ts'
import { DriverProcess } from './driver-process.ts'
import { BESIDE } from './invoked-driver.ts'
import type { DriverPlan } from './plan.ts'

/** The driver of a run, wherever it is. */
export interface MeasuredDriver {
  /** What clients connect to, in any thread. */
  readonly target: DriverHandle | DriverLocation
  /** Its agents that the measuring threads run. */
  readonly agentGroups: readonly AgentGroup[]
  /** Rejects when the driver ends by itself. */
  readonly failure: Promise<never>
  /** Ends a driver that the run started. Can be called again. */
  close(): Promise<void>
}

/**
 * Starts the driver that a plan asks for, or says where the one is that runs already.
 *
 * Rejects as `MediaDriver.launch`, with ERR_GODWIT_FILES_UNSUPPORTED for a driver of another process where processes
 * cannot share files, and with ERR_GODWIT_PERF_DRIVER when its process cannot be started.
 */
export async function startDriver(
  { driver, dir }: DriverPlan, options: Partial<DriverOptions>,
): Promise<MeasuredDriver> {
  switch (driver) {
    case 'embedded':
      return embeddedDriver(options)
    case 'invoker':
      return invokedDriver(options)
    case 'process':
      mappingLibrary()
      return DriverProcess.start(options)
    case 'running':
      mappingLibrary()
      return { target: { dir: dir! }, agentGroups: [], failure: never(), close: () => Promise.resolve() }
  }
}

async function embeddedDriver(options: Partial<DriverOptions>): Promise<MeasuredDriver> {
  let onError: (error: GodwitError) => void = () => undefined
  const failure = new Promise<never>((_resolve, reject) => void (onError = reject))
  failure.catch(() => undefined)
  const driver = await MediaDriver.launch({ ...options, onError })
  return { target: driver.handle, agentGroups: [], failure, close: () => driver.close() }
}

async function invokedDriver(options: Partial<DriverOptions>): Promise<MeasuredDriver> {
  // Of a measuring thread that dies the run hears by itself.
  const onError = (): void => undefined
  const driver = await MediaDriver.launch({ ...options, threadingMode: 'INVOKER', agentGroups: BESIDE, onError })
  const { handle, agentGroups } = driver
  return { target: handle, agentGroups, failure: never(), close: () => driver.close() }
}

function never(): Promise<never> {
  return new Promise(() => undefined)
}
