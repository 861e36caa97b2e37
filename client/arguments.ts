import { DirectBuffer, GodwitError } from '../codegen/runtime/index.ts'
import type { WaitOptions } from './wait.ts'

/**
 * Arguments of programs without types: what is wrong is said at once, where it was given. A handler that is none would
 * otherwise consume what it does not get, and a limit that is no number would deliver nothing for ever.
 */
export function argumentError(message: string): GodwitError {
  return new GodwitError('ERR_GODWIT_ARGUMENT', message)
}

/** What somebody gave, for the message of an error. */
export function given(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  if (typeof value === 'string') return value.length > 40 ? 'a long string' : JSON.stringify(value)
  if (typeof value === 'object' || typeof value === 'function') return `a ${value.constructor?.name ?? typeof value}`
  return typeof value === 'bigint' ? `${value}n` : String(value)
}

/** @throws GodwitError ERR_GODWIT_ARGUMENT unless it is a function */
export function checkFunction(name: string, value: unknown): void {
  if (typeof value !== 'function') throw argumentError(`${name}: expected a function, not ${given(value)}`)
}

/** @throws what `error` makes, by default ERR_GODWIT_ARGUMENT, unless it is a function or undefined */
export function checkOptionalFunction(name: string, value: unknown, error: typeof argumentError = argumentError): void {
  if (value === undefined || typeof value === 'function') return
  throw error(`${name}: expected a function, not ${given(value)}`)
}

/** @throws GodwitError ERR_GODWIT_ARGUMENT unless it is a handler, and a number of at least 0 */
export function checkPoll(handler: unknown, limit: number): void {
  if (typeof handler === 'function' && typeof limit === 'number' && limit >= 0) return
  checkFunction('handler', handler)
  throw argumentError(`limit: expected a number of at least 0, not ${given(limit)}`)
}

/** @throws GodwitError ERR_GODWIT_ARGUMENT unless it is a number, which may be Infinity */
export function checkPosition(name: string, value: number): void {
  if (typeof value !== 'number' || Number.isNaN(value)) {
    throw argumentError(`${name}: expected a position, which is a number, not ${given(value)}`)
  }
}

/** @throws what `error` makes, by default ERR_GODWIT_ARGUMENT, unless they are options, with a signal or without */
export function checkSignal(options: { readonly signal?: unknown }, error: typeof argumentError = argumentError): void {
  if (typeof options !== 'object' || options === null) {
    throw error(`options: expected an object, not ${given(options)}`)
  }
  const { signal } = options
  if (signal === undefined) return
  const { throwIfAborted, addEventListener } = Object(signal) as Record<string, unknown>
  if (typeof throwIfAborted !== 'function' || typeof addEventListener !== 'function') {
    throw error(`signal: expected an AbortSignal, not ${given(signal)}`)
  }
}

/** @throws GodwitError ERR_GODWIT_ARGUMENT unless they are options with a signal and a time that can be waited for */
export function checkWait(options: WaitOptions): void {
  checkSignal(options)
  const { timeoutMs } = options
  if (timeoutMs === undefined || (typeof timeoutMs === 'number' && timeoutMs >= 0)) return
  throw argumentError(`timeoutMs: expected a number of at least 0, not ${given(timeoutMs)}`)
}

/** @throws GodwitError ERR_GODWIT_ARGUMENT unless it is memory */
export function checkBytes(value: unknown): void {
  if (ArrayBuffer.isView(value) || value instanceof DirectBuffer || value instanceof ArrayBuffer) return
  if (value instanceof SharedArrayBuffer) return
  throw argumentError(
    `message: expected a Uint8Array or a DirectBuffer, not ${given(value)}` +
      (typeof value === 'string' ? '; encode text with a TextEncoder' : ''),
  )
}

/** Bytes from an offset to the end of a message; no number when there is none. */
export function lengthFrom(source: { readonly byteLength: number }, offset: number): number {
  return typeof offset === 'number' ? source?.byteLength - offset : NaN
}
