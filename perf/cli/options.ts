import { cpus } from 'node:os'
import { ChannelUri } from '../../client/protocol/channel-uri.ts'
import type { ChannelMedia } from '../../client/protocol/channel-uri.ts'
import { parseOptions, UsageError } from '../../codegen/cli/command.ts'
import { choiceOf, integerOf, numberOf, sizeOf } from '../../codegen/cli/option-values.ts'
import type { IdleStrategyName } from '../../driver/core/driver-settings.ts'
import { MESSAGE_MIN_LENGTH } from '../streams/payload.ts'
import type { DriverPlan, StreamPlan } from '../streams/plan.ts'
import { DRIVER_OPTIONS, driverChoice, IDLES, refuseWithDir } from './driver-choice.ts'
import type { DriverValues } from './driver-choice.ts'
import { busyThreads } from './threads.ts'

const MESSAGE_MAX_LENGTH = 16 * 1024 * 1024
const SECONDS_MIN = 0.01
const SECONDS_MAX = 3600
const RATE_MAX = 10_000_000
/** Streams of a run begin here, and latency runs take the one behind, too. */
const STREAM_ID_MAX = 2 ** 31 - 2

const DRIVERS = ['embedded', 'invoker', 'process'] as const

/** What both commands take. */
export const COMMON_HELP: string = `\
  --channel <uri>        aeron:ipc (default) or aeron:udp?endpoint=<host>:<port>; port 0: a free one
  --stream <id>          stream id; default 1001
  --length <bytes>       length of a message, ${MESSAGE_MIN_LENGTH} to 16m; default 32
  --seconds <s>          how long to measure; default 5
  --warm-up <s>          how long to run before that; default 1
  --driver <kind>        embedded (default): the driver has threads of its own;
                         invoker: the measuring threads run it, conductor and sender beside the
                         publisher, receiver beside the subscriber;
                         process: the driver is started in a process of its own, and ended with the run
  --dir <folder>         the directory of a driver that runs already, of godwit or of Aeron, instead of
                         starting one; its settings are not known then
  --threading <mode>     threads of the driver: SHARED (default; embedded), SHARED_NETWORK, DEDICATED
                         (default of process)
  --idle <strategy>      what the two measuring threads do without work: backoff, busySpin, yielding,
                         sleeping, noop; default backoff, for latency busySpin where all busy threads
                         have a core each
  --driver-idle <s>      the same for the threads of the driver; default backoff
  --media <name>         auto (default), native, dgram
  --mtu <bytes>          longest datagram or fragment; default as the driver's
  --term-length <bytes>  a power of two from 64k to 1g; default as the driver's
  --concurrent           publications that threads can share, instead of exclusive ones
`

export const JSON_HELP = `  --json                 print one JSON document instead of text
  -h, --help             print this

Sizes may end in k, m or g. Exit codes: 0 measured, 1 a message was missing, came again or differed, or
the run could not be made: then no figure is given; 2 wrong usage.
`

const COMMON_OPTIONS = {
  'channel': { type: 'string', default: 'aeron:ipc' },
  'stream': { type: 'string', default: '1001' },
  'length': { type: 'string', default: '32' },
  'seconds': { type: 'string', default: '5' },
  'warm-up': { type: 'string', default: '1' },
  ...DRIVER_OPTIONS,
  'driver-idle': { type: 'string' },
  'idle': { type: 'string' },
  'mtu': { type: 'string' },
  'term-length': { type: 'string' },
  'concurrent': { type: 'boolean', default: false },
  'json': { type: 'boolean', default: false },
} as const

/** A command line, read. */
export interface PerfOptions {
  readonly plan: StreamPlan
  readonly json: boolean
}

/** @throws UsageError */
export function throughputOptions(args: readonly string[]): PerfOptions {
  const { values } = parseOptions({
    args: [...args],
    options: { ...COMMON_OPTIONS, claim: { type: 'boolean', default: false } },
  })
  return { plan: { ...planOf(values, backingOff), claims: values.claim }, json: values.json }
}

/** @throws UsageError */
export function latencyOptions(args: readonly string[]): PerfOptions {
  const { values } = parseOptions({ args: [...args], options: { ...COMMON_OPTIONS, rate: { type: 'string' } } })
  const rate = values.rate === undefined ? undefined : numberOf('--rate', values.rate, 1, RATE_MAX)
  return { plan: { ...planOf(values, spinningIfPossible), rate }, json: values.json }
}

interface CommonValues extends DriverValues {
  readonly 'channel': string
  readonly 'stream': string
  readonly 'length': string
  readonly 'seconds': string
  readonly 'warm-up': string
  readonly 'idle'?: string | undefined
  readonly 'mtu'?: string | undefined
  readonly 'term-length'?: string | undefined
  readonly 'concurrent': boolean
}

type IdleRule = (media: ChannelMedia, threading: DriverPlan['threading']) => IdleStrategyName

/** Streams go faster when the subscriber does not read at the heels of the publisher. */
const backingOff: IdleRule = () => 'backoff'

/** Spinning threads without a core for each take the cores from those that have something to do. */
const spinningIfPossible: IdleRule = (media, threading) =>
  busyThreads(media, threading) <= cpus().length ? 'busySpin' : 'backoff'

function planOf(values: CommonValues, idleRule: IdleRule): StreamPlan {
  const uri = channelOf(values.channel)
  const driver = driverChoice(values, DRIVERS)
  const { mtu, 'term-length': termLength } = values
  if (driver.driver === 'running') {
    refuseWithDir('mtu', mtu, `put mtu=${mtu} into --channel`)
    refuseWithDir('term-length', termLength, `put term-length=${termLength} into --channel`)
  }
  return {
    channel: values.channel,
    streamId: integerOf('--stream', values.stream, -STREAM_ID_MAX, STREAM_ID_MAX),
    length: sizeOf('--length', values.length, MESSAGE_MIN_LENGTH, MESSAGE_MAX_LENGTH),
    seconds: secondsOf('--seconds', values.seconds, SECONDS_MIN),
    warmUpSeconds: secondsOf('--warm-up', values['warm-up'], 0),
    ...driver,
    idle: values.idle === undefined ? idleRule(uri.media, driver.threading) : choiceOf('--idle', values.idle, IDLES),
    mtuLength: mtu === undefined ? undefined : sizeOf('--mtu', mtu, 1, Infinity),
    termLength: termLength === undefined ? undefined : sizeOf('--term-length', termLength, 1, Infinity),
    claims: false,
    isConcurrent: values.concurrent,
    rate: undefined,
  }
}

function channelOf(channel: string): ChannelUri {
  let uri: ChannelUri
  try {
    uri = ChannelUri.parse(channel)
  } catch (error) {
    throw new UsageError(`--channel: ${error instanceof Error ? error.message : String(error)}.`, { cause: error })
  }
  if (uri.isSpy) throw new UsageError('--channel: nothing can be published to a spy.')
  return uri
}

function secondsOf(name: string, text: string, min: number): number {
  return numberOf(name, text, min, SECONDS_MAX)
}
