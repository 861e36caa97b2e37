import { GodwitError } from '../../codegen/runtime/index.ts'
import { FRAME_ALIGNMENT, FRAME_VERSION, HEARTBEAT_FRAME_LENGTH, UNFRAGMENTED } from '../../schemas/descriptors.ts'
import { BooleanType, LogMetadataEncoder, LogMetadataMeta } from '../../schemas/generated/aeron.memory/index.ts'
import type { LogType } from '../../schemas/generated/aeron.memory/index.ts'
import { DataHeaderMeta, FrameType } from '../../schemas/generated/aeron.wire/index.ts'
import { AtomicBuffer } from '../memory/atomic-buffer.ts'
import {
  HEADER_LENGTH,
  LOG_META_DATA_LENGTH,
  PARTITION_COUNT,
  checkMtuLength,
  checkPageSize,
  checkTermLength,
  computeLogLength,
  computeTermCount,
  indexByTermCount,
  layoutError,
  maxPossiblePosition,
} from './log-buffer-descriptor.ts'
import { LogBuffers } from './log-buffers.ts'

const END_OF_STREAM_UNKNOWN = 2n ** 63n - 1n
const NO_ID = -1
const NO_TAG = -1n

/** What a new log is for. Lengths are bytes. */
export interface LogParameters {
  readonly logType: LogType
  /** Registration id of the publication or image. */
  readonly correlationId: number
  readonly sessionId: number
  readonly streamId: number
  readonly termLength: number
  readonly pageSize: number
  readonly mtuLength: number
  readonly initialTermId: number
  /** Term that the stream begins in; default the initial one. */
  readonly termId?: number
  /** Where in that term, a multiple of 32 up to its length; default 0. */
  readonly termOffset?: number
  readonly isConnected?: boolean
  /** 0 in images. */
  readonly publicationWindowLength?: number
  /** 0 in publications. */
  readonly receiverWindowLength?: number
  readonly socketSndbufLength?: number
  readonly osDefaultSocketSndbufLength?: number
  readonly osMaxSocketSndbufLength?: number
  readonly socketRcvbufLength?: number
  readonly osDefaultSocketRcvbufLength?: number
  readonly osMaxSocketRcvbufLength?: number
  readonly maxResend?: number
  readonly entityTag?: bigint
  readonly responseCorrelationId?: number
  readonly lingerTimeoutNs?: number
  readonly untetheredWindowLimitTimeoutNs?: number
  readonly untetheredRestingTimeoutNs?: number
  readonly untetheredLingerTimeoutNs?: number
  readonly group?: boolean
  readonly isResponse?: boolean
  readonly rejoin?: boolean
  readonly reliable?: boolean
  readonly sparse?: boolean
  readonly signalEos?: boolean
  readonly spiesSimulateConnection?: boolean
  readonly tether?: boolean
}

/**
 * Fills the metadata of a new log.
 *
 * @param memory zeroed, of exactly `computeLogLength(termLength, pageSize)` bytes
 * @throws GodwitError ERR_GODWIT_LOG_LAYOUT when lengths are impossible, ERR_GODWIT_LOG_POSITION when the stream cannot
 * begin where it shall
 */
export function initialiseLog(memory: AtomicBuffer, params: LogParameters): LogBuffers {
  const { termLength, pageSize, mtuLength, initialTermId, termId = initialTermId, termOffset = 0 } = params
  checkTermLength(termLength)
  checkPageSize(pageSize)
  checkMtuLength(mtuLength)
  checkStart(termLength, initialTermId, termId, termOffset)
  const expectedLength = computeLogLength(termLength, pageSize)
  if (memory.byteLength !== expectedLength) {
    throw layoutError(`${memory.byteLength} bytes, expected ${expectedLength} for terms of ${termLength}`)
  }
  const { buffer, byteOffset, byteLength } = memory.bytes
  const metadataOffset = byteOffset + byteLength - LOG_META_DATA_LENGTH
  const metadata = new AtomicBuffer(buffer, metadataOffset, LOG_META_DATA_LENGTH)
  putConstants(metadata, params)
  putDefaultHeader(metadata, params)
  const log = new LogBuffers(buffer, byteOffset, byteLength)
  putTails(log, termId, termOffset)
  return log
}

/**
 * Whether a stream can begin there.
 *
 * @throws GodwitError ERR_GODWIT_LOG_POSITION
 */
