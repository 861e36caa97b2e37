/**
 * `npm run bench:sbe`: generated codecs beside other serialisation libraries, with the same values, in one run.
 *
 *     npm run bench:sbe
 *     npm run bench:sbe -- --message car --contender godwit --contender protobufjs
 *     npm run bench:sbe -- --json                    for programs
 */
import { availableParallelism, cpus, loadavg } from 'node:os'
import { fileURLToPath } from 'node:url'
import { versionOf } from '../bench/children.ts'
import { maximum, median, minimum } from '../bench/statistics.ts'
import { CONTENDERS } from './contenders/index.ts'
import { MESSAGES } from './contender.ts'
import type { Message } from './contender.ts'
import { execute } from './execute.ts'
import type { Measurement } from './measurement.ts'
import { parseBenchOptions, USAGE } from './options.ts'
import type { BenchOptions } from './options.ts'
import { peerVersions, preparePeers } from './peers.ts'
import { bookUpdateChecksum, bookUpdateNumbers } from './records/book-update.ts'
import { carChecksum, carNumbers } from './records/car.ts'
import { missingForReference, Reference } from './reference.ts'
import { formatTable } from './report.ts'
import type { Result, Spread } from './report.ts'

const CHILD_TIME_BOX_MS = 120_000
const WORKER = fileURLToPath(new URL('./worker.js', import.meta.url))

/** Measures one contender with one message in a process of its own. */
type Measure = (message: Message, rounds: number) => Promise<Measurement>

interface Entrant {
  readonly name: string
  readonly note: string
  readonly messages: readonly Message[]
  readonly measure: Measure
}

const EXPECTED: Readonly<Record<Message, number>> = {
  'book-update': bookUpdateChecksum(bookUpdateNumbers()),
  'car': carChecksum(carNumbers()),
}

function ownEntrants({ node, contenders }: BenchOptions): readonly Entrant[] {
  return CONTENDERS.filter(({ name }) => contenders.includes(name)).map(({ name, note, module, messages }) => ({
    name,
    note,
    messages,
    measure: async (message, rounds) => {
      const args = [WORKER, module, name, message, String(rounds)]
      return JSON.parse(await execute(node, args, { timeoutMs: CHILD_TIME_BOX_MS })) as Measurement
    },
  }))
}

function referenceEntrants(reference: Reference): readonly Entrant[] {
  const entrant = (name: string, text: 'strings' | 'bytes', messages: readonly Message[]): Entrant => ({
    name,
    note: `codecs of the reference, ${reference.version}, without bounds checks, text as ${text}`,
    messages,
    measure: (message, rounds) => reference.measure(message, text, rounds),
  })
  return [entrant('java', 'strings', MESSAGES), entrant('java-text-bytes', 'bytes', ['car'])]
}

function spread(passes: readonly (readonly number[])[]): Spread {
  const all = passes.flat()
  return { median: median(all), min: minimum(all), max: maximum(all) }
}

/** Goes through all entrants once per pass, so that what the machine does meanwhile does not hit one of them alone. */
async function measureAll(
  entrants: readonly Entrant[],
  { messages, passes, rounds }: BenchOptions,
  progress: (text: string) => void,
): Promise<readonly Result[]> {
  const taken = new Map<string, Measurement[]>()
  const pairs = messages.flatMap((message) =>
    entrants.filter((entrant) => entrant.messages.includes(message)).map((entrant) => ({ message, entrant })))
  for (let pass = 1; pass <= passes; pass++) {
    for (const { message, entrant } of pairs) {
      progress(`pass ${pass} of ${passes}: ${message}, ${entrant.name}`)
      const measurement = await entrant.measure(message, rounds)
      if (measurement.checksum !== EXPECTED[message]) {
        throw new Error(`${entrant.name} decodes ${message} to ${measurement.checksum}, expected ${EXPECTED[message]}`)
      }
      const key = `${message} ${entrant.name}`
      taken.set(key, [...(taken.get(key) ?? []), measurement])
    }
  }
  return pairs.map(({ message, entrant: { name, note } }) => {
    const measurements = taken.get(`${message} ${name}`) ?? []
    return {
      message,
      contender: name,
      note,
      messageBytes: measurements[0]?.messageBytes ?? NaN,
      encodeNs: spread(measurements.map(({ encodeNs }) => encodeNs)),
      decodeNs: spread(measurements.map(({ decodeNs }) => decodeNs)),
    }
  })
}

async function compare(options: BenchOptions): Promise<void> {
  const progress = (text: string): void => void process.stderr.write(`${text}\n`)
  const wantsPeers = CONTENDERS.some(({ name, isPeer }) => isPeer && options.contenders.includes(name))
  if (wantsPeers) await preparePeers(progress)
  const missing = options.java ? await missingForReference() : 'it was not asked for'
  const reference = missing === undefined ? await Reference.build(progress) : undefined
  try {
    const entrants = [...ownEntrants(options), ...(reference === undefined ? [] : referenceEntrants(reference))]
    const machine = {
      ...await versionOf(options.node),
      cpu: cpus()[0]?.model.trim() ?? 'unknown',
      cores: availableParallelism(),
      load: Number(loadavg()[0]?.toFixed(1)),
    }
    const results = await measureAll(entrants, options, progress)
    const versions = { ...(wantsPeers ? peerVersions() : {}), ...(reference && { 'sbe-all': reference.version }) }
    const { passes, rounds } = options
    if (options.json) console.log(JSON.stringify({ machine, versions, passes, rounds, missing, results }, undefined, 2))
    else console.log(formatTable({ machine, versions, passes, rounds, missing, results }))
  } finally {
    reference?.close()
  }
}

const parsed = parseBenchOptions(process.argv.slice(2))
if (parsed === 'help') process.stdout.write(USAGE)
else if (typeof parsed === 'string') {
  process.stderr.write(`npm run bench:sbe: ${parsed}\n`)
  process.exitCode = 2
} else {
  await compare(parsed).catch((error: unknown) => {
    process.stderr.write(`npm run bench:sbe: ${error instanceof Error ? error.message : String(error)}\n`)
    process.exitCode = 1
  })
}
