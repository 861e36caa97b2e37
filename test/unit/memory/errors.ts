import * as assert from 'uvu/assert'
import { GodwitError } from '../../../codegen/runtime/index.ts'

/** Checks that something throws a GodwitError with that code. */
export function throwsCode(body: () => unknown, code: string): void {
  assert.throws(body, (error: unknown) => error instanceof GodwitError && error.code === code)
}
