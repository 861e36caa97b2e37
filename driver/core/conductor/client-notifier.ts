import type { BroadcastTransmitter } from '../../../client/memory/broadcast-transmitter.ts'
import { DirectBuffer, utf8Length, writeAscii, writeUtf8 } from '../../../codegen/runtime/index.ts'
import { lengthWithTexts, putSecondTextLength } from '../../../schemas/descriptors.ts'
import {
  AddressType,
  AvailableImageEncoder,
  ClientTimeoutEncoder,
  CommandType,
  CounterUpdateEncoder,
  ErrorResponseEncoder,
  NextAvailableSessionIdEncoder,
  OperationSucceededEncoder,
  PublicationErrorEncoder,
  PublicationReadyEncoder,
  SubscriptionReadyEncoder,
  UnavailableImageEncoder,
} from '../../../schemas/generated/aeron.commands/index.ts'
import type { ErrorCode } from '../../../schemas/generated/aeron.commands/index.ts'
import { addressBytes } from '../channel/socket-address.ts'
import type { SocketAddress } from '../media.ts'

/** Id of the counter of a channel that has none: IPC. */
export const NO_CHANNEL_STATUS_ID = -1

/** Destination of an error that concerns no single one, and group tag of a receiver that has none. */
const NONE = -1n

const BUFFER_LENGTH_INITIAL = 8192

/** What ON_PUBLICATION_READY and ON_EXCLUSIVE_PUBLICATION_READY say. */
export interface PublicationReady {
  readonly correlationId: number
  /** Of the publication itself: that of the command that made it. */
  readonly registrationId: number
  readonly sessionId: number
  readonly streamId: number
  readonly publisherLimitId: number
  readonly channelStatusId: number
  readonly logName: string
  readonly isExclusive: boolean
}

/** What ON_AVAILABLE_IMAGE says. */
export interface AvailableImage {
  readonly correlationId: number
  readonly sessionId: number
  readonly streamId: number
  readonly subscriptionRegistrationId: number
  readonly subscriberPositionId: number
  readonly logName: string
  readonly sourceIdentity: string
}

/** What ON_PUBLICATION_ERROR says. */
export interface PublicationError {
  readonly registrationId: number
  readonly sessionId: number
  readonly streamId: number
  readonly receiverId: bigint
  /** -1 when the receiver has none. */
  readonly groupTag: bigint
  readonly sourceAddress: SocketAddress
  readonly errorCode: ErrorCode
  readonly text: string
}

/** Tells clients: encodes responses and transmits them to all. */
export class ClientNotifier {
  private readonly transmitter: BroadcastTransmitter
  private buffer: DirectBuffer = new DirectBuffer(new ArrayBuffer(BUFFER_LENGTH_INITIAL))
  private readonly errorResponse = new ErrorResponseEncoder()
  private readonly availableImage = new AvailableImageEncoder()
  private readonly unavailableImage = new UnavailableImageEncoder()
  private readonly publicationReady = new PublicationReadyEncoder()
  private readonly subscriptionReady = new SubscriptionReadyEncoder()
  private readonly operationSucceeded = new OperationSucceededEncoder()
  private readonly counterUpdate = new CounterUpdateEncoder()
  private readonly clientTimeout = new ClientTimeoutEncoder()
  private readonly publicationError = new PublicationErrorEncoder()
  private readonly nextAvailableSessionId = new NextAvailableSessionIdEncoder()

  constructor(transmitter: BroadcastTransmitter) {
    this.transmitter = transmitter
  }

  /** @param correlationId bigint: also ids that no Number holds are answered */
  onError(correlationId: bigint, errorCode: ErrorCode, text: string): void {
    const textLength = utf8Length(text)
    const length = ErrorResponseEncoder.BLOCK_LENGTH + textLength
    const buffer = this.bufferFor(length)
    this.errorResponse.wrap(buffer, 0)
      .offendingCommandCorrelationId(correlationId).errorCode(errorCode).textLength(textLength)
    writeUtf8(buffer.bytes, ErrorResponseEncoder.BLOCK_LENGTH, text, textLength)
    this.transmit(CommandType.ON_ERROR, length)
  }

  onPublicationReady(ready: PublicationReady): void {
    const { logName, isExclusive } = ready
    const length = PublicationReadyEncoder.BLOCK_LENGTH + logName.length
    const buffer = this.bufferFor(length)
    this.publicationReady.wrap(buffer, 0)
      .correlationIdAsNumber(ready.correlationId)
      .registrationIdAsNumber(ready.registrationId)
      .sessionId(ready.sessionId)
      .streamId(ready.streamId)
      .positionLimitCounterId(ready.publisherLimitId)
      .channelStatusCounterId(ready.channelStatusId)
      .logFileNameLength(logName.length)
    writeAscii(buffer.bytes, PublicationReadyEncoder.BLOCK_LENGTH, logName)
    this.transmit(isExclusive ? CommandType.ON_EXCLUSIVE_PUBLICATION_READY : CommandType.ON_PUBLICATION_READY, length)
  }

  onSubscriptionReady(correlationId: number, channelStatusId: number): void {
    const { BLOCK_LENGTH } = SubscriptionReadyEncoder
    this.subscriptionReady.wrap(this.bufferFor(BLOCK_LENGTH), 0)
      .correlationIdAsNumber(correlationId).channelStatusCounterId(channelStatusId)
    this.transmit(CommandType.ON_SUBSCRIPTION_READY, BLOCK_LENGTH)
  }

