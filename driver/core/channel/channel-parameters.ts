import { ChannelUri } from '../../../client/protocol/channel-uri.ts'
import {
  formatDurationNs,
  formatSize,
  parseBoolean,
  parseDurationNs,
  parseInteger32,
  parseInteger64,
  parseSize,
  quoteText,
} from '../../../client/protocol/text-values.ts'
import { GodwitError } from '../../../codegen/runtime/index.ts'
import { ErrorCode } from '../../../schemas/generated/aeron.commands/index.ts'
import { DriverError } from '../driver-error.ts'

/** @throws DriverError INVALID_CHANNEL */
export function parseChannel(text: string): ChannelUri {
  try {
    return ChannelUri.parse(text)
  } catch (error) {
    if (!(error instanceof GodwitError)) throw error
    throw new DriverError(ErrorCode.INVALID_CHANNEL, error.message, { cause: error })
  }
}

export function invalidParameter(key: string, value: string, allowed: string): DriverError {
  return new DriverError(ErrorCode.INVALID_CHANNEL, `${key}=${quoteText(value)} is invalid: ${allowed}`)
}

export function unsupportedParameter(key: string, value: string): DriverError {
  return new DriverError(ErrorCode.NOT_SUPPORTED, `${key}=${quoteText(value)} is not supported by this driver yet`)
}

/**
 * Reads the parameters of a channel that say how a stream is to be. A parameter that is not there has the default;
 * a value that cannot be read, or is out of its range, is a DriverError INVALID_CHANNEL.
 */
export class ChannelParameters {
  readonly uri: ChannelUri

  constructor(uri: ChannelUri) {
    this.uri = uri
  }

  boolean(key: string, byDefault: boolean): boolean {
    return this.read(key, parseBoolean, 'true or false are allowed') ?? byDefault
  }

  integer32(key: string): number | undefined {
    return this.read(key, parseInteger32, 'an integer of 32 bits is needed')
  }

  integer64(key: string): bigint | undefined {
    return this.read(key, parseInteger64, 'an integer of 64 bits is needed')
  }

  /** Integer from `min` to `max`, both included. */
  integerInRange(key: string, byDefault: number, min: number, max: number): number {
    return this.read(key, within(parseInteger32, min, max), `${min} to ${max} are allowed`) ?? byDefault
  }

  /** Bytes from `min` to `max`, both included. */
  size(key: string, byDefault: number, min: number, max: number): number {
    const allowed = `a size from ${formatSize(min)} to ${formatSize(max)} is needed, with k, m or g for powers of 1024`
    return this.read(key, within(parseSize, min, max), allowed) ?? byDefault
  }

  /** Nanoseconds from `minNs` up. */
  durationNs(key: string, byDefault: number, minNs: number = 0): number {
    const allowed = `a duration of at least ${formatDurationNs(minNs)} is needed, in ns, us, ms or s`
    return this.read(key, within(parseDurationNs, minNs, Number.MAX_SAFE_INTEGER), allowed) ?? byDefault
  }

  /** A parameter of a feature that this driver has not: only the value that means "not used" is accepted. */
  unused(key: string, unusedValue?: string): void {
    const text = this.uri.get(key)
    if (text !== undefined && text !== unusedValue) throw unsupportedParameter(key, text)
  }

  /** A switch that must be in the position that this driver has; the other one is not supported. */
  onlyBoolean(key: string, byDefault: boolean, supported: boolean): void {
    const value = this.boolean(key, byDefault)
    if (value !== supported) throw unsupportedParameter(key, String(value))
  }

  private read<T>(key: string, parse: (text: string) => T | undefined, allowed: string): T | undefined {
    const text = this.uri.get(key)
    if (text === undefined) return undefined
    const value = parse(text)
    if (value === undefined) throw invalidParameter(key, text, allowed)
    return value
  }
}

function within(
  parse: (text: string) => number | undefined,
  min: number,
  max: number,
): (text: string) => number | undefined {
  return (text) => {
    const value = parse(text)
    return value !== undefined && value >= min && value <= max ? value : undefined
  }
}
