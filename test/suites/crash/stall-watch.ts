const INTERVAL_MS = 10

/** For how long stalls are remembered. */
const MEMORY_MS = 3_000

/**
 * Notices when this process did not get to run: on a machine that is busy a client can be given up although nobody
 * killed it, and only then.
 */
export class StallWatch {
  readonly #stalls: { readonly endMs: number; readonly lengthMs: number }[] = []
  #lastMs: number = performance.now()

  constructor() {
    setInterval(() => this.#beat(), INTERVAL_MS).unref()
  }

  /** The longest time, of late, for which the event loop of this thread stood still. */
  longestMs(): number {
    this.#beat()
    return Math.max(...this.#stalls.map(({ lengthMs }) => lengthMs), 0)
  }

  #beat(): void {
    const nowMs = performance.now()
    const lengthMs = nowMs - this.#lastMs - INTERVAL_MS
    this.#lastMs = nowMs
    if (lengthMs > INTERVAL_MS) this.#stalls.push({ endMs: nowMs, lengthMs })
    while (this.#stalls.length > 0 && this.#stalls[0]!.endMs < nowMs - MEMORY_MS) this.#stalls.shift()
  }
}
