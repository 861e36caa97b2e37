import { GodwitError } from '../runtime/errors.ts'

/** The standard output, written in large pieces. */
export class MessageOutput {
  #parts: Uint8Array[] = []
  #length: number = 0
  #isClosed: boolean = false

  constructor() {
    // `flush` tells what goes wrong.
    process.stdout.on('error', () => undefined)
  }

  /** Whether the reader has seen enough and is gone, which is not an error. */
  get isClosed(): boolean {
    return this.#isClosed
  }

  /** Bytes that are not written yet. */
  get length(): number {
    return this.#length
  }

  append(parts: string | readonly Uint8Array[]): void {
    for (const part of typeof parts === 'string' ? [Buffer.from(parts)] : parts) {
      this.#parts.push(part)
      this.#length += part.length
    }
  }

  /** Resolves when all that was appended is written. Rejects with ERR_GODWIT_CLI_OUTPUT. */
  async flush(): Promise<void> {
    const bytes = Buffer.concat(this.#parts)
    this.#parts = []
    this.#length = 0
    if (bytes.length === 0 || this.#isClosed) return
    const error = await new Promise<NodeJS.ErrnoException | null | undefined>((resolve) => {
      process.stdout.write(bytes, resolve)
    })
    if (error === null || error === undefined) return
    this.#isClosed = true
    if (error.code === 'EPIPE') return
    const message = `cannot write to standard output: ${error.message}`
    throw new GodwitError('ERR_GODWIT_CLI_OUTPUT', message, { cause: error })
  }
}
