import type { DirectBuffer } from '../../../codegen/runtime/index.ts'
import { GodwitError, readAscii, readUtf8 } from '../../../codegen/runtime/index.ts'
import {
  ERROR_TEXT_LENGTH_MAX,
  MALFORMED,
  REMOVE_PUBLICATION_LENGTH_V0,
  firstTextFits,
  secondTextLength,
  secondTextOffset,
} from '../../../schemas/descriptors.ts'
import {
  AddCounterDecoder,
  AddPublicationDecoder,
  AddStaticCounterDecoder,
  AddSubscriptionDecoder,
  ClientCommandDecoder,
  ClientCommandMeta,
  CommandType,
  DestinationDecoder,
  ErrorCode,
  GetNextAvailableSessionIdDecoder,
  RejectImageDecoder,
  RemoveDestinationByIdDecoder,
  RemovePublicationDecoder,
  RemoveResourceDecoder,
  TerminateDriverDecoder,
  commandTypeName,
} from '../../../schemas/generated/aeron.commands/index.ts'
import { DriverError } from '../driver-error.ts'

interface CommandBase {
  readonly clientId: number
  readonly correlationId: number
}

/** A command of a client, read and checked. */
export type ClientCommand = CommandBase & ClientRequest

type ClientRequest =
  | {
      readonly type: 'addPublication'
      readonly streamId: number
      readonly channel: string
      readonly isExclusive: boolean
    }
  | { readonly type: 'removePublication'; readonly registrationId: number; readonly isRevoke: boolean }
  | { readonly type: 'addSubscription'; readonly streamId: number; readonly channel: string }
  | { readonly type: 'removeSubscription' | 'removeCounter'; readonly registrationId: number }
  | { readonly type: 'addCounter'; readonly typeId: number; readonly key: Uint8Array; readonly label: string }
  | {
      readonly type: 'addStaticCounter'
      readonly registrationId: number
      readonly typeId: number
      readonly key: Uint8Array
      readonly label: string
    }
  | { readonly type: 'rejectImage'; readonly imageCorrelationId: number; readonly reason: string }
  | { readonly type: 'getNextAvailableSessionId'; readonly streamId: number }
  | { readonly type: 'keepAlive' | 'closeClient' | 'terminateDriver' }
  /** Well-formed, but of a feature that the driver has not. */
  | { readonly type: 'notSupported'; readonly name: string }

const NO_VERSION = 0

/** Reads commands of clients. Every length in them is hostile, the bytes themselves must no longer change. */
export class CommandDecoder {
  private readonly addPublication = new AddPublicationDecoder()
  private readonly removePublication = new RemovePublicationDecoder()
  private readonly addSubscription = new AddSubscriptionDecoder()
  private readonly removeResource = new RemoveResourceDecoder()
  private readonly clientCommand = new ClientCommandDecoder()
  private readonly destination = new DestinationDecoder()
  private readonly addCounter = new AddCounterDecoder()
  private readonly terminateDriver = new TerminateDriverDecoder()
  private readonly addStaticCounter = new AddStaticCounterDecoder()
  private readonly rejectImage = new RejectImageDecoder()
  private readonly removeDestinationById = new RemoveDestinationByIdDecoder()
  private readonly getNextAvailableSessionId = new GetNextAvailableSessionIdDecoder()

  /**
   * @param buffer the command begins at 0
   * @throws DriverError MALFORMED_COMMAND, UNKNOWN_COMMAND_TYPE_ID, or GENERIC_ERROR for a reason that is too long
   */
  decode(typeId: number, buffer: DirectBuffer, length: number): ClientCommand {
    try {
      const request = this.decodeRequest(typeId, buffer, length)
      const ids = this.clientCommand.wrap(buffer, 0, ClientCommandDecoder.BLOCK_LENGTH, NO_VERSION, length)
      return { ...request, clientId: ids.clientIdAsNumber(), correlationId: ids.correlationIdAsNumber() }
    } catch (error) {
      // A DriverError is a GodwitError, too.
      if (error instanceof DriverError || !(error instanceof GodwitError)) throw error
      throw malformed(typeId, length, error.message)
    }
  }

