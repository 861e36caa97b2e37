import type { MediaDriverOptions } from '../../../driver/index.ts'
import type { KillPoint } from './kill-switch.ts'

/** One publication of a client: its messages are those of `key`. */
export interface PublicationPlan {
  readonly channel: string
  readonly streamId: number
  readonly isExclusive: boolean
  readonly key: number
  /** How messages that are not fragmented are published. */
  readonly way: 'offer' | 'claim'
}

export interface SubscriptionPlan {
  readonly channel: string
  readonly streamId: number
}

export interface JoinPlan {
  readonly dir: string
  readonly driverTimeoutMs: number
  readonly publications: readonly PublicationPlan[]
  readonly subscriptions: readonly SubscriptionPlan[]
  /** Of publications: how many messages each has published, by key. */
  readonly progressPath: string
}

/** Where a publication is to kill its client. */
export type PublicationKillPoint =
  /** Between a claim and its end. */
  | { readonly at: 'claim'; readonly key: number }
  /** Within a message: before that one of its fragments is complete, beginning with 0. */
  | { readonly at: 'fragment'; readonly key: number; readonly fragment: number }

/** Where a process is to kill itself. */
export type AnyKillPoint = KillPoint | PublicationKillPoint

/** What a child is told to do; it answers each with a result or a failure. */
export type Order =
  | { readonly kind: 'launch'; readonly options: LaunchOptions }
  | { readonly kind: 'close' }
  | { readonly kind: 'inspect' }
  | { readonly kind: 'join'; readonly plan: JoinPlan }
  | { readonly kind: 'leave' }
  /** Keys below the oldest one are not of interest any more. */
  | { readonly kind: 'look'; readonly oldestKey: number }
  | { readonly kind: 'arm'; readonly point: AnyKillPoint }
  /** For how long it did not run, of late. */
  | { readonly kind: 'stall' }
  /** Sends commands to the driver all the time from now on. */
  | { readonly kind: 'churn' }

export type LaunchOptions = Pick<MediaDriverOptions, 'dir' | 'threadingMode' | 'media'> & Partial<MediaDriverOptions>

/** The driver as its process sees it. */
export interface DriverFacts {
  /** Of counters, by what they are of. */
  readonly counts: Readonly<Record<'clients' | 'publications' | 'subscribers' | 'images', number>>
  readonly clientTimeouts: number
  readonly unblockedPublications: number
  readonly unblockedCommands: number
  /** Texts of its error log. */
  readonly errors: readonly string[]
  readonly warnings: readonly string[]
  /** It has ended itself. */
  readonly failure?: string | undefined
  /** How often one of its agents, or its process, stood still for long. */
  readonly stalls: number
}

/** How a client was closed that nobody told to. */
export interface Loss {
  readonly code: string
  readonly message: string
  /** The longest time, of late, for which its process did not run. */
  readonly stallMs: number
}

export interface StreamFacts {
  readonly images: number
  /** By key: which message comes next. */
  readonly next: Readonly<Record<number, number>>
}

export interface ClientFacts {
  readonly loss?: Loss | undefined
  readonly subscriptions: readonly StreamFacts[]
  /** Messages that were what they must be. */
  readonly messages: number
  /** What must never be. */
  readonly failures: readonly string[]
  /** What must not be unless the driver stood still: parts of streams that were not seen. */
  readonly gaps: readonly string[]
}

export interface Request {
  readonly id: number
  readonly order: Order
}

export type Reply =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly result?: undefined; readonly code: string; readonly message: string }
