import type { DirectBuffer } from '../../codegen/runtime/index.ts'
import { readAscii, readUtf8 } from '../../codegen/runtime/index.ts'
import { secondTextLength, secondTextOffset } from '../../schemas/descriptors.ts'
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
  commandTypeName,
} from '../../schemas/generated/aeron.commands/index.ts'

/** A response of a driver, taken apart. */
export interface ControlResponse {
  readonly type: string
  /** Of the command; the registration id of an image or counter; the id of a client. */
  readonly correlationId: number
  readonly registrationId?: number
  readonly subscriptionRegistrationId?: number
  readonly sessionId?: number
  readonly streamId?: number
  readonly counterId?: number
  readonly channelStatusId?: number
  readonly errorCode?: number
  /** Text of an error, name of a log, or channel. */
  readonly text?: string
  readonly sourceIdentity?: string
  readonly receiverId?: bigint
  readonly groupTag?: bigint
  readonly source?: readonly number[]
}

interface Wrappable {
  wrap(buffer: DirectBuffer, offset: number, blockLength: number, version: number, length: number): this
}

/** Reads a response as clients do; throws when it is not exactly as long as it says. */
export function readControlResponse(typeId: number, buffer: DirectBuffer, length: number): ControlResponse {
  const type = commandTypeName(typeId) ?? `type ${typeId}`
  let end = 0
  const wrap = <T extends Wrappable>(decoder: T, blockLength: number): T => {
    end = blockLength
    return decoder.wrap(buffer, 0, blockLength, 0, length)
  }
  const text = (textLength: number): string => {
    const start = end
    end += textLength
    return readUtf8(buffer.bytes, start, textLength)
  }
  const response = ((): ControlResponse => {
    switch (typeId) {
      case CommandType.ON_ERROR: {
        const message = wrap(new ErrorResponseDecoder(), ErrorResponseDecoder.BLOCK_LENGTH)
        return {
          type,
          correlationId: Number(message.offendingCommandCorrelationId()),
          errorCode: message.errorCode(),
          text: text(message.textLength()),
        }
      }
      case CommandType.ON_AVAILABLE_IMAGE: {
        const message = wrap(new AvailableImageDecoder(), AvailableImageDecoder.BLOCK_LENGTH)
        const nameLength = message.logFileNameLength()
        const logName = text(nameLength)
        const identityLength = secondTextLength(buffer, 0, length, AvailableImageDecoder.BLOCK_LENGTH, nameLength)
        const identityOffset = secondTextOffset(AvailableImageDecoder.BLOCK_LENGTH, nameLength)
        end = identityOffset + identityLength
        return {
          type,
          correlationId: message.correlationIdAsNumber(),
          sessionId: message.sessionId(),
          streamId: message.streamId(),
          subscriptionRegistrationId: message.subscriptionRegistrationIdAsNumber(),
          counterId: message.subscriberPositionId(),
          text: logName,
          sourceIdentity: readAscii(buffer.bytes, identityOffset, identityLength),
        }
      }
      case CommandType.ON_PUBLICATION_READY:
      case CommandType.ON_EXCLUSIVE_PUBLICATION_READY: {
        const message = wrap(new PublicationReadyDecoder(), PublicationReadyDecoder.BLOCK_LENGTH)
        return {
          type,
          correlationId: message.correlationIdAsNumber(),
          registrationId: message.registrationIdAsNumber(),
          sessionId: message.sessionId(),
          streamId: message.streamId(),
          counterId: message.positionLimitCounterId(),
          channelStatusId: message.channelStatusCounterId(),
          text: text(message.logFileNameLength()),
        }
      }
      case CommandType.ON_UNAVAILABLE_IMAGE: {
        const message = wrap(new UnavailableImageDecoder(), UnavailableImageDecoder.BLOCK_LENGTH)
        return {
          type,
          correlationId: message.correlationIdAsNumber(),
          subscriptionRegistrationId: message.subscriptionRegistrationIdAsNumber(),
          streamId: message.streamId(),
          text: text(message.channelLength()),
        }
      }
      case CommandType.ON_OPERATION_SUCCESS: {
        const message = wrap(new OperationSucceededDecoder(), OperationSucceededDecoder.BLOCK_LENGTH)
        return { type, correlationId: message.correlationIdAsNumber() }
      }
      case CommandType.ON_SUBSCRIPTION_READY: {
        const message = wrap(new SubscriptionReadyDecoder(), SubscriptionReadyDecoder.BLOCK_LENGTH)
        const correlationId = message.correlationIdAsNumber()
        return { type, correlationId, channelStatusId: message.channelStatusCounterId() }
      }
      case CommandType.ON_COUNTER_READY:
      case CommandType.ON_STATIC_COUNTER:
      case CommandType.ON_UNAVAILABLE_COUNTER: {
        const message = wrap(new CounterUpdateDecoder(), CounterUpdateDecoder.BLOCK_LENGTH)
        return { type, correlationId: message.correlationIdAsNumber(), counterId: message.counterId() }
      }
      case CommandType.ON_CLIENT_TIMEOUT: {
        const message = wrap(new ClientTimeoutDecoder(), ClientTimeoutDecoder.BLOCK_LENGTH)
        return { type, correlationId: message.clientIdAsNumber() }
      }
      case CommandType.ON_NEXT_AVAILABLE_SESSION_ID: {
        const message = wrap(new NextAvailableSessionIdDecoder(), NextAvailableSessionIdDecoder.BLOCK_LENGTH)
        return { type, correlationId: message.correlationIdAsNumber(), sessionId: message.nextSessionId() }
      }
      case CommandType.ON_PUBLICATION_ERROR: {
        const message = wrap(new PublicationErrorDecoder(), PublicationErrorDecoder.BLOCK_LENGTH)
        const address = Array.from({ length: 16 }, (_, i) => message.sourceAddressAt(i))
        return {
          type,
          correlationId: message.registrationIdAsNumber(),
          sessionId: message.sessionId(),
          streamId: message.streamId(),
          receiverId: message.receiverId(),
          groupTag: message.groupTag(),
          source: [message.addressType(), message.sourcePort(), ...address],
          errorCode: message.errorCode(),
          text: text(message.textLength()),
        }
      }
      default:
        throw new Error(`a driver does not send ${type}`)
    }
  })()
  if (end !== length) throw new Error(`${type}: ${length} bytes, but it says ${end}`)
  return response
}
