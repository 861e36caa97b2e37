/** How long a session that was asked for a SETUP is not asked again. */
export const PENDING_SETUP_TIMEOUT_NS = 1_000_000_000

/** A session that was asked. */
export interface PendingSetup {
  onPendingSetupExpired(): void
}

/**
 * Sessions that were asked for a SETUP within the last second, of all endpoints: as each is asked once, their number
 * limits the questions in a second. All wait equally long, so that the oldest is always the first to expire.
 */
export class PendingSetups {
  private readonly limit: number
  private readonly deadlines = new Map<PendingSetup, number>()
  /** When the oldest expires; Infinity when there is none. */
  nextDeadlineNs: number = Infinity

  constructor(limit: number) {
    this.limit = limit
  }

  isFull(): boolean {
    return this.deadlines.size >= this.limit
  }

  add(pending: PendingSetup, nowNs: number): void {
    const deadlineNs = nowNs + PENDING_SETUP_TIMEOUT_NS
    if (this.deadlines.size === 0) this.nextDeadlineNs = deadlineNs
    this.deadlines.set(pending, deadlineNs)
  }

  /** Lets those go that were asked a second ago. */
  expire(nowNs: number): void {
    if (nowNs < this.nextDeadlineNs) return
    for (const [pending, deadlineNs] of this.deadlines) {
      if (nowNs < deadlineNs) {
        this.nextDeadlineNs = deadlineNs
        return
      }
      this.deadlines.delete(pending)
      pending.onPendingSetupExpired()
    }
    this.nextDeadlineNs = Infinity
  }
}