  onOperationSuccess(correlationId: number): void {
    const { BLOCK_LENGTH } = OperationSucceededEncoder
    this.operationSucceeded.wrap(this.bufferFor(BLOCK_LENGTH), 0).correlationIdAsNumber(correlationId)
    this.transmit(CommandType.ON_OPERATION_SUCCESS, BLOCK_LENGTH)
  }

  onAvailableImage(image: AvailableImage): void {
    const { logName, sourceIdentity } = image
    const { BLOCK_LENGTH } = AvailableImageEncoder
    const length = lengthWithTexts(BLOCK_LENGTH, logName.length, sourceIdentity.length)
    const buffer = this.bufferFor(length)
    this.availableImage.wrap(buffer, 0)
      .correlationIdAsNumber(image.correlationId)
      .sessionId(image.sessionId)
      .streamId(image.streamId)
      .subscriptionRegistrationIdAsNumber(image.subscriptionRegistrationId)
      .subscriberPositionId(image.subscriberPositionId)
      .logFileNameLength(logName.length)
    writeAscii(buffer.bytes, BLOCK_LENGTH, logName)
    const offset = putSecondTextLength(buffer, 0, BLOCK_LENGTH, logName.length, sourceIdentity.length)
    writeAscii(buffer.bytes, offset, sourceIdentity)
    this.transmit(CommandType.ON_AVAILABLE_IMAGE, length)
  }

  onUnavailableImage(
    correlationId: number,
    subscriptionRegistrationId: number,
    streamId: number,
    channel: string,
  ): void {
    const length = UnavailableImageEncoder.BLOCK_LENGTH + channel.length
    const buffer = this.bufferFor(length)
    this.unavailableImage.wrap(buffer, 0)
      .correlationIdAsNumber(correlationId)
      .subscriptionRegistrationIdAsNumber(subscriptionRegistrationId)
      .streamId(streamId)
      .channelLength(channel.length)
    writeAscii(buffer.bytes, UnavailableImageEncoder.BLOCK_LENGTH, channel)
    this.transmit(CommandType.ON_UNAVAILABLE_IMAGE, length)
  }

  onCounterReady(correlationId: number, counterId: number): void {
    this.onCounter(CommandType.ON_COUNTER_READY, correlationId, counterId)
  }

  onStaticCounter(correlationId: number, counterId: number): void {
    this.onCounter(CommandType.ON_STATIC_COUNTER, correlationId, counterId)
  }

  onUnavailableCounter(registrationId: number, counterId: number): void {
    this.onCounter(CommandType.ON_UNAVAILABLE_COUNTER, registrationId, counterId)
  }

  onClientTimeout(clientId: number): void {
    const { BLOCK_LENGTH } = ClientTimeoutEncoder
    this.clientTimeout.wrap(this.bufferFor(BLOCK_LENGTH), 0).clientIdAsNumber(clientId)
    this.transmit(CommandType.ON_CLIENT_TIMEOUT, BLOCK_LENGTH)
  }

  onPublicationError(error: PublicationError): void {
    const { sourceAddress, text } = error
    const textLength = utf8Length(text)
    const length = PublicationErrorEncoder.BLOCK_LENGTH + textLength
    const buffer = this.bufferFor(length)
    // The layout has no room for a zone, which means nothing on another machine.
    const address = addressBytes(sourceAddress.address.split('%', 1).join())
    const encoder = this.publicationError.wrap(buffer, 0)
      .registrationIdAsNumber(error.registrationId)
      .destinationRegistrationId(NONE)
      .sessionId(error.sessionId)
      .streamId(error.streamId)
      .receiverId(error.receiverId)
      .groupTag(error.groupTag)
      .addressType(addressTypeOf(address))
      .sourcePort(sourceAddress.port)
      .errorCode(error.errorCode)
      .textLength(textLength)
    for (let i = 0; i < encoder.sourceAddressLength(); i++) encoder.sourceAddressAt(i, address?.[i] ?? 0)
    writeUtf8(buffer.bytes, PublicationErrorEncoder.BLOCK_LENGTH, text, textLength)
    this.transmit(CommandType.ON_PUBLICATION_ERROR, length)
  }

  onNextAvailableSessionId(correlationId: number, sessionId: number): void {
    const { BLOCK_LENGTH } = NextAvailableSessionIdEncoder
    this.nextAvailableSessionId.wrap(this.bufferFor(BLOCK_LENGTH), 0)
      .correlationIdAsNumber(correlationId).nextSessionId(sessionId)
    this.transmit(CommandType.ON_NEXT_AVAILABLE_SESSION_ID, BLOCK_LENGTH)
  }

  private onCounter(type: CommandType, correlationId: number, counterId: number): void {
    const { BLOCK_LENGTH } = CounterUpdateEncoder
    this.counterUpdate.wrap(this.bufferFor(BLOCK_LENGTH), 0)
      .correlationIdAsNumber(correlationId).counterId(counterId)
    this.transmit(type, BLOCK_LENGTH)
  }

  private bufferFor(length: number): DirectBuffer {
    if (length > this.buffer.byteLength) this.buffer = new DirectBuffer(new ArrayBuffer(length))
    return this.buffer
  }

  private transmit(type: CommandType, length: number): void {
    this.transmitter.transmit(type, this.buffer, 0, length)
  }
}

function addressTypeOf(address: Uint8Array | undefined): AddressType {
  if (address === undefined) return AddressType.UNKNOWN
  return address.length === 4 ? AddressType.IPV4 : AddressType.IPV6
}
