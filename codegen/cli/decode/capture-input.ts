import { formatEndpoint } from '../../capture/addresses.ts'
import { CaptureReader } from '../../capture/capture-reader.ts'
import { dissect } from '../../capture/dissect.ts'
import type { Datagram, Payload, Segment } from '../../capture/dissect.ts'
import type { CapturedPacket } from '../../capture/packet.ts'
import { TcpStreams } from '../../capture/tcp-streams.ts'
import type { TcpStream } from '../../capture/tcp-streams.ts'
import { FrameReader, framesOf } from '../../framing/frame-reader.ts'
import { frameError } from '../../framing/framing.ts'
import type { Framing } from '../../framing/framing.ts'
import { GodwitError } from '../../runtime/errors.ts'
import type { InputItem, MessageInput, Origin } from './message-input.ts'
import type { PacketFilter } from './options.ts'
import { count } from '../findings.ts'

const NS_PER_MS = 1_000_000n
const NS_PER_SECOND = 1_000_000_000n
const FRACTION_DIGITS = 9
/** What a Date can be, in milliseconds to either side of 1970. */
const DATE_MAX_MS = 8_640_000_000_000_000n

const CUT_OFF = 'the capture has only a part of the packet'

/** What is kept of a TCP stream. */
interface StreamState {
  readonly reader: FrameReader
  /** Of the last packet. */
  origin: Origin
  /** Whether what came was no frame, so that the rest of the stream cannot be decoded. */
  isOver: boolean
}

/** A capture: each UDP payload has frames of its own, and so has each direction of a TCP connection. */
export class CaptureInput implements MessageInput {
  readonly #captures: CaptureReader = new CaptureReader()
  readonly #framing: Framing
  readonly #filter: PacketFilter
  readonly #streams: TcpStreams<StreamState>
  /** Items of streams that have ended, until they are taken. */
  readonly #ended: InputItem[] = []
  readonly #skipped: Map<string, number> = new Map()
  #isOver: boolean = false

  constructor(framing: Framing, lengthMax: number, filter: PacketFilter) {
    this.#framing = framing
    this.#filter = filter
    const makeReader = (): FrameReader => new FrameReader(framing, { lengthMax })
    const makeState = (): StreamState => ({ reader: makeReader(), origin: {}, isOver: false })
    this.#streams = new TcpStreams(makeState, (stream) => this.#ended.push(...endOf(stream)))
  }

  get isOver(): boolean {
    return this.#isOver
  }

  *take(chunk: Uint8Array): Generator<InputItem, void, undefined> {
    if (this.#isOver) return
    this.#captures.feed(chunk)
    try {
      for (let packet = this.#captures.next(); packet !== undefined; packet = this.#captures.next()) {
        yield* this.#packet(packet)
      }
    } catch (error) {
      yield this.#lost(error)
    }
  }

  *end(): Generator<InputItem, void, undefined> {
    if (!this.#isOver) {
      try {
        this.#captures.end()
      } catch (error) {
        yield this.#lost(error)
      }
    }
    this.#streams.end()
    yield* this.#takeEnded()
  }

  notes(): readonly string[] {
    return [...this.#skipped].map(([reason, packets]) => `${count(packets, 'packet')} skipped: ${reason}`)
  }

  *#packet(packet: CapturedPacket): Generator<InputItem, void, undefined> {
    const content = dissect(packet)
    if (content.kind === 'other') {
      this.#skipped.set(content.reason, (this.#skipped.get(content.reason) ?? 0) + 1)
      return
    }
    if (!this.#isWanted(content)) return
    yield* content.kind === 'udp' ? this.#datagram(packet, content) : this.#segment(packet, content)
  }

  #isWanted({ source, destination }: Payload): boolean {
    const { ports, addresses } = this.#filter
    const isPort = ports.length === 0 || ports.includes(source.port) || ports.includes(destination.port)
    const isAddress = addresses.length === 0 || addresses.includes(source.address) ||
      addresses.includes(destination.address)
    return isPort && isAddress
  }

  *#datagram(packet: CapturedPacket, content: Datagram): Generator<InputItem, void, undefined> {
    const { offset, length, isCutOff } = content
    const origin = originOf(packet, content)
    try {
      for (const frame of framesOf(packet.buffer, offset, length, this.#framing)) {
        yield { kind: 'message', frame, origin: { ...origin, offset: frame.position } }
      }
    } catch (error) {
      yield lostIn(`packet ${packet.number}`, error, isCutOff ? `; ${CUT_OFF}` : '')
      return
    }
    if (isCutOff) yield lostIn(`packet ${packet.number}`, frameError(CUT_OFF))
  }

  *#segment(packet: CapturedPacket, content: Segment): Generator<InputItem, void, undefined> {
    const { offset, length } = content
    const stream = this.#streams.streamOf(content)
    yield* this.#takeEnded()
    const { state } = stream
    state.origin = originOf(packet, content)
    const pieces = stream.accept(content, packet.buffer.bytes.subarray(offset, offset + length))
    for (const piece of pieces) {
      // A copy: the packet is gone before the rest of a frame comes.
      state.reader.feed(piece.slice())
      yield* framesOfStream(stream)
    }
  }

  *#takeEnded(): Generator<InputItem, void, undefined> {
    yield* this.#ended.splice(0)
  }

  #lost(error: unknown): InputItem {
    this.#isOver = true
    return lostIn('', error)
  }
}

function* framesOfStream({ name, state }: TcpStream<StreamState>): Generator<InputItem, void, undefined> {
  const { reader, origin } = state
  if (state.isOver) return
  try {
    for (let frame = reader.next(); frame !== undefined; frame = reader.next()) {
      yield { kind: 'message', frame, origin: { ...origin, offset: frame.position } }
    }
  } catch (error) {
    state.isOver = true
    yield lostIn(name, error)
  }
}

/** What a stream leaves behind. */
function endOf(stream: TcpStream<StreamState>): readonly InputItem[] {
  const { name, state, isBroken, held } = stream
  if (state.isOver) return []
  if (isBroken || held > 0) {
    const { position } = state.reader
    const problem = `segments are missing or not whole: nothing is decoded from offset ${position} on`
    return [lostIn(name, frameError(problem))]
  }
  state.reader.end()
  return [...framesOfStream(stream)]
}

function lostIn(where: string, error: unknown, hint: string = ''): InputItem {
  if (!(error instanceof GodwitError)) throw error
  return { kind: 'lost', where, error: hint === '' ? error : frameError(`${error.message}${hint}`, error) }
}

function originOf({ number, timeNs }: CapturedPacket, { source, destination }: Payload): Origin {
  return {
    packet: number,
    ...(timeNs === undefined ? {} : { time: formatTime(timeNs) }),
    source: formatEndpoint(source),
    destination: formatEndpoint(destination),
  }
}

/** ISO 8601 with nanoseconds; seconds since 1970 where that has no such form. */
function formatTime(timeNs: bigint): string {
  const fraction = ((timeNs % NS_PER_SECOND) + NS_PER_SECOND) % NS_PER_SECOND
  const seconds = (timeNs - fraction) / NS_PER_SECOND
  const digits = fraction.toString().padStart(FRACTION_DIGITS, '0')
  const ms = (seconds * NS_PER_SECOND) / NS_PER_MS
  if (ms < -DATE_MAX_MS || ms > DATE_MAX_MS) return `${seconds}.${digits}`
  return new Date(Number(ms)).toISOString().replace('.000Z', `.${digits}Z`)
}
