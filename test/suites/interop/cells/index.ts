import * as assert from 'uvu/assert'
import { SystemCounterId } from '../../../../schemas/generated/aeron.memory/index.ts'
import type { Cell } from './cell.ts'
import type { Route } from './routes.ts'
import { ROUTES } from './routes.ts'
import type { Scenario } from './scenarios.ts'
import { SCENARIOS, systemCounter } from './scenarios.ts'
import type { Condition, Kind } from './world.ts'

function streamCell(route: Route, { name, parameters, lossy, hasErrors, isSince148, run }: Scenario): Cell {
  const conditionOf = (kind: Kind): Condition => {
    if (hasErrors === true) return 'refusing'
    return kind === lossy ? 'lossy' : 'sound'
  }
  return {
    name: `${route.name}: ${name}`,
    ...(isSince148 === undefined ? {} : { isSince148 }),
    async run(world) {
      const ends = await route.open(world, parameters, conditionOf)
      await run(ends)
      for (const client of [ends.from, ends.to]) {
        assert.is(await systemCounter(client, SystemCounterId.INVALID_PACKETS), 0)
      }
      if (hasErrors !== true) for (const driver of ends.drivers) assert.equal(await driver.peer.errors(driver), [])
      await ends.from.close()
      await ends.to.close()
    },
  }
}

function goes(route: Route, { lossy }: Scenario): boolean {
  return lossy === undefined || route.isNetwork
}

/** The whole matrix. */
export const CELLS: readonly Cell[] = ROUTES.flatMap((route) =>
  SCENARIOS.filter((scenario) => goes(route, scenario)).map((scenario) => streamCell(route, scenario)))
