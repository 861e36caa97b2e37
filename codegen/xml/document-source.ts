/** A document that was found. */
export interface DocumentLocation {
  /** As shown in diagnostics. */
  readonly file: string
  /** The same for all names of one document. */
  readonly id: string
}

export interface OpenedDocument {
  readonly location: DocumentLocation
  readonly content: Uint8Array
  /** Paths at which it was looked for before, in vain. */
  readonly absent: readonly string[]
  readonly problem?: undefined
}

export interface OpenProblem {
  /** A missing document may have a fallback; a refused one has none. */
  readonly problem: 'missing' | 'refused'
  readonly message: string
  readonly expected?: string | undefined
  /** Paths at which the document was looked for. */
  readonly absent?: readonly string[]
}

/** Where included documents come from. Everything that knows a file system is behind this. */
export interface DocumentSource {
  /** Reads the document that `href` means in the document `from`; at most `maxBytes` + 1 bytes of it. */
  open(href: string, from: DocumentLocation, maxBytes: number): OpenedDocument | OpenProblem
}

/** The path in an `href`, which is a URI reference. */
export function pathOfHref(href: string): string | OpenProblem {
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]+):/.exec(href)?.[1]?.toLowerCase()
  if (scheme !== undefined && scheme !== 'file') {
    return { problem: 'refused', message: `'${href}' is not a file`, expected: 'the path of a file' }
  }
  const path = decodeEscapes(href.replace(/^file:(\/\/(localhost)?)?/i, ''))
  if (path.includes('#') || path.includes('\0')) {
    return { problem: 'refused', message: `'${href}' does not name a whole file`, expected: 'the path of a file' }
  }
  return path
}

function decodeEscapes(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

export function outsideProblem(path: string): OpenProblem {
  return {
    problem: 'refused',
    message: `'${path}' is outside the folder of the schema`,
    expected: 'a file in that folder, or the folder of the file among the include paths',
  }
}

/** @param absent paths at which the document was looked for, the likeliest one first */
export function missingProblem(href: string, absent: readonly [string, ...string[]]): OpenProblem {
  return { problem: 'missing', message: `cannot include '${href}': there is no file '${absent[0]}'`, absent }
}
