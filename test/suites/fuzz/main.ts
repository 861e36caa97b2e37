/**
 * Attacks generated codecs with malformed messages, and the compiler with mutated schemas, for a fixed time:
 * `node dist/test/suites/fuzz/main.js`. The seed decides what each case is; the time, how many there are. The last
 * line is `N passed, N failed, N skipped`, where each of what is attacked counts once.
 */
import { buildCodecSets } from '../../support/hostile/codec-sets.ts'
import { OWN_SOURCES, VECTOR_SOURCES } from '../../support/hostile/schemas.ts'
import { seed, SEED_VARIABLE } from '../../support/seed.ts'
import { formatSummary } from '../../support/summary.ts'
import { vectorsPresent } from '../../support/vectors.ts'
import { CodecTarget } from './codec-target.ts'
import { SCHEMA_TARGET } from './protocol.ts'
import { buildSamples, pickSamples, sampleIndex } from './samples.ts'
import { SchemaTarget } from './schema-target.ts'
import type { Finding, WorkerResult } from './watched-worker.ts'
import { runWorker } from './watched-worker.ts'

/** Seconds that cases are run for. */
const TIME_VARIABLE = 'GODWIT_FUZZ_SECONDS'
const DEFAULT_SECONDS = 60
/** Runs one case only, such as `schema:17`, and shows where it fails. */
const CASE_VARIABLE = 'GODWIT_FUZZ_CASE'

/** Share of the time for the compiler and the codecs of known schemas; the rest is for codecs of mutated ones. */
const FIRST_SHARE = 0.65
const SAMPLES = 60
const MAX_TEXT_LENGTH = 500

const SOURCES = [...OWN_SOURCES, ...VECTOR_SOURCES]

async function repeatCase(name: string): Promise<void> {
  const [, target = '', index = ''] = /^(.+):(\d+)$/.exec(name) ?? []
  if (target === SCHEMA_TARGET) {
    const schemas = new SchemaTarget()
    const schema = schemas.schemaOf(Number(index))
    process.stdout.write(`${typeof schema === 'string' ? schema : Buffer.from(schema).toString('latin1')}\n`)
    schemas.run(Number(index))
    return
  }
  const sample = sampleIndex(target)
  const { codecs, findings } = sample === undefined
    ? { codecs: await buildCodecSets(SOURCES.filter((source) => source.name === target)), findings: [] }
    : await buildSamples([sample])
  const [finding] = findings
  if (finding !== undefined) throw new Error(finding.text)
  const [built] = codecs
  if (built === undefined) throw new Error(`${CASE_VARIABLE}: there is no case ${name}`)
  const codecTarget = await CodecTarget.load(built)
  codecTarget.run(Number(index))
}

function report({ target, index, text }: Finding): void {
  const repeat = `${SEED_VARIABLE}=${seed} ${CASE_VARIABLE}=${target}:${index} node dist/test/suites/fuzz/main.js`
  process.stdout.write(`FAILED ${target}:${index}: ${text.slice(0, MAX_TEXT_LENGTH)}\n  repeat: ${repeat}\n`)
}

function tell(what: string, { executions, perSecond }: WorkerResult): void {
  process.stdout.write(`${what}: ${executions} cases, ${perSecond.toFixed(0)} per second\n`)
}

async function fuzz(seconds: number): Promise<void> {
  process.stdout.write(`${SEED_VARIABLE}=${seed}, ${TIME_VARIABLE}=${seconds}\n`)
  if (!vectorsPresent) process.stdout.write('SKIPPED published schemas (no ../shared/vectors)\n')
  const known = await buildCodecSets(SOURCES)
  const firstMs = seconds * 1000 * FIRST_SHARE
  const [schemas, codecs] = await Promise.all([runWorker([], firstMs), runWorker(known, firstMs)])
  tell('mutated schemas', schemas)
  process.stdout.write(`${schemas.accepted.length} of the mutated schemas were accepted\n`)
  tell(`codecs of ${known.length} schemas`, codecs)

  const samples = await buildSamples(pickSamples(schemas.accepted, SAMPLES))
  const half = Math.ceil(samples.codecs.length / 2)
  const halves = [samples.codecs.slice(0, half), samples.codecs.slice(half)].filter(({ length }) => length > 0)
  const secondMs = seconds * 1000 * (1 - FIRST_SHARE)
  const results = await Promise.all(halves.map((part) => runWorker(part, secondMs)))
  for (const result of results) tell('codecs of mutated schemas', result)

  const all = [schemas, codecs, samples, ...results].flatMap(({ findings }) => findings)
  all.forEach(report)
  const targets = new Set([SCHEMA_TARGET, ...known.map(({ name }) => name), ...samples.codecs.map(({ name }) => name)])
  const failed = new Set(all.map(({ target }) => target))
  const passed = [...targets].filter((target) => !failed.has(target)).length
  // Samples are what the second part is about: without them it has shown nothing.
  const missing = samples.codecs.length === 0 ? 1 : 0
  const summary = { passed, failed: failed.size + missing, skipped: vectorsPresent ? 0 : 1 }
  process.stdout.write(`${formatSummary(summary)}\n`)
  process.exitCode = summary.failed === 0 ? 0 : 1
}

const wanted = process.env[CASE_VARIABLE]
const seconds = Number(process.env[TIME_VARIABLE] ?? DEFAULT_SECONDS)
if (!(seconds > 0)) throw new Error(`${TIME_VARIABLE} must be a positive number: ${process.env[TIME_VARIABLE]}`)
if (wanted === undefined) await fuzz(seconds)
else await repeatCase(wanted)
