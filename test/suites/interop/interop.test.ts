/** Our drivers and clients with those of the reference implementation, in its newest version and in an old one. */
import { suite } from '../../support/suite.ts'
import { CELLS } from './cells/index.ts'
import { World } from './cells/world.ts'
import type { ReferenceName } from './peers.ts'
import { Reference, REFERENCE_VERSIONS, removeLeftovers } from './peers.ts'

const NAMES = Object.keys(REFERENCE_VERSIONS) as readonly ReferenceName[]

/** Runs those tests only whose name matches. */
const ONLY_VARIABLE = 'GODWIT_INTEROP_ONLY'
const only = new RegExp(process.env[ONLY_VARIABLE] ?? '')

const test = suite('interop', { timeoutMs: 120_000 })
const worlds = new Map<ReferenceName, World>()

test.before(async () => {
  removeLeftovers()
  for (const name of NAMES) {
    const reference = await Reference.fetch(name)
    process.stdout.write(`${name}: aeron-all ${reference.version}\n`)
    worlds.set(name, new World(reference))
  }
})

test.after(async () => {
  for (const world of worlds.values()) await world.close()
})

for (const name of NAMES) {
  for (const cell of CELLS) {
    if (cell.isSince148 === true && name === 'old') continue
    const title = `${cell.name} (${name})`
    if (only.test(title)) test(title, () => cell.run(worlds.get(name)!))
  }
}

test.run()
