import { join } from 'node:path'
import { LOSS_REPORT_FILE } from '../../client/files/directory-layout.ts'
import { lossEntryLength, readLossReport } from '../../client/memory/loss-report.ts'
import type { LossObservation } from '../../client/memory/loss-report.ts'
import { LOSS_REPORT_ENTRY_ALIGNMENT } from '../../schemas/descriptors.ts'
import { LossReportEntryDecoder } from '../../schemas/generated/aeron.memory/index.ts'
import { DriverFile } from './driver-file.ts'

export interface LossesOfDriver {
  readonly losses: readonly LossObservation[]
  /** Offset behind which the report cannot be read; undefined when all of it was. */
  readonly damagedAt: number | undefined
}

/**
 * Reads the loss report from the directory of a driver, alive or dead.
 *
 * @throws GodwitError ERR_GODWIT_TOOL_DIRECTORY, ERR_GODWIT_TOOL_FILE
 */
export function readLosses(directory: string): LossesOfDriver {
  return DriverFile.use(join(directory, LOSS_REPORT_FILE), (file) => {
    const damagedAt = file.loadRecords(
      file.memory, LossReportEntryDecoder.BLOCK_LENGTH, LOSS_REPORT_ENTRY_ALIGNMENT,
      (offset) => lossEntryLength(file.memory, offset),
    )
    const losses: LossObservation[] = []
    readLossReport(file.memory, (loss) => losses.push(loss))
    return { losses, damagedAt }
  })
}
