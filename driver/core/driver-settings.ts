import { GodwitError } from '../../codegen/runtime/index.ts'
import { checkTogether } from './settings-rules.ts'
import { environmentName, isAllowed, readSettingText, settingError } from './setting.ts'
import type { Setting } from './setting.ts'
import { SETTINGS } from './settings-table.ts'

export type ThreadingMode = 'DEDICATED' | 'SHARED_NETWORK' | 'SHARED' | 'INVOKER'
export type IdleStrategyName = 'backoff' | 'busySpin' | 'yielding' | 'sleeping' | 'noop'
/** Permissions of a directory, as numbers of base eight. */
export type DirectoryMode = '0700' | '0750' | '0770' | '0755' | '0775' | '0777'
export type MediaName = 'auto' | 'native' | 'dgram' | 'memory'

/** All that can be set on a driver. docs/settings.md has the names in the environment, defaults and ranges. */
export interface DriverSettings {
  // Threads
  readonly threadingMode: ThreadingMode
  readonly conductorIdleStrategy: IdleStrategyName
  readonly senderIdleStrategy: IdleStrategyName
  readonly receiverIdleStrategy: IdleStrategyName
  readonly sharedNetworkIdleStrategy: IdleStrategyName
  readonly sharedIdleStrategy: IdleStrategyName
  readonly conductorCycleThresholdNs: number
  readonly senderCycleThresholdNs: number
  readonly receiverCycleThresholdNs: number
  readonly timerIntervalNs: number

  // Memory and files
  /** What only concerns drivers with a directory. */
  readonly dirMode: DirectoryMode
  readonly dirDeleteOnStart: boolean
  readonly dirDeleteOnShutdown: boolean
  readonly dirWarnIfExists: boolean
  readonly conductorBufferLength: number
  readonly clientsBufferLength: number
  readonly countersBufferLength: number
  readonly errorBufferLength: number
  readonly lossReportBufferLength: number
  readonly filePageSize: number
  readonly termBufferSparseFile: boolean
  readonly performStorageChecks: boolean
  readonly lowFileStoreWarningThreshold: number
  readonly countersFreeToReuseTimeoutNs: number

  // Clients
  readonly clientLivenessTimeoutNs: number
  readonly driverTimeoutMs: number

  // Publications
  readonly termBufferLength: number
  readonly ipcTermBufferLength: number
  readonly mtuLength: number
  readonly ipcMtuLength: number
  /** 0: half a term. */
  readonly publicationTermWindowLength: number
  /** 0: half a term. */
  readonly ipcPublicationTermWindowLength: number
  readonly publicationLingerTimeoutNs: number
  readonly publicationUnblockTimeoutNs: number
  readonly publicationConnectionTimeoutNs: number
  readonly publicationReservedSessionIdLow: number
  readonly publicationReservedSessionIdHigh: number
  readonly spiesSimulateConnection: boolean
  readonly sendToStatusPollRatio: number
  readonly networkPublicationMaxMessagesPerSend: number
  readonly retransmitUnicastDelayNs: number
  readonly retransmitUnicastLingerNs: number
  readonly maxResend: number
  readonly unicastFlowControlRrwm: number

  // Subscriptions and images
  readonly rcvInitialWindowLength: number
  readonly rcvStatusMessageTimeoutNs: number
  readonly imageLivenessTimeoutNs: number
  readonly nakUnicastDelayNs: number
  readonly nakUnicastRetryDelayRatio: number
  readonly reliableStream: boolean
  readonly rejoinStream: boolean
  readonly tetherSubscriptions: boolean
  /** What status messages say; undefined: no group tag. */
  readonly receiverGroupTag: bigint | undefined
  readonly receiverGroupConsideration: 'INFER' | 'FORCE_TRUE' | 'FORCE_FALSE'
  readonly untetheredWindowLimitTimeoutNs: number
  /** As the window limit timeout unless set. */
  readonly untetheredLingerTimeoutNs: number
  readonly untetheredRestingTimeoutNs: number

  // Sockets
  readonly media: MediaName
  /** 0: what the system gives. */
  readonly socketSoRcvbuf: number
  /** 0: what the system gives. */
  readonly socketSoSndbuf: number
  readonly senderIoVectorCapacity: number
  readonly receiverIoVectorCapacity: number

  // Limits
  readonly driverStreamSessionLimit: number
  readonly imagesMax: number
  readonly pendingSetupsMax: number
  readonly dispatcherEntriesMax: number
}

/** What a program may set; what it leaves out, or leaves undefined, comes from the environment or the defaults. */
export type DriverOptions = DriverSettings

/** Variables of the environment, by `AERON_...` or `aeron...` names. */
export type DriverEnvironment = Readonly<Record<string, string | undefined>>

/**
 * Settings of a driver: of `options`, else of the environment, else of `defaults`, else Aeron's.
 *
 * @param defaults for launchers whose users expect other defaults
 * @throws GodwitError ERR_GODWIT_SETTINGS that names the setting, its value and what is allowed
 */
export function concludeDriverSettings(
  options: Partial<DriverOptions>,
  environment: DriverEnvironment,
  defaults: Partial<DriverOptions> = {},
): DriverSettings {
  for (const name of [...Object.keys(options), ...Object.keys(defaults)]) {
    if (!Object.hasOwn(SETTINGS, name)) {
      throw new GodwitError('ERR_GODWIT_SETTINGS', `"${name}" is no setting: docs/settings.md lists them`)
    }
  }
  const names = Object.keys(SETTINGS) as (keyof DriverSettings)[]
  const values = names.map((name): readonly [string, unknown] => {
    const setting = SETTINGS[name]
    const value = options[name] ?? fromEnvironment(name, setting, environment) ?? defaults[name] ?? setting.byDefault
    if (value !== undefined && !isAllowed(setting, value)) throw settingError(name, setting, value)
    return [name, value]
  })
  // One value for every key of the table, each checked against its row.
  const settings = Object.fromEntries(values) as unknown as DriverSettings
  const concluded = {
    ...settings,
    untetheredLingerTimeoutNs: settings.untetheredLingerTimeoutNs ?? settings.untetheredWindowLimitTimeoutNs,
  }
  checkTogether(concluded)
  return concluded
}

function fromEnvironment(name: string, setting: Setting, environment: DriverEnvironment): unknown {
  const key = environmentKey(setting, environment)
  if (key === undefined) return undefined
  const text = environment[key] ?? ''
  const value = readSettingText(setting, text)
  if (value === undefined || !isAllowed(setting, value)) throw settingError(`${name} (${key})`, setting, text)
  return value
}

/** Name of the variable that a setting comes from; undefined when the environment has none for it. */
export function environmentKey(setting: Setting, environment: DriverEnvironment): string | undefined {
  const keys = [setting.property, environmentName(setting)]
  return keys.find((candidate) => environment[candidate] !== undefined && environment[candidate] !== '')
}
