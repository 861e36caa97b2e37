import type { ErrorCode } from '../../../schemas/generated/aeron.commands/index.ts'
import { SystemCounterId } from '../../../schemas/generated/aeron.memory/index.ts'
import type { CommandSink } from '../command-queue.ts'
import type { ConductorCommand } from '../commands.ts'
import { ERROR_REPORT_INTERVAL_NS, hasCapacityForReports } from '../error-reporter.ts'
import type { SystemCounters } from '../system-counters.ts'

/**
 * What goes wrong at the receiver and has no counter of its own. Peers can cause any amount of it, so each cause is
 * reported once in an interval, and the others are only counted, with the errors.
 */
export class Anomalies {
  private readonly toConductor: CommandSink<ConductorCommand>
  private readonly systemCounters: SystemCounters
  private readonly lastReportNs = new Map<string, number>()

  constructor(toConductor: CommandSink<ConductorCommand>, systemCounters: SystemCounters) {
    this.toConductor = toConductor
    this.systemCounters = systemCounters
  }

  /** @param cause text of the report: one of a few, never made from what a peer sent */
  report(errorCode: ErrorCode, cause: string, nowNs: number): void {
    const lastNs = this.lastReportNs.get(cause) ?? -Infinity
    if (nowNs >= lastNs + ERROR_REPORT_INTERVAL_NS && hasCapacityForReports(this.toConductor)) {
      if (this.toConductor.offer({ type: 'error', errorCode, message: cause })) {
        this.lastReportNs.set(cause, nowNs)
        return
      }
    }
    this.systemCounters.increment(SystemCounterId.ERRORS)
  }
}
