/** One comparison: the same messages through generated code and through code written by hand. */
export interface BenchCase {
  /** Unique; what `--case` takes. */
  readonly name: string
  readonly messagesPerRun: number
  /** Length of one message with its header. */
  readonly messageBytes: number
  /** Whether the case must leave no garbage: those that make strings do. */
  readonly allocationFree: boolean
  /** Encodes or decodes all messages of a run; the number sums up what was done, and both sides must agree on it. */
  readonly generated: () => number
  readonly handWritten: () => number
  /** Buffers that both sides fill; they must be equal after a run of each. */
  readonly written?: { readonly generated: Uint8Array; readonly handWritten: Uint8Array }
}
