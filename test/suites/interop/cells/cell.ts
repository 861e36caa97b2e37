import type { World } from './world.ts'

/** One entry of the matrix: a test with every version of the reference implementation. */
export interface Cell {
  readonly name: string
  /** What versions before 1.48 do not have. */
  readonly isSince148?: true
  run(world: World): Promise<void>
}
