import { existsSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import type { Random } from '../../support/random.ts'
import type { Cell } from './cell.ts'
import type { Killable } from './killable.ts'
import type { DriverFacts } from './protocol.ts'
import type { RoundKind } from './round.ts'
import { moment } from './round.ts'
import { CLIENT_LIVENESS_MS, DRIVER_TIMEOUT_MS, launchOptions } from './settings.ts'

/** Operations on files in which a driver starts or goes, about. */
const FILE_OPERATIONS_MAX = 40
const START_MS = 250
const CLOSE_MS = 40

/** A driver that was killed is taken for alive at least as long as this. */
const ACTIVE_MIN_MS = DRIVER_TIMEOUT_MS - 100

async function killDriver(cell: Cell, random: Random): Promise<void> {
  await moment(random)
  const killedMs = performance.now()
  await cell.killDriver()
  const early = await cell.options.pool.take()
  if (await cell.tryLaunch(early, random) === 'launched') {
    const elapsedMs = performance.now() - killedMs
    if (elapsedMs < ACTIVE_MIN_MS) throw new Error(`a directory was taken ${elapsedMs} ms after its driver was killed`)
  } else {
    cell.options.pool.give(early)
  }
  await cell.expectDriverLost()
}

/** Long enough that everybody can see that the driver is dead. */
async function untilDead(cell: Cell): Promise<void> {
  await cell.expectDriverLost()
  await delay(DRIVER_TIMEOUT_MS)
}

async function launchDoomed(cell: Cell, random: Random): Promise<void> {
  const child = await cell.options.pool.take()
  const isArmed = random.bool()
  if (isArmed) {
    const operation = random.between(1, FILE_OPERATIONS_MAX)
    await child.order({ kind: 'arm', point: { at: 'files', operation, isAfter: random.bool() } })
  }
  child.isDoomed = true
  const launched = child.order({ kind: 'launch', options: launchOptions(cell.options.dir, random) }).catch(() => undefined)
  await (isArmed ? launched : moment(random, START_MS))
  child.kill()
  await child.exited
  cell.options.tally.kills++
}

export const DRIVER_ROUNDS: readonly RoundKind[] = [
  {
    name: 'the driver is killed',
    weight: 4,
    run: async (cell, random) => {
      await killDriver(cell, random)
      if (cell.driver === undefined) await cell.startDriver(random)
    },
  },
  {
    name: 'driver and client are killed',
    weight: 2,
    run: async (cell, random) => {
      const victim = random.pick(cell.members)
      const isClientFirst = random.bool()
      await moment(random)
      if (isClientFirst) await cell.kill(victim)
      // While it cleans up after the client, at times.
      if (random.bool()) await moment(random, 2 * CLIENT_LIVENESS_MS)
      await cell.killDriver()
      if (!isClientFirst) await cell.kill(victim)
      await cell.expectDriverLost()
      await cell.startDriver(random)
    },
  },
  {
    name: 'a driver is killed while it starts',
    weight: 3,
    run: async (cell, random) => {
      await cell.killDriver()
      await untilDead(cell)
      await launchDoomed(cell, random)
      await cell.startDriver(random)
    },
  },
  {
    name: 'a driver is killed while it closes',
    weight: 3,
    run: async (cell, random) => {
      const driver = cell.driver!
      driver.isDoomed = true
      if (random.bool()) {
        const operation = random.between(1, FILE_OPERATIONS_MAX)
        await driver.order({ kind: 'arm', point: { at: 'files', operation, isAfter: random.bool() } })
        await driver.order({ kind: 'close' }).catch(() => undefined)
      } else {
        driver.order({ kind: 'close' }).catch(() => undefined)
        await moment(random, CLOSE_MS)
      }
      await cell.killDriver()
      await cell.expectDriverLost()
      await cell.startDriver(random)
    },
  },
  {
    name: 'two drivers start where one is dead',
    weight: 3,
    run: async (cell, random) => {
      const both = [await cell.options.pool.take(), await cell.options.pool.take()]
      await cell.killDriver()
      await untilDead(cell)
      const results = await Promise.all(both.map(async (child) => {
        await moment(random)
        return cell.tryLaunch(child, random)
      }))
      if (results.toSorted().join() !== 'active,launched') {
        for (const child of both) child.kill()
        throw new Error(`of two drivers that started in a directory at once: ${results.join(', ')}`)
      }
      cell.options.pool.give(both[results.indexOf('active')]!)
    },
  },
  {
    name: 'the driver is stopped for longer than it may be silent',
    weight: 2,
    run: async (cell, random) => {
      await moment(random)
      const driver = cell.driver!
      driver.stop()
      try {
        await cell.expectDriverLost()
      } finally {
        driver.resume()
      }
    },
  },
  {
    name: 'a stopped driver finds that another one has its directory',
    weight: 2,
    run: async (cell, random) => {
      await moment(random)
      const old = cell.driver!
      try {
        old.stop()
        await cell.expectDriverLost()
        cell.driverLeft()
        await cell.startDriver(random)
        old.resume()
        await cell.begin(random)
        await cell.until('the old driver gives way', async () => {
          const { failure } = await old.order<DriverFacts>({ kind: 'inspect' })
          return failure === undefined ? ['it goes on'] : []
        })
      } finally {
        old.kill()
      }
    },
  },
  {
    name: 'a driver with a directory of its own is killed',
    weight: 2,
    run: async (cell, random) => {
      const { pool, tally } = cell.options
      const options = { ...launchOptions('', random), dir: true } as const
      const victim = await pool.take()
      const left = await victim.order<string>({ kind: 'launch', options })
      await moment(random)
      victim.kill()
      await victim.exited
      tally.kills++
      if (!existsSync(left)) throw new Error(`${left} is gone although its driver was killed`)
      const next = await pool.take()
      await cell.until(`${left} is removed by another driver`, async () => [await launchAndClose(next, options)]
        .filter(() => existsSync(left)))
      pool.give(next)
    },
  },
]

async function launchAndClose(child: Killable, options: ReturnType<typeof launchOptions>): Promise<string> {
  const dir = await child.order<string>({ kind: 'launch', options })
  await child.order({ kind: 'close' })
  return existsSync(dir) ? `${dir} is there although its driver was closed` : 'it is there'
}
