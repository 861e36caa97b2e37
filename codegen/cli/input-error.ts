import { GodwitError } from '../runtime/errors.ts'

/** What a command was given to read cannot be read, or is not what it must be. */
export function inputError(message: string, cause?: unknown): GodwitError {
  return new GodwitError('ERR_GODWIT_CLI_INPUT', message, cause === undefined ? {} : { cause })
}

/** The error that an attempt to read gave, in our words; what has them is left as it is. */
export function readError(what: string, error: unknown): GodwitError {
  if (error instanceof GodwitError) return error
  return inputError(`cannot read ${what}: ${error instanceof Error ? error.message : String(error)}`, error)
}
