import {
  closeSync, constants, fchmodSync, fstatSync, ftruncateSync, openSync, rmSync, statSync, writeSync,
} from 'node:fs'
import type { Stats } from 'node:fs'
import { isMainThread } from 'node:worker_threads'
import { GodwitError } from '../../codegen/runtime/index.ts'
import { AtomicBuffer, REGION_ALIGNMENT } from '../memory/atomic-buffer.ts'
import { EINTR, ENOSPC, mappingLibrary, UNSUPPORTED_ERRNOS } from './mapping-library.ts'
import type { MappingLibrary } from './mapping-library.ts'

const ZEROES_LENGTH = 1 << 20

/** A log with the longest terms and pages; and what one ArrayBuffer can be. */
const FILE_LENGTH_MAX = 2 ** 32

export interface NewFile {
  readonly byteLength: number
  /** Permissions, whatever the umask is. */
  readonly mode: number
  /**
   * Whether space is taken only as it is used. A write into a file that the system then has no space for ends the
   * process: somebody must have looked that there is enough.
   */
  readonly isSparse: boolean
}

interface Mapping {
  readonly library: MappingLibrary
  readonly address: number
  readonly byteLength: number
}

/**
 * Mappings of this thread that are in use. The system knows processes alone: what a thread leaves mapped when it ends
 * would keep files that were deleted for as long as the process lives.
 */
const inUse = new Set<Mapping>()
let isWatched = false

function use(mapping: Mapping): void {
  inUse.add(mapping)
  if (isMainThread || isWatched) return
  isWatched = true
  process.once('exit', () => inUse.forEach(cover))
}

/** Whoever still looks there sees zeroes, and the file is free. */
function cover(mapping: Mapping): void {
  const { library, address, byteLength } = mapping
  if (inUse.delete(mapping)) library.blank(address, byteLength)
}

/** Address space goes back to the system when nobody can look at it any more. */
const unmapped = new FinalizationRegistry<Mapping>((mapping) => {
  inUse.delete(mapping)
  mapping.library.unmap(mapping.address, mapping.byteLength)
})

/**
 * A file that processes share, mapped by this thread. Its memory cannot be posted to others: each maps for itself.
 *
 * It must not become shorter while it is mapped: the system ends processes that touch what is beyond its end.
 */
export class MappedFile {
  readonly path: string
  readonly memory: ArrayBuffer
  /** As `fileIdentity`. */
  readonly identity: string
  readonly #mapping: Mapping

  private constructor(path: string, identity: string, mapping: Mapping) {
    this.path = path
    this.identity = identity
    this.memory = mapping.library.viewOf(mapping.address, mapping.byteLength)
    this.#mapping = mapping
    unmapped.register(this.memory, mapping)
    use(mapping)
  }

  /**
   * Maps a file that another process made.
   *
   * @param lengthMin fewer bytes are an error before any of them is touched
   * @throws GodwitError ERR_GODWIT_FILES_UNSUPPORTED; ERR_GODWIT_FILE_MISSING when there is none of that name;
   * ERR_GODWIT_FILE when it is no regular file, too short or too long, or cannot be opened or mapped
   */
  static open(path: string, lengthMin: number, library: MappingLibrary = mappingLibrary()): MappedFile {
    const fd = openFile(path, constants.O_RDWR | constants.O_NOFOLLOW)
    try {
      const stat = fstatSync(fd)
      if (!stat.isFile()) throw fileError(path, 'it is no regular file')
      if (stat.size < lengthMin) throw fileError(path, `${stat.size} bytes, expected ${lengthMin}: it is cut off`)
      if (stat.size % REGION_ALIGNMENT !== 0) {
        throw fileError(path, `${stat.size} bytes are not a multiple of ${REGION_ALIGNMENT}: it is cut off`)
      }
      if (stat.size > FILE_LENGTH_MAX) {
        throw fileError(path, `${stat.size} bytes, at most ${FILE_LENGTH_MAX} are mapped: it is no log`)
      }
      return MappedFile.#map(path, fd, stat.size, identityOf(stat), library)
    } finally {
      closeSync(fd)
    }
  }

