/**
 * What is used of an AbortSignal, and what an AbortSignal is accepted as. The global type exists only where a program
 * has the types of Node or of the DOM; these declarations need neither.
 */
export interface AbortSignalLike {
  readonly aborted: boolean
  readonly reason: unknown
  throwIfAborted(): void
  addEventListener(type: 'abort', listener: () => void, options?: { readonly once?: boolean }): void
  removeEventListener(type: 'abort', listener: () => void): void
}
