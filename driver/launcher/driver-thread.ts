import { LossReport } from '../../client/memory/loss-report.ts'
import { ErrorCode } from '../../schemas/generated/aeron.commands/index.ts'
import { SystemCounterId } from '../../schemas/generated/aeron.memory/index.ts'
import type { Agent } from '../core/agent.ts'
import { CommandQueue } from '../core/command-queue.ts'
import type { CommandSink, CommandSource } from '../core/command-queue.ts'
import type { ConductorCommand, ReceiverCommand, SenderCommand } from '../core/commands.ts'
import { DriverConductor } from '../core/conductor/driver-conductor.ts'
import type { AgentContext } from '../core/driver-context.ts'
import type { DriverSettings } from '../core/driver-settings.ts'
import { ErrorReporter } from '../core/error-reporter.ts'
import type { LogMapper, LogStore } from '../core/log-store.ts'
import { MEMORY_LOG_MAPPER } from '../core/log-store.ts'
import type { Media } from '../core/media.ts'
import { Receiver } from '../core/receiver/receiver.ts'
import { Sender } from '../core/sender/sender.ts'
import { SystemCounters } from '../core/system-counters.ts'
import { FaultyMedia } from '../media/faulty-media.ts'
import type { FaultOptions } from '../media/faulty-media.ts'
import { mediaFor } from '../media/media-for.ts'
import { MemoryNetwork } from '../media/memory-network.ts'
import { packageVersion } from '../../client/version.ts'
import { isInFiles, openMemory } from './driver-memory.ts'
import type { AgentRole, DriverMemory, OpenMemory } from './driver-memory.ts'
import { EmbeddedLogStore, memoryBytes } from './embedded-logs.ts'
import { FileLogStore } from './file-logs.ts'
import { MappedLogs } from './mapped-logs.ts'
import { localInterfaces, SystemNameResolver } from './name-resolver.ts'
import { fileModeOf } from './permissions.ts'
import type { PortQueueEnd } from './port-queue.ts'
import { MergedSource, PortSink, PortSource } from './port-queue.ts'

/** Queues between agents, by their two ends. */
export const LINKS = ['conductor-sender', 'conductor-receiver', 'sender-conductor', 'receiver-conductor'] as const

export type LinkName = (typeof LINKS)[number]

/** What a thread needs to run its agents. Can be posted, with the ports of its links in the transfer list. */
export interface ThreadPlan {
  readonly roles: readonly AgentRole[]
  readonly settings: DriverSettings
  readonly memory: DriverMemory
  /** What the names of logs begin with: the directory of a driver in files. */
  readonly directory: string
  readonly logChannel: string
  readonly faults: FaultOptions | undefined
  /** Where its native sockets are remembered, for whoever sees it being killed. */
  readonly sockets?: SharedArrayBuffer
  /** The end of this thread for each link that leads into another one. */
  readonly links: Partial<Record<LinkName, PortQueueEnd>>
}

/** The agents of one thread. */
export interface DriverThread {
  /** In the order of their duty cycles. */
  readonly agents: readonly Agent[]
  needsEventLoop(): boolean
  onError(agent: Agent, error: unknown): void
  /** Lets go of what the agents used. */
  close(): void
}

/** Monotonic, and the same in all threads of the process. */
export function monotonicNs(): number {
  return Number(process.hrtime.bigint())
}

/**
 * Makes the agents of a thread.
 *
 * @param warn told what works less well than it could
 * @param wake called when an agent has input between turns of the event loop
 */
export function createThread(plan: ThreadPlan, warn: (message: string) => void, wake: () => void): DriverThread {
  return new ThreadBuilder(plan, warn, wake).build()
}

class ThreadBuilder {
  private readonly plan: ThreadPlan
  private readonly wake: () => void
  private readonly warn: (message: string) => void
  private readonly context: AgentContext
  private readonly medias: Media[] = []
  private readonly queues = new Map<LinkName, CommandQueue<unknown>>()
  private readonly resolver = new SystemNameResolver()
  private readonly toConductor: CommandSink<ConductorCommand>
  private readonly network = new MemoryNetwork({ nowNs: monotonicNs })
  /** What this thread itself has to tell, in the conductor's thread. */
  private readonly own: CommandQueue<ConductorCommand>
  private readonly memory: OpenMemory
  /** Logs in files as this thread has them mapped. */
  private readonly mappedLogs: MappedLogs | undefined
  private embeddedLogs: EmbeddedLogStore | undefined

  constructor(plan: ThreadPlan, warn: (message: string) => void, wake: () => void) {
    const { settings, memory, roles } = plan
    this.memory = openMemory(memory, settings)
    const { cnc } = this.memory
    const systemCounters = new SystemCounters(cnc.countersValues)
    this.plan = plan
    this.wake = wake
    this.mappedLogs = isInFiles(memory) ? new MappedLogs() : undefined
    const mapper: LogMapper = this.mappedLogs ?? MEMORY_LOG_MAPPER
    this.context = { settings, cnc, systemCounters, mapper, epochMs: Date.now, random: Math.random }
    this.own = new CommandQueue(this.countFull('receiver-conductor'))
    const link = roles.includes('sender') ? 'sender-conductor' : 'receiver-conductor'
    this.toConductor = roles.includes('conductor') ? this.own : this.sink(link)
    this.warn = (message) => {
      this.toConductor.offer({ type: 'error', errorCode: ErrorCode.GENERIC_ERROR, message })
      warn(message)
    }
  }

