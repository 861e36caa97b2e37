import type { Killable } from './killable.ts'
import { STREAMS } from './settings.ts'

/** A client of the cell, whichever process it is at the time. */
export interface Member {
  readonly role: 'publisher' | 'subscriber' | 'both'
  child: Killable | undefined
  isJoined: boolean
  /** How often it has joined. */
  generation: number
  /** One for each stream, when it publishes. */
  keys: readonly number[]
  /** Publications that it was seen to receive. */
  readonly heard: Set<number>
  messages: number
  gaps: number
}

export function newMember(role: Member['role']): Member {
  return {
    role, child: undefined, isJoined: false, generation: 0, keys: [], heard: new Set(), messages: 0, gaps: 0,
  }
}

/** Sessions of a stream: publications that are not exclusive share one. */
export function sessionsOf(stream: number, live: readonly Member[]): number {
  const publishers = live.filter(({ keys }) => keys.length > 0).length
  return STREAMS[stream]!.isExclusive ? publishers : Math.min(publishers, 1)
}

/** The longest time, of late, for which its process did not run. */
export async function stallOf({ child }: Member): Promise<number> {
  return child!.order<number>({ kind: 'stall' })
}
