/** What an application links. */
export { DirectBuffer, GodwitError } from '../codegen/runtime/index.ts'
