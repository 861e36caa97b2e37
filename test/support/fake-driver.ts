import { setImmediate as nextImmediate } from 'node:timers/promises'
import { Client, settingsOf } from '../../client/client.ts'
import type { ClientOptions } from '../../client/client.ts'
import type { LogSource } from '../../client/conductor/log-source.ts'
import type { ClientClock } from '../../client/conductor/turn-loop.ts'
import type { Cancel, WaitStrategy } from '../../client/conductor/wait-strategy.ts'
import { initialiseLog } from '../../client/log/initialise-log.ts'
import type { LogParameters } from '../../client/log/initialise-log.ts'
import { computeLogLength } from '../../client/log/log-buffer-descriptor.ts'
import { LogBuffers } from '../../client/log/log-buffers.ts'
import { AtomicBuffer } from '../../client/memory/atomic-buffer.ts'
import type { AtomicCounter } from '../../client/memory/atomic-counter.ts'
import { BroadcastTransmitter } from '../../client/memory/broadcast-transmitter.ts'
import { Cnc, cncLength } from '../../client/memory/cnc.ts'
import { CountersManager } from '../../client/memory/counters-manager.ts'
import { ManyToOneRingBuffer } from '../../client/memory/many-to-one-ring-buffer.ts'
import { DirectBuffer, GodwitError } from '../../codegen/runtime/index.ts'
import { putSecondTextLength } from '../../schemas/descriptors.ts'
import {
  AddPublicationDecoder,
  AvailableImageEncoder,
  ClientCommandDecoder,
  ClientTimeoutEncoder,
  CommandType,
  CounterUpdateEncoder,
  ErrorResponseEncoder,
  NextAvailableSessionIdEncoder,
  OperationSucceededEncoder,
  PublicationReadyEncoder,
  SubscriptionReadyEncoder,
  UnavailableImageEncoder,
} from '../../schemas/generated/aeron.commands/index.ts'
import { CounterType, LogType } from '../../schemas/generated/aeron.memory/index.ts'

const RING_TRAILER = 768
const BROADCAST_TRAILER = 128
const BUFFER_LENGTH = 64 * 1024
const COUNTERS = 128
const PAGE_SIZE = 4096
const START_EPOCH_MS = 1_700_000_000_000
const CLIENT_LIVENESS_TIMEOUT_NS = 10e9

export const TERM_LENGTH: number = 64 * 1024
export const MTU_LENGTH = 1408

/** Time that moves only when a test says so. */
export class FakeClock implements ClientClock {
  nowNs: number = 1e9
  timers: { readonly atNs: number; readonly callback: () => void }[] = []

  nanoTime(): number {
    return this.nowNs
  }

  epochMs(): number {
    return START_EPOCH_MS + Math.floor(this.nowNs / 1e6)
  }

  startTimer(callback: () => void, delayMs: number): Cancel {
    const timer = { atNs: this.nowNs + delayMs * 1e6, callback }
    this.timers.push(timer)
    return () => {
      this.timers = this.timers.filter((other) => other !== timer)
    }
  }

  /** Moves time on without a turn of anything. */
  skipMs(durationMs: number): void {
    this.nowNs += durationMs * 1e6
  }

  /** Moves time on, and runs the timers on the way. */
  advanceMs(durationMs: number): void {
    const endNs = this.nowNs + durationMs * 1e6
    for (;;) {
      const [next] = this.timers.filter(({ atNs }) => atNs <= endNs).sort((a, b) => a.atNs - b.atNs)
      if (next === undefined) break
      this.timers = this.timers.filter((other) => other !== next)
      this.nowNs = Math.max(this.nowNs, next.atNs)
      next.callback()
    }
    this.nowNs = endNs
  }
}

export interface ReceivedCommand {
  readonly typeId: number
  readonly correlationId: number
  readonly bytes: Uint8Array
}

/** A log, with the counter that its publisher or subscriber uses. */
export interface FakeLog {
  readonly id: number
  readonly name: string
  readonly log: LogBuffers
  readonly counter: AtomicCounter
}

