import { ConcurrentAppender } from '../../../client/log/concurrent-appender.ts'
import { initialiseLog } from '../../../client/log/initialise-log.ts'
import { computeLogLength, positionBitsToShift } from '../../../client/log/log-buffer-descriptor.ts'
import type { LogBuffers } from '../../../client/log/log-buffers.ts'
import { AtomicBuffer } from '../../../client/memory/atomic-buffer.ts'
import { AtomicCounter } from '../../../client/memory/atomic-counter.ts'
import { Cnc, cncLength } from '../../../client/memory/cnc.ts'
import { ADMIN_ACTION } from '../../../client/log/offer-result.ts'
import { DirectBuffer } from '../../../codegen/runtime/index.ts'
import { MEMORY_LOG_MAPPER } from '../../../driver/core/log-store.ts'
import { CommandQueue } from '../../../driver/core/command-queue.ts'
import type { ConductorCommand, SenderCommand } from '../../../driver/core/commands.ts'
import type { DriverOptions, DriverSettings } from '../../../driver/core/driver-settings.ts'
import { concludeDriverSettings } from '../../../driver/core/driver-settings.ts'
import type { SocketAddress } from '../../../driver/core/media.ts'
import { Sender } from '../../../driver/core/sender/sender.ts'
import { PUBLICATION_STATE_LENGTH, PublicationState } from '../../../driver/core/shared-state.ts'
import { SystemCounters } from '../../../driver/core/system-counters.ts'
import { LogType } from '../../../schemas/generated/aeron.memory/index.ts'
import { FakeMedia, FakeTransport, LOCAL } from './fake-media.ts'
import { INITIAL_TERM, SESSION, STREAM } from './receiver-frames.ts'

export const TERM_LENGTH = 65_536
export const MTU = 1408
export const MS = 1_000_000
export const ENDPOINT = 5

const FIRST_FREE_COUNTER = 46
const PAGE_SIZE = 4096
const LENGTHS = {
  toDriver: 1024 + 768,
  toClients: 1024 + 128,
  countersMetadata: 512 * 512,
  countersValues: 512 * 128,
  errorLog: 4096,
  pageSize: PAGE_SIZE,
}

export interface PublicationFields {
  readonly sessionId?: number
  readonly streamId?: number
  readonly termLength?: number
  readonly initialTermId?: number
  readonly termId?: number
  readonly termOffset?: number
  readonly isEosSignalled?: boolean
  readonly endpointId?: number
  readonly destination?: SocketAddress
}

/** A publication as the client and the conductor see it. */
export interface TestPublication {
  readonly registrationId: number
  readonly log: LogBuffers
  readonly state: PublicationState
  readonly appender: ConcurrentAppender
  readonly senderPosition: AtomicCounter
  readonly senderLimit: AtomicCounter
  readonly backPressureEvents: AtomicCounter
  readonly naksReceived: AtomicCounter
  readonly startPosition: number
}

/** A sender with a scripted socket and a clock that goes where it is told. */
export class SenderHarness {
  readonly media: FakeMedia = new FakeMedia()
  readonly settings: DriverSettings
  readonly cnc: Cnc
  readonly systemCounters: SystemCounters
  readonly commands: CommandQueue<SenderCommand> = new CommandQueue(() => undefined)
  readonly toConductor: CommandQueue<ConductorCommand> = new CommandQueue(() => undefined)
  readonly sender: Sender
  nowNs: number = 1_000 * MS
  private nextCounterId: number = FIRST_FREE_COUNTER
  private nextRegistrationId: number = 100

  constructor(options: Partial<DriverOptions> = {}) {
    this.settings = concludeDriverSettings(options, {})
    const meta = { clientLivenessTimeoutNs: 1, startTimestampMs: 1, pid: 1 }
    this.cnc = Cnc.create(AtomicBuffer.allocate(cncLength(LENGTHS)), LENGTHS, meta)
    this.systemCounters = new SystemCounters(this.cnc.countersValues)
    this.sender = new Sender({
      settings: this.settings,
      cnc: this.cnc,
      systemCounters: this.systemCounters,
      mapper: MEMORY_LOG_MAPPER,
      epochMs: () => 0,
      random: () => 0.5,
      commands: this.commands,
      toConductor: this.toConductor,
      media: this.media,
    })
  }

  /** The socket of the endpoint that was opened first. */
  get transport(): FakeTransport {
    const transport = this.media.transports[0]
    if (transport === undefined) throw new Error('no transport was opened')
    return transport
  }

  openEndpoint(endpointId: number = ENDPOINT): void {
    const options = { local: LOCAL, sendBufferLength: 0, receiveBufferLength: 0 }
    this.commands.offer({ type: 'addSendEndpoint', endpointId, options })
    this.work()
  }

  /** Makes a publication, and the sender take the command: the first step is part of that. */
  addPublication(fields: PublicationFields = {}): TestPublication {
    const publication = this.offerPublication(fields)
    this.work()
    return publication
  }

