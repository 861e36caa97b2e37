/**
 * A single-threaded duty cycle. Conductor, sender and receiver are agents; whoever runs them decides on threads and
 * time.
 */
export interface Agent {
  /** Name for threads and messages: `conductor`, `sender`, `receiver`. */
  readonly roleName: string

  /**
   * One duty cycle: a bounded amount of work.
   *
   * @param nowNs monotonic time in nanoseconds, read once for the whole cycle
   * @returns amount of work done; 0 lets the idle strategy rest
   */
  doWork(nowNs: number): number

  /** Time of the next work that needs no input; Infinity when only input can make some. */
  nextDeadlineNs(): number

  /** Lets go of sockets and whatever else outlives memory. Called once, by the thread of `doWork`. */
  close(): void
}
