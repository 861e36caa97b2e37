/**
 * Seeded pseudo-random numbers (xoshiro128**): the same seed gives the same sequence on every machine. Not for secrets.
 */
export class Random {
  readonly seed: string
  readonly #state: Uint32Array

  constructor(seed: string | number) {
    this.seed = String(seed)
    this.#state = new Uint32Array(4)
    let hash = 0x811c9dc5
    for (let i = 0; i < this.seed.length; i++) hash = Math.imul(hash ^ this.seed.charCodeAt(i), 0x01000193) >>> 0
    for (let i = 0; i < 4; i++) {
      hash = (hash + 0x9e3779b9) >>> 0
      let word = Math.imul(hash ^ (hash >>> 16), 0x21f0aaad)
      word = Math.imul(word ^ (word >>> 15), 0x735a2d97)
      this.#state[i] = word ^ (word >>> 15)
    }
  }

  /** An independent sequence named by `label`; does not advance this one. */
  fork(label: string | number): Random {
    return new Random(`${this.seed}/${label}`)
  }

  /** Uniform in [0, 2^32). */
  u32(): number {
    const state = this.#state
    const s0 = state[0] ?? 0
    const s1 = state[1] ?? 0
    const s2 = (state[2] ?? 0) ^ s0
    const s3 = (state[3] ?? 0) ^ s1
    const product = Math.imul(s1, 5)
    state[0] = s0 ^ s3
    state[1] = s1 ^ s2
    state[2] = s2 ^ (s1 << 9)
    state[3] = (s3 << 11) | (s3 >>> 21)
    return Math.imul((product << 7) | (product >>> 25), 9) >>> 0
  }

  /** Uniform integer in [0, bound); `bound` from 1 to 2^53 - 1. */
  int(bound: number): number {
    if (!Number.isSafeInteger(bound) || bound < 1) throw new RangeError(`bound must be a positive integer: ${bound}`)
    return Math.floor(this.float() * bound)
  }

  /** Uniform integer in [min, max], both included. */
  between(min: number, max: number): number {
    return min + this.int(max - min + 1)
  }

  /** Uniform in [0, 2^bits). */
  bigint(bits: number): bigint {
    let value = 0n
    for (let done = 0; done < bits; done += 32) value = (value << 32n) | BigInt(this.u32())
    return BigInt.asUintN(bits, value)
  }

  /** Uniform in [0, 1) with 53 bits. */
  float(): number {
    return ((this.u32() >>> 5) * 0x4000000 + (this.u32() >>> 6)) / 0x20000000000000
  }

  /** True with the given probability. */
  bool(probability = 0.5): boolean {
    return this.float() < probability
  }

  pick<T>(values: readonly T[]): T {
    if (values.length === 0) throw new RangeError('nothing to pick from')
    return values[this.int(values.length)] as T
  }

  /** A shuffled copy. */
  shuffle<T>(values: readonly T[]): T[] {
    const copy = [...values]
    for (let i = copy.length - 1; i > 0; i--) {
      const j = this.int(i + 1)
      const value = copy[i] as T
      copy[i] = copy[j] as T
      copy[j] = value
    }
    return copy
  }

  bytes(length: number): Uint8Array {
    const bytes = new Uint8Array(length)
    for (let i = 0; i < length; i++) bytes[i] = this.u32()
    return bytes
  }
}
