import type { Pair } from './change-list.ts'

export interface Matches<T> {
  readonly pairs: readonly Pair<T>[]
  /** In the old schema only. */
  readonly removed: readonly T[]
  /** In the new schema only. */
  readonly added: readonly T[]
}

/** What makes two parts with different names the same; undefined where a part has none. */
type Key<T> = (part: T) => string | number | undefined

/**
 * Finds what is the same part in both schemas: what has one name, and of the rest what has one key. Pairs are in the
 * order of the new schema.
 */
export function matchParts<T extends { readonly name: string }>(
  parts: Pair<readonly T[]>, ...keys: readonly Key<T>[]
): Matches<T> {
  const partners = new Map<T, T>()
  const taken = new Set<T>()
  for (const key of [nameOf, ...keys]) {
    const left = new Map<string | number | undefined, T>()
    // The first of several with one key, as schemas with deviations may have.
    for (const before of parts.before.toReversed()) if (!taken.has(before)) left.set(key(before), before)
    left.delete(undefined)
    for (const after of parts.after) {
      const before = partners.has(after) ? undefined : left.get(key(after))
      if (before === undefined || taken.has(before)) continue
      partners.set(after, before)
      taken.add(before)
    }
  }
  return {
    pairs: parts.after.flatMap((after) => {
      const before = partners.get(after)
      return before === undefined ? [] : [{ before, after }]
    }),
    removed: parts.before.filter((before) => !taken.has(before)),
    added: parts.after.filter((after) => !partners.has(after)),
  }
}

function nameOf({ name }: { readonly name: string }): string {
  return name
}

/** What was renamed still has its id. */
export function idOf({ id }: { readonly id: number }): number | undefined {
  return id < 0 ? undefined : id
}
