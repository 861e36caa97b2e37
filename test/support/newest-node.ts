import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { runChildOk } from './child.ts'

const INSTALL_TIME_BOX_MS = 120_000

/** Path of the newest Node, which comes as an npm package and is installed below `folder`. */
export async function installNewestNode(folder: string): Promise<string> {
  const install = ['install', '--prefix', folder, '--no-audit', '--no-fund', '--no-save', 'node@latest']
  await runChildOk('npm', install, { cwd: folder, timeoutMs: INSTALL_TIME_BOX_MS })
  const binary = join(folder, 'node_modules', 'node', 'bin', 'node')
  if (!existsSync(binary)) throw new Error(`npm installed the package node, but there is no ${binary}`)
  return binary
}
