import type { AtomicCounter } from '../../../client/memory/atomic-counter.ts'
import { ErrorCode } from '../../../schemas/generated/aeron.commands/index.ts'
import type { SocketParams } from '../channel/shared-params.ts'
import { formatAddress } from '../channel/socket-address.ts'
import type { ResolvedUdpChannel } from '../channel/udp-channel.ts'
import type { ConductorCommand } from '../commands.ts'
import { DriverError } from '../driver-error.ts'
import type { TransportOptions } from '../media.ts'
import { toDriverError } from './conductor-errors.ts'
import type { ConductorServices } from './conductor-services.ts'
import { ChannelStatus } from './stream-counters.ts'

type EndpointState = 'OPENING' | 'ACTIVE' | 'CLOSING'

/** A socket, which the sender or the receiver owns, as the conductor knows it. */
export class Endpoint {
  readonly id: number
  readonly isSend: boolean
  readonly canonicalForm: string
  /** Text of the channel that it was opened for. */
  readonly channel: string
  readonly registrationId: number
  readonly options: TransportOptions
  readonly channelStatus: AtomicCounter
  localAddress: AtomicCounter | undefined
  state: EndpointState = 'OPENING'
  /** Publications and subscriptions that use it. */
  references: number = 1
  /** Bytes that the system really gave; 0 when it does not tell. */
  sendBufferLength: number = 0
  receiveBufferLength: number = 0
  /** Waits for the socket. */
  onOpened: EndpointCallback | undefined

  constructor(
    id: number,
    isSend: boolean,
    resolved: ResolvedUdpChannel,
    request: EndpointRequest,
    options: TransportOptions,
    channelStatus: AtomicCounter,
  ) {
    this.id = id
    this.isSend = isSend
    this.canonicalForm = resolved.canonicalForm
    this.channel = request.channel
    this.registrationId = request.registrationId
    this.options = options
    this.channelStatus = channelStatus
  }
}

/** What an endpoint is wanted for. */
export interface EndpointRequest {
  readonly registrationId: number
  readonly channel: string
  readonly sockets: SocketParams
  /** Group tag of a receive endpoint; undefined: none. */
  readonly groupTag?: bigint | undefined
}

export type EndpointCallback = (result: Endpoint | DriverError) => void

type EndpointReply = Extract<
  ConductorCommand,
  { readonly type: 'endpointOpened' | 'endpointFailed' | 'endpointClosed' }
>

/** Sockets of the driver. Channels of one canonical form share theirs, those that send and those that receive apart. */
export class Endpoints {
  private readonly services: ConductorServices
  private readonly endpoints: Map<number, Endpoint> = new Map()
  private nextId: number = 1
  private nextReceiverId: bigint

  constructor(services: ConductorServices) {
    this.services = services
    this.nextReceiverId = (BigInt(services.randomInt32()) << 32n) | BigInt(services.randomInt32() >>> 0)
  }

  find(endpointId: number): Endpoint | undefined {
    return this.endpoints.get(endpointId)
  }

  /**
   * Hands out an endpoint for a channel, with a reference to it: one that exists, or a new one as soon as its socket is
   * open. The callback may be called before the return.
   */
  acquire(isSend: boolean, resolved: ResolvedUdpChannel, request: EndpointRequest, callback: EndpointCallback): void {
    const options = this.transportOptions(isSend, resolved, request.sockets)
    const existing = this.findShared(isSend, resolved.canonicalForm)
    if (existing === undefined) {
      this.open(isSend, resolved, request, options, callback)
      return
    }
    const obstacle = obstacleToSharing(existing, options, request.sockets)
    if (obstacle !== undefined) {
      callback(obstacle)
      return
    }
    existing.references++
    callback(existing)
  }

  /** Gives a reference back; the last one closes the socket. */
  release(endpoint: Endpoint): void {
    endpoint.references--
    if (endpoint.references === 0 && endpoint.state === 'ACTIVE') this.close(endpoint)
  }

  onReply(reply: EndpointReply): void {
    const endpoint = this.endpoints.get(reply.endpointId)
    if (endpoint === undefined) return
    if (reply.type === 'endpointOpened') this.opened(endpoint, reply)
    else if (reply.type === 'endpointFailed') this.failed(endpoint, reply.message)
    else this.remove(endpoint)
  }

  private findShared(isSend: boolean, canonicalForm: string): Endpoint | undefined {
    for (const endpoint of this.endpoints.values()) {
      if (endpoint.isSend === isSend && endpoint.canonicalForm === canonicalForm) return endpoint
    }
    return undefined
  }

  private transportOptions(isSend: boolean, resolved: ResolvedUdpChannel, sockets: SocketParams): TransportOptions {
    const { settings } = this.services
    const buffers = {
      sendBufferLength: sockets.socketSndbufLength || settings.socketSoSndbuf,
      receiveBufferLength: sockets.socketRcvbufLength || settings.socketSoRcvbuf,
    }
    if (isSend) return { local: resolved.localData, remote: resolved.remoteData, ...buffers }
    return { local: resolved.remoteData, ...buffers }
  }

