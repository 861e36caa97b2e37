import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { repositoryRoot } from '../root.ts'
import type { SourceFile } from './source-file.ts'

/** What a checkout has and the repository has not. */
const NOT_OURS = new Set(['.git', 'node_modules', 'dist'])

/** Paths of the files of the repository: tracked or about to be; all files there are when git cannot tell. */
export function repositoryPaths(): readonly string[] {
  const paths = pathsOfGit() ?? walk('')
  return paths.filter((path) => existsSync(join(repositoryRoot, path))).sort()
}

export function readRepositoryFile(path: string): SourceFile {
  return { path, text: readFileSync(join(repositoryRoot, path), 'utf8') }
}

function pathsOfGit(): readonly string[] | undefined {
  if (!existsSync(join(repositoryRoot, '.git'))) return undefined
  try {
    const list = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
      cwd: repositoryRoot,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    return list.split('\0').filter((path) => path !== '')
  } catch {
    return undefined
  }
}

function walk(folder: string): readonly string[] {
  return readdirSync(join(repositoryRoot, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`
    if (NOT_OURS.has(path)) return []
    return entry.isDirectory() ? walk(path) : [path]
  })
}
