import type { Cnc } from '../../client/memory/cnc.ts'
import type { LossReport } from '../../client/memory/loss-report.ts'
import type { NameResolver, NetworkInterfaceAddress } from './channel/udp-channel.ts'
import type { CommandSink, CommandSource } from './command-queue.ts'
import type { ConductorCommand, ReceiverCommand, SenderCommand } from './commands.ts'
import type { DriverSettings } from './driver-settings.ts'
import type { LogMapper, LogStore } from './log-store.ts'
import type { Media } from './media.ts'
import type { SystemCounters } from './system-counters.ts'

/** What every agent is made with. */
export interface AgentContext {
  readonly settings: DriverSettings
  readonly cnc: Cnc
  readonly systemCounters: SystemCounters
  /** Reaches logs, for the agents of this thread. */
  readonly mapper: LogMapper
  /** Wall clock in milliseconds. */
  readonly epochMs: () => number
  /** Uniform in [0, 1). */
  readonly random: () => number
}

export interface ConductorContext extends AgentContext {
  readonly commands: CommandSource<ConductorCommand>
  readonly toSender: CommandSink<SenderCommand>
  readonly toReceiver: CommandSink<ReceiverCommand>
  readonly logs: LogStore
  readonly lossReport: LossReport
  readonly resolver: NameResolver
  readonly networkInterfaces: () => readonly NetworkInterfaceAddress[]
  /** Version of the product, for the label of the version counter. */
  readonly softwareVersion: string
}

export interface SenderContext extends AgentContext {
  readonly commands: CommandSource<SenderCommand>
  readonly toConductor: CommandSink<ConductorCommand>
  readonly media: Media
}

export interface ReceiverContext extends AgentContext {
  readonly commands: CommandSource<ReceiverCommand>
  readonly toConductor: CommandSink<ConductorCommand>
  readonly media: Media
}
