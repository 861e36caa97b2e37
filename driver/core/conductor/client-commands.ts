import { ControlledAction } from '../../../client/memory/controlled-action.ts'
import type { ControlledRingMessageHandler } from '../../../client/memory/many-to-one-ring-buffer.ts'
import { DirectBuffer, moveBytes } from '../../../codegen/runtime/index.ts'
import { ErrorCode } from '../../../schemas/generated/aeron.commands/index.ts'
import { parseChannel } from '../channel/channel-parameters.ts'
import { DriverError } from '../driver-error.ts'
import type { ClientSessions } from './client-session.ts'
import { CommandDecoder, correlationIdOf } from './command-decoder.ts'
import type { ClientCommand } from './command-decoder.ts'
import { CommandTicket } from './command-ticket.ts'
import { toDriverError } from './conductor-errors.ts'
import type { ConductorServices } from './conductor-services.ts'
import type { Images } from './images.ts'
import type { IpcPublications } from './ipc-publications.ts'
import type { NetworkPublications } from './network-publications.ts'
import type { Subscriptions } from './subscriptions.ts'
import type { UserCounters } from './user-counters.ts'

/** A command that is not done by then is given up: its client has done so, too. */
const COMMAND_TIMEOUT_NS = 10e9

/** What commands are about. */
export interface CommandTargets {
  readonly sessions: ClientSessions
  readonly counters: UserCounters
  readonly ipcPublications: IpcPublications
  readonly networkPublications: NetworkPublications
  readonly subscriptions: Subscriptions
  readonly images: Images
}

/**
 * Takes commands from the ring, one at a time and in their order: while one waits for a name or a socket, or an agent
 * has no room for what a command leads to, the next one stays in the ring. Every command that has a reply gets it.
 */
export class ClientCommands {
  private readonly services: ConductorServices
  private readonly targets: CommandTargets
  private readonly decoder: CommandDecoder = new CommandDecoder()
  /** Commands are read from a copy: their clients could still change them in the ring. */
  private readonly copy: DirectBuffer
  private pending: CommandTicket | undefined
  private pendingDeadlineNs: number = Infinity

  constructor(services: ConductorServices, targets: CommandTargets) {
    this.services = services
    this.targets = targets
    this.copy = new DirectBuffer(new ArrayBuffer(services.ring.maxMessageLength))
  }

  /** When the command that is under way is given up; Infinity without one. */
  nextDeadlineNs(): number {
    return this.pending?.isOpen === true ? this.pendingDeadlineNs : Infinity
  }

  /** Takes a command, if there is one and it can be done. Returns the amount of work done. */
  takeOne(): number {
    const { ring, toSender, toReceiver } = this.services
    if (this.pending !== undefined) {
      this.giveUpLate(this.pending)
      if (this.pending.isOpen) return 0
      this.pending = undefined
    }
    if (!toSender.hasRoom() || !toReceiver.hasRoom()) return 0
    return ring.controlledRead(this.onRecord, 1)
  }

  private readonly onRecord: ControlledRingMessageHandler = (typeId, buffer, offset, length) => {
    const { copy } = this
    // What the ring hands out is no longer than its longest message, unless somebody wrote past its rules.
    const copied = Math.min(length, copy.byteLength)
    moveBytes(copy.bytes, 0, buffer.bytes, offset, copied)
    this.onCommand(typeId, copied)
    return ControlledAction.CONTINUE
  }

  private giveUpLate(ticket: CommandTicket): void {
    if (!ticket.isOpen || this.services.nowNs <= this.pendingDeadlineNs) return
    ticket.fail(new DriverError(ErrorCode.GENERIC_ERROR, `given up after ${COMMAND_TIMEOUT_NS / 1e9} s`))
  }

  private onCommand(typeId: number, length: number): void {
    const correlationId = correlationIdOf(this.copy, length)
    try {
      this.execute(this.decoder.decode(typeId, this.copy, length))
    } catch (error) {
      this.answerError(correlationId, toDriverError(error))
    }
  }

  private answerError(correlationId: bigint | undefined, error: DriverError): void {
    const { errors, notifier } = this.services
    errors.recordFailure(error)
    if (correlationId !== undefined) notifier.onError(correlationId, error.errorCode, error.message)
  }

