/** A file of the repository as the rules see it; `path` is relative to the root, with slashes. */
export interface SourceFile {
  readonly path: string
  readonly text: string
}

export interface Finding {
  readonly path: string
  /** Counted from 1; 0 for the file as a whole. */
  readonly line: number
  readonly message: string
}

export type FileRule = (file: SourceFile) => readonly Finding[]

/** One finding for each line of `text` that `pattern` matches. */
export function findLines(
  file: SourceFile,
  text: string,
  pattern: RegExp,
  message: (match: string) => string,
): readonly Finding[] {
  return text.split('\n').flatMap((line, index) => {
    const match = pattern.exec(line)
    return match === null ? [] : [{ path: file.path, line: index + 1, message: message(match[0].trim()) }]
  })
}

export function isTypeScript(file: SourceFile): boolean {
  return file.path.endsWith('.ts')
}

export function isGeneratedPath(path: string): boolean {
  return path.startsWith('schemas/generated/') || path.startsWith('perf/sbe/generated/')
}

export function formatFindings(findings: readonly Finding[]): string {
  return findings.map(({ path, line, message }) => `\n  ${path}:${line}: ${message}`).join('')
}
