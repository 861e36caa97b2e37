import type { Cnc } from '../../client/memory/cnc.ts'
import { CountersReader } from '../../client/memory/counters-reader.ts'
import { readErrorLog } from '../../client/memory/error-log.ts'
import { LossReport, readLossReport } from '../../client/memory/loss-report.ts'
import type { LossObservation } from '../../client/memory/loss-report.ts'
import type { Agent } from '../../driver/core/agent.ts'
import { COMMAND_QUEUE_CAPACITY, CommandQueue } from '../../driver/core/command-queue.ts'
import type { CommandSink } from '../../driver/core/command-queue.ts'
import type { ConductorCommand, ReceiverCommand, SenderCommand } from '../../driver/core/commands.ts'
import { DriverConductor } from '../../driver/core/conductor/driver-conductor.ts'
import { concludeDriverSettings } from '../../driver/core/driver-settings.ts'
import type { DriverOptions } from '../../driver/core/driver-settings.ts'
import { MEMORY_LOG_MAPPER } from '../../driver/core/log-store.ts'
import type { Media } from '../../driver/core/media.ts'
import { Receiver } from '../../driver/core/receiver/receiver.ts'
import { Sender } from '../../driver/core/sender/sender.ts'
import { SystemCounters } from '../../driver/core/system-counters.ts'
import { allocateDriverMemory, openMemory } from '../../driver/launcher/driver-memory.ts'
import type { DriverMemory, OpenMemory } from '../../driver/launcher/driver-memory.ts'
import { FaultyMedia, readFaultCounts } from '../../driver/media/faulty-media.ts'
import type { FaultOptions } from '../../driver/media/faulty-media.ts'
import type { FaultCounts } from '../../driver/media/fault-counts.ts'
import { SystemCounterId } from '../../schemas/generated/aeron.memory/index.ts'
import type { Random } from './random.ts'
import type { VirtualTime } from './virtual-clock.ts'
import { VirtualLogs } from './virtual-logs.ts'
import type { VirtualNetwork } from './virtual-network.ts'

const PID = 1
const LOOPBACK: readonly string[] = ['127.0.0.1', '::1']

/** Small where Aeron's defaults would only cost memory. */
const DEFAULTS: Partial<DriverOptions> = {
  threadingMode: 'INVOKER',
  termBufferLength: 65_536,
  ipcTermBufferLength: 65_536,
  countersBufferLength: 1 << 20,
  lossReportBufferLength: 1 << 20,
}

export interface VirtualDriverOptions {
  /** Numeric addresses of its host; default the loopback addresses. */
  readonly addresses?: readonly string[]
  readonly settings?: Partial<DriverOptions>
  /** What befalls its datagrams. */
  readonly faults?: Omit<FaultOptions, 'seed'>
  /** How likely an agent has no turn when it would have one, as a thread that the system does not run; default 0. */
  readonly stalls?: number
}

/** Conductor, sender and receiver of one driver on a virtual network, run one after the other. */
export class VirtualDriver {
  readonly cnc: Cnc
  readonly counters: CountersReader
  readonly logs: VirtualLogs = new VirtualLogs()
  private readonly memory: DriverMemory
  private readonly open: OpenMemory
  private readonly systemCounters: SystemCounters
  private readonly agents: readonly Agent[]
  private readonly queues: readonly CommandSink<never>[]
  private readonly isStalled: () => boolean
  /** Does nothing any more, as a process that was killed. */
  isDead: boolean = false

