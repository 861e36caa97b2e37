/** Frames as senders send them. */
import { DirectBuffer } from '../../../codegen/runtime/index.ts'
import { alignedFrameLength } from '../../../schemas/descriptors.ts'
import {
  DataHeaderEncoder,
  FrameType,
  RttMeasurementEncoder,
  SetupEncoder,
} from '../../../schemas/generated/aeron.wire/index.ts'

export const SESSION = 0x1234_5678
export const STREAM = 1001
export const INITIAL_TERM = 0x7fff_fffe
export const TERM_LENGTH = 65_536
export const MTU = 1408

export const UNFRAGMENTED = 0xc0
export const END_OF_STREAM = 0xe0
export const REVOKED = 0xf0

export interface FrameFields {
  readonly sessionId?: number
  readonly streamId?: number
  /** Terms after the initial one. */
  readonly termCount?: number
  readonly termOffset?: number
  readonly flags?: number
  readonly version?: number
  /** As it says; the room it takes is of the real one. */
  readonly frameLength?: number
  readonly frameType?: number
}

function putHeader(bytes: Uint8Array, offset: number, frameType: number, length: number, fields: FrameFields): void {
  new DataHeaderEncoder().wrap(new DirectBuffer(bytes), offset)
    .frameLength(fields.frameLength ?? length)
    .version(fields.version ?? 0)
    .flagsRaw(fields.flags ?? UNFRAGMENTED)
    .frameTypeRaw(fields.frameType ?? frameType)
    .termOffset(fields.termOffset ?? 0)
    .sessionId(fields.sessionId ?? SESSION)
    .streamId(fields.streamId ?? STREAM)
    .termId((INITIAL_TERM + (fields.termCount ?? 0)) | 0)
    .reservedValue(0n)
}

/** One DATA frame; its payload is all of one byte, which is not 0. */
export function data(fields: FrameFields = {}, payloadLength: number = 100, fill: number = 0x42): Uint8Array {
  const bytes = new Uint8Array(alignedFrameLength(32 + payloadLength))
  bytes.fill(fill, 32, 32 + payloadLength)
  putHeader(bytes, 0, FrameType.DATA, 32 + payloadLength, fields)
  return bytes
}

/** The header of padding. */
export function pad(length: number, fields: FrameFields = {}): Uint8Array {
  const bytes = new Uint8Array(32)
  putHeader(bytes, 0, FrameType.PAD, length, fields)
  return bytes
}

export function heartbeat(fields: FrameFields = {}): Uint8Array {
  return pad(0, { frameType: FrameType.DATA, ...fields })
}

/** Several frames in one datagram. */
export function packet(...frames: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(frames.reduce((sum, frame) => sum + frame.length, 0))
  let offset = 0
  for (const frame of frames) {
    bytes.set(frame, offset)
    offset += frame.length
  }
  return bytes
}

export interface SetupFields extends FrameFields {
  readonly activeTermCount?: number
  readonly termLength?: number
  readonly mtu?: number
}

export function setup(fields: SetupFields = {}): Uint8Array {
  const bytes = new Uint8Array(40)
  new SetupEncoder().wrap(new DirectBuffer(bytes), 0)
    .frameLength(fields.frameLength ?? 40)
    .version(fields.version ?? 0)
    .flagsRaw(fields.flags ?? 0)
    .frameType(FrameType.SETUP)
    .termOffset(fields.termOffset ?? 0)
    .sessionId(fields.sessionId ?? SESSION)
    .streamId(fields.streamId ?? STREAM)
    .initialTermId(INITIAL_TERM)
    .activeTermId((INITIAL_TERM + (fields.activeTermCount ?? 0)) | 0)
    .termLength(fields.termLength ?? TERM_LENGTH)
    .mtu(fields.mtu ?? MTU)
    .ttl(0)
  return bytes
}

export interface RttFields extends FrameFields {
  readonly receiverId?: bigint
}

export function rttMeasurement(fields: RttFields = {}): Uint8Array {
  const bytes = new Uint8Array(40)
  new RttMeasurementEncoder().wrap(new DirectBuffer(bytes), 0)
    .frameLength(40)
    .version(0)
    .flagsRaw(fields.flags ?? 0x80)
    .frameType(FrameType.RTTM)
    .sessionId(fields.sessionId ?? SESSION)
    .streamId(fields.streamId ?? STREAM)
    .echoTimestamp(0x0102_0304_0506_0708n)
    .receptionDelta(77n)
    .receiverId(fields.receiverId ?? 0n)
  return bytes
}
