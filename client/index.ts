/** What an application links. */
export { GodwitError } from '../codegen/runtime/index.ts'
