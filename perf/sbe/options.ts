/** The command line of `npm run bench:sbe`. */
import { parseArgs } from 'node:util'
import { CONTENDERS } from './contenders/index.ts'
import { MESSAGES } from './contender.ts'
import type { Message } from './contender.ts'

const DEFAULT_PASSES = 3
const DEFAULT_ROUNDS = 5
const COUNT_MAX = 1000

export const USAGE: string = `Usage: npm run bench:sbe -- [options]

Times generated codecs and other serialisation libraries with the same values, each in processes of its own.
The other libraries are installed into perf/peers when they are first needed.

Options:
  --message <name>     ${MESSAGES.join(' or ')} (default: both); can be repeated
  --contender <name>   one of those below (default: all); can be repeated
  --passes <n>         times that all contenders are gone through (default: ${DEFAULT_PASSES})
  --rounds <n>         rounds of each process (default: ${DEFAULT_ROUNDS})
  --node <path>        Node to measure with (default: this one)
  --no-java            leave the reference implementation out, which is measured where Java and Maven are there
  --json               print JSON
  -h, --help           print this

Contenders:
${CONTENDERS.map(({ name, note }) => `  ${name.padEnd(20)} ${note}`).join('\n')}
`

export interface BenchOptions {
  readonly messages: readonly Message[]
  readonly contenders: readonly string[]
  readonly passes: number
  readonly rounds: number
  readonly node: string
  readonly java: boolean
  readonly json: boolean
}

/** The options, or what is wrong with them. */
export function parseBenchOptions(args: readonly string[]): BenchOptions | 'help' | string {
  try {
    return checked(args)
  } catch (error) {
    if (error instanceof RangeError || error instanceof TypeError) return error.message
    throw error
  }
}

function checked(args: readonly string[]): BenchOptions | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      'message': { type: 'string', multiple: true, default: [...MESSAGES] },
      'contender': { type: 'string', multiple: true, default: CONTENDERS.map(({ name }) => name) },
      'passes': { type: 'string', default: String(DEFAULT_PASSES) },
      'rounds': { type: 'string', default: String(DEFAULT_ROUNDS) },
      'node': { type: 'string', default: process.execPath },
      'no-java': { type: 'boolean', default: false },
      'json': { type: 'boolean', default: false },
      'help': { type: 'boolean', short: 'h', default: false },
    },
  })
  if (values.help) return 'help'
  return {
    messages: values.message.map((name) => oneOf('--message', name, MESSAGES)),
    contenders: values.contender.map((name) => oneOf('--contender', name, CONTENDERS.map((one) => one.name))),
    passes: countOf('--passes', values.passes),
    rounds: countOf('--rounds', values.rounds),
    node: values.node,
    java: !values['no-java'],
    json: values.json,
  }
}

function oneOf<Name extends string>(option: string, given: string, names: readonly Name[]): Name {
  const found = names.find((name) => name === given)
  if (found === undefined) throw new RangeError(`${option} is "${given}", expected one of ${names.join(', ')}`)
  return found
}

function countOf(option: string, given: string): number {
  const count = Number(given)
  if (Number.isInteger(count) && count >= 1 && count <= COUNT_MAX) return count
  throw new RangeError(`${option} is "${given}", expected a whole number from 1 to ${COUNT_MAX}`)
}
