import type { DirectBuffer } from '../../codegen/runtime/index.ts'
import { readAscii } from '../../codegen/runtime/index.ts'
import { MALFORMED, firstTextFits, secondTextLength, secondTextOffset } from '../../schemas/descriptors.ts'
import {
  AvailableImageDecoder,
  ClientTimeoutDecoder,
  CommandType,
  CounterUpdateDecoder,
  ErrorResponseDecoder,
  NextAvailableSessionIdDecoder,
  OperationSucceededDecoder,
  PublicationErrorDecoder,
  PublicationReadyDecoder,
  SubscriptionReadyDecoder,
  UnavailableImageDecoder,
} from '../../schemas/generated/aeron.commands/index.ts'
import type { BroadcastReceiver } from '../memory/broadcast-receiver.ts'

/** A receiver of a publication's stream reported an error. Ids of 64 bits are bigints. */
export interface PublicationErrorFrame {
  readonly registrationId: number
  readonly sessionId: number
  readonly streamId: number
  readonly receiverId: bigint
  /** -1 when the receiver has none. */
  readonly groupTag: bigint
  readonly errorCode: number
  readonly text: string
}

/** What the driver tells all its clients; texts are read only for those that it is for. */
export interface DriverEventHandler {
  /** Whether a command with that id waits for its answer; others are not decoded further. */
  isPending(correlationId: number): boolean
  hasSubscription(registrationId: number): boolean
  onError(offendingId: number, errorCode: number, text: string): void
  onPublicationReady(ready: PublicationReadyDecoder, logFileName: string): void
  onSubscriptionReady(correlationId: number, channelStatusId: number): void
  onAvailableImage(image: AvailableImageDecoder, logFileName: string, sourceIdentity: string): void
  onUnavailableImage(correlationId: number, subscriptionRegistrationId: number): void
  onOperationSucceeded(correlationId: number): void
  onCounterReady(correlationId: number, counterId: number): void
  onUnavailableCounter(registrationId: number, counterId: number): void
  onClientTimeout(clientId: number): void
  onPublicationError(error: PublicationErrorFrame): void
  onNextSessionId(correlationId: number, sessionId: number): void
  /** A message that is shorter than its layout or its lengths ask for. */
  onMalformedEvent(typeId: number): void
}

type EventDecoder<T> = { wrap(buffer: DirectBuffer, offset: number, blockLength: number, version: number): T }

/** Decodes what the driver broadcasts. */
export class DriverEvents {
  readonly #receiver: BroadcastReceiver
  readonly #handler: DriverEventHandler
  readonly #onMessage: (typeId: number, buffer: DirectBuffer, offset: number, length: number) => void
  readonly #error: ErrorResponseDecoder = new ErrorResponseDecoder()
  readonly #publicationReady: PublicationReadyDecoder = new PublicationReadyDecoder()
  readonly #subscriptionReady: SubscriptionReadyDecoder = new SubscriptionReadyDecoder()
  readonly #availableImage: AvailableImageDecoder = new AvailableImageDecoder()
  readonly #unavailableImage: UnavailableImageDecoder = new UnavailableImageDecoder()
  readonly #succeeded: OperationSucceededDecoder = new OperationSucceededDecoder()
  readonly #counter: CounterUpdateDecoder = new CounterUpdateDecoder()
  readonly #clientTimeout: ClientTimeoutDecoder = new ClientTimeoutDecoder()
  readonly #publicationError: PublicationErrorDecoder = new PublicationErrorDecoder()
  readonly #nextSessionId: NextAvailableSessionIdDecoder = new NextAvailableSessionIdDecoder()

  constructor(receiver: BroadcastReceiver, handler: DriverEventHandler) {
    this.#receiver = receiver
    this.#handler = handler
    this.#onMessage = (typeId, buffer, offset, length) => {
      if (!this.#dispatch(typeId, buffer, offset, length)) handler.onMalformedEvent(typeId)
    }
  }

  /**
   * Handles one message of the driver, if there is one.
   *
   * @returns number of messages
   * @throws GodwitError ERR_GODWIT_BROADCAST_LAPPED when messages were lost
   */
  receive(): number {
    return this.#receiver.receive(this.#onMessage)
  }

