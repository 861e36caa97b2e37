import {
  MTU_MAX_LENGTH,
  PAGE_MAX_LENGTH,
  PAGE_MIN_LENGTH,
  TERM_MAX_LENGTH,
  TERM_MIN_LENGTH,
} from '../../client/log/log-buffer-descriptor.ts'
import { FRAME_ALIGNMENT } from '../../schemas/descriptors.ts'
import {
  BroadcastBufferTrailerDecoder,
  CounterValueDecoder,
  RingBufferTrailerDecoder,
} from '../../schemas/generated/aeron.memory/index.ts'
import { NAK_DELAY_MIN_NS, RESEND_MAX, STREAM_MTU_MIN_LENGTH } from './channel/limits.ts'
import type { DriverSettings } from './driver-settings.ts'
import { boolean, durationNs, idleStrategy, integer, multipleOf, powerOfTwo, size } from './setting.ts'
import type { Setting } from './setting.ts'

const KIB = 2 ** 10
const MIB = 2 ** 20
const GIB = 2 ** 30
const US = 1_000
const MS = 1_000_000
const S = 1_000_000_000
const INT32_MAX = 2 ** 31 - 1

/** Most datagrams that go to, or come from, the system in one call. */
const IO_VECTOR_CAPACITY_MAX = 16

const mtuForm = multipleOf(FRAME_ALIGNMENT)
const WINDOW_ABOUT = 'how far a publisher may be ahead; 0: half a term, which it never exceeds'

