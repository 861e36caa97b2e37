import type { GodwitError } from '../../../codegen/runtime/index.ts'

/** What a call rejects with or throws. */
export async function rejection(call: () => unknown): Promise<GodwitError> {
  try {
    await call()
  } catch (error) {
    return error as GodwitError
  }
  throw new Error('nothing was thrown')
}
