import type { Platform } from '../native/ffi.ts'
import { thisPlatform } from '../native/ffi.ts'

/** Numbers of `mmap` and of its errors, which each system has its own of. */
export interface MappingConstants {
  readonly protRead: number
  readonly protWrite: number
  readonly mapShared: number
  readonly mapPrivate: number
  readonly mapFixed: number
  readonly mapAnonymous: number
  readonly mapNoReserve: number
  /** Whether `posix_fallocate` is there; without it space is reserved by writing zeroes. */
  readonly hasFallocate: boolean
}

const LINUX: MappingConstants = {
  protRead: 1,
  protWrite: 2,
  mapShared: 1,
  mapPrivate: 2,
  mapFixed: 0x10,
  mapAnonymous: 0x20,
  mapNoReserve: 0x4000,
  hasFallocate: true,
}

const DARWIN: MappingConstants = {
  ...LINUX,
  mapAnonymous: 0x1000,
  mapNoReserve: 0x40,
  hasFallocate: false,
}

const SYSTEMS: Readonly<Record<string, MappingConstants>> = { linux: LINUX, darwin: DARWIN }

/** Addresses and lengths are taken to be 64-bit, and bytes to be little-endian. */
const ARCHITECTURES: readonly string[] = ['x64', 'arm64']

export type MappingPlatform =
  | { readonly constants: MappingConstants }
  | { readonly constants?: undefined; readonly reason: string }

/** What a system needs for files that processes share, or why it cannot. */
export function mappingPlatform({ os, arch }: Platform = thisPlatform()): MappingPlatform {
  const constants = SYSTEMS[os]
  if (constants !== undefined && ARCHITECTURES.includes(arch)) return { constants }
  const systems = Object.keys(SYSTEMS).join(' and ')
  return { reason: `it is made for ${systems} on ${ARCHITECTURES.join(' and ')}, this is ${os} on ${arch}` }
}
