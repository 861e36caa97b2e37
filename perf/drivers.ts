/**
 * Compares drivers of this process with those of another one: runs `godwit perf` for each stream and driver, in turns,
 * and prints tables of the medians for docs/perf.md.
 */
import { execFile } from 'node:child_process'
import { loadavg } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs, promisify } from 'node:util'
import { spreadOf } from './idle/spread.ts'

const PROGRAM = fileURLToPath(new URL('../driver/cli.js', import.meta.url))
const UDP = ['--channel', 'aeron:udp?endpoint=localhost:0'] as const

const DRIVERS: Readonly<Record<string, readonly string[]>> = {
  'embedded, SHARED': ['--driver', 'embedded', '--threading', 'SHARED'],
  'process, SHARED': ['--driver', 'process', '--threading', 'SHARED'],
  'embedded, DEDICATED': ['--driver', 'embedded', '--threading', 'DEDICATED'],
  'process, DEDICATED': ['--driver', 'process', '--threading', 'DEDICATED'],
}

const THROUGHPUTS: Readonly<Record<string, readonly string[]>> = {
  'IPC, 32': ['--length', '32'],
  'IPC, 32, `--claim`': ['--length', '32', '--claim'],
  'IPC, 1,024': ['--length', '1024'],
  'UDP, 32': [...UDP, '--length', '32'],
  'UDP, 1,024': [...UDP, '--length', '1024'],
}

// Threads that spin without a core for each take it from the driver's: what both media can have is compared.
const LATENCIES: Readonly<Record<string, readonly string[]>> = {
  'IPC, busySpin': ['--idle', 'busySpin'],
  'IPC, backoff': ['--idle', 'backoff'],
  'UDP, backoff': [...UDP, '--idle', 'backoff'],
}

/** The figures of a run that go into tables, by their names in its JSON. */
const FIGURES = {
  throughput: { messagesPerSecond: { label: 'M messages/s', divisor: 1e6 } },
  latency: { p50Us: { label: '50 %, us', divisor: 1 }, p99Us: { label: '99 %, us', divisor: 1 } },
} as const

type Kind = keyof typeof FIGURES
type Run = Readonly<Record<string, number>>

const { values } = parseArgs({
  options: {
    'runs': { type: 'string', default: '5' },
    'seconds': { type: 'string', default: '1.2' },
    'warm-up': { type: 'string', default: '0.8' },
  },
})
const roundCount = Number(values.runs)
if (!(roundCount >= 1)) throw new Error(`--runs: "${values.runs}" is not a number of 1 or more`)
const times = ['--seconds', values.seconds, '--warm-up', values['warm-up']]

function print(line: string = ''): void {
  process.stdout.write(`${line}\n`)
}

async function measure(kind: Kind, args: readonly string[]): Promise<Run> {
  const { stdout } = await promisify(execFile)(process.execPath, [PROGRAM, 'perf', kind, ...args, ...times, '--json'])
  return JSON.parse(stdout) as Run
}

async function compare(kind: Kind, streams: Readonly<Record<string, readonly string[]>>): Promise<void> {
  const loads: number[] = []
  const runs = new Map<string, Run[]>()
  for (let round = 0; round < roundCount; round++) {
    for (const [stream, streamArgs] of Object.entries(streams)) {
      for (const [driver, driverArgs] of Object.entries(DRIVERS)) {
        const key = `${stream}|${driver}`
        loads.push(loadavg()[0]!)
        runs.set(key, [...(runs.get(key) ?? []), await measure(kind, [...streamArgs, ...driverArgs])])
      }
    }
  }
  const load = spreadOf(loads)
  print(`\nNode ${process.versions.node}, load ${load.min.toFixed(1)} to ${load.max.toFixed(1)}\n`)
  for (const [name, { label, divisor }] of Object.entries(FIGURES[kind])) {
    print(`| ${label} | ${Object.keys(DRIVERS).join(' | ')} |\n|---|${'---|'.repeat(Object.keys(DRIVERS).length)}`)
    for (const stream of Object.keys(streams)) {
      const cells = Object.keys(DRIVERS).map((driver) => {
        const figures = (runs.get(`${stream}|${driver}`) ?? []).map((run) => run[name]! / divisor)
        const { median, min, max } = spreadOf(figures)
        return `${text(median)} (${text(min)} to ${text(max)})`
      })
      print(`| ${stream} | ${cells.join(' | ')} |`)
    }
    print()
  }
}

function text(value: number): string {
  return value.toLocaleString('en', { maximumSignificantDigits: 3 })
}

await compare('throughput', THROUGHPUTS)
await compare('latency', LATENCIES)
