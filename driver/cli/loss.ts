import type { Command } from '../../codegen/cli/command.ts'
import { EXIT_OK, parseOptions, UsageError, wantsHelp } from '../../codegen/cli/command.ts'
import type { LossObservation } from '../../client/memory/loss-report.ts'
import { readLosses } from '../tools/loss-file.ts'
import { DIRECTORY_HELP, DIRECTORY_OPTION, directoryOf, refuseDamaged } from './directory.ts'
import { isoTime } from '../tools/iso-time.ts'
import { counted, grouped, linesText, printable, table } from './text.ts'
import type { Column } from './text.ts'

const HELP = `Usage: godwit loss [options]

Prints the loss report of a driver from the files in its directory: of a driver of godwit or of Aeron, alive or dead,
or of a snapshot. For each image that lost something on its way: in how many gaps, how many bytes, first and last.

Options:
${DIRECTORY_HELP}  --csv                 print comma-separated values, with the columns of Aeron's LossStat
  --json                print one JSON document instead of text
  -h, --help            print this

Exit codes: 0 printed, 1 the files cannot be read, or not to their end, 2 wrong usage.
`

const COLUMNS: readonly Column[] = [
  { title: 'gaps', align: 'right' },
  { title: 'bytes lost', align: 'right' },
  { title: 'first' },
  { title: 'last' },
  { title: 'session', align: 'right' },
  { title: 'stream', align: 'right' },
  { title: 'channel' },
  { title: 'source' },
]

const CSV_HEAD =
  'OBSERVATION_COUNT,TOTAL_BYTES_LOST,FIRST_OBSERVATION,LAST_OBSERVATION,SESSION_ID,STREAM_ID,CHANNEL,SOURCE'

/** The command `godwit loss`. */
export const loss: Command = (args, output) => {
  if (wantsHelp(args)) {
    output.out(HELP)
    return EXIT_OK
  }
  const { values } = parseOptions({
    args: [...args],
    options: {
      ...DIRECTORY_OPTION,
      csv: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  })
  if (values.csv && values.json) throw new UsageError('--csv and --json exclude each other.')
  const directory = directoryOf(values.dir)
  const { losses, damagedAt } = readLosses(directory)
  if (values.json) output.out(`${JSON.stringify({ directory, losses }, null, 2)}\n`)
  else output.out(linesText(values.csv ? [CSV_HEAD, ...losses.map(csvRow)] : textOf(losses)))
  refuseDamaged('the loss report', damagedAt)
  return EXIT_OK
}

function textOf(losses: readonly LossObservation[]): readonly string[] {
  const count = counted(losses.length, 'image')
  if (losses.length === 0) return [`${count} with losses`]
  return [...table(COLUMNS, losses.map(row)), `${count} with losses`]
}

function row(entry: LossObservation): readonly string[] {
  return [
    grouped(entry.observationCount),
    grouped(entry.totalBytesLost),
    isoTime(entry.firstObservationMs),
    isoTime(entry.lastObservationMs),
    String(entry.sessionId),
    String(entry.streamId),
    printable(entry.channel),
    printable(entry.source),
  ]
}

function csvRow(entry: LossObservation): string {
  const { observationCount, totalBytesLost, firstObservationMs, lastObservationMs, sessionId, streamId } = entry
  const numbers = [observationCount, totalBytesLost, isoTime(firstObservationMs), isoTime(lastObservationMs)]
  return [...numbers, sessionId, streamId, csvText(entry.channel), csvText(entry.source)].join(',')
}

/** In quotes where it could be taken for something else. */
function csvText(text: string): string {
  const plain = printable(text)
  return /[",;]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain
}
