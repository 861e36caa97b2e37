/** Where a run is. */
export const Phase = {
  PREPARE: 0,
  WARM_UP: 1,
  /** The publisher sends as fast as it goes. */
  FULL_SPEED: 2,
  /** Nothing is sent; what is under way arrives. */
  PAUSE: 3,
  /** The publisher sends at a pace. */
  PACED: 4,
  /** As `PAUSE`, at the end. */
  LAST_PAUSE: 5,
  END: 6,
} as const

export type Phase = (typeof Phase)[keyof typeof Phase]

const PHASE_WORD = 0
const RESTING_WORD = 1

/** What different threads write lies apart, so that they do not take each other's cache lines. */
const LINE_LENGTH = 128
const PUBLISHED = LINE_LENGTH
const RECEIVED = 2 * LINE_LENGTH

/** What the threads of a run see of each other. Each field has a single writer. */
export class JobState {
  readonly memory: SharedArrayBuffer
  readonly #words: Int32Array
  readonly #published: Float64Array
  readonly #received: Float64Array

  constructor(memory: SharedArrayBuffer = new SharedArrayBuffer(3 * LINE_LENGTH)) {
    this.memory = memory
    this.#words = new Int32Array(memory, 0, 2)
    this.#published = new Float64Array(memory, PUBLISHED, 1)
    this.#received = new Float64Array(memory, RECEIVED, 2)
  }

  get phase(): Phase {
    return Atomics.load(this.#words, PHASE_WORD) as Phase
  }

  /** By the thread that leads the run. */
  enter(phase: Phase): void {
    Atomics.store(this.#words, PHASE_WORD, phase)
  }

  /** By the publisher: it has seen that phase, in which nothing is sent, and has sent so many messages before. */
  rest(phase: Phase, published: number): void {
    this.#published[0] = published
    Atomics.store(this.#words, RESTING_WORD, phase)
  }

  /** Messages that were sent in all when the publisher came to rest in that phase; undefined before. */
  publishedUntil(phase: Phase): number | undefined {
    return Atomics.load(this.#words, RESTING_WORD) === phase ? this.#published[0] : undefined
  }

  /** By the subscriber. */
  receive(messages: number, bytes: number): void {
    this.#received[0] = messages
    this.#received[1] = bytes
  }

  get messages(): number {
    return this.#received[0]!
  }

  get bytes(): number {
    return this.#received[1]!
  }
}
