/**
 * `npm run bench`: generated codecs beside code written by hand for the same messages.
 *
 *     npm run bench                                 all cases
 *     npm run bench -- --case book-update-encode    one of them
 *     npm run bench -- --json                       for programs
 */
import { availableParallelism, cpus, loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { allocationOf, buildFlightCodecs, listCases, speedOf, versionOf } from './children.ts'
import { maximum, median, minimum } from './statistics.ts'

const DEFAULT_ROUNDS = 9

const USAGE = `Usage: npm run bench -- [options]

Times generated codecs and hand-written flyweights for the same messages, in alternating rounds.

Options:
  --case <name>     measure this case only; can be repeated
  --rounds <n>      rounds of both sides (default: ${DEFAULT_ROUNDS})
  --node <path>     Node to measure with (default: this one)
  --json            print JSON
  -h, --help        print this
`

const { values } = parseArgs({
  options: {
    case: { type: 'string', multiple: true },
    rounds: { type: 'string', default: String(DEFAULT_ROUNDS) },
    node: { type: 'string', default: process.execPath },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
})

function spread(numbers: readonly number[]): { median: number; min: number; max: number } {
  return { median: median(numbers), min: minimum(numbers), max: maximum(numbers) }
}

async function measure(): Promise<void> {
  const rounds = Number(values.rounds)
  const codecs = await buildFlightCodecs()
  process.once('exit', codecs.remove)
  const version = await versionOf(values.node)
  const machine = {
    ...version,
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    load: Number(loadavg()[0]?.toFixed(1)),
  }
  if (!values.json) {
    console.log(`Node ${machine.node}, V8 ${machine.v8}, ${machine.cpu}, ${machine.cores} cores, load ${machine.load}`)
    console.log(`${rounds} rounds of each side in turn; nanoseconds per message: median (fastest to slowest round)\n`)
    console.log(`${'case'.padEnd(34)}${'generated'.padStart(24)}${'by hand'.padStart(24)}  ratio  bytes of garbage`)
  }
  const results: object[] = []
  for (const listed of await listCases(values.node, codecs.index)) {
    if (values.case !== undefined && !values.case.includes(listed.name)) continue
    const speed = await speedOf(values.node, codecs.index, listed.name, rounds)
    const ratio = median(speed.generatedNs.map((ns, i) => ns / (speed.handWrittenNs[i] ?? NaN)))
    const allocation = await allocationOf(values.node, codecs.index, listed.name)
    const generated = spread(speed.generatedNs)
    const handWritten = spread(speed.handWrittenNs)
    results.push({ ...listed, generated, handWritten, ratio, allocation })
    if (values.json) continue
    const times = [generated, handWritten].map(({ median: middle, min, max }) =>
      `${middle.toFixed(1)} (${min.toFixed(1)} to ${max.toFixed(1)})`.padStart(24))
    const garbage = `${allocation.generated.toFixed(2)}${listed.allocationFree ? '' : ', values it makes'}`
    console.log(`${listed.name.padEnd(34)}${times.join('')}  ${ratio.toFixed(2).padStart(5)}  ${garbage}`)
  }
  if (values.json) console.log(JSON.stringify({ machine, rounds, results }, undefined, 2))
}

if (values.help) process.stdout.write(USAGE)
else await measure()
