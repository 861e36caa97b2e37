/** What a controlled handler wants done with the record or fragment that it was given. */
export const ControlledAction = {
  /** Stop, and hand it out again the next time. */
  ABORT: 1,
  /** Stop behind it. */
  BREAK: 2,
  /** Publish the position behind it now, and go on. */
  COMMIT: 3,
  /** Go on; the position is published at the end. */
  CONTINUE: 4,
} as const

export type ControlledAction = (typeof ControlledAction)[keyof typeof ControlledAction]
