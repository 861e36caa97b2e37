/** What the suite and its workers say to one another. */
import type { BuiltCodecs } from '../../support/hostile/codec-sets.ts'

/** What a worker is started with. */
export interface WorkerOrder {
  readonly budgetMs: number
  /** Shared memory of two 32-bit numbers: index of the target and of the case that runs now. */
  readonly progress: SharedArrayBuffer
  /** Codecs to attack; the schema compiler when there are none. */
  readonly codecs: readonly BuiltCodecs[]
}

export type WorkerMessage =
  | { readonly kind: 'finding'; readonly target: string; readonly index: number; readonly text: string }
  /** A mutated schema that the compiler accepted. */
  | { readonly kind: 'accepted'; readonly index: number }
  | { readonly kind: 'done'; readonly executions: number; readonly elapsedMs: number }

export const SCHEMA_TARGET = 'schema'
/** A target of which so much was found is left alone. */
export const MAX_FINDINGS = 5