/** A driver that does what a test says: commands, counters and logs are real, nothing moves by itself. */
export class FakeDriver implements LogSource {
  readonly clock: FakeClock = new FakeClock()
  readonly memory: AtomicBuffer
  readonly cnc: Cnc
  readonly ring: ManyToOneRingBuffer
  readonly transmitter: BroadcastTransmitter
  readonly counters: CountersManager
  /** All that was received, oldest first. */
  readonly commands: ReceivedCommand[] = []
  /** Whether commands are answered as a driver does. */
  isAnswering: boolean = true
  /** Whether the driver gives signs of life. */
  isAlive: boolean = true
  /** Logs by name, as long as no client has released them. */
  readonly logs: Map<string, AtomicBuffer> = new Map()
  readonly releasedLogs: string[] = []
  isLogSourceClosed: boolean = false
  /** Logs of publications, in the order in which they were added. */
  readonly publications: FakeLog[] = []
  parameters: Partial<LogParameters> = {}
  /** Of what is added; -1 for channels without sockets. */
  channelStatusId: number = -1
  readonly #buffer: DirectBuffer = new DirectBuffer(new ArrayBuffer(4096))
  readonly #knownClients: Set<number> = new Set()

  constructor() {
    const lengths = {
      toDriver: BUFFER_LENGTH + RING_TRAILER,
      toClients: BUFFER_LENGTH + BROADCAST_TRAILER,
      countersMetadata: COUNTERS * 512,
      countersValues: COUNTERS * 128,
      errorLog: PAGE_SIZE,
      pageSize: PAGE_SIZE,
    }
    this.memory = AtomicBuffer.allocate(cncLength(lengths))
    const meta = { clientLivenessTimeoutNs: CLIENT_LIVENESS_TIMEOUT_NS, startTimestampMs: START_EPOCH_MS, pid: 1 }
    this.cnc = Cnc.create(this.memory, lengths, meta)
    this.ring = new ManyToOneRingBuffer(this.cnc.toDriver)
    this.transmitter = new BroadcastTransmitter(this.cnc.toClients)
    const { countersMetadata, countersValues } = this.cnc
    this.counters = new CountersManager(countersMetadata, countersValues, () => this.clock.epochMs(), 1000)
    this.ring.nextCorrelationId()
    this.beat()
    this.cnc.signalReady()
  }

  /** Waits in turns of the real event loop; the driver works before each. */
  get idle(): WaitStrategy {
    return {
      name: 'fake',
      schedule: (_idleTurns, turn) => {
        const immediate = setImmediate(() => {
          this.work()
          turn()
        })
        return () => clearImmediate(immediate)
      },
    }
  }

  connect(options: ClientOptions = {}): Client {
    const settings = settingsOf({ idle: this.idle, ...options }, undefined, this.clock)
    const client = Client.over(this.cnc, this, settings, options)
    openClients.push(client)
    return client
  }

  /** Lets time pass, with turns of driver and client every millisecond. */
  advanceMs(durationMs: number): void {
    for (let ms = 0; ms < durationMs; ms++) {
      this.work()
      this.clock.advanceMs(1)
    }
  }

  /** Sign of life. */
  beat(): void {
    this.ring.setConsumerHeartbeatMs(this.clock.epochMs())
  }

  work(): void {
    if (this.isAlive) this.beat()
    this.ring.read((typeId, buffer, offset, length) => {
      const bytes = buffer.bytes.slice(offset, offset + length)
      const command = new DirectBuffer(bytes)
      const decoder = new ClientCommandDecoder().wrap(command, 0, ClientCommandDecoder.BLOCK_LENGTH, 1)
      const correlationId = decoder.correlationIdAsNumber()
      this.commands.push({ typeId, correlationId, bytes })
      if (this.isAnswering) this.#answer(typeId, decoder.clientIdAsNumber(), correlationId, command)
    }, 64)
  }

  /** Answers a command that came before. */
  answerLate({ typeId, bytes }: ReceivedCommand): void {
    const command = new DirectBuffer(bytes)
    const decoder = new ClientCommandDecoder().wrap(command, 0, ClientCommandDecoder.BLOCK_LENGTH, 1)
    this.#answer(typeId, decoder.clientIdAsNumber(), decoder.correlationIdAsNumber(), command)
  }

  /** Types of the commands that came, without those before `from`. */
  commandTypes(from: number = 0): number[] {
    return this.commands.slice(from).map(({ typeId }) => typeId)
  }

