import { ChannelUri } from '../../client/protocol/channel-uri.ts'
import { UsageError } from '../../codegen/cli/command.ts'
import type { FaultOptions } from '../media/faulty-media.ts'
import { FAULT_HELP, faultOptionsOf } from './fault-options.ts'
import type { FaultValues } from './fault-options.ts'
import { integerOf, numberOf } from '../../codegen/cli/option-values.ts'

export const SECONDS_MIN = 0.001
export const SECONDS_MAX = 1_000_000
const MS_PER_SECOND = 1000
const STREAM_ID_MAX = 2 ** 31 - 1

/** What both commands take. */
export const STREAM_HELP: string = `\
  --channel <uri>       default aeron:udp?endpoint=localhost:20121
  --stream <id>         default 1001; --stream=-1 for one below 0
  -d, --dir <dir>       use the driver with that directory, as aeron:ipc needs it; without it the command has a driver
                        of its own, which others meet over UDP
`

/** Behind the other options. */
export const STREAM_FAULT_HELP: string = `
Faults, for tests and demonstrations, befall datagrams of the driver that the command has of its own:
${FAULT_HELP}`

export const STREAM_OPTIONS = {
  'channel': { type: 'string', default: 'aeron:udp?endpoint=localhost:20121' },
  'stream': { type: 'string', default: '1001' },
  'dir': { type: 'string', short: 'd' },
  'timeout': { type: 'string' },
  'json': { type: 'boolean', default: false },
  'quiet': { type: 'boolean', default: false },
} as const

export interface StreamValues extends FaultValues {
  readonly 'channel': string
  readonly 'stream': string
  readonly 'dir'?: string | undefined
  readonly 'timeout'?: string | undefined
  readonly 'json': boolean
  readonly 'quiet': boolean
}

/** What both commands are told, read. */
export interface StreamOptions {
  readonly uri: ChannelUri
  readonly streamId: number
  /** Directory of a driver in another process; undefined: an embedded one. */
  readonly dir: string | undefined
  /** How long to wait for the other side; undefined: for as long as it takes. */
  readonly timeoutMs: number | undefined
  readonly faults: FaultOptions | undefined
  readonly isJson: boolean
  readonly isQuiet: boolean
}

/** @throws UsageError */
export function streamOptionsOf(values: StreamValues): StreamOptions {
  const { channel, dir, timeout } = values
  if (dir === '') throw new UsageError('--dir: the name of the directory is empty.')
  const uri = channelOf(channel, dir)
  return {
    uri,
    streamId: integerOf('--stream', values.stream, -STREAM_ID_MAX - 1, STREAM_ID_MAX),
    dir,
    timeoutMs: timeout === undefined ? undefined : secondsOf('--timeout', timeout),
    faults: faultsOf(values),
    isJson: values.json,
    isQuiet: values.quiet,
  }
}

/** Seconds as milliseconds. @throws UsageError */
export function secondsOf(name: string, text: string): number {
  return numberOf(name, text, SECONDS_MIN, SECONDS_MAX) * MS_PER_SECOND
}

function channelOf(channel: string, dir: string | undefined): ChannelUri {
  let uri: ChannelUri
  try {
    uri = ChannelUri.parse(channel)
  } catch (error) {
    throw new UsageError(`--channel: ${error instanceof Error ? error.message : String(error)}.`, { cause: error })
  }
  if (dir === undefined && (uri.media === 'ipc' || uri.isSpy)) {
    const what = uri.isSpy ? 'a spy hears' : 'aeron:ipc reaches'
    throw new UsageError(
      `--channel: ${what} clients of one driver only, and the driver of this command has no others. ` +
        'Name the directory of a driver with --dir.',
    )
  }
  return uri
}

function faultsOf(values: StreamValues): FaultOptions | undefined {
  const faults = faultOptionsOf(values)
  if (faults === undefined || values.dir === undefined) return faults
  const where = 'faults are for the driver that the command has of its own; "godwit driver" has them, too'
  throw new UsageError(`--dir: ${where}.`)
}
