import type { Stats } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { inputError, readError } from '../../codegen/cli/input-error.ts'

const NO_LENGTH = 'how long it is must be known before it is read'

/** A file to be sent: its length is that at the beginning, whatever is added later. */
export class SourceFile {
  readonly path: string
  readonly length: number
  readonly #handle: FileHandle

  private constructor(path: string, length: number, handle: FileHandle) {
    this.path = path
    this.length = length
    this.#handle = handle
  }

  /** Rejects with ERR_GODWIT_CLI_INPUT. */
  static async open(path: string): Promise<SourceFile> {
    try {
      // Opening a pipe would wait for somebody who writes to it.
      requireRegular(path, await stat(path))
      const handle = await open(path)
      const { size } = await handle.stat()
      if (size === 0) await requireEmpty(path, handle)
      return new SourceFile(path, size, handle)
    } catch (error) {
      throw readError(path, error)
    }
  }

  /**
   * Reads from a position on as much as fits and is there. Rejects with ERR_GODWIT_CLI_INPUT, also when the file has
   * become shorter.
   */
  async read(bytes: Uint8Array, position: number): Promise<number> {
    const wanted = Math.min(bytes.length, this.length - position)
    let count = 0
    try {
      while (count < wanted) {
        const { bytesRead } = await this.#handle.read(bytes, count, wanted - count, position + count)
        if (bytesRead === 0) break
        count += bytesRead
      }
    } catch (error) {
      throw readError(this.path, error)
    }
    if (count === wanted) return count
    const lengths = `it had ${this.length} bytes, now ${position + count}`
    throw inputError(`${this.path} became shorter while it was sent: ${lengths}`)
  }

  async close(): Promise<void> {
    await this.#handle.close()
  }
}

function requireRegular(path: string, stats: Stats): void {
  if (stats.isFile()) return
  throw inputError(stats.isDirectory() ? `${path} is a directory` : `${path} is no regular file: ${NO_LENGTH}`)
}

/** Some files of the system have a length of 0, and bytes all the same. */
async function requireEmpty(path: string, handle: FileHandle): Promise<void> {
  const { bytesRead } = await handle.read(new Uint8Array(1), 0, 1, 0)
  if (bytesRead === 0) return
  await handle.close()
  throw inputError(`${path} has bytes, but no length: ${NO_LENGTH}`)
}
