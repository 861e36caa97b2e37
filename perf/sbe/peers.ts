/** The packages that godwit is compared with: installed and built when they are first needed. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { PEERS_FOLDER } from './contenders/index.ts'
import { execute } from './execute.ts'

const INSTALL_TIME_BOX_MS = 180_000
const BUILD_TIME_BOX_MS = 60_000
const LOCK = join(PEERS_FOLDER, 'package-lock.json')
/** A copy of the lock that was installed from. */
const INSTALLED_LOCK = join(PEERS_FOLDER, 'node_modules', 'installed-from.json')

/** Nothing of it runs at install: what the packages would compile there is optional. */
const INSTALL = ['ci', '--ignore-scripts', '--no-audit', '--no-fund']

export async function preparePeers(report: (text: string) => void): Promise<void> {
  if (!isInstalled()) {
    report('installing the peers into perf/peers')
    await execute('npm', INSTALL, { cwd: PEERS_FOLDER, timeoutMs: INSTALL_TIME_BOX_MS })
    writeFileSync(INSTALLED_LOCK, readFileSync(LOCK))
  }
  const compiler = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc')
  await execute(process.execPath, [compiler, '-p', PEERS_FOLDER], { timeoutMs: BUILD_TIME_BOX_MS })
}

function isInstalled(): boolean {
  return existsSync(INSTALLED_LOCK) && readFileSync(INSTALLED_LOCK).equals(readFileSync(LOCK))
}

/** The version of each package, as the lock has it. */
export function peerVersions(): Readonly<Record<string, string>> {
  const { packages } = JSON.parse(readFileSync(LOCK, 'utf8')) as {
    readonly packages: Readonly<Record<string, { readonly version?: string; readonly dependencies?: object }>>
  }
  const names = Object.keys(packages['']?.dependencies ?? {})
  return Object.fromEntries(names.map((name) => [name, packages[`node_modules/${name}`]?.version ?? 'unknown']))
}
