import * as assert from 'uvu/assert'
import * as memory from '../../../schemas/generated/aeron.memory/index.ts'
import { CounterState, CounterType, LogType, SystemCounterId } from '../../../schemas/generated/aeron.memory/index.ts'
import { checkLayout, layout } from '../../support/layout.ts'
import { suite } from '../../support/suite.ts'

const test = suite('shared memory')

const LAYOUTS = [
  layout(
    memory.CncHeaderDecoder, memory.CncHeaderEncoder, memory.CncHeaderMeta, 128,
    `0 i32 cncVersion · 4 i32 toDriverBufferLength · 8 i32 toClientsBufferLength ·
    12 i32 countersMetadataBufferLength · 16 i32 countersValuesBufferLength · 20 i32 errorLogBufferLength ·
    24 i64 clientLivenessTimeoutNs · 32 i64 startTimestampMs · 40 i64 pid · 48 i32 filePageSize`,
  ),
  layout(
    memory.LogMetadataDecoder, memory.LogMetadataEncoder, memory.LogMetadataMeta, 4096,
    `0 i64[3] termTailCounters · 24 i32 activeTermCount · 128 i64 endOfStreamPosition · 136 i32 isConnected ·
    140 i32 activeTransportCount · 256 i64 correlationId · 264 i32 initialTermId · 268 i32 defaultFrameHeaderLength ·
    272 i32 mtuLength · 276 i32 termLength · 280 i32 pageSize · 284 i32 publicationWindowLength ·
    288 i32 receiverWindowLength · 292 i32 socketSndbufLength · 296 i32 osDefaultSocketSndbufLength ·
    300 i32 osMaxSocketSndbufLength · 304 i32 socketRcvbufLength · 308 i32 osDefaultSocketRcvbufLength ·
    312 i32 osMaxSocketRcvbufLength · 316 i32 maxResend · 320 u8[128] defaultFrameHeader · 448 i64 entityTag ·
    456 i64 responseCorrelationId · 464 i64 lingerTimeoutNs · 472 i64 untetheredWindowLimitTimeoutNs ·
    480 i64 untetheredRestingTimeoutNs · 488 u8 group · 489 u8 isResponse · 490 u8 rejoin · 491 u8 reliable ·
    492 u8 sparse · 493 u8 signalEos · 494 u8 spiesSimulateConnection · 495 u8 tether · 496 u8 isPublicationRevoked ·
    497 u8 logType · 500 i64 untetheredLingerTimeoutNs`,
  ),
  layout(
    memory.CounterValueDecoder, memory.CounterValueEncoder, memory.CounterValueMeta, 128,
    '0 i64 value · 8 i64 registrationId · 16 i64 ownerId · 24 i64 referenceId',
  ),
  layout(
    memory.CounterMetadataDecoder, memory.CounterMetadataEncoder, memory.CounterMetadataMeta, 512,
    `0 i32 state · 4 i32 typeId · 8 i64 freeForReuseDeadlineMs · 16 u8[112] key · 128 i32 labelLength ·
    132 u8[380] label`,
  ),
  layout(
    memory.SystemCounterKeyDecoder, memory.SystemCounterKeyEncoder, memory.SystemCounterKeyMeta, 4,
    '0 i32 counterId',
  ),
  layout(
    memory.StreamCounterKeyDecoder, memory.StreamCounterKeyEncoder, memory.StreamCounterKeyMeta, 20,
    '0 i64 registrationId · 8 i32 sessionId · 12 i32 streamId · 16 i32 channelLength',
  ),
  layout(
    memory.ChannelCounterKeyDecoder, memory.ChannelCounterKeyEncoder, memory.ChannelCounterKeyMeta, 4,
    '0 i32 channelLength',
  ),
  layout(
    memory.SocketAddressCounterKeyDecoder, memory.SocketAddressCounterKeyEncoder, memory.SocketAddressCounterKeyMeta,
    8, '0 i32 channelStatusId · 4 i32 addressLength',
  ),
  layout(
    memory.ClientHeartbeatCounterKeyDecoder, memory.ClientHeartbeatCounterKeyEncoder,
    memory.ClientHeartbeatCounterKeyMeta, 8, '0 i64 clientId',
  ),
  layout(
    memory.RingBufferTrailerDecoder, memory.RingBufferTrailerEncoder, memory.RingBufferTrailerMeta, 768,
    `128 i64 tailPosition · 256 i64 headCachePosition · 384 i64 headPosition · 512 i64 correlationCounter ·
    640 i64 consumerHeartbeatMs`,
  ),
  layout(
    memory.BroadcastBufferTrailerDecoder, memory.BroadcastBufferTrailerEncoder, memory.BroadcastBufferTrailerMeta, 128,
    '0 i64 tailIntentCounter · 8 i64 tailCounter · 16 i64 latestCounter',
  ),
  layout(
    memory.ErrorLogRecordDecoder, memory.ErrorLogRecordEncoder, memory.ErrorLogRecordMeta, 24,
    '0 i32 length · 4 i32 observationCount · 8 i64 lastObservationTimestampMs · 16 i64 firstObservationTimestampMs',
  ),
  layout(
    memory.LossReportEntryDecoder, memory.LossReportEntryEncoder, memory.LossReportEntryMeta, 44,
    `0 i64 observationCount · 8 i64 totalBytesLost · 16 i64 firstObservationTimestampMs ·
    24 i64 lastObservationTimestampMs · 32 i32 sessionId · 36 i32 streamId · 40 i32 channelLength`,
  ),
]

