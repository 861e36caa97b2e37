import { GodwitError } from '../runtime/index.ts'
import type { DirectBuffer } from '../runtime/index.ts'

/** How messages lie one behind the other in a stream of bytes or in a packet. */
export interface Framing {
  /** Bytes at the beginning of each packet, or of the input where there are no packets, before the first frame. */
  readonly packetHeaderLength: number
  /** Messages that take several frames and lack some, so far. */
  readonly unfinished?: number
  /**
   * Looks at the frame that begins at the offset.
   *
   * @param end where the bytes end that are there
   * @throws GodwitError ERR_GODWIT_FRAME when there cannot be a frame
   */
  next(buffer: DirectBuffer, offset: number, end: number): FrameStep
}

/** What there is where a frame begins. */
export type FrameStep = WholeFrame | IncompleteFrame

/** A frame that is there, with a message or without. */
export interface WholeFrame {
  readonly kind: 'message'
  /** Where the message is if it was put together: valid until the next frame is looked at. */
  readonly buffer?: DirectBuffer | undefined
  /** Where the message begins in its buffer, and how long it is; 0 for a frame without a message. */
  readonly offset: number
  readonly length: number
  /** Where the next frame begins. */
  readonly end: number
  /** Why the frame is known to hold no message of the schema. */
  readonly problem?: string | undefined
}

/** A frame whose bytes are not all there yet. */
export interface IncompleteFrame {
  readonly kind: 'more'
  /** Bytes from the offset on that are needed at least. */
  readonly needed: number
  /** Bytes before which it is not worth to look again, unless no more come. */
  readonly worthwhile?: number | undefined
  /** What is missing, such as `3 of the 6 bytes of its header`. */
  readonly missing: string
  readonly cause?: unknown
}

/** A message where its frame was found. */
export interface Frame {
  readonly buffer: DirectBuffer
  readonly offset: number
  readonly length: number
  /** Where the message begins in the input, or in its packet; the last frame of one that was put together. */
  readonly position: number
  /** Why the frame is known to hold no message of the schema. */
  readonly problem: string | undefined
}

/** Longest frame in bytes, if not said otherwise: that of the longest message that Aeron transports. */
export const FRAME_LENGTH_MAX: number = 16 * 1024 * 1024

/** Bytes that are no frame, or the end of the input within one. */
export function frameError(message: string, cause?: unknown): GodwitError {
  return new GodwitError('ERR_GODWIT_FRAME', message, cause === undefined ? {} : { cause })
}
