/**
 * Kills drivers and clients at random moments, and looks what the others make of it:
 * `node dist/test/suites/crash/main.js [--rounds N] [--seed S] [--round N]`. The last line is `N passed, N failed,
 * N skipped`, of rounds.
 */
import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { defaultDirectory } from '../../../driver/index.ts'
import { Random } from '../../support/random.ts'
import { scratchFolder } from '../../support/scratch.ts'
import { seed as commitSeed } from '../../support/seed.ts'
import { formatSummary } from '../../support/summary.ts'
import { Cell } from './cell.ts'
import { CLIENT_ROUNDS } from './client-rounds.ts'
import { DRIVER_ROUNDS } from './driver-rounds.ts'
import { freeUdpPort } from './free-port.ts'
import { Pool } from './killable.ts'
import { ProgressFile } from './progress-file.ts'
import type { RoundKind } from './round.ts'
import { Tally } from './tally.ts'

const DEFAULT_ROUNDS = 200
/** As many at a time as leave the machine room for what happens in them. */
const CELLS = 2
const SPARES = 4
/** Then something is broken for good. */
const FAILURES_MAX = 10
const ROUNDS_PER_REPORT = 25

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: String(DEFAULT_ROUNDS) },
    seed: { type: 'string', default: commitSeed },
    round: { type: 'string' },
  },
})
const { seed } = values
const rounds = numberOf('rounds', values.rounds)
const only = values.round === undefined ? undefined : numberOf('round', values.round)

function numberOf(name: string, text: string): number {
  const number = Number(text)
  if (!Number.isInteger(number) || number < 1) throw new Error(`--${name}: ${text} is no number above 0`)
  return number
}

const KINDS: readonly RoundKind[] = [...CLIENT_ROUNDS, ...DRIVER_ROUNDS]
const DRAWN = KINDS.flatMap((kind) => Array<RoundKind>(kind.weight).fill(kind))

const folder = join(dirname(defaultDirectory({})), `godwit-crash-${process.pid}`)
const progressPath = join(scratchFolder('crash'), 'progress')
mkdirSync(folder)
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
const progress = new ProgressFile(progressPath, 'create')
const pool = new Pool(SPARES)
const tally = new Tally()
let lastKey = 0
let lastRound = 0

async function newCell(name: string): Promise<Cell> {
  const nextKey = (): number => ++lastKey
  const udpPort = await freeUdpPort()
  return new Cell({ dir: join(folder, name), udpPort, pool, progress, progressPath, nextKey, tally })
}

/** Returns whether the cell can be used for more. */
async function runRound(cell: Cell, round: number): Promise<boolean> {
  const random = new Random(`${seed}/crash/${round}`)
  const kind = random.pick(DRAWN)
  const startMs = performance.now()
  try {
    await cell.begin(random)
    await kind.run(cell, random)
    await cell.settle()
    tally.addRound(kind.name, performance.now() - startMs, false)
    return true
  } catch (error) {
    tally.addRound(kind.name, performance.now() - startMs, true)
    const text = error instanceof Error ? error.message : String(error)
    const repeat = `node dist/test/suites/crash/main.js --seed ${seed} --round ${round}`
    process.stdout.write(`FAILED round ${round}, ${kind.name} (${cell.describe()}): ${text}\n  repeat: ${repeat}\n`)
    return false
  }
}

async function runCell(name: string): Promise<void> {
  let cell = await newCell(`${name}0`)
  for (let cells = 1; lastRound < rounds && tally.failed < FAILURES_MAX;) {
    const round = ++lastRound
    if (!(await runRound(cell, round))) {
      await cell.close()
      cell = await newCell(`${name}${cells++}`)
    }
    if (round % ROUNDS_PER_REPORT === 0) {
      process.stdout.write(`${round} of ${rounds} rounds after ${(performance.now() / 1000).toFixed(0)} s\n`)
    }
  }
  await cell.close()
}

process.stdout.write(`seed ${seed}\n`)
if (only === undefined) {
  await Promise.all(Array.from({ length: CELLS }, (_none, index) => runCell(String.fromCharCode(97 + index))))
} else {
  const cell = await newCell('a0')
  await runRound(cell, only)
  await cell.close()
}
await pool.close()
progress.close()
for (const line of tally.lines()) process.stdout.write(`${line}\n`)
const left = readdirSync(folder)
process.stdout.write(`${left.length} left\n`)
process.stdout.write(`${formatSummary({ passed: tally.rounds - tally.failed, failed: tally.failed, skipped: 0 })}\n`)
process.exitCode = tally.failed === 0 ? 0 : 1
