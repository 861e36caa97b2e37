import { computeLogLength } from '../../client/log/log-buffer-descriptor.ts'
import { LogBuffers } from '../../client/log/log-buffers.ts'
import { AtomicBuffer } from '../../client/memory/atomic-buffer.ts'
import { AtomicCounter } from '../../client/memory/atomic-counter.ts'
import { Cnc, cncLength } from '../../client/memory/cnc.ts'
import { countersMetadataLength } from '../../client/memory/counter-records.ts'
import { CountersReader } from '../../client/memory/counters-reader.ts'
import { readErrorLog } from '../../client/memory/error-log.ts'
import { LossReport } from '../../client/memory/loss-report.ts'
import type { NameResolver } from '../../driver/core/channel/udp-channel.ts'
import { CommandQueue } from '../../driver/core/command-queue.ts'
import type { ConductorCommand, ReceiverCommand, SenderCommand } from '../../driver/core/commands.ts'
import { DriverConductor } from '../../driver/core/conductor/driver-conductor.ts'
import { DriverError } from '../../driver/core/driver-error.ts'
import { concludeDriverSettings } from '../../driver/core/driver-settings.ts'
import type { DriverOptions, DriverSettings } from '../../driver/core/driver-settings.ts'
import { MEMORY_LOG_MAPPER } from '../../driver/core/log-store.ts'
import type { LogRegion, LogStore, NewLog } from '../../driver/core/log-store.ts'
import type { SocketAddress } from '../../driver/core/media.ts'
import { SystemCounters } from '../../driver/core/system-counters.ts'
import { CounterValueDecoder, SystemCounterId } from '../../schemas/generated/aeron.memory/index.ts'
import { ErrorCode } from '../../schemas/generated/aeron.commands/index.ts'
import { ControlClient } from './control-client.ts'
import type { ControlResponse } from './control-responses.ts'
import { Random } from './random.ts'

export const MS = 1_000_000
export const SECOND = 1_000_000_000

const RING_LENGTH = 65_536 + 768
const BROADCAST_LENGTH = 262_144 + 128
const START_EPOCH_MS = 1_795_195_747_000

export interface HarnessOptions {
  readonly settings?: Partial<DriverOptions>
  /** How many counters there is room for. */
  readonly counters?: number
  /** Whether sockets open, and publications, images and endpoints are let go of, as soon as the driver asks. */
  readonly isAnswering?: boolean
}

type ResolverCallback = Parameters<NameResolver['resolve']>[1]

/** A store whose failures tests choose. */
class TestLogStore implements LogStore {
  readonly regions: Map<string, LogRegion> = new Map()
  readonly announced: (readonly [clientId: number, name: string])[] = []
  isFull: boolean = false
  isFreeing: boolean = true

  create({ kind, registrationId, byteLength }: NewLog): LogRegion {
    if (this.isFull) throw new DriverError(ErrorCode.STORAGE_SPACE, 'no space is left for logs')
    const name = `/dev/shm/test/${kind}s/${registrationId}.logbuffer`
    if (this.regions.has(name)) throw new Error(`${name} exists`)
    const region = { name, memory: new SharedArrayBuffer(byteLength), byteOffset: 0, byteLength }
    this.regions.set(name, region)
    return region
  }

  announce(clientId: number, log: LogRegion): void {
    if (!this.regions.has(log.name)) throw new Error(`${log.name} does not exist`)
    this.announced.push([clientId, log.name])
  }

  free(log: LogRegion): boolean {
    if (!this.isFreeing) return false
    if (!this.regions.delete(log.name)) throw new Error(`${log.name} was freed before`)
    return true
  }

  bytesMapped(): number {
    return [...this.regions.values()].reduce((sum, { byteLength }) => sum + byteLength, 0)
  }
}

/** A conductor with a virtual clock; sender and receiver are queues that the test reads and answers. */
export class ConductorHarness {
  readonly settings: DriverSettings
  readonly cnc: Cnc
  readonly counters: CountersReader
  readonly systemCounters: SystemCounters
  readonly logs: TestLogStore = new TestLogStore()
  readonly conductor: DriverConductor
  readonly senderQueue: CommandQueue<SenderCommand>
  readonly receiverQueue: CommandQueue<ReceiverCommand>
  /** What sender and receiver were told, in order, once `run` took it from the queues. */
  readonly senderCommands: SenderCommand[] = []
  readonly receiverCommands: ReceiverCommand[] = []
  /** Memory shared with the sender, by name of the log. */
  readonly senderPublications: Map<string, SharedArrayBuffer> = new Map()
  /** Memory shared with the receiver, by correlation id. */
  readonly receiverImages: Map<number, SharedArrayBuffer> = new Map()
  readonly fromAgents: CommandQueue<ConductorCommand>
  /** Names that wait for an address. */
  readonly lookups: { readonly host: string; readonly callback: ResolverCallback }[] = []
  isAnswering: boolean
  /** Buffers that sockets get. */
  socketBufferLength: number = 0
  nowNs: number = 5 * SECOND
  private nextPort: number = 40_001