  private decodeRequest(typeId: number, buffer: DirectBuffer, length: number): ClientRequest {
    switch (typeId) {
      case CommandType.ADD_PUBLICATION:
      case CommandType.ADD_EXCLUSIVE_PUBLICATION: {
        const command = wrap(typeId, this.addPublication, AddPublicationDecoder.BLOCK_LENGTH, buffer, length)
        return {
          type: 'addPublication',
          streamId: command.streamId(),
          channel: this.channel(typeId, buffer, length, AddPublicationDecoder.BLOCK_LENGTH, command.channelLength()),
          isExclusive: typeId === CommandType.ADD_EXCLUSIVE_PUBLICATION,
        }
      }
      case CommandType.REMOVE_PUBLICATION:
        return this.decodeRemovePublication(typeId, buffer, length)
      case CommandType.ADD_SUBSCRIPTION: {
        const command = wrap(typeId, this.addSubscription, AddSubscriptionDecoder.BLOCK_LENGTH, buffer, length)
        return {
          type: 'addSubscription',
          streamId: command.streamId(),
          channel: this.channel(typeId, buffer, length, AddSubscriptionDecoder.BLOCK_LENGTH, command.channelLength()),
        }
      }
      case CommandType.REMOVE_SUBSCRIPTION:
      case CommandType.REMOVE_COUNTER: {
        const command = wrap(typeId, this.removeResource, RemoveResourceDecoder.BLOCK_LENGTH, buffer, length)
        const type = typeId === CommandType.REMOVE_COUNTER ? 'removeCounter' : 'removeSubscription'
        return { type, registrationId: command.registrationIdAsNumber() }
      }
      case CommandType.CLIENT_KEEPALIVE:
      case CommandType.CLIENT_CLOSE:
        wrap(typeId, this.clientCommand, ClientCommandDecoder.BLOCK_LENGTH, buffer, length)
        return { type: typeId === CommandType.CLIENT_CLOSE ? 'closeClient' : 'keepAlive' }
      case CommandType.ADD_COUNTER:
        return this.decodeAddCounter(typeId, buffer, length)
      case CommandType.ADD_STATIC_COUNTER:
        return this.decodeAddStaticCounter(typeId, buffer, length)
      case CommandType.REJECT_IMAGE:
        return this.decodeRejectImage(typeId, buffer, length)
      case CommandType.GET_NEXT_AVAILABLE_SESSION_ID: {
        const { BLOCK_LENGTH } = GetNextAvailableSessionIdDecoder
        const command = wrap(typeId, this.getNextAvailableSessionId, BLOCK_LENGTH, buffer, length)
        return { type: 'getNextAvailableSessionId', streamId: command.streamId() }
      }
      case CommandType.TERMINATE_DRIVER: {
        const command = wrap(typeId, this.terminateDriver, TerminateDriverDecoder.BLOCK_LENGTH, buffer, length)
        checkText(typeId, length, TerminateDriverDecoder.BLOCK_LENGTH, command.tokenLength())
        return { type: 'terminateDriver' }
      }
      default:
        return this.decodeLaterFeature(typeId, buffer, length)
    }
  }

  private decodeRemovePublication(typeId: number, buffer: DirectBuffer, length: number): ClientRequest {
    if (length === REMOVE_PUBLICATION_LENGTH_V0) {
      const old = this.removePublication.wrap(buffer, 0, REMOVE_PUBLICATION_LENGTH_V0, NO_VERSION, length)
      return { type: 'removePublication', registrationId: old.registrationIdAsNumber(), isRevoke: false }
    }
    checkLength(typeId, length, RemovePublicationDecoder.BLOCK_LENGTH)
    const { BLOCK_LENGTH, SCHEMA_VERSION } = RemovePublicationDecoder
    const command = this.removePublication.wrap(buffer, 0, BLOCK_LENGTH, SCHEMA_VERSION, length)
    const isRevoke = command.flags()?.revoke() === true
    return { type: 'removePublication', registrationId: command.registrationIdAsNumber(), isRevoke }
  }

  private decodeAddCounter(typeId: number, buffer: DirectBuffer, length: number): ClientRequest {
    const { BLOCK_LENGTH } = AddCounterDecoder
    const command = wrap(typeId, this.addCounter, BLOCK_LENGTH, buffer, length)
    const texts = keyAndLabel(typeId, buffer, length, BLOCK_LENGTH, command.keyLength())
    return { type: 'addCounter', typeId: command.typeId(), ...texts }
  }

  private decodeAddStaticCounter(typeId: number, buffer: DirectBuffer, length: number): ClientRequest {
    const { BLOCK_LENGTH } = AddStaticCounterDecoder
    const command = wrap(typeId, this.addStaticCounter, BLOCK_LENGTH, buffer, length)
    const texts = keyAndLabel(typeId, buffer, length, BLOCK_LENGTH, command.keyLength())
    const registrationId = command.registrationIdAsNumber()
    return { type: 'addStaticCounter', registrationId, typeId: command.typeId(), ...texts }
  }

