import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { runChild } from '../../support/child.ts'
import type { ChildResult } from '../../support/child.ts'
import { repositoryRoot } from '../../support/root.ts'
import { scratchFolder } from '../../support/scratch.ts'

/** What `npx` finds in the project. */
const BINARIES: Readonly<Record<string, string>> = {
  godwit: join(repositoryRoot, 'dist', 'driver', 'cli.js'),
  tsc: join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc'),
}

/** A project of ESM that has the built package and a compiler installed. */
export class Project {
  readonly folder: string

  constructor(name: string) {
    this.folder = scratchFolder(name)
    const modules = join(this.folder, 'node_modules')
    mkdirSync(modules)
    symlinkSync(repositoryRoot, join(modules, 'godwit'), 'junction')
    symlinkSync(join(repositoryRoot, 'node_modules', '@types'), join(modules, '@types'), 'junction')
    writeFileSync(join(this.folder, 'package.json'), '{ "type": "module" }')
  }

  write(file: string, text: string): void {
    mkdirSync(dirname(join(this.folder, file)), { recursive: true })
    writeFileSync(join(this.folder, file), text)
  }

  /** @param command of `node` or `npx`, with arguments that have no spaces */
  run(command: string): Promise<ChildResult> {
    const words = command.split(' ')
    const args = words[0] === 'npx' ? [BINARIES[words[1] ?? ''] ?? '', ...words.slice(2)] : words.slice(1)
    return runChild(process.execPath, args, { cwd: this.folder, timeoutMs: 30_000 })
  }
}
