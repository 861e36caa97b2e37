import * as assert from 'uvu/assert'
import { SystemCounterId } from '../../../../schemas/generated/aeron.memory/index.ts'
import type { Cell } from './cell.ts'
import { COMMAND_CELLS } from './commands.ts'
import { DEATH_CELLS } from './deaths.ts'
import { ONE_DRIVER_CELLS } from './one-driver.ts'
import type { Route } from './routes.ts'
import { ROUTES } from './routes.ts'
import type { Scenario } from './scenarios.ts'
import { SCENARIOS, systemCounter } from './scenarios.ts'

function streamCell(route: Route, { name, parameters, conditions, isSince148, run }: Scenario): Cell {
  return {
    name: `${route.name}: ${name}`,
    ...(isSince148 === undefined ? {} : { isSince148 }),
    async run(world) {
      const ends = await route.open(world, parameters, (kind) => conditions?.[kind] ?? 'sound')
      await run(ends)
      for (const client of [ends.from, ends.to]) {
        assert.is(await systemCounter(client, SystemCounterId.INVALID_PACKETS), 0)
      }
      const sound = conditions === undefined ? ends.drivers : []
      for (const driver of sound) assert.equal(await driver.peer.errors(driver), [])
      await ends.from.close()
      await ends.to.close()
    },
  }
}

const STREAM_CELLS: readonly Cell[] = ROUTES.flatMap((route) =>
  SCENARIOS.filter(({ isForNetwork }) => isForNetwork === undefined || route.isNetwork).map((scenario) =>
    streamCell(route, scenario)))

/** The whole matrix. */
export const CELLS: readonly Cell[] = [...STREAM_CELLS, ...ONE_DRIVER_CELLS, ...COMMAND_CELLS, ...DEATH_CELLS]
