import type { Command } from '../../codegen/cli/command.ts'
import { EXIT_OK, parseOptions, wantsHelp } from '../../codegen/cli/command.ts'
import { formatCncVersion } from '../../client/memory/cnc.ts'
import { readCounters } from '../tools/cnc-file.ts'
import type { DriverIdentity } from '../tools/cnc-file.ts'
import { joinStreams } from '../tools/streams.ts'
import type { ImageState, PublicationState, StreamState, SubscriptionState } from '../tools/streams.ts'
import { DIRECTORY_HELP, DIRECTORY_OPTION, directoryOf, identityText } from './directory.ts'
import { STREAM_FILTER_HELP, STREAM_FILTER_OPTIONS, StreamFilter, withNegativeIds } from './filter.ts'
import { counted, grouped, linesText, printable, table } from './text.ts'
import type { Column } from './text.ts'
import { show, WATCH_HELP, WATCH_OPTIONS, watchOptions } from './watch.ts'
import type { View } from './watch.ts'

const HELP = `Usage: godwit streams [options]

Prints how far the streams of a driver are, and how far those behind who send, receive and consume, from the counters
in its directory: of a driver of godwit or of Aeron, alive or dead, or of a snapshot. Positions are bytes from the start
of a stream. The driver is not disturbed.

  publication   published; its limit, what is left to it, and what is not sent yet
  sender        sent; the limit of the receivers, and how often it held the sender back
  image         received without gaps; the highest position received, and what is missing up to there
  subscription  consumed; what was received, or published over IPC, and is not consumed yet

Options:
${DIRECTORY_HELP}${WATCH_HELP}${STREAM_FILTER_HELP}  -h, --help            print this

Exit codes: 0 printed, or ended by an interrupt, 1 the files cannot be read, 2 wrong usage.
`

const COLUMNS: readonly Column[] = [
  { title: '' },
  { title: 'id', align: 'right' },
  { title: 'position', align: 'right' },
  { title: 'limit', align: 'right' },
  { title: 'left', align: 'right' },
  { title: 'backlog', align: 'right' },
  { title: '' },
]

/** The command `godwit streams`. */
export const streams: Command = async (args, output) => {
  if (wantsHelp(args)) {
    output.out(HELP)
    return EXIT_OK
  }
  const { values } = parseOptions({
    args: withNegativeIds(args), options: { ...DIRECTORY_OPTION, ...WATCH_OPTIONS, ...STREAM_FILTER_OPTIONS },
  })
  const directory = directoryOf(values.dir)
  const filter = new StreamFilter(values)
  await show(watchOptions(values), () => look(directory, filter), output)
  return EXIT_OK
}

function look(directory: string, filter: StreamFilter): View {
  const { driver, counters } = readCounters(directory)
  const states = joinStreams(counters, (key) => filter.acceptsStream(key))
  return {
    text: () => textOf(driver, states),
    json: () => ({ ...driver, cncVersion: formatCncVersion(driver.cncVersion), streams: states }),
  }
}

function textOf(driver: DriverIdentity, states: readonly StreamState[]): string {
  const head = identityText(driver)
  const [titles = '', ...rows] = table(COLUMNS, states.flatMap(rowsOf))
  let next = 0
  const blocks = states.map((state) => [titleOf(state), ...rows.slice(next, next += rowsOf(state).length)])
  const body = states.length === 0 ? [] : [titles, ...blocks.flat()]
  return linesText([head, '='.repeat(head.length), ...body, counted(states.length, 'stream')])
}

function titleOf({ streamId, sessionId, channel }: StreamState): string {
  return `stream ${streamId}  session ${sessionId}  ${printable(channel)}`
}

type Row = readonly string[]

function rowsOf({ publications, images, subscriptions }: StreamState): readonly Row[] {
  return [...publications.flatMap(publicationRows), ...images.map(imageRow), ...subscriptions.map(subscriptionRow)]
}

function publicationRows(publication: PublicationState): readonly Row[] {
  const { registrationId, position, limit, senderPosition, senderLimit, bytesToSend } = publication
  const publisher = rowOf('publication', registrationId, position, limit, bytesToSend, 'to send')
  if (senderPosition === undefined) return [publisher]
  const { backPressureEvents, naksReceived } = publication
  const events = [
    backPressureEvents === undefined ? '' : `held back ${counted(backPressureEvents, 'time')}`,
    naksReceived === undefined ? '' : `${counted(naksReceived, 'NAK')} received`,
  ]
  const remark = events.filter((text) => text !== '').join(', ')
  return [publisher, rowOf('sender', registrationId, senderPosition, senderLimit, undefined, remark)]
}

function imageRow({ registrationId, position, highestPosition, naksSent, bytesToReceive }: ImageState): Row {
  const naks = naksSent === undefined ? '' : `, ${counted(naksSent, 'NAK')} sent`
  return rowOf('image', registrationId, position, highestPosition, bytesToReceive, `to receive${naks}`)
}

function subscriptionRow({ registrationId, position, bytesToConsume }: SubscriptionState): Row {
  return rowOf('subscription', registrationId, position, undefined, bytesToConsume, 'to consume')
}

function rowOf(
  role: string,
  registrationId: number,
  position: number | undefined,
  limit: number | undefined,
  backlog: number | undefined,
  remark: string,
): Row {
  const left = position === undefined || limit === undefined ? undefined : Math.max(0, limit - position)
  return [`  ${role}`, String(registrationId), numberText(position), numberText(limit), numberText(left),
    numberText(backlog), backlog === undefined && remark.startsWith('to ') ? '' : remark]
}

function numberText(value: number | undefined): string {
  return value === undefined ? '' : grouped(value)
}
