const word = new Int32Array(1)

/**
 * Full fence: no access before it is seen after one behind it. For plain accesses that surround atomic ones: a release
 * store does not keep later plain stores, nor an acquire load earlier plain loads, on their side of it.
 */
export function fence(): void {
  // A release store is ordered after all that comes before it and, as both are atomic, before the acquire load.
  Atomics.store(word, 0, 0)
  Atomics.load(word, 0)
}