  /** Puts the command into the queue only. */
  offerPublication(fields: PublicationFields = {}): TestPublication {
    const termLength = fields.termLength ?? TERM_LENGTH
    const memory = new SharedArrayBuffer(computeLogLength(termLength, PAGE_SIZE))
    const registrationId = this.nextRegistrationId++
    const sessionId = fields.sessionId ?? SESSION
    const streamId = fields.streamId ?? STREAM
    const initialTermId = fields.initialTermId ?? INITIAL_TERM
    const log = initialiseLog(new AtomicBuffer(memory), {
      logType: LogType.CONCURRENT_PUBLICATION,
      correlationId: registrationId,
      sessionId,
      streamId,
      termLength,
      pageSize: PAGE_SIZE,
      mtuLength: MTU,
      initialTermId,
      termId: fields.termId ?? initialTermId,
      termOffset: fields.termOffset ?? 0,
    })
    const startPosition = log.producerPosition()
    const state = new SharedArrayBuffer(PUBLICATION_STATE_LENGTH)
    const counters = [startPosition, startPosition, 0, 0].map((value) => this.counter(value))
    const [senderPosition, senderLimit, backPressureEvents, naksReceived] = counters as [
      AtomicCounter,
      AtomicCounter,
      AtomicCounter,
      AtomicCounter,
    ]
    this.commands.offer({
      type: 'addPublication',
      publication: {
        registrationId,
        endpointId: fields.endpointId ?? ENDPOINT,
        sessionId,
        streamId,
        log: { name: 'log', memory, byteOffset: 0, byteLength: memory.byteLength },
        state,
        senderPositionId: senderPosition.id,
        senderLimitId: senderLimit.id,
        senderBackPressureEventsId: backPressureEvents.id,
        naksReceivedId: naksReceived.id,
        startPosition,
        mtuLength: MTU,
        isEosSignalled: fields.isEosSignalled ?? true,
        maxResend: 16,
        ...(fields.destination === undefined ? {} : { destination: fields.destination }),
      },
    })
    const appender = new ConcurrentAppender(log, { get: () => Number.MAX_SAFE_INTEGER })
    return {
      registrationId,
      log,
      state: new PublicationState(state),
      appender,
      senderPosition,
      senderLimit,
      backPressureEvents,
      naksReceived,
      startPosition,
    }
  }

  /** One cycle, now. */
  work(): number {
    return this.sender.doWork(this.nowNs)
  }

  /** One cycle after some time. */
  workAfter(durationNs: number): number {
    this.nowNs += durationNs
    return this.work()
  }

  /** Cycles until nothing is left to do at this time. Returns the work. */
  settle(): number {
    let total = 0
    for (let cycles = 0; cycles < 10_000; cycles++) {
      const work = this.work()
      if (work === 0) return total
      total += work
    }
    throw new Error('the sender never comes to rest')
  }

  /** Lets time pass, from deadline to deadline of the sender. */
  advanceTo(endNs: number): void {
    this.settle()
    for (;;) {
      const deadlineNs = this.sender.nextDeadlineNs()
      if (deadlineNs > endNs) break
      if (deadlineNs <= this.nowNs) throw new Error(`deadline ${deadlineNs} was due`)
      this.nowNs = deadlineNs
      this.settle()
    }
    this.nowNs = endNs
  }

  /** Datagrams arrive, and the sender sees them. */
  deliver(...frames: readonly Uint8Array[]): void {
    for (const frame of frames) this.transport.deliver(frame)
    // A sender that sends does not look in every cycle.
    do this.work()
    while (this.transport.hasArrivals)
  }

  count(id: number): number {
    return this.cnc.countersValues.loadInt64(id * 128)
  }

  /** All replies since the last call. */
  replies(): ConductorCommand[] {
    const replies: ConductorCommand[] = []
    for (let reply = this.toConductor.poll(); reply !== undefined; reply = this.toConductor.poll()) replies.push(reply)
    return replies
  }

  private counter(value: number): AtomicCounter {
    const counter = new AtomicCounter(this.cnc.countersValues, this.nextCounterId++)
    counter.set(value)
    return counter
  }
}

/** Publishes messages of one length. */
export function offer({ appender }: TestPublication, length: number, count: number = 1): void {
  const message = new DirectBuffer(new Uint8Array(length).fill(0x42))
  for (let i = 0; i < count;) {
    const result = appender.offer(message, 0, length)
    if (result > 0) i++
    else if (result !== ADMIN_ACTION) throw new Error(`offer returned ${result}`)
  }
}

/** Length, type, flags, term id and offset of a frame that was sent. */
export function describe(frame: Uint8Array): string {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength)
  const names = ['PAD', 'DATA', 'NAK', 'SM', 'ERR', 'SETUP', 'RTTM']
  const type = view.getUint16(6, true)
  const flags = view.getUint8(5).toString(16)
  const isHeartbeat = type === 1 && view.getInt32(0, true) === 0
  const termId = view.getInt32(type === 5 ? 24 : 20, true)
  const name = isHeartbeat ? 'HEARTBEAT' : names[type]
  if (type > 1 && type !== 5) return `${name} ${flags} ${frame.length}`
  return `${name} ${flags} ${termId}:${view.getInt32(8, true)} ${frame.length}`
}

export function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** Position of an offset in a term of the default stream. */
export function positionOf(termId: number, termOffset: number, termLength: number = TERM_LENGTH): number {
  return ((termId - INITIAL_TERM) | 0) * 2 ** positionBitsToShift(termLength) + termOffset
}
