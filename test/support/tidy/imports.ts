import { posix } from 'node:path'
import { codeOnly } from './code-only.ts'
import type { SourceFile } from './source-file.ts'

export interface Import {
  readonly line: number
  /** As written: `node:fs`, `uvu`, `../ir/ir.ts`. */
  readonly specifier: string
  /** Path from the root for relative imports, undefined for modules of Node and packages. */
  readonly target: string | undefined
}

/** Import and export declarations, dynamic imports, `import()` types and `require` calls; not `Buffer.from`. */
const IMPORT = /(?<![.\w])(?:from|import|require)\s*\(?\s*(['"])/g

/** What a file imports, types included: a wall that only types cross is still crossed. */
export function importsOf(file: SourceFile): readonly Import[] {
  const code = codeOnly(file.text)
  return [...code.matchAll(IMPORT)].map((match) => {
    const start = match.index + match[0].length
    const specifier = file.text.slice(start, code.indexOf(match[1] ?? "'", start))
    const line = file.text.slice(0, start).split('\n').length
    const relative = specifier.startsWith('.')
    return { line, specifier, target: relative ? posix.join(posix.dirname(file.path), specifier) : undefined }
  })
}