/** One row for each setting: all that is known of it, for reading, checking and the table in docs/settings.md. */
export const SETTINGS: Readonly<Record<keyof DriverSettings, Setting>> = {
  threadingMode: {
    property: 'aeron.threading.mode',
    kind: 'choice',
    byDefault: 'DEDICATED',
    choices: ['DEDICATED', 'SHARED_NETWORK', 'SHARED', 'INVOKER'],
    about: 'Which agents share a thread; a driver embedded in a program is SHARED unless told otherwise.',
  },
  conductorIdleStrategy: idleStrategy('aeron.conductor.idle.strategy', 'What the conductor does without work.'),
  senderIdleStrategy: idleStrategy('aeron.sender.idle.strategy', 'What the sender does without work.'),
  receiverIdleStrategy: idleStrategy('aeron.receiver.idle.strategy', 'What the receiver does without work.'),
  sharedNetworkIdleStrategy: idleStrategy(
    'aeron.sharednetwork.idle.strategy',
    'What sender and receiver do without work when they share a thread.',
  ),
  sharedIdleStrategy: idleStrategy('aeron.shared.idle.strategy', 'What the one thread of SHARED does without work.'),
  conductorCycleThresholdNs: durationNs(
    'aeron.driver.conductor.cycle.threshold',
    100 * MS,
    1,
    'Longer cycles of the conductor are counted.',
  ),
  senderCycleThresholdNs: durationNs(
    'aeron.driver.sender.cycle.threshold',
    100 * MS,
    1,
    'Longer cycles of the sender are counted.',
  ),
  receiverCycleThresholdNs: durationNs(
    'aeron.driver.receiver.cycle.threshold',
    100 * MS,
    1,
    'Longer cycles of the receiver are counted.',
  ),
  timerIntervalNs: durationNs('aeron.timer.interval', S, US, 'How often states and timeouts are looked at.'),

  dirMode: {
    property: 'godwit.dir.mode',
    kind: 'choice',
    byDefault: '0700',
    choices: ['0700', '0750', '0770', '0755', '0775', '0777'],
    about: 'Who may enter the directory; its files are for the same, and clients must be able to write to them.',
  },
  dirDeleteOnStart: boolean(
    'aeron.dir.delete.on.start',
    false,
    'Whether a directory that exists is removed whoever may use it; else only that of a driver that is gone.',
  ),
  dirDeleteOnShutdown: boolean('aeron.dir.delete.on.shutdown', false, 'Whether the directory goes with the driver.'),
  dirWarnIfExists: boolean('aeron.dir.warn.if.exists', false, 'Whether a directory that is replaced is warned of.'),

  conductorBufferLength: size(
    'aeron.conductor.buffer.length',
    MIB + RingBufferTrailerDecoder.BLOCK_LENGTH,
    MIB + RingBufferTrailerDecoder.BLOCK_LENGTH,
    GIB + RingBufferTrailerDecoder.BLOCK_LENGTH,
    'Ring of commands to the driver.',
    powerOfTwo(RingBufferTrailerDecoder.BLOCK_LENGTH),
  ),
  clientsBufferLength: size(
    'aeron.clients.buffer.length',
    MIB + BroadcastBufferTrailerDecoder.BLOCK_LENGTH,
    MIB + BroadcastBufferTrailerDecoder.BLOCK_LENGTH,
    GIB + BroadcastBufferTrailerDecoder.BLOCK_LENGTH,
    'Broadcast buffer to the clients.',
    powerOfTwo(BroadcastBufferTrailerDecoder.BLOCK_LENGTH),
  ),
  countersBufferLength: size(
    'aeron.counters.buffer.length',
    8 * MIB,
    MIB,
    500 * MIB,
    'Values of counters; their metadata takes four times as much.',
    multipleOf(CounterValueDecoder.BLOCK_LENGTH),
  ),
  errorBufferLength: size(
    'aeron.error.buffer.length',
    4 * MIB,
    4 * MIB,
    GIB,
    'Distinct error log.',
    multipleOf(CounterValueDecoder.BLOCK_LENGTH),
  ),
  lossReportBufferLength: size(
    'aeron.loss.report.buffer.length',
    MIB,
    64 * KIB,
    GIB,
    'Loss report.',
    multipleOf(CounterValueDecoder.BLOCK_LENGTH),
  ),
  filePageSize: size(
    'aeron.file.page.size',
    4 * KIB,
    PAGE_MIN_LENGTH,
    PAGE_MAX_LENGTH,
    'Lengths of logs and of the CnC file are multiples of it.',
    powerOfTwo(),
  ),
  termBufferSparseFile: boolean('aeron.term.buffer.sparse.file', true, 'Whether logs take memory only as it is used.'),
  performStorageChecks: boolean(
    'aeron.perform.storage.checks',
    true,
    'Whether space is looked at before a log is made; embedded, logs together may have the bytes of the memory.',
  ),
  lowFileStoreWarningThreshold: size(
    'aeron.low.file.store.warning.threshold',
    160 * MIB,
    0,
    Number.MAX_SAFE_INTEGER,
    'Less space left for logs gives a warning.',
  ),
  countersFreeToReuseTimeoutNs: durationNs(
    'aeron.counters.free.to.reuse.timeout',
    S,
    0,
    'How long a freed counter is not used again.',
  ),

  clientLivenessTimeoutNs: durationNs(
    'aeron.client.liveness.timeout',
    10 * S,
    US,
    'A client silent for longer is dead. Above timerIntervalNs.',
  ),
  driverTimeoutMs: {
    property: 'aeron.driver.timeout',
    kind: 'durationMs',
    byDefault: 10_000,
    min: 1,
    max: INT32_MAX,
    about: 'A driver silent for longer is dead; without a unit, milliseconds.',
  },

  termBufferLength: size(
    'aeron.term.buffer.length',
    16 * MIB,
    TERM_MIN_LENGTH,
    TERM_MAX_LENGTH,
    'A term of a network publication.',
    powerOfTwo(),
  ),
  ipcTermBufferLength: size(
    'aeron.ipc.term.buffer.length',
    64 * MIB,
    TERM_MIN_LENGTH,
    TERM_MAX_LENGTH,
    'A term of an IPC publication.',
    powerOfTwo(),
  ),
  mtuLength: size(
    'aeron.mtu.length',
    1408,
    STREAM_MTU_MIN_LENGTH,
    MTU_MAX_LENGTH,
    'Longest datagram. At most socketSoSndbuf where that is not 0, and rcvInitialWindowLength.',
    mtuForm,
  ),
  ipcMtuLength: size(
    'aeron.ipc.mtu.length',
    1408,
    STREAM_MTU_MIN_LENGTH,
    MTU_MAX_LENGTH,
    'Longest fragment of an IPC publication.',
    mtuForm,
  ),
  publicationTermWindowLength: size(
    'aeron.publication.term.window.length',
    0,
    0,
    TERM_MAX_LENGTH / 2,
    `Network: ${WINDOW_ABOUT}. At least mtuLength.`,
  ),
  ipcPublicationTermWindowLength: size(
    'aeron.ipc.publication.term.window.length',
    0,
    0,
    TERM_MAX_LENGTH / 2,
    `IPC: ${WINDOW_ABOUT}. At least ipcMtuLength.`,
  ),
  publicationLingerTimeoutNs: durationNs(
    'aeron.publication.linger.timeout',
    5 * S,
    0,
    'How long a closed and sent publication answers NAKs.',
  ),
  publicationUnblockTimeoutNs: durationNs(
    'aeron.publication.unblock.timeout',
    15 * S,
    US,
    'A message claimed for longer is given up. Above clientLivenessTimeoutNs.',
  ),
  publicationConnectionTimeoutNs: durationNs(
    'aeron.publication.connection.timeout',
    5 * S,
    US,
    'Without a status message for longer, nobody receives.',
  ),
  publicationReservedSessionIdLow: integer(
    'aeron.publication.reserved.session.id.low',
    -1,
    -INT32_MAX - 1,
    INT32_MAX,
    'First session id that the driver does not give out. At most publicationReservedSessionIdHigh.',
  ),
  publicationReservedSessionIdHigh: integer(
    'aeron.publication.reserved.session.id.high',
    1000,
    -INT32_MAX - 1,
    INT32_MAX,
    'Last session id that the driver does not give out.',
  ),
  spiesSimulateConnection: boolean(
    'aeron.spies.simulate.connection',
    false,
    'Whether spies alone make a publication connected; `true` is not supported yet.',
  ),
  sendToStatusPollRatio: integer(
    'aeron.send.to.status.poll.ratio',
    6,
    1,
    INT32_MAX,
    'A sender that sends looks for answers every so many cycles.',
  ),
  networkPublicationMaxMessagesPerSend: integer(
    'aeron.network.publication.max.messages.per.send',
    4,
    1,
    IO_VECTOR_CAPACITY_MAX,
    'Datagrams that a publication sends in one cycle.',
  ),
  retransmitUnicastDelayNs: durationNs(
    'aeron.retransmit.unicast.delay',
    0,
    0,
    'How long a retransmission waits.',
  ),
  retransmitUnicastLingerNs: durationNs(
    'aeron.retransmit.unicast.linger',
    10 * MS,
    0,
    'How long the same range is not sent again.',
  ),
  maxResend: integer('aeron.max.resend', 16, 1, RESEND_MAX, 'Retransmissions under way, for groups of receivers.'),
  unicastFlowControlRrwm: integer(
    'aeron.unicast.flow.control.rrwm',
    16,
    1,
    INT32_MAX,
    'Receiver windows that one NAK may ask for.',
  ),

  rcvInitialWindowLength: size(
    'aeron.rcv.initial.window.length',
    128 * KIB,
    STREAM_MTU_MIN_LENGTH,
    TERM_MAX_LENGTH / 2,
    'Window of a receiver. At most socketSoRcvbuf where that is not 0.',
  ),
  rcvStatusMessageTimeoutNs: durationNs(
    'aeron.rcv.status.message.timeout',
    200 * MS,
    US,
    'How often a receiver sends a status message at least.',
  ),
  imageLivenessTimeoutNs: durationNs(
    'aeron.image.liveness.timeout',
    10 * S,
    US,
    'An image without packets for longer is gone.',
  ),
  nakUnicastDelayNs: durationNs('aeron.nak.unicast.delay', US, NAK_DELAY_MIN_NS, 'How long a gap may close by itself.'),
  nakUnicastRetryDelayRatio: integer(
    'aeron.nak.unicast.retry.delay.ratio',
    100,
    1,
    INT32_MAX,
    'Delays between a NAK and the next.',
  ),
  reliableStream: boolean('aeron.reliable.stream', true, 'Whether gaps are asked for, or filled.'),
  rejoinStream: boolean('aeron.rejoin.stream', true, 'Whether a subscription takes a stream again that it lost.'),
  tetherSubscriptions: boolean(
    'aeron.tether.subscriptions',
    true,
    'Whether a slow subscription holds up the others; `false` is not supported yet.',
  ),
  receiverGroupTag: {
    property: 'aeron.receiver.group.tag',
    kind: 'integer64',
    byDefault: undefined,
    about: 'What status messages say to flow control by groups.',
  },
  receiverGroupConsideration: {
    property: 'aeron.receiver.group.consideration',
    kind: 'choice',
    byDefault: 'INFER',
    choices: ['INFER', 'FORCE_TRUE', 'FORCE_FALSE'],
    about: 'Whether receivers take themselves for some of many; `FORCE_TRUE` is not supported yet.',
  },
  untetheredWindowLimitTimeoutNs: durationNs(
    'aeron.untethered.window.limit.timeout',
    5 * S,
    US,
    'How long an untethered subscription may hold up the stream. Above timerIntervalNs.',
  ),
  untetheredLingerTimeoutNs: durationNs(
    'aeron.untethered.linger.timeout',
    undefined,
    US,
    'How long it has to let go. Above timerIntervalNs; unset: untetheredWindowLimitTimeoutNs.',
  ),
  untetheredRestingTimeoutNs: durationNs(
    'aeron.untethered.resting.timeout',
    10 * S,
    US,
    'How long it rests. Above timerIntervalNs.',
  ),

  media: {
    property: 'godwit.media',
    kind: 'choice',
    byDefault: 'auto',
    choices: ['auto', 'native', 'dgram', 'memory'],
    about: 'What moves datagrams; `auto`: native where it is there, else dgram.',
  },
  socketSoRcvbuf: size(
    'aeron.socket.so_rcvbuf',
    128 * KIB,
    0,
    INT32_MAX,
    'Receive buffer of a socket; 0: what the system gives.',
  ),
  socketSoSndbuf: size(
    'aeron.socket.so_sndbuf',
    0,
    0,
    INT32_MAX,
    'Send buffer of a socket; 0: what the system gives.',
  ),
  senderIoVectorCapacity: integer(
    'aeron.sender.io.vector.capacity',
    4,
    1,
    IO_VECTOR_CAPACITY_MAX,
    'Datagrams that the sender reads at once.',
  ),
  receiverIoVectorCapacity: integer(
    'aeron.receiver.io.vector.capacity',
    4,
    1,
    IO_VECTOR_CAPACITY_MAX,
    'Datagrams that the receiver reads at once.',
  ),

  driverStreamSessionLimit: integer(
    'aeron.driver.stream.session.limit',
    1024,
    1,
    INT32_MAX,
    'Sessions of one stream of one endpoint. Aeron has no limit by default.',
  ),
  imagesMax: integer('godwit.images.max', 1024, 1, MIB, 'Images of the driver.'),
  pendingSetupsMax: integer(
    'godwit.pending.setups.max',
    1024,
    1,
    MIB,
    'Senders that were asked to introduce themselves and have not done it yet.',
  ),
  dispatcherEntriesMax: integer(
    'godwit.dispatcher.entries.max',
    16_384,
    1,
    16 * MIB,
    'Sessions that the receiver remembers, with and without an image.',
  ),
}
