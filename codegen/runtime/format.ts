/** Text and JSON forms of messages. */
import { SbeError } from './sbe-error.ts'

/** A JSON value as `toJSON` of a decoder makes it. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | { readonly [name: string]: JsonValue }

/** How members are written where the JSON value does not say it: `text` is quoted, a `set` lists what it holds. */
export interface TextShape {
  readonly [name: string]: 'text' | 'set' | TextShape
}

/** JSON has no NaN and no infinities: NaN is null, infinities are strings. */
export function floatToJson(value: number): number | string | null {
  if (value === Infinity) return 'Infinity'
  if (value === -Infinity) return '-Infinity'
  return value === value ? value : null
}

/** A 32-bit float by the shortest decimal that reads back as it: 35.9 rather than 35.900001525878906. */
export function float32ToJson(value: number): number | string | null {
  // Decimals of -0 have no sign.
  if (value === 0) return value
  for (let digits = 1; digits <= 9; digits++) {
    const short = Number(value.toPrecision(digits))
    if (Math.fround(short) === value) return floatToJson(short)
  }
  return floatToJson(value)
}

/** Bytes as lower-case hex. */
export function bytesToHex(bytes: Uint8Array): string {
  let hex = ''
  for (const byte of bytes) hex += (byte < 16 ? '0' : '') + byte.toString(16)
  return hex
}

/** A message behind its head, or what is wrong with it: a log line must not fail because of what it is to show. */
export function formatMessage(
  head: string, message: { toJSON(): { readonly [name: string]: JsonValue } }, shape: TextShape,
): string {
  try {
    return head + formatMembers(message.toJSON(), shape)
  } catch (error) {
    if (!(error instanceof SbeError)) throw error
    return `${head}${error.message}`
  }
}

/** The choices of a set that are on. */
export function formatSet(choices: { readonly [choice: string]: JsonValue }): string {
  return `{${Object.keys(choices).filter((choice) => choices[choice] === true).join(',')}}`
}

/** The members of a message as `name=value|name=value`. */
export function formatMembers(members: { readonly [name: string]: JsonValue }, shape: TextShape): string {
  return Object.keys(members)
    .map((name) => `${name}=${formatValue(members[name] ?? null, shape[name])}`)
    .join('|')
}

function formatValue(value: JsonValue, shape: 'text' | 'set' | TextShape | undefined): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return `[${value.map((element: JsonValue) => formatValue(element, shape)).join(',')}]`
  if (typeof value === 'object') {
    const members = value as { readonly [name: string]: JsonValue }
    if (shape === 'set') return formatSet(members)
    return `(${formatMembers(members, typeof shape === 'object' ? shape : {})})`
  }
  return shape === 'text' ? `'${value}'` : String(value)
}
