import { Worker } from 'node:worker_threads'
import type { DriverHandle } from '../../../client/index.ts'

export type Job =
  /**
   * Adds a publication, tells of it, waits for any message, and publishes `count` messages of two words: its number and
   * a sequence.
   */
  | { readonly kind: 'publish'; readonly channel: string; readonly publisher: number; readonly count: number }
  /** Adds one of everything, then waits for any message: closes, and ends. */
  | { readonly kind: 'hold'; readonly channel: string }
  /** Does nothing but poll, or offer, for that time, without a turn of the event loop. */
  | { readonly kind: 'spin'; readonly doing: 'poll' | 'offer'; readonly channel: string; readonly forMs: number }

export interface JobData {
  /** Left out when it comes as a message. */
  readonly handle?: DriverHandle
  readonly job: Job
}

export const STREAM_ID = 1001

/** What a thread that spins subscribes to. */
export function spinStreamId(doing: 'poll' | 'offer'): number {
  return doing === 'poll' ? STREAM_ID : STREAM_ID + 2
}

/** What a thread that spins tells in the end. */
export interface SpinReport {
  readonly isClosed: boolean
  readonly available: readonly number[]
  readonly unavailable: readonly number[]
  readonly fragments: number
  readonly offers: number
  readonly errors: readonly string[]
}

export function startThread(data: JobData): Worker {
  const extension = import.meta.url.slice(-3)
  return new Worker(new URL(`./thread${extension}`, import.meta.url), { workerData: data })
}
