import { ErrorCode } from '../../../schemas/generated/aeron.commands/index.ts'
import { SystemCounterId } from '../../../schemas/generated/aeron.memory/index.ts'
import type { Agent } from '../agent.ts'
import type { ConductorCommand, ReceiverCommand, ReceiverImageParams } from '../commands.ts'
import { CycleTracker } from '../cycle-tracker.ts'
import type { ReceiverContext } from '../driver-context.ts'
import { Outbox } from '../outbox.ts'
import { Anomalies } from './anomalies.ts'
import { ControlFrames } from './control-frames.ts'
import { PendingSetups } from './pending-setups.ts'
import { ReceiveEndpoint } from './receive-endpoint.ts'
import type { EndpointServices } from './receive-endpoint.ts'
import { ReceiverImage } from './receiver-image.ts'

type AddReceiveEndpoint = Extract<ReceiverCommand, { readonly type: 'addReceiveEndpoint' }>

/** The agent that owns the sockets of subscriptions: takes packets in, sends status messages and NAKs. */
export class Receiver implements Agent {
  readonly roleName = 'receiver'
  private readonly context: ReceiverContext
  private readonly services: EndpointServices
  /** While replies wait for room at the conductor, no command is taken. */
  private readonly replies: Outbox<ConductorCommand>
  private readonly cycles: CycleTracker
  private readonly endpoints = new Map<number, ReceiveEndpoint>()
  private nowNs: number = 0
  private endpointList: readonly ReceiveEndpoint[] = []
  private images: readonly ReceiverImage[] = []

  constructor(context: ReceiverContext) {
    const { settings, systemCounters, toConductor } = context
    this.context = context
    this.replies = new Outbox(toConductor)
    this.services = {
      context,
      anomalies: new Anomalies(toConductor, systemCounters),
      frames: new ControlFrames(),
      pendingSetups: new PendingSetups(settings.pendingSetupsMax),
    }
    const counters = {
      maxTimeId: SystemCounterId.RECEIVER_MAX_CYCLE_TIME,
      thresholdExceededId: SystemCounterId.RECEIVER_CYCLE_TIME_THRESHOLD_EXCEEDED,
    }
    this.cycles = new CycleTracker(systemCounters, counters, settings.receiverCycleThresholdNs)
  }

  /** Work is commands and bytes received. */
  doWork(nowNs: number): number {
    this.nowNs = nowNs
    this.cycles.onCycle(nowNs)
    let workCount = 0
    this.replies.flush()
    const command = this.replies.isWaiting ? undefined : this.context.commands.poll()
    if (command !== undefined) {
      this.onCommand(command, nowNs)
      workCount++
    }
    const bytesReceived = this.poll(nowNs)
    for (const image of this.images) image.sendPending(nowNs)
    this.services.pendingSetups.expire(nowNs)
    return workCount + bytesReceived
  }

  nextDeadlineNs(): number {
    if (this.replies.isWaiting) return this.nowNs
    let deadlineNs = Math.min(this.services.pendingSetups.nextDeadlineNs, this.context.media.nextArrivalNs())
    for (const image of this.images) deadlineNs = Math.min(deadlineNs, image.nextDeadlineNs())
    return deadlineNs
  }

  close(): void {
    for (const endpoint of this.endpointList) endpoint.close()
    this.endpoints.clear()
    this.endpointList = []
    this.images = []
  }

  private poll(nowNs: number): number {
    let bytesReceived = 0
    for (const endpoint of this.endpointList) bytesReceived += endpoint.poll(nowNs)
    if (bytesReceived > 0) this.context.systemCounters.add(SystemCounterId.BYTES_RECEIVED, bytesReceived)
    return bytesReceived
  }

