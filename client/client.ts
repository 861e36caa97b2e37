import type { AbortSignalLike } from './abort-signal.ts'
import { checkOptionalFunction, checkSignal, given } from './arguments.ts'
import type { PublicationParameters } from './base-publication.ts'
import { ClientConductor } from './conductor/client-conductor.ts'
import type { ConductorSettings } from './conductor/client-conductor.ts'
import { attach, awaitReady, DRIVER_CLOSED, driverProblem } from './conductor/await-driver.ts'
import { diagnose } from './conductor/diagnostics.ts'
import { DriverWaker } from './conductor/driver-waker.ts'
import type { PublicationErrorFrame } from './conductor/driver-events.ts'
import { awaitDirectory } from './conductor/directory-connection.ts'
import { EmbeddedLogs, handleOf } from './conductor/embedded-connection.ts'
import type { LogSource } from './conductor/log-source.ts'
import type { Answer } from './conductor/registrations.ts'
import type { ClientClock } from './conductor/turn-loop.ts'
import { systemClock } from './conductor/turn-loop.ts'
import type { WaitStrategy, WaitStrategyName } from './conductor/wait-strategy.ts'
import { waitStrategy } from './conductor/wait-strategy.ts'
import { Counter } from './counter.ts'
import { DriverTimeoutError, optionError } from './errors.ts'
import { ExclusivePublication } from './exclusive-publication.ts'
import { AtomicBuffer } from './memory/atomic-buffer.ts'
import { AtomicPosition } from './memory/atomic-position.ts'
import type { Cnc } from './memory/cnc.ts'
import type { CountersReader } from './memory/counters-reader.ts'
import { defaultDirectory } from './files/directory-layout.ts'
import type { DriverHandle } from './protocol/embedded.ts'
import { Publication } from './publication.ts'
import { Subscription } from './subscription.ts'
import type { ImageHandler } from './subscription.ts'

const DRIVER_TIMEOUT_MS = 10_000
const KEEP_ALIVE_INTERVAL_NS = 500_000_000
const RESOURCE_LINGER_NS = 3_000_000_000
const CLIENT_NAME_LENGTH_MAX = 100
const IPC_CHANNEL = 'aeron:ipc'

/** How often a driver that is not ready is looked at. */
const CONNECT_INTERVAL_MS = 1

/** Threading mode of drivers that run only when they are invoked. */
const INVOKER = 'INVOKER'

/** An embedded driver, as `Client.connect` takes it. */
export interface EmbeddedDriver {
  readonly handle: DriverHandle
  /** In mode INVOKER the client runs the driver, by `invoke`, while it waits. */
  readonly threadingMode?: string
  /** A closed driver is not run any more; the client notices by its heartbeat. */
  readonly isClosed?: boolean
  /** Runs all agents of the driver once; returns a work count. */
  invoke?(): number
}

/** Where a driver of another process is, or of this one, that has a directory. */
export interface DriverLocation {
  /** Its directory, such as `/dev/shm/aeron-me`. */
  readonly dir: string
}

/** All handlers are called while the client is serviced, and must not call back into it. */
export interface ClientOptions {
  /** Shown with the client's heartbeat counter; US-ASCII, at most 100 characters. */
  readonly clientName?: string
  /**
   * How often the client tells the driver that it lives; default 500 ms. A driver that waits less than four times as
   * long for clients is told four times within its timeout.
   */
  readonly keepAliveIntervalNs?: number
  /** How long the driver may give no sign of life, and how long an answer may take; default 10 s. */
  readonly driverTimeoutMs?: number
  /** How long logs that are not used any more stay mapped; default 3 s. */
  readonly resourceLingerNs?: number
  /** What `publish`, `messages` and everything else that waits does meanwhile; default `backoff`. */
  readonly idle?: WaitStrategyName | WaitStrategy
  /**
   * Gets what goes wrong outside of calls: the driver is gone, a socket failed; and what handlers throw. Without it,
   * warnings of the process are emitted, and `poll` throws what its handler throws.
   */
  readonly errorHandler?: (error: unknown) => void
  /** For subscriptions that have none of their own. */
  readonly availableImageHandler?: ImageHandler
  /** For subscriptions that have none of their own. */
  readonly unavailableImageHandler?: ImageHandler
  readonly availableCounterHandler?: (counterId: number, registrationId: number) => void
  readonly unavailableCounterHandler?: (counterId: number, registrationId: number) => void
  /** A subscriber of one of this client's publications reports an error, such as that it rejects it. */
  readonly publicationErrorHandler?: (error: PublicationErrorFrame) => void
  /** The client is closed, by itself or because the driver is gone. */
  readonly closeHandler?: () => void
  /** Ends waiting for a driver that is not ready. */
  readonly signal?: AbortSignalLike
}

