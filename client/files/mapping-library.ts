import { GodwitError } from '../../codegen/runtime/index.ts'
import type { CFunction, Ffi, Platform } from '../native/ffi.ts'
import { thisPlatform } from '../native/ffi.ts'
import { loadFfi } from '../native/load-ffi.ts'
import type { FfiResult } from '../native/load-ffi.ts'
import { mappingPlatform } from './mapping-platform.ts'
import type { MappingConstants } from './mapping-platform.ts'

/** Maps files into memory. All its functions throw or return at once; none of them leaves half of a mapping. */
export interface MappingLibrary {
  /** Address of the mapped file, or -1 with the reason in `errno()`. */
  map(fd: number, byteLength: number): number
  /** Puts private zeroes where a file was mapped: whoever still looks there sees those. -1 when that fails. */
  blank(address: number, byteLength: number): number
  unmap(address: number, byteLength: number): number
  /** Reserves space for a file of that length. Returns 0, or the number of an error. */
  allocate(fd: number, byteLength: number): number
  viewOf(address: number, byteLength: number): ArrayBuffer
  errno(): number
}

export const ENOSPC = 28
export const EINTR = 4

/** What `posix_fallocate` answers where the file system cannot: on musl, and on none of the usual ones. */
export const UNSUPPORTED_ERRNOS: readonly number[] = [22, 95, 38]

let known: MappingLibrary | undefined

/**
 * The functions that map files.
 *
 * @throws GodwitError ERR_GODWIT_FILES_UNSUPPORTED where processes cannot share files, with what to do
 */
export function mappingLibrary(): MappingLibrary {
  known ??= findMappingLibrary(thisPlatform(), loadFfi)
  return known
}

/** @throws GodwitError ERR_GODWIT_FILES_UNSUPPORTED */
export function findMappingLibrary(platform: Platform, load: () => FfiResult): MappingLibrary {
  const { constants, ...rest } = mappingPlatform(platform)
  if (constants === undefined) throw unsupported((rest as { readonly reason: string }).reason)
  const result = load()
  if (result.ffi === undefined) throw unsupported(result.reason)
  return mappingFunctions(result.ffi, constants)
}

function mappingFunctions(ffi: Ffi, constants: MappingConstants): MappingLibrary {
  const { protRead, protWrite, mapShared, mapPrivate, mapFixed, mapAnonymous, mapNoReserve } = constants
  const mmap = ffi.bind('mmap', { returns: 'long', takes: ['address', 'size', 'int', 'int', 'int', 'long'] })
  const munmap = ffi.bind('munmap', { returns: 'int', takes: ['address', 'size'] })
  const fallocate: CFunction | undefined = constants.hasFallocate
    ? ffi.bind('posix_fallocate', { returns: 'int', takes: ['int', 'long', 'long'] })
    : undefined
  const prot = protRead | protWrite
  const blankFlags = mapPrivate | mapFixed | mapAnonymous | mapNoReserve
  return {
    map: (fd, byteLength) => mmap(0, byteLength, prot, mapShared, fd, 0),
    blank: (address, byteLength) => mmap(address, byteLength, prot, blankFlags, -1, 0),
    unmap: (address, byteLength) => munmap(address, byteLength),
    allocate: (fd, byteLength) => fallocate?.(fd, 0, byteLength) ?? UNSUPPORTED_ERRNOS[0]!,
    viewOf: (address, byteLength) => ffi.viewOf(address, byteLength),
    errno: () => ffi.errno(),
  }
}

function unsupported(reason: string): GodwitError {
  return new GodwitError(
    'ERR_GODWIT_FILES_UNSUPPORTED',
    `files of a driver cannot be shared between processes here: ${reason}; a driver within the program needs none`,
  )
}
