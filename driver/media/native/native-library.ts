import { loadKoffi } from './koffi-library.ts'
import { loadNodeFfi } from './node-ffi-library.ts'

/**
 * The functions of the C library that sockets need. Addresses of memory are Numbers: they are below 2^47. Functions
 * return -1 and leave a reason in `errno()` when they fail.
 */
export interface NativeLibrary {
  /** Who makes the calls: `koffi` or `node:ffi`. */
  readonly provider: string
  addressOf(bytes: Uint8Array): number
  /** Why the last call of this thread failed; to be read before the next call. */
  errno(): number
  socket(domain: number, type: number, protocol: number): number
  bind(fd: number, address: number, length: number): number
  connect(fd: number, address: number, length: number): number
  getsockname(fd: number, address: number, lengthAddress: number): number
  setsockopt(fd: number, level: number, option: number, valueAddress: number, length: number): number
  getsockopt(fd: number, level: number, option: number, valueAddress: number, lengthAddress: number): number
  sendmmsg(fd: number, messages: number, count: number): number
  recvmmsg(fd: number, messages: number, count: number): number
  close(fd: number): number
}

/** What the program runs on, as Node names it: `linux`, `x64`. */
export interface Platform {
  readonly os: string
  readonly arch: string
}

export type LibraryResult =
  | { readonly library: NativeLibrary }
  | { readonly library?: undefined; readonly reason: string }

const ARCHITECTURES: readonly string[] = ['x64', 'arm64']

/** Finds a way to call the C library; says why when there is none. */
export function loadNativeLibrary(platform: Platform): LibraryResult {
  const { os, arch } = platform
  if (os !== 'linux' || !ARCHITECTURES.includes(arch)) {
    return { reason: `it is made for Linux on ${ARCHITECTURES.join(' and ')}, this is ${os} on ${arch}` }
  }
  const reasons: string[] = []
  for (const load of [loadKoffi, loadNodeFfi]) {
    try {
      return { library: load() }
    } catch (error) {
      reasons.push(error instanceof Error ? (error.message.split('\n', 1)[0] ?? '') : String(error))
    }
  }
  return { reason: `it needs the package koffi (npm install koffi), or a Node with node:ffi: ${reasons.join('; ')}` }
}
