import { closeSync, openSync, readSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { GodwitError } from '../runtime/errors.ts'
import { describeOutputFailure } from '../output-folder.ts'

/** What is there already, and whether it may be replaced. */
export interface Replaceable {
  /** Such as `an .sbeir file`. */
  readonly what: string
  /** Bytes from the start that tell. */
  readonly headLength: number
  readonly matches: (head: Uint8Array) => boolean
}

/**
 * Writes a file whole or not at all: beside its target, then renamed. Replaces nothing but an empty file and what
 * `replaceable` matches; throws `ERR_GODWIT_CLI_OUTPUT` otherwise.
 */
export function writeOutputFile(path: string, content: Uint8Array, replaceable: Replaceable): void {
  /** Removed again when something fails from here on. */
  let temporary: string | undefined
  try {
    const target = targetOf(path, replaceable)
    const name = `${target}.${process.pid}.tmp`
    const descriptor = openSync(name, 'wx')
    temporary = name
    try {
      writeFileSync(descriptor, content)
    } finally {
      closeSync(descriptor)
    }
    renameSync(name, target)
  } catch (error) {
    if (temporary !== undefined) rmSync(temporary, { force: true })
    const code = codeOf(error)
    if (error instanceof GodwitError || code === undefined) throw error
    const reason = code === 'ENOENT' ? 'there is no such folder (ENOENT)' : describeOutputFailure(String(code))
    const why = `cannot write ${path}: ${reason}`
    throw new GodwitError('ERR_GODWIT_CLI_OUTPUT', `${why}. Nothing was changed; choose another file with --out`, {
      cause: error,
    })
  }
}

/** Where a link leads, so that it stays one. */
function targetOf(path: string, { what, headLength, matches }: Replaceable): string {
  const found = statSync(path, { throwIfNoEntry: false })
  if (found === undefined) return path
  const refuse = (why: string): never => {
    throw new GodwitError('ERR_GODWIT_CLI_OUTPUT', `${path} ${why}: it is not replaced. Choose another file with --out`)
  }
  if (found.isDirectory()) return refuse('is a folder')
  if (!found.isFile()) return refuse('is no ordinary file')
  if (found.size > 0 && !matches(headOf(path, headLength))) return refuse(`exists and is not ${what}`)
  return realpathSync(path)
}

function headOf(path: string, length: number): Uint8Array {
  const head = new Uint8Array(length)
  const descriptor = openSync(path, 'r')
  try {
    return head.subarray(0, readSync(descriptor, head))
  } finally {
    closeSync(descriptor)
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}