  private open(
    isSend: boolean,
    resolved: ResolvedUdpChannel,
    request: EndpointRequest,
    options: TransportOptions,
    callback: EndpointCallback,
  ): void {
    const { streamCounters, toSender, toReceiver } = this.services
    const status = streamCounters.allocateChannelStatus(isSend, request.channel, request.registrationId)
    status.set(ChannelStatus.INITIALIZING)
    const endpoint = new Endpoint(this.nextId++, isSend, resolved, request, options, status)
    endpoint.onOpened = callback
    this.endpoints.set(endpoint.id, endpoint)
    if (isSend) {
      toSender.send({ type: 'addSendEndpoint', endpointId: endpoint.id, options })
      return
    }
    const groupTag = request.groupTag === undefined ? {} : { groupTag: request.groupTag }
    const receiverId = this.takeReceiverId()
    toReceiver.send({ type: 'addReceiveEndpoint', endpointId: endpoint.id, receiverId, ...groupTag, options })
  }

  /** 0 means "any receiver" on the wire. */
  private takeReceiverId(): bigint {
    if (this.nextReceiverId === 0n) this.nextReceiverId++
    const receiverId = this.nextReceiverId
    this.nextReceiverId = BigInt.asIntN(64, receiverId + 1n)
    return receiverId
  }

  private opened(endpoint: Endpoint, reply: Extract<ConductorCommand, { readonly type: 'endpointOpened' }>): void {
    if (endpoint.state !== 'OPENING') return
    const { counters, streamCounters } = this.services
    endpoint.state = 'ACTIVE'
    endpoint.sendBufferLength = reply.sendBufferLength
    endpoint.receiveBufferLength = reply.receiveBufferLength
    const { isSend, channelStatus, registrationId } = endpoint
    const address = formatAddress(reply.localAddress)
    try {
      endpoint.localAddress = streamCounters.allocateLocalAddress(isSend, channelStatus.id, address, registrationId)
    } catch (error) {
      this.answer(endpoint, toDriverError(error))
      this.release(endpoint)
      return
    }
    counters.appendToLabel(channelStatus.id, ` ${address}`)
    endpoint.localAddress.set(ChannelStatus.ACTIVE)
    channelStatus.set(ChannelStatus.ACTIVE)
    this.answer(endpoint, endpoint)
  }

  private failed(endpoint: Endpoint, message: string): void {
    const text = `channel ${endpoint.channel}: ${message}`
    if (endpoint.state !== 'OPENING') {
      // The clients that use the channel know it by its counter.
      endpoint.channelStatus.set(ChannelStatus.ERRORED)
      this.services.errors.record(ErrorCode.CHANNEL_ENDPOINT_ERROR, text)
      this.services.notifier.onError(BigInt(endpoint.channelStatus.id), ErrorCode.CHANNEL_ENDPOINT_ERROR, text)
      return
    }
    this.remove(endpoint)
    this.answer(endpoint, new DriverError(ErrorCode.GENERIC_ERROR, text))
  }

  private answer(endpoint: Endpoint, result: Endpoint | DriverError): void {
    const { onOpened } = endpoint
    endpoint.onOpened = undefined
    onOpened?.(result)
  }

  private close(endpoint: Endpoint): void {
    const { toSender, toReceiver } = this.services
    const { id, isSend, channelStatus, localAddress } = endpoint
    endpoint.state = 'CLOSING'
    channelStatus.set(ChannelStatus.CLOSING)
    localAddress?.set(ChannelStatus.CLOSING)
    if (isSend) toSender.send({ type: 'removeSendEndpoint', endpointId: id })
    else toReceiver.send({ type: 'removeReceiveEndpoint', endpointId: id })
  }

  private remove(endpoint: Endpoint): void {
    const { channelStatus, localAddress } = endpoint
    this.endpoints.delete(endpoint.id)
    this.services.streamCounters.free(localAddress === undefined ? [channelStatus] : [channelStatus, localAddress])
  }
}

function obstacleToSharing(
  { state, options, channel }: Endpoint,
  wanted: TransportOptions,
  sockets: SocketParams,
): DriverError | undefined {
  if (state !== 'ACTIVE') {
    const what = state === 'CLOSING' ? 'is being closed' : 'is being opened'
    return new DriverError(ErrorCode.RESOURCE_TEMPORARILY_UNAVAILABLE, `the socket of ${channel} ${what}: try again`)
  }
  const differs = (key: string, mine: number, its: number): DriverError =>
    new DriverError(ErrorCode.INVALID_CHANNEL, `${key}=${mine} differs from ${its}, which the socket of ${channel} has`)
  if (sockets.socketSndbufLength !== 0 && wanted.sendBufferLength !== options.sendBufferLength) {
    return differs('so-sndbuf', wanted.sendBufferLength, options.sendBufferLength)
  }
  if (sockets.socketRcvbufLength !== 0 && wanted.receiveBufferLength !== options.receiveBufferLength) {
    return differs('so-rcvbuf', wanted.receiveBufferLength, options.receiveBufferLength)
  }
  return undefined
}
