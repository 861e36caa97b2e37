import { resolve } from 'node:path'
import { GodwitError } from '../runtime/errors.ts'
import type { Output } from './command.ts'
import { count } from './findings.ts'
import { FileWatcher } from './file-watcher.ts'

/** What is done once for a state of the files. */
export interface Pass {
  /** Files that were read, and files that would have been, had they been there. */
  readonly files: readonly string[]
  /** Prints what was found, and writes what comes of it. */
  finish(): void
}

/**
 * Does something with files again and again, whenever they change, until an interrupt. An error ends it at the first
 * time only; later it is printed, because the next change may mend it.
 *
 * @param schemas files that are looked at in any case, by the names to print
 * @param begin reads the files and must not print
 */
export async function watchSchemas(schemas: readonly string[], begin: () => Pass, output: Output): Promise<void> {
  const interrupt = new AbortController()
  const onInterrupt = (): void => interrupt.abort()
  process.once('SIGINT', onInterrupt)
  const watcher = new FileWatcher()
  try {
    let { pass, files } = readAtRest(schemas, begin, watcher)
    pass.finish()
    output.err(`${now()} watching ${count(files.size, 'file')} for changes\n`)
    for (;;) {
      const changed = await watcher.changes(interrupt.signal)
      if (interrupt.signal.aborted) return
      const names = changed.map((path) => files.get(path) ?? path)
      output.err(`${now()} changed: ${names.join(', ')}\n`)
      ;({ pass, files } = readAtRest(schemas, begin, watcher))
      finishOrPrint(pass, output)
    }
  } finally {
    watcher.close()
    process.removeListener('SIGINT', onInterrupt)
  }
}

/**
 * What comes of the files, and the watcher remembers them as they were before they were read. Which files those are is
 * known when they have been read, so that it is done again while there are others than before.
 */
function readAtRest(
  schemas: readonly string[],
  begin: () => Pass,
  watcher: FileWatcher,
): { readonly pass: Pass; readonly files: ReadonlyMap<string, string> } {
  const files = new Map(schemas.map((file) => [resolve(file), file]))
  for (;;) {
    watcher.remember(files.keys())
    const pass = begin()
    const others = pass.files.filter((file) => !files.has(resolve(file)))
    if (others.length === 0) return { pass, files }
    for (const file of others) files.set(resolve(file), file)
  }
}

function finishOrPrint(pass: Pass, output: Output): void {
  try {
    pass.finish()
  } catch (error) {
    if (!(error instanceof GodwitError)) throw error
    output.err(`godwit: ${error.message} (${error.code})\n`)
  }
}

function now(): string {
  return new Date().toTimeString().slice(0, 8)
}
