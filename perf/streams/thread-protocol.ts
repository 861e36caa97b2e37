import type { DriverHandle } from '../../client/protocol/embedded.ts'
import type { AgentGroup } from '../../driver/launcher/invoked-agents.ts'
import type { StreamPlan } from './plan.ts'

export type Role = 'publisher' | 'subscriber' | 'pinger' | 'ponger'

/** What a measuring thread is started with. */
export interface ThreadOrder {
  readonly role: Role
  readonly plan: StreamPlan
  readonly handle: DriverHandle
  readonly state: SharedArrayBuffer
  /** Agents of the driver that the thread runs besides. */
  readonly agents: AgentGroup | undefined
}

/** To a measuring thread. */
export type ThreadCommand =
  | { readonly kind: 'publish'; readonly channel: string }
  | { readonly kind: 'run' }
  | { readonly kind: 'close' }

/** What publications turned out to be. */
export interface StreamFacts {
  readonly mtuLength: number
  readonly termLength: number
}

/** What the subscriber counted in the measured time. */
export interface ThroughputResult {
  readonly messages: number
  readonly seconds: number
  readonly comparedWhole: number
}

/** Round trips, or in an open loop times from when a message was to be sent. */
export interface LatencyResult {
  readonly count: number
  readonly seconds: number
  readonly minUs: number
  readonly meanUs: number
  readonly p50Us: number
  readonly p90Us: number
  readonly p99Us: number
  readonly p999Us: number
  readonly maxUs: number
}

/** What the publisher met, over the whole run. */
export interface PublisherResult {
  readonly published: number
  readonly backPressured: number
}

export type ThreadResult = ThroughputResult | LatencyResult | PublisherResult | undefined

/** From a measuring thread. */
export type ThreadReport =
  | { readonly kind: 'subscribed'; readonly channel: string }
  | { readonly kind: 'ready'; readonly facts: StreamFacts | undefined }
  | { readonly kind: 'done'; readonly result: ThreadResult }
  /** Its client is closed; agents run until the driver is. */
  | { readonly kind: 'closed' }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string }
