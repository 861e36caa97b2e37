/** The package as a user gets it: built from the repository's files alone, packed, installed into an empty folder. */
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { runChildOk } from '../../support/child.ts'
import { scratchFolder } from '../../support/scratch.ts'
import { packedPackage } from './packed-package.ts'

const INSTALL_TIME_BOX_MS = 90_000
const INSTALL = ['install', '--no-audit', '--no-fund', '--prefer-offline']

/** Tools at the versions that the suite was written for, and the compilers of users. */
const TOOLS: Readonly<Record<string, string>> = {
  '@arethetypeswrong/cli': '0.18.5',
  '@types/node': '26.6.6',
  'publint': '0.3.25',
  'typescript-5': 'npm:typescript@5.9.3',
  'typescript-6': 'npm:typescript@6.0.3',
  'typescript-7': 'npm:typescript@7.0.2',
}

export const COMPILERS = ['typescript-5', 'typescript-6', 'typescript-7'] as const

export interface InstalledPackage {
  readonly tarball: string
  /** The project of a user with the package installed. */
  readonly project: string
  /** The installed package in it. */
  readonly folder: string
  /** The project of a user who does without optional dependencies. */
  readonly bareProject: string
  /** Another project, with the tools and compilers. */
  readonly tools: string
}

let installed: Promise<InstalledPackage> | undefined

/** Packs and installs at the first call; all test files use the result. */
export function installedPackage(): Promise<InstalledPackage> {
  installed ??= packAndInstall()
  return installed
}

async function packAndInstall(): Promise<InstalledPackage> {
  const scratch = scratchFolder('pack')
  const tools = join(scratch, 'tools')
  const [tarball] = await Promise.all([packedPackage(scratch), installTools(tools)])
  const project = await install(join(scratch, 'project'), tarball)
  const bareProject = await install(join(scratch, 'bare-project'), tarball, '--omit=optional')
  return { tarball, project, folder: join(project, 'node_modules', 'godwit'), bareProject, tools }
}

async function install(folder: string, tarball: string, ...options: readonly string[]): Promise<string> {
  writeProject(folder, { type: 'module' })
  await runChildOk('npm', [...INSTALL, ...options, tarball], { cwd: folder, timeoutMs: INSTALL_TIME_BOX_MS })
  return folder
}

async function installTools(folder: string): Promise<void> {
  writeProject(folder, { devDependencies: TOOLS })
  await runChildOk('npm', INSTALL, { cwd: folder, timeoutMs: INSTALL_TIME_BOX_MS })
}

function writeProject(folder: string, manifest: object): void {
  mkdirSync(folder)
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, ...manifest }))
}

/** Paths of all files below a folder, with slashes, without `node_modules`. */
export function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => !path.startsWith('node_modules/') && statSync(join(folder, path)).isFile())
    .sort()
}

export function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8')) as unknown
}
