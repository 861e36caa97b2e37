import type { AtomicCounter } from '../../../client/memory/atomic-counter.ts'
import { COUNTER_KEY_LENGTH_MAX } from '../../../client/memory/counter-records.ts'
import type { CountersManager } from '../../../client/memory/counters-manager.ts'
import { DirectBuffer, writeAscii } from '../../../codegen/runtime/index.ts'
import {
  ChannelCounterKeyEncoder,
  ClientHeartbeatCounterKeyEncoder,
  CounterType,
  SocketAddressCounterKeyEncoder,
  StreamCounterKeyEncoder,
} from '../../../schemas/generated/aeron.memory/index.ts'

/** Type and name of a counter of a stream. */
export interface StreamCounterKind {
  readonly typeId: CounterType
  readonly name: string
}

export const PUBLISHER_POSITION_CONCURRENT: StreamCounterKind = {
  typeId: CounterType.PUBLISHER_POSITION, name: 'pub-pos (concurrent)',
}
export const PUBLISHER_POSITION_EXCLUSIVE: StreamCounterKind = {
  typeId: CounterType.PUBLISHER_POSITION, name: 'pub-pos (exclusive)',
}
export const PUBLISHER_LIMIT: StreamCounterKind = { typeId: CounterType.PUBLISHER_LIMIT, name: 'pub-lmt' }
export const SENDER_POSITION: StreamCounterKind = { typeId: CounterType.SENDER_POSITION, name: 'snd-pos' }
export const SENDER_LIMIT: StreamCounterKind = { typeId: CounterType.SENDER_LIMIT, name: 'snd-lmt' }
export const SENDER_BACK_PRESSURE_EVENTS: StreamCounterKind = {
  typeId: CounterType.SENDER_BACK_PRESSURE_EVENTS, name: 'snd-bpe',
}
export const SENDER_NAKS_RECEIVED: StreamCounterKind = {
  typeId: CounterType.SENDER_NAKS_RECEIVED, name: 'snd-naks-received',
}
export const RECEIVER_HWM: StreamCounterKind = { typeId: CounterType.RECEIVER_HWM, name: 'rcv-hwm' }
export const RECEIVER_POSITION: StreamCounterKind = { typeId: CounterType.RECEIVER_POSITION, name: 'rcv-pos' }
export const RECEIVER_NAKS_SENT: StreamCounterKind = { typeId: CounterType.RECEIVER_NAKS_SENT, name: 'rcv-naks-sent' }
const SUBSCRIBER_POSITION: StreamCounterKind = { typeId: CounterType.SUBSCRIBER_POSITION, name: 'sub-pos' }

/** What a counter of a stream is about. */
export interface StreamIdentity {
  readonly registrationId: number
  readonly sessionId: number
  readonly streamId: number
  readonly channel: string
  /** Client that owns the counter. */
  readonly ownerId: number
}

/** Values of counters of channels. */
export const ChannelStatus = { INITIALIZING: 0, ACTIVE: 1, CLOSING: 2, ERRORED: -1 } as const

const STREAM_KEY_CHANNEL_MAX = COUNTER_KEY_LENGTH_MAX - StreamCounterKeyEncoder.BLOCK_LENGTH
const CHANNEL_KEY_CHANNEL_MAX = COUNTER_KEY_LENGTH_MAX - ChannelCounterKeyEncoder.BLOCK_LENGTH
/** One byte stays for the NUL that C programs look for. */
const SOCKET_ADDRESS_KEY_TEXT_MAX = COUNTER_KEY_LENGTH_MAX - SocketAddressCounterKeyEncoder.BLOCK_LENGTH - 1

/** Allocates counters of streams, channels and clients, with the keys and labels that tools know. */
export class StreamCounters {
  private readonly counters: CountersManager

  constructor(counters: CountersManager) {
    this.counters = counters
  }

  /**
   * Allocates one counter of each kind, in that order, or none at all.
   *
   * @throws GodwitError ERR_GODWIT_COUNTERS_FULL
   */
  allocateAll(identity: StreamIdentity, kinds: readonly StreamCounterKind[]): readonly AtomicCounter[] {
    const allocated: AtomicCounter[] = []
    try {
      for (const kind of kinds) allocated.push(this.allocate(kind, identity, 0, ''))
    } catch (error) {
      this.free(allocated)
      throw error
    }
    return allocated
  }

