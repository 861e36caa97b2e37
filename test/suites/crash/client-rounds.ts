import { setTimeout as delay } from 'node:timers/promises'
import type { Random } from '../../support/random.ts'
import type { Cell } from './cell.ts'
import { GIVEN_UP } from './excuses.ts'
import type { Member } from './member.ts'
import type { RoundKind } from './round.ts'
import { moment } from './round.ts'

/** Operations on memory in about ten turns of a client. */
const OPERATIONS_MAX = 600
/** From the claim for a command to its end. */
const COMMAND_OPERATIONS = 5
const CLOSING_OPERATIONS_MAX = 60
const FRAGMENTS = 5

/** Until a client that was told to kill itself has done so; it is killed then. */
const ARMED_LIMIT_MS = 2_000
/** It may have closed before. */
const CLOSING_LIMIT_MS = 200

function publishing(cell: Cell, random: Random): Member {
  return random.pick(cell.members.filter(({ role }) => role !== 'subscriber'))
}

function subscribing(cell: Cell, random: Random): Member {
  return random.pick(cell.members.filter(({ role }) => role !== 'publisher'))
}

export const CLIENT_ROUNDS: readonly RoundKind[] = [
  {
    name: 'a publisher is killed',
    weight: 3,
    run: async (cell, random) => {
      await moment(random)
      await cell.kill(publishing(cell, random))
    },
  },
  {
    name: 'a publisher ends between a claim and its commit',
    weight: 3,
    run: async (cell, random) => {
      const victim = publishing(cell, random)
      await victim.child!.order({ kind: 'arm', point: { at: 'claim', key: random.pick(victim.keys) } })
      await cell.buried(victim, ARMED_LIMIT_MS)
    },
  },
  {
    name: 'a publisher ends within a fragmented message',
    weight: 3,
    run: async (cell, random) => {
      const victim = publishing(cell, random)
      const point = { at: 'fragment', key: random.pick(victim.keys), fragment: random.int(FRAGMENTS) } as const
      await victim.child!.order({ kind: 'arm', point })
      await cell.buried(victim, ARMED_LIMIT_MS)
    },
  },
  {
    name: 'a client ends at an operation on memory',
    weight: 8,
    run: async (cell, random) => {
      const victim = random.pick(cell.members)
      const point = { at: 'memory', operation: random.between(1, OPERATIONS_MAX), isAfter: random.bool() } as const
      await victim.child!.order({ kind: 'arm', point })
      await cell.buried(victim, ARMED_LIMIT_MS)
    },
  },
  {
    name: 'a client ends while it sends commands',
    weight: 3,
    run: async (cell, random) => {
      const victim = random.pick(cell.members)
      await victim.child!.order({ kind: 'churn' })
      await moment(random)
      const operation = random.between(1, COMMAND_OPERATIONS)
      const point = { at: 'commands', operation, isAfter: random.bool() } as const
      await victim.child!.order({ kind: 'arm', point })
      await cell.buried(victim, ARMED_LIMIT_MS)
    },
  },
  {
    name: 'a client ends while it closes',
    weight: 2,
    run: async (cell, random) => {
      const victim = random.pick(cell.members)
      const operation = random.between(1, CLOSING_OPERATIONS_MAX)
      await victim.child!.order({ kind: 'arm', point: { at: 'memory', operation, isAfter: random.bool() } })
      victim.child!.order({ kind: 'leave' }).catch(() => undefined)
      await cell.buried(victim, CLOSING_LIMIT_MS)
    },
  },
  {
    name: 'a subscriber is killed',
    weight: 3,
    run: async (cell, random) => {
      await moment(random)
      await cell.kill(subscribing(cell, random))
    },
  },
  {
    name: 'two clients are killed',
    weight: 2,
    run: async (cell, random) => {
      const [first, second] = random.shuffle(cell.members)
      await moment(random)
      await Promise.all([cell.kill(first!), moment(random).then(() => cell.kill(second!))])
    },
  },
  {
    name: 'a client is stopped for longer than it may be silent',
    weight: 2,
    run: async (cell, random) => {
      // Who is stopped while it writes to a log that others share writes on in what they have written since.
      const victim = cell.members[1]!
      await moment(random)
      victim.child!.stop()
      const { clientLivenessMs } = cell.options.timing
      await delay(random.between(2 * clientLivenessMs, 4 * clientLivenessMs))
      const published = cell.published(victim)
      victim.child!.resume()
      await cell.expectLost([victim], GIVEN_UP)
      cell.left(victim, published)
    },
  },
]
