import type { GodwitError } from '../../../codegen/runtime/index.ts'
import { ErrorCode } from '../../../schemas/generated/aeron.commands/index.ts'
import { SystemCounterId } from '../../../schemas/generated/aeron.memory/index.ts'
import type { Agent } from '../agent.ts'
import type { ConductorCommand, SenderCommand, SenderPublicationParams } from '../commands.ts'
import { CycleTracker } from '../cycle-tracker.ts'
import type { SenderContext } from '../driver-context.ts'
import { ErrorReporter } from '../error-reporter.ts'
import type { TransportOptions, UdpTransport } from '../media.ts'
import { Outbox } from '../outbox.ts'
import { SendEndpoint } from './send-endpoint.ts'
import { SenderPublication } from './sender-publication.ts'

/**
 * The agent that sends: owns the sockets of publications, puts their data, SETUPs and heartbeats on the wire, and hears
 * what receivers answer.
 *
 * Every `addSendEndpoint` is answered by `endpointOpened` or `endpointFailed` unless the endpoint is removed before,
 * every `removeSendEndpoint` by `endpointClosed`, every `removePublication` by `publicationReleased`, whether or not
 * there was such a thing.
 */
export class Sender implements Agent {
  readonly roleName: string = 'sender'
  private readonly context: SenderContext
  private readonly cycles: CycleTracker
  private readonly errors: ErrorReporter
  private readonly endpoints: SendEndpoint[] = []
  private readonly publications: SenderPublication[] = []
  /** While replies wait for room at the conductor, no command is taken. */
  private readonly replies: Outbox<ConductorCommand>
  private readonly pollIntervalNs: number
  private startIndex: number = 0
  private cyclesSincePoll: number = 0
  private lastPollNs: number = -Infinity
  private nowNs: number = 0
  private hasShortSend: boolean = false

  constructor(context: SenderContext) {
    const { settings, systemCounters } = context
    this.context = context
    this.replies = new Outbox(context.toConductor)
    this.errors = new ErrorReporter(context.toConductor)
    this.pollIntervalNs = settings.rcvStatusMessageTimeoutNs / 2
    this.cycles = new CycleTracker(
      systemCounters,
      {
        maxTimeId: SystemCounterId.SENDER_MAX_CYCLE_TIME,
        thresholdExceededId: SystemCounterId.SENDER_CYCLE_TIME_THRESHOLD_EXCEEDED,
      },
      settings.senderCycleThresholdNs,
    )
  }

  /** @returns commands, bytes of data and heartbeats sent, and bytes received */
  doWork(nowNs: number): number {
    this.nowNs = nowNs
    this.cycles.onCycle(nowNs)
    const commandCount = this.takeCommand()
    const bytesSent = this.send(nowNs)
    return commandCount + bytesSent + (this.isPollDue(bytesSent, nowNs) ? this.poll(nowNs) : 0)
  }

  nextDeadlineNs(): number {
    if (this.replies.isWaiting) return this.nowNs
    let deadlineNs = this.context.media.nextArrivalNs()
    for (const publication of this.publications) deadlineNs = Math.min(deadlineNs, publication.nextDeadlineNs())
    return deadlineNs
  }

  close(): void {
    for (const endpoint of this.endpoints) endpoint.close()
    this.endpoints.length = 0
    this.publications.length = 0
  }

  private takeCommand(): number {
    this.replies.flush()
    if (this.replies.isWaiting) return 0
    const command = this.context.commands.poll()
    if (command === undefined) return 0
    this.onCommand(command)
    return 1
  }

  private onCommand(command: SenderCommand): void {
    switch (command.type) {
      case 'addSendEndpoint':
        this.addEndpoint(command.endpointId, command.options)
        break
      case 'removeSendEndpoint':
        this.removeEndpoint(command.endpointId)
        break
      case 'addPublication':
        this.addPublication(command.publication)
        break
      case 'removePublication':
        this.removePublication(command.registrationId)
    }
  }

  private addEndpoint(endpointId: number, options: TransportOptions): void {
    const { systemCounters, toConductor, media } = this.context
    const endpoint = new SendEndpoint(endpointId, systemCounters, toConductor)
    this.endpoints.push(endpoint)
    media.open(options, (error, transport) => {
      if (transport === undefined) this.onOpenFailed(endpoint, error)
      else this.onOpened(endpoint, transport)
    })
  }

