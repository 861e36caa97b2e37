import { GodwitError } from '../../codegen/runtime/index.ts'
import type { ErrorCode } from '../../schemas/generated/aeron.commands/index.ts'

/** Why a command of a client cannot be done; the error code and the message become the answer to the client. */
export class DriverError extends GodwitError {
  protected static override readonly brand: symbol = Symbol.for('godwit.error.driver')

  readonly errorCode: ErrorCode

  constructor(errorCode: ErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super('ERR_GODWIT_DRIVER', message, options)
    this.errorCode = errorCode
    Object.defineProperty(this, DriverError.brand, { value: true })
  }
}