  private decodeRejectImage(typeId: number, buffer: DirectBuffer, length: number): ClientRequest {
    const { BLOCK_LENGTH } = RejectImageDecoder
    const command = wrap(typeId, this.rejectImage, BLOCK_LENGTH, buffer, length)
    const reasonLength = command.reasonLength()
    checkText(typeId, length, BLOCK_LENGTH, reasonLength)
    if (reasonLength > ERROR_TEXT_LENGTH_MAX) {
      const message = `the reason has ${reasonLength} bytes, at most ${ERROR_TEXT_LENGTH_MAX} are allowed`
      throw new DriverError(ErrorCode.GENERIC_ERROR, message)
    }
    const reason = readUtf8(buffer.bytes, BLOCK_LENGTH, reasonLength)
    return { type: 'rejectImage', imageCorrelationId: command.imageCorrelationIdAsNumber(), reason }
  }

  private decodeLaterFeature(typeId: number, buffer: DirectBuffer, length: number): ClientRequest {
    switch (typeId) {
      case CommandType.ADD_DESTINATION:
      case CommandType.REMOVE_DESTINATION:
      case CommandType.ADD_RCV_DESTINATION:
      case CommandType.REMOVE_RCV_DESTINATION: {
        const command = wrap(typeId, this.destination, DestinationDecoder.BLOCK_LENGTH, buffer, length)
        checkText(typeId, length, DestinationDecoder.BLOCK_LENGTH, command.channelLength())
        break
      }
      case CommandType.REMOVE_DESTINATION_BY_ID:
        wrap(typeId, this.removeDestinationById, RemoveDestinationByIdDecoder.BLOCK_LENGTH, buffer, length)
        break
      default:
        throw new DriverError(ErrorCode.UNKNOWN_COMMAND_TYPE_ID, `command type ${typeId} is not known`)
    }
    return { type: 'notSupported', name: nameOf(typeId) }
  }

  private channel(
    typeId: number,
    buffer: DirectBuffer,
    length: number,
    blockLength: number,
    channelLength: number,
  ): string {
    checkText(typeId, length, blockLength, channelLength)
    return readAscii(buffer.bytes, blockLength, channelLength)
  }
}

/** Correlation id of a command that may be malformed; undefined when it is too short to have one. */
export function correlationIdOf(buffer: DirectBuffer, length: number): bigint | undefined {
  if (length < ClientCommandDecoder.BLOCK_LENGTH) return undefined
  return buffer.view.getBigInt64(ClientCommandMeta.fields.correlationId.offset, true)
}

interface Wrappable {
  wrap(buffer: DirectBuffer, offset: number, actingBlockLength: number, actingVersion: number, length?: number): this
}

function wrap<T extends Wrappable>(
  typeId: number,
  decoder: T,
  blockLength: number,
  buffer: DirectBuffer,
  length: number,
): T {
  checkLength(typeId, length, blockLength)
  return decoder.wrap(buffer, 0, blockLength, NO_VERSION, length)
}

function checkLength(typeId: number, length: number, blockLength: number): void {
  if (length < blockLength) throw malformed(typeId, length, `at least ${blockLength} bytes are needed`)
}

function checkText(typeId: number, length: number, blockLength: number, textLength: number): void {
  if (firstTextFits(length, blockLength, textLength)) return
  throw malformed(typeId, length, `a text of ${textLength} bytes does not lie within it`)
}

function keyAndLabel(
  typeId: number,
  buffer: DirectBuffer,
  length: number,
  blockLength: number,
  keyLength: number,
): { readonly key: Uint8Array; readonly label: string } {
  const labelLength = secondTextLength(buffer, 0, length, blockLength, keyLength)
  if (labelLength === MALFORMED) {
    throw malformed(typeId, length, `a key of ${keyLength} bytes and a label do not lie within it`)
  }
  return {
    key: buffer.bytes.slice(blockLength, blockLength + keyLength),
    label: readAscii(buffer.bytes, secondTextOffset(blockLength, keyLength), labelLength),
  }
}

function malformed(typeId: number, length: number, what: string): DriverError {
  return new DriverError(ErrorCode.MALFORMED_COMMAND, `${nameOf(typeId)} of ${length} bytes: ${what}`)
}

function nameOf(typeId: number): string {
  return commandTypeName(typeId) ?? `command type ${typeId}`
}
