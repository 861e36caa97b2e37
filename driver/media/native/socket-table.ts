import { thisPlatform } from '../../../client/native/ffi.ts'
import { loadNativeLibrary } from './native-library.ts'
import type { NativeLibrary } from './native-library.ts'

/** Most sockets of one thread that are remembered; further ones stay open when it is killed. */
const CAPACITY = 1024

const FREE = -1

/** Memory that a thread and the one that started it share. */
export function allocateSocketTable(): SharedArrayBuffer {
  const memory = new SharedArrayBuffer(CAPACITY * Int32Array.BYTES_PER_ELEMENT)
  new Int32Array(memory).fill(FREE)
  return memory
}

/** Remembers open sockets: the system does not know that they are of a thread, and keeps them when it is killed. */
export function trackSockets(library: NativeLibrary, memory: SharedArrayBuffer): NativeLibrary {
  const fds = new Int32Array(memory)
  const replace = (fd: number, other: number): void => {
    const index = fds.indexOf(fd)
    if (index !== -1) Atomics.store(fds, index, other)
  }
  return {
    ...library,
    socket: (domain, type, protocol) => {
      const fd = library.socket(domain, type, protocol)
      if (fd >= 0) replace(FREE, fd)
      return fd
    },
    close: (fd) => {
      // First: afterwards its number may be that of another file.
      replace(fd, FREE)
      return library.close(fd)
    },
  }
}

/** Closes what a thread that has ended left open. Returns how many sockets those were. */
export function closeLeftSockets(memory: SharedArrayBuffer): number {
  const left = new Int32Array(memory).filter((fd) => fd !== FREE)
  if (left.length === 0) return 0
  const { library } = loadNativeLibrary(thisPlatform())
  for (const fd of left) library?.close(fd)
  new Int32Array(memory).fill(FREE)
  return left.length
}
