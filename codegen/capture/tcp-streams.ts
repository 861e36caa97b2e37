import { formatEndpoint } from './addresses.ts'
import type { Segment } from './dissect.ts'

/** Streams that are followed at a time. When there is one more, the one that was quiet for longest is given up. */
export const TCP_STREAMS_MAX = 256
/** What may wait for a segment that is missing, per stream. */
export const HELD_SEGMENTS_MAX = 64
export const HELD_BYTES_MAX: number = 1024 * 1024

interface HeldSegment {
  readonly sequence: number
  readonly bytes: Uint8Array
}

/** One direction of a TCP connection: puts its segments into order, and leaves out what came before. */
export class TcpStream<State> {
  /** Such as `10.0.0.1:40000 to 10.0.0.2:9000`. */
  readonly name: string
  /** What its user keeps for it. */
  readonly state: State
  #isBroken: boolean = false
  #begin: number | undefined
  #next: number | undefined
  #held: HeldSegment[] = []

  constructor(name: string, state: State) {
    this.name = name
    this.state = state
  }

  /** Whether bytes are missing, so that nothing more comes out of it. */
  get isBroken(): boolean {
    return this.#isBroken
  }

  /** Segments that wait for one that is missing. */
  get held(): number {
    return this.#held.length
  }

  /** Whether the segment begins another stream between the same endpoints. */
  isAnother({ isFirst, sequence }: Segment): boolean {
    return isFirst && this.#begin !== sequence && this.#next !== undefined
  }

  /** Returns the bytes that come next in the stream, in pieces. What waits is copied. */
  accept({ isFirst, sequence }: Segment, bytes: Uint8Array): readonly Uint8Array[] {
    if (this.#isBroken) return []
    if (isFirst) this.#begin = sequence
    const first = isFirst ? sequence + 1 : sequence
    this.#next ??= first >>> 0
    const pieces: Uint8Array[] = []
    if (!this.#take({ sequence: first, bytes }, pieces)) this.#hold(first, bytes)
    for (let isMore = pieces.length > 0; isMore;) {
      const waiting = this.#held.length
      this.#held = this.#held.filter((segment) => !this.#take(segment, pieces))
      isMore = this.#held.length < waiting
    }
    return pieces
  }

  /** Whether the segment is not ahead of the stream; what is new in it goes to the pieces. */
  #take({ sequence, bytes }: HeldSegment, pieces: Uint8Array[]): boolean {
    const next = this.#next ?? 0
    const ahead = (sequence - next) | 0
    if (ahead > 0) return bytes.length === 0
    const fresh = bytes.subarray(-ahead)
    if (fresh.length > 0) pieces.push(fresh)
    this.#next = (next + fresh.length) >>> 0
    return true
  }

  #hold(sequence: number, bytes: Uint8Array): void {
    this.#held.push({ sequence, bytes: bytes.slice() })
    const total = this.#held.reduce((sum, held) => sum + held.bytes.length, 0)
    if (this.#held.length <= HELD_SEGMENTS_MAX && total <= HELD_BYTES_MAX) return
    this.#isBroken = true
    this.#held = []
  }
}

/** The TCP streams of a capture, each with a state. */
export class TcpStreams<State> {
  readonly #makeState: () => State
  readonly #streams: Map<string, TcpStream<State>> = new Map()
  readonly #onEnd: (stream: TcpStream<State>) => void

  /** @param onEnd called for each stream of which nothing more comes */
  constructor(makeState: () => State, onEnd: (stream: TcpStream<State>) => void) {
    this.#makeState = makeState
    this.#onEnd = onEnd
  }

  /** The stream of a segment, a new one if the segment begins it or is the first that was captured of it. */
  streamOf(segment: Segment): TcpStream<State> {
    const name = `${formatEndpoint(segment.source)} to ${formatEndpoint(segment.destination)}`
    const known = this.#streams.get(name)
    // Goes to the end, behind those that are quiet.
    this.#streams.delete(name)
    const isAnother = known?.isAnother(segment) === true
    if (known !== undefined && isAnother) this.#onEnd(known)
    const stream = known === undefined || isAnother ? new TcpStream(name, this.#makeState()) : known
    this.#streams.set(name, stream)
    const [oldest] = this.#streams.values()
    if (this.#streams.size > TCP_STREAMS_MAX && oldest !== undefined) {
      this.#streams.delete(oldest.name)
      this.#onEnd(oldest)
    }
    return stream
  }

  /** Ends all streams: the capture is at its end. */
  end(): void {
    for (const stream of this.#streams.values()) this.#onEnd(stream)
    this.#streams.clear()
  }
}
