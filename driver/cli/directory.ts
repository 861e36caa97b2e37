import { resolve } from 'node:path'
import { defaultDirectory } from '../../client/files/directory-layout.ts'
import { formatCncVersion } from '../../client/memory/cnc.ts'
import { UsageError } from '../../codegen/cli/command.ts'
import { GodwitError } from '../../codegen/runtime/index.ts'
import type { DriverIdentity } from '../tools/cnc-file.ts'
import { isoTime } from '../tools/iso-time.ts'
import { printable, roughDuration } from './text.ts'

/** The option that all commands about a driver's directory have. */
export const DIRECTORY_OPTION = { dir: { type: 'string', short: 'd' } } as const

export const DIRECTORY_HELP = `\
  -d, --dir <dir>       directory of the driver; default AERON_DIR of the environment, else
                        /dev/shm/aeron-<user>, or aeron-<user> in the folder for temporary files
`

/** @throws UsageError when the option is empty, as from a variable that is not set */
export function directoryOf(option: string | undefined): string {
  if (option === '') throw new UsageError('--dir is empty, expected the directory of a driver.')
  return resolve(option ?? defaultDirectory())
}

/** One line about whose files these are. */
export function identityText(driver: DriverIdentity): string {
  const { cncVersion, pid, startTimestampMs } = driver
  const files = `${printable(driver.directory)} (CnC ${formatCncVersion(cncVersion)})`
  return `${files}, pid ${pid}, started ${isoTime(startTimestampMs)}, ${livenessText(driver)}`
}

function livenessText({ liveness, heartbeatAgeMs }: DriverIdentity): string {
  switch (liveness) {
    case 'alive':
      return `alive, heartbeat ${roughDuration(heartbeatAgeMs ?? 0)} ago`
    case 'dead':
      return `DEAD, last heartbeat ${roughDuration(heartbeatAgeMs ?? 0)} ago`
    case 'closed':
      return 'closed, or a snapshot'
    case 'starting':
      return 'starting'
  }
}

/**
 * Fails after everything was printed that could be read.
 *
 * @throws GodwitError ERR_GODWIT_TOOL_FILE unless `damagedAt` is undefined
 */
export function refuseDamaged(what: string, damagedAt: number | undefined): void {
  if (damagedAt === undefined) return
  throw new GodwitError(
    'ERR_GODWIT_TOOL_FILE',
    `${what} is damaged at offset ${damagedAt}: nothing behind that could be read; restart the driver for a new one`,
  )
}
