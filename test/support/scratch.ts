import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const folders: string[] = []

/**
 * Makes an empty folder that is removed when the process ends, however it ends short of being killed.
 *
 * @param parent default the folder for temporary files
 */
export function scratchFolder(name: string, parent: string = tmpdir()): string {
  if (folders.length === 0) {
    process.once('exit', () => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })))
  }
  const folder = mkdtempSync(join(parent, `godwit-${name}-`))
  folders.push(folder)
  return folder
}