  constructor({ settings = {}, counters = 512, isAnswering = true }: HarnessOptions = {}) {
    this.isAnswering = isAnswering
    this.settings = concludeDriverSettings(
      { termBufferLength: 65_536, ipcTermBufferLength: 65_536, threadingMode: 'SHARED', ...settings }, {},
    )
    const countersValues = counters * CounterValueDecoder.BLOCK_LENGTH
    const lengths = {
      toDriver: RING_LENGTH,
      toClients: BROADCAST_LENGTH,
      countersMetadata: countersMetadataLength(countersValues),
      countersValues,
      errorLog: 65_536,
      pageSize: 4096,
    }
    const meta = { clientLivenessTimeoutNs: 10 * SECOND, startTimestampMs: START_EPOCH_MS, pid: 1 }
    this.cnc = Cnc.create(AtomicBuffer.allocate(cncLength(lengths)), lengths, meta)
    this.counters = new CountersReader(this.cnc.countersMetadata, this.cnc.countersValues)
    this.systemCounters = new SystemCounters(this.cnc.countersValues)
    const { systemCounters } = this
    this.senderQueue = new CommandQueue(() => systemCounters.increment(SystemCounterId.SENDER_PROXY_FAILS))
    this.receiverQueue = new CommandQueue(() => systemCounters.increment(SystemCounterId.RECEIVER_PROXY_FAILS))
    this.fromAgents = new CommandQueue(() => systemCounters.increment(SystemCounterId.CONDUCTOR_PROXY_FAILS))
    const random = new Random('conductor')
    this.conductor = new DriverConductor({
      settings: this.settings,
      cnc: this.cnc,
      systemCounters,
      epochMs: () => this.epochMs(),
      random: () => random.float(),
      commands: this.fromAgents,
      toSender: this.senderQueue,
      toReceiver: this.receiverQueue,
      logs: this.logs,
      mapper: MEMORY_LOG_MAPPER,
      lossReport: new LossReport(AtomicBuffer.allocate(65_536)),
      resolver: { resolve: (host, callback) => void this.lookups.push({ host, callback }) },
      networkInterfaces: () => [{ name: 'lo', address: '127.0.0.1', family: 4 }],
      softwareVersion: '1.53.0',
    })
  }

  epochMs(): number {
    return START_EPOCH_MS + Math.floor(this.nowNs / MS)
  }

  client(): ControlClient {
    return new ControlClient(this.cnc)
  }

  /** Runs cycles until there is nothing to do any more; time stands still. */
  run(cyclesMax: number = 2_000): void {
    for (let cycle = 0; cycle < cyclesMax; cycle++) {
      const work = this.conductor.doWork(this.nowNs)
      if (work + this.takeCommands() === 0) return
    }
  }

  /** Lets time pass in steps that are shorter than the timer interval, with the clients given alive. */
  pass(durationNs: number, alive: readonly ControlClient[] = []): void {
    const endNs = this.nowNs + durationNs
    while (this.nowNs < endNs) {
      this.nowNs = Math.min(endNs, this.nowNs + SECOND / 2)
      for (const { clientId } of alive) this.heartbeat(clientId).set(this.epochMs())
      this.run()
    }
  }

  heartbeat(clientId: number): AtomicCounter {
    return this.counter(this.counters.findByTypeAndRegistrationId(11, clientId))
  }

  counter(id: number | undefined): AtomicCounter {
    return new AtomicCounter(this.cnc.countersValues, id ?? -1)
  }

  /** The log that a response names, as a client maps it. */
  log(response: ControlResponse): LogBuffers {
    const region = this.logs.regions.get(response.text ?? '')
    if (region === undefined) throw new Error(`${response.text} does not exist`)
    return LogBuffers.over(MEMORY_LOG_MAPPER.map(region))
  }

