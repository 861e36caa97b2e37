/** An error makes a schema invalid; a warning does not. */
export type Severity = 'error' | 'warning'

/** One finding about a schema. */
export interface Diagnostic {
  readonly severity: Severity
  /** Stable name of the rule, for filters and tests. */
  readonly code: string
  /** The document the finding is in: the schema, or a document it includes. */
  readonly file: string
  /** Line and column of the element or attribute, counted from 1. */
  readonly line: number
  readonly column: number
  /** What is wrong, with the values that make it so. */
  readonly message: string
  /** What would have been right. */
  readonly expected?: string | undefined
  /**
   * What the SBE reference implementation reports for the same finding: the sentence it collects, with its
   * `at <...>` prefix, or `Exception: message` where it gives up. A line for each where it reports several, and empty
   * where it reports nothing or has given up before.
   */
  readonly reference: string
}

/** The finding on one line: `file:line:column: error: message (expected ...)`. */
export function formatDiagnostic(diagnostic: Diagnostic): string {
  const { file, line, column, severity, message, expected } = diagnostic
  const suffix = expected === undefined ? '' : ` (expected ${expected})`
  return onOneLine(`${file}:${line}:${column}: ${severity}: ${message}${suffix}`)
}

/** What a terminal or a reader of lines would not take for text, escaped: schemas can hold anything. */
export function onOneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, (character) => {
    const short = ({ '\n': '\\n', '\r': '\\r', '\t': '\\t' } as Readonly<Record<string, string>>)[character]
    return short ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
}
