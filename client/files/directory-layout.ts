import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'

/**
 * Where the files of a driver lie, as Aeron has them.
 *
 * ```
 *   <dir>/cnc.dat                         commands, answers, counters, error log
 *   <dir>/loss-report.dat
 *   <dir>/publications/<id>.logbuffer
 *   <dir>/images/<id>.logbuffer
 * ```
 */
export const CNC_FILE = 'cnc.dat'
export const LOSS_REPORT_FILE = 'loss-report.dat'

/** Folders of logs, by what they are of. */
export const LOG_FOLDERS = { publication: 'publications', image: 'images' } as const

/** Variables of the environment that name the directory, the first one before the others. */
const DIRECTORY_VARIABLES = ['AERON_DIR', 'aeron.dir'] as const

const SHARED_MEMORY_FOLDER = '/dev/shm'

/** Path of a log, which the driver tells its clients. */
export function logFilePath(directory: string, kind: keyof typeof LOG_FOLDERS, registrationId: number): string {
  return `${directory}/${LOG_FOLDERS[kind]}/${registrationId}.logbuffer`
}

/**
 * The directory of drivers and clients that are told no other: AERON_DIR of the environment, or as Aeron has it
 * `/dev/shm/aeron-<user>` on Linux, `<folder for temporary files>/aeron-<user>` elsewhere.
 */
export function defaultDirectory(
  environment: Readonly<Record<string, string | undefined>> = process.env, os: string = process.platform,
): string {
  for (const name of DIRECTORY_VARIABLES) {
    const value = environment[name]
    if (value !== undefined && value !== '') return value
  }
  return join(os === 'linux' ? SHARED_MEMORY_FOLDER : tmpdir(), `aeron-${userName(environment)}`)
}

function userName(environment: Readonly<Record<string, string | undefined>>): string {
  try {
    return userInfo().username
  } catch {
    // Containers may run under a number that nobody has a name for.
    return environment['USER'] ?? 'default'
  }
}
