import type { OtfListener } from '../otf/otf-listener.ts'
import { DirectBuffer, SbeError } from '../runtime/index.ts'
import { frameError } from './framing.ts'
import type { Framing, FrameStep } from './framing.ts'

/** Up to this length of what waits, each byte that comes is a reason to look again. */
const EAGER_LENGTH_MAX = 1024 * 1024

/** What tells how long a message is: an `OtfDecoder`, or a set of them. */
export interface MessageWalker {
  /** Returns the length of the message, its header included. Throws SbeError. */
  decode(buffer: DirectBuffer, offset: number, listener: OtfListener, length?: number): number
}

/**
 * Messages back to back, with nothing between: each ends behind the last part that the schema knows. What a sender of a
 * later version put behind that cannot be told from a next message.
 */
export class MessageFraming implements Framing {
  readonly packetHeaderLength: number = 0
  readonly #walker: MessageWalker

  constructor(walker: MessageWalker) {
    this.#walker = walker
  }

  next(buffer: DirectBuffer, offset: number, end: number): FrameStep {
    const there = end - offset
    try {
      // Of its own, so that what is wrong is said with offsets in the message.
      const length = this.#walker.decode(new DirectBuffer(buffer.bytes, offset, there), 0, {})
      if (length === 0) throw frameError('the message has no bytes, not even of a header')
      return { kind: 'message', offset, length, end: offset + length }
    } catch (error) {
      if (!(error instanceof SbeError)) throw error
      if (error.code !== 'ERR_GODWIT_SBE_BOUNDS') throw frameError(`${error.message} (${error.code})`, error)
      // Each look begins at the beginning: of a long message it must not be worth a few bytes.
      const worthwhile = there > EAGER_LENGTH_MAX ? there + (there >>> 3) : undefined
      return { kind: 'more', needed: there + 1, worthwhile, missing: error.message, cause: error }
    }
  }
}
