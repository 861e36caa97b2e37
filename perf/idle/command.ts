import { cpus, loadavg, release, type } from 'node:os'
import type { WaitStrategyName } from '../../client/conductor/wait-strategy.ts'
import type { Command } from '../../codegen/cli/command.ts'
import { EXIT_OK, parseOptions, wantsHelp } from '../../codegen/cli/command.ts'
import { packageVersion } from '../../client/version.ts'
import { choiceOf, numberOf } from '../../codegen/cli/option-values.ts'
import { DRIVER_OPTIONS, driverChoice } from '../cli/driver-choice.ts'
import { driverText, UNKNOWN } from '../cli/environment.ts'
import type { IdleUsage } from './cpu.ts'
import { measureIdleUsage } from './cpu.ts'
import type { IdlePlan } from './plan.ts'
import type { Spread } from './spread.ts'
import type { WakeUps } from './wake-up.ts'
import { measureWakeUps } from './wake-up.ts'

const DRIVERS = ['embedded', 'process'] as const
const STRATEGIES: readonly WaitStrategyName[] = ['spin', 'backoff', 'sleep']

const SECONDS_MIN = 0.1
const SECONDS_MAX = 600
const WARM_UP_SECONDS_DEFAULT = 3
const SEED_MAX = 2 ** 31 - 1

const HELP = `Usage: godwit perf idle [options]

Measures what a driver costs that has nothing to do, and how fast those wake up who wait.

First the processor time of a driver and a client in this process, connected, with one publication and one
subscription over UDP that carry nothing, in windows of a second. Then, for each waiting strategy of the
client and over IPC and UDP: messages one by one after pauses of 5 to 50 ms, published with "await publish"
in one thread and awaited with "for await" in another.

Options:
  --seconds <s>       length of each of these measurements; default 5
  --warm-up <s>       before the first; default ${WARM_UP_SECONDS_DEFAULT}
  --driver <kind>     embedded (default): in this process; process: in one of its own, whose processor time
                      is that of the driver then
  --dir <folder>      the directory of a driver that runs already, instead of starting one
  --threading <mode>  threads of the driver: SHARED (default; embedded), SHARED_NETWORK, DEDICATED (default
                      of process)
  --media <name>      auto (default), native, dgram
  --idle <strategy>   one waiting strategy (${STRATEGIES.join(', ')}) or all (default) or none
  --seed <n>          of the pauses; default 1
  --json              print one JSON document instead of text
  -h, --help          print this

Exit codes: 0 measured, 1 not, 2 wrong usage.
`

/** The command `godwit perf idle`. */
export const idle: Command = async (args, output) => {
  if (wantsHelp(args)) {
    output.out(HELP)
    return EXIT_OK
  }
  const { plan, json } = idleOptions(args)
  const environment = environmentOf()
  const usage = await measureIdleUsage(plan)
  const wakeUps = plan.strategies.length === 0 ? [] : await measureWakeUps(plan)
  output.out(json
    ? `${JSON.stringify({ measurement: 'idle', ...usage, wakeUps, plan, environment }, null, 2)}\n`
    : `${environmentText(plan, environment)}\n\n${usageText(plan, usage)}\n${wakeUpsText(wakeUps)}`)
  return EXIT_OK
}

/** @throws UsageError */
export function idleOptions(args: readonly string[]): { readonly plan: IdlePlan; readonly json: boolean } {
  const { values } = parseOptions({
    args: [...args],
    options: {
      'seconds': { type: 'string', default: '5' },
      'warm-up': { type: 'string', default: String(WARM_UP_SECONDS_DEFAULT) },
      ...DRIVER_OPTIONS,
      'idle': { type: 'string', default: 'all' },
      'seed': { type: 'string', default: '1' },
      'json': { type: 'boolean', default: false },
    },
  })
  const strategy = choiceOf('--idle', values.idle, ['all', 'none', ...STRATEGIES])
  return {
    plan: {
      ...driverChoice(values, DRIVERS),
      seconds: numberOf('--seconds', values.seconds, SECONDS_MIN, SECONDS_MAX),
      warmUpSeconds: numberOf('--warm-up', values['warm-up'], 0, SECONDS_MAX),
      strategies: strategy === 'all' ? STRATEGIES : STRATEGIES.filter((name) => name === strategy),
      seed: Math.floor(numberOf('--seed', values.seed, 0, SEED_MAX)),
    },
    json: values.json,
  }
}

interface Environment {
  readonly godwit: string
  readonly node: string
  readonly cpu: string
  readonly cores: number
  /** Average of the last minute, before the run. */
  readonly load: number
  readonly kernel: string
}

function environmentOf(): Environment {
  const processors = cpus()
  return {
    godwit: packageVersion(),
    node: process.versions.node,
    cpu: processors[0]?.model ?? 'unknown',
    cores: processors.length,
    load: Math.round((loadavg()[0] ?? 0) * 100) / 100,
    kernel: `${type()} ${release()}`,
  }
}

function environmentText(plan: IdlePlan, environment: Environment): string {
  const { godwit, node, cpu, cores, load, kernel } = environment
  const { threading = UNKNOWN, media = UNKNOWN } = plan
  return [
    `godwit ${godwit}, Node ${node}, ${cpu}, ${cores} cores, load ${load}, ${kernel}`,
    `driver ${driverText(plan)}, threading ${threading}, media ${media}`,
  ].join('\n')
}

function usageText({ driver }: IdlePlan, { processPercent, threads }: IdleUsage): string {
  const lines = ['without anything to do: percent of one core, waits per second; median (least to most)']
  const isApart = driver !== 'embedded'
  lines.push(`  ${(isApart ? 'this process' : 'process').padEnd(14)}  ${spreadText(processPercent, 2)}`)
  if (threads !== undefined) {
    const { driverPercent, driverWaitsPerSecond, clientPercent, clientWaitsPerSecond } = threads
    const name = `driver ${isApart ? 'process' : 'threads'}`
    lines.push(`  ${name}  ${spreadText(driverPercent, 2)}  ${spreadText(driverWaitsPerSecond, 0)}`)
    lines.push(`  client thread   ${spreadText(clientPercent, 2)}  ${spreadText(clientWaitsPerSecond, 0)}`)
  }
  return `${lines.join('\n')}\n`
}

function wakeUpsText(wakeUps: readonly WakeUps[]): string {
  if (wakeUps.length === 0) return ''
  const cells = (values: readonly string[]): string => values.map((value) => value.padStart(10)).join('')
  const lines = [
    'wake-ups, microseconds: publish to the body of for await, and await publish; percent of a core for waiting',
    `  ${' '.repeat(12)}${cells(['p50', 'p99', 'max', 'publish', 'p99', 'max', 'waiting', 'messages'])}`,
  ]
  for (const { media, strategy, wakeUp, publish, waiterPercent, messages } of wakeUps) {
    const times = [wakeUp, publish].flatMap(({ p50Us, p99Us, maxUs }) => [p50Us, p99Us, maxUs])
      .map((us) => us.toFixed(0))
    const waiting = waiterPercent === undefined ? '-' : waiterPercent.toFixed(2)
    lines.push(`  ${media} ${strategy.padEnd(8)}${cells([...times, waiting, String(messages)])}`)
  }
  return `${lines.join('\n')}\n`
}

function spreadText({ median, min, max }: Spread, digits: number): string {
  return `${median.toFixed(digits).padStart(7)} (${min.toFixed(digits)} to ${max.toFixed(digits)})`
}
