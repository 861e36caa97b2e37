import { setTimeout as delay } from 'node:timers/promises'
import type { Random } from '../../support/random.ts'
import type { Cell } from './cell.ts'

/** One way of killing. */
export interface RoundKind {
  readonly name: string
  /** How often it comes, in relation to others. */
  readonly weight: number
  /** Begins with a cell that is whole; afterwards the cell must settle with what is left of it. */
  readonly run: (cell: Cell, random: Random) => Promise<void>
}

/** Clients have a turn every few milliseconds. */
const MOMENT_MAX_MS = 30

/** Lets time pass, so that what happens next does so at any point of what others do. */
export async function moment(random: Random, maxMs: number = MOMENT_MAX_MS): Promise<void> {
  await delay(random.float() * maxMs)
}
