import type { DistinctErrorLog } from '../../../client/memory/error-log.ts'
import { GodwitError } from '../../../codegen/runtime/index.ts'
import { ErrorCode } from '../../../schemas/generated/aeron.commands/index.ts'
import { SystemCounterId } from '../../../schemas/generated/aeron.memory/index.ts'
import { DriverError } from '../driver-error.ts'
import type { SystemCounters } from '../system-counters.ts'

/** Longer texts of errors are cut. */
const TEXT_LENGTH_MAX = 1023

/** The error log of the driver: the conductor is its only writer, other agents send it theirs. */
export class ConductorErrors {
  private readonly log: DistinctErrorLog
  private readonly systemCounters: SystemCounters

  constructor(log: DistinctErrorLog, systemCounters: SystemCounters) {
    this.log = log
    this.systemCounters = systemCounters
  }

  /** Counts an error and records it, as long as the log has room. */
  record(errorCode: ErrorCode, message: string): void {
    this.systemCounters.increment(SystemCounterId.ERRORS)
    this.log.record(errorCode, oneLine(message))
  }

  /** Records an error unless it says that the client is to try again soon. */
  recordFailure(error: DriverError): void {
    if (error.errorCode === ErrorCode.RESOURCE_TEMPORARILY_UNAVAILABLE) return
    this.record(error.errorCode, error.message)
  }

  /** Does work on one resource: what it throws is recorded and does not stop the work on others. */
  attempt(what: string, work: () => void): void {
    try {
      work()
    } catch (error) {
      this.recordThrown(what, error)
    }
  }

  /** Records what was thrown while something was worked on. */
  recordThrown(what: string, thrown: unknown): void {
    const { errorCode, message } = toDriverError(thrown)
    this.record(errorCode, `${what}: ${message}`)
  }
}

/** What was thrown, as an answer to a client: one line. */
export function toDriverError(thrown: unknown): DriverError {
  if (thrown instanceof DriverError) return new DriverError(thrown.errorCode, oneLine(thrown.message))
  if (thrown instanceof GodwitError) return new DriverError(ErrorCode.GENERIC_ERROR, oneLine(thrown.message))
  const message = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown)
  return new DriverError(ErrorCode.GENERIC_ERROR, oneLine(`unexpected error: ${message}`), { cause: thrown })
}

function oneLine(text: string): string {
  const line = text.replace(/[\u0000-\u001f\u007f]+/g, ' ')
  return line.length > TEXT_LENGTH_MAX ? `${line.slice(0, TEXT_LENGTH_MAX - 3)}...` : line
}
