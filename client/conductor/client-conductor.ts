import { GodwitError } from '../../codegen/runtime/index.ts'
import type { AvailableImageDecoder, PublicationReadyDecoder } from '../../schemas/generated/aeron.commands/index.ts'
import { ErrorCode } from '../../schemas/generated/aeron.commands/index.ts'
import { CounterState, CounterType } from '../../schemas/generated/aeron.memory/index.ts'
import { Counter } from '../counter.ts'
import {
  ChannelEndpointError,
  ClientTimeoutError,
  ConductorServiceTimeoutError,
  DriverTimeoutError,
  RegistrationError,
  closedError,
} from '../errors.ts'
import { Image } from '../image.ts'
import type { LogBuffers } from '../log/log-buffers.ts'
import { AtomicCounter } from '../memory/atomic-counter.ts'
import { AtomicPosition } from '../memory/atomic-position.ts'
import { BroadcastReceiver } from '../memory/broadcast-receiver.ts'
import type { Cnc } from '../memory/cnc.ts'
import { NULL_COUNTER_ID, appendToCounterLabel } from '../memory/counter-records.ts'
import { CountersReader } from '../memory/counters-reader.ts'
import { ManyToOneRingBuffer } from '../memory/many-to-one-ring-buffer.ts'
import type { BasePublication } from '../base-publication.ts'
import type { Subscription } from '../subscription.ts'
import { packageVersion } from '../version.ts'
import { diagnose } from './diagnostics.ts'
import type { DriverEventHandler, PublicationErrorFrame } from './driver-events.ts'
import { DriverEvents } from './driver-events.ts'
import { DriverProxy } from './driver-proxy.ts'
import { LogRegistry } from './log-registry.ts'
import type { LogSource } from './log-source.ts'
import { Registrations } from './registrations.ts'
import type { ClientClock } from './turn-loop.ts'
import { TurnLoop } from './turn-loop.ts'
import type { WaitStrategy } from './wait-strategy.ts'

/** How often heartbeats, deadlines and lingering logs are looked at. */
const CHECK_INTERVAL_NS = 10_000_000

/** How often a thread that does nothing but offer and poll looks for messages of the driver. */
const ATTEND_INTERVAL_NS = 1_000_000

/** Messages of the driver that are handled in one go. */
const EVENTS_MAX = 64

/** Signs of life that a client gives at least within the time that the driver waits for one. */
const KEEP_ALIVES_PER_TIMEOUT = 4

const NO_DRIVER_HEARTBEAT = -1

/** What a client is made with, all settled. */
export interface ConductorSettings {
  readonly clientName: string
  readonly driverTimeoutMs: number
  readonly keepAliveIntervalNs: number
  readonly resourceLingerNs: number
  readonly idle: WaitStrategy
  readonly clock: ClientClock
  /** Runs a driver that has no threads of its own; returns a work count. */
  readonly invokeDriver?: (() => number) | undefined
  readonly errorHandler?: ((error: unknown) => void) | undefined
  readonly availableCounterHandler?: ((counterId: number, registrationId: number) => void) | undefined
  readonly unavailableCounterHandler?: ((counterId: number, registrationId: number) => void) | undefined
  readonly publicationErrorHandler?: ((error: PublicationErrorFrame) => void) | undefined
  readonly closeHandler?: (() => void) | undefined
}

/**
 * The part of a client that talks to the driver: sends commands, handles what the driver answers, keeps the client
 * alive and notices when the driver is gone.
 *
 * It runs in turns of the event loop, and within `offer` and `poll`, which call `attend`.
 */
export class ClientConductor implements DriverEventHandler {
  readonly proxy: DriverProxy
  readonly counters: CountersReader
  readonly cnc: Cnc
  readonly turns: TurnLoop
  readonly registrations: Registrations
  readonly logs: LogRegistry
  readonly #settings: ConductorSettings
  readonly #clock: ClientClock
  readonly #events: DriverEvents
  readonly #interServiceTimeoutNs: number
  readonly #keepAliveIntervalNs: number
  readonly #publications: Map<number, BasePublication> = new Map()
  readonly #subscriptions: Map<number, Subscription> = new Map()
  readonly #counters: Map<number, Counter> = new Map()
  /** Removals that the driver had no room for; at most one for each resource. */
  readonly #unsent: (() => void)[] = []
  #heartbeat: AtomicCounter | undefined
  #lastServiceNs: number
  #lastKeepAliveNs: number
  #nextCheckNs: number
  #nextAttendNs: number
  #isServicing: boolean = false
  #isClosed: boolean = false
  #failure: GodwitError | undefined

