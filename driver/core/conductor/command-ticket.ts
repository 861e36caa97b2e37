import type { DriverError } from '../driver-error.ts'
import { toDriverError } from './conductor-errors.ts'

/** A command that is being done, perhaps over several cycles. It is answered once. */
export class CommandTicket {
  readonly clientId: number
  readonly correlationId: number
  private readonly onFailure: (error: DriverError) => void
  private isAnswered: boolean = false

  /** @param onFailure answers the client */
  constructor(clientId: number, correlationId: number, onFailure: (error: DriverError) => void) {
    this.clientId = clientId
    this.correlationId = correlationId
    this.onFailure = onFailure
  }

  /** False when the command was done, has failed, or was given up. */
  get isOpen(): boolean {
    return !this.isAnswered
  }

  /** The command is done, and the client has been told. */
  done(): void {
    this.isAnswered = true
  }

  fail(thrown: unknown): void {
    if (this.isAnswered) return
    this.isAnswered = true
    this.onFailure(toDriverError(thrown))
  }

  /** Goes on with the command, unless it was given up in the meantime; what the work throws becomes the answer. */
  proceed(work: () => void): void {
    if (this.isAnswered) return
    try {
      work()
    } catch (error) {
      this.fail(error)
    }
  }
}
