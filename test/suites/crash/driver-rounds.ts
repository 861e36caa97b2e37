import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { CNC_FILE } from '../../../client/files/directory-layout.ts'
import { AtomicBuffer } from '../../../client/memory/atomic-buffer.ts'
import { Cnc } from '../../../client/memory/cnc.ts'
import { ManyToOneRingBuffer } from '../../../client/memory/many-to-one-ring-buffer.ts'
import type { Random } from '../../support/random.ts'
import type { Cell } from './cell.ts'
import type { Killable } from './killable.ts'
import type { DriverFacts } from './protocol.ts'
import type { RoundKind } from './round.ts'
import { moment } from './round.ts'
import { launchOptions } from './settings.ts'

/** Operations on files in which a driver starts or goes, about. */
const FILE_OPERATIONS_MAX = 40
const START_MS = 250
const CLOSE_MS = 40

async function killDriver(cell: Cell, random: Random): Promise<void> {
  await moment(random)
  await cell.killDriver()
  const lastSignMs = lastSign(cell)
  const early = await cell.takeChild()
  if (await cell.tryLaunch(early, random) === 'launched') {
    const elapsedMs = Date.now() - lastSignMs
    if (elapsedMs < cell.options.timing.driverTimeoutMs) {
      throw new Error(`a directory was taken ${elapsedMs} ms after the last sign of life of its driver`)
    }
  } else {
    cell.giveChild(early)
  }
  await cell.expectDriverLost()
}

/** When the driver of the directory was last alive, as it said itself. */
function lastSign(cell: Cell): number {
  const { buffer, byteOffset, byteLength } = readFileSync(join(cell.options.dir, CNC_FILE))
  const cnc = Cnc.attach(new AtomicBuffer(buffer.slice(byteOffset, byteOffset + byteLength)))
  return new ManyToOneRingBuffer(cnc.toDriver).consumerHeartbeatMs()
}

/** Long enough that everybody can see that the driver is dead. */
async function untilDead(cell: Cell): Promise<void> {
  await cell.expectDriverLost()
  await delay(cell.options.timing.driverTimeoutMs)
}

async function launchDoomed(cell: Cell, random: Random): Promise<void> {
  const child = await cell.takeChild()
  const isArmed = random.bool()
  if (isArmed) {
    const operation = random.between(1, FILE_OPERATIONS_MAX)
    await child.order({ kind: 'arm', point: { at: 'files', operation, isAfter: random.bool() } })
  }
  child.isDoomed = true
  const options = launchOptions(cell.options.dir, cell.options.timing, random)
  const launched = child.order({ kind: 'launch', options }).catch(() => undefined)
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
      if (random.bool()) await moment(random, 2 * cell.options.timing.clientLivenessMs)
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
      const { tally } = cell.options
      const both = [await cell.takeChild(), await cell.takeChild()]
      await cell.killDriver()
      await untilDead(cell)
      const results = await Promise.all(both.map(async (child) => {
        await moment(random)
        return cell.tryLaunch(child, random)
      }))
      if ([...results].sort().join() === 'active,launched') {
        cell.giveChild(both[results.indexOf('active')]!)
        return
      }
      if (results.includes('overloaded')) {
        if (cell.driver === undefined) await cell.startDriver(random)
        return
      }
      // The first one may have stood still for so long that the second one took it for dead.
      const facts = await Promise.all(both.map((child) => child.order<DriverFacts | null>({ kind: 'inspect' })))
      if (results.join() !== 'launched,launched' || facts.every((each) => each?.stalls === 0)) {
        throw new Error(`of two drivers that started in a directory at once: ${results.join(', ')}`)
      }
      tally.excused++
      const [loser] = both.filter((child) => child !== cell.driver)
      loser!.kill()
      await loser!.exited
    },
  },
  {
    name: 'the driver is stopped for longer than it may be silent',
    weight: 2,
    run: async (cell, random) => {
      await moment(random)
      const driver = cell.driver!
      driver.stop()
      await cell.expectDriverLost()
      driver.resume()
    },
  },
  {
    name: 'a stopped driver finds that another one has its directory',
    weight: 2,
    run: async (cell, random) => {
      await moment(random)
      const old = cell.driver!
      old.stop()
      await cell.expectDriverLost()
      cell.driverLeft()
      await cell.startDriver(random)
      old.resume()
      await cell.until('the old driver gives way', async () => {
        const { failure } = await old.order<DriverFacts>({ kind: 'inspect' })
        return failure === undefined ? ['it goes on'] : []
      })
      old.kill()
    },
  },
  {
    name: 'a driver with a directory of its own is killed',
    weight: 2,
    run: async (cell, random) => {
      const { tally, timing } = cell.options
      const options = { ...launchOptions('', timing, random), dir: true } as const
      const victim = await cell.takeChild()
      const left = await victim.order<string>({ kind: 'launch', options })
      await moment(random)
      victim.kill()
      await victim.exited
      tally.kills++
      if (!existsSync(left)) throw new Error(`${left} is gone although its driver was killed`)
      const next = await cell.takeChild()
      await cell.until(`${left} is removed by another driver`, async () => [await launchAndClose(next, options)]
        .filter(() => existsSync(left)))
      cell.giveChild(next)
    },
  },
]

async function launchAndClose(child: Killable, options: ReturnType<typeof launchOptions>): Promise<string> {
  const dir = await child.order<string>({ kind: 'launch', options })
  await child.order({ kind: 'close' })
  return existsSync(dir) ? `${dir} is there although its driver was closed` : 'it is there'
}
