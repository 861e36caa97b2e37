import type { Command } from '../../codegen/cli/command.ts'
import { EXIT_OK, parseOptions, UsageError, wantsHelp } from '../../codegen/cli/command.ts'
import { formatCncVersion } from '../../client/memory/cnc.ts'
import { parseInteger32 } from '../../client/protocol/text-values.ts'
import type { DriverIdentity } from '../tools/cnc-file.ts'
import { readCounters } from '../tools/cnc-file.ts'
import { decodeCounterKey } from '../tools/counter-key.ts'
import type { CounterKey } from '../tools/counter-key.ts'
import { COUNTER_TYPE_NAMES, counterTypeOfName, nameOfCounterType } from '../tools/counter-types.ts'
import { DIRECTORY_HELP, DIRECTORY_OPTION, directoryOf, identityText } from './directory.ts'
import { regexpOf, STREAM_FILTER_HELP, STREAM_FILTER_OPTIONS, StreamFilter, withNegativeIds } from './filter.ts'
import { grouped, jsonNumber, linesText, longest, printable } from './text.ts'
import { show, WATCH_HELP, WATCH_OPTIONS, watchOptions } from './watch.ts'
import type { View } from './watch.ts'

const HELP = `Usage: godwit stat [options]

Prints the counters of a driver, its own and those of its clients, from the files in its directory: of a driver of
godwit or of Aeron, alive or dead, or of a snapshot. The driver is not disturbed.

Options:
${DIRECTORY_HELP}${WATCH_HELP}  --type <type>         only of this type, a number or one of
                        ${typeNames()}
                        can be repeated
  --label <regexp>      only those in whose label this is found
${STREAM_FILTER_HELP}  -h, --help            print this

Exit codes: 0 printed, or ended by an interrupt, 1 the files cannot be read, 2 wrong usage.
`

/** Digits of a counter with commas in between: as wide as a 64-bit number can be. */
const VALUE_WIDTH = 26

interface CounterState {
  readonly id: number
  readonly typeId: number
  readonly label: string
  readonly value: bigint
  readonly registrationId: number
  readonly ownerId: number
  readonly referenceId: number
  readonly key: CounterKey | undefined
}

type Accepts = (counter: Pick<CounterState, 'typeId' | 'label' | 'key'>) => boolean

/** The command `godwit stat`. */
export const stat: Command = async (args, output) => {
  if (wantsHelp(args)) {
    output.out(HELP)
    return EXIT_OK
  }
  const { values } = parseOptions({
    args: withNegativeIds(args),
    options: {
      ...DIRECTORY_OPTION,
      ...WATCH_OPTIONS,
      ...STREAM_FILTER_OPTIONS,
      type: { type: 'string', multiple: true },
      label: { type: 'string' },
    },
  })
  const directory = directoryOf(values.dir)
  const filter = new StreamFilter(values)
  const label = values.label === undefined ? undefined : regexpOf('--label', values.label)
  const types = values.type?.map(typeOf)
  const accepts: Accepts = (counter) =>
    types?.includes(counter.typeId) !== false && label?.test(counter.label) !== false && filter.accepts(counter.key)
  await show(watchOptions(values), () => look(directory, accepts), output)
  return EXIT_OK
}

function look(directory: string, accepts: Accepts): View {
  const { driver, counters } = readCounters(directory)
  const states: CounterState[] = []
  counters.forEach((id, typeId, keyBytes, label) => {
    const key = decodeCounterKey(typeId, keyBytes, label)
    if (!accepts({ typeId, label, key })) return
    states.push({
      id,
      typeId,
      label,
      value: counters.bigintValue(id),
      registrationId: counters.registrationId(id),
      ownerId: counters.ownerId(id),
      referenceId: counters.referenceId(id),
      key,
    })
  })
  return { text: () => textOf(driver, states), json: () => documentOf(driver, states) }
}

function textOf(driver: DriverIdentity, states: readonly CounterState[]): string {
  const head = identityText(driver)
  const idWidth = Math.max(3, longest(states.map(({ id }) => String(id))))
  const lines = states.map(({ id, value, label }) =>
    `${String(id).padStart(idWidth)}: ${grouped(value).padStart(VALUE_WIDTH)} - ${printable(label)}`)
  return linesText([head, '='.repeat(head.length), ...lines])
}

function documentOf(driver: DriverIdentity, states: readonly CounterState[]): unknown {
  return {
    ...driver,
    cncVersion: formatCncVersion(driver.cncVersion),
    counters: states.map(({ id, typeId, label, value, ...rest }) => ({
      id, typeId, type: nameOfCounterType(typeId), label, value: jsonNumber(value), ...rest,
    })),
  }
}

function typeOf(text: string): number {
  const typeId = counterTypeOfName(text) ?? parseInteger32(text)
  if (typeId !== undefined) return typeId
  throw new UsageError(`--type: "${text}" is no number and none of ${COUNTER_TYPE_NAMES.join(', ')}.`)
}

/** All names, broken into lines. */
function typeNames(): string {
  const lines = ['']
  for (const name of COUNTER_TYPE_NAMES) {
    const line = lines.at(-1) ?? ''
    if (line.length + name.length > 90) lines.push(name)
    else lines[lines.length - 1] = line === '' ? name : `${line}, ${name}`
  }
  return lines.join(',\n                        ')
}