  createLog(id: number, name: string, parameters: Partial<LogParameters> = {}): LogBuffers {
    const memory = AtomicBuffer.allocate(computeLogLength(TERM_LENGTH, PAGE_SIZE))
    const log = initialiseLog(memory, {
      logType: LogType.CONCURRENT_PUBLICATION,
      correlationId: id,
      sessionId: 100 + id,
      streamId: 10,
      termLength: TERM_LENGTH,
      pageSize: PAGE_SIZE,
      mtuLength: MTU_LENGTH,
      initialTermId: 7,
      ...this.parameters,
      ...parameters,
    })
    this.logs.set(name, memory)
    return log
  }

  /** Makes an image available to a subscription, with a log of its own. */
  addImage(subscriptionId: number, parameters: Partial<LogParameters> = {}, position: number = 0): FakeLog {
    const id = this.ring.nextCorrelationId()
    const name = `images/${id}.logbuffer`
    const log = this.createLog(id, name, { sessionId: id, ...parameters })
    const counter = this.counters.allocate(CounterType.SUBSCRIBER_POSITION, `sub-pos: ${id}`)
    counter.set(position)
    this.announceImage(id, subscriptionId, log.sessionId, counter.id, name)
    return { id, name, log, counter }
  }

  announceImage(id: number, subscriptionId: number, sessionId: number, counterId: number, name: string): void {
    const source = '127.0.0.1:5000'
    const message = new AvailableImageEncoder().wrap(this.#buffer, 0)
      .correlationIdAsNumber(id)
      .sessionId(sessionId)
      .streamId(10)
      .subscriptionRegistrationIdAsNumber(subscriptionId)
      .subscriberPositionId(counterId)
      .logFileNameLength(name.length)
    const { BLOCK_LENGTH } = AvailableImageEncoder
    this.#putText(BLOCK_LENGTH, name)
    const at = putSecondTextLength(this.#buffer, message.offset(), BLOCK_LENGTH, name.length, source.length)
    this.#putText(at, source)
    this.transmit(CommandType.ON_AVAILABLE_IMAGE, at + source.length)
  }

  removeImage(id: number, subscriptionId: number): void {
    new UnavailableImageEncoder().wrap(this.#buffer, 0)
      .correlationIdAsNumber(id)
      .subscriptionRegistrationIdAsNumber(subscriptionId)
      .streamId(10)
      .channelLength(0)
    this.transmit(CommandType.ON_UNAVAILABLE_IMAGE, UnavailableImageEncoder.BLOCK_LENGTH)
  }

  error(correlationId: number, errorCode: number, text: string): void {
    new ErrorResponseEncoder().wrap(this.#buffer, 0)
      .offendingCommandCorrelationIdAsNumber(correlationId)
      .errorCodeRaw(errorCode)
      .textLength(text.length)
    this.#putText(ErrorResponseEncoder.BLOCK_LENGTH, text)
    this.transmit(CommandType.ON_ERROR, ErrorResponseEncoder.BLOCK_LENGTH + text.length)
  }

  timeOutClient(clientId: number): void {
    new ClientTimeoutEncoder().wrap(this.#buffer, 0).clientIdAsNumber(clientId)
    this.transmit(CommandType.ON_CLIENT_TIMEOUT, ClientTimeoutEncoder.BLOCK_LENGTH)
  }

  publicationReady(typeId: number, correlationId: number, fake: FakeLog, originalId: number = correlationId): void {
    const { log, name, counter } = fake
    new PublicationReadyEncoder().wrap(this.#buffer, 0)
      .correlationIdAsNumber(correlationId)
      .registrationIdAsNumber(originalId)
      .sessionId(log.sessionId)
      .streamId(log.streamId)
      .positionLimitCounterId(counter.id)
      .channelStatusCounterId(this.channelStatusId)
      .logFileNameLength(name.length)
    this.#putText(PublicationReadyEncoder.BLOCK_LENGTH, name)
    this.transmit(typeId, PublicationReadyEncoder.BLOCK_LENGTH + name.length)
  }

  counterUpdate(typeId: number, correlationId: number, counterId: number): void {
    new CounterUpdateEncoder().wrap(this.#buffer, 0).correlationIdAsNumber(correlationId).counterId(counterId)
    this.transmit(typeId, CounterUpdateEncoder.BLOCK_LENGTH)
  }

  /** Sends what lies in the driver's buffer. */
  transmit(typeId: number, length: number): void {
    this.transmitter.transmit(typeId, this.#buffer, 0, length)
  }

  bind(): void {
    this.isLogSourceClosed = false
  }

  open(name: string): LogBuffers {
    const memory = this.logs.get(name)
    if (memory === undefined) throw new GodwitError('ERR_GODWIT_LOG_UNKNOWN', `no log ${name}`)
    return new LogBuffers(memory.bytes.buffer)
  }

  release(name: string): void {
    this.releasedLogs.push(name)
  }

  close(): void {
    this.isLogSourceClosed = true
  }

  #answer(typeId: number, clientId: number, correlationId: number, command: DirectBuffer): void {
    if (!this.#knownClients.has(clientId)) this.#welcome(clientId)
    switch (typeId) {
      case CommandType.ADD_PUBLICATION:
        return this.#addPublication(CommandType.ON_PUBLICATION_READY, correlationId, command)
      case CommandType.ADD_EXCLUSIVE_PUBLICATION:
        return this.#addPublication(CommandType.ON_EXCLUSIVE_PUBLICATION_READY, correlationId, command)
      case CommandType.ADD_SUBSCRIPTION:
        new SubscriptionReadyEncoder().wrap(this.#buffer, 0)
          .correlationIdAsNumber(correlationId)
          .channelStatusCounterId(this.channelStatusId)
        return this.transmit(CommandType.ON_SUBSCRIPTION_READY, SubscriptionReadyEncoder.BLOCK_LENGTH)
      case CommandType.ADD_COUNTER:
      case CommandType.ADD_STATIC_COUNTER: {
        const { id } = this.counters.allocate(1001, 'user', undefined, correlationId, clientId)
        const isStatic = typeId === CommandType.ADD_STATIC_COUNTER
        const answerType = isStatic ? CommandType.ON_STATIC_COUNTER : CommandType.ON_COUNTER_READY
        return this.counterUpdate(answerType, correlationId, id)
      }
      case CommandType.GET_NEXT_AVAILABLE_SESSION_ID:
        new NextAvailableSessionIdEncoder().wrap(this.#buffer, 0)
          .correlationIdAsNumber(correlationId)
          .nextSessionId(-77)
        return this.transmit(CommandType.ON_NEXT_AVAILABLE_SESSION_ID, NextAvailableSessionIdEncoder.BLOCK_LENGTH)
      case CommandType.CLIENT_CLOSE:
        return undefined
      default:
        new OperationSucceededEncoder().wrap(this.#buffer, 0).correlationIdAsNumber(correlationId)
        return this.transmit(CommandType.ON_OPERATION_SUCCESS, OperationSucceededEncoder.BLOCK_LENGTH)
    }
  }

  #addPublication(typeId: number, correlationId: number, command: DirectBuffer): void {
    const decoder = new AddPublicationDecoder().wrap(command, 0, AddPublicationDecoder.BLOCK_LENGTH, 1)
    const name = `publications/${correlationId}.logbuffer`
    const log = this.createLog(correlationId, name, { streamId: decoder.streamId(), isConnected: true })
    const counter = this.counters.allocate(CounterType.PUBLISHER_LIMIT, `pub-lmt: ${correlationId}`)
    counter.set(TERM_LENGTH / 2)
    const fake = { id: correlationId, name, log, counter }
    this.publications.push(fake)
    this.publicationReady(typeId, correlationId, fake)
  }

  #welcome(clientId: number): void {
    this.#knownClients.add(clientId)
    const label = `client-heartbeat: id=${clientId}`
    const counter = this.counters.allocate(CounterType.CLIENT_HEARTBEAT, label, undefined, clientId, clientId)
    counter.set(this.clock.epochMs())
    this.counterUpdate(CommandType.ON_COUNTER_READY, clientId, counter.id)
  }

  #putText(offset: number, text: string): void {
    for (let i = 0; i < text.length; i++) this.#buffer.bytes[offset + i] = text.charCodeAt(i)
  }
}

const openClients: Client[] = []

/** What tests that failed left open would keep their process alive. */
export async function closeClients(): Promise<void> {
  for (const client of openClients.splice(0)) await client.close()
}

/** Lets promises and turns of the event loop go on. */
export async function turns(count: number = 3): Promise<void> {
  for (let i = 0; i < count; i++) await nextImmediate()
}