  private execute(command: ClientCommand): void {
    const { clientId, correlationId } = command
    const { sessions } = this.targets
    switch (command.type) {
      case 'keepAlive':
        sessions.keepAlive(clientId)
        return
      case 'closeClient':
        sessions.close(clientId)
        return
      case 'terminateDriver':
        // Nobody allows clients to end the driver.
        return
    }
    const session = sessions.findOrAdd(clientId)
    const { counters, ipcPublications, networkPublications, subscriptions, images } = this.targets
    switch (command.type) {
      case 'addPublication': {
        const { streamId, channel, isExclusive } = command
        const uri = parseChannel(channel)
        if (uri.media === 'ipc') {
          ipcPublications.add(session, correlationId, streamId, channel, uri, isExclusive)
        } else {
          const request = { streamId, channel, uri, isExclusive }
          this.begin(command, (ticket) => networkPublications.add(ticket, request))
        }
        return
      }
      case 'addSubscription': {
        const { streamId, channel } = command
        const uri = parseChannel(channel)
        this.begin(command, (ticket) => {
          if (uri.media === 'udp' || uri.isSpy) return subscriptions.addNetwork(ticket, { streamId, channel, uri })
          subscriptions.addIpc(ticket, { streamId, channel, uri })
          ticket.done()
        })
        return
      }
      case 'removePublication':
        this.removePublication(clientId, correlationId, command.registrationId, command.isRevoke)
        return
      case 'removeSubscription':
        subscriptions.remove(clientId, correlationId, command.registrationId)
        return
      case 'addCounter':
        counters.add(session, correlationId, command.typeId, command.key, command.label)
        return
      case 'addStaticCounter':
        counters.addStatic(correlationId, command.registrationId, command.typeId, command.key, command.label)
        return
      case 'removeCounter':
        counters.remove(session, correlationId, command.registrationId)
        return
      case 'rejectImage': {
        const { imageCorrelationId, reason } = command
        if (!images.reject(imageCorrelationId, reason) && !ipcPublications.reject(imageCorrelationId, reason)) {
          throw new DriverError(ErrorCode.GENERIC_ERROR, `there is no image with correlation id ${imageCorrelationId}`)
        }
        this.services.notifier.onOperationSuccess(correlationId)
        return
      }
      case 'getNextAvailableSessionId':
        this.nextSessionId(correlationId, command.streamId)
        return
      case 'notSupported':
        throw new DriverError(ErrorCode.NOT_SUPPORTED, `${command.name} is not supported by this driver yet`)
    }
  }

  /** Begins a command that may need several cycles. */
  private begin({ clientId, correlationId }: ClientCommand, work: (ticket: CommandTicket) => void): void {
    const ticket = new CommandTicket(clientId, correlationId, (error) => {
      this.answerError(BigInt(correlationId), error)
    })
    ticket.proceed(() => work(ticket))
    if (!ticket.isOpen) return
    this.pending = ticket
    this.pendingDeadlineNs = this.services.nowNs + COMMAND_TIMEOUT_NS
  }

  private removePublication(clientId: number, correlationId: number, registrationId: number, isRevoke: boolean): void {
    const { ids, notifier } = this.services
    const session = this.targets.sessions.find(clientId)
    const publication = session?.publications.get(registrationId)
    if (session === undefined || publication === undefined) {
      const message = `client ${clientId} has no publication with registration id ${registrationId}`
      throw new DriverError(ErrorCode.UNKNOWN_PUBLICATION, message)
    }
    session.publications.delete(registrationId)
    // The id of the publication itself is free when the publication is gone.
    if (registrationId !== publication.registrationId) ids.release(registrationId)
    if (isRevoke) publication.revoke()
    publication.removeReference()
    notifier.onOperationSuccess(correlationId)
  }

  private nextSessionId(correlationId: number, streamId: number): void {
    const { ipcPublications, networkPublications } = this.targets
    const sessionId = this.services.sessionIds.next((candidate) =>
      ipcPublications.isSessionInUse(streamId, candidate) ||
      networkPublications.isSessionInUse(undefined, streamId, candidate))
    this.services.notifier.onNextAvailableSessionId(correlationId, sessionId)
  }
}
