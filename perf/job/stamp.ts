const TICKS_PER_SECOND = 1e7
const NS_PER_TICK = 100

/** Length of the unit of `nowTicks`. */
export const US_PER_TICK: number = NS_PER_TICK / 1000

/** Time in units of 100 ns on a clock that all threads of the process share. */
export function nowTicks(): number {
  const [seconds, ns] = process.hrtime()
  return seconds * TICKS_PER_SECOND + ns / NS_PER_TICK
}

/**
 * What travels in the reserved value of each message:
 *
 * ```
 * bit 63               32 31                 0
 *    | time in 100 ns     | message number    |      both modulo 2^32
 * ```
 */
export class Stamp {
  readonly #words: Uint32Array = new Uint32Array(2)
  readonly #value: BigInt64Array = new BigInt64Array(this.#words.buffer)

  pack(number: number, ticks: number): bigint {
    this.#words[0] = number
    this.#words[1] = ticks
    return this.#value[0]!
  }

  unpack(reservedValue: bigint): void {
    this.#value[0] = reservedValue
  }

  /** Of the message that was unpacked, modulo 2^32. */
  get number(): number {
    return this.#words[0]!
  }

  /** Time since the stamp was made, at most 200 seconds. */
  ticksUntil(ticks: number): number {
    return (ticks - this.#words[1]!) | 0
  }
}
