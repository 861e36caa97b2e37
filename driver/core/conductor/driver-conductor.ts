import { ErrorCode } from '../../../schemas/generated/aeron.commands/index.ts'
import { SystemCounterId } from '../../../schemas/generated/aeron.memory/index.ts'
import type { Agent } from '../agent.ts'
import type { ConductorCommand } from '../commands.ts'
import { CycleTracker } from '../cycle-tracker.ts'
import type { ConductorContext } from '../driver-context.ts'
import { ClientCommands } from './client-commands.ts'
import { ClientSessions } from './client-session.ts'
import { ConductorServices } from './conductor-services.ts'
import { Endpoints } from './endpoints.ts'
import { Images } from './images.ts'
import { IpcPublications } from './ipc-publications.ts'
import { NetworkPublications } from './network-publications.ts'
import { SubscriptionRegistry } from './subscription-registry.ts'
import { Subscriptions } from './subscriptions.ts'
import { composeVersion } from './system-counter-labels.ts'
import { UserCounters } from './user-counters.ts'

/** Version 1.0.0 of the control protocol. */
const CONTROL_PROTOCOL_VERSION = 0x010000

/** What the consumer heartbeat says after a clean end. */
const HEARTBEAT_CLOSED = -1

/**
 * The agent that clients talk to. It makes publications, subscriptions, images and counters, tells sender and receiver
 * what to do with them, decides how far publishers may go, and ends what nobody needs any more. It has no sockets.
 */
export class DriverConductor implements Agent {
  readonly roleName: string = 'conductor'
  private readonly services: ConductorServices
  private readonly sessions: ClientSessions
  private readonly endpoints: Endpoints
  private readonly ipcPublications: IpcPublications
  private readonly networkPublications: NetworkPublications
  private readonly images: Images
  private readonly clientCommands: ClientCommands
  private readonly cycleTracker: CycleTracker
  private timerDueNs: number = -Infinity
  /** None yet: the clock of a command that is never completed starts when the first look sees it. */
  private consumerPosition: number = -1
  private consumerMovedNs: number = 0
  private corruptionCount: number = 0

  /** Makes the counters of the driver and tells clients that it is ready. */
  constructor(context: ConductorContext) {
    const { settings, systemCounters, cnc } = context
    const services = new ConductorServices(context)
    this.services = services
    const registry = new SubscriptionRegistry()
    this.endpoints = new Endpoints(services)
    this.ipcPublications = new IpcPublications(services, registry)
    this.images = new Images(services, this.endpoints, registry)
    this.sessions = new ClientSessions(services, (clientId) => subscriptions.removeAllOf(clientId))
    this.networkPublications = new NetworkPublications(services, this.endpoints, this.sessions)
    const subscriptions = new Subscriptions(
      services, registry, this.endpoints, this.sessions, this.images, this.ipcPublications,
    )
    this.clientCommands = new ClientCommands(services, {
      sessions: this.sessions,
      counters: new UserCounters(services),
      ipcPublications: this.ipcPublications,
      networkPublications: this.networkPublications,
      subscriptions,
      images: this.images,
    })
    this.cycleTracker = new CycleTracker(
      systemCounters,
      {
        maxTimeId: SystemCounterId.CONDUCTOR_MAX_CYCLE_TIME,
        thresholdExceededId: SystemCounterId.CONDUCTOR_CYCLE_TIME_THRESHOLD_EXCEEDED,
      },
      settings.conductorCycleThresholdNs,
    )

    systemCounters.set(SystemCounterId.AERON_VERSION, composeVersion(context.softwareVersion))
    systemCounters.set(SystemCounterId.CONTROL_PROTOCOL_VERSION, CONTROL_PROTOCOL_VERSION)
    services.logs.updateBytesMapped()
    // The first id that a client can get is 1: 0 means nothing in many places.
    services.ring.nextCorrelationId()
    services.ring.setConsumerHeartbeatMs(context.epochMs())
    cnc.signalReady()
  }

  doWork(nowNs: number): number {
    const { services } = this
    services.nowNs = nowNs
    this.cycleTracker.onCycle(nowNs)
    let work = services.toSender.flush() + services.toReceiver.flush()
    if (nowNs >= this.timerDueNs) work += this.onTimer(nowNs)
    work += this.clientCommands.takeOne()
    work += this.takeCommand()
    work += this.images.trackRebuild(nowNs)
    work += this.networkPublications.updateLimits(nowNs)
    work += this.ipcPublications.updateLimits()
    work += services.logs.freeSome()
    return work
  }

  nextDeadlineNs(): number {
    return Math.min(this.timerDueNs, this.clientCommands.nextDeadlineNs(), this.images.nextDeadlineNs())
  }

  /** Ends cleanly: clients see at once that the driver is gone. Logs that can be freed are. */
  close(): void {
    this.images.close()
    this.networkPublications.close()
    this.ipcPublications.close()
    this.services.logs.freeAll()
    this.services.ring.setConsumerHeartbeatMs(HEARTBEAT_CLOSED)
  }

  private onTimer(nowNs: number): number {
    const { services } = this
    this.timerDueNs = nowNs + services.settings.timerIntervalNs
    services.ring.setConsumerHeartbeatMs(services.context.epochMs())
    this.sessions.onTimeEvent()
    this.ipcPublications.onTimeEvent(nowNs)
    this.networkPublications.onTimeEvent(nowNs)
    this.images.onTimeEvent(nowNs)
    this.unblockCommands(nowNs)
    return 1
  }

  /** A client that died between claiming and completing a command stops all others. */
  private unblockCommands(nowNs: number): void {
    const { ring, settings, systemCounters, errors } = this.services
    if (ring.corruptionCount !== this.corruptionCount) {
      this.corruptionCount = ring.corruptionCount
      errors.record(ErrorCode.MALFORMED_COMMAND, 'a client broke the command ring: commands were lost')
    }
    const consumerPosition = ring.consumerPosition()
    if (consumerPosition !== this.consumerPosition || ring.producerPosition() === consumerPosition) {
      this.consumerPosition = consumerPosition
      this.consumerMovedNs = nowNs
      return
    }
    if (nowNs <= this.consumerMovedNs + settings.clientLivenessTimeoutNs) return
    if (ring.unblock()) systemCounters.increment(SystemCounterId.UNBLOCKED_COMMANDS)
  }

  /**
   * One command of sender or receiver. Also while one of them has no room: it may be waiting for room here, to answer
   * before it takes more.
   */
  private takeCommand(): number {
    const { context, errors } = this.services
    const command = context.commands.poll()
    if (command === undefined) return 0
    errors.attempt(command.type, () => this.onCommand(command))
    return 1
  }

  private onCommand(command: ConductorCommand): void {
    switch (command.type) {
      case 'endpointOpened':
      case 'endpointFailed':
      case 'endpointClosed':
        this.endpoints.onReply(command)
        break
      case 'publicationReleased':
        this.networkPublications.onReleased(command.registrationId)
        break
      case 'imageReleased':
        this.images.onReleased(command.correlationId)
        break
      case 'createImage':
        this.images.create(command)
        break
      case 'publicationError':
        this.networkPublications.onError(command)
        break
      case 'error':
        this.services.errors.record(command.errorCode, command.message)
    }
  }
}
