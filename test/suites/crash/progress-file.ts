import { closeSync, openSync, readSync, writeSync } from 'node:fs'

const COUNT_LENGTH = 4

/**
 * How many messages each publication has published. It is written behind each message, so it outlives a publisher that
 * is killed, and then tells how many there were, or one less.
 */
export class ProgressFile {
  readonly #fd: number
  readonly #bytes: Uint8Array = new Uint8Array(COUNT_LENGTH)
  readonly #view: DataView = new DataView(this.#bytes.buffer)

  constructor(path: string, mode: 'create' | 'open') {
    this.#fd = openSync(path, mode === 'create' ? 'wx+' : 'r+')
  }

  write(key: number, count: number): void {
    this.#view.setUint32(0, count, true)
    writeSync(this.#fd, this.#bytes, 0, COUNT_LENGTH, key * COUNT_LENGTH)
  }

  read(key: number): number {
    this.#bytes.fill(0)
    readSync(this.#fd, this.#bytes, 0, COUNT_LENGTH, key * COUNT_LENGTH)
    return this.#view.getUint32(0, true)
  }

  close(): void {
    closeSync(this.#fd)
  }
}
