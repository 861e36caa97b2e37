/** Frames as receivers send them. */
import { DirectBuffer } from '../../../codegen/runtime/index.ts'
import {
  ErrorFrameEncoder,
  FrameType,
  NakEncoder,
  RttMeasurementEncoder,
  StatusMessageEncoder,
} from '../../../schemas/generated/aeron.wire/index.ts'

export const SESSION = 0x1234_5678
export const STREAM = 1001
export const INITIAL_TERM = -7
export const RECEIVER = 0x39c6_6a08_520d_d793n

export interface StreamFields {
  readonly sessionId?: number
  readonly streamId?: number
  readonly flags?: number
}

export interface StatusFields extends StreamFields {
  readonly termId?: number
  readonly termOffset?: number
  readonly window?: number
  readonly receiverId?: bigint
  readonly groupTag?: bigint
}

export const SEND_SETUP = 0x80
export const END_OF_STREAM = 0x40

export function statusMessage(fields: StatusFields = {}): Uint8Array {
  const length = fields.groupTag === undefined ? 36 : 44
  const buffer = new DirectBuffer(new Uint8Array(44))
  const encoder = new StatusMessageEncoder().wrap(buffer, 0)
    .frameLength(length).version(0).flagsRaw(fields.flags ?? 0).frameType(FrameType.SM)
    .sessionId(fields.sessionId ?? SESSION).streamId(fields.streamId ?? STREAM)
    .consumptionTermId(fields.termId ?? INITIAL_TERM).consumptionTermOffset(fields.termOffset ?? 0)
    .receiverWindow(fields.window ?? 32_768).receiverId(fields.receiverId ?? RECEIVER)
  if (fields.groupTag !== undefined) encoder.groupTag(fields.groupTag)
  return buffer.bytes.subarray(0, length)
}

export interface NakFields extends StreamFields {
  readonly termId?: number
  readonly termOffset?: number
  readonly length?: number
}

export function nakFrame(fields: NakFields): Uint8Array {
  const buffer = new DirectBuffer(new Uint8Array(28))
  new NakEncoder().wrap(buffer, 0).frameLength(28).version(0).flags(fields.flags ?? 0).frameType(FrameType.NAK)
    .sessionId(fields.sessionId ?? SESSION).streamId(fields.streamId ?? STREAM)
    .termId(fields.termId ?? INITIAL_TERM).termOffset(fields.termOffset ?? 0).length(fields.length ?? 32)
  return buffer.bytes
}

export interface ErrorFields extends StreamFields {
  readonly receiverId?: bigint
  readonly groupTag?: bigint
  readonly text?: string
  readonly textLength?: number
}

export function errorFrame(fields: ErrorFields = {}): Uint8Array {
  const text = new TextEncoder().encode(fields.text ?? 'No longer valid')
  const buffer = new DirectBuffer(new Uint8Array(40 + text.length))
  new ErrorFrameEncoder().wrap(buffer, 0)
    .frameLength(40 + text.length).version(0).flagsRaw(fields.flags ?? 0).frameType(FrameType.ERR)
    .sessionId(fields.sessionId ?? SESSION).streamId(fields.streamId ?? STREAM)
    .receiverId(fields.receiverId ?? RECEIVER).groupTag(fields.groupTag ?? 0n)
    .errorCodeRaw(13).textLength(fields.textLength ?? text.length)
  buffer.bytes.set(text, 40)
  return buffer.bytes
}

export function rttMeasurement(fields: StreamFields = {}): Uint8Array {
  const buffer = new DirectBuffer(new Uint8Array(40))
  new RttMeasurementEncoder().wrap(buffer, 0)
    .frameLength(40).version(0).flagsRaw(fields.flags ?? 0x80).frameType(FrameType.RTTM)
    .sessionId(fields.sessionId ?? SESSION).streamId(fields.streamId ?? STREAM)
    .echoTimestamp(0x0102_0304_0506_0708n).receptionDelta(99n).receiverId(RECEIVER)
  return buffer.bytes
}
