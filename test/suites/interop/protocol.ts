/** What the suite asks its peers, Java's and ours, and what they answer. */
import type { MediaName } from '../../../driver/index.ts'

/** Settings of a driver, by our names; both kinds have them but for the one that says otherwise. */
export interface PeerDriverSettings {
  readonly timerIntervalNs?: number
  readonly driverTimeoutMs?: number
  readonly clientLivenessTimeoutNs?: number
  readonly publicationUnblockTimeoutNs?: number
  readonly publicationConnectionTimeoutNs?: number
  readonly publicationLingerTimeoutNs?: number
  readonly imageLivenessTimeoutNs?: number
  readonly termBufferLength?: number
  readonly ipcTermBufferLength?: number
  /** Ours only. */
  readonly media?: MediaName
  /** Datagrams or frames that are lost, in both directions. */
  readonly lossPerMille?: number
  readonly lossSeed?: number
}

export interface PeerClientSettings {
  readonly driverTimeoutMs?: number
  readonly keepAliveIntervalNs?: number
}

/** Messages to publish. */
export interface Task {
  /** Tells publishers of one session apart. */
  readonly publisher: number
  /** How many more. */
  readonly count: number
  /** Of the messages, in turn. */
  readonly lengths: readonly number[]
  /** Every so many messages are claimed instead of offered, where they are short enough; 0: none. */
  readonly claimEvery: number
}

export interface PublicationFacts {
  readonly sessionId: number
  readonly registrationId: number
  readonly originalRegistrationId: number
  readonly initialTermId: number
  readonly termBufferLength: number
  readonly maxPayloadLength: number
  readonly maxMessageLength: number
}

export interface PublicationState {
  readonly sent: number
  readonly isDone: boolean
  /** Of the last attempt to publish. */
  readonly lastResult: number
  readonly position: number
  readonly isConnected: boolean
  readonly isClosed: boolean
}

export interface ImageFacts {
  readonly sessionId: number
  readonly correlationId: number
  readonly joinPosition: number
  readonly position: number
  readonly isEndOfStream: boolean
  readonly isRevoked: boolean
  readonly sourceIdentity: string
}

/** What came from one publisher of a session. */
export interface Received {
  readonly sessionId: number
  readonly publisher: number
  /** Sequence of the first message. */
  readonly first: number
  readonly messages: number
  readonly bytes: number
  /** Behind the last message. */
  readonly position: number
}

export interface SubscriptionState {
  readonly images: readonly ImageFacts[]
  /** As they were when the handler was called. */
  readonly available: readonly ImageFacts[]
  readonly unavailable: readonly ImageFacts[]
  readonly received: readonly Received[]
  /** What was not as it should be. */
  readonly complaints: readonly string[]
  readonly fragments: number
  readonly isClosed: boolean
}

export interface ClientState {
  readonly isClosed: boolean
  /** Whether the close handler was called. */
  readonly hasClosed: boolean
  readonly errors: readonly string[]
  readonly publicationErrors: readonly string[]
}

export interface CounterFacts {
  readonly id: number
  readonly typeId: number
  readonly label: string
  /** All of it, as hexadecimal digits. */
  readonly key: string
  readonly value: number
  readonly registrationId: number
  readonly ownerId: number
}

/** One of the distinct errors of a driver. */
export interface ErrorFacts {
  readonly observationCount: number
  readonly firstObservationMs: number
  readonly lastObservationMs: number
  readonly text: string
}

/** What an image lost. */
export interface LossFacts {
  readonly observationCount: number
  readonly totalBytesLost: number
  readonly firstObservationMs: number
  readonly lastObservationMs: number
  readonly sessionId: number
  readonly streamId: number
  readonly channel: string
  readonly source: string
}

/** Header of a CnC file. */
export interface CncFacts {
  readonly version: number
  readonly pid: number
  readonly startTimestampMs: number
  readonly clientLivenessTimeoutNs: number
}

export interface Failed {
  readonly ok: false
  readonly error: string
  /** Where a driver refused. */
  readonly errorName?: string
  readonly at: string
}
