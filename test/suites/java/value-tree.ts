/**
 * Values of messages in a form that belongs to neither implementation.
 *
 * A scalar is text: integers in decimal, floating point as `f` or `d` and its bits in hexadecimal (`f7fc00000` stands
 * for every NaN). Enums are their code, sets their bits, both in decimal. Names are property names.
 */

/** What an encoder is given: by index, all at once, as raw bytes or as text. */
export type ArrayValue =
  | { readonly at: readonly string[] }
  | { readonly put: readonly string[] }
  | { readonly bytes: string }
  | { readonly text: string }

export type DataValue = { readonly bytes: string } | { readonly text: string }

export type Value = string | ArrayValue | DataValue | readonly Block[] | Block

export interface Block {
  readonly [name: string]: Value
}

/** What a decoder answers, with every way of reading a value. */
export type DecodedValue = null | boolean | number | string | readonly DecodedValue[] | DecodedBlock

export interface DecodedBlock {
  readonly [name: string]: DecodedValue
}

const FLOAT = new DataView(new ArrayBuffer(8))

/** Text of a `float`. */
export function floatText(value: number): string {
  FLOAT.setFloat32(0, value)
  return Number.isNaN(value) ? 'f7fc00000' : `f${FLOAT.getUint32(0).toString(16).padStart(8, '0')}`
}

/** Text of a `double`. */
export function doubleText(value: number): string {
  FLOAT.setFloat64(0, value)
  return Number.isNaN(value) ? 'd7ff8000000000000' : `d${FLOAT.getBigUint64(0).toString(16).padStart(16, '0')}`
}

/** The number that a text of a `float` or `double` stands for. */
export function parseFloatText(text: string): number {
  if (text.startsWith('f')) {
    FLOAT.setUint32(0, Number.parseInt(text.slice(1), 16))
    return FLOAT.getFloat32(0)
  }
  FLOAT.setBigUint64(0, BigInt(`0x${text.slice(1)}`))
  return FLOAT.getFloat64(0)
}
