import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Where files are memory, if there is such a place. */
const MEMORY = '/dev/shm'

const folders = new Set<string>()

/** Makes an empty folder in shared memory, which is removed when the process ends, however short of being killed. */
export function sharedMemoryFolder(name: string): string {
  if (folders.size === 0) {
    process.once('exit', () => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })))
  }
  const folder = mkdtempSync(join(existsSync(MEMORY) ? MEMORY : tmpdir(), `godwit-test-${name}-`))
  folders.add(folder)
  return folder
}