  /** Position of a subscription in the stream of `referenceId`, a publication or image. */
  allocateSubscriberPosition(identity: StreamIdentity, referenceId: number, joinPosition: number): AtomicCounter {
    const counter = this.allocate(SUBSCRIBER_POSITION, identity, referenceId, ` @${joinPosition}`)
    counter.set(joinPosition)
    return counter
  }

  /** Status of a channel, `snd-channel` or `rcv-channel`; its address follows when it is bound. */
  allocateChannelStatus(isSend: boolean, channel: string, registrationId: number): AtomicCounter {
    const length = Math.min(channel.length, CHANNEL_KEY_CHANNEL_MAX)
    const buffer = keyBuffer(ChannelCounterKeyEncoder.BLOCK_LENGTH + length)
    new ChannelCounterKeyEncoder().wrap(buffer, 0).channelLength(length)
    writeAscii(buffer.bytes, ChannelCounterKeyEncoder.BLOCK_LENGTH, channel.slice(0, length))
    const typeId = isSend ? CounterType.SEND_CHANNEL_STATUS : CounterType.RECEIVE_CHANNEL_STATUS
    const label = `${isSend ? 'snd' : 'rcv'}-channel: ${channel}`
    return this.counters.allocate(typeId, label, buffer.bytes, registrationId)
  }

  /** Address that a channel is bound to; the value is a channel status. */
  allocateLocalAddress(
    isSend: boolean,
    channelStatusId: number,
    address: string,
    registrationId: number,
  ): AtomicCounter {
    const length = Math.min(address.length, SOCKET_ADDRESS_KEY_TEXT_MAX)
    const buffer = keyBuffer(SocketAddressCounterKeyEncoder.BLOCK_LENGTH + length)
    new SocketAddressCounterKeyEncoder().wrap(buffer, 0).channelStatusId(channelStatusId).addressLength(length)
    writeAscii(buffer.bytes, SocketAddressCounterKeyEncoder.BLOCK_LENGTH, address.slice(0, length))
    const label = `${isSend ? 'snd' : 'rcv'}-local-sockaddr: ${channelStatusId} ${address}`
    return this.counters.allocate(CounterType.LOCAL_SOCKET_ADDRESS, label, buffer.bytes, registrationId)
  }

  /** Where a client says that it is alive; the client adds its name to the label. */
  allocateClientHeartbeat(clientId: number): AtomicCounter {
    const buffer = keyBuffer(ClientHeartbeatCounterKeyEncoder.BLOCK_LENGTH)
    new ClientHeartbeatCounterKeyEncoder().wrap(buffer, 0).clientIdAsNumber(clientId)
    const label = `client-heartbeat: id=${clientId}`
    return this.counters.allocate(CounterType.CLIENT_HEARTBEAT, label, buffer.bytes, clientId, clientId)
  }

  free(counters: readonly AtomicCounter[]): void {
    for (const counter of counters) this.counters.free(counter.id)
  }

  private allocate(
    { typeId, name }: StreamCounterKind,
    { registrationId, sessionId, streamId, channel, ownerId }: StreamIdentity,
    referenceId: number,
    suffix: string,
  ): AtomicCounter {
    const length = Math.min(channel.length, STREAM_KEY_CHANNEL_MAX)
    const buffer = keyBuffer(StreamCounterKeyEncoder.BLOCK_LENGTH + length)
    new StreamCounterKeyEncoder().wrap(buffer, 0)
      .registrationIdAsNumber(registrationId).sessionId(sessionId).streamId(streamId).channelLength(length)
    writeAscii(buffer.bytes, StreamCounterKeyEncoder.BLOCK_LENGTH, channel.slice(0, length))
    const label = `${name}: ${registrationId} ${sessionId} ${streamId} ${channel}${suffix}`
    return this.counters.allocate(typeId, label, buffer.bytes, registrationId, ownerId, referenceId)
  }
}

function keyBuffer(byteLength: number): DirectBuffer {
  return new DirectBuffer(new ArrayBuffer(byteLength))
}
