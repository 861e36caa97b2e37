import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const folders: string[] = []

/** Makes an empty folder that is removed when the process ends, however it ends short of being killed. */
export function scratchFolder(name: string): string {
  if (folders.length === 0) {
    process.once('exit', () => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })))
  }
  const folder = mkdtempSync(join(tmpdir(), `godwit-${name}-`))
  folders.push(folder)
  return folder
}
