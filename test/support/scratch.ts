import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Makes an empty folder that is removed when the process ends, however it ends short of being killed. */
export function scratchFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `godwit-${name}-`))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  return folder
}
