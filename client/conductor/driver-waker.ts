import { RESTING_WORD, WAKE_WORD } from '../protocol/embedded.ts'

/** Ends the rest of a driver's threads when there is something for them. */
export class DriverWaker {
  readonly #words: Int32Array

  /** @param memory `wake` of the driver's handle */
  constructor(memory: SharedArrayBuffer) {
    this.#words = new Int32Array(memory)
  }

  /** A load when no thread rests; otherwise the system is called. */
  wake(): void {
    // A plain load takes a quarter of an atomic one, and a rest that it misses is over within a millisecond.
    if (this.#words[RESTING_WORD]! > 0) Atomics.notify(this.#words, WAKE_WORD)
  }
}