  private onOpened(endpoint: SendEndpoint, transport: UdpTransport): void {
    if (!this.isKnown(endpoint)) {
      transport.close()
      return
    }
    endpoint.open(transport)
    const { localAddress, sendBufferLength, receiveBufferLength } = transport
    const { endpointId } = endpoint
    this.replies.send({ type: 'endpointOpened', endpointId, localAddress, sendBufferLength, receiveBufferLength })
  }

  private onOpenFailed(endpoint: SendEndpoint, error: GodwitError | undefined): void {
    if (!this.isKnown(endpoint)) return
    this.endpoints.splice(this.endpoints.indexOf(endpoint), 1)
    const message = error?.message ?? 'the media gave neither a socket nor an error'
    this.replies.send({ type: 'endpointFailed', endpointId: endpoint.endpointId, message })
  }

  /** Whether nobody removed the endpoint while it was being opened. */
  private isKnown(endpoint: SendEndpoint): boolean {
    return this.endpoints.includes(endpoint)
  }

  private removeEndpoint(endpointId: number): void {
    const index = this.endpoints.findIndex((endpoint) => endpoint.endpointId === endpointId)
    if (index >= 0) this.endpoints.splice(index, 1)[0]?.close()
    this.replies.send({ type: 'endpointClosed', endpointId })
  }

  private addPublication(params: SenderPublicationParams): void {
    const what = `publication ${params.registrationId}`
    const endpoint = this.endpoints.find(({ endpointId }) => endpointId === params.endpointId)
    if (endpoint === undefined) {
      this.errors.report(ErrorCode.GENERIC_ERROR, what, 'its send endpoint does not exist', this.nowNs)
      return
    }
    try {
      const publication = this.makePublication(params, endpoint)
      this.publications.push(publication)
      endpoint.addPublication(publication)
    } catch (error) {
      this.errors.report(ErrorCode.GENERIC_ERROR, what, error, this.nowNs)
    }
  }

  private makePublication(params: SenderPublicationParams, endpoint: SendEndpoint): SenderPublication {
    const { mapper } = this.context
    const memory = mapper.map(params.log)
    try {
      return new SenderPublication(params, memory, endpoint, this.context)
    } catch (error) {
      mapper.unmap(params.log)
      throw error
    }
  }

  private removePublication(registrationId: number): void {
    const index = this.publications.findIndex((publication) => publication.registrationId === registrationId)
    if (index >= 0) {
      const publication = this.publications[index]!
      this.publications.splice(index, 1)
      publication.endpoint.removePublication(publication)
      this.context.mapper.unmap(publication.region)
    }
    this.replies.send({ type: 'publicationReleased', registrationId })
  }

  /** Every publication has its turn to be the first. */
  private send(nowNs: number): number {
    const { publications } = this
    const { length } = publications
    let start = this.startIndex++
    if (start >= length) {
      start = 0
      this.startIndex = 1
    }
    let bytesSent = 0
    this.hasShortSend = false
    for (let i = start; i < length; i++) bytesSent += this.sendOf(publications[i]!, nowNs)
    for (let i = 0; i < start; i++) bytesSent += this.sendOf(publications[i]!, nowNs)
    return bytesSent
  }

  private sendOf(publication: SenderPublication, nowNs: number): number {
    try {
      const bytesSent = publication.send(nowNs)
      if (publication.hasShortSend) this.hasShortSend = true
      return bytesSent
    } catch (error) {
      publication.endpoint.reportError(error, nowNs)
      return 0
    }
  }

  private isPollDue(bytesSent: number, nowNs: number): boolean {
    this.cyclesSincePoll++
    return bytesSent === 0 || this.cyclesSincePoll >= this.context.settings.sendToStatusPollRatio ||
      nowNs > this.lastPollNs + this.pollIntervalNs || this.hasShortSend
  }

  private poll(nowNs: number): number {
    this.cyclesSincePoll = 0
    this.lastPollNs = nowNs
    let bytesReceived = 0
    for (const endpoint of this.endpoints) bytesReceived += endpoint.poll(nowNs)
    return bytesReceived
  }
}
