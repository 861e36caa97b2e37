import { join } from 'node:path'
import { GodwitError } from '../../codegen/runtime/index.ts'
import type { AbortSignalLike } from '../abort-signal.ts'
import { DriverTimeoutError } from '../errors.ts'
import { CNC_FILE, LOG_FOLDERS } from '../files/directory-layout.ts'
import { fileIdentity, MappedFile } from '../files/mapped-file.ts'
import { mappingLibrary } from '../files/mapping-library.ts'
import { CNC_HEADER_LENGTH } from '../memory/cnc.ts'
import type { Cnc } from '../memory/cnc.ts'
import { LOG_LENGTH_MIN } from '../log/log-buffer-descriptor.ts'
import { LogBuffers } from '../log/log-buffers.ts'
import { attach, awaitReady, driverProblem } from './await-driver.ts'
import type { Look } from './await-driver.ts'
import type { ConductorSettings } from './client-conductor.ts'
import type { LogSource, SourceFinding } from './log-source.ts'

/** How often a directory is looked at in which there is no driver yet. */
const CONNECT_INTERVAL_MS = 10

/** The last two parts of a log's path: whatever the driver calls its directory, this client has its own name for it. */
const LOG_NAME = new RegExp(`(?:^|[\\\\/])(${Object.values(LOG_FOLDERS).join('|')})[\\\\/](\\d{1,19}\\.logbuffer)$`)

/** A driver's region and logs, as this thread has them mapped. */
export interface DirectoryConnection {
  readonly cnc: Cnc
  readonly logs: DirectoryLogs
}

/** Logs of a driver with a directory, by the names of their files; and its CnC file, which is closed with them. */
export class DirectoryLogs implements LogSource {
  readonly #dir: string
  readonly #cncFile: MappedFile
  readonly #files: Map<string, MappedFile> = new Map()
  #isGone: boolean = false

  constructor(dir: string, cncFile: MappedFile) {
    this.#dir = dir
    this.#cncFile = cncFile
  }

  /** Every client sees all logs. */
  bind(): void {}

  open(name: string): LogBuffers {
    const [, folder, fileName] = LOG_NAME.exec(name) ?? []
    if (folder === undefined || fileName === undefined) {
      throw new GodwitError('ERR_GODWIT_LOG_UNKNOWN', `the driver names a log ${name}, which is no file of a log`)
    }
    const file = openLog(join(this.#dir, folder, fileName))
    try {
      // Of another driver that has the directory by now: its logs have the same names.
      if (this.#isTaken(fileIdentity(this.#cncFile.path))) {
        throw new GodwitError('ERR_GODWIT_LOG_UNKNOWN', `${name} is of another driver, which has taken ${this.#dir}`)
      }
      const log = LogBuffers.over(file.buffer())
      this.#files.set(name, file)
      return log
    } catch (error) {
      file.close()
      throw error
    }
  }

  check(): SourceFinding | undefined {
    const identity = fileIdentity(this.#cncFile.path)
    if (identity === this.#cncFile.identity) return undefined
    if (this.#isTaken(identity)) {
      const what = `another driver has taken ${this.#dir}: the one that this client was connected to is gone`
      return { error: new DriverTimeoutError(what), isFatal: true }
    }
    if (this.#isGone) return undefined
    this.#isGone = true
    const what = `${this.#dir} is gone: somebody removed the directory of the driver`
    const advice = 'streams that are there go on while the driver lives, new ones cannot be added'
    return { error: new GodwitError('ERR_GODWIT_DIRECTORY_GONE', `${what}; ${advice}`), isFatal: false }
  }

  #isTaken(identity: string | undefined): boolean {
    return identity !== undefined && identity !== this.#cncFile.identity
  }

  release(name: string): void {
    this.#files.get(name)?.close()
    this.#files.delete(name)
  }

  close(): void {
    for (const file of this.#files.values()) file.close()
    this.#files.clear()
    this.#cncFile.close()
  }
}

/**
 * Waits until a driver lives in a directory.
 *
 * @throws DriverTimeoutError; GodwitError ERR_GODWIT_FILES_UNSUPPORTED, ERR_GODWIT_FILE, ERR_GODWIT_CNC_VERSION,
 * ERR_GODWIT_CNC_LENGTH, ERR_GODWIT_BUFFER_CAPACITY
 */
export async function awaitDirectory(
  dir: string, settings: ConductorSettings, signal: AbortSignalLike | undefined,
): Promise<DirectoryConnection> {
  mappingLibrary()
  const { driverTimeoutMs } = settings
  return awaitReady(settings, signal, CONNECT_INTERVAL_MS, (epochMs) => look(dir, epochMs, driverTimeoutMs))
}

function look(dir: string, epochMs: number, driverTimeoutMs: number): Look<DirectoryConnection> {
  let file: MappedFile
  try {
    file = MappedFile.open(join(dir, CNC_FILE), CNC_HEADER_LENGTH)
  } catch (error) {
    if (!(error instanceof GodwitError)) throw error
    if (error.code === 'ERR_GODWIT_FILE_MISSING') return { problem: `there is no driver in ${dir}` }
    // A driver that is starting may not have given it its length yet.
    return { problem: error }
  }
  let isUsed = false
  try {
    const cnc = attach(file.buffer())
    if (cnc === undefined) return { problem: `the driver in ${dir} is not ready` }
    const problem = driverProblem(cnc, epochMs, driverTimeoutMs)
    if (problem !== undefined) return { problem: `${dir}: ${problem}` }
    isUsed = true
    return { result: { cnc, logs: new DirectoryLogs(dir, file) } }
  } catch (error) {
    if (error instanceof GodwitError && error.code === 'ERR_GODWIT_CNC_LENGTH') return { problem: error }
    throw error
  } finally {
    if (!isUsed) file.close()
  }
}

function openLog(path: string): MappedFile {
  try {
    return MappedFile.open(path, LOG_LENGTH_MIN)
  } catch (error) {
    if (!(error instanceof GodwitError && error.code === 'ERR_GODWIT_FILE_MISSING')) throw error
    const what = `the driver names a log that is not there: ${path}`
    throw new GodwitError('ERR_GODWIT_LOG_UNKNOWN', what, { cause: error })
  }
}
