import { ErrorCode } from '../../../schemas/generated/aeron.commands/index.ts'
import type { ChannelUri } from '../../../client/protocol/channel-uri.ts'
import type { SubscriptionParams } from '../channel/subscription-params.ts'
import { parseSubscriptionParams } from '../channel/subscription-params.ts'
import { parseUdpChannel, resolveUdpChannel } from '../channel/udp-channel.ts'
import type { ReceiverCommand } from '../commands.ts'
import { DriverError } from '../driver-error.ts'
import { NO_CHANNEL_STATUS_ID } from './client-notifier.ts'
import type { ClientSessions } from './client-session.ts'
import type { CommandTicket } from './command-ticket.ts'
import type { ConductorServices } from './conductor-services.ts'
import { Endpoint } from './endpoints.ts'
import type { Endpoints } from './endpoints.ts'
import type { Images } from './images.ts'
import type { IpcPublications } from './ipc-publications.ts'
import { Subscription } from './subscription-registry.ts'
import type { SubscriptionRegistry } from './subscription-registry.ts'

/** What a command to add a subscription asks for. */
export interface SubscriptionRequest {
  readonly streamId: number
  readonly channel: string
  readonly uri: ChannelUri
}

/** Adds subscriptions and removes them. */
export class Subscriptions {
  private readonly services: ConductorServices
  private readonly registry: SubscriptionRegistry
  private readonly endpoints: Endpoints
  private readonly sessions: ClientSessions
  private readonly images: Images
  private readonly ipcPublications: IpcPublications

  constructor(
    services: ConductorServices,
    registry: SubscriptionRegistry,
    endpoints: Endpoints,
    sessions: ClientSessions,
    images: Images,
    ipcPublications: IpcPublications,
  ) {
    this.services = services
    this.registry = registry
    this.endpoints = endpoints
    this.sessions = sessions
    this.images = images
    this.ipcPublications = ipcPublications
  }

  /** @throws DriverError */
  addIpc({ clientId, correlationId }: CommandTicket, { streamId, channel, uri }: SubscriptionRequest): void {
    const { ids, settings, notifier } = this.services
    const params = parseSubscriptionParams(uri, settings)
    ids.claim(correlationId)
    const subscription = new Subscription(correlationId, clientId, streamId, channel, params, undefined)
    this.registry.add(subscription)
    notifier.onSubscriptionReady(correlationId, NO_CHANNEL_STATUS_ID)
    this.services.errors.attempt(`subscription ${correlationId}`, () => {
      this.ipcPublications.linkSubscription(subscription)
    })
  }

  /** Done when the name is resolved and the socket open. @throws DriverError */
  addNetwork(ticket: CommandTicket, request: SubscriptionRequest): void {
    const { settings, context, resolver } = this.services
    const { uri, channel } = request
    const params = parseSubscriptionParams(uri, settings)
    const udpChannel = parseUdpChannel(uri, 'subscription')
    resolveUdpChannel(udpChannel, resolver, context.networkInterfaces, (resolved) => {
      ticket.proceed(() => {
        if (resolved instanceof DriverError) throw resolved
        const { groupTag } = params
        const wanted = { registrationId: ticket.correlationId, channel, sockets: params, groupTag }
        this.endpoints.acquire(false, resolved, wanted, (endpoint) => {
          this.onEndpoint(ticket, request, params, endpoint)
        })
      })
    })
  }

  /** @throws DriverError UNKNOWN_SUBSCRIPTION */
  remove(clientId: number, correlationId: number, registrationId: number): void {
    const subscription = this.registry.find(registrationId)
    if (subscription?.clientId !== clientId) {
      const message = `client ${clientId} has no subscription with registration id ${registrationId}`
      throw new DriverError(ErrorCode.UNKNOWN_SUBSCRIPTION, message)
    }
    this.drop(subscription)
    this.services.notifier.onOperationSuccess(correlationId)
  }

  removeAllOf(clientId: number): void {
    for (const subscription of this.registry.ofClient(clientId)) this.drop(subscription)
  }

  private onEndpoint(
    ticket: CommandTicket,
    request: SubscriptionRequest,
    params: SubscriptionParams,
    endpoint: Endpoint | DriverError,
  ): void {
    let isKept = false
    ticket.proceed(() => {
      if (endpoint instanceof DriverError) throw endpoint
      this.addOn(endpoint, ticket, request, params)
      isKept = true
      ticket.done()
    })
    if (endpoint instanceof Endpoint && !isKept) this.endpoints.release(endpoint)
  }

  private addOn(
    endpoint: Endpoint,
    { clientId, correlationId }: CommandTicket,
    { streamId, channel }: SubscriptionRequest,
    params: SubscriptionParams,
  ): void {
    const { ids, notifier, toReceiver } = this.services
    this.sessions.findLive(clientId)
    this.checkAgreement(endpoint, streamId, params)
    checkReceiverWindow(params, endpoint)
    ids.claim(correlationId)
    const subscription = new Subscription(correlationId, clientId, streamId, channel, params, endpoint)
    this.registry.add(subscription)
    toReceiver.send(interestCommand('addInterest', endpoint, subscription))
    notifier.onSubscriptionReady(correlationId, endpoint.channelStatus.id)
    this.services.errors.attempt(`subscription ${correlationId}`, () => this.images.linkSubscription(subscription))
  }

  private checkAgreement(endpoint: Endpoint, streamId: number, params: SubscriptionParams): void {
    const other = this.registry.alike(endpoint.id, streamId, params.sessionId)
    if (other === undefined) return
    checkAgrees('reliable', params.isReliable, other.isReliable, other)
    checkAgrees('rejoin', params.isRejoin, other.isRejoin, other)
  }

  private drop(subscription: Subscription): void {
    const { ids, toReceiver } = this.services
    const { registrationId, endpoint } = subscription
    this.registry.remove(registrationId)
    ids.release(registrationId)
    if (endpoint === undefined) {
      this.ipcPublications.unlinkSubscription(registrationId)
      return
    }
    this.images.unlinkSubscription(registrationId)
    toReceiver.send(interestCommand('removeInterest', endpoint, subscription))
    this.endpoints.release(endpoint)
  }
}

function interestCommand(
  type: 'addInterest' | 'removeInterest',
  endpoint: Endpoint,
  { streamId, sessionId }: Subscription,
): ReceiverCommand {
  return { type, endpointId: endpoint.id, streamId, ...(sessionId === undefined ? {} : { sessionId }) }
}

function checkAgrees(name: string, wanted: boolean, existing: boolean, { channel }: Subscription): void {
  if (wanted === existing) return
  const message = `${name}=${wanted} differs from ${existing}, which the existing subscription of ${channel} has`
  throw new DriverError(ErrorCode.INVALID_CHANNEL, message)
}

function checkReceiverWindow(params: SubscriptionParams, { receiveBufferLength, channel }: Endpoint): void {
  const windowLength = params.receiverWindowLength
  if (receiveBufferLength === 0 || windowLength <= receiveBufferLength) return
  throw new DriverError(
    ErrorCode.INVALID_CHANNEL,
    `rcv-wnd=${windowLength} is invalid: the socket of ${channel} has a receive buffer of ${receiveBufferLength} bytes`,
  )
}
