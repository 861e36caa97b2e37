import { GodwitError } from '../../codegen/runtime/errors.ts'

/** The standard output, written in large pieces. */
export class MessageOutput {
  #parts: Uint8Array[] = []
  #isClosed: boolean = false
  #failure: GodwitError | undefined
  #wake: (() => void) | undefined
  readonly #onDrain = (): void => this.#wake?.()
  readonly #onError = (error: NodeJS.ErrnoException): void => {
    this.#isClosed = true
    // A reader that has seen enough is not an error.
    if (error.code !== 'EPIPE') {
      this.#failure = new GodwitError(
        'ERR_GODWIT_CLI_OUTPUT', `cannot write to standard output: ${error.message}`, { cause: error },
      )
    }
    this.#wake?.()
  }

  constructor() {
    process.stdout.on('drain', this.#onDrain).on('error', this.#onError)
  }

  /** Whether nobody reads any more. */
  get isClosed(): boolean {
    return this.#isClosed
  }

  append(parts: string | readonly Uint8Array[]): void {
    if (typeof parts === 'string') this.#parts.push(Buffer.from(parts))
    else this.#parts.push(...parts)
  }

  /** Writes what was appended; resolves when more may come. Rejects with ERR_GODWIT_CLI_OUTPUT. */
  async flush(): Promise<void> {
    const bytes = Buffer.concat(this.#parts)
    this.#parts = []
    if (bytes.length > 0 && !this.#isClosed && !process.stdout.write(bytes)) {
      await new Promise<void>((resolve) => void (this.#wake = resolve))
      this.#wake = undefined
    }
    if (this.#failure !== undefined) throw this.#failure
  }

  close(): void {
    process.stdout.off('drain', this.#onDrain)
    // Listening on: what is still on its way may find that the reader is gone.
  }
}