  private onCommand(command: ReceiverCommand, nowNs: number): void {
    switch (command.type) {
      case 'addReceiveEndpoint':
        this.addEndpoint(command)
        return
      case 'removeReceiveEndpoint':
        this.removeEndpoint(command.endpointId)
        return
      case 'addInterest':
        this.endpoints.get(command.endpointId)?.dispatcher.addInterest(command.streamId, command.sessionId)
        return
      case 'removeInterest':
        this.endpoints.get(command.endpointId)?.dispatcher.removeInterest(command.streamId, command.sessionId)
        return
      case 'addImage':
        this.addImage(command.image, nowNs)
        return
      case 'removeImage':
        this.removeImage(command.correlationId)
        return
      case 'rejectImage':
        this.images.find(({ correlationId }) => correlationId === command.correlationId)?.reject(command.reason)
        return
      case 'imageNotCreated':
        this.endpoints.get(command.endpointId)?.dispatcher.onImageNotCreated(command.streamId, command.sessionId)
        return
      case 'removeCoolDown':
        this.endpoints.get(command.endpointId)?.dispatcher.removeCoolDown(command.streamId, command.sessionId)
    }
  }

  private addEndpoint(command: AddReceiveEndpoint): void {
    const { endpointId, receiverId, groupTag = this.context.settings.receiverGroupTag } = command
    const endpoint = new ReceiveEndpoint({ endpointId, receiverId, groupTag }, this.services)
    this.setEndpoint(endpointId, endpoint)
    this.context.media.open(command.options, (error, transport) => {
      if (endpoint.isClosed) {
        transport?.close()
        return
      }
      if (transport === undefined) {
        this.setEndpoint(endpointId, undefined)
        this.replies.send({ type: 'endpointFailed', endpointId, message: error?.message ?? 'the socket did not open' })
        return
      }
      endpoint.onOpened(transport)
      const { localAddress, sendBufferLength, receiveBufferLength } = transport
      this.replies.send({ type: 'endpointOpened', endpointId, localAddress, sendBufferLength, receiveBufferLength })
    })
  }

  private removeEndpoint(endpointId: number): void {
    this.endpoints.get(endpointId)?.close()
    this.setEndpoint(endpointId, undefined)
    this.replies.send({ type: 'endpointClosed', endpointId })
  }

  private setEndpoint(endpointId: number, endpoint: ReceiveEndpoint | undefined): void {
    if (endpoint === undefined) this.endpoints.delete(endpointId)
    else this.endpoints.set(endpointId, endpoint)
    this.endpointList = [...this.endpoints.values()]
  }

  private addImage(params: ReceiverImageParams, nowNs: number): void {
    const endpoint = this.endpoints.get(params.endpointId)
    try {
      const image = this.makeImage(params, endpoint, nowNs)
      for (const older of this.images) {
        // Its sender would take what they say for what the new one says.
        if (older.isSameSession(image)) older.stopSending()
      }
      this.images = [...this.images, image]
      endpoint?.dispatcher.addImage(image)
    } catch {
      endpoint?.dispatcher.onImageNotCreated(params.streamId, params.sessionId)
      this.services.anomalies.report(ErrorCode.GENERIC_ERROR, 'the log of an image is not what it should be', nowNs)
    }
  }

  private makeImage(
    params: ReceiverImageParams, endpoint: ReceiveEndpoint | undefined, nowNs: number,
  ): ReceiverImage {
    const { cnc, settings, systemCounters, mapper } = this.context
    const memory = mapper.map(params.log)
    try {
      return new ReceiverImage(
        params, memory, { endpoint, countersValues: cnc.countersValues, systemCounters, settings }, nowNs,
      )
    } catch (error) {
      mapper.unmap(params.log)
      throw error
    }
  }

  private removeImage(correlationId: number): void {
    const image = this.images.find((candidate) => candidate.correlationId === correlationId)
    if (image !== undefined) {
      this.images = this.images.filter((candidate) => candidate !== image)
      this.endpoints.get(image.endpointId)?.dispatcher.removeImage(image)
      this.context.mapper.unmap(image.region)
    }
    this.replies.send({ type: 'imageReleased', correlationId })
  }
}
