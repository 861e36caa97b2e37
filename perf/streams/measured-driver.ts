import { readFileSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import type { DriverLocation } from '../../client/client.ts'
import { CNC_FILE } from '../../client/files/directory-layout.ts'
import { MappedFile } from '../../client/files/mapped-file.ts'
import { mappingLibrary } from '../../client/files/mapping-library.ts'
import { Cnc, CNC_HEADER_LENGTH } from '../../client/memory/cnc.ts'
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
  /** Its process where that is another one and can be seen from here; clients must have connected to it before. */
  readonly pid: number | undefined
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
      return new RunningDriver(dir!)
  }
}

async function embeddedDriver(options: Partial<DriverOptions>): Promise<MeasuredDriver> {
  let onError: (error: GodwitError) => void = () => undefined
  const failure = new Promise<never>((_resolve, reject) => void (onError = reject))
  failure.catch(() => undefined)
  const driver = await MediaDriver.launch({ ...options, onError })
  return { target: driver.handle, agentGroups: [], pid: undefined, failure, close: () => driver.close() }
}

async function invokedDriver(options: Partial<DriverOptions>): Promise<MeasuredDriver> {
  // Of a measuring thread that dies the run hears by itself.
  const onError = (): void => undefined
  const driver = await MediaDriver.launch({ ...options, threadingMode: 'INVOKER', agentGroups: BESIDE, onError })
  const { handle, agentGroups } = driver
  return { target: handle, agentGroups, pid: undefined, failure: never(), close: () => driver.close() }
}

/** A driver that somebody else started, and ends. */
class RunningDriver implements MeasuredDriver {
  readonly target: DriverLocation
  readonly agentGroups: readonly AgentGroup[] = []
  readonly failure: Promise<never> = never()

  constructor(dir: string) {
    this.target = { dir }
  }

  get pid(): number | undefined {
    const path = realpathSync(join(this.target.dir, CNC_FILE))
    const file = MappedFile.open(path, CNC_HEADER_LENGTH)
    try {
      const pid = Cnc.attach(file.buffer()).pid()
      return hasMapped(pid, path) ? pid : undefined
    } finally {
      file.close()
    }
  }

  close(): Promise<void> {
    return Promise.resolve()
  }
}

/** In a container of its own a driver has another number than here, where that may be the number of somebody else. */
function hasMapped(pid: number, path: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/maps`, 'utf8').includes(path)
  } catch {
    return false
  }
}

/** What has nobody who would say it: of a driver elsewhere that is gone, clients tell. */
function never(): Promise<never> {
  return new Promise(() => undefined)
}
