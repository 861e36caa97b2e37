import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Command, Output } from '../../../codegen/cli/command.ts'
import { sbe } from '../../../codegen/cli/sbe.ts'
import type { ChildResult } from '../../support/child.ts'
import { runChild } from '../../support/child.ts'
import { repositoryRoot } from '../../support/root.ts'

export interface CommandResult {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** Runs a command with the arguments in this process. What it throws, the binary would print. */
export async function runCommand(command: Command, ...args: readonly string[]): Promise<CommandResult> {
  let out = ''
  let err = ''
  const output: Output = { out: (text) => void (out += text), err: (text) => void (err += text) }
  const code = await command(args, output)
  return { code, out, err }
}

/** Runs `godwit sbe` with the arguments in this process. */
export function runSbe(...args: readonly string[]): Promise<CommandResult> {
  return runCommand(sbe, ...args)
}

export const BINARY: string = join(repositoryRoot, 'dist', 'driver', 'cli.js')

/** Runs the built `godwit` binary in a process of its own. */
export function runGodwit(...args: readonly string[]): Promise<ChildResult> {
  return runChild(process.execPath, [BINARY, ...args], { cwd: repositoryRoot, timeoutMs: 8_000 })
}

/** A folder with these files, removed when `body` is done. */
export async function inFolder(
  files: Readonly<Record<string, string>>,
  body: (path: (name: string) => string) => void | Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'godwit-cli-'))
  try {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true })
      writeFileSync(join(folder, name), text)
    }
    await body((name) => join(folder, name))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** All files below a folder with their contents: what must not change when something goes wrong. */
export function contents(folder: string): Readonly<Record<string, string>> {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((path) => join(folder, path))
  const files = paths.filter((path) => statSync(path).isFile()).sort()
  return Object.fromEntries(files.map((path) => [path, readFileSync(path, 'utf8')]))
}
