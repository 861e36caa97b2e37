import { GodwitError } from '../runtime/errors.ts'

/** Codes of `IrFileError`; docs/errors.md says what each means and what to do. */
export type IrFileErrorCode =
  | 'ERR_GODWIT_SBE_IR_FORMAT'
  | 'ERR_GODWIT_SBE_IR_CONTENT'
  | 'ERR_GODWIT_SBE_IR_LIMIT'

/** Bytes are no `.sbeir` file or one that cannot be used, or a schema cannot be written as one. */
export class IrFileError extends GodwitError {
  protected static override readonly brand: symbol = Symbol.for('godwit.error.sbe.ir')

  declare readonly code: IrFileErrorCode
  /** Where in the file, in bytes from its start; undefined when a schema cannot be written. */
  readonly offset: number | undefined

  constructor(code: IrFileErrorCode, message: string, offset?: number) {
    super(code, message)
    this.offset = offset
    Object.defineProperty(this, IrFileError.brand, { value: true })
  }
}
