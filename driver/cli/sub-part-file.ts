import { createHash } from 'node:crypto'
import type { Hash } from 'node:crypto'
import { constants } from 'node:fs'
import type { Stats } from 'node:fs'
import { access, lstat, open, rename, unlink } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'
import { GodwitError } from '../../codegen/runtime/errors.ts'
import { CHUNK_LENGTH_MAX, DIGEST_ALGORITHM } from './stream-transfer.ts'

const MODE = 0o600
const { O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } = constants
const ENDING = '.part'

/** Bytes that are written at once; a chunk must fit. */
const BLOCK_LENGTH = CHUNK_LENGTH_MAX

/**
 * A file that comes piece by piece: it has another name until it is whole. While one block is written the next one is
 * filled.
 */
export class PartFile {
  readonly path: string
  readonly partPath: string
  /** Bytes that were appended. */
  length: number = 0
  readonly #isForced: boolean
  readonly #hash: Hash = createHash(DIGEST_ALGORITHM)
  #handle: FileHandle | undefined
  #block: Uint8Array = new Uint8Array(BLOCK_LENGTH)
  #spare: Uint8Array = new Uint8Array(BLOCK_LENGTH)
  #filled: number = 0
  #written: number = 0
  #writing: Promise<void> | undefined

  /** @param isForced whether a file of that name may be replaced */
  constructor(path: string, isForced: boolean) {
    this.path = path
    this.partPath = path + ENDING
    this.#isForced = isForced
  }

  /** Bytes that are in the file. */
  get written(): number {
    return this.#written
  }

  get isCreated(): boolean {
    return this.#handle !== undefined
  }

  /** Rejects with ERR_GODWIT_CLI_OUTPUT when the file can not be made, as far as that shows before anything is done. */
  async check(): Promise<void> {
    await this.#attempt(this.path, async () => {
      await this.#checkTarget()
      const part = await statusOf(this.partPath)
      if (part !== undefined && !part.isFile()) {
        throw new Error(`${this.partPath} is there and no regular file: remove it`)
      }
      await access(dirname(this.path), constants.W_OK | constants.X_OK)
    })
  }

  /** Makes the part file anew: what an earlier run left goes, a link is not followed. */
  async create(): Promise<void> {
    this.#handle = await this.#attempt(this.partPath, async () => {
      if ((await statusOf(this.partPath))?.isFile() === true) await unlink(this.partPath)
      return open(this.partPath, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, MODE)
    })
  }

  /** Takes bytes, at most CHUNK_LENGTH_MAX. Returns false when there is no room now: then `settled` and again. */
  append(bytes: Uint8Array, offset: number, length: number): boolean {
    if (this.#filled + length > BLOCK_LENGTH && !this.#writeBlock()) return false
    this.#block.set(bytes.subarray(offset, offset + length), this.#filled)
    this.#filled += length
    this.length += length
    return true
  }

  /** Resolves when nothing is being written. Rejects with ERR_GODWIT_CLI_OUTPUT when that failed. */
  async settled(): Promise<void> {
    await this.#writing
  }

  /** Writes all that was appended. Returns its SHA-256. */
  async complete(): Promise<Buffer> {
    await this.#flush()
    await this.#attempt(this.partPath, async () => this.#handle?.sync())
    return this.#hash.digest()
  }

  /** Gives the file its name. */
  async publish(): Promise<void> {
    await this.#attempt(this.path, async () => {
      const [ours, named] = [await this.#handle?.stat(), await statusOf(this.partPath)]
      if (ours === undefined || named === undefined || ours.ino !== named.ino || ours.dev !== named.dev) {
        throw new Error(`${this.partPath} was replaced by another file while this one was received`)
      }
      await this.#checkTarget()
      await rename(this.partPath, this.path)
    })
  }

  /** Writes what can be written, and closes the file under the name that it has. */
  async close(): Promise<void> {
    const handle = this.#handle
    if (handle === undefined) return
    try {
      await this.#flush()
    } catch {
      // Whoever needed it written was told.
    }
    await handle.close()
  }

  async #flush(): Promise<void> {
    await this.#writing
    if (this.#filled > 0) this.#writeBlock()
    await this.#writing
  }

  /** Returns whether there is an empty block now. */
  #writeBlock(): boolean {
    if (this.#writing !== undefined) return false
    const block = this.#block
    const length = this.#filled
    this.#block = this.#spare
    this.#spare = block
    this.#filled = 0
    const writing = this.#write(block.subarray(0, length))
    // Whoever waits for it is told; others come to know with the next block.
    writing.catch(() => undefined)
    this.#writing = writing
    return true
  }

  async #write(bytes: Uint8Array): Promise<void> {
    this.#hash.update(bytes)
    await this.#attempt(this.partPath, async () => {
      for (let offset = 0; offset < bytes.length;) {
        const { bytesWritten } = await this.#handle!.write(bytes, offset, bytes.length - offset)
        offset += bytesWritten
        this.#written += bytesWritten
      }
    })
    this.#writing = undefined
  }

  async #checkTarget(): Promise<void> {
    const target = await statusOf(this.path)
    if (target === undefined) return
    if (target.isDirectory()) throw new Error('it is a directory')
    if (!this.#isForced) throw new Error('it is there already: --force replaces it')
  }

  async #attempt<T>(path: string, body: () => Promise<T>): Promise<T> {
    try {
      return await body()
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      throw new GodwitError('ERR_GODWIT_CLI_OUTPUT', `cannot write ${path}: ${why}`, { cause: error })
    }
  }
}

/** Of the file itself or the link; undefined when there is none. */
async function statusOf(path: string): Promise<Stats | undefined> {
  try {
    return await lstat(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
