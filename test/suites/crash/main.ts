/**
 * Kills drivers and clients at random moments, in rounds, and looks what the others make of it:
 * `node dist/test/suites/crash/main.js [--rounds N] [--seed S] [--round N] [--kind TEXT]`. `--round` runs one round
 * only, 0 is the one with the default timeouts; `--kind` those whose name has the text. The last line is
 * `N passed, N failed, N skipped`, of rounds.
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
import { DEFAULT_ROUND } from './default-round.ts'
import { DRIVER_ROUNDS } from './driver-rounds.ts'
import { freeUdpPort } from './free-port.ts'
import { livingChildren, Pool } from './killable.ts'
import { ProgressFile } from './progress-file.ts'
import type { RoundKind } from './round.ts'
import { DEFAULT, SHORT } from './settings.ts'
import type { Timing } from './settings.ts'
import { Tally } from './tally.ts'

const DEFAULT_ROUNDS = 200
/** As many at a time as leave the machine room for what happens in them. */
const CELLS = 2
const SPARES = 4
/** Then something is broken for good. */
const FAILURES_MAX = 10
const ROUNDS_PER_REPORT = 25
/** Exit codes after signals, as shells have them. */
const SIGNALS = { SIGINT: 130, SIGTERM: 143 } as const

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: String(DEFAULT_ROUNDS) },
    seed: { type: 'string', default: commitSeed },
    round: { type: 'string' },
    kind: { type: 'string', default: '' },
  },
})
const { seed } = values
const rounds = numberOf('rounds', values.rounds)
const kinds = [...CLIENT_ROUNDS, ...DRIVER_ROUNDS].filter(({ name }) => name.includes(values.kind))
const drawn = kinds.flatMap((kind) => Array<RoundKind>(kind.weight).fill(kind))

const sharedMemory = dirname(defaultDirectory({}))
const folder = join(sharedMemory, `godwit-crash-${process.pid}`)
mkdirSync(folder)
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
for (const [signal, code] of Object.entries(SIGNALS)) process.once(signal, () => process.exit(code))
const progressPath = join(scratchFolder('crash'), 'progress')
const progress = new ProgressFile(progressPath, 'create')
const pool = new Pool(SPARES)
const tally = new Tally()
let lastKey = 0
let lastRound = 0
let lastCell = 0

function numberOf(name: string, text: string): number {
  const number = Number(text)
  if (!Number.isInteger(number) || number < 0) throw new Error(`--${name}: ${text} is no whole number`)
  return number
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

async function newCell(timing: Timing): Promise<Cell> {
  const udpPort = await freeUdpPort()
  const dir = join(folder, `driver-${++lastCell}`)
  return new Cell({ dir, timing, udpPort, pool, progress, progressPath, nextKey: () => ++lastKey, tally })
}

/** Returns whether the cell can be used for more. */
async function runRound(cell: Cell, round: number, random: Random, kind: RoundKind): Promise<boolean> {
  const startMs = performance.now()
  let failure: string | undefined
  try {
    await cell.begin(random)
    await kind.run(cell, random)
    await cell.settle()
  } catch (error) {
    failure = error instanceof Error ? error.message : String(error)
  }
  tally.addRound(kind.name, performance.now() - startMs, failure !== undefined)
  if (failure === undefined) return true
  say(`FAILED round ${round}, ${kind.name} (${cell.describe()}): ${failure}`)
  say(`  repeat: node dist/test/suites/crash/main.js --seed ${seed} --round ${round}`)
  await cell.close()
  cell.clear()
  return false
}

/** Runs rounds one after the other, as long as there are any. */
async function runRounds(timing: Timing, nextRound: () => number | undefined): Promise<void> {
  let cell = await newCell(timing)
  let isWhole = false
  for (let round = nextRound(); round !== undefined; round = nextRound()) {
    const random = new Random(`${seed}/crash/${round}`)
    isWhole = await runRound(cell, round, random, round === 0 ? DEFAULT_ROUND : random.pick(drawn))
    if (!isWhole) cell = await newCell(timing)
    if (round > 0 && round % ROUNDS_PER_REPORT === 0) {
      say(`${round} of ${rounds} rounds after ${(performance.now() / 1000).toFixed(0)} s`)
    }
  }
  if (!isWhole) return
  const random = new Random(`${seed}/crash/end`)
  try {
    await cell.begin(random)
    await cell.end(random)
  } catch (error) {
    findings.push(`at the end: ${String(error)}`)
    await cell.close()
  }
}

/** Rounds from a common counter. */
function nextRound(): number | undefined {
  return lastRound < rounds && tally.failed < FAILURES_MAX ? ++lastRound : undefined
}

function once(round: number): () => number | undefined {
  let isDone = false
  return () => {
    if (isDone) return undefined
    isDone = true
    return round
  }
}

const findings: string[] = []
say(`seed ${seed}`)
if (values.round !== undefined) {
  const round = numberOf('round', values.round)
  await runRounds(round === 0 ? DEFAULT : SHORT, once(round))
} else {
  const cells = Array.from({ length: CELLS }, () => runRounds(SHORT, nextRound))
  if (values.kind === '') cells.push(runRounds(DEFAULT, once(0)))
  await Promise.all(cells)
}
await pool.close()
progress.close()

if (livingChildren() > 0) findings.push(`${livingChildren()} processes are left`)
const left = readdirSync(sharedMemory).filter((name) => pool.pids.has(Number(/^godwit-\w+-(\d+)-/.exec(name)?.[1])))
left.push(...readdirSync(folder))
if (left.length > 0) findings.push(`in ${sharedMemory} there is left: ${left.join(', ')}`)
for (const line of [...tally.lines(), ...findings.map((finding) => `FAILED ${finding}`)]) say(line)
const failed = tally.failed + findings.length
say(formatSummary({ passed: tally.rounds - tally.failed, failed, skipped: 0 }))
process.exitCode = failed === 0 ? 0 : 1
