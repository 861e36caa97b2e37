import type { AtomicCounter } from '../../../client/memory/atomic-counter.ts'
import { ErrorCode } from '../../../schemas/generated/aeron.commands/index.ts'
import { SystemCounterId } from '../../../schemas/generated/aeron.memory/index.ts'
import { DriverError } from '../driver-error.ts'
import type { ConductorServices } from './conductor-services.ts'

/** A publication as its clients hold it: concurrent ones may be held several times. */
export interface HeldPublication {
  readonly registrationId: number
  readonly sessionId: number
  readonly streamId: number
  addReference(): void
  removeReference(): void
  /** Ends the stream at once, for all that hold it. */
  revoke(): void
}

/** What one client has. */
export class ClientSession {
  readonly clientId: number
  readonly heartbeat: AtomicCounter
  /** By registration id of the command that added it. */
  readonly publications: Map<number, HeldPublication> = new Map()
  /** User counters, by registration id. */
  readonly counters: Map<number, AtomicCounter> = new Map()
  /** Whether the client itself said that it goes. */
  isClosed: boolean = false

  constructor(clientId: number, heartbeat: AtomicCounter) {
    this.clientId = clientId
    this.heartbeat = heartbeat
  }
}

const NS_PER_MS = 1e6

/** Clients that are alive, and what happens when one is not any more. */
export class ClientSessions {
  private readonly services: ConductorServices
  private readonly livenessTimeoutMs: number
  private readonly removeSubscriptions: (clientId: number) => void
  private readonly sessions: Map<number, ClientSession> = new Map()

  /** @param removeSubscriptions removes all subscriptions of a client */
  constructor(services: ConductorServices, removeSubscriptions: (clientId: number) => void) {
    this.services = services
    this.livenessTimeoutMs = services.settings.clientLivenessTimeoutNs / NS_PER_MS
    this.removeSubscriptions = removeSubscriptions
  }

  find(clientId: number): ClientSession | undefined {
    return this.sessions.get(clientId)
  }

  /**
   * The session of a client; one that is not known yet gets a heartbeat counter, and is told so.
   *
   * @throws GodwitError ERR_GODWIT_COUNTERS_FULL
   */
  findOrAdd(clientId: number): ClientSession {
    const known = this.sessions.get(clientId)
    if (known !== undefined) return known
    const { streamCounters, notifier, context } = this.services
    const heartbeat = streamCounters.allocateClientHeartbeat(clientId)
    heartbeat.set(context.epochMs())
    const session = new ClientSession(clientId, heartbeat)
    this.sessions.set(clientId, session)
    notifier.onCounterReady(clientId, heartbeat.id)
    return session
  }

  /**
   * The session of a client whose command took several cycles.
   *
   * @throws DriverError GENERIC_ERROR when the client was given up in the meantime
   */
  findLive(clientId: number): ClientSession {
    const session = this.sessions.get(clientId)
    if (session !== undefined) return session
    throw new DriverError(ErrorCode.GENERIC_ERROR, `client ${clientId} was given up while its command was under way`)
  }

  /** Legacy clients send commands to stay alive. */
  keepAlive(clientId: number): void {
    const session = this.sessions.get(clientId)
    if (session !== undefined && !session.isClosed) session.heartbeat.set(this.services.context.epochMs())
  }

  /** The client goes: the next timer tick removes what it has. */
  close(clientId: number): void {
    const session = this.sessions.get(clientId)
    if (session === undefined) return
    session.isClosed = true
    session.heartbeat.set(0)
  }

  /** Gives up clients that are silent. Returns how many. */
  onTimeEvent(): number {
    const nowMs = this.services.context.epochMs()
    let removed = 0
    for (const session of this.sessions.values()) {
      if (!session.isClosed && nowMs <= session.heartbeat.get() + this.livenessTimeoutMs) continue
      this.remove(session)
      removed++
    }
    return removed
  }

  private remove(session: ClientSession): void {
    const { clientId, heartbeat, isClosed, publications, counters } = session
    const { services } = this
    const { notifier, systemCounters, errors } = services
    this.sessions.delete(clientId)
    if (!isClosed) {
      systemCounters.increment(SystemCounterId.CLIENT_TIMEOUTS)
      notifier.onClientTimeout(clientId)
    }
    services.streamCounters.free([heartbeat])
    notifier.onUnavailableCounter(clientId, heartbeat.id)
    for (const [registrationId, publication] of publications) {
      errors.attempt('a publication of a client that is gone', () => publication.removeReference())
      if (registrationId !== publication.registrationId) services.ids.release(registrationId)
    }
    for (const [registrationId, counter] of counters) {
      services.streamCounters.free([counter])
      notifier.onUnavailableCounter(registrationId, counter.id)
      services.ids.release(registrationId)
    }
    errors.attempt('subscriptions of a client that is gone', () => this.removeSubscriptions(clientId))
  }
}
