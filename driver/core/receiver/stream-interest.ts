import type { ReceiverImage } from './receiver-image.ts'

/** What is known of a session that has no image. */
export type SessionState = 'PENDING_SETUP' | 'INIT_IN_PROGRESS' | 'COOL_DOWN'

/** A session of a stream that has a state in place of an image. */
export interface SessionEntry {
  readonly stream: StreamInterest
  readonly sessionId: number
  state: SessionState
}

/** Subscriptions to one stream of an endpoint, by count, and the sessions of the stream. */
export class StreamInterest {
  readonly streamId: number
  readonly images: Map<number, ReceiverImage> = new Map()
  readonly entries: Map<number, SessionEntry> = new Map()
  /** Entries whose image the conductor is making. */
  initialising: number = 0
  private allSessions: number = 0
  private readonly sessions = new Map<number, number>()

  constructor(streamId: number) {
    this.streamId = streamId
  }

  isInterestedIn(sessionId: number): boolean {
    return this.allSessions > 0 || this.sessions.has(sessionId)
  }

  hasInterest(): boolean {
    return this.allSessions > 0 || this.sessions.size > 0
  }

  add(sessionId: number | undefined): void {
    if (sessionId === undefined) this.allSessions++
    else this.sessions.set(sessionId, (this.sessions.get(sessionId) ?? 0) + 1)
  }

  /** Takes back what was added once. */
  remove(sessionId: number | undefined): void {
    if (sessionId === undefined) {
      this.allSessions = Math.max(0, this.allSessions - 1)
      return
    }
    const count = this.sessions.get(sessionId) ?? 0
    if (count > 1) this.sessions.set(sessionId, count - 1)
    else this.sessions.delete(sessionId)
  }
}
