import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

function findPackageFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(folder, 'package.json'))) {
    const parent = dirname(folder)
    if (parent === folder) throw new Error(`no package.json above ${fileURLToPath(import.meta.url)}`)
    folder = parent
  }
  return folder
}

/** Folder of the package, the same from the sources, from `dist/` and where it is installed. */
export const packageFolder: string = findPackageFolder()

/** The market data that ships with the package; see the README beside it. */
export const dataFile: string = join(packageFolder, 'perf', 'data', 'market-data.csv')
