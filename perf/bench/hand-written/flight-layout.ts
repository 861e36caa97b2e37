/** Lengths and numbers that reader and writer of the flight message share; offsets are literals where they are used. */
export const HEADER_LENGTH = 8
export const TEMPLATE_ID = 1
export const SCHEMA_ID = 310
export const SCHEMA_VERSION = 1
export const BLOCK_LENGTH = 43
export const BLOCK_LENGTH_MIN = 41
export const BLOCK_LENGTH_WITH_DELAY = 43
export const ACTING_VERSION_WITH_DELAY = 1
export const CALL_SIGN_LENGTH = 6
export const MAKER_LENGTH = 3
export const GROUP_HEADER_LENGTH = 4
export const LEG_LENGTH = 6
export const CABIN_LENGTH = 1
export const FARE_LENGTH = 6
export const COUNT_MAX = 65_534
export const LENGTH_LENGTH = 2
export const LENGTH_MAX = 65_534
export const TWO_TO_32 = 0x1_0000_0000

export const NO_MEMORY: DataView = new DataView(new ArrayBuffer(0))
export const NO_BYTES: Buffer = Buffer.alloc(0)

export function fail(what: string): never {
  throw new RangeError(`Flight: bad ${what}`)
}