export interface AddOptions {
  /** Ends the wait: it rejects with the signal's reason, and what the driver may still add is given back. */
  readonly signal?: AbortSignalLike | undefined
}

export interface SubscriptionOptions extends AddOptions {
  readonly onAvailableImage?: ImageHandler | undefined
  readonly onUnavailableImage?: ImageHandler | undefined
}

/**
 * Connection of one thread to a media driver. Publications, subscriptions and counters belong to it, and are used in
 * its thread only.
 *
 * It looks after itself while the event loop runs, and within every `offer` and `poll`: a thread that does nothing else
 * stays connected.
 *
 * Methods that add reject with RegistrationError when the driver refuses, RegistrationTimeoutError when it does not
 * answer, and GodwitError ERR_GODWIT_CLOSED, ERR_GODWIT_REENTRANT within a handler of the client,
 * ERR_GODWIT_COMMAND_BUFFER_FULL, or ERR_GODWIT_ARGUMENT.
 */
export class Client {
  readonly #conductor: ClientConductor
  readonly #options: ClientOptions
  readonly #waker: DriverWaker | undefined

  private constructor(conductor: ClientConductor, options: ClientOptions, waker: DriverWaker | undefined) {
    this.#conductor = conductor
    this.#options = options
    this.#waker = waker
  }

  /**
   * Connects to a driver: of the same process, from any of its threads, or of another process by its directory.
   *
   * Rejects with DriverTimeoutError when the driver is not alive within the driver timeout, ERR_GODWIT_CLIENT_OPTION;
   * ERR_GODWIT_CNC_VERSION, ERR_GODWIT_CNC_LENGTH or ERR_GODWIT_BUFFER_CAPACITY when it is not a driver that this
   * client understands; with a directory also ERR_GODWIT_FILE when its file cannot be mapped, and
   * ERR_GODWIT_FILES_UNSUPPORTED where processes cannot share files.
   *
   * @param driver a driver of this process, its handle, which can be posted to other threads, or the directory of one;
   * default the directory that AERON_DIR names, or the user's own
   */
  static async connect(
    driver: EmbeddedDriver | DriverHandle | DriverLocation = { dir: defaultDirectory() },
    options: ClientOptions = {},
  ): Promise<Client> {
    const handle = handleOf(driver) ?? locationOf(driver)
    if (handle === undefined) {
      const expected = 'a MediaDriver, the handle of one, or { dir } with the directory of one'
      throw optionError(`connect: expected ${expected}, not ${given(driver)}`)
    }
    const settings = settingsOf(options, invokerOf(driver), systemClock)
    const waker = handle.wake === undefined ? undefined : new DriverWaker(handle.wake)
    if (handle.kind === 'godwit-directory-driver') {
      const { cnc, logs } = await awaitDirectory(handle.dir, settings, options.signal)
      try {
        return Client.over(cnc, logs, settings, options, waker)
      } catch (error) {
        logs.close()
        throw error
      }
    }
    const cnc = await awaitDriver(new AtomicBuffer(handle.cnc), settings, options.signal)
    return Client.over(cnc, new EmbeddedLogs(handle), settings, options, waker)
  }

  /** @internal A client over a region of a driver that is ready. */
  static over(
    cnc: Cnc, logs: LogSource, settings: ConductorSettings, options: ClientOptions, waker?: DriverWaker,
  ): Client {
    const client = new Client(new ClientConductor(cnc, logs, settings), options, waker)
    diagnose('client:connect', { clientId: client.clientId, clientName: settings.clientName })
    return client
  }

  /** What the driver knows the client by. */
  get clientId(): number {
    return this.#conductor.proxy.clientId
  }

  get isClosed(): boolean {
    return this.#conductor.isClosed
  }

  /** All counters of the driver and its clients. */
  get countersReader(): CountersReader {
    return this.#conductor.counters
  }

  /** Adds a publication to a stream; it shares the log of others with the same channel and stream. */
  async addPublication(channel: string, streamId: number, options: AddOptions = {}): Promise<Publication> {
    return this.#add(options, false, channel, streamId, (parameters) => new Publication(this.#conductor, parameters))
  }

  /** Adds a publication with a session and a log of its own. */
  async addExclusivePublication(
    channel: string, streamId: number, options: AddOptions = {},
  ): Promise<ExclusivePublication> {
    return this.#add(
      options, true, channel, streamId, (parameters) => new ExclusivePublication(this.#conductor, parameters),
    )
  }

