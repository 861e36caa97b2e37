import type { WaitStrategyName } from '../../client/conductor/wait-strategy.ts'
import type { DriverPlan } from '../streams/plan.ts'

/** What is to be measured, settled. */
export interface IdlePlan extends DriverPlan {
  /** Length of each measurement. */
  readonly seconds: number
  readonly warmUpSeconds: number
  /** Waiting strategies of clients whose wake-ups are measured. */
  readonly strategies: readonly WaitStrategyName[]
  /** Of the pauses between messages. */
  readonly seed: number
}
