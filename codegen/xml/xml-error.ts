import type { Position } from './source-text.ts'

/** Why a document could not be loaded. Never leaves the compiler: it becomes a diagnostic. */
export class XmlLoadError extends Error {
  readonly code: string
  readonly file: string
  readonly position: Position
  readonly expected: string | undefined

  constructor(code: string, file: string, position: Position, message: string, expected?: string) {
    super(message)
    this.name = 'XmlLoadError'
    this.code = code
    this.file = file
    this.position = position
    this.expected = expected
  }
}
