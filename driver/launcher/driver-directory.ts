import { randomBytes } from 'node:crypto'
import { chmodSync, existsSync, lstatSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { CNC_FILE, LOG_FOLDERS, LOSS_REPORT_FILE } from '../../client/files/directory-layout.ts'
import { fileIdentity, MappedFile } from '../../client/files/mapped-file.ts'
import { cncLength } from '../../client/memory/cnc.ts'
import { GodwitError } from '../../codegen/runtime/index.ts'
import type { DriverSettings } from '../core/driver-settings.ts'
import { cncLengthsOf } from '../core/settings-rules.ts'
import type { DriverFiles } from './driver-memory.ts'
import { inspectDriver } from './left-driver.ts'
import type { LeftDriver } from './left-driver.ts'
import { directoryModeOf, fileModeOf } from './permissions.ts'
import { namesIn } from './unique-directory.ts'
import type { OnWarning } from './warnings.ts'

/** How often a directory is tried to take that other drivers are taking at the same time. */
const ATTEMPTS_MAX = 8

/** Of folders above the directory that are made as well. */
const PARENT_MODE = 0o755

/** What directories are called behind their name while they are removed. */
const GONE = /^[0-9a-f]{16}\.gone$/

/** All that a driver makes in its directory; where something else lies, nothing is removed. */
const OWN_ENTRIES: readonly string[] = [CNC_FILE, LOSS_REPORT_FILE, ...Object.values(LOG_FOLDERS)]

/** A directory that a driver has taken: nobody else can while it lives. */
export class DriverDirectory {
  readonly path: string
  readonly files: DriverFiles
  private readonly identity: string

  private constructor(path: string, files: DriverFiles, identity: string) {
    this.path = path
    this.files = files
    this.identity = identity
  }

  /**
   * Takes a directory: makes it, or replaces that of a driver that is gone, whose error log is saved beside it.
   *
   * @throws GodwitError ERR_GODWIT_DRIVER_ACTIVE when a driver lives there; ERR_GODWIT_DIRECTORY when it is no
   * directory, belongs to another user, is a symbolic link, holds other files, or cannot be made;
   * ERR_GODWIT_FILE_SPACE when there is no space; ERR_GODWIT_FILES_UNSUPPORTED
   */
  static claim(path: string, settings: DriverSettings, warn: OnWarning): DriverDirectory {
    const absolute = resolve(path)
    try {
      for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
        clear(absolute, settings, warn)
        const directory = DriverDirectory.tryMake(absolute, settings)
        if (directory === undefined) continue
        removeGone(absolute)
        return directory
      }
    } catch (error) {
      if (error instanceof GodwitError) throw error
      throw directoryError(absolute, error instanceof Error ? error.message : String(error), error)
    }
    throw activeError(absolute, 'other drivers start there again and again')
  }

  /** Undefined when another driver was faster. */
  private static tryMake(path: string, settings: DriverSettings): DriverDirectory | undefined {
    const [mode, fileMode] = [directoryModeOf(settings.dirMode), fileModeOf(settings.dirMode)]
    const isNew = makeFolder(path, mode)
    const cncPath = join(path, CNC_FILE)
    const cncBytes = cncLength(cncLengthsOf(settings))
    let cnc: MappedFile
    try {
      // Space is taken at once: a driver or client that found none left later would be ended by the system.
      cnc = MappedFile.create(cncPath, { byteLength: cncBytes, mode: fileMode, isSparse: false })
    } catch (error) {
      // It is there, or the folder was taken away meanwhile.
      if (isCode(error, 'ERR_GODWIT_FILE_EXISTS') || isCode(error, 'ERR_GODWIT_FILE_MISSING')) return undefined
      if (isNew) removeAll(path)
      throw error
    }
    const { identity } = cnc
    cnc.close()
    try {
      // From here on nobody else takes the directory, and what may still lie there is of nobody.
      for (const name of OWN_ENTRIES) if (name !== CNC_FILE) removeAll(join(path, name))
      for (const folder of Object.values(LOG_FOLDERS)) makeFolder(join(path, folder), mode)
      const lossPath = join(path, LOSS_REPORT_FILE)
      const lossBytes = settings.lossReportBufferLength
      const loss = MappedFile.create(lossPath, { byteLength: lossBytes, mode: fileMode, isSparse: false })
      loss.close()
      return new DriverDirectory(path, {
        cnc: { path: cncPath, byteLength: cncBytes, identity },
        lossReport: { path: lossPath, byteLength: lossBytes, identity: loss.identity },
      }, identity)
    } catch (error) {
      removeAll(path)
      throw error
    }
  }

  /** Whether it is still there, and not that of another driver. */
  isThere(): boolean {
    return this.state() === 'there'
  }

  /** `taken`: another driver has it now. */
  state(): 'there' | 'gone' | 'taken' {
    const identity = fileIdentity(join(this.path, CNC_FILE))
    if (identity === undefined) return 'gone'
    return identity === this.identity ? 'there' : 'taken'
  }

  /** Removes it with all that is in it, unless another driver has it now. */
  remove(): void {
    if (this.isThere()) removeAll(this.path)
  }
}

