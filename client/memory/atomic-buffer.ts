import { DirectBuffer, GodwitError } from '../../codegen/runtime/index.ts'

// 64-bit values pass through these words: BigInts that only go from one typed array to another are never allocated.
const scratchBigInt: BigInt64Array = new BigInt64Array(1)
const scratchWords: Int32Array = new Int32Array(scratchBigInt.buffer)
const TWO_TO_32 = 4_294_967_296

/** Shared regions begin and end at multiples of this, so that every field is aligned as its layout says. */
export const REGION_ALIGNMENT = 8

/**
 * A region of shared memory with atomic access to its 32-bit and 64-bit fields.
 *
 * `load...` has acquire and `store...` has release semantics (JavaScript gives sequential consistency for both).
 * Offsets are bytes from the start of the region; those of 32-bit fields are multiples of 4, those of 64-bit fields of
 * 8. They are not checked: who takes an offset from outside checks it first.
 *
 * 64-bit values are Numbers: exact up to 2^53, beyond that for multiples of their binary place value (positions, which
 * are multiples of 32, up to 2^58). `loadBigInt64` and `storeBigInt64` are for the values that need every bit.
 */
export class AtomicBuffer extends DirectBuffer {
  declare readonly int32s: Int32Array
  declare readonly int64s: BigInt64Array

  /**
   * @param memory shared between threads, or private to one
   * @param byteOffset multiple of 8
   * @param byteLength multiple of 8
   * @throws GodwitError ERR_GODWIT_MEMORY_ALIGNMENT
   */
  constructor(memory: ArrayBufferLike, byteOffset: number = 0, byteLength: number = memory.byteLength - byteOffset) {
    super(memory, byteOffset, byteLength)
    if (byteOffset % REGION_ALIGNMENT !== 0 || byteLength % REGION_ALIGNMENT !== 0) {
      throw new GodwitError(
        'ERR_GODWIT_MEMORY_ALIGNMENT',
        `AtomicBuffer: offset ${byteOffset} and length ${byteLength} must be multiples of ${REGION_ALIGNMENT}`,
      )
    }
    this.int32s = new Int32Array(memory, byteOffset, byteLength / 4)
    this.int64s = new BigInt64Array(memory, byteOffset, byteLength / 8)
  }

  /** Zeroed memory that can be posted to other threads. */
  static allocate(byteLength: number): AtomicBuffer {
    return new AtomicBuffer(new SharedArrayBuffer(byteLength))
  }

  loadInt32(offset: number): number {
    return Atomics.load(this.int32s, offset >> 2)
  }

  storeInt32(offset: number, value: number): void {
    Atomics.store(this.int32s, offset >> 2, value)
  }

  /** Adds and returns the value before. */
  addInt32(offset: number, delta: number): number {
    return Atomics.add(this.int32s, offset >> 2, delta)
  }

  /** Whether the value was the expected one, and is the new one now. */
  compareAndSetInt32(offset: number, expected: number, value: number): boolean {
    return Atomics.compareExchange(this.int32s, offset >> 2, expected, value) === expected
  }

  loadInt64(offset: number): number {
    scratchBigInt[0] = Atomics.load(this.int64s, offset >> 3)
    return scratchWords[1]! * TWO_TO_32 + (scratchWords[0]! >>> 0)
  }

  storeInt64(offset: number, value: number): void {
    setScratch(value)
    Atomics.store(this.int64s, offset >> 3, scratchBigInt[0]!)
  }

  /** Adds and returns the value before. */
  addInt64(offset: number, delta: number): number {
    setScratch(delta)
    scratchBigInt[0] = Atomics.add(this.int64s, offset >> 3, scratchBigInt[0]!)
    return scratchWords[1]! * TWO_TO_32 + (scratchWords[0]! >>> 0)
  }

  compareAndSetInt64(offset: number, expected: number, value: number): boolean {
    setScratch(expected)
    const expectedBigInt = scratchBigInt[0]!
    setScratch(value)
    return Atomics.compareExchange(this.int64s, offset >> 3, expectedBigInt, scratchBigInt[0]!) === expectedBigInt
  }

  loadBigInt64(offset: number): bigint {
    return Atomics.load(this.int64s, offset >> 3)
  }

  storeBigInt64(offset: number, value: bigint): void {
    Atomics.store(this.int64s, offset >> 3, value)
  }
}

function setScratch(value: number): void {
  scratchWords[0] = value | 0
  scratchWords[1] = Math.floor(value / TWO_TO_32)
}
