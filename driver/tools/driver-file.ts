import { closeSync, constants, fstatSync, openSync, readSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { AtomicBuffer, REGION_ALIGNMENT } from '../../client/memory/atomic-buffer.ts'
import { GodwitError } from '../../codegen/runtime/index.ts'

/** Lengths within the files of a driver are 32-bit. */
const FILE_LENGTH_MAX = 2 ** 31

/** What is read at a time where only the contents tell how much there is. */
const CHUNK_LENGTH = 64 * 1024

/**
 * A file of a driver, which may be running: memory as long as the file, into which parts of it are read. Nothing is
 * mapped, so nobody is disturbed and a file that becomes shorter is an error, not the end of this process.
 */
export class DriverFile {
  readonly path: string
  /** As long as the file, down to a multiple of 8; zeroes where nothing has been read. Hostile. */
  readonly memory: AtomicBuffer
  readonly #fd: number

  private constructor(path: string, fd: number, memory: AtomicBuffer) {
    this.path = path
    this.#fd = fd
    this.memory = memory
  }

  /**
   * Opens the file for as long as `body` runs.
   *
   * @throws GodwitError ERR_GODWIT_TOOL_DIRECTORY when there is no driver's directory, ERR_GODWIT_TOOL_FILE when the
   * file cannot be read
   */
  static use<T>(path: string, body: (file: DriverFile) => T): T {
    const fd = open(path)
    try {
      const stats = fstatSync(fd)
      if (!stats.isFile()) throw fileError(path, 'is no file')
      const { size } = stats
      if (size > FILE_LENGTH_MAX) throw fileError(path, `has ${size} bytes, more than a driver's file can have`)
      return body(new DriverFile(path, fd, allocate(path, size)))
    } finally {
      closeSync(fd)
    }
  }

  /** Reads a part that lies within the memory. @throws GodwitError ERR_GODWIT_TOOL_FILE */
  load(offset: number, length: number): void {
    const { bytes } = this.memory
    let done = 0
    while (done < length) {
      const read = this.#read(bytes.subarray(offset + done, offset + length), offset + done)
      if (read === 0) throw fileError(this.path, 'became shorter while it was read: try again')
      done += read
    }
  }

  /**
   * Reads a section of records one behind the other until they end.
   *
   * @param lengthAt length of the record at an offset of the section, by what has been read so far, with zeroes behind:
   * 0 where the records end, negative where none can be
   * @returns offset of what can be no record; undefined when the records end as they should
   */
  loadRecords(
    section: AtomicBuffer, headerLength: number, alignment: number, lengthAt: (offset: number) => number,
  ): number | undefined {
    const start = section.bytes.byteOffset
    let loaded = 0
    let offset = 0
    for (;;) {
      const headerEnd = Math.min(offset + headerLength, section.byteLength)
      const length = loaded >= headerEnd ? lengthAt(offset) : 0
      const end = Math.max(headerEnd, offset + length)
      if (loaded < end) {
        const more = Math.min(Math.max(CHUNK_LENGTH, end - loaded), section.byteLength - loaded)
        this.load(start + loaded, more)
        loaded += more
      } else {
        if (length === 0) return undefined
        if (length < 0) return offset
        offset += Math.ceil(length / alignment) * alignment
        if (offset >= section.byteLength) return undefined
      }
    }
  }

  #read(target: Uint8Array, position: number): number {
    try {
      return readSync(this.#fd, target, 0, target.byteLength, position)
    } catch (cause) {
      throw fileError(this.path, `cannot be read (${reasonOf(cause)})`, cause)
    }
  }
}

function open(path: string): number {
  try {
    // Without O_NONBLOCK a named pipe would be waited for.
    return openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
  } catch (cause) {
    const directory = dirname(path)
    const code = codeOf(cause)
    if (code !== 'ENOENT' && code !== 'ENOTDIR') throw fileError(path, `cannot be read (${reasonOf(cause)})`, cause)
    throw directoryError(directory, cause)
  }
}

function directoryError(directory: string, cause: unknown): GodwitError {
  const advice = 'name the directory of a driver with --dir'
  const stats = statSync(directory, { throwIfNoEntry: false })
  const what = stats === undefined
    ? `there is no directory ${directory}: no driver has used it, or it was deleted with its driver; `
    : stats.isDirectory()
      ? `the directory ${directory} has no such file: no driver has used it; `
      : `${directory} is no directory; `
  return new GodwitError('ERR_GODWIT_TOOL_DIRECTORY', `${what}${advice}`, { cause })
}

function allocate(path: string, size: number): AtomicBuffer {
  try {
    return new AtomicBuffer(new ArrayBuffer(size - (size % REGION_ALIGNMENT)))
  } catch (cause) {
    throw fileError(path, `has ${size} bytes, for which there is no memory`, cause)
  }
}

function fileError(path: string, what: string, cause?: unknown): GodwitError {
  return new GodwitError('ERR_GODWIT_TOOL_FILE', `${path} ${what}`, { cause })
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}

function reasonOf(error: unknown): string {
  return String(codeOf(error) ?? error)
}
