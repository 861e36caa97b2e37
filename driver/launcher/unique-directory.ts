import { randomBytes } from 'node:crypto'
import { lstatSync, readdirSync, rmSync } from 'node:fs'
import { userInfo } from 'node:os'
import { dirname, join } from 'node:path'
import { CNC_FILE, defaultDirectory } from '../../client/files/directory-layout.ts'
import { inspectDriver } from './left-driver.ts'

/** Path of a directory that nobody else has, beside the one that drivers have by default. */
export function uniqueDirectory(): string {
  return join(dirname(defaultDirectory({})), `${prefix()}${process.pid}-${randomBytes(4).toString('hex')}`)
}

/**
 * Removes directories of that kind whose process was killed before it could. Returns how many.
 *
 * @param timeoutMs a driver that gave no sign of life for longer is gone
 */
export function removeLeftDirectories(timeoutMs: number, folder: string = dirname(defaultDirectory({}))): number {
  let removed = 0
  for (const name of namesIn(folder)) {
    const pid = pidOf(name)
    const path = join(folder, name)
    if (pid === undefined || isAlive(pid) || !isOwn(path)) continue
    // In another container the process may have another number, or none that is seen here.
    if (inspectDriver(join(path, CNC_FILE), timeoutMs, Date.now())?.state === 'active') continue
    rmSync(path, { recursive: true, force: true })
    removed++
  }
  return removed
}

/** What is in a folder; nothing when it is not there, or may not be looked into. */
export function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

function prefix(): string {
  return `godwit-${process.getuid?.() ?? userInfo().username}-`
}

/** The process that made a directory of that name; undefined when it is not one of those. */
function pidOf(name: string): number | undefined {
  if (!name.startsWith(prefix())) return undefined
  const match = /^(\d{1,10})-[0-9a-f]{8}$/.exec(name.slice(prefix().length))
  return match === null ? undefined : Number(match[1])
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}

function isOwn(path: string): boolean {
  const stat = lstatSync(path, { throwIfNoEntry: false })
  return stat !== undefined && stat.isDirectory() && stat.uid === (process.getuid?.() ?? stat.uid)
}