  /**
   * Makes a file of zeroes and maps it. One that is there already is an error.
   *
   * @throws GodwitError ERR_GODWIT_FILES_UNSUPPORTED; ERR_GODWIT_FILE_EXISTS; ERR_GODWIT_FILE_SPACE when the system has
   * no space for it; ERR_GODWIT_FILE when it cannot be made or mapped. There is no file then.
   */
  static create(path: string, options: NewFile, library: MappingLibrary = mappingLibrary()): MappedFile {
    const { byteLength, mode, isSparse } = options
    const { O_RDWR, O_CREAT, O_EXCL, O_NOFOLLOW } = constants
    const fd = openFile(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, mode)
    try {
      fchmodSync(fd, mode)
      if (!isSparse) reserve(path, fd, byteLength, library)
      ftruncateSync(fd, byteLength)
      return MappedFile.#map(path, fd, byteLength, identityOf(fstatSync(fd)), library)
    } catch (error) {
      rmSync(path, { force: true })
      throw error instanceof GodwitError ? error : fileError(path, String(error), error)
    } finally {
      closeSync(fd)
    }
  }

  static #map(path: string, fd: number, byteLength: number, identity: string, library: MappingLibrary): MappedFile {
    const address = library.map(fd, byteLength)
    if (address === -1) throw fileError(path, `mmap of ${byteLength} bytes failed with errno ${library.errno()}`)
    return new MappedFile(path, identity, { library, address, byteLength })
  }

  get byteLength(): number {
    return this.#mapping.byteLength
  }

  /** All of it. */
  buffer(): AtomicBuffer {
    return new AtomicBuffer(this.memory)
  }

  /** Lets go of the file. What still refers to its memory sees zeroes. */
  close(): void {
    cover(this.#mapping)
  }
}

/** What tells a file from another one that has its path later; undefined when there is none. */
export function fileIdentity(path: string): string | undefined {
  const stat = statSync(path, { throwIfNoEntry: false })
  return stat === undefined ? undefined : identityOf(stat)
}

/** File systems use the numbers of files again. */
export function identityOf({ dev, ino, birthtimeMs }: Stats): string {
  return `${dev}:${ino}:${birthtimeMs}`
}

function openFile(path: string, flags: number, mode?: number): number {
  try {
    return openSync(path, flags, mode)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') throw new GodwitError('ERR_GODWIT_FILE_MISSING', `${path}: no such file`, { cause: error })
    if (code === 'EEXIST') throw new GodwitError('ERR_GODWIT_FILE_EXISTS', `${path}: it exists`, { cause: error })
    if (code === 'ELOOP') throw fileError(path, 'it is a symbolic link, which nobody follows here', error)
    if (code === 'ENOSPC') throw spaceError(path, 0, error)
    throw fileError(path, error instanceof Error ? error.message : String(error), error)
  }
}

/** Takes the space of a file at once, so that no later write into its memory finds that there is none. */
function reserve(path: string, fd: number, byteLength: number, library: MappingLibrary): void {
  let errno = library.allocate(fd, byteLength)
  while (errno === EINTR) errno = library.allocate(fd, byteLength)
  if (errno === 0) return
  if (errno === ENOSPC) throw spaceError(path, byteLength)
  if (!UNSUPPORTED_ERRNOS.includes(errno)) throw fileError(path, `posix_fallocate failed with errno ${errno}`)
  const zeroes = new Uint8Array(Math.min(byteLength, ZEROES_LENGTH))
  try {
    for (let written = 0; written < byteLength;) {
      written += writeSync(fd, zeroes, 0, Math.min(zeroes.length, byteLength - written), written)
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') throw spaceError(path, byteLength, error)
    throw error
  }
}

function fileError(path: string, what: string, cause?: unknown): GodwitError {
  return new GodwitError('ERR_GODWIT_FILE', `${path}: ${what}`, { cause })
}

function spaceError(path: string, byteLength: number, cause?: unknown): GodwitError {
  const what = `no space for ${byteLength} bytes on its file system`
  const advice = 'use shorter terms and buffers, or give it more (docs/operating.md)'
  return new GodwitError('ERR_GODWIT_FILE_SPACE', `${path}: ${what}: ${advice}`, { cause })
}
