import { createRequire } from 'node:module'
import type { CFunction, CSignature, CType, Ffi } from './ffi.ts'

/** What is used of the package, which may not be installed. */
interface Koffi {
  load(path: null): { func(declaration: string): CFunction }
  address(bytes: Uint8Array): bigint
  view(address: number, byteLength: number): ArrayBuffer
  errno(): number
}

/** Numbers pass as they are where the type is an integer, also for addresses. */
const NAMES: Readonly<Record<CType, string>> = {
  int: 'int',
  uint: 'unsigned int',
  long: 'int64_t',
  size: 'size_t',
  address: 'intptr_t',
}

/** @throws Error when koffi is not installed or has no binary for the platform */
export function loadKoffi(): Ffi {
  const require = createRequire(import.meta.url)
  const koffi = require('koffi') as Koffi
  const library = koffi.load(null)
  return {
    provider: 'koffi',
    bind: (name, { returns, takes }: CSignature) =>
      library.func(`${NAMES[returns]} ${name}(${takes.map((type) => NAMES[type]).join(', ')})`),
    addressOf: (bytes) => Number(koffi.address(bytes)),
    viewOf: (address, byteLength) => koffi.view(address, byteLength),
    errno: () => koffi.errno(),
  }
}
