import {
  type DocumentLocation,
  type DocumentSource,
  missingProblem,
  type OpenedDocument,
  type OpenProblem,
  outsideProblem,
  pathOfHref,
} from './document-source.ts'

/** Documents behind a function that reads by path: an archive, a server, memory. Paths are compared as text. */
export class InjectedDocuments implements DocumentSource {
  private readonly readFile: (path: string) => Uint8Array
  private readonly roots: readonly string[]

  constructor(readFile: (path: string) => Uint8Array, rootFile: string, includePaths: readonly string[]) {
    this.readFile = readFile
    this.roots = [folderOf(rootFile), ...includePaths.map(normalize)]
  }

  open(href: string, from: DocumentLocation): OpenedDocument | OpenProblem {
    const path = pathOfHref(href)
    if (typeof path !== 'string') return path
    const [, ...includePaths] = this.roots
    const candidates = [folderOf(from.file), ...includePaths].map((folder) => join(folder, path))
    const allowed = candidates.filter((candidate) => this.roots.some((root) => isInside(root, candidate)))
    const absent: string[] = []
    for (const file of new Set(allowed)) {
      const content = this.tryRead(file)
      if (content !== undefined) return { location: { file, id: file }, content, absent }
      absent.push(file)
    }
    const [first, ...others] = absent
    return first === undefined ? outsideProblem(candidates[0] ?? path) : missingProblem(href, [first, ...others])
  }

  private tryRead(file: string): Uint8Array | undefined {
    try {
      return this.readFile(file)
    } catch {
      return undefined
    }
  }
}

function folderOf(file: string): string {
  const path = normalize(file)
  const slash = path.lastIndexOf('/')
  return slash === -1 ? '.' : path.slice(0, Math.max(slash, 1))
}

function join(folder: string, path: string): string {
  return normalize(isAbsolute(path) ? path : `${folder}/${path}`)
}

function isAbsolute(path: string): boolean {
  return /^([A-Za-z]:)?[/\\]/.test(path)
}

/** Resolves `.` and `..` in a path; leading `..` of relative paths stay. */
function normalize(path: string): string {
  const parts: string[] = []
  for (const part of path.split(/[/\\]+/)) {
    if (part === '' || part === '.') continue
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop()
    else if (part !== '..' || !isAbsolute(path)) parts.push(part)
  }
  const start = /^[/\\]/.test(path) ? '/' : ''
  return start + parts.join('/') || '.'
}

function isInside(folder: string, path: string): boolean {
  if (folder === '.') return !isAbsolute(path) && path !== '..' && !path.startsWith('../')
  return path.startsWith(folder.endsWith('/') ? folder : `${folder}/`)
}