for (const codec of LAYOUTS) {
  test(`${codec.meta.name} has the offsets of the shared memory`, () => checkLayout(codec))
}

test('the states of counters and the kinds of logs have the numbers of the shared memory', () => {
  assert.equal([CounterState.UNUSED, CounterState.ALLOCATED, CounterState.RECLAIMED], [0, 1, -1])
  assert.equal([LogType.CONCURRENT_PUBLICATION, LogType.EXCLUSIVE_PUBLICATION, LogType.IMAGE], [0, 1, 2])
  assert.equal([memory.BooleanType.FALSE, memory.BooleanType.TRUE], [0, 1])
})

test('the types of counters have the numbers of the shared memory', () => {
  const { NULL_VAL, ...types } = CounterType
  assert.is(NULL_VAL, -0x8000_0000)
  assert.equal(Object.entries(types).map(([name, number]) => `${number} ${name}`), [
    '0 SYSTEM',
    '1 PUBLISHER_LIMIT',
    '2 SENDER_POSITION',
    '3 RECEIVER_HWM',
    '4 SUBSCRIBER_POSITION',
    '5 RECEIVER_POSITION',
    '6 SEND_CHANNEL_STATUS',
    '7 RECEIVE_CHANNEL_STATUS',
    '9 SENDER_LIMIT',
    '10 PER_IMAGE',
    '11 CLIENT_HEARTBEAT',
    '12 PUBLISHER_POSITION',
    '13 SENDER_BACK_PRESSURE_EVENTS',
    '14 LOCAL_SOCKET_ADDRESS',
    '15 NAME_RESOLVER_NEIGHBORS',
    '16 NAME_RESOLVER_CACHE_ENTRIES',
    '17 FLOW_CONTROL_RECEIVERS',
    '18 MDC_DESTINATIONS',
    '19 SENDER_NAKS_RECEIVED',
    '20 RECEIVER_NAKS_SENT',
    '21 NAME_RESOLVER_BOOTSTRAP_NEIGHBOR',
  ])
})

test('the system counters are numbered from 0 to 45', () => {
  const { NULL_VAL, ...ids } = SystemCounterId
  assert.is(NULL_VAL, -0x8000_0000)
  assert.equal(Object.values(ids), Array.from({ length: 46 }, (_, id) => id))
  assert.is(ids.BYTES_SENT, 0)
  assert.is(ids.INVALID_PACKETS, 14)
  assert.is(ids.ERRORS, 15)
  assert.is(ids.LOSS_GAP_FILLS, 23)
  assert.is(ids.CONDUCTOR_MAX_CYCLE_TIME, 26)
  assert.is(ids.BYTES_CURRENTLY_MAPPED, 35)
  assert.is(ids.CONTROL_PROTOCOL_VERSION, 43)
})

test.run()
