import { DirectBuffer } from '../runtime/index.ts'
import { DataHeaderDecoder, FrameHeaderDecoder, FrameType } from '../../schemas/generated/aeron.wire/index.ts'
import { FRAME_LENGTH_MAX, frameError } from './framing.ts'
import type { Framing, FrameStep, IncompleteFrame, WholeFrame } from './framing.ts'

/** Streams whose fragments are put together. With one more, the one that was quiet for longest is forgotten. */
export const AERON_STREAMS_MAX = 256

const FRAME_HEADER_LENGTH = FrameHeaderDecoder.BLOCK_LENGTH
const DATA_HEADER_LENGTH = DataHeaderDecoder.BLOCK_LENGTH
const ALIGNMENT_MASK = 31
const CAPACITY_MIN = 4096

/** Fragments of one session of a stream. */
class FragmentedStream {
  /** Whether the message that came last has a beginning and no end. */
  isOpen: boolean = false
  /** Whether fragments of it are missing. */
  isDamaged: boolean = false
  buffer: DirectBuffer = new DirectBuffer(new ArrayBuffer(0))
  length: number = 0
  #termId: number = 0
  #nextOffset: number | undefined

  /** How far a frame is ahead of what comes next: below 0 if it came before. */
  aheadOf(termId: number, termOffset: number): number {
    if (this.#nextOffset === undefined) return 0
    return (termId - this.#termId) | 0 || termOffset - this.#nextOffset
  }

  moveTo(termId: number, nextOffset: number): void {
    this.#termId = termId
    this.#nextOffset = nextOffset
  }

  append(part: Uint8Array): void {
    const length = this.length + part.length
    if (length > this.buffer.byteLength) {
      const buffer = new DirectBuffer(new ArrayBuffer(Math.max(CAPACITY_MIN, 2 * length)))
      buffer.bytes.set(this.buffer.bytes.subarray(0, this.length))
      this.buffer = buffer
    }
    this.buffer.bytes.set(part, this.length)
    this.length = length
  }
}

/**
 * The frames of Aeron in its UDP packets: messages of DATA frames, put together where they came in fragments. Frames of
 * other kinds, and heartbeats, are frames without a message. What was sent again comes again, unless it is a fragment.
 */
export class AeronFraming implements Framing {
  readonly packetHeaderLength: number = 0
  readonly #frame: FrameHeaderDecoder = new FrameHeaderDecoder()
  readonly #data: DataHeaderDecoder = new DataHeaderDecoder()
  /** By session and stream; the one that had a fragment last is at the end. */
  readonly #streams: Map<string, FragmentedStream> = new Map()

  get unfinished(): number {
    return [...this.#streams.values()].filter(({ isOpen, isDamaged }) => isOpen || isDamaged).length
  }

  next(buffer: DirectBuffer, offset: number, end: number): FrameStep {
    const there = end - offset
    if (there < FRAME_HEADER_LENGTH) return incomplete(there, FRAME_HEADER_LENGTH)
    const frame = this.#frame.wrap(buffer, offset, FRAME_HEADER_LENGTH, FrameHeaderDecoder.SCHEMA_VERSION)
    const [frameLength, type, version] = [frame.frameLength(), frame.frameType(), frame.version()]
    const isData = type === FrameType.DATA || type === FrameType.PAD
    const lengthMin = isData ? DATA_HEADER_LENGTH : FRAME_HEADER_LENGTH
    // Of padding only the header is sent, and a heartbeat has no length.
    const isHeader = type === FrameType.PAD || (isData && frameLength === 0)
    if (version !== 0) throw frameError(`it is no frame of Aeron: its version is ${version}, not 0`)
    if (!isHeader && (frameLength < lengthMin || frameLength > FRAME_LENGTH_MAX)) {
      throw frameError(`it is no frame of Aeron: its length is ${frameLength}`)
    }
    const aligned = isData ? (frameLength + ALIGNMENT_MASK) & ~ALIGNMENT_MASK : frameLength
    const length = isHeader ? lengthMin : aligned
    if (there < length) return incomplete(there, length)
    if (!isData || isHeader) return withoutMessage(offset + length)
    const start = offset + DATA_HEADER_LENGTH
    const whole: WholeFrame =
      { kind: 'message', offset: start, length: frameLength - DATA_HEADER_LENGTH, end: offset + length }
    const header = this.#data.wrap(buffer, offset, DATA_HEADER_LENGTH, DataHeaderDecoder.SCHEMA_VERSION)
    const isUnfragmented = header.flags().begin() && header.flags().end()
    return isUnfragmented ? whole : this.#fragment(header, whole, buffer.bytes.subarray(start, offset + frameLength))
  }

  #fragment(header: DataHeaderDecoder, frame: WholeFrame, part: Uint8Array): FrameStep {
    const [isBegin, isEnd] = [header.flags().begin(), header.flags().end()]
    const [termId, termOffset] = [header.termId(), header.termOffset()]
    const stream = this.#streamOf(`${header.sessionId()}:${header.streamId()}`)
    const ahead = stream.aheadOf(termId, termOffset)
    if (ahead < 0) return withoutMessage(frame.end)
    stream.moveTo(termId, termOffset + DATA_HEADER_LENGTH + frame.end - frame.offset)
    const hasLost = isBegin && (stream.isOpen || stream.isDamaged)
    if (isBegin) {
      stream.isOpen = true
      stream.isDamaged = false
      stream.length = 0
    } else if (ahead > 0 || !stream.isOpen || stream.length + part.length > FRAME_LENGTH_MAX) {
      stream.isOpen = false
      stream.isDamaged = !isEnd
    }
    if (!stream.isOpen) {
      return isEnd ? { ...frame, problem: 'it is the end of a message that is not whole' } : withoutMessage(frame.end)
    }
    stream.append(part)
    stream.isOpen = !isEnd
    if (isEnd) return { ...frame, buffer: stream.buffer, offset: 0, length: stream.length }
    return hasLost ? { ...frame, problem: 'the message before it in its stream has no end' } : withoutMessage(frame.end)
  }

  #streamOf(key: string): FragmentedStream {
    const stream = this.#streams.get(key) ?? new FragmentedStream()
    this.#streams.delete(key)
    this.#streams.set(key, stream)
    const [oldest] = this.#streams.keys()
    if (this.#streams.size > AERON_STREAMS_MAX && oldest !== undefined) this.#streams.delete(oldest)
    return stream
  }
}

function withoutMessage(end: number): WholeFrame {
  return { kind: 'message', offset: end, length: 0, end }
}

function incomplete(there: number, needed: number): IncompleteFrame {
  return { kind: 'more', needed, missing: `only ${there} of its ${needed} bytes` }
}
