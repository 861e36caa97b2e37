import { UsageError } from '../../codegen/cli/command.ts'
import { choiceOf } from '../../codegen/cli/option-values.ts'
import type { DriverKind, DriverPlan } from '../streams/plan.ts'

const THREADINGS = ['SHARED', 'SHARED_NETWORK', 'DEDICATED'] as const
const MEDIA = ['auto', 'native', 'dgram'] as const
export const IDLES = ['backoff', 'busySpin', 'yielding', 'sleeping', 'noop'] as const

/** Kinds of drivers that a run starts. */
export type StartedDriverKind = Exclude<DriverKind, 'running'>

/** Of `parseOptions`, for commands that need a driver. Without defaults: a driver that runs has its own settings. */
export const DRIVER_OPTIONS = {
  'driver': { type: 'string' },
  'dir': { type: 'string' },
  'threading': { type: 'string' },
  'media': { type: 'string' },
} as const

export interface DriverValues {
  readonly 'driver'?: string | undefined
  readonly 'dir'?: string | undefined
  readonly 'threading'?: string | undefined
  readonly 'driver-idle'?: string | undefined
  readonly 'media'?: string | undefined
}

/**
 * The driver that a command line asks for.
 *
 * @throws UsageError
 */
export function driverChoice(values: DriverValues, kinds: readonly StartedDriverKind[]): DriverPlan {
  const { dir } = values
  if (dir !== undefined) return runningDriver(dir, values)
  const driver = choiceOf('--driver', values.driver ?? 'embedded', kinds)
  return {
    driver,
    dir: undefined,
    threading: threadingOf(driver, values.threading),
    driverIdle: choiceOf('--driver-idle', values['driver-idle'] ?? 'backoff', IDLES),
    media: choiceOf('--media', values.media ?? 'auto', MEDIA),
  }
}

function runningDriver(dir: string, values: DriverValues): DriverPlan {
  if (dir === '') throw new UsageError('--dir: expected the directory of a driver that runs.')
  for (const name of ['driver', 'threading', 'driver-idle', 'media'] as const) refuseWithDir(name, values[name])
  return { driver: 'running', dir, threading: undefined, driverIdle: undefined, media: undefined }
}

/** @throws UsageError when an option is there that says how to start a driver */
export function refuseWithDir(name: string, value: string | undefined, instead: string = 'leave it out'): void {
  if (value === undefined) return
  throw new UsageError(`--${name}: the driver of --dir runs already, with settings of its own: ${instead}.`)
}

function threadingOf(driver: StartedDriverKind, threading: string | undefined): DriverPlan['threading'] {
  if (driver !== 'invoker') {
    return choiceOf('--threading', threading ?? (driver === 'process' ? 'DEDICATED' : 'SHARED'), THREADINGS)
  }
  if (threading !== undefined) throw new UsageError('--threading: a driver that is invoked has no threads of its own.')
  return 'INVOKER'
}
