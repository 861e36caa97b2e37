import type { Cell } from './cell.ts'
import { NETWORK_CELLS } from './network.ts'

/** The whole matrix. */
export const CELLS: readonly Cell[] = [...NETWORK_CELLS]
