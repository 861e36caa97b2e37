import type { ErrorCode } from '../../schemas/generated/aeron.commands/index.ts'
import { COMMAND_QUEUE_CAPACITY } from './command-queue.ts'
import type { CommandSink } from './command-queue.ts'
import type { ConductorCommand } from './commands.ts'

/** An error that repeats is reported so often: the error log counts, it need not count every cycle. */
export const ERROR_REPORT_INTERVAL_NS = 1_000_000_000

/** Part of the conductor's queue that what peers and errors cause leaves to replies. */
const RESERVED_CAPACITY = COMMAND_QUEUE_CAPACITY / 4

/** Whether the conductor takes what can be left out. */
export function hasCapacityForReports(toConductor: CommandSink<ConductorCommand>): boolean {
  return toConductor.remainingCapacity() > RESERVED_CAPACITY
}

/** Has the conductor log the errors of one resource, at most one in every interval. */
export class ErrorReporter {
  private readonly toConductor: CommandSink<ConductorCommand>
  private lastNs: number = -Infinity

  constructor(toConductor: CommandSink<ConductorCommand>) {
    this.toConductor = toConductor
  }

  /** @param what names the resource; the same for every error of it, so that equal errors are counted as one */
  report(errorCode: ErrorCode, what: string, error: unknown, nowNs: number): void {
    if (nowNs < this.lastNs + ERROR_REPORT_INTERVAL_NS || !hasCapacityForReports(this.toConductor)) return
    const text = error instanceof Error ? error.message : String(error)
    if (this.toConductor.offer({ type: 'error', errorCode, message: `${what}: ${text}` })) this.lastNs = nowNs
  }
}
