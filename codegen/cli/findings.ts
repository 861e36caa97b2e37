import { statSync } from 'node:fs'
import type { Diagnostic } from '../diagnostic.ts'
import { UsageError } from './command.ts'

export function isError(diagnostic: Diagnostic): boolean {
  return diagnostic.severity === 'error'
}

/** Such as `, 2 errors, 1 warning`; empty when there is nothing. */
export function countFindings(diagnostics: readonly Diagnostic[]): string {
  const errors = diagnostics.filter(isError).length
  const warnings = diagnostics.length - errors
  return (errors === 0 ? '' : `, ${count(errors, 'error')}`) + (warnings === 0 ? '' : `, ${count(warnings, 'warning')}`)
}

/** Such as `1 error` or `2 errors`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}

/** The files as given; an empty name, as from a variable that is not set, is a mistake on the command line. */
export function checkFileNames(files: readonly string[]): readonly string[] {
  if (files.includes('')) throw new UsageError('the name of a schema file is empty.')
  return files
}

/** The folders as given; one that is none is a mistake on the command line. */
export function checkIncludePaths(paths: readonly string[]): readonly string[] {
  for (const path of paths) {
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) {
      throw new UsageError(`--include-path "${path}" is not a folder.`)
    }
  }
  return paths
}
