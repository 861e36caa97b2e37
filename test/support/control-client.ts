import { BroadcastReceiver } from '../../client/memory/broadcast-receiver.ts'
import type { Cnc } from '../../client/memory/cnc.ts'
import { ManyToOneRingBuffer } from '../../client/memory/many-to-one-ring-buffer.ts'
import { DirectBuffer, writeAscii, writeUtf8 } from '../../codegen/runtime/index.ts'
import { REMOVE_PUBLICATION_LENGTH_V0, putSecondTextLength } from '../../schemas/descriptors.ts'
import {
  AddCounterEncoder,
  AddPublicationEncoder,
  AddStaticCounterEncoder,
  AddSubscriptionEncoder,
  ClientCommandEncoder,
  CommandType,
  DestinationEncoder,
  GetNextAvailableSessionIdEncoder,
  RejectImageEncoder,
  RemoveDestinationByIdEncoder,
  RemovePublicationEncoder,
  RemoveResourceEncoder,
  TerminateDriverEncoder,
} from '../../schemas/generated/aeron.commands/index.ts'
import { readControlResponse } from './control-responses.ts'
import type { ControlResponse } from './control-responses.ts'

/** Speaks the control protocol with a driver, byte by byte. Methods return the correlation id of the command. */
export class ControlClient {
  readonly clientId: number
  readonly ring: ManyToOneRingBuffer
  private readonly receiver: BroadcastReceiver
  private readonly buffer: DirectBuffer = new DirectBuffer(new ArrayBuffer(16_384))
  /** Bytes of the last command. */
  private length: number = 0

  constructor(cnc: Cnc) {
    this.ring = new ManyToOneRingBuffer(cnc.toDriver)
    this.receiver = new BroadcastReceiver(cnc.toClients)
    this.clientId = this.ring.nextCorrelationId()
  }

  /** Everything that the driver has said since the last call, to whomever. */
  responses(): readonly ControlResponse[] {
    const responses: ControlResponse[] = []
    const receive = (): number => this.receiver.receive((typeId, buffer, _offset, length) => {
      responses.push(readControlResponse(typeId, buffer, length))
    })
    let received = receive()
    while (received > 0) received = receive()
    return responses
  }

  addPublication(channel: string, streamId: number, correlationId: number = this.nextId()): number {
    return this.addPublicationOf(CommandType.ADD_PUBLICATION, channel, streamId, correlationId)
  }

  addExclusivePublication(channel: string, streamId: number, correlationId: number = this.nextId()): number {
    return this.addPublicationOf(CommandType.ADD_EXCLUSIVE_PUBLICATION, channel, streamId, correlationId)
  }

  /** As clients before 1.48 do it. */
  removePublicationOld(registrationId: number): number {
    const correlationId = this.nextId()
    this.putRemovePublication(correlationId, registrationId, false)
    return this.send(CommandType.REMOVE_PUBLICATION, REMOVE_PUBLICATION_LENGTH_V0, correlationId)
  }

  removePublication(registrationId: number, isRevoke: boolean = false): number {
    const correlationId = this.nextId()
    this.putRemovePublication(correlationId, registrationId, isRevoke)
    return this.send(CommandType.REMOVE_PUBLICATION, RemovePublicationEncoder.BLOCK_LENGTH, correlationId)
  }

  addSubscription(channel: string, streamId: number, correlationId: number = this.nextId()): number {
    const { BLOCK_LENGTH } = AddSubscriptionEncoder
    new AddSubscriptionEncoder().wrap(this.buffer, 0)
      .clientIdAsNumber(this.clientId).correlationIdAsNumber(correlationId).registrationCorrelationId(-1n)
      .streamId(streamId).channelLength(channel.length)
    writeAscii(this.buffer.bytes, BLOCK_LENGTH, channel)
    return this.send(CommandType.ADD_SUBSCRIPTION, BLOCK_LENGTH + channel.length, correlationId)
  }

  removeSubscription(registrationId: number): number {
    return this.removeResource(CommandType.REMOVE_SUBSCRIPTION, registrationId)
  }

  removeCounter(registrationId: number): number {
    return this.removeResource(CommandType.REMOVE_COUNTER, registrationId)
  }

  keepAlive(): void {
    this.sendClientCommand(CommandType.CLIENT_KEEPALIVE)
  }

  close(): void {
    this.sendClientCommand(CommandType.CLIENT_CLOSE)
  }

  addCounter(typeId: number, key: readonly number[], label: string, correlationId: number = this.nextId()): number {
    const { BLOCK_LENGTH } = AddCounterEncoder
    new AddCounterEncoder().wrap(this.buffer, 0)
      .clientIdAsNumber(this.clientId).correlationIdAsNumber(correlationId).typeId(typeId).keyLength(key.length)
    return this.send(CommandType.ADD_COUNTER, this.putKeyAndLabel(BLOCK_LENGTH, key, label), correlationId)
  }

  addStaticCounter(registrationId: number, typeId: number, key: readonly number[], label: string): number {
    const correlationId = this.nextId()
    const { BLOCK_LENGTH } = AddStaticCounterEncoder
    new AddStaticCounterEncoder().wrap(this.buffer, 0)
      .clientIdAsNumber(this.clientId).correlationIdAsNumber(correlationId)
      .registrationIdAsNumber(registrationId).typeId(typeId).keyLength(key.length)
    return this.send(CommandType.ADD_STATIC_COUNTER, this.putKeyAndLabel(BLOCK_LENGTH, key, label), correlationId)
  }

