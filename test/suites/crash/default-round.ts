import type { RoundKind } from './round.ts'

/** Both ends with the timeouts that users have: it takes a minute, in which other rounds go on. */
export const DEFAULT_ROUND: RoundKind = {
  name: 'with the defaults: a publisher ends within a message, then the driver is killed',
  weight: 1,
  run: async (cell, random) => {
    const victim = cell.members[0]!
    const point = { at: 'fragment', key: random.pick(victim.keys), fragment: random.int(3) } as const
    await victim.child!.order({ kind: 'arm', point })
    await cell.buried(victim)
    await cell.settle()
    await cell.killDriver()
    await cell.expectDriverLost()
    await cell.startDriver(random)
    await cell.begin(random)
  },
}
