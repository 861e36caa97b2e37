/**
 * Base of all errors that godwit throws or rejects with. `code` is stable; the message is for people and says what
 * happened, with which values, and what to do.
 *
 * `instanceof` goes by a brand, so that two installed copies of the package recognise each other's errors.
 */
export class GodwitError extends Error {
  protected static readonly brand: symbol = Symbol.for('godwit.error')

  readonly code: string

  constructor(code: string, message: string, options?: { readonly cause?: unknown }) {
    super(message, options)
    this.code = code
    Object.defineProperty(this, 'name', { value: new.target.name, configurable: true, writable: true })
    Object.defineProperty(this, GodwitError.brand, { value: true })
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    return typeof value === 'object' && value !== null && this.brand in value
  }
}
