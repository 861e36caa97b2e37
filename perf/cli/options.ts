import { cpus } from 'node:os'
import { ChannelUri } from '../../client/protocol/channel-uri.ts'
import type { ChannelMedia } from '../../client/protocol/channel-uri.ts'
import { parseOptions, UsageError } from '../../codegen/cli/command.ts'
import { choiceOf, integerOf, numberOf, sizeOf } from '../../driver/cli/stream-values.ts'
import type { IdleStrategyName, MediaName, ThreadingMode } from '../../driver/core/driver-settings.ts'
import { MESSAGE_MIN_LENGTH } from '../streams/payload.ts'
import type { StreamPlan } from '../streams/plan.ts'
import { busyThreads } from './threads.ts'

const MESSAGE_MAX_LENGTH = 16 * 1024 * 1024
const SECONDS_MIN = 0.01
const SECONDS_MAX = 3600
const RATE_MAX = 10_000_000
/** Streams of a run begin here, and latency runs take the one behind, too. */
const STREAM_ID_MAX = 2 ** 31 - 2

const THREADINGS = ['SHARED', 'SHARED_NETWORK', 'DEDICATED'] as const
const IDLES = ['backoff', 'busySpin', 'yielding', 'sleeping', 'noop'] as const
const MEDIA = ['auto', 'native', 'dgram'] as const
const DRIVERS = ['embedded', 'invoker'] as const


/** What both commands take. */
export const COMMON_HELP: string = `\
  --channel <uri>        aeron:ipc (default) or aeron:udp?endpoint=<host>:<port>; port 0: a free one
  --stream <id>          stream id; default 1001
  --length <bytes>       length of a message, ${MESSAGE_MIN_LENGTH} to 16m; default 32
  --seconds <s>          how long to measure; default 5
  --warm-up <s>          how long to run before that; default 1
  --driver <kind>        embedded (default): the driver has threads of its own;
                         invoker: the measuring threads run it, conductor and sender beside the
                         publisher, receiver beside the subscriber
  --threading <mode>     threads of the embedded driver: SHARED (default), SHARED_NETWORK, DEDICATED
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
  'driver': { type: 'string', default: 'embedded' },
  'threading': { type: 'string' },
  'idle': { type: 'string' },
  'driver-idle': { type: 'string', default: 'backoff' },
  'media': { type: 'string', default: 'auto' },
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

interface CommonValues {
  readonly 'channel': string
  readonly 'stream': string
  readonly 'length': string
  readonly 'seconds': string
  readonly 'warm-up': string
  readonly 'driver': string
  readonly 'threading'?: string | undefined
  readonly 'idle'?: string | undefined
  readonly 'driver-idle': string
  readonly 'media': string
  readonly 'mtu'?: string | undefined
  readonly 'term-length'?: string | undefined
  readonly 'concurrent': boolean
}

type IdleRule = (media: ChannelMedia, threading: ThreadingMode) => IdleStrategyName

/** Streams go faster when the subscriber does not read at the heels of the publisher. */
const backingOff: IdleRule = () => 'backoff'

/** Spinning threads without a core for each take the cores from those that have something to do. */
const spinningIfPossible: IdleRule = (media, threading) =>
  busyThreads(media, threading) <= cpus().length ? 'busySpin' : 'backoff'

function planOf(values: CommonValues, idleRule: IdleRule): StreamPlan {
  const uri = channelOf(values.channel)
  const driver = choiceOf('--driver', values.driver, DRIVERS)
  const threading = threadingOf(driver, values.threading)
  const { mtu, 'term-length': termLength } = values
  return {
    channel: values.channel,
    streamId: integerOf('--stream', values.stream, -STREAM_ID_MAX, STREAM_ID_MAX),
    length: sizeOf('--length', values.length, MESSAGE_MIN_LENGTH, MESSAGE_MAX_LENGTH),
    seconds: secondsOf('--seconds', values.seconds, SECONDS_MIN),
    warmUpSeconds: secondsOf('--warm-up', values['warm-up'], 0),
    driver,
    threading,
    idle: values.idle === undefined ? idleRule(uri.media, threading) : choiceOf('--idle', values.idle, IDLES),
    driverIdle: choiceOf('--driver-idle', values['driver-idle'], IDLES),
    media: choiceOf<MediaName>('--media', values.media, MEDIA),
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

function threadingOf(driver: StreamPlan['driver'], threading: string | undefined): ThreadingMode {
  if (driver === 'embedded') return choiceOf('--threading', threading ?? 'SHARED', THREADINGS)
  if (threading !== undefined) throw new UsageError('--threading: a driver that is invoked has no threads of its own.')
  return 'INVOKER'
}

function secondsOf(name: string, text: string, min: number): number {
  return numberOf(name, text, min, SECONDS_MAX)
}
