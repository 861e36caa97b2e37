import type { CFunction, CSignature, Ffi, Platform } from '../../../client/native/ffi.ts'
import { loadFfi } from '../../../client/native/load-ffi.ts'
import type { FfiResult } from '../../../client/native/load-ffi.ts'

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

export type LibraryResult =
  | { readonly library: NativeLibrary }
  | { readonly library?: undefined; readonly reason: string }

const ARCHITECTURES: readonly string[] = ['x64', 'arm64']

const SIGNATURES = {
  socket: { returns: 'int', takes: ['int', 'int', 'int'] },
  bind: { returns: 'int', takes: ['int', 'address', 'uint'] },
  connect: { returns: 'int', takes: ['int', 'address', 'uint'] },
  getsockname: { returns: 'int', takes: ['int', 'address', 'address'] },
  setsockopt: { returns: 'int', takes: ['int', 'int', 'int', 'address', 'uint'] },
  getsockopt: { returns: 'int', takes: ['int', 'int', 'int', 'address', 'address'] },
  sendmmsg: { returns: 'int', takes: ['int', 'address', 'uint', 'int'] },
  recvmmsg: { returns: 'int', takes: ['int', 'address', 'uint', 'int', 'address'] },
  close: { returns: 'int', takes: ['int'] },
} as const satisfies Readonly<Record<string, CSignature>>

/** Finds a way to call the C library; says why when there is none. */
export function loadNativeLibrary(platform: Platform, load: () => FfiResult = loadFfi): LibraryResult {
  const { os, arch } = platform
  if (os !== 'linux' || !ARCHITECTURES.includes(arch)) {
    return { reason: `it is made for Linux on ${ARCHITECTURES.join(' and ')}, this is ${os} on ${arch}` }
  }
  const result = load()
  return result.ffi === undefined ? result : { library: socketFunctions(result.ffi) }
}

/** @throws Error when the C library lacks one of them */
export function socketFunctions(ffi: Ffi): NativeLibrary {
  const bind = (name: keyof typeof SIGNATURES): CFunction => ffi.bind(name, SIGNATURES[name])
  const sendmmsg = bind('sendmmsg')
  const recvmmsg = bind('recvmmsg')
  return {
    provider: ffi.provider,
    addressOf: (bytes) => ffi.addressOf(bytes),
    errno: () => ffi.errno(),
    socket: bind('socket'),
    bind: bind('bind'),
    connect: bind('connect'),
    getsockname: bind('getsockname'),
    setsockopt: bind('setsockopt'),
    getsockopt: bind('getsockopt'),
    sendmmsg: (fd, messages, count) => sendmmsg(fd, messages, count, 0),
    recvmmsg: (fd, messages, count) => recvmmsg(fd, messages, count, 0, 0),
    close: bind('close'),
  }
}
