/** Where a run is. */
export const Phase = {
  PREPARE: 0,
  WARM_UP: 1,
  MEASURE: 2,
  /** Nothing new is published; what was published is still to arrive. */
  DRAIN: 3,
  END: 4,
} as const

export type Phase = (typeof Phase)[keyof typeof Phase]

const PHASE_WORD = 0
const PUBLISHED_WORD = 1
const WORDS = 16

const RECEIVED = WORDS * Int32Array.BYTES_PER_ELEMENT
/** Counts that different threads write lie apart, so that they do not take each other's cache lines. */
const PUBLISHED = RECEIVED + 128
const BYTE_LENGTH = PUBLISHED + 128

/** What the threads of a run see of each other. Each field has a single writer. */
export class RunState {
  readonly memory: SharedArrayBuffer
  readonly #words: Int32Array
  readonly #received: Float64Array
  readonly #published: Float64Array

  constructor(memory: SharedArrayBuffer = new SharedArrayBuffer(BYTE_LENGTH)) {
    this.memory = memory
    this.#words = new Int32Array(memory, 0, WORDS)
    this.#received = new Float64Array(memory, RECEIVED, 1)
    this.#published = new Float64Array(memory, PUBLISHED, 1)
  }

  get phase(): Phase {
    return Atomics.load(this.#words, PHASE_WORD) as Phase
  }

  /** By the thread that leads the run. */
  enter(phase: Phase): void {
    Atomics.store(this.#words, PHASE_WORD, phase)
  }

  /** Messages that have arrived; not exact in other threads. */
  get received(): number {
    return this.#received[0]!
  }

  set received(count: number) {
    this.#received[0] = count
  }

  /** Messages that were published in all, once nothing more is. */
  get published(): number | undefined {
    return Atomics.load(this.#words, PUBLISHED_WORD) === 0 ? undefined : this.#published[0]!
  }

  endPublishing(count: number): void {
    this.#published[0] = count
    Atomics.store(this.#words, PUBLISHED_WORD, 1)
  }
}
