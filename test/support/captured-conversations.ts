import { frameTypeName } from '../../schemas/generated/aeron.wire/index.ts'
import type { TappedDatagram } from './virtual-network.ts'
import { readVector } from './vectors.ts'

const SUMMARY = /^ {2}([\d.]+)s (\d+)->(\d+) len=(\d+) (\w+) .*flags=0x(\w+)$/
const COUNT = /\('(\w+)', (\d+)\): (\d+)/g
const HEADER_LENGTH = 32
const FRAME_LENGTH_OFFSET = 0
const FLAGS_OFFSET = 5
const TYPE_OFFSET = 6

/** A datagram of a conversation. */
export interface Frame {
  readonly timeNs: number
  readonly isToReceiver: boolean
  /** Type of the first frame, or HEARTBEAT. */
  readonly kind: string
  readonly flags: number
  readonly length: number
  /** All bytes, or the first ones. */
  readonly hex: string
}

export interface Conversation {
  /** Some of the datagrams. */
  readonly frames: readonly Frame[]
  /** How many there were of each kind, by `countKey`. */
  readonly counts: ReadonlyMap<string, number>
}

export function countKey({ kind, flags }: Pick<Frame, 'kind' | 'flags'>): string {
  return `${kind} 0x${flags.toString(16)}`
}

/** A section of the conversations captured between real drivers. Who sends the first SETUP is the sender. */
export function readConversation(section: number): Conversation {
  const [, text = ''] = readVector('aeron/frames.txt').split(new RegExp(`^## ${section}\\. .*$`, 'm'))
  const lines = text.split(/^## /m)[0]!.split('\n')
  const frames = lines.flatMap((line, index) => {
    const match = SUMMARY.exec(line)
    if (match === null) return []
    const [, time, source, , length, kind, flags] = match as unknown as readonly string[]
    const hex = lines[index + 1]!.replace(/[^0-9a-f]/g, '')
    const timeNs = Number(time) * 1e9
    return [{ timeNs, source, kind: kind!, flags: parseInt(flags!, 16), length: Number(length), hex }]
  })
  const sender = frames.find(({ kind }) => kind === 'SETUP')?.source
  const counts = lines.find((line) => line.startsWith('counts')) ?? ''
  return {
    frames: frames.map(({ source, ...frame }) => ({ ...frame, isToReceiver: source === sender })),
    counts: new Map([...counts.matchAll(COUNT)].map(([, kind, flags, count]) => [
      countKey({ kind: kind!, flags: Number(flags) }), Number(count),
    ])),
  }
}

/** A datagram of ours in the same form. */
export function frameOf({ timeNs, destination, bytes }: TappedDatagram, receiverPort: number): Frame {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const type = view.getUint16(TYPE_OFFSET, true)
  const isHeartbeat = bytes.length === HEADER_LENGTH && view.getInt32(FRAME_LENGTH_OFFSET, true) === 0
  return {
    timeNs,
    isToReceiver: destination.port === receiverPort,
    kind: isHeartbeat ? 'HEARTBEAT' : (frameTypeName(type) ?? `type ${type}`),
    flags: bytes[FLAGS_OFFSET]!,
    length: bytes.length,
    hex: Buffer.from(bytes).toString('hex'),
  }
}

export function countFrames(frames: readonly Frame[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const frame of frames) counts.set(countKey(frame), (counts.get(countKey(frame)) ?? 0) + 1)
  return counts
}

export function bytesOf({ hex }: Pick<Frame, 'hex'>): DataView {
  return new DataView(Uint8Array.from(Buffer.from(hex, 'hex')).buffer)
}