  build(): DriverThread {
    const agents = this.plan.roles.map((role) => this.agent(role))
    const errors = new Map(agents.map((agent) => [agent, new ErrorReporter(this.toConductor)]))
    const isOnEventLoop = this.medias.some(({ needsEventLoop }) => needsEventLoop)
    return {
      agents,
      needsEventLoop: () => isOnEventLoop || this.resolver.isPending(),
      onError: (agent, error) =>
        errors.get(agent)?.report(ErrorCode.GENERIC_ERROR, `agent ${agent.roleName}`, error, monotonicNs()),
      close: () => {
        this.embeddedLogs?.close()
        this.mappedLogs?.close()
        this.memory.close()
        for (const end of Object.values(this.plan.links)) end.port.close()
      },
    }
  }

  private agent(role: AgentRole): Agent {
    switch (role) {
      case 'conductor':
        return this.conductor()
      case 'sender':
        return new Sender({
          ...this.context,
          commands: this.source<SenderCommand>('conductor-sender'),
          toConductor: this.sink('sender-conductor'),
          media: this.media(role),
        })
      case 'receiver':
        return new Receiver({
          ...this.context,
          commands: this.source<ReceiverCommand>('conductor-receiver'),
          toConductor: this.sink('receiver-conductor'),
          media: this.media(role),
        })
    }
  }

  private conductor(): DriverConductor {
    return new DriverConductor({
      ...this.context,
      commands: new MergedSource<ConductorCommand>([
        this.own,
        this.source('sender-conductor'),
        this.source('receiver-conductor'),
      ]),
      toSender: this.sink('conductor-sender'),
      toReceiver: this.sink('conductor-receiver'),
      logs: this.logStore(),
      lossReport: new LossReport(this.memory.lossReport),
      resolver: this.resolver,
      networkInterfaces: localInterfaces,
      softwareVersion: packageVersion(),
    })
  }

  private logStore(): LogStore {
    const { directory, logChannel, settings } = this.plan
    const { performStorageChecks, lowFileStoreWarningThreshold: lowBytes } = settings
    const { warn, mappedLogs: mapper } = this
    if (mapper !== undefined) {
      const fileMode = fileModeOf(settings.dirMode)
      return new FileLogStore({ directory, fileMode, mapper, performStorageChecks, lowBytes, warn })
    }
    const bytesMax = performStorageChecks ? memoryBytes() : Infinity
    this.embeddedLogs = new EmbeddedLogStore({ directory, logChannel, bytesMax, lowBytes, warn })
    return this.embeddedLogs
  }

  private media(role: 'sender' | 'receiver'): Media {
    const { settings, faults, memory } = this.plan
    const plain = settings.media === 'memory'
      ? this.network.media()
      : mediaFor(settings.media, {
        sockets: this.plan.sockets,
        warn: this.warn,
        onReadable: this.wake,
        countLost: () => this.context.systemCounters.increment(SystemCounterId.ERRORS),
      })
    this.medias.push(plain)
    if (faults === undefined) return plain
    // Sender and receiver draw from sequences that have nothing to do with each other.
    const seed = 2 * (faults.seed ?? 0) + (role === 'sender' ? 0 : 1)
    return new FaultyMedia(plain, { ...faults, seed }, monotonicNs, memory.faults)
  }

  private sink<Command>(link: LinkName): CommandSink<Command> {
    const end = this.plan.links[link]
    return end === undefined ? this.queue<Command>(link) : new PortSink<Command>(end, this.countFull(link))
  }

  private source<Command>(link: LinkName): CommandSource<Command> {
    const end = this.plan.links[link]
    return end === undefined ? this.queue<Command>(link) : new PortSource<Command>(end)
  }

  /** Both ends of a link within the thread. */
  private queue<Command>(link: LinkName): CommandQueue<Command> {
    const queue = this.queues.get(link) ?? new CommandQueue<unknown>(this.countFull(link))
    this.queues.set(link, queue)
    return queue as CommandQueue<Command>
  }

  private countFull(link: LinkName): () => void {
    const id = FULL_COUNTERS[link]
    return () => this.context.systemCounters.increment(id)
  }
}

const FULL_COUNTERS: Readonly<Record<LinkName, SystemCounterId>> = {
  'conductor-sender': SystemCounterId.SENDER_PROXY_FAILS,
  'conductor-receiver': SystemCounterId.RECEIVER_PROXY_FAILS,
  'sender-conductor': SystemCounterId.CONDUCTOR_PROXY_FAILS,
  'receiver-conductor': SystemCounterId.CONDUCTOR_PROXY_FAILS,
}