export function checkStart(termLength: number, initialTermId: number, termId: number, termOffset: number): void {
  const termCount = computeTermCount(termId, initialTermId)
  const isOffset = termOffset >= 0 && termOffset <= termLength && termOffset % FRAME_ALIGNMENT === 0
  if (termCount < 0) throw positionError(`term id ${termId} is before the initial one, ${initialTermId}`)
  if (!isOffset) throw positionError(`term offset ${termOffset} is not a multiple of 32 from 0 to ${termLength}`)
  const limit = maxPossiblePosition(termLength)
  if (termCount * termLength >= limit) {
    throw positionError(`term id ${termId} is at or beyond position ${limit}: begin earlier, or use shorter terms`)
  }
}

function putConstants(metadata: AtomicBuffer, params: LogParameters): void {
  new LogMetadataEncoder().wrap(metadata, 0)
    .endOfStreamPosition(END_OF_STREAM_UNKNOWN)
    .isConnected(params.isConnected === true ? 1 : 0)
    .correlationIdAsNumber(params.correlationId)
    .initialTermId(params.initialTermId)
    .defaultFrameHeaderLength(HEADER_LENGTH)
    .mtuLength(params.mtuLength)
    .termLength(params.termLength)
    .pageSize(params.pageSize)
    .publicationWindowLength(params.publicationWindowLength ?? 0)
    .receiverWindowLength(params.receiverWindowLength ?? 0)
    .socketSndbufLength(params.socketSndbufLength ?? 0)
    .osDefaultSocketSndbufLength(params.osDefaultSocketSndbufLength ?? 0)
    .osMaxSocketSndbufLength(params.osMaxSocketSndbufLength ?? 0)
    .socketRcvbufLength(params.socketRcvbufLength ?? 0)
    .osDefaultSocketRcvbufLength(params.osDefaultSocketRcvbufLength ?? 0)
    .osMaxSocketRcvbufLength(params.osMaxSocketRcvbufLength ?? 0)
    .maxResend(params.maxResend ?? 0)
    .entityTag(params.entityTag ?? NO_TAG)
    .responseCorrelationIdAsNumber(params.responseCorrelationId ?? NO_ID)
    .lingerTimeoutNsAsNumber(params.lingerTimeoutNs ?? 0)
    .untetheredWindowLimitTimeoutNsAsNumber(params.untetheredWindowLimitTimeoutNs ?? 0)
    .untetheredRestingTimeoutNsAsNumber(params.untetheredRestingTimeoutNs ?? 0)
    .untetheredLingerTimeoutNsAsNumber(params.untetheredLingerTimeoutNs ?? 0)
    .group(booleanOf(params.group))
    .isResponse(booleanOf(params.isResponse))
    .rejoin(booleanOf(params.rejoin))
    .reliable(booleanOf(params.reliable))
    .sparse(booleanOf(params.sparse))
    .signalEos(booleanOf(params.signalEos))
    .spiesSimulateConnection(booleanOf(params.spiesSimulateConnection))
    .tether(booleanOf(params.tether))
    .isPublicationRevoked(BooleanType.FALSE)
    .logType(params.logType)
}

function putDefaultHeader({ view }: AtomicBuffer, params: LogParameters): void {
  const offset = LogMetadataMeta.fields.defaultFrameHeader.offset
  const { fields } = DataHeaderMeta
  view.setInt32(offset + fields.frameLength.offset, HEARTBEAT_FRAME_LENGTH, true)
  view.setUint8(offset + fields.version.offset, FRAME_VERSION)
  view.setUint8(offset + fields.flags.offset, UNFRAGMENTED)
  view.setUint16(offset + fields.frameType.offset, FrameType.DATA, true)
  view.setInt32(offset + fields.sessionId.offset, params.sessionId, true)
  view.setInt32(offset + fields.streamId.offset, params.streamId, true)
  view.setInt32(offset + fields.termId.offset, params.initialTermId, true)
}

/** The other two partitions get the terms that they would have had before, which is what rotation expects there. */
function putTails(log: LogBuffers, termId: number, termOffset: number): void {
  const termCount = computeTermCount(termId, log.initialTermId)
  log.setTail(indexByTermCount(termCount), termId, termOffset)
  for (let i = 1; i < PARTITION_COUNT; i++) {
    log.setTail(indexByTermCount(termCount + i), (termId + i - PARTITION_COUNT) | 0, 0)
  }
  log.setActiveTermCount(termCount)
}

function booleanOf(value: boolean = false): BooleanType {
  return value ? BooleanType.TRUE : BooleanType.FALSE
}

function positionError(what: string): GodwitError {
  return new GodwitError('ERR_GODWIT_LOG_POSITION', `start position: ${what}`)
}
