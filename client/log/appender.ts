import type { DirectBuffer } from '../../codegen/runtime/index.ts'
import { GodwitError } from '../../codegen/runtime/index.ts'
import { FRAME_ALIGNMENT, align } from '../../schemas/descriptors.ts'
import { HEADER_LENGTH, layoutError, maxMessageLength } from './log-buffer-descriptor.ts'
import type { LogBuffers } from './log-buffers.ts'
import type { MessagePart } from './frame-writer.ts'
import { FrameWriter } from './frame-writer.ts'
import { BACK_PRESSURED, MAX_POSITION_EXCEEDED, NOT_CONNECTED } from './offer-result.ts'

/** Where the position limit of a publication is read: a counter. */
export interface PositionLimit {
  get(): number
}

/** What both ways of appending to a log have in common. */
export class Appender {
  readonly log: LogBuffers
  readonly positionLimit: PositionLimit
  /** Longest message that is not fragmented, and longest claim, in bytes. */
  readonly maxPayloadLength: number
  readonly maxMessageLength: number
  protected readonly writer: FrameWriter
  protected closed: boolean = false

  /** @throws GodwitError ERR_GODWIT_LOG_LAYOUT when the MTU leaves no room for payload */
  constructor(log: LogBuffers, positionLimit: PositionLimit) {
    this.log = log
    this.positionLimit = positionLimit
    this.writer = new FrameWriter(log)
    this.maxPayloadLength = this.writer.maxPayloadLength
    this.maxMessageLength = maxMessageLength(log.termLength)
    if (this.maxPayloadLength <= 0) throw layoutError(`MTU ${log.mtuLength} leaves no room for payload`)
  }

  get isClosed(): boolean {
    return this.closed
  }

  /** From now on nothing is accepted, and the log is not touched any more. */
  close(): void {
    this.closed = true
  }

  /** Why a message is not accepted at a position that is not below the limit. */
  protected refusal(position: number, length: number): number {
    const { log } = this
    if (position + align(length + HEADER_LENGTH, FRAME_ALIGNMENT) >= log.maxPossiblePosition) {
      return MAX_POSITION_EXCEEDED
    }
    return log.isConnected() ? BACK_PRESSURED : NOT_CONNECTED
  }

  protected checkMessage(source: DirectBuffer, offset: number, length: number): void {
    checkRange(source, offset, length)
    if (length > this.maxMessageLength) throw lengthError('message', length, this.maxMessageLength)
  }

  /** Returns the length of the message. */
  protected checkParts(parts: readonly MessagePart[]): number {
    let length = 0
    for (let i = 0; i < parts.length; i++) {
      const part = parts[i]!
      checkRange(part.buffer, part.offset, part.length)
      length += part.length
    }
    if (length > this.maxMessageLength) throw lengthError('message', length, this.maxMessageLength)
    return length
  }

  protected checkLength(what: 'claim' | 'padding', length: number, max: number): void {
    if (!Number.isInteger(length) || length < 0 || length > max) throw lengthError(what, length, max)
  }
}

/** @throws GodwitError ERR_GODWIT_LOG_RANGE unless the range lies within the buffer */
export function checkRange(source: DirectBuffer, offset: number, length: number): void {
  const isRange = Number.isInteger(offset) && Number.isInteger(length) && offset >= 0 && length >= 0
  if (!isRange || offset + length > source.byteLength) throw rangeError(source, offset, length)
}

function rangeError(source: DirectBuffer, offset: number, length: number): GodwitError {
  return new GodwitError(
    'ERR_GODWIT_LOG_RANGE',
    `offset ${String(offset)} and length ${String(length)} do not lie within the buffer of ${source.byteLength} bytes`,
  )
}

function lengthError(what: string, length: number, max: number): GodwitError {
  return new GodwitError('ERR_GODWIT_LOG_LENGTH', `length ${String(length)} of a ${what} is not within 0 to ${max}`)
}
