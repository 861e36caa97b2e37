import { parseOptions, UsageError, wantsHelp } from '../../codegen/cli/command.ts'
import type { JobPlan } from './run.ts'

const MEDIA = ['auto', 'native', 'dgram'] as const
const SECONDS_MAX = 3600
const RATE_MAX = 1_000_000
const LOSS_MAX = 20
const SEED_MAX = 2 ** 31 - 1

export const JOB_HELP: string = `Usage: npm start -- [options]

Sends market data from a publisher to a subscriber, over UDP that loses datagrams, and proves that all
of it arrived. Runs for about 8 seconds.

Options:
  --seconds <s>       length of each of the two measured phases; default 3
  --rate <n>          messages per second in the second, paced phase; default 10000
  --loss <percent>    datagrams that are dropped; default 2, at most ${LOSS_MAX}
  --seed <n>          which ones; default 1
  --media <name>      auto (default): native sockets where they can be had, else those of Node; native; dgram
  --subscription <p>  further parameters of the subscriber's channel: with reliable=false gaps are not
                      repaired, and the job fails
  -h, --help          print this

Exit codes: 0 everything arrived once, in order and unchanged; 1 it did not, or could not be sent;
2 wrong usage; 130 interrupted.
`

/**
 * @returns undefined when help is asked for
 * @throws UsageError
 */
export function jobOptions(args: readonly string[]): JobPlan | undefined {
  if (wantsHelp(args)) return undefined
  const { values } = parseOptions({
    args: [...args],
    options: {
      seconds: { type: 'string', default: '3' },
      rate: { type: 'string', default: '10000' },
      loss: { type: 'string', default: '2' },
      seed: { type: 'string', default: '1' },
      media: { type: 'string', default: 'auto' },
      subscription: { type: 'string' },
    },
  })
  const media = MEDIA.find((name) => name === values.media)
  if (media === undefined) throw new UsageError(`--media: "${values.media}" is none of ${MEDIA.join(', ')}.`)
  return {
    seconds: numberOf('--seconds', values.seconds, 0.1, SECONDS_MAX),
    rate: numberOf('--rate', values.rate, 1, RATE_MAX),
    loss: numberOf('--loss', values.loss, 0, LOSS_MAX) / 100,
    seed: integerOf('--seed', values.seed, 0, SEED_MAX),
    media,
    subscription: values.subscription,
  }
}

function integerOf(name: string, text: string, min: number, max: number): number {
  const value = numberOf(name, text, min, max)
  if (!Number.isInteger(value)) throw new UsageError(`${name}: "${text}" is not a whole number.`)
  return value
}

function numberOf(name: string, text: string, min: number, max: number): number {
  const value = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : NaN
  if (value >= min && value <= max) return value
  throw new UsageError(`${name}: "${text}" is not a number from ${min} to ${max}.`)
}
