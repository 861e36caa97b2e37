/**
 * Session ids for publications: a sequence that begins somewhere and leaves out the reserved range, and whatever is in
 * use.
 */
export class SessionIds {
  private readonly reservedLow: number
  private readonly reservedHigh: number
  private nextId: number

  /**
   * @param first any 32-bit integer
   * @param reservedLow first id of the range that is left out
   * @param reservedHigh last one
   */
  constructor(first: number, reservedLow: number, reservedHigh: number) {
    this.nextId = first | 0
    this.reservedLow = reservedLow
    this.reservedHigh = reservedHigh
  }

  /** The next id that is not in use; there are fewer publications than ids. */
  next(isInUse: (sessionId: number) => boolean): number {
    for (;;) {
      let sessionId = this.nextId
      if (sessionId >= this.reservedLow && sessionId <= this.reservedHigh) sessionId = (this.reservedHigh + 1) | 0
      this.nextId = (sessionId + 1) | 0
      if (!isInUse(sessionId)) return sessionId
    }
  }
}
