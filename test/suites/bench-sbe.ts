/**
 * Codecs beside other serialisation libraries in one run, on this Node and on the newest: that all of them can be
 * measured, give back what went in, and how many times faster godwit is than protobufjs. Absolute times are not judged.
 */
import { fileURLToPath } from 'node:url'
import { CONTENDERS } from '../../perf/sbe/contenders/index.ts'
import { runChildOk } from '../support/child.ts'
import { installNewestNode } from '../support/newest-node.ts'
import { scratchFolder } from '../support/scratch.ts'
import { formatSummary } from '../support/summary.ts'

const BENCH = fileURLToPath(new URL('../../perf/sbe/main.js', import.meta.url))
const RUN_TIME_BOX_MS = 150_000
/** Other work on the machine can spoil a measurement, but not several in a row. */
const ATTEMPTS = 3
/** What the market-data message must reach against the faster way of using protobufjs. */
const TIMES_FASTER_MIN = 10
/** V8 reads two words of 32 bits slower since Node 22; docs/perf.md has the figures. */
const TIMES_FASTER_MIN_DECODING_NEWEST = 6

interface Result {
  readonly message: string
  readonly contender: string
  readonly messageBytes: number
  readonly encodeNs: { readonly median: number }
  readonly decodeNs: { readonly median: number }
}

async function compare(node: string, options: readonly string[]): Promise<readonly Result[]> {
  const args = [BENCH, '--json', '--passes', '1', '--rounds', '3', '--node', node, ...options]
  const { stdout } = await runChildOk(process.execPath, args, { timeoutMs: RUN_TIME_BOX_MS })
  return (JSON.parse(stdout) as { readonly results: readonly Result[] }).results
}

let passed = 0
let failed = 0

function check(name: string, complaint: string | undefined): void {
  console.log(complaint === undefined ? `  ok      ${name}` : `  not ok  ${name}: ${complaint}`)
  if (complaint === undefined) passed++
  else failed++
}

function checkPresence(results: readonly Result[], names: readonly string[]): void {
  for (const name of names) {
    const messages = results.filter(({ contender }) => contender === name)
    const isMeasured = messages.every(({ encodeNs, decodeNs }) => encodeNs.median > 0 && decodeNs.median > 0)
    const isText = name.endsWith('-text-bytes')
    check(`${name} is measured`, isMeasured && messages.length === (isText ? 1 : 2) ? undefined : 'it is not')
  }
  for (const message of ['book-update', 'car']) {
    const lengths = new Set(results.filter((one) => one.message === message && /^(?:godwit|java)/.test(one.contender))
      .map(({ messageBytes }) => messageBytes))
    check(`all SBE codecs make ${message} of one length`, lengths.size === 1 ? undefined : [...lengths].join(', '))
  }
}

/** Compares the market-data message until it is fast enough, a few times at most. */
async function checkSpeed(node: string, first: readonly Result[], decodeMin: number): Promise<void> {
  let results = first
  for (let attempt = 1; ; attempt++) {
    const [own, peer] = ['godwit', 'protobufjs'].map((name) =>
      results.find(({ message, contender }) => message === 'book-update' && contender === name))
    const encode = (peer?.encodeNs.median ?? NaN) / (own?.encodeNs.median ?? NaN)
    const decode = (peer?.decodeNs.median ?? NaN) / (own?.decodeNs.median ?? NaN)
    const isFast = encode >= TIMES_FASTER_MIN && decode >= decodeMin
    if (!isFast && attempt < ATTEMPTS) {
      const sides = ['--contender', 'godwit', '--contender', 'protobufjs']
      results = await compare(node, ['--no-java', '--message', 'book-update', ...sides])
      continue
    }
    const reached = `encodes ${encode.toFixed(1)} and decodes ${decode.toFixed(1)} times as fast as protobufjs`
    const complaint = isFast ? undefined : `expected at least ${TIMES_FASTER_MIN} and ${decodeMin}`
    check(`book-update ${reached}`, complaint)
    return
  }
}

const newest = await installNewestNode(scratchFolder('node'))
for (const node of [process.execPath, newest]) {
  const { stdout } = await runChildOk(node, ['--version'], { timeoutMs: 10_000 })
  console.log(`Node ${stdout.trim()}`)
  const withJava = node !== newest
  const results = await compare(node, withJava ? [] : ['--no-java'])
  const names = CONTENDERS.map(({ name }) => name)
  checkPresence(results, withJava ? [...names, 'java', 'java-text-bytes'] : names)
  await checkSpeed(node, results, withJava ? TIMES_FASTER_MIN : TIMES_FASTER_MIN_DECODING_NEWEST)
}
console.log(`\n${formatSummary({ passed, failed, skipped: 0 })}`)
process.exitCode = failed === 0 ? 0 : 1
