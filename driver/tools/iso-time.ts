/** Times beyond it are no dates. */
const DATE_MS_MAX = 8.64e15

/** Epoch time as ISO 8601, in UTC; of a file that is damaged it may be none. */
export function isoTime(epochMs: number): string {
  return Math.abs(epochMs) <= DATE_MS_MAX ? new Date(epochMs).toISOString() : `${epochMs} ms`
}