  /** Adds a subscription to a stream. Its images come later. */
  async addSubscription(channel: string, streamId: number, options: SubscriptionOptions = {}): Promise<Subscription> {
    const conductor = this.#requireUsable(options)
    checkOptionalFunction('onAvailableImage', options.onAvailableImage)
    checkOptionalFunction('onUnavailableImage', options.onUnavailableImage)
    const correlationId = conductor.proxy.addSubscription(channel, streamId)
    return conductor.registrations.wait({
      correlationId,
      what: `add subscription to ${channel}, stream ${streamId}`,
      signal: options.signal,
      accept: (answer) => answer.kind !== 'subscription' ? undefined : new Subscription(conductor, {
        registrationId: correlationId,
        channel,
        streamId,
        channelStatusId: answer.channelStatusId,
        onAvailableImage: options.onAvailableImage ?? this.#options.availableImageHandler,
        onUnavailableImage: options.onUnavailableImage ?? this.#options.unavailableImageHandler,
      }),
      discard: (subscription) => conductor.discard(() => subscription.close()),
    })
  }

  /**
   * Adds a counter that everyone can read, and that goes with this client.
   *
   * @param typeId what it counts; numbers below 1000 belong to Aeron
   * @param label for people; US-ASCII, at most 380 characters
   * @param key for programs; at most 112 bytes
   */
  async addCounter(
    typeId: number, label: string, key: Uint8Array = NO_KEY, options: AddOptions = {},
  ): Promise<Counter> {
    const conductor = this.#requireUsable(options)
    const correlationId = conductor.proxy.addCounter(typeId, label, key)
    return conductor.registrations.wait({
      correlationId,
      what: `add counter "${label}"`,
      signal: options.signal,
      accept: (answer) =>
        answer.kind !== 'counter' ? undefined : new Counter(conductor, answer.counterId, correlationId, false),
      discard: (counter) => conductor.discard(() => counter.close()),
    })
  }

  /**
   * Adds a counter that stays when this client goes; or finds the one with that type and registration id. An abort does
   * not take it back.
   *
   * @param registrationId chosen by the application
   */
  async addStaticCounter(
    typeId: number, registrationId: number, label: string, key: Uint8Array = NO_KEY, options: AddOptions = {},
  ): Promise<Counter> {
    const conductor = this.#requireUsable(options)
    return conductor.registrations.wait({
      correlationId: conductor.proxy.addStaticCounter(typeId, registrationId, label, key),
      what: `add static counter "${label}"`,
      signal: options.signal,
      accept: (answer) =>
        answer.kind !== 'counter' ? undefined : new Counter(conductor, answer.counterId, registrationId, true),
    })
  }

  /** A session id that no publication of that stream uses, for `session-id` in a channel. */
  async nextSessionId(streamId: number, options: AddOptions = {}): Promise<number> {
    const conductor = this.#requireUsable(options)
    return conductor.registrations.wait({
      correlationId: conductor.proxy.nextAvailableSessionId(streamId),
      what: `next session id of stream ${streamId}`,
      signal: options.signal,
      accept: (answer) => (answer.kind === 'session' ? answer.sessionId : undefined),
    })
  }

  /** Lets the process end although the client is open and nothing waits. */
  unref(): this {
    this.#conductor.turns.setReferenced(false)
    return this
  }

  /** Keeps the process alive while the client is open, as it does at first. */
  ref(): this {
    this.#conductor.turns.setReferenced(true)
    return this
  }

  /** Closes the client with all that belongs to it; again does nothing. ERR_GODWIT_REENTRANT within a handler. */
  async close(): Promise<void> {
    if (this.isClosed) return
    this.#conductor.requireUsable()
    this.#conductor.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async #add<T extends { close(): void }>(
    options: AddOptions,
    isExclusive: boolean,
    channel: string,
    streamId: number,
    make: (parameters: PublicationParameters) => T,
  ): Promise<T> {
    const conductor = this.#requireUsable(options)
    const correlationId = conductor.proxy.addPublication(channel, streamId, isExclusive)
    // Over IPC subscribers look for themselves.
    const waker = channel.startsWith(IPC_CHANNEL) ? undefined : this.#waker
    return conductor.registrations.wait({
      correlationId,
      what: `add publication on ${channel}, stream ${streamId}`,
      signal: options.signal,
      accept: (answer) => {
        if (answer.kind !== 'publication') return undefined
        return conductor.withLog(answer.logFileName, correlationId, (log) =>
          make({ ...publicationFacts(answer, conductor), registrationId: correlationId, channel, log, waker }))
      },
      discard: (publication) => conductor.discard(() => publication.close()),
    })
  }

  #requireUsable(options: AddOptions): ClientConductor {
    checkSignal(options)
    options.signal?.throwIfAborted()
    this.#conductor.requireUsable()
    return this.#conductor
  }
}

