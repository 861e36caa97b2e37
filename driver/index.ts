/// <reference lib="esnext.disposable" preserve="true" />
/** What a program imports: clients, and a driver of its own. */
export * from '../client/index.ts'
export type { ErrorObservation } from '../client/memory/error-log.ts'
export type { LossObservation } from '../client/memory/loss-report.ts'
export type {
  DriverOptions,
  DriverSettings,
  IdleStrategyName,
  MediaName,
  ThreadingMode,
} from './core/driver-settings.ts'
export type { AgentRole } from './launcher/driver-memory.ts'
export { InvokedAgents } from './launcher/invoked-agents.ts'
export type { AgentGroup, AttachOptions } from './launcher/invoked-agents.ts'
export { MediaDriver } from './launcher/media-driver.ts'
export type { AgentInvoker, MediaDriverOptions } from './launcher/media-driver.ts'
export type { FaultCounts } from './media/fault-counts.ts'
export type { FaultRates } from './media/fault-direction.ts'
export type { FaultOptions } from './media/faulty-media.ts'
