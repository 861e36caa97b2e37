/** What the functions of the C library take and return. Addresses are Numbers: they are below 2^47. */
export type CType = 'int' | 'uint' | 'long' | 'size' | 'address'

export interface CSignature {
  readonly returns: CType
  readonly takes: readonly CType[]
}

export type CFunction = (...values: readonly number[]) => number

/** A way to call the C library of the system, and to reach memory by its address. */
export interface Ffi {
  /** Who makes the calls: `koffi` or `node:ffi`. */
  readonly provider: string
  /** @throws Error when the library has no such function */
  bind(name: string, signature: CSignature): CFunction
  /** Address of the memory behind a view, which must stay alive while somebody uses it. */
  addressOf(bytes: Uint8Array): number
  /** Memory of the system as a buffer, which neither owns it nor keeps it. */
  viewOf(address: number, byteLength: number): ArrayBuffer
  /** Why the last call of this thread failed; to be read before the next call. */
  errno(): number
}

/** What the program runs on, as Node names it: `linux`, `x64`. */
export interface Platform {
  readonly os: string
  readonly arch: string
}

export function thisPlatform(): Platform {
  return { os: process.platform, arch: process.arch }
}
