/**
 * Seeded pseudo-random numbers (PCG32): the same seed and stream give the same sequence on every machine. For faults,
 * simulations and tests, not for secrets.
 */
export class SeededRandom {
  private high: number
  private low: number
  private readonly incrementHigh: number
  private readonly incrementLow: number

  /**
   * @param seed integer
   * @param stream integer from 0: sequences of the same seed that have nothing to do with each other
   */
  constructor(seed: number, stream: number = 0) {
    this.incrementHigh = stream >>> 31
    this.incrementLow = ((stream << 1) | 1) >>> 0
    this.high = 0
    this.low = 0
    this.step()
    const low = this.low + (seed >>> 0)
    this.low = low >>> 0
    this.high = (this.high + Math.floor(seed / TWO_TO_32) + (low >= TWO_TO_32 ? 1 : 0)) >>> 0
    this.step()
  }

  /** Uniform in [0, 2^32). */
  uint32(): number {
    const { high, low } = this
    this.step()
    // xorshifted = ((state >> 18) ^ state) >> 27, rotation = state >> 59
    const xorHigh = (high >>> 18) ^ high
    const xorLow = ((low >>> 18) | (high << 14)) ^ low
    const xorshifted = (xorLow >>> 27) | (xorHigh << 5)
    const rotation = high >>> 27
    return ((xorshifted >>> rotation) | (xorshifted << (-rotation & 31))) >>> 0
  }

  /** Uniform in [0, 1). */
  float(): number {
    return this.uint32() / TWO_TO_32
  }

  /** Uniform integer in [0, bound); `bound` from 1 to 2^32. */
  below(bound: number): number {
    return Math.floor(this.float() * bound)
  }

  /** state = state * 6364136223846793005 + increment, modulo 2^64 */
  private step(): void {
    const { high, low } = this
    const low0 = low & 0xffff
    const low1 = low >>> 16
    const product0 = low0 * MULTIPLIER_0
    const middle = low1 * MULTIPLIER_0 + low0 * MULTIPLIER_1 + Math.floor(product0 / TWO_TO_16)
    const productLow = (((middle & 0xffff) << 16) | (product0 & 0xffff)) >>> 0
    const carry = low1 * MULTIPLIER_1 + Math.floor(middle / TWO_TO_16)
    const sum = productLow + this.incrementLow
    this.low = sum >>> 0
    this.high =
      (carry + Math.imul(low, MULTIPLIER_HIGH) + Math.imul(high, MULTIPLIER_LOW) + this.incrementHigh +
        (sum >= TWO_TO_32 ? 1 : 0)) >>> 0
  }
}

const TWO_TO_16 = 65_536
const TWO_TO_32 = 4_294_967_296
const MULTIPLIER_HIGH = 0x5851f42d
const MULTIPLIER_LOW = 0x4c957f2d
const MULTIPLIER_1 = 0x4c95
const MULTIPLIER_0 = 0x7f2d
