const BRAND = Symbol.for('godwit.error')

/**
 * Base of all errors that godwit throws or rejects with. `code` is stable; the message is for people and says what
 * happened, with which values, and what to do.
 *
 * `instanceof` also recognises errors made by another installed copy of the package.
 */
export class GodwitError extends Error {
  readonly code: string

  constructor(code: string, message: string, options?: { readonly cause?: unknown }) {
    super(message, options)
    this.code = code
    this.name = new.target.name
    Object.defineProperty(this, BRAND, { value: new.target.name })
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    if (this !== GodwitError) return Function.prototype[Symbol.hasInstance].call(this, value)
    return typeof value === 'object' && value !== null && BRAND in value
  }
}