  /** Returns false when the message is malformed. */
  #dispatch(typeId: number, buffer: DirectBuffer, offset: number, length: number): boolean {
    switch (typeId) {
      case CommandType.ON_ERROR:
        return this.#onError(buffer, offset, length)
      case CommandType.ON_PUBLICATION_READY:
      case CommandType.ON_EXCLUSIVE_PUBLICATION_READY:
        return this.#onPublicationReady(buffer, offset, length)
      case CommandType.ON_AVAILABLE_IMAGE:
        return this.#onAvailableImage(buffer, offset, length)
      case CommandType.ON_PUBLICATION_ERROR:
        return this.#onPublicationError(buffer, offset, length)
      default:
        return this.#dispatchFixed(typeId, buffer, offset, length)
    }
  }

  /** Messages without a text that matters. */
  #dispatchFixed(typeId: number, buffer: DirectBuffer, offset: number, length: number): boolean {
    const handler = this.#handler
    switch (typeId) {
      case CommandType.ON_OPERATION_SUCCESS: {
        if (length < OperationSucceededDecoder.BLOCK_LENGTH) return false
        const message = wrap(this.#succeeded, OperationSucceededDecoder.BLOCK_LENGTH, buffer, offset)
        handler.onOperationSucceeded(message.correlationIdAsNumber())
        return true
      }
      case CommandType.ON_UNAVAILABLE_IMAGE: {
        if (length < UnavailableImageDecoder.BLOCK_LENGTH) return false
        const message = wrap(this.#unavailableImage, UnavailableImageDecoder.BLOCK_LENGTH, buffer, offset)
        handler.onUnavailableImage(message.correlationIdAsNumber(), message.subscriptionRegistrationIdAsNumber())
        return true
      }
      case CommandType.ON_SUBSCRIPTION_READY: {
        if (length < SubscriptionReadyDecoder.BLOCK_LENGTH) return false
        const message = wrap(this.#subscriptionReady, SubscriptionReadyDecoder.BLOCK_LENGTH, buffer, offset)
        handler.onSubscriptionReady(message.correlationIdAsNumber(), message.channelStatusCounterId())
        return true
      }
      case CommandType.ON_COUNTER_READY:
      case CommandType.ON_STATIC_COUNTER:
      case CommandType.ON_UNAVAILABLE_COUNTER: {
        if (length < CounterUpdateDecoder.BLOCK_LENGTH) return false
        const message = wrap(this.#counter, CounterUpdateDecoder.BLOCK_LENGTH, buffer, offset)
        const id = message.correlationIdAsNumber()
        if (typeId === CommandType.ON_UNAVAILABLE_COUNTER) handler.onUnavailableCounter(id, message.counterId())
        else handler.onCounterReady(id, message.counterId())
        return true
      }
      case CommandType.ON_CLIENT_TIMEOUT: {
        if (length < ClientTimeoutDecoder.BLOCK_LENGTH) return false
        const message = wrap(this.#clientTimeout, ClientTimeoutDecoder.BLOCK_LENGTH, buffer, offset)
        handler.onClientTimeout(message.clientIdAsNumber())
        return true
      }
      case CommandType.ON_NEXT_AVAILABLE_SESSION_ID: {
        if (length < NextAvailableSessionIdDecoder.BLOCK_LENGTH) return false
        const message = wrap(this.#nextSessionId, NextAvailableSessionIdDecoder.BLOCK_LENGTH, buffer, offset)
        handler.onNextSessionId(message.correlationIdAsNumber(), message.nextSessionId())
        return true
      }
      default:
        // A newer driver may have more to say.
        return true
    }
  }

  #onError(buffer: DirectBuffer, offset: number, length: number): boolean {
    if (length < ErrorResponseDecoder.BLOCK_LENGTH) return false
    const message = wrap(this.#error, ErrorResponseDecoder.BLOCK_LENGTH, buffer, offset)
    const textLength = message.textLength()
    if (!firstTextFits(length, ErrorResponseDecoder.BLOCK_LENGTH, textLength)) return false
    const text = readAscii(buffer.bytes, offset + ErrorResponseDecoder.BLOCK_LENGTH, textLength)
    this.#handler.onError(message.offendingCommandCorrelationIdAsNumber(), message.errorCodeRaw(), text)
    return true
  }

  #onPublicationReady(buffer: DirectBuffer, offset: number, length: number): boolean {
    if (length < PublicationReadyDecoder.BLOCK_LENGTH) return false
    const message = wrap(this.#publicationReady, PublicationReadyDecoder.BLOCK_LENGTH, buffer, offset)
    if (!this.#handler.isPending(message.correlationIdAsNumber())) return true
    const nameLength = message.logFileNameLength()
    if (!firstTextFits(length, PublicationReadyDecoder.BLOCK_LENGTH, nameLength)) return false
    const name = readAscii(buffer.bytes, offset + PublicationReadyDecoder.BLOCK_LENGTH, nameLength)
    this.#handler.onPublicationReady(message, name)
    return true
  }

  #onAvailableImage(buffer: DirectBuffer, offset: number, length: number): boolean {
    const blockLength = AvailableImageDecoder.BLOCK_LENGTH
    if (length < blockLength) return false
    const message = wrap(this.#availableImage, blockLength, buffer, offset)
    if (!this.#handler.hasSubscription(message.subscriptionRegistrationIdAsNumber())) return true
    const nameLength = message.logFileNameLength()
    const sourceLength = secondTextLength(buffer, offset, length, blockLength, nameLength)
    if (sourceLength === MALFORMED) return false
    const name = readAscii(buffer.bytes, offset + blockLength, nameLength)
    const source = readAscii(buffer.bytes, offset + secondTextOffset(blockLength, nameLength), sourceLength)
    this.#handler.onAvailableImage(message, name, source)
    return true
  }

  #onPublicationError(buffer: DirectBuffer, offset: number, length: number): boolean {
    const blockLength = PublicationErrorDecoder.BLOCK_LENGTH
    if (length < blockLength) return false
    const message = wrap(this.#publicationError, blockLength, buffer, offset)
    const textLength = message.textLength()
    if (!firstTextFits(length, blockLength, textLength)) return false
    this.#handler.onPublicationError({
      registrationId: message.registrationIdAsNumber(),
      sessionId: message.sessionId(),
      streamId: message.streamId(),
      receiverId: message.receiverId(),
      groupTag: message.groupTag(),
      errorCode: message.errorCodeRaw(),
      text: readAscii(buffer.bytes, offset + blockLength, textLength),
    })
    return true
  }
}

function wrap<T>(decoder: EventDecoder<T>, blockLength: number, buffer: DirectBuffer, offset: number): T {
  return decoder.wrap(buffer, offset, blockLength, 1)
}