  rejectImage(imageCorrelationId: number, reason: string): number {
    const correlationId = this.nextId()
    const { BLOCK_LENGTH } = RejectImageEncoder
    new RejectImageEncoder().wrap(this.buffer, 0)
      .clientIdAsNumber(this.clientId).correlationIdAsNumber(correlationId)
      .imageCorrelationIdAsNumber(imageCorrelationId).position(0n).reasonLength(reason.length)
    writeUtf8(this.buffer.bytes, BLOCK_LENGTH, reason, reason.length)
    return this.send(CommandType.REJECT_IMAGE, BLOCK_LENGTH + reason.length, correlationId)
  }

  getNextAvailableSessionId(streamId: number): number {
    const correlationId = this.nextId()
    new GetNextAvailableSessionIdEncoder().wrap(this.buffer, 0)
      .clientIdAsNumber(this.clientId).correlationIdAsNumber(correlationId).streamId(streamId)
    const { BLOCK_LENGTH } = GetNextAvailableSessionIdEncoder
    return this.send(CommandType.GET_NEXT_AVAILABLE_SESSION_ID, BLOCK_LENGTH, correlationId)
  }

  destination(typeId: CommandType, registrationId: number, channel: string): number {
    const correlationId = this.nextId()
    const { BLOCK_LENGTH } = DestinationEncoder
    new DestinationEncoder().wrap(this.buffer, 0)
      .clientIdAsNumber(this.clientId).correlationIdAsNumber(correlationId)
      .registrationIdAsNumber(registrationId).channelLength(channel.length)
    writeAscii(this.buffer.bytes, BLOCK_LENGTH, channel)
    return this.send(typeId, BLOCK_LENGTH + channel.length, correlationId)
  }

  removeDestinationById(): number {
    const correlationId = this.nextId()
    new RemoveDestinationByIdEncoder().wrap(this.buffer, 0)
      .clientIdAsNumber(this.clientId).correlationIdAsNumber(correlationId)
      .resourceRegistrationId(1n).destinationRegistrationId(2n)
    return this.send(CommandType.REMOVE_DESTINATION_BY_ID, RemoveDestinationByIdEncoder.BLOCK_LENGTH, correlationId)
  }

  terminateDriver(): void {
    const correlationId = this.nextId()
    new TerminateDriverEncoder().wrap(this.buffer, 0)
      .clientIdAsNumber(this.clientId).correlationIdAsNumber(correlationId).tokenLength(0)
    this.send(CommandType.TERMINATE_DRIVER, TerminateDriverEncoder.BLOCK_LENGTH, correlationId)
  }

  /** Sends the last command again, cut off or longer, after an edit. Its correlation id is the same. */
  resend(typeId: number, length: number = this.length, edit: (buffer: DirectBuffer) => void = () => undefined): void {
    edit(this.buffer)
    if (!this.ring.write(typeId, this.buffer, 0, length)) throw new Error('the command ring is full')
  }

  private nextId(): number {
    return this.ring.nextCorrelationId()
  }

  private addPublicationOf(typeId: CommandType, channel: string, streamId: number, correlationId: number): number {
    const { BLOCK_LENGTH } = AddPublicationEncoder
    new AddPublicationEncoder().wrap(this.buffer, 0)
      .clientIdAsNumber(this.clientId).correlationIdAsNumber(correlationId)
      .streamId(streamId).channelLength(channel.length)
    writeAscii(this.buffer.bytes, BLOCK_LENGTH, channel)
    return this.send(typeId, BLOCK_LENGTH + channel.length, correlationId)
  }

  private putRemovePublication(correlationId: number, registrationId: number, isRevoke: boolean): void {
    new RemovePublicationEncoder().wrap(this.buffer, 0)
      .clientIdAsNumber(this.clientId).correlationIdAsNumber(correlationId).registrationIdAsNumber(registrationId)
      .flagsRaw(0n).flags().revoke(isRevoke)
  }

  private removeResource(typeId: CommandType, registrationId: number): number {
    const correlationId = this.nextId()
    new RemoveResourceEncoder().wrap(this.buffer, 0)
      .clientIdAsNumber(this.clientId).correlationIdAsNumber(correlationId).registrationIdAsNumber(registrationId)
    return this.send(typeId, RemoveResourceEncoder.BLOCK_LENGTH, correlationId)
  }

  private sendClientCommand(typeId: CommandType): void {
    const correlationId = this.nextId()
    new ClientCommandEncoder().wrap(this.buffer, 0)
      .clientIdAsNumber(this.clientId).correlationIdAsNumber(correlationId)
    this.send(typeId, ClientCommandEncoder.BLOCK_LENGTH, correlationId)
  }

  private putKeyAndLabel(blockLength: number, key: readonly number[], label: string): number {
    this.buffer.bytes.set(key, blockLength)
    const offset = putSecondTextLength(this.buffer, 0, blockLength, key.length, label.length)
    writeAscii(this.buffer.bytes, offset, label)
    return offset + label.length
  }

  private send(typeId: CommandType, length: number, correlationId: number): number {
    this.length = length
    if (!this.ring.write(typeId, this.buffer, 0, length)) throw new Error('the command ring is full')
    return correlationId
  }
}
