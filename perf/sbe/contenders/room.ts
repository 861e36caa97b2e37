import { DirectBuffer } from '../../../codegen/runtime/index.ts'

/** Room for each message; the messages do not begin at multiples of 8. */
const STRIDE_BYTES = 269

/** One buffer for all messages of a run. */
export function roomFor(messages: number): { readonly buffer: DirectBuffer; readonly stride: number } {
  return { buffer: new DirectBuffer(new ArrayBuffer(messages * STRIDE_BYTES)), stride: STRIDE_BYTES }
}