  constructor(cnc: Cnc, logs: LogSource, settings: ConductorSettings) {
    this.cnc = cnc
    this.#settings = settings
    this.#clock = settings.clock
    // Before the first command, so that no answer is missed.
    this.#events = new DriverEvents(new BroadcastReceiver(cnc.toClients), this)
    this.proxy = new DriverProxy(new ManyToOneRingBuffer(cnc.toDriver))
    this.counters = new CountersReader(cnc.countersMetadata, cnc.countersValues)
    logs.bind(this.proxy.clientId)
    this.logs = new LogRegistry(logs, settings.resourceLingerNs)
    this.#interServiceTimeoutNs = cnc.clientLivenessTimeoutNs()
    this.#keepAliveIntervalNs =
      Math.min(settings.keepAliveIntervalNs, this.#interServiceTimeoutNs / KEEP_ALIVES_PER_TIMEOUT)
    const nowNs = this.#clock.nanoTime()
    this.#lastServiceNs = nowNs
    this.#lastKeepAliveNs = nowNs
    this.#nextCheckNs = nowNs
    this.#nextAttendNs = nowNs
    this.turns = new TurnLoop(settings.clock, settings.idle, (turnNs) => this.#turn(turnNs))
    this.registrations = new Registrations(settings.clock, this.turns, settings.driverTimeoutMs)
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  /** @throws GodwitError ERR_GODWIT_CLOSED, or ERR_GODWIT_REENTRANT within a handler that this conductor called */
  requireUsable(): void {
    if (this.#isServicing) {
      throw new GodwitError(
        'ERR_GODWIT_REENTRANT',
        'a handler for images, counters, errors or closing must not call back into its client: do it after the ' +
          'handler has returned, for example with queueMicrotask',
      )
    }
    if (this.#isClosed) throw closedError('client', this.#failure)
  }

  /** For threads whose event loop does not run: the conductor's due work. Cheap when nothing is due. */
  attend(): void {
    const nowNs = this.#clock.nanoTime()
    if (nowNs < this.#nextAttendNs) return
    this.service(nowNs)
  }

  /** Handles messages of the driver and does what is due. Returns a work count. */
  service(nowNs: number): number {
    if (this.#isServicing || this.#isClosed) return 0
    this.#isServicing = true
    try {
      this.#nextAttendNs = nowNs + ATTEND_INTERVAL_NS
      if (nowNs > this.#lastServiceNs + this.#interServiceTimeoutNs) {
        const elapsedMs = Math.round((nowNs - this.#lastServiceNs) / 1e6)
        const limitMs = Math.round(this.#interServiceTimeoutNs / 1e6)
        this.#fail(new ConductorServiceTimeoutError(
          `client ${this.proxy.clientId} got no turn for ${elapsedMs} ms, longer than the limit of ${limitMs} ms: ` +
            'something blocked its thread',
        ))
        return 1
      }
      this.#lastServiceNs = nowNs
      const workCount = this.#receiveEvents()
      if (nowNs >= this.#nextCheckNs && !this.#isClosed) this.#check(nowNs)
      return workCount
    } finally {
      this.#isServicing = false
    }
  }

  /**
   * Makes something of a log that the driver named in its answer. When that fails, the driver takes it back.
   *
   * @throws GodwitError as `LogSource.open`, and what `make` throws
   */
  withLog<T>(logName: string, registrationId: number, make: (log: LogBuffers) => T): T {
    try {
      const log = this.logs.acquire(logName)
      try {
        return make(log)
      } catch (error) {
        this.logs.release(logName, this.#clock.nanoTime())
        throw error
      }
    } catch (error) {
      this.#sendOrKeep(() => this.proxy.removePublication(registrationId, false))
      throw error
    }
  }

  /** Gives back what was added for nobody: that is no call of a handler. */
  discard(close: () => void): void {
    const wasServicing = this.#isServicing
    this.#isServicing = false
    try {
      close()
    } finally {
      this.#isServicing = wasServicing
    }
  }

  addPublication(publication: BasePublication): void {
    this.#publications.set(publication.registrationId, publication)
  }

  removePublication(publication: BasePublication, isRevoked: boolean): void {
    if (!this.#publications.delete(publication.registrationId)) return
    this.logs.release(publication.logName, this.#clock.nanoTime())
    this.#sendOrKeep(() => this.proxy.removePublication(publication.registrationId, isRevoked))
  }

  addSubscription(subscription: Subscription): void {
    this.#subscriptions.set(subscription.registrationId, subscription)
  }

  /** Closes the images of the subscription, too. */
  removeSubscription(subscription: Subscription): void {
    if (!this.#subscriptions.delete(subscription.registrationId)) return
    this.#sendOrKeep(() => this.proxy.removeSubscription(subscription.registrationId))
    for (const image of subscription.images) this.#dropImage(subscription, image)
  }

  addCounter(counter: Counter): void {
    this.#counters.set(counter.registrationId, counter)
  }

  removeCounter(counter: Counter): void {
    if (!this.#counters.delete(counter.registrationId)) return
    this.#sendOrKeep(() => this.proxy.removeCounter(counter.registrationId))
  }

  /** A handler of the application threw. Returns false when nobody wants to know: the caller throws it on then. */
  reportHandlerError(error: unknown): boolean {
    const { errorHandler } = this.#settings
    if (errorHandler === undefined) return false
    errorHandler(error)
    return true
  }

  /** Tells the driver, and closes everything. */
  close(): void {
    if (this.#isClosed) return
    // A driver that does not take it notices by itself that the client is gone.
    this.#sendOrKeep(() => this.proxy.closeClient())
    this.#isServicing = true
    try {
      this.#closeAll(closedError('client'))
    } finally {
      this.#isServicing = false
    }
  }

  hasSubscription(registrationId: number): boolean {
    return this.#subscriptions.has(registrationId)
  }

  isPending(correlationId: number): boolean {
    return this.registrations.isPending(correlationId)
  }

  onError(offendingId: number, errorCode: number, text: string): void {
    if (errorCode === ErrorCode.CHANNEL_ENDPOINT_ERROR) {
      const resources = [...this.#publications.values(), ...this.#subscriptions.values()]
      for (const { channelStatusId, channel, streamId } of resources) {
        if (channelStatusId !== offendingId) continue
        this.#report(new ChannelEndpointError(offendingId, `${channel}, stream ${streamId}: ${text}`))
      }
      return
    }
    this.registrations.fail(offendingId, (what) => new RegistrationError(offendingId, errorCode, what, text))
  }

  onPublicationReady(ready: PublicationReadyDecoder, logFileName: string): void {
    this.registrations.answer(ready.correlationIdAsNumber(), { kind: 'publication', ready, logFileName })
  }

  onSubscriptionReady(correlationId: number, channelStatusId: number): void {
    this.registrations.answer(correlationId, { kind: 'subscription', channelStatusId })
  }

  onAvailableImage(event: AvailableImageDecoder, logFileName: string, sourceIdentity: string): void {
    const subscription = this.#subscriptions.get(event.subscriptionRegistrationIdAsNumber())
    const correlationId = event.correlationIdAsNumber()
    if (subscription === undefined || subscription.hasImage(correlationId)) return
    let image: Image
    try {
      image = new Image(this, {
        correlationId,
        sessionId: event.sessionId(),
        sourceIdentity,
        logName: logFileName,
        log: this.logs.acquire(logFileName),
        position: new AtomicPosition(this.cnc.countersValues, event.subscriberPositionId()),
      })
    } catch (error) {
      this.#report(error)
      return
    }
    subscription.insertImage(image)
    diagnose('image:available', imageFacts(subscription, image))
    this.#callHandler(() => subscription.onAvailableImage?.(image))
  }

  onUnavailableImage(correlationId: number, subscriptionRegistrationId: number): void {
    const subscription = this.#subscriptions.get(subscriptionRegistrationId)
    const image = subscription?.images.find((candidate) => candidate.correlationId === correlationId)
    if (subscription !== undefined && image !== undefined) this.#dropImage(subscription, image)
  }

  onOperationSucceeded(correlationId: number): void {
    this.registrations.answer(correlationId, { kind: 'success' })
  }

  onCounterReady(correlationId: number, counterId: number): void {
    if (correlationId === this.proxy.clientId) this.#takeHeartbeat(counterId)
    else this.registrations.answer(correlationId, { kind: 'counter', counterId })
    this.#callHandler(() => this.#settings.availableCounterHandler?.(counterId, correlationId))
  }

  onUnavailableCounter(registrationId: number, counterId: number): void {
    this.#callHandler(() => this.#settings.unavailableCounterHandler?.(counterId, registrationId))
  }

  onClientTimeout(clientId: number): void {
    if (clientId !== this.proxy.clientId) return
    this.#fail(new ClientTimeoutError(
      `the driver gave client ${clientId} up, because it gave no sign of life in time: something blocked its thread`,
    ))
  }

  onPublicationError(error: PublicationErrorFrame): void {
    if (!this.#publications.has(error.registrationId)) {
      const isShared = [...this.#publications.values()]
        .some(({ originalRegistrationId }) => originalRegistrationId === error.registrationId)
      if (!isShared) return
    }
    this.#callHandler(() => this.#settings.publicationErrorHandler?.(error))
  }

  onNextSessionId(correlationId: number, sessionId: number): void {
    this.registrations.answer(correlationId, { kind: 'session', sessionId })
  }

  onMalformedEvent(typeId: number): void {
    this.#report(new GodwitError('ERR_GODWIT_DRIVER_EVENT', `the driver sent a malformed message of type ${typeId}`))
  }

  #turn(nowNs: number): number {
    let workCount = 0
    try {
      workCount = this.#settings.invokeDriver?.() ?? 0
    } catch (error) {
      this.#report(error)
    }
    return workCount + this.service(nowNs)
  }

  #receiveEvents(): number {
    let workCount = 0
    try {
      while (workCount < EVENTS_MAX && !this.#isClosed && this.#events.receive() > 0) workCount++
    } catch (error) {
      // What was lost may have been an answer, or an image: nothing that this client knows can be relied on.
      this.#fail(error instanceof GodwitError ? error : new GodwitError('ERR_GODWIT_DRIVER_EVENT', String(error)))
      workCount++
    }
    return workCount
  }

  #check(nowNs: number): void {
    this.#nextCheckNs = nowNs + CHECK_INTERVAL_NS
    if (nowNs >= this.#lastKeepAliveNs + this.#keepAliveIntervalNs) {
      this.#lastKeepAliveNs = nowNs
      this.#keepAlive()
      if (this.#isClosed) return
    }
    this.#sendKept()
    this.registrations.turn(nowNs)
    this.logs.onTime(nowNs)
  }

  #keepAlive(): void {
    const finding = this.logs.check()
    if (finding?.isFatal === true) return this.#fail(finding.error)
    if (finding !== undefined) this.#report(finding.error)
    const { driverTimeoutMs } = this.#settings
    const epochMs = this.#clock.epochMs()
    const heartbeatMs = this.proxy.driverHeartbeatMs()
    if (heartbeatMs === NO_DRIVER_HEARTBEAT) return this.#fail(new DriverTimeoutError('the driver was closed'))
    if (epochMs > heartbeatMs + driverTimeoutMs) {
      return this.#fail(new DriverTimeoutError(
        `no sign of life of the driver for ${epochMs - heartbeatMs} ms, longer than the limit of ${driverTimeoutMs} ms`,
      ))
    }
    const { clientId } = this.proxy
    if (this.#heartbeat === undefined) {
      const counterId = this.counters.findByTypeAndRegistrationId(CounterType.CLIENT_HEARTBEAT, clientId)
      if (counterId !== NULL_COUNTER_ID) this.#takeHeartbeat(counterId)
    }
    const heartbeat = this.#heartbeat
    if (heartbeat === undefined) return
    if (!this.#isHeartbeat(heartbeat.id)) {
      return this.#fail(new ClientTimeoutError(`the driver has taken the heartbeat counter of client ${clientId} back`))
    }
    heartbeat.set(epochMs)
  }

  #takeHeartbeat(counterId: number): void {
    if (this.#heartbeat !== undefined || !this.#isHeartbeat(counterId)) return
    this.#heartbeat = new AtomicCounter(this.cnc.countersValues, counterId)
    const { clientName } = this.#settings
    const text = ` name=${clientName} version=${packageVersion()} commit=release`
    appendToCounterLabel(this.cnc.countersMetadata, counterId, text)
  }

  #isHeartbeat(counterId: number): boolean {
    const { counters } = this
    return counterId <= counters.maxCounterId &&
      counters.state(counterId) === CounterState.ALLOCATED &&
      counters.typeId(counterId) === CounterType.CLIENT_HEARTBEAT &&
      counters.registrationId(counterId) === this.proxy.clientId
  }

  #dropImage(subscription: Subscription, image: Image): void {
    subscription.removeImage(image)
    image.forceClose()
    this.logs.release(image.logName, this.#clock.nanoTime())
    diagnose('image:unavailable', imageFacts(subscription, image))
    this.#callHandler(() => subscription.onUnavailableImage?.(image))
  }

  #fail(error: GodwitError): void {
    if (this.#isClosed) return
    this.#failure = error
    this.#closeAll(error)
    this.#report(error)
  }

  #closeAll(reason: GodwitError): void {
    this.#isClosed = true
    for (const publication of this.#publications.values()) publication.forceClose(reason)
    this.#publications.clear()
    const subscriptions = [...this.#subscriptions.values()]
    this.#subscriptions.clear()
    for (const subscription of subscriptions) {
      for (const image of subscription.images) this.#dropImage(subscription, image)
      subscription.forceClose(reason)
    }
    for (const counter of this.#counters.values()) counter.forceClose()
    this.#counters.clear()
    this.turns.stop(reason)
    this.logs.close()
    diagnose('client:close', { clientId: this.proxy.clientId, reason })
    this.#callHandler(() => this.#settings.closeHandler?.())
  }

  /** Closing succeeds whether the driver takes the command or not; it is sent later then. */
  #sendOrKeep(send: () => void): void {
    this.#unsent.push(send)
    this.#sendKept()
  }

  #sendKept(): void {
    try {
      for (let send = this.#unsent[0]; send !== undefined; send = this.#unsent[0]) {
        send()
        this.#unsent.shift()
      }
    } catch (error) {
      if (!(error instanceof GodwitError && error.code === 'ERR_GODWIT_COMMAND_BUFFER_FULL')) throw error
    }
  }

  #callHandler(call: () => void): void {
    const wasServicing = this.#isServicing
    this.#isServicing = true
    try {
      call()
    } catch (error) {
      this.#report(error)
    } finally {
      this.#isServicing = wasServicing
    }
  }

  #report(error: unknown): void {
    diagnose('client:error', { clientId: this.proxy.clientId, error })
    const { errorHandler } = this.#settings
    if (errorHandler === undefined) {
      process.emitWarning(error instanceof Error ? error : new Error(String(error)))
      return
    }
    const wasServicing = this.#isServicing
    this.#isServicing = true
    try {
      errorHandler(error)
    } catch (thrown) {
      process.emitWarning(thrown instanceof Error ? thrown : new Error(String(thrown)))
    } finally {
      this.#isServicing = wasServicing
    }
  }
}

function imageFacts(subscription: Subscription, image: Image): Readonly<Record<string, unknown>> {
  const { channel, streamId, registrationId } = subscription
  const { correlationId, sessionId, sourceIdentity } = image
  return { channel, streamId, registrationId, correlationId, sessionId, sourceIdentity }
}
