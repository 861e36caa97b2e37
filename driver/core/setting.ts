import {
  formatDurationNs,
  formatSize,
  parseBoolean,
  parseDurationNs,
  parseInteger32,
  parseInteger64,
  parseSize,
  quoteText,
} from '../../client/protocol/text-values.ts'
import { GodwitError } from '../../codegen/runtime/index.ts'

const NS_PER_MS = 1_000_000

/** What Aeron's C driver also takes for true and false. */
const SWITCHES: ReadonlyMap<string, boolean> = new Map([['1', true], ['on', true], ['0', false], ['off', false]])

/** A rule for the values of a setting besides their range. */
interface Form {
  readonly text: string
  accepts(value: number): boolean
}

interface SettingBase {
  /** Name of the property; in capitals and with underscores, that of the variable in the environment. */
  readonly property: string
  readonly about: string
}

interface NumberSetting extends SettingBase {
  readonly kind: 'size' | 'durationNs' | 'durationMs' | 'integer'
  /** Undefined: another setting, which `about` names. */
  readonly byDefault: number | undefined
  readonly min: number
  readonly max: number
  readonly form?: Form
}

interface OtherSetting extends SettingBase {
  readonly kind: 'boolean' | 'integer64'
  readonly byDefault: boolean | bigint | undefined
}

interface ChoiceSetting extends SettingBase {
  readonly kind: 'choice'
  readonly byDefault: string
  readonly choices: readonly string[]
  /** What stands for a choice in the environment; the names of Aeron's Java and C drivers. */
  readonly aliases?: ReadonlyMap<string, string>
}

export type Setting = NumberSetting | OtherSetting | ChoiceSetting

export function multipleOf(unit: number): Form {
  return { text: `, a multiple of ${unit}`, accepts: (value) => value % unit === 0 }
}

/** A power of two, and a trailer of so many bytes behind it. */
export function powerOfTwo(trailerLength: number = 0): Form {
  return {
    text: trailerLength === 0 ? ', a power of two' : `, a power of two and ${trailerLength} more`,
    accepts: (value) => Number.isInteger(Math.log2(value - trailerLength)),
  }
}

export function size(
  property: string,
  byDefault: number,
  min: number,
  max: number,
  about: string,
  form?: Form,
): Setting {
  return { property, kind: 'size', byDefault, min, max, about, ...(form === undefined ? {} : { form }) }
}

export function durationNs(property: string, byDefault: number | undefined, minNs: number, about: string): Setting {
  return { property, kind: 'durationNs', byDefault, min: minNs, max: Number.MAX_SAFE_INTEGER, about }
}

export function integer(property: string, byDefault: number, min: number, max: number, about: string): Setting {
  return { property, kind: 'integer', byDefault, min, max, about }
}

export function boolean(property: string, byDefault: boolean, about: string): Setting {
  return { property, kind: 'boolean', byDefault, about }
}

const IDLE_STRATEGY_ALIASES: ReadonlyMap<string, string> = new Map([
  ['busy_spin', 'busySpin'],
  ['spinning', 'busySpin'],
  ['sleep_ns', 'sleeping'],
  ['org.agrona.concurrent.BackoffIdleStrategy', 'backoff'],
  ['org.agrona.concurrent.BusySpinIdleStrategy', 'busySpin'],
  ['org.agrona.concurrent.YieldingIdleStrategy', 'yielding'],
  ['org.agrona.concurrent.SleepingIdleStrategy', 'sleeping'],
  ['org.agrona.concurrent.NoOpIdleStrategy', 'noop'],
])

export function idleStrategy(property: string, about: string): Setting {
  return {
    property,
    kind: 'choice',
    byDefault: 'backoff',
    choices: ['backoff', 'busySpin', 'yielding', 'sleeping', 'noop'],
    aliases: IDLE_STRATEGY_ALIASES,
    about,
  }
}

/** Whether a value is of the kind of its setting and within its range. */
export function isAllowed(setting: Setting, value: unknown): boolean {
  switch (setting.kind) {
    case 'boolean':
      return typeof value === 'boolean'
    case 'choice':
      return typeof value === 'string' && setting.choices.includes(value)
    case 'integer64':
      return typeof value === 'bigint' && BigInt.asIntN(64, value) === value
    default:
      if (typeof value !== 'number' || !Number.isSafeInteger(value)) return false
      return value >= setting.min && value <= setting.max && setting.form?.accepts(value) !== false
  }
}

/** Name of a setting's variable in the environment. */
export function environmentName({ property }: Setting): string {
  return property.toUpperCase().replaceAll('.', '_')
}

/** Reads a value of the environment; undefined when it is not of its kind. */
export function readSettingText(setting: Setting, text: string): unknown {
  switch (setting.kind) {
    case 'boolean':
      return SWITCHES.get(text) ?? parseBoolean(text)
    case 'choice':
      return setting.aliases?.get(text) ?? text
    case 'integer64':
      return parseInteger64(text)
    case 'integer':
      return parseInteger32(text)
    case 'size':
      return parseSize(text)
    case 'durationNs':
      return parseDurationNs(text)
    case 'durationMs':
      return durationMs(text)
  }
}

function durationMs(text: string): number | undefined {
  const durationNs = parseDurationNs(/^\d+$/.test(text) ? `${text}ms` : text)
  return durationNs === undefined ? undefined : durationNs / NS_PER_MS
}

/** A value of a setting as docs and messages show it. */
export function formatSettingValue(setting: Setting, value: number): string {
  switch (setting.kind) {
    case 'size':
      return formatSize(value)
    case 'durationNs':
      return formatDurationNs(value)
    case 'durationMs':
      return formatDurationNs(value * NS_PER_MS)
    default:
      return String(value)
  }
}

/** What is allowed for a setting. */
export function describeAllowed(setting: Setting): string {
  switch (setting.kind) {
    case 'boolean':
      return 'true, false'
    case 'choice':
      return setting.choices.join(', ')
    case 'integer64':
      return 'an integer of 64 bits'
    default: {
      const min = formatSettingValue(setting, setting.min)
      const isOpen = setting.max === Number.MAX_SAFE_INTEGER
      const range = isOpen ? `${min} or more` : `${min} to ${formatSettingValue(setting, setting.max)}`
      return `${range}${setting.form?.text ?? ''}`
    }
  }
}

export function settingError(name: string, setting: Setting, value: unknown): GodwitError {
  const shown = typeof value === 'string' ? quoteText(value) : String(value)
  const message = `${name}: ${shown} is invalid, allowed: ${describeAllowed(setting)}`
  return new GodwitError('ERR_GODWIT_SETTINGS', message)
}