const NO_KEY = new Uint8Array(0)

type PublicationFacts = Omit<PublicationParameters, 'registrationId' | 'channel' | 'log' | 'waker'>

function publicationFacts(
  { ready, logFileName }: Extract<Answer, { kind: 'publication' }>, { cnc }: ClientConductor,
): PublicationFacts {
  return {
    originalRegistrationId: ready.registrationIdAsNumber(),
    streamId: ready.streamId(),
    sessionId: ready.sessionId(),
    channelStatusId: ready.channelStatusCounterId(),
    logName: logFileName,
    positionLimit: new AtomicPosition(cnc.countersValues, ready.positionLimitCounterId()),
  }
}

function locationOf(driver: unknown): DriverHandle | undefined {
  const { dir } = Object(driver) as { readonly dir?: unknown }
  return typeof dir === 'string' && dir !== '' ? { kind: 'godwit-directory-driver', dir } : undefined
}

function invokerOf(driver: EmbeddedDriver | DriverHandle | DriverLocation): (() => number) | undefined {
  if (!('threadingMode' in driver) || driver.threadingMode !== INVOKER) return undefined
  return () => (driver.isClosed === true ? 0 : (driver.invoke?.() ?? 0))
}

/** @internal Checks the options and fills in what is missing. */
export function settingsOf(
  options: ClientOptions, invokeDriver: (() => number) | undefined, clock: ClientClock,
): ConductorSettings {
  checkOptions(options)
  const { clientName = '', idle = 'backoff' } = options
  if (clientName.length > CLIENT_NAME_LENGTH_MAX) {
    throw optionError(`clientName has ${clientName.length} characters, at most ${CLIENT_NAME_LENGTH_MAX} are allowed`)
  }
  return {
    clientName,
    driverTimeoutMs: positive('driverTimeoutMs', options.driverTimeoutMs ?? DRIVER_TIMEOUT_MS),
    keepAliveIntervalNs: positive('keepAliveIntervalNs', options.keepAliveIntervalNs ?? KEEP_ALIVE_INTERVAL_NS),
    resourceLingerNs: positive('resourceLingerNs', options.resourceLingerNs ?? RESOURCE_LINGER_NS),
    idle: waitStrategy(idle),
    clock,
    invokeDriver,
    errorHandler: options.errorHandler,
    availableCounterHandler: options.availableCounterHandler,
    unavailableCounterHandler: options.unavailableCounterHandler,
    publicationErrorHandler: options.publicationErrorHandler,
    closeHandler: options.closeHandler,
  }
}

const HANDLERS = [
  'errorHandler', 'availableImageHandler', 'unavailableImageHandler', 'availableCounterHandler',
  'unavailableCounterHandler', 'publicationErrorHandler', 'closeHandler',
] as const

const OPTIONS: readonly string[] = [
  'clientName', 'keepAliveIntervalNs', 'driverTimeoutMs', 'resourceLingerNs', 'idle', 'signal', ...HANDLERS,
] satisfies readonly (keyof ClientOptions)[]

function checkOptions(options: ClientOptions): void {
  checkSignal(options, optionError)
  const unknown = Object.keys(options).find((name) => !OPTIONS.includes(name))
  if (unknown !== undefined) throw optionError(`${given(unknown)} is none of ${OPTIONS.join(', ')}`)
  for (const name of HANDLERS) checkOptionalFunction(name, options[name], optionError)
  const { clientName } = options
  if (clientName === undefined) return
  if (typeof clientName !== 'string') throw optionError(`clientName: expected a string, not ${given(clientName)}`)
  if (/[^\x00-\x7f]/.test(clientName)) throw optionError('clientName: only US-ASCII is allowed')
}

function positive(name: string, value: number): number {
  if (!(Number.isFinite(value) && value > 0)) throw optionError(`${name}: ${given(value)} is not a number above 0`)
  return value
}

/** @internal Waits until a driver is ready and alive. */
export async function awaitDriver(
  memory: AtomicBuffer, settings: ConductorSettings, signal: AbortSignalLike | undefined,
): Promise<Cnc> {
  const { driverTimeoutMs } = settings
  return awaitReady(settings, signal, CONNECT_INTERVAL_MS, (epochMs) => {
    const cnc = attach(memory)
    if (cnc === undefined) return { problem: `no sign of life of the driver within ${driverTimeoutMs} ms` }
    const problem = driverProblem(cnc, epochMs, driverTimeoutMs)
    if (problem === undefined) return { result: cnc }
    if (problem === DRIVER_CLOSED) throw new DriverTimeoutError(`connect: ${problem}`)
    return { problem }
  })
}
