import { createRequire } from 'node:module'
import type { NativeLibrary } from './native-library.ts'

type NativeFunction = (...values: readonly number[]) => number

/** What is used of the package, which may not be installed. */
interface Koffi {
  load(path: null): { func(declaration: string): NativeFunction }
  address(bytes: Uint8Array): bigint
  errno(): number
}

/** @throws Error when koffi is not installed or has no binary for the platform */
export function loadKoffi(): NativeLibrary {
  const require = createRequire(import.meta.url)
  const koffi = require('koffi') as Koffi
  const library = koffi.load(null)
  const sendmmsg = library.func('int sendmmsg(int, intptr_t, unsigned int, int)')
  const recvmmsg = library.func('int recvmmsg(int, intptr_t, unsigned int, int, intptr_t)')
  return {
    provider: 'koffi',
    addressOf: (bytes) => Number(koffi.address(bytes)),
    errno: () => koffi.errno(),
    socket: library.func('int socket(int, int, int)'),
    bind: library.func('int bind(int, intptr_t, unsigned int)'),
    connect: library.func('int connect(int, intptr_t, unsigned int)'),
    getsockname: library.func('int getsockname(int, intptr_t, intptr_t)'),
    setsockopt: library.func('int setsockopt(int, int, int, intptr_t, unsigned int)'),
    getsockopt: library.func('int getsockopt(int, int, int, intptr_t, intptr_t)'),
    sendmmsg: (fd, messages, count) => sendmmsg(fd, messages, count, 0),
    recvmmsg: (fd, messages, count) => recvmmsg(fd, messages, count, 0, 0),
    close: library.func('int close(int)'),
  }
}
