import { GodwitError } from '../runtime/errors.ts'

const SIGNALS = ['SIGINT', 'SIGTERM'] as const

/**
 * Why a command ends before it is done: it is interrupted, or something failed that nobody waits for. An interrupt lets
 * it end cleanly; another one ends the process.
 */
export class Ending {
  readonly #controller: AbortController = new AbortController()
  readonly #interruption: GodwitError = interruptedError('before anything went through')
  readonly #onSignal = (): void => {
    // The next one does what it would do without this.
    this.close()
    this.#controller.abort(this.#interruption)
  }

  constructor() {
    for (const name of SIGNALS) process.once(name, this.#onSignal)
  }

  /** Ends waits. */
  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** Whether an error is that of an interrupt before anything went through. */
  isInterruption(error: unknown): boolean {
    return error === this.#interruption
  }

  fail(error: unknown): void {
    this.#controller.abort(error)
  }

  /** Whether the command is interrupted. Throws what failed. */
  check(): boolean {
    const { aborted, reason } = this.signal
    if (aborted && reason !== this.#interruption) throw reason
    return aborted
  }

  close(): void {
    for (const name of SIGNALS) process.removeListener(name, this.#onSignal)
  }
}

/** What was asked for was not done, because a signal came. */
export function interruptedError(when: string): GodwitError {
  return new GodwitError('ERR_GODWIT_CLI_INTERRUPTED', `interrupted ${when}`)
}
