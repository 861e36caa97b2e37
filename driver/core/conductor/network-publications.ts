import type { AtomicCounter } from '../../../client/memory/atomic-counter.ts'
import type { ChannelUri } from '../../../client/protocol/channel-uri.ts'
import { ErrorCode } from '../../../schemas/generated/aeron.commands/index.ts'
import type { PublicationParams } from '../channel/publication-params.ts'
import { parsePublicationParams } from '../channel/publication-params.ts'
import { parseUdpChannel, resolveUdpChannel } from '../channel/udp-channel.ts'
import type { ConductorCommand } from '../commands.ts'
import { DriverError } from '../driver-error.ts'
import { PUBLICATION_STATE_LENGTH, PublicationState } from '../shared-state.ts'
import type { ClientSessions } from './client-session.ts'
import type { CommandTicket } from './command-ticket.ts'
import type { ConductorServices } from './conductor-services.ts'
import { Endpoint } from './endpoints.ts'
import type { Endpoints } from './endpoints.ts'
import { NetworkPublication } from './network-publication.ts'
import { createPublicationLog } from './publication-log.ts'
import { checkSharing } from './publication-sharing.ts'
import {
  PUBLISHER_LIMIT,
  PUBLISHER_POSITION_CONCURRENT,
  PUBLISHER_POSITION_EXCLUSIVE,
  SENDER_BACK_PRESSURE_EVENTS,
  SENDER_LIMIT,
  SENDER_NAKS_RECEIVED,
  SENDER_POSITION,
} from './stream-counters.ts'

/** What a command to add a publication asks for. */
export interface PublicationRequest {
  readonly streamId: number
  readonly channel: string
  readonly uri: ChannelUri
  readonly isExclusive: boolean
}

/** A network publication, and what is freed with it. */
interface Entry {
  readonly publication: NetworkPublication
  readonly endpoint: Endpoint
  readonly counters: readonly AtomicCounter[]
}

type ErrorCommand = Extract<ConductorCommand, { readonly type: 'publicationError' }>

/** All network publications. */
export class NetworkPublications {
  private readonly services: ConductorServices
  private readonly endpoints: Endpoints
  private readonly sessions: ClientSessions
  private readonly entries: Map<number, Entry> = new Map()

  constructor(services: ConductorServices, endpoints: Endpoints, sessions: ClientSessions) {
    this.services = services
    this.endpoints = endpoints
    this.sessions = sessions
  }

  /** Done when the name is resolved and the socket open. @throws DriverError */
  add(ticket: CommandTicket, request: PublicationRequest): void {
    const { settings, context, resolver } = this.services
    const { uri, channel } = request
    const params = parsePublicationParams(uri, settings, request.streamId)
    const udpChannel = parseUdpChannel(uri, 'publication')
    resolveUdpChannel(udpChannel, resolver, context.networkInterfaces, (resolved) => {
      ticket.proceed(() => {
        if (resolved instanceof DriverError) throw resolved
        const wanted = { registrationId: ticket.correlationId, channel, sockets: params }
        this.endpoints.acquire(true, resolved, wanted, (endpoint) => this.onEndpoint(ticket, request, params, endpoint))
      })
    })
  }

  onReleased(registrationId: number): void {
    const entry = this.entries.get(registrationId)
    if (entry === undefined) return
    entry.publication.onReleased()
    if (entry.publication.isEndOfLife) this.remove(entry)
  }

  /** A receiver refuses the stream. */
  onError(command: ErrorCommand): void {
    const publication = this.entries.get(command.registrationId)?.publication
    if (publication === undefined) return
    const { sessionId, streamId } = publication
    const errorCode = command.errorCode as ErrorCode
    this.services.notifier.onPublicationError({ ...command, sessionId, streamId, errorCode })
  }

  /** @param endpointId undefined: on any endpoint */
  isSessionInUse(endpointId: number | undefined, streamId: number, sessionId: number): boolean {
    for (const { publication } of this.entries.values()) {
      const isOnEndpoint = (endpointId ?? publication.endpointId) === publication.endpointId
      const isSession = publication.streamId === streamId && publication.sessionId === sessionId
      if (isOnEndpoint && isSession && publication.state !== 'DONE') return true
    }
    return false
  }

  /** Every cycle. Returns the amount of work done. */
  updateLimits(nowNs: number): number {
    let work = 0
    for (const { publication } of this.entries.values()) {
      try {
        work += publication.updateLimits(nowNs)
      } catch (error) {
        this.services.errors.recordThrown(`publication ${publication.registrationId}`, error)
      }
    }
    return work
  }

  onTimeEvent(nowNs: number): void {
    for (const { publication } of this.entries.values()) {
      this.services.errors.attempt(`publication ${publication.registrationId}`, () => publication.onTimeEvent(nowNs))
    }
  }

  /** Logs of all publications, at the end. */
  close(): void {
    for (const entry of this.entries.values()) this.services.logs.free(entry.publication.region)
    this.entries.clear()
  }

  private onEndpoint(
    ticket: CommandTicket,
    request: PublicationRequest,
    params: PublicationParams,
    endpoint: Endpoint | DriverError,
  ): void {
    ticket.proceed(() => {
      if (endpoint instanceof DriverError) throw endpoint
      this.addOn(endpoint, ticket, request, params)
      ticket.done()
    })
    // Who shares a publication shares its reference, and who failed needs none.
    if (endpoint instanceof Endpoint) this.endpoints.release(endpoint)
  }

