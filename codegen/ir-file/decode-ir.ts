import type { Ir } from '../ir/ir.ts'
import { checkContent } from './check-messages.ts'
import { readTokens } from './read-tokens.ts'

/**
 * The schema in the bytes of an `.sbeir` file, as written by the SBE reference implementation since 1.5, whichever of
 * its layouts it has, or by `encodeIr`. Messages come in the order of their ids.
 *
 * The file may come from a stranger: it is refused unless its tokens are such as come of a valid schema. Throws
 * `IrFileError`, which says where in the file: `ERR_GODWIT_SBE_IR_FORMAT` when the bytes are no such file,
 * `ERR_GODWIT_SBE_IR_CONTENT` when they have no valid schema, `ERR_GODWIT_SBE_IR_LIMIT` when there are more than 16 MiB
 * of them.
 */
export function decodeIr(bytes: Uint8Array): Ir {
  return checkContent(readTokens(bytes), bytes.length)
}
