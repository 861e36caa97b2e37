import { DirectBuffer, GodwitError, writeAscii } from '../../codegen/runtime/index.ts'
import {
  ERROR_TEXT_LENGTH_MAX,
  REJECT_IMAGE_LENGTH_MIN,
  lengthWithTexts,
  putSecondTextLength,
} from '../../schemas/descriptors.ts'
import {
  AddCounterEncoder,
  AddPublicationEncoder,
  AddStaticCounterEncoder,
  AddSubscriptionEncoder,
  ClientCommandEncoder,
  CommandType,
  GetNextAvailableSessionIdEncoder,
  RejectImageEncoder,
  RemovePublicationEncoder,
  RemovePublicationFlags,
  RemoveResourceEncoder,
} from '../../schemas/generated/aeron.commands/index.ts'
import { argumentError, given } from '../arguments.ts'
import { COUNTER_KEY_LENGTH_MAX, COUNTER_LABEL_LENGTH_MAX } from '../memory/counter-records.ts'
import type { ManyToOneRingBuffer } from '../memory/many-to-one-ring-buffer.ts'
import { CHANNEL_LENGTH_MAX } from '../protocol/channel-uri.ts'

const NO_ID = -1
const COMMAND_LENGTH_MAX = 8192
const REVOKE_FLAGS = 1n << BigInt(RemovePublicationFlags.revoke)

/**
 * Writes commands to the driver. Every method that adds or removes returns the correlation id that the answer carries.
 *
 * All throw GodwitError ERR_GODWIT_COMMAND_BUFFER_FULL when the driver does not take its commands; nothing was sent
 * then.
 */
export class DriverProxy {
  readonly clientId: number
  readonly #ring: ManyToOneRingBuffer
  readonly #buffer: DirectBuffer = new DirectBuffer(new ArrayBuffer(COMMAND_LENGTH_MAX))
  readonly #addPublication: AddPublicationEncoder = new AddPublicationEncoder()
  readonly #addSubscription: AddSubscriptionEncoder = new AddSubscriptionEncoder()
  readonly #removeResource: RemoveResourceEncoder = new RemoveResourceEncoder()

  constructor(ring: ManyToOneRingBuffer) {
    this.#ring = ring
    this.clientId = ring.nextCorrelationId()
  }

  /** Epoch time of the driver's last sign of life; -1 when it was closed. */
  driverHeartbeatMs(): number {
    return this.#ring.consumerHeartbeatMs()
  }