  private addOn(
    endpoint: Endpoint,
    { clientId, correlationId }: CommandTicket,
    request: PublicationRequest,
    params: PublicationParams,
  ): void {
    const { ids, logs, notifier } = this.services
    const { streamId, isExclusive } = request
    const session = this.sessions.findLive(clientId)
    const shared = isExclusive ? undefined : this.findShared(endpoint, streamId)
    if (shared !== undefined) checkSharing(shared, params)
    checkMtuLength(params, endpoint)
    ids.claim(correlationId)
    let publication: NetworkPublication
    try {
      publication = shared ?? this.create(endpoint, clientId, correlationId, request, params)
    } catch (error) {
      ids.release(correlationId)
      throw error
    }
    publication.addReference()
    session.publications.set(correlationId, publication)
    logs.announce(clientId, publication.region)
    notifier.onPublicationReady({
      correlationId,
      registrationId: publication.registrationId,
      sessionId: publication.sessionId,
      streamId,
      publisherLimitId: publication.publisherLimit.id,
      channelStatusId: endpoint.channelStatus.id,
      logName: publication.region.name,
      isExclusive,
    })
  }

  private findShared({ id }: Endpoint, streamId: number): NetworkPublication | undefined {
    for (const { publication } of this.entries.values()) {
      const isOpen = publication.state === 'ACTIVE' && !publication.log.isPublicationRevoked()
      const isShared = isOpen && !publication.isExclusive
      if (isShared && publication.endpointId === id && publication.streamId === streamId) return publication
    }
    return undefined
  }

  private create(
    endpoint: Endpoint,
    clientId: number,
    registrationId: number,
    { streamId, channel, isExclusive }: PublicationRequest,
    params: PublicationParams,
  ): NetworkPublication {
    const { services } = this
    const sessionId = this.sessionIdFor(endpoint, streamId, params)
    const { region, log } = createPublicationLog(
      services, { registrationId, sessionId, streamId, isExclusive }, params,
    )
    let counters: readonly AtomicCounter[] = []
    try {
      counters = services.streamCounters.allocateAll(
        { registrationId, sessionId, streamId, channel, ownerId: clientId },
        [
          isExclusive ? PUBLISHER_POSITION_EXCLUSIVE : PUBLISHER_POSITION_CONCURRENT, PUBLISHER_LIMIT,
          SENDER_POSITION, SENDER_LIMIT, SENDER_BACK_PRESSURE_EVENTS, SENDER_NAKS_RECEIVED,
        ],
      )
      const [
        publisherPosition, publisherLimit, senderPosition, senderLimit, backPressureEvents, naksReceived,
      ] = counters
      const state = new SharedArrayBuffer(PUBLICATION_STATE_LENGTH)
      const publication = new NetworkPublication({
        registrationId, sessionId, streamId, channel, isExclusive, log, region,
        endpointId: endpoint.id,
        state: new PublicationState(state),
        publisherPosition: publisherPosition!,
        publisherLimit: publisherLimit!,
        senderPosition: senderPosition!,
        senderLimit: senderLimit!,
        params: { termWindowLength: params.windowLength, lingerTimeoutNs: params.lingerTimeoutNs },
        settings: services.settings,
        systemCounters: services.systemCounters,
      }, { removeFromSender: () => services.toSender.trySend({ type: 'removePublication', registrationId }) })
      services.toSender.send({
        type: 'addPublication',
        publication: {
          registrationId, endpointId: endpoint.id, sessionId, streamId, log: region, state,
          senderPositionId: senderPosition!.id,
          senderLimitId: senderLimit!.id,
          senderBackPressureEventsId: backPressureEvents!.id,
          naksReceivedId: naksReceived!.id,
          startPosition: publication.startPosition,
          mtuLength: params.mtuLength,
          isEosSignalled: params.isEosSignalled,
          maxResend: params.maxResend,
        },
      })
      this.entries.set(registrationId, { publication, endpoint, counters })
      endpoint.references++
      return publication
    } catch (error) {
      services.streamCounters.free(counters)
      services.logs.free(region)
      throw error
    }
  }

  private sessionIdFor(endpoint: Endpoint, streamId: number, { sessionId }: PublicationParams): number {
    if (sessionId === undefined) {
      return this.services.sessionIds.next((candidate) => this.isSessionInUse(endpoint.id, streamId, candidate))
    }
    if (this.isSessionInUse(endpoint.id, streamId, sessionId)) {
      const message = `session-id=${sessionId} is in use by another publication of stream ${streamId}`
      throw new DriverError(ErrorCode.INVALID_CHANNEL, message)
    }
    return sessionId
  }

  private remove({ publication, endpoint, counters }: Entry): void {
    const { streamCounters, ids, logs } = this.services
    this.entries.delete(publication.registrationId)
    streamCounters.free(counters)
    ids.release(publication.registrationId)
    logs.free(publication.region)
    this.endpoints.release(endpoint)
  }
}

function checkMtuLength({ mtuLength }: PublicationParams, { sendBufferLength, channel }: Endpoint): void {
  if (sendBufferLength === 0 || mtuLength <= sendBufferLength) return
  const message = `mtu=${mtuLength} is invalid: the socket of ${channel} has a send buffer of ${sendBufferLength} bytes`
  throw new DriverError(ErrorCode.INVALID_CHANNEL, message)
}