/** Leaves no directory of another driver at that path, or throws. */
function clear(path: string, settings: DriverSettings, warn: OnWarning): void {
  const stat = lstatSync(path, { throwIfNoEntry: false })
  if (stat === undefined) return
  if (stat.isSymbolicLink()) throw directoryError(path, 'it is a symbolic link: name the directory itself')
  if (!stat.isDirectory()) throw directoryError(path, 'it is no directory')
  const user = process.getuid?.()
  if (user !== undefined && stat.uid !== user) {
    throw directoryError(path, `it belongs to user ${stat.uid}, not to ${user} who runs this driver`)
  }
  const others = readdirSync(path).filter((name) => !OWN_ENTRIES.includes(name))
  if (others.length > 0) {
    const names = others.slice(0, 3).join(', ')
    throw directoryError(path, `it holds files that are not of a driver (${names}): use another directory`)
  }
  const left = inspectDriver(join(path, CNC_FILE), settings.driverTimeoutMs, Date.now())
  const { dirDeleteOnStart, dirWarnIfExists } = settings
  if (left?.state === 'active') {
    if (!dirDeleteOnStart) throw activeError(path, left.reason)
    warn(`${path} is removed although a driver uses it (${left.reason}), because dirDeleteOnStart says so`)
  }
  if (left?.state === 'unknown' && !dirDeleteOnStart) {
    throw directoryError(path, `its ${CNC_FILE} is not understood (${left.reason}): remove it, or set dirDeleteOnStart`)
  }
  if (dirWarnIfExists) warn(`${path} exists and is replaced`)
  if (left !== undefined) replace(path, left, settings, warn)
}

/**
 * Takes a directory away in one step, so that of two drivers that find the same one dead only one gets it; the other
 * may have taken the first one's new directory instead, and puts that back.
 */
function replace(path: string, left: LeftDriver, settings: DriverSettings, warn: OnWarning): void {
  const cncPath = join(path, CNC_FILE)
  // Directly before, for looking at the left one took a while.
  if (fileIdentity(cncPath) !== left.identity) return
  const away = `${path}.${randomBytes(8).toString('hex')}.gone`
  try {
    renameSync(path, away)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return
    // The root of a file system, or in a folder of somebody else: whoever claims it next removes the rest.
    saveErrors(path, left, warn)
    if (fileIdentity(cncPath) === left.identity) removeAll(cncPath)
    return
  }
  const moved = inspectDriver(join(away, CNC_FILE), settings.driverTimeoutMs, Date.now())
  if (moved !== undefined && moved.identity !== left.identity) {
    renameSync(away, path)
    return
  }
  saveErrors(path, left, warn)
  removeAll(away)
}

/** What went wrong in a driver that is gone may be why it is. */
function saveErrors(path: string, { errors }: LeftDriver, warn: OnWarning): void {
  if (errors === '') return
  const file = `${path}-${new Date().toISOString().replaceAll(':', '-')}-error.log`
  try {
    writeFileSync(file, errors, { mode: 0o600, flag: 'wx' })
    warn(`the driver that had ${path} before left errors, which are in ${file} now`)
  } catch (error) {
    warn(`the errors of the driver that had ${path} before cannot be saved: ${String(error)}`)
  }
}

/** A folder with these permissions whatever the umask is. Returns false when it was there, which is left as it is. */
function makeFolder(path: string, mode: number): boolean {
  makeParent(dirname(path))
  const isNew = makeOne(path, mode)
  if (isNew) chmodSync(path, mode)
  return isNew
}

/** Returns false when it was there. */
function makeOne(path: string, mode: number): boolean {
  try {
    mkdirSync(path, { mode })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

/** What drivers left that were killed while they replaced the directory. */
function removeGone(path: string): void {
  const prefix = `${basename(path)}.`
  for (const name of namesIn(dirname(path))) {
    if (name.startsWith(prefix) && GONE.test(name.slice(prefix.length))) removeAll(join(dirname(path), name))
  }
}

/** Folders above it. `mkdirSync` with `recursive` never ends below folders that take none, such as /proc. */
function makeParent(path: string): void {
  if (existsSync(path)) return
  makeParent(dirname(path))
  makeOne(path, PARENT_MODE)
}

/** As far as it may: the root of a file system stays, and so does a folder in one of somebody else. */
function removeAll(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true })
  } catch (error) {
    if (lstatSync(path, { throwIfNoEntry: false })?.isDirectory() !== true || readdirSync(path).length > 0) throw error
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof GodwitError && error.code === code
}

function activeError(path: string, reason: string): GodwitError {
  const advice = 'close it first, or use another directory'
  return new GodwitError('ERR_GODWIT_DRIVER_ACTIVE', `a driver uses ${path}: ${reason}; ${advice}`)
}

function directoryError(path: string, what: string, cause?: unknown): GodwitError {
  return new GodwitError('ERR_GODWIT_DIRECTORY', `${path} cannot be the directory of a driver: ${what}`, { cause })
}
