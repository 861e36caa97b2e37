import { GodwitError } from '../runtime/index.ts'
import type { DirectBuffer } from '../runtime/index.ts'
import { ByteQueue } from './byte-queue.ts'
import { FRAME_LENGTH_MAX, frameError } from './framing.ts'
import type { Frame, Framing, WholeFrame } from './framing.ts'

/** What frames may be. */
export interface FrameOptions {
  /** Longest frame in bytes, its header included; default 16 MiB. */
  readonly lengthMax?: number | undefined
}

/** Cuts a stream of bytes that comes in pieces into frames. Holds one frame and one piece at most. */
export class FrameReader {
  readonly #framing: Framing
  readonly #lengthMax: number
  readonly #queue: ByteQueue = new ByteQueue()
  /** Bytes that must be there before it is worth to look. */
  #needed: number = 1
  #isAtEnd: boolean = false

  constructor(framing: Framing, { lengthMax = FRAME_LENGTH_MAX }: FrameOptions = {}) {
    this.#framing = framing
    this.#lengthMax = lengthMax
    this.#queue.skip(framing.packetHeaderLength)
  }

  /** How many bytes have been taken: where the next frame begins. */
  get position(): number {
    return this.#queue.position
  }

  /** Takes the next piece, which must not change before `next` has given all frames in it. */
  feed(chunk: Uint8Array): void {
    this.#queue.append(chunk)
  }

  /** Nothing more comes: `next` gives the frames that are left. */
  end(): void {
    this.#isAtEnd = true
  }

  /**
   * The next frame, valid until more is fed; undefined when more must be fed first, or there are no more.
   *
   * @throws GodwitError ERR_GODWIT_FRAME when there cannot be a frame, it would be too long, or the input is at its end
   *   within it: it will throw again
   */
  next(): Frame | undefined {
    const queue = this.#queue
    if (this.#isAtEnd && queue.length === 0) return this.#checkHeader()
    if (queue.length < this.#needed && !this.#isAtEnd) return undefined
    const { position, buffer, start } = queue
    const step = located(position, () => this.#framing.next(buffer, start, queue.end))
    const length = step.kind === 'more' ? step.needed : step.end - start
    if (length > this.#lengthMax) {
      throw frameError(`frame at offset ${position}: it is longer than the ${this.#lengthMax} bytes that are allowed`)
    }
    if (step.kind === 'message') {
      this.#needed = 1
      queue.skip(length)
      return frameOf(step, buffer, start, position)
    }
    if (this.#isAtEnd) {
      throw frameError(`frame at offset ${position}: the input ends within it: ${step.missing}`, step.cause)
    }
    this.#needed = Math.min(Math.max(step.needed, step.worthwhile ?? 0), this.#lengthMax)
    return undefined
  }

  #checkHeader(): undefined {
    const { position, owed } = this.#queue
    const header = this.#framing.packetHeaderLength
    if (owed === 0 || position === 0) return
    throw frameError(`the input ends after ${header - owed} of the ${header} bytes before the first frame`)
  }
}

/**
 * The frames of a stream of bytes, such as a file that is read. A frame is valid until the next one is asked for.
 *
 * @throws GodwitError ERR_GODWIT_FRAME when there cannot be a frame, it is too long, or the input ends within one
 */
export async function* readFrames(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>, framing: Framing, options?: FrameOptions,
): AsyncGenerator<Frame, void, undefined> {
  const reader = new FrameReader(framing, options)
  for await (const chunk of chunks) {
    reader.feed(chunk)
    for (let frame = reader.next(); frame !== undefined; frame = reader.next()) yield frame
  }
  reader.end()
  for (let frame = reader.next(); frame !== undefined; frame = reader.next()) yield frame
}

/**
 * The frames of one packet, whose bytes are all there.
 *
 * @throws GodwitError ERR_GODWIT_FRAME when there cannot be a frame, or the packet ends within one
 */
export function* framesOf(
  buffer: DirectBuffer, offset: number, length: number, framing: Framing,
): Generator<Frame, void, undefined> {
  const end = offset + length
  const header = framing.packetHeaderLength
  if (length > 0 && length < header) {
    throw frameError(`the packet ends after ${length} of the ${header} bytes before the first frame`)
  }
  for (let start = offset + header; start < end;) {
    const position = start - offset
    const step = located(position, () => framing.next(buffer, start, end))
    if (step.kind === 'more') {
      throw frameError(`frame at offset ${position}: the packet ends within it: ${step.missing}`, step.cause)
    }
    yield frameOf(step, buffer, start, position)
    start = step.end
  }
}

function frameOf(step: WholeFrame, buffer: DirectBuffer, start: number, position: number): Frame {
  const { offset, length, problem } = step
  if (step.buffer !== undefined) return { buffer: step.buffer, offset, length, position, problem }
  return { buffer, offset, length, position: position + offset - start, problem }
}

/** Says where the frame is in errors of its framing. */
function located<T>(position: number, run: () => T): T {
  try {
    return run()
  } catch (error) {
    if (!(error instanceof GodwitError)) throw error
    throw frameError(`frame at offset ${position}: ${error.message}`, error)
  }
}
