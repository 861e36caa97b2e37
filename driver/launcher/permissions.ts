import type { DirectoryMode } from '../core/driver-settings.ts'

const READ_WRITE = 0o666

/** Permissions of a directory as a number. */
export function directoryModeOf(mode: DirectoryMode): number {
  return Number.parseInt(mode, 8)
}

/** Permissions of files in a directory with those: everyone who may enter may read, and write if he may there. */
export function fileModeOf(mode: DirectoryMode): number {
  return directoryModeOf(mode) & READ_WRITE
}
