import type { WaitStrategyName } from '../../client/conductor/wait-strategy.ts'
import type { MediaName, ThreadingMode } from '../../driver/core/driver-settings.ts'

/** What is to be measured, settled. */
export interface IdlePlan {
  /** Length of each measurement. */
  readonly seconds: number
  readonly warmUpSeconds: number
  readonly threading: ThreadingMode
  readonly media: MediaName
  /** Waiting strategies of clients whose wake-ups are measured. */
  readonly strategies: readonly WaitStrategyName[]
  /** Of the pauses between messages. */
  readonly seed: number
}
