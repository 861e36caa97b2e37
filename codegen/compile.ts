import { closeSync, openSync, readSync, realpathSync, statSync } from 'node:fs'
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { compileDocument, type CompileOptions, type CompileResult, compileText, unreadable } from './compiler.ts'
import { MAX_DOCUMENT_BYTES } from './limits.ts'
import {
  type DocumentLocation,
  type DocumentSource,
  missingProblem,
  type OpenedDocument,
  type OpenProblem,
  outsideProblem,
  pathOfHref,
} from './xml/document-source.ts'

const CHUNK_BYTES = 64 * 1024

/**
 * Compiles the schema in a file: an XML document, or an `.sbeir` file that `encodeIr` or another SBE tool has written,
 * which is told from it by its content or its name. Whatever is wrong with it, a missing file included, becomes a
 * diagnostic; nothing is thrown. In an `.sbeir` file, line 1 is all of it and columns are bytes.
 */
export function compileSchemaFile(path: string, options: CompileOptions = {}): CompileResult {
  let content: Uint8Array
  try {
    content = options.readFile === undefined ? readLimited(path, MAX_DOCUMENT_BYTES) : options.readFile(path)
  } catch (error) {
    return unreadable(path, reasonOf(error), expectedInstead(error), options)
  }
  return compileSchemaText(content, path, options)
}

/**
 * Compiles a schema from memory, XML or the bytes of an `.sbeir` file. `file` names it in diagnostics, and documents
 * that it includes are looked for beside that file.
 */
export function compileSchemaText(
  text: string | Uint8Array,
  file: string,
  options: CompileOptions = {},
): CompileResult {
  if (options.readFile !== undefined) return compileText(text, file, options)
  return compileDocument(text, file, realPath(file), new FileDocuments(file, options.includePaths ?? []), options)
}

/** Documents in the file system, confined to the folder of the schema and the include paths. */
class FileDocuments implements DocumentSource {
  private readonly includePaths: readonly string[]
  private readonly folders: readonly string[]
  private readonly realFolders: readonly string[]

  constructor(rootFile: string, includePaths: readonly string[]) {
    this.includePaths = includePaths
    this.folders = [dirname(rootFile), ...includePaths].map((folder) => resolve(folder))
    this.realFolders = this.folders.map(realPath)
  }

  open(href: string, from: DocumentLocation, maxBytes: number): OpenedDocument | OpenProblem {
    const path = pathOfHref(href)
    if (typeof path !== 'string') return path
    const candidates = [dirname(from.file), ...this.includePaths]
      .map((folder) => isAbsolute(path) ? path : join(folder, path))
    // Refused before the file system is asked, so that nothing can be learnt of what is outside.
    const allowed = candidates.filter((file) => isInside(this.folders, file) || isInside(this.realFolders, file))
    const absent: string[] = []
    for (const file of allowed) {
      const opened = this.openFile(file, maxBytes)
      if (opened !== undefined && opened.problem === undefined) return { ...opened, absent }
      absent.push(file)
      if (opened !== undefined) return { ...opened, absent }
    }
    const [first, ...others] = absent
    return first === undefined ? outsideProblem(candidates[0] ?? path) : missingProblem(href, [first, ...others])
  }

  private openFile(file: string, maxBytes: number): Omit<OpenedDocument, 'absent'> | OpenProblem | undefined {
    try {
      const id = realpathSync(file)
      // The file may be behind a symbolic link.
      if (!isInside(this.realFolders, id)) return outsideProblem(file)
      if (!statSync(id).isFile()) return { problem: 'refused', message: `'${file}' is not a file` }
      return { location: { file, id }, content: readLimited(id, maxBytes) }
    } catch (error) {
      if (isMissing(error)) return undefined
      return { problem: 'refused', message: `cannot read '${file}': ${reasonOf(error)}` }
    }
  }
}

function isInside(folders: readonly string[], file: string): boolean {
  return folders.some((folder) => {
    const path = relative(folder, resolve(file))
    return path !== '' && path !== '..' && !path.startsWith(`..${sep}`) && !isAbsolute(path)
  })
}

function realPath(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return resolve(path)
  }
}

/** Reads one byte more than the limit at most, so that devices and pipes without end are found too long. */
function readLimited(path: string, maxBytes: number): Uint8Array {
  const descriptor = openSync(path, 'r')
  try {
    const chunks: Uint8Array[] = []
    let length = 0
    while (length <= maxBytes) {
      const chunk = new Uint8Array(Math.min(CHUNK_BYTES, maxBytes + 1 - length))
      const read = readSync(descriptor, chunk)
      if (read === 0) break
      chunks.push(chunk.subarray(0, read))
      length += read
    }
    return Buffer.concat(chunks)
  } finally {
    closeSync(descriptor)
  }
}

function isMissing(error: unknown): boolean {
  const code = codeOf(error)
  return code === 'ENOENT' || code === 'ENOTDIR'
}

function reasonOf(error: unknown): string {
  switch (codeOf(error)) {
    case 'ENOENT':
    case 'ENOTDIR':
      return 'there is no such file'
    case 'EISDIR':
      return 'it is a folder'
    case 'EACCES':
    case 'EPERM':
      return 'permission denied'
    case 'ELOOP':
      return 'symbolic links lead in a circle'
    case 'ENAMETOOLONG':
      return 'the name is too long'
    default:
      return error instanceof Error ? error.message : String(error)
  }
}

function expectedInstead(error: unknown): string | undefined {
  switch (codeOf(error)) {
    case 'ENOENT':
    case 'ENOTDIR':
    case 'EISDIR':
    case 'ENAMETOOLONG':
      return 'the path of a schema file'
    case 'EACCES':
    case 'EPERM':
      return 'a file that you may read'
    default:
      return undefined
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}