  addPublication(channel: string, streamId: number, isExclusive: boolean): number {
    checkText('channel', channel, CHANNEL_LENGTH_MAX)
    checkInt32('streamId', streamId)
    const correlationId = this.#ring.nextCorrelationId()
    this.#addPublication.wrap(this.#buffer, 0)
      .clientIdAsNumber(this.clientId)
      .correlationIdAsNumber(correlationId)
      .streamId(streamId)
      .channelLength(channel.length)
    writeAscii(this.#buffer.bytes, AddPublicationEncoder.BLOCK_LENGTH, channel)
    const type = isExclusive ? CommandType.ADD_EXCLUSIVE_PUBLICATION : CommandType.ADD_PUBLICATION
    this.#send(type, AddPublicationEncoder.BLOCK_LENGTH + channel.length)
    return correlationId
  }

  removePublication(registrationId: number, isRevoked: boolean): number {
    const correlationId = this.#ring.nextCorrelationId()
    const encoder = new RemovePublicationEncoder().wrap(this.#buffer, 0)
    encoder.clientIdAsNumber(this.clientId)
      .correlationIdAsNumber(correlationId)
      .registrationIdAsNumber(registrationId)
      .flagsRaw(isRevoked ? REVOKE_FLAGS : 0n)
    this.#send(CommandType.REMOVE_PUBLICATION, RemovePublicationEncoder.BLOCK_LENGTH)
    return correlationId
  }

  addSubscription(channel: string, streamId: number): number {
    checkText('channel', channel, CHANNEL_LENGTH_MAX)
    checkInt32('streamId', streamId)
    const correlationId = this.#ring.nextCorrelationId()
    this.#addSubscription.wrap(this.#buffer, 0)
      .clientIdAsNumber(this.clientId)
      .correlationIdAsNumber(correlationId)
      .registrationCorrelationIdAsNumber(NO_ID)
      .streamId(streamId)
      .channelLength(channel.length)
    writeAscii(this.#buffer.bytes, AddSubscriptionEncoder.BLOCK_LENGTH, channel)
    this.#send(CommandType.ADD_SUBSCRIPTION, AddSubscriptionEncoder.BLOCK_LENGTH + channel.length)
    return correlationId
  }

  removeSubscription(registrationId: number): number {
    return this.#remove(CommandType.REMOVE_SUBSCRIPTION, registrationId)
  }

  removeCounter(registrationId: number): number {
    return this.#remove(CommandType.REMOVE_COUNTER, registrationId)
  }

  addCounter(typeId: number, label: string, key: Uint8Array): number {
    checkCounter(typeId, label, key)
    const correlationId = this.#ring.nextCorrelationId()
    new AddCounterEncoder().wrap(this.#buffer, 0)
      .clientIdAsNumber(this.clientId)
      .correlationIdAsNumber(correlationId)
      .typeId(typeId)
      .keyLength(key.length)
    const length = this.#putKeyAndLabel(AddCounterEncoder.BLOCK_LENGTH, label, key)
    this.#send(CommandType.ADD_COUNTER, length)
    return correlationId
  }

  addStaticCounter(typeId: number, registrationId: number, label: string, key: Uint8Array): number {
    checkCounter(typeId, label, key)
    if (!Number.isSafeInteger(registrationId)) {
      throw argumentError(`registrationId: ${given(registrationId)} is no integer`)
    }
    const correlationId = this.#ring.nextCorrelationId()
    new AddStaticCounterEncoder().wrap(this.#buffer, 0)
      .clientIdAsNumber(this.clientId)
      .correlationIdAsNumber(correlationId)
      .registrationIdAsNumber(registrationId)
      .typeId(typeId)
      .keyLength(key.length)
    const length = this.#putKeyAndLabel(AddStaticCounterEncoder.BLOCK_LENGTH, label, key)
    this.#send(CommandType.ADD_STATIC_COUNTER, length)
    return correlationId
  }

  rejectImage(imageCorrelationId: number, position: number, reason: string): number {
    checkText('reason', reason, ERROR_TEXT_LENGTH_MAX)
    const correlationId = this.#ring.nextCorrelationId()
    new RejectImageEncoder().wrap(this.#buffer, 0)
      .clientIdAsNumber(this.clientId)
      .correlationIdAsNumber(correlationId)
      .imageCorrelationIdAsNumber(imageCorrelationId)
      .position(BigInt(position))
      .reasonLength(reason.length)
    const length = Math.max(RejectImageEncoder.BLOCK_LENGTH + reason.length, REJECT_IMAGE_LENGTH_MIN)
    this.#buffer.bytes.fill(0, RejectImageEncoder.BLOCK_LENGTH, length)
    writeAscii(this.#buffer.bytes, RejectImageEncoder.BLOCK_LENGTH, reason)
    this.#send(CommandType.REJECT_IMAGE, length)
    return correlationId
  }

  nextAvailableSessionId(streamId: number): number {
    checkInt32('streamId', streamId)
    const correlationId = this.#ring.nextCorrelationId()
    new GetNextAvailableSessionIdEncoder().wrap(this.#buffer, 0)
      .clientIdAsNumber(this.clientId)
      .correlationIdAsNumber(correlationId)
      .streamId(streamId)
    this.#send(CommandType.GET_NEXT_AVAILABLE_SESSION_ID, GetNextAvailableSessionIdEncoder.BLOCK_LENGTH)
    return correlationId
  }

  closeClient(): void {
    new ClientCommandEncoder().wrap(this.#buffer, 0)
      .clientIdAsNumber(this.clientId)
      .correlationIdAsNumber(this.#ring.nextCorrelationId())
    this.#send(CommandType.CLIENT_CLOSE, ClientCommandEncoder.BLOCK_LENGTH)
  }

  #remove(typeId: CommandType, registrationId: number): number {
    const correlationId = this.#ring.nextCorrelationId()
    this.#removeResource.wrap(this.#buffer, 0)
      .clientIdAsNumber(this.clientId)
      .correlationIdAsNumber(correlationId)
      .registrationIdAsNumber(registrationId)
    this.#send(typeId, RemoveResourceEncoder.BLOCK_LENGTH)
    return correlationId
  }

  /** Returns the length of the command. */
  #putKeyAndLabel(blockLength: number, label: string, key: Uint8Array): number {
    this.#buffer.bytes.set(key, blockLength)
    const labelOffset = putSecondTextLength(this.#buffer, 0, blockLength, key.length, label.length)
    writeAscii(this.#buffer.bytes, labelOffset, label)
    return lengthWithTexts(blockLength, key.length, label.length)
  }

  #send(typeId: CommandType, length: number): void {
    if (this.#ring.write(typeId, this.#buffer, 0, length)) return
    throw new GodwitError(
      'ERR_GODWIT_COMMAND_BUFFER_FULL',
      'the driver has no room for another command: it is overloaded or does not run; try again later',
    )
  }
}

/** What does not fit the field would be another number there. */
function checkInt32(name: string, value: number): void {
  if (typeof value === 'number' && value === (value | 0)) return
  throw argumentError(`${name}: ${given(value)} is not an integer of 32 bits`)
}

function checkCounter(typeId: number, label: string, key: Uint8Array): void {
  checkInt32('typeId', typeId)
  checkText('label', label, COUNTER_LABEL_LENGTH_MAX)
  if (!(key instanceof Uint8Array)) throw argumentError(`key: expected a Uint8Array, not ${given(key)}`)
  if (key.length > COUNTER_KEY_LENGTH_MAX) {
    throw argumentError(`key has ${key.length} bytes, at most ${COUNTER_KEY_LENGTH_MAX} are allowed`)
  }
}

function checkText(name: string, text: string, lengthMax: number): void {
  if (typeof text !== 'string') throw argumentError(`${name}: expected a string, not ${given(text)}`)
  if (text.length > lengthMax) {
    throw argumentError(`${name} has ${text.length} characters, at most ${lengthMax} are allowed`)
  }
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) > 0x7f) throw argumentError(`${name}: character ${i} is not ASCII`)
  }
}
