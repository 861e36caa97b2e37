import { UsageError } from '../../codegen/cli/command.ts'
import { FrameType } from '../../schemas/generated/aeron.wire/index.ts'
import type { FaultRates } from '../media/fault-direction.ts'
import { checkFaultOptions } from '../media/faulty-media.ts'
import type { FaultOptions } from '../media/faulty-media.ts'

const FAULTS = ['loss', 'duplicate', 'reorder', 'delay', 'corrupt', 'truncate'] as const

type FaultName = (typeof FAULTS)[number]

export const FAULT_OPTIONS = {
  'loss': { type: 'string' },
  'duplicate': { type: 'string' },
  'reorder': { type: 'string' },
  'delay': { type: 'string' },
  'corrupt': { type: 'string' },
  'truncate': { type: 'string' },
  'receive-loss': { type: 'string' },
  'send-loss': { type: 'string' },
  'send-duplicate': { type: 'string' },
  'send-reorder': { type: 'string' },
  'send-delay': { type: 'string' },
  'send-corrupt': { type: 'string' },
  'send-truncate': { type: 'string' },
  'fault-frames': { type: 'string' },
  'loss-seed': { type: 'string' },
} as const

export const FAULT_HELP: string = `\
  --loss <rate>         lose datagrams that arrive, such as 0.05 or 5%; also --receive-loss
  --duplicate, --reorder, --delay, --corrupt, --truncate <rate>
                        what else may befall datagrams that arrive
  --send-loss, --send-duplicate, --send-reorder, --send-delay, --send-corrupt, --send-truncate <rate>
                        the same for those that are sent
  --fault-frames <t,..> only datagrams that begin with such a frame: DATA, SETUP, SM, NAK, ...
  --loss-seed <n>       the same seed and the same datagrams give the same faults; default 0
`

export type FaultValues = Readonly<Partial<Record<keyof typeof FAULT_OPTIONS, string | undefined>>>

/** Faults that the command line asks for; undefined when it asks for none. @throws UsageError */
export function faultOptionsOf(values: FaultValues): FaultOptions | undefined {
  const { 'loss': loss, 'receive-loss': receiveLoss } = values
  if (loss !== undefined && receiveLoss !== undefined) {
    throw new UsageError('--loss and --receive-loss are the same: give one of them.')
  }
  const frameTypes = frameTypesOf(values['fault-frames'])
  const receive = ratesOf({ ...values, loss: loss ?? receiveLoss }, '', frameTypes)
  const send = ratesOf(values, 'send-', frameTypes)
  const seed = seedOf(values['loss-seed'])
  if (receive === undefined && send === undefined) {
    if (seed === undefined && frameTypes === undefined) return undefined
    throw new UsageError('--loss-seed and --fault-frames are for faults: give a rate, such as --loss 0.05.')
  }
  const options = { seed: seed ?? 0, send: send ?? {}, receive: receive ?? {} }
  try {
    checkFaultOptions(options)
  } catch (cause) {
    throw new UsageError(`${cause instanceof Error ? cause.message : String(cause)}.`, { cause })
  }
  return options
}

/** Such as `receive loss 5 %, send corrupt 1 %, seed 7`. */
export function faultsText({ seed = 0, send = {}, receive = {} }: FaultOptions): string {
  const texts = (direction: string, rates: FaultRates): readonly string[] =>
    FAULTS.filter((name) => (rates[name] ?? 0) > 0).map((name) => `${direction} ${name} ${percent(rates[name] ?? 0)}`)
  return [...texts('receive', receive), ...texts('send', send), `seed ${seed}`].join(', ')
}

function percent(rate: number): string {
  return `${Number((rate * 100).toPrecision(6))} %`
}

function ratesOf(
  values: FaultValues, prefix: '' | 'send-', frameTypes: readonly FrameType[] | undefined,
): FaultRates | undefined {
  const rates: Partial<Record<FaultName, number>> = {}
  for (const fault of FAULTS) {
    const text = values[`${prefix}${fault}`]
    if (text !== undefined) rates[fault] = rateOf(`--${prefix}${fault}`, text)
  }
  if (Object.keys(rates).length === 0) return undefined
  return frameTypes === undefined ? rates : { ...rates, frameTypes }
}

function rateOf(name: string, text: string): number {
  const match = /^(\d{1,3}(?:\.\d{1,9})?|\.\d{1,9})(%?)$/.exec(text)
  const rate = match === null ? NaN : Number(match[1]) / (match[2] === '%' ? 100 : 1)
  if (!(rate >= 0 && rate <= 1)) throw new UsageError(`${name}: "${text}" is no rate from 0 to 1, or 0% to 100%.`)
  return rate
}

function seedOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const seed = /^\d{1,15}$/.test(text) ? Number(text) : undefined
  if (seed === undefined) throw new UsageError(`--loss-seed: "${text}" is no whole number.`)
  return seed
}

function frameTypesOf(text: string | undefined): readonly FrameType[] | undefined {
  return text?.split(',').map((name) => {
    const found = Object.entries(FrameType).find(([known]) => known === name.toUpperCase() && known !== 'NULL_VAL')
    if (found !== undefined) return found[1]
    throw new UsageError(`--fault-frames: "${name}" is no type of frame, such as DATA, SETUP, SM or NAK.`)
  })
}