  constructor(time: VirtualTime, network: VirtualNetwork, random: Random, options: VirtualDriverOptions) {
    const { addresses = LOOPBACK, faults, stalls = 0 } = options
    const settings = concludeDriverSettings({ ...DEFAULTS, ...options.settings }, {})
    this.memory = allocateDriverMemory(settings, time.epochMs(), PID)
    this.open = openMemory(this.memory, settings)
    this.cnc = this.open.cnc
    this.counters = new CountersReader(this.cnc.countersMetadata, this.cnc.countersValues)
    const systemCounters = new SystemCounters(this.cnc.countersValues)
    this.systemCounters = systemCounters
    const queue = <Command>(id: SystemCounterId): CommandQueue<Command> =>
      new CommandQueue<Command>(() => systemCounters.increment(id))
    const toConductor = queue<ConductorCommand>(SystemCounterId.CONDUCTOR_PROXY_FAILS)
    const toSender = queue<SenderCommand>(SystemCounterId.SENDER_PROXY_FAILS)
    const toReceiver = queue<ReceiverCommand>(SystemCounterId.RECEIVER_PROXY_FAILS)
    this.queues = [toConductor, toSender, toReceiver]
    const { cnc, logs, memory } = this
    const stalling = random.fork('stalls')
    this.isStalled = () => stalls > 0 && stalling.bool(stalls)
    const randomOf = (role: string): (() => number) => {
      const own = random.fork(role)
      return () => own.float()
    }
    const media = (role: string): Media => {
      const plain = network.media(addresses)
      if (faults === undefined) return plain
      const seed = random.fork(`${role} faults`).u32()
      return new FaultyMedia(plain, { ...faults, seed }, () => time.nowNs, memory.faults)
    }
    const common = { settings, cnc, systemCounters, mapper: MEMORY_LOG_MAPPER, epochMs: () => time.epochMs() }
    this.agents = [
      new DriverConductor({
        ...common,
        random: randomOf('conductor'),
        commands: toConductor,
        toSender,
        toReceiver,
        logs,
        lossReport: new LossReport(this.open.lossReport),
        resolver: { resolve: (host, callback) => callback({ error: `there are no names, such as ${host}` }) },
        networkInterfaces: () =>
          addresses.map((address) => ({ name: 'virtual', address, family: address.includes(':') ? 6 : 4 })),
        softwareVersion: '0.0.0',
      }),
      new Sender({ ...common, random: randomOf('sender'), commands: toSender, toConductor, media: media('sender') }),
      new Receiver({
        ...common, random: randomOf('receiver'), commands: toReceiver, toConductor, media: media('receiver'),
      }),
    ]
  }

  /** One duty cycle of each agent; returns the work count. */
  doWork(nowNs: number): number {
    if (this.isDead) return 0
    let workCount = 0
    for (const agent of this.agents) if (!this.isStalled()) workCount += agent.doWork(nowNs)
    return workCount
  }

  nextDeadlineNs(): number {
    if (this.isDead) return Infinity
    if (this.queues.some((queue) => queue.remainingCapacity() < COMMAND_QUEUE_CAPACITY)) return 0
    return Math.min(...this.agents.map((agent) => agent.nextDeadlineNs()))
  }

  /** Ends as a process does that was asked to. */
  close(): void {
    if (this.isDead) return
    for (const agent of [...this.agents].reverse()) agent.close()
    this.isDead = true
  }

  count(id: SystemCounterId): number {
    return this.systemCounters.get(id)
  }

  faultCounts(): { readonly send: FaultCounts; readonly receive: FaultCounts } {
    return readFaultCounts(this.memory.faults)
  }

  /** Labels of all counters that are allocated, by id. */
  counterLabels(): ReadonlyMap<number, string> {
    const labels = new Map<number, string>()
    this.counters.forEach((id, _typeId, _key, label) => void labels.set(id, label))
    return labels
  }

  /** Values of all counters of a type. */
  countersOf(typeId: number): readonly number[] {
    const values: number[] = []
    this.counters.forEach((id, type) => {
      if (type === typeId) values.push(this.counters.value(id))
    })
    return values
  }

  /** Texts of the error log, each once. */
  errors(): readonly string[] {
    const texts: string[] = []
    readErrorLog(this.cnc.errorLog, ({ text }) => void texts.push(text))
    return texts
  }

  losses(): readonly LossObservation[] {
    const losses: LossObservation[] = []
    readLossReport(this.open.lossReport, (loss) => void losses.push(loss))
    return losses
  }
}
