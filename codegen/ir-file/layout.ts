/**
 * How the SBE reference implementation lays out a file of its intermediate representation, `.sbeir`: a frame and the
 * tokens of the header and of all messages, little-endian, each a block and strings behind it. There is no header and
 * no mark in front of any of them.
 */
import type { PrimitiveName } from '../ir/primitive-type.ts'
import type { Presence, Signal } from '../ir/token.ts'

/** The first release of the reference whose files look so. */
export type IrLayout = '1.36' | '1.6'

/**
 * Strings behind the block of a token, newest first: the package came last. Files of releases before 1.6 had still
 * less, and lacked values and versions that decoders need.
 */
export const STRINGS_OF_LAYOUT: ReadonlyMap<IrLayout, number> = new Map([['1.36', 12], ['1.6', 11]])

export const TOKEN_BLOCK_LENGTH = 28
export const FRAME_BLOCK_LENGTH = 12
export const FRAME_STRINGS = 3
/** The only version of the format that there is. */
export const IR_VERSION = 0

/** Offsets in the block of the frame. */
export const FRAME = { schemaId: 0, irVersion: 4, schemaVersion: 8 } as const

/** Offsets in the block of a token. */
export const TOKEN = {
  offset: 0,
  encodedLength: 4,
  id: 8,
  version: 12,
  componentTokenCount: 16,
  signal: 20,
  primitiveType: 21,
  byteOrder: 22,
  presence: 23,
  deprecated: 24,
} as const

/** Bytes that hold the length of a string. */
export const LENGTH_BYTES = 2
/** The reference's codecs write no longer strings: 65535 is the null value of their lengths. */
export const MAX_STRING_BYTES = 65_534
/** Longer values are cut off when the reference reads them. */
export const MAX_VALUE_BYTES = 4096

/** By code; 0 is none. */
export const SIGNALS: readonly (Signal | undefined)[] = [
  undefined,
  'BEGIN_MESSAGE',
  'END_MESSAGE',
  'BEGIN_COMPOSITE',
  'END_COMPOSITE',
  'BEGIN_FIELD',
  'END_FIELD',
  'BEGIN_GROUP',
  'END_GROUP',
  'BEGIN_ENUM',
  'VALID_VALUE',
  'END_ENUM',
  'BEGIN_SET',
  'CHOICE',
  'END_SET',
  'BEGIN_VAR_DATA',
  'END_VAR_DATA',
  'ENCODING',
]

/** By code; 0 is no type. */
export const PRIMITIVES: readonly (PrimitiveName | undefined)[] = [
  undefined,
  'char',
  'int8',
  'int16',
  'int32',
  'int64',
  'uint8',
  'uint16',
  'uint32',
  'uint64',
  'float',
  'double',
]

/** By code. */
export const PRESENCES: readonly Presence[] = ['required', 'optional', 'constant']

/** Tokens that say the byte order of the schema; all others say little-endian. */
export const SIGNALS_WITH_BYTE_ORDER: ReadonlySet<Signal> = new Set<Signal>([
  'BEGIN_ENUM', 'VALID_VALUE', 'END_ENUM', 'CHOICE', 'ENCODING',
])

/**
 * Whether bytes are a file of this kind rather than an XML document: no document in an encoding that XML can be read
 * in has four zero bytes at the place of the frame's version.
 */
export function isIrFile(bytes: Uint8Array): boolean {
  const { irVersion } = FRAME
  return bytes.length >= FRAME_BLOCK_LENGTH && bytes.subarray(irVersion, irVersion + 4).every((byte) => byte === 0)
}
