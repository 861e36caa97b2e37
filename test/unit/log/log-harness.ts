import { DirectBuffer } from '../../../codegen/runtime/index.ts'
import { computeLogLength } from '../../../client/log/log-buffer-descriptor.ts'
import type { LogBuffers } from '../../../client/log/log-buffers.ts'
import type { LogParameters } from '../../../client/log/initialise-log.ts'
import { initialiseLog } from '../../../client/log/initialise-log.ts'
import { AtomicBuffer } from '../../../client/memory/atomic-buffer.ts'
import { DataHeaderEncoder, FrameType } from '../../../schemas/generated/aeron.wire/index.ts'
import { LogType } from '../../../schemas/generated/aeron.memory/index.ts'

export const TERM_LENGTH: number = 64 * 1024
export const INITIAL_TERM_ID = 7
export const SESSION_ID = -559038737
export const STREAM_ID = 1001
export const MTU_LENGTH = 1408

export const PARAMETERS: LogParameters = {
  logType: LogType.CONCURRENT_PUBLICATION,
  correlationId: 42,
  sessionId: SESSION_ID,
  streamId: STREAM_ID,
  termLength: TERM_LENGTH,
  pageSize: 4096,
  mtuLength: MTU_LENGTH,
  initialTermId: INITIAL_TERM_ID,
}

/** A new log of short terms. */
export function newLog(params: Partial<LogParameters> = {}): LogBuffers {
  const all = { ...PARAMETERS, ...params }
  return initialiseLog(AtomicBuffer.allocate(computeLogLength(all.termLength, all.pageSize)), all)
}

/** A position limit that a test moves. */
export class Limit {
  position: number

  constructor(position: number = Infinity) {
    this.position = position
  }

  get(): number {
    return this.position
  }
}

/** Bytes that differ from each other and from 0. */
export function payload(length: number, seed: number = 1): DirectBuffer {
  const bytes = new Uint8Array(length)
  for (let i = 0; i < length; i++) bytes[i] = 1 + ((i * 7 + seed) % 255)
  return new DirectBuffer(bytes)
}

/** Puts the header of a frame into memory. */
export function putFrame(
  buffer: DirectBuffer,
  offset: number,
  frameLength: number,
  fields: { termOffset?: number; termId?: number; type?: FrameType; flags?: number; reservedValue?: bigint } = {},
): void {
  new DataHeaderEncoder().wrap(buffer, offset)
    .frameLength(frameLength)
    .version(0)
    .frameType(fields.type ?? FrameType.DATA)
    .termOffset(fields.termOffset ?? offset)
    .sessionId(SESSION_ID)
    .streamId(STREAM_ID)
    .termId(fields.termId ?? INITIAL_TERM_ID)
    .reservedValue(fields.reservedValue ?? 0n)
  buffer.view.setUint8(offset + 5, fields.flags ?? 0xc0)
}

/** Header and payload of a frame as plain values. */
export function frameAt(term: AtomicBuffer, offset: number): {
  length: number
  flags: number
  type: number
  termOffset: number
  sessionId: number
  streamId: number
  termId: number
  reservedValue: bigint
  payload: Uint8Array
} {
  const { view } = term
  const length = view.getInt32(offset, true)
  return {
    length,
    flags: view.getUint8(offset + 5),
    type: view.getUint16(offset + 6, true),
    termOffset: view.getInt32(offset + 8, true),
    sessionId: view.getInt32(offset + 12, true),
    streamId: view.getInt32(offset + 16, true),
    termId: view.getInt32(offset + 20, true),
    reservedValue: view.getBigInt64(offset + 24, true),
    payload: term.bytes.slice(offset + 32, offset + Math.max(32, length)),
  }
}
