import { ByteQueue } from '../framing/byte-queue.ts'
import { captureError } from './packet.ts'
import type { CapturedPacket } from './packet.ts'
import { isPcap, PcapFormat } from './pcap.ts'
import { isPcapng, PcapngFormat } from './pcapng.ts'

/** Bytes that tell whether something is a capture. */
export const CAPTURE_START_LENGTH = 12

/** Whether bytes are the beginning of a capture: of pcap, with times in micro- or nanoseconds, or of pcapng. */
export function isCapture(bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return bytes.length >= CAPTURE_START_LENGTH && (isPcap(view, 0) || isPcapng(view, 0))
}

/** Reads the packets of a capture that comes in pieces. Holds one packet and one piece at most. */
export class CaptureReader {
  readonly #queue: ByteQueue = new ByteQueue()
  #format: PcapFormat | PcapngFormat | undefined

  /** Takes the next piece, which must not change before `next` has given all packets in it. */
  feed(chunk: Uint8Array): void {
    this.#queue.append(chunk)
  }

  /**
   * The next packet, valid until more is fed; undefined when more must be fed first.
   *
   * @throws GodwitError ERR_GODWIT_CAPTURE when the bytes are no capture, or a damaged one: it will throw again
   */
  next(): CapturedPacket | undefined {
    const queue = this.#queue
    if (this.#format === undefined) {
      if (queue.length < CAPTURE_START_LENGTH) return undefined
      this.#format = formatOf(queue)
    }
    return this.#format.next(queue)
  }

  /** Throws ERR_GODWIT_CAPTURE when the capture ends within a packet. */
  end(): void {
    const { position, length, owed } = this.#queue
    if (length > 0) throw captureError(`the capture ends within what begins at its offset ${position}`)
    if (owed > 0) throw captureError(`the capture ends ${owed} bytes before the end of its last block`)
  }
}

/**
 * The packets of a capture. A packet is valid until the next one is asked for.
 *
 * @throws GodwitError ERR_GODWIT_CAPTURE when the bytes are no capture, or a damaged one, or end within a packet
 */
export async function* readCapture(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<CapturedPacket, void, undefined> {
  const reader = new CaptureReader()
  for await (const chunk of chunks) {
    reader.feed(chunk)
    for (let packet = reader.next(); packet !== undefined; packet = reader.next()) yield packet
  }
  reader.end()
}

function formatOf({ buffer: { view }, start }: ByteQueue): PcapFormat | PcapngFormat {
  if (isPcap(view, start)) return new PcapFormat()
  if (isPcapng(view, start)) return new PcapngFormat()
  throw captureError('the input is no capture: it begins like neither pcap nor pcapng')
}
