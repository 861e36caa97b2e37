/**
 * Values written as text, in channels and settings. Every parser returns undefined for what is not of its form or does
 * not fit: only the caller knows the name of the value, which an error must have.
 */

const SIZE_UNITS: Readonly<Record<string, number>> = { '': 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 }
const DURATION_UNITS_NS: Readonly<Record<string, number>> = { '': 1, ns: 1, us: 1e3, ms: 1e6, s: 1e9 }

const MIN_INT32 = -(2 ** 31)
const MAX_INT32 = 2 ** 31 - 1
const MIN_INT64 = -(2n ** 63n)
const MAX_INT64 = 2n ** 63n - 1n

/** Longer texts are shortened in messages. */
const QUOTE_LENGTH_MAX = 80

/** Bytes: decimal digits and one of k, m, g (either case, powers of 1024) or nothing. Up to 2^53 - 1. */
export function parseSize(text: string): number | undefined {
  return withUnit(/^(\d{1,20})([kmgKMG]?)$/.exec(text), SIZE_UNITS)
}

/** Nanoseconds: decimal digits and one of ns, us, ms, s (either case), nothing meaning ns. Up to 2^53 - 1. */
export function parseDurationNs(text: string): number | undefined {
  return withUnit(/^(\d{1,20})([num]?s|)$/i.exec(text), DURATION_UNITS_NS)
}

/** Decimal integer from -2^31 to 2^31 - 1. */
export function parseInteger32(text: string): number | undefined {
  const value = /^-?\d{1,20}$/.test(text) ? Number(text) : NaN
  return value >= MIN_INT32 && value <= MAX_INT32 ? value | 0 : undefined
}

/** Decimal integer from -2^63 to 2^63 - 1. */
export function parseInteger64(text: string): bigint | undefined {
  if (!/^-?\d{1,20}$/.test(text)) return undefined
  const value = BigInt(text)
  return value >= MIN_INT64 && value <= MAX_INT64 ? value : undefined
}

/** `true` or `false`. */
export function parseBoolean(text: string): boolean | undefined {
  return text === 'true' ? true : text === 'false' ? false : undefined
}

/** A text of unknown origin for use in a message: one line, in quotes, shortened when long. */
export function quoteText(text: string): string {
  return JSON.stringify(text.length > QUOTE_LENGTH_MAX ? `${text.slice(0, QUOTE_LENGTH_MAX)}...` : text)
}

/** Bytes in the largest unit that divides them: `16 MiB`, `1408`. */
export function formatSize(bytes: number): string {
  if (bytes === 0) return '0'
  if (bytes % 2 ** 30 === 0) return `${bytes / 2 ** 30} GiB`
  if (bytes % 2 ** 20 === 0) return `${bytes / 2 ** 20} MiB`
  return bytes % 2 ** 10 === 0 ? `${bytes / 2 ** 10} KiB` : `${bytes}`
}

/** Nanoseconds in the largest unit that divides them: `5 s`, `1 us`. */
export function formatDurationNs(durationNs: number): string {
  if (durationNs === 0) return '0'
  if (durationNs % 1e9 === 0) return `${durationNs / 1e9} s`
  if (durationNs % 1e6 === 0) return `${durationNs / 1e6} ms`
  return durationNs % 1e3 === 0 ? `${durationNs / 1e3} us` : `${durationNs} ns`
}

function withUnit(match: RegExpExecArray | null, units: Readonly<Record<string, number>>): number | undefined {
  if (match === null) return undefined
  const unit = units[(match[2] ?? '').toLowerCase()]
  const value = Number(match[1]) * (unit ?? NaN)
  return Number.isSafeInteger(value) ? value : undefined
}
