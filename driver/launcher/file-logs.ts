import { rmSync, statfsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { CNC_FILE, logFilePath } from '../../client/files/directory-layout.ts'
import { fileIdentity, MappedFile } from '../../client/files/mapped-file.ts'
import { ErrorCode } from '../../schemas/generated/aeron.commands/index.ts'
import { DriverError } from '../core/driver-error.ts'
import type { LogRegion, LogStore, NewLog } from '../core/log-store.ts'
import type { MappedLogs } from './mapped-logs.ts'

/** Unit of `blocks` in what `stat` tells. */
const STAT_BLOCK_LENGTH = 512

export interface FileLogOptions {
  readonly directory: string
  /** Permissions of log files. */
  readonly fileMode: number
  readonly mapper: MappedLogs
  /** Whether a log is only made when there is space for all of it. */
  readonly performStorageChecks: boolean
  /** Fewer bytes left give a warning, once for each time that they become fewer. */
  readonly lowBytes: number
  readonly warn: (message: string) => void
  /** Bytes that the file system of a directory has left; default: it is asked. */
  readonly bytesFree?: (directory: string) => number
}

/** Logs in files below a driver's directory, where clients find them by name. */
export class FileLogStore implements LogStore {
  private readonly options: FileLogOptions
  private readonly bytesFree: (directory: string) => number
  private readonly lengths = new Map<string, number>()
  /** Of the driver's CnC file: in a directory with another one nothing is made or removed. */
  private readonly cncIdentity: string | undefined
  /** Logs whose space is taken only when somebody writes there. */
  private readonly sparse = new Set<string>()
  private mapped = 0
  private isLow = false

  constructor(options: FileLogOptions) {
    this.options = options
    this.bytesFree = options.bytesFree ?? bytesFreeOf
    this.cncIdentity = this.findCnc()
  }

  create({ kind, registrationId, byteLength, isSparse }: NewLog): LogRegion {
    const { directory, fileMode, mapper } = this.options
    const name = logFilePath(directory, kind, registrationId)
    const region = { name, memory: undefined, byteOffset: 0, byteLength }
    try {
      if (this.isTaken()) throw new Error(`another driver has taken ${directory}: nothing is added to this one`)
      if (this.options.performStorageChecks) this.checkSpace(name, byteLength)
      mapper.adopt(MappedFile.create(name, { byteLength, mode: fileMode, isSparse }))
    } catch (error) {
      throw asDriverError(error)
    }
    this.lengths.set(name, byteLength)
    if (isSparse) this.sparse.add(name)
    this.mapped += byteLength
    return region
  }

  /** Clients open the file. */
  announce(): void {}

  free({ name }: LogRegion): boolean {
    try {
      // Another driver gives its logs the same names.
      if (!this.isTaken()) rmSync(name, { force: true })
    } catch {
      return false
    }
    this.mapped -= this.lengths.get(name) ?? 0
    this.lengths.delete(name)
    this.sparse.delete(name)
    return true
  }

  bytesMapped(): number {
    return this.mapped
  }

  private findCnc(): string | undefined {
    return fileIdentity(join(this.options.directory, CNC_FILE))
  }

  /** Whether another driver has the directory, which takes this one for dead. */
  private isTaken(): boolean {
    const identity = this.findCnc()
    return identity !== undefined && identity !== this.cncIdentity
  }

  /**
   * What the system has left is not all free: sparse logs will take what they have not taken yet. A log that then found
   * nothing left would end its publisher, or the driver.
   *
   * @throws DriverError STORAGE_SPACE
   */
  private checkSpace(name: string, byteLength: number): void {
    const { directory, lowBytes, warn } = this.options
    const free = this.bytesFree(directory)
    let promised = 0
    for (const log of this.sparse) promised += this.lengths.get(log) ?? 0
    if (free - promised < Math.max(byteLength, lowBytes)) promised = this.bytesPromised()
    const left = free - promised
    if (left < byteLength) {
      const what = `no space for ${name} of ${byteLength} bytes: ${free} bytes are free, ${promised} promised to others`
      const advice = 'use shorter terms, close publications, or give its file system more (docs/operating.md)'
      throw new DriverError(ErrorCode.STORAGE_SPACE, `${what}; ${advice}`)
    }
    const isLow = left - byteLength < lowBytes
    if (isLow && !this.isLow) {
      warn(`less than ${lowBytes} bytes are left for logs in ${directory}: use shorter terms, or close publications`)
    }
    this.isLow = isLow
  }

  /** Bytes that logs have not taken yet, asked of the system. */
  private bytesPromised(): number {
    let promised = 0
    for (const name of this.sparse) {
      const stat = statSync(name, { throwIfNoEntry: false })
      if (stat !== undefined) promised += Math.max(0, stat.size - stat.blocks * STAT_BLOCK_LENGTH)
    }
    return promised
  }
}

function bytesFreeOf(directory: string): number {
  const { bavail, bsize } = statfsSync(directory)
  return bavail * bsize
}

function asDriverError(error: unknown): DriverError {
  if (error instanceof DriverError) return error
  const message = error instanceof Error ? error.message : String(error)
  const { code } = error as { readonly code?: unknown }
  if (code === 'ERR_GODWIT_FILE_SPACE') return new DriverError(ErrorCode.STORAGE_SPACE, message, { cause: error })
  const isGone = code === 'ERR_GODWIT_FILE_MISSING' || code === 'ENOENT'
  const gone = isGone ? '; the directory of the driver was removed, start it again' : ''
  return new DriverError(ErrorCode.GENERIC_ERROR, `${message}${gone}`, { cause: error })
}
