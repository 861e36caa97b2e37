import type { DriverHandle } from '../../client/protocol/embedded.ts'

/** What a thread of the main job is started with. */
export type ThreadOrder = {
  readonly handle: DriverHandle
  readonly state: SharedArrayBuffer
  readonly channel: string
  readonly streamId: number
} & ({ readonly role: 'publisher'; readonly rate: number } | { readonly role: 'subscriber' })

/** A stream from one side, from its first message to its last one. */
export interface StreamTotals {
  readonly messages: number
  readonly bytes: number
  readonly digest: string
  /** Where the stream ended. */
  readonly position: number
}

export interface Latency {
  readonly p50Us: number
  readonly p90Us: number
  readonly p99Us: number
  readonly p999Us: number
  readonly maxUs: number
}

/** What the subscriber saw of one phase. */
export interface PhaseResult {
  readonly seconds: number
  readonly messages: number
  readonly bytes: number
  /** Undefined when no message was timed. */
  readonly latency: Latency | undefined
}

export interface PublisherResult {
  readonly role: 'publisher'
  readonly totals: StreamTotals
}

export interface SubscriberResult {
  readonly role: 'subscriber'
  readonly totals: StreamTotals
  /** Undefined for a phase that was not reached. */
  readonly fullSpeed: PhaseResult | undefined
  readonly paced: PhaseResult | undefined
}

/** From a thread of the main job, in this order; `failed` instead of any. */
export type ThreadReport =
  | { readonly kind: 'bound'; readonly endpoint: string }
  | { readonly kind: 'ready' }
  | { readonly kind: 'done'; readonly result: PublisherResult | SubscriberResult }
  | { readonly kind: 'failed'; readonly message: string }
