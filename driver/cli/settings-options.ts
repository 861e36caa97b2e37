import { closest } from '../../codegen/cli/closest.ts'
import { UsageError } from '../../codegen/cli/command.ts'
import { GodwitError } from '../../codegen/runtime/index.ts'
import { concludeDriverSettings, environmentKey } from '../core/driver-settings.ts'
import type { DriverEnvironment, DriverOptions, DriverSettings } from '../core/driver-settings.ts'
import { environmentName, formatSettingValue, isAllowed, readSettingText, settingError } from '../core/setting.ts'
import type { Setting } from '../core/setting.ts'
import { SETTINGS } from '../core/settings-table.ts'
import { table } from './text.ts'

export const SETTINGS_OPTIONS = {
  'threading': { type: 'string' },
  'media': { type: 'string' },
  'set': { type: 'string', multiple: true },
  'delete-on-start': { type: 'boolean', default: false },
  'delete-on-shutdown': { type: 'boolean', default: false },
} as const

interface SettingsValues {
  readonly threading?: string | undefined
  readonly media?: string | undefined
  /** Each `name=value`. */
  readonly set?: readonly string[] | undefined
  readonly 'delete-on-start': boolean
  readonly 'delete-on-shutdown': boolean
}

/** What the driver of this command may be set to: it has to run by itself. */
const REFUSED: ReadonlyMap<unknown, string> = new Map([
  ['INVOKER', 'is for programs that run the driver themselves'],
  ['memory', 'is for tests within one program'],
])

/** Where a setting has its value from: an option, a variable of the environment by its name, or its default. */
type Origin = 'option' | 'default' | { readonly environment: string }

export interface CommandSettings {
  readonly settings: DriverSettings
  /** In the order of the table. */
  readonly origins: ReadonlyMap<string, Origin>
}

/**
 * Settings of the command line, else of the environment, else Aeron's defaults.
 *
 * @throws UsageError when the command line is wrong; GodwitError ERR_GODWIT_SETTINGS when the environment is
 */
export function commandSettings(values: SettingsValues, environment: DriverEnvironment): CommandSettings {
  const options = new Map<string, unknown>()
  const set = (name: string, text: string): void => {
    if (options.has(name)) throw new UsageError(`${name} is set twice.`)
    options.set(name, valueOf(name, text))
  }
  if (values.threading !== undefined) set('threadingMode', values.threading)
  if (values.media !== undefined) set('media', values.media)
  if (values['delete-on-start']) set('dirDeleteOnStart', 'true')
  if (values['delete-on-shutdown']) set('dirDeleteOnShutdown', 'true')
  for (const text of values.set ?? []) {
    const [, name = '', value = ''] = /^([^=]*)=([^]*)$/.exec(text) ?? []
    if (name === '') throw new UsageError(`--set: "${text}" is not of the form name=value.`)
    set(nameOf(name), value)
  }
  const settings = conclude(Object.fromEntries(options), environment)
  const origins = Object.entries(SETTINGS).map(([name, setting]): readonly [string, Origin] => {
    if (options.has(name)) return [name, 'option']
    const variable = environmentKey(setting, environment)
    return [name, variable === undefined ? 'default' : { environment: variable }]
  })
  return { settings, origins: new Map(origins) }
}

/** All settings, as lines: names, values, and where they are from. */
export function settingsText({ settings, origins }: CommandSettings): readonly string[] {
  const rows = [...origins].map(([name, origin]) => {
    const setting = SETTINGS[name as keyof DriverSettings]
    const from = typeof origin === 'string' ? origin : origin.environment
    return [name, setting.property, valueText(setting, settings[name as keyof DriverSettings]), from]
  })
  return table([{ title: 'setting' }, { title: 'property' }, { title: 'value' }, { title: 'from' }], rows)
}

/** All settings, as options of `MediaDriver.launch`; 64-bit numbers are texts. */
export function settingsDocument({ settings }: CommandSettings): unknown {
  return Object.fromEntries(Object.entries(settings).map(([name, value]) => {
    return [name, typeof value === 'bigint' ? String(value) : (value ?? null)]
  }))
}

function conclude(options: Partial<DriverOptions>, environment: DriverEnvironment): DriverSettings {
  let settings: DriverSettings
  try {
    settings = concludeDriverSettings(options, environment)
  } catch (error) {
    if (!(error instanceof GodwitError)) throw error
    // When the environment alone is wrong, too, it is not the command line.
    concludeDriverSettings({}, environment)
    throw new UsageError(`${error.message}.`, { cause: error })
  }
  for (const name of ['threadingMode', 'media'] as const) {
    const reason = REFUSED.get(settings[name])
    if (reason === undefined) continue
    const message = `${name}: ${settings[name]} ${reason}`
    throw Object.hasOwn(options, name) ? new UsageError(`${message}.`) : new GodwitError('ERR_GODWIT_SETTINGS', message)
  }
  return settings
}

function valueOf(name: string, text: string): unknown {
  const setting = SETTINGS[name as keyof DriverSettings]
  const value = readSettingText(setting, text)
  if (value !== undefined && isAllowed(setting, value)) return value
  throw new UsageError(`${settingError(name, setting, text).message}.`)
}

/** Name of the setting that is called so: by its own name, its property or its variable in the environment. */
function nameOf(text: string): string {
  const isCalledSo = ([name, setting]: readonly [string, Setting]): boolean =>
    name === text || setting.property === text || environmentName(setting) === text
  const name = Object.entries(SETTINGS).find(isCalledSo)?.[0]
  if (name !== undefined) return name
  const suggestion = closest(text, Object.entries(SETTINGS).flatMap(([known, { property }]) => [known, property]))
  const hint = suggestion === undefined ? ' --print-settings lists all.' : ` Did you mean "${suggestion}"?`
  throw new UsageError(`--set: unknown setting "${text}".${hint}`)
}

function valueText(setting: Setting, value: unknown): string {
  if (value === undefined) return '-'
  return typeof value === 'number' ? formatSettingValue(setting, value) : String(value)
}
