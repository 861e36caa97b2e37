import { BroadcastTransmitter } from '../../../client/memory/broadcast-transmitter.ts'
import { CountersManager } from '../../../client/memory/counters-manager.ts'
import { DistinctErrorLog } from '../../../client/memory/error-log.ts'
import { ManyToOneRingBuffer } from '../../../client/memory/many-to-one-ring-buffer.ts'
import type { NameResolver } from '../channel/udp-channel.ts'
import type { ReceiverCommand, SenderCommand } from '../commands.ts'
import type { ConductorContext } from '../driver-context.ts'
import type { DriverSettings } from '../driver-settings.ts'
import { Outbox } from '../outbox.ts'
import type { SystemCounters } from '../system-counters.ts'
import { ClientNotifier } from './client-notifier.ts'
import { ConductorErrors } from './conductor-errors.ts'
import { ConductorLogs } from './conductor-logs.ts'
import { RegistrationIds } from './registration-ids.ts'
import { SessionIds } from './session-ids.ts'
import { StreamCounters } from './stream-counters.ts'
import { allocateSystemCounters } from './system-counter-labels.ts'
import { timedResolver } from './timed-resolver.ts'

const NS_PER_MS = 1e6

/** What all parts of the conductor work with. */
export class ConductorServices {
  readonly context: ConductorContext
  readonly settings: DriverSettings
  readonly systemCounters: SystemCounters
  readonly ring: ManyToOneRingBuffer
  readonly counters: CountersManager
  readonly streamCounters: StreamCounters
  readonly notifier: ClientNotifier
  readonly errors: ConductorErrors
  readonly ids: RegistrationIds
  readonly sessionIds: SessionIds
  readonly logs: ConductorLogs
  readonly resolver: NameResolver
  readonly toSender: Outbox<SenderCommand>
  readonly toReceiver: Outbox<ReceiverCommand>
  /** When the current cycle began. */
  nowNs: number = 0

  constructor(context: ConductorContext) {
    const { cnc, settings, systemCounters, epochMs } = context
    this.context = context
    this.settings = settings
    this.systemCounters = systemCounters
    this.ring = new ManyToOneRingBuffer(cnc.toDriver)
    const freeToReuseTimeoutMs = settings.countersFreeToReuseTimeoutNs / NS_PER_MS
    this.counters = new CountersManager(cnc.countersMetadata, cnc.countersValues, epochMs, freeToReuseTimeoutMs)
    allocateSystemCounters(this.counters, settings, context.softwareVersion)
    this.streamCounters = new StreamCounters(this.counters)
    this.notifier = new ClientNotifier(new BroadcastTransmitter(cnc.toClients))
    this.errors = new ConductorErrors(new DistinctErrorLog(cnc.errorLog, epochMs), systemCounters)
    this.ids = new RegistrationIds(() => this.ring.nextCorrelationId())
    this.sessionIds = new SessionIds(
      this.randomInt32(),
      settings.publicationReservedSessionIdLow,
      settings.publicationReservedSessionIdHigh,
    )
    this.logs = new ConductorLogs(context.logs, context.mapper, systemCounters)
    this.resolver = timedResolver(context.resolver, systemCounters, epochMs)
    this.toSender = new Outbox(context.toSender)
    this.toReceiver = new Outbox(context.toReceiver)
  }

  /** Any 32-bit integer. */
  randomInt32(): number {
    return Math.floor(this.context.random() * 2 ** 32) | 0
  }
}
