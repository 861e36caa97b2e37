import { copyFileSync, mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { repositoryRoot } from './root.ts'
import { repositoryPaths } from './tidy/repository-files.ts'

/** Copies the files of the repository, and nothing else, into a folder. */
export function copyRepository(folder: string): void {
  for (const path of repositoryPaths()) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    copyFileSync(join(repositoryRoot, path), join(folder, path))
  }
}