  /** Texts of recorded errors, each once. */
  errors(): readonly string[] {
    const texts: string[] = []
    readErrorLog(this.cnc.errorLog, ({ text }) => void texts.push(text))
    return texts
  }

  /** Label of a live counter. */
  label(id: number | undefined): string {
    return this.counters.label(id ?? -1)
  }

  /** Labels of all live counters of the type. */
  labelsOf(typeId: number): readonly string[] {
    const labels: string[] = []
    this.counters.forEach((_id, type, _key, label) => {
      if (type === typeId) labels.push(label)
    })
    return labels
  }

  /** How many counters are live. */
  liveCounters(): number {
    let count = 0
    this.counters.forEach(() => void count++)
    return count
  }

  /** A SETUP frame has come to the last receive endpoint. */
  createImage(sessionId: number, streamId: number, changes: Partial<CreateImage> = {}): void {
    this.fromAgents.offer({
      type: 'createImage',
      endpointId: this.lastReceiveEndpointId(),
      sessionId,
      streamId,
      initialTermId: 7,
      activeTermId: 7,
      termOffset: 0,
      termLength: 65_536,
      mtuLength: 1408,
      setupFlags: 0,
      sourceAddress: { family: 4, address: '127.0.0.1', port: 33_000 },
      controlAddress: { family: 4, address: '127.0.0.1', port: 33_000 },
      ...changes,
    })
  }

  lastReceiveEndpointId(): number {
    const command = this.receiverCommands.findLast(({ type }) => type === 'addReceiveEndpoint')
    return command?.type === 'addReceiveEndpoint' ? command.endpointId : -1
  }

  /** Bytes of a log with terms of that length. */
  logLength(termLength: number): number {
    return computeLogLength(termLength, this.settings.filePageSize)
  }

  opened(endpointId: number, localAddress: SocketAddress): void {
    const lengths = { sendBufferLength: this.socketBufferLength, receiveBufferLength: this.socketBufferLength }
    this.fromAgents.offer({ type: 'endpointOpened', endpointId, localAddress, ...lengths })
  }

  private takeCommands(): number {
    let count = 0
    for (let command = this.senderQueue.poll(); command !== undefined; command = this.senderQueue.poll(), count++) {
      this.senderCommands.push(structuredClone(command))
      if (command.type === 'addPublication') {
        this.senderPublications.set(command.publication.log.name, command.publication.state)
      }
      if (this.isAnswering) this.answerAsSender(command)
    }
    for (let command = this.receiverQueue.poll(); command !== undefined; command = this.receiverQueue.poll(), count++) {
      this.receiverCommands.push(structuredClone(command))
      if (command.type === 'addImage') this.receiverImages.set(command.image.correlationId, command.image.state)
      if (this.isAnswering) this.answerAsReceiver(command)
    }
    return count
  }

  private answerAsSender(command: SenderCommand): void {
    switch (command.type) {
      case 'addSendEndpoint':
        this.opened(command.endpointId, { family: 4, address: '127.0.0.1', port: this.nextPort++ })
        break
      case 'removeSendEndpoint':
        this.fromAgents.offer({ type: 'endpointClosed', endpointId: command.endpointId })
        break
      case 'removePublication':
        this.fromAgents.offer({ type: 'publicationReleased', registrationId: command.registrationId })
    }
  }

  private answerAsReceiver(command: ReceiverCommand): void {
    switch (command.type) {
      case 'addReceiveEndpoint': {
        const { local } = command.options
        this.opened(command.endpointId, { ...local, port: local.port === 0 ? this.nextPort++ : local.port })
        break
      }
      case 'removeReceiveEndpoint':
        this.fromAgents.offer({ type: 'endpointClosed', endpointId: command.endpointId })
        break
      case 'removeImage':
        this.fromAgents.offer({ type: 'imageReleased', correlationId: command.correlationId })
    }
  }
}

type CreateImage = Extract<ConductorCommand, { readonly type: 'createImage' }>

/** The only response of a type. */
export function only(responses: readonly ControlResponse[], type: string): ControlResponse {
  const found = responses.filter((response) => response.type === type)
  const [response] = found
  if (response === undefined || found.length > 1) {
    throw new Error(`${found.length} of ${type} in ${typesOf(responses).join(', ')}`)
  }
  return response
}

export function typesOf(responses: readonly ControlResponse[]): readonly string[] {
  return responses.map(({ type }) => type)
}
