import { GodwitError } from '../codegen/runtime/index.ts'
import { errorCodeName } from '../schemas/generated/aeron.commands/index.ts'

/** The driver refused a command. Code ERR_GODWIT_REGISTRATION. */
export class RegistrationError extends GodwitError {
  protected static override readonly brand: symbol = Symbol.for('godwit.error.registration')

  /** Of the command that was refused. */
  readonly correlationId: number
  /** As the driver gave it; `errorName` is its name. */
  readonly errorCode: number
  /** For example `INVALID_CHANNEL`; `UNKNOWN` when this version has no name for the code. */
  readonly errorName: string

  constructor(correlationId: number, errorCode: number, what: string, text: string) {
    const errorName = errorCodeName(errorCode) ?? 'UNKNOWN'
    super('ERR_GODWIT_REGISTRATION', `${what}: the driver answered ${errorName} (${errorCode}): ${text}`)
    Object.defineProperty(this, RegistrationError.brand, { value: true })
    this.correlationId = correlationId
    this.errorCode = errorCode
    this.errorName = errorName
  }
}

/** The driver did not answer a command in time. Code ERR_GODWIT_REGISTRATION_TIMEOUT. */
export class RegistrationTimeoutError extends GodwitError {
  protected static override readonly brand: symbol = Symbol.for('godwit.error.registration-timeout')

  constructor(what: string, timeoutMs: number) {
    super('ERR_GODWIT_REGISTRATION_TIMEOUT', `${what}: no answer from the driver within ${timeoutMs} ms`)
    Object.defineProperty(this, RegistrationTimeoutError.brand, { value: true })
  }
}

/** The driver is gone: it was closed, or gave no sign of life. Code ERR_GODWIT_DRIVER_TIMEOUT. */
export class DriverTimeoutError extends GodwitError {
  protected static override readonly brand: symbol = Symbol.for('godwit.error.driver-timeout')

  constructor(message: string) {
    super('ERR_GODWIT_DRIVER_TIMEOUT', message)
    Object.defineProperty(this, DriverTimeoutError.brand, { value: true })
  }
}

/** The driver gave this client up, because it gave no sign of life. Code ERR_GODWIT_CLIENT_TIMEOUT. */
export class ClientTimeoutError extends GodwitError {
  protected static override readonly brand: symbol = Symbol.for('godwit.error.client-timeout')

  constructor(message: string) {
    super('ERR_GODWIT_CLIENT_TIMEOUT', message)
    Object.defineProperty(this, ClientTimeoutError.brand, { value: true })
  }
}

/** This thread did not come back to its client for too long. Code ERR_GODWIT_CONDUCTOR_SERVICE_TIMEOUT. */
export class ConductorServiceTimeoutError extends GodwitError {
  protected static override readonly brand: symbol = Symbol.for('godwit.error.conductor-service-timeout')

  constructor(message: string) {
    super('ERR_GODWIT_CONDUCTOR_SERVICE_TIMEOUT', message)
    Object.defineProperty(this, ConductorServiceTimeoutError.brand, { value: true })
  }
}

/** A socket that resources of this client use failed. Code ERR_GODWIT_CHANNEL_ENDPOINT. */
export class ChannelEndpointError extends GodwitError {
  protected static override readonly brand: symbol = Symbol.for('godwit.error.channel-endpoint')

  /** Id of the counter with the status of the channel. */
  readonly channelStatusId: number

  constructor(channelStatusId: number, text: string) {
    super('ERR_GODWIT_CHANNEL_ENDPOINT', text)
    Object.defineProperty(this, ChannelEndpointError.brand, { value: true })
    this.channelStatusId = channelStatusId
  }
}

/** The client, publication, subscription or image is closed. */
export function closedError(what: string, cause?: GodwitError): GodwitError {
  if (cause === undefined) return new GodwitError('ERR_GODWIT_CLOSED', `${what} is closed`)
  return new GodwitError('ERR_GODWIT_CLOSED', `${what} is closed: ${cause.message}`, { cause })
}

export function notSupportedError(what: string): GodwitError {
  return new GodwitError('ERR_GODWIT_NOT_SUPPORTED', `${what} is not supported by this version`)
}

/** A wait with a limit came to its end. */
export function timeoutError(what: string, timeoutMs: number): GodwitError {
  return new GodwitError('ERR_GODWIT_TIMEOUT', `${what} did not happen within ${timeoutMs} ms`)
}

export function optionError(message: string): GodwitError {
  return new GodwitError('ERR_GODWIT_CLIENT_OPTION', message)
}
