import { DirectBuffer, readAscii } from '../../codegen/runtime/index.ts'
import {
  ChannelCounterKeyDecoder,
  ClientHeartbeatCounterKeyDecoder,
  CounterType,
  SocketAddressCounterKeyDecoder,
  StreamCounterKeyDecoder,
  SystemCounterKeyDecoder,
} from '../../schemas/generated/aeron.memory/index.ts'

export interface SystemKey {
  readonly kind: 'system'
  readonly systemCounterId: number
}

export interface StreamKey {
  readonly kind: 'stream'
  /** Of a publication, subscription or image. A 64-bit number, exact up to 2^53. */
  readonly registrationId: number
  readonly sessionId: number
  readonly streamId: number
  /** As much of it as there is room for. */
  readonly channel: string
}

export interface ChannelKey {
  readonly kind: 'channel'
  /** As much of it as there is room for. */
  readonly channel: string
}

export interface AddressKey {
  readonly kind: 'address'
  readonly channelStatusId: number
  readonly address: string
}

export interface ClientKey {
  readonly kind: 'client'
  /** A 64-bit number, exact up to 2^53. */
  readonly clientId: number
}

/** What a counter is about. */
export type CounterKey = SystemKey | StreamKey | ChannelKey | AddressKey | ClientKey

const STREAM_TYPES: ReadonlySet<number> = new Set([
  CounterType.PUBLISHER_LIMIT,
  CounterType.SENDER_POSITION,
  CounterType.RECEIVER_HWM,
  CounterType.SUBSCRIBER_POSITION,
  CounterType.RECEIVER_POSITION,
  CounterType.SENDER_LIMIT,
  CounterType.PER_IMAGE,
  CounterType.PUBLISHER_POSITION,
  CounterType.SENDER_BACK_PRESSURE_EVENTS,
  CounterType.FLOW_CONTROL_RECEIVERS,
  CounterType.SENDER_NAKS_RECEIVED,
  CounterType.RECEIVER_NAKS_SENT,
])

const CHANNEL_TYPES: ReadonlySet<number> = new Set([
  CounterType.SEND_CHANNEL_STATUS,
  CounterType.RECEIVE_CHANNEL_STATUS,
  CounterType.MDC_DESTINATIONS,
])

/** What the label of a stream's counter has in front of the channel. */
const STREAM_LABEL = /^[^:]*: (?:-?\d+ ){3}(\S+)/

/**
 * Reads the key of a counter; undefined when its type says nothing about the key, or the key cannot be of that type.
 *
 * @param label has more of a long channel than the key has room for
 */
export function decodeCounterKey(typeId: number, key: Uint8Array, label: string): CounterKey | undefined {
  const buffer = new DirectBuffer(key)
  if (typeId === CounterType.SYSTEM) {
    const { BLOCK_LENGTH, SCHEMA_VERSION } = SystemCounterKeyDecoder
    const decoder = new SystemCounterKeyDecoder().wrap(buffer, 0, BLOCK_LENGTH, SCHEMA_VERSION)
    return { kind: 'system', systemCounterId: decoder.counterId() }
  }
  if (typeId === CounterType.CLIENT_HEARTBEAT) {
    const { BLOCK_LENGTH, SCHEMA_VERSION } = ClientHeartbeatCounterKeyDecoder
    const decoder = new ClientHeartbeatCounterKeyDecoder().wrap(buffer, 0, BLOCK_LENGTH, SCHEMA_VERSION)
    return { kind: 'client', clientId: Number(decoder.clientId()) }
  }
  if (typeId === CounterType.LOCAL_SOCKET_ADDRESS) {
    const { BLOCK_LENGTH, SCHEMA_VERSION } = SocketAddressCounterKeyDecoder
    const decoder = new SocketAddressCounterKeyDecoder().wrap(buffer, 0, BLOCK_LENGTH, SCHEMA_VERSION)
    const address = textAt(key, BLOCK_LENGTH, decoder.addressLength())
    return address === undefined ? undefined : { kind: 'address', channelStatusId: decoder.channelStatusId(), address }
  }
  if (CHANNEL_TYPES.has(typeId)) {
    const { BLOCK_LENGTH, SCHEMA_VERSION } = ChannelCounterKeyDecoder
    const decoder = new ChannelCounterKeyDecoder().wrap(buffer, 0, BLOCK_LENGTH, SCHEMA_VERSION)
    const channel = textAt(key, BLOCK_LENGTH, decoder.channelLength())
    return channel === undefined ? undefined : { kind: 'channel', channel }
  }
  return STREAM_TYPES.has(typeId) ? streamKey(buffer, key, label) : undefined
}

function streamKey(buffer: DirectBuffer, key: Uint8Array, label: string): StreamKey | undefined {
  const { BLOCK_LENGTH, SCHEMA_VERSION } = StreamCounterKeyDecoder
  const decoder = new StreamCounterKeyDecoder().wrap(buffer, 0, BLOCK_LENGTH, SCHEMA_VERSION)
  const inKey = textAt(key, BLOCK_LENGTH, decoder.channelLength())
  if (inKey === undefined) return undefined
  const inLabel = STREAM_LABEL.exec(label)?.[1] ?? ''
  return {
    kind: 'stream',
    registrationId: Number(decoder.registrationId()),
    sessionId: decoder.sessionId(),
    streamId: decoder.streamId(),
    channel: inLabel.startsWith(inKey) ? inLabel : inKey,
  }
}

/** US-ASCII; undefined when there is no such text in the key. */
function textAt(key: Uint8Array, offset: number, length: number): string | undefined {
  return length >= 0 && length <= key.length - offset ? readAscii(key, offset, length) : undefined
}
