/** What an application links. */
export { DirectBuffer, GodwitError } from '../codegen/runtime/index.ts'
export type { AbortSignalLike } from './abort-signal.ts'
export { BasePublication } from './base-publication.ts'
export type { MessageSource } from './base-publication.ts'
export { ChannelStatus } from './channel-status.ts'
export { Client } from './client.ts'
export type { AddOptions, ClientOptions, DriverLocation, EmbeddedDriver, SubscriptionOptions } from './client.ts'
export type { PublicationErrorFrame } from './conductor/driver-events.ts'
export type { WaitStrategy, WaitStrategyName } from './conductor/wait-strategy.ts'
export { Counter } from './counter.ts'
export {
  ChannelEndpointError,
  ClientTimeoutError,
  ConductorServiceTimeoutError,
  DriverTimeoutError,
  RegistrationError,
  RegistrationTimeoutError,
} from './errors.ts'
export { ExclusivePublication } from './exclusive-publication.ts'
export { defaultDirectory } from './files/directory-layout.ts'
export { ControlledFragmentAssembler, FragmentAssembler } from './fragment-assembler.ts'
export { Image } from './image.ts'
export type { BlockHandler } from './image.ts'
export { BufferClaim } from './log/buffer-claim.ts'
export type { MessagePart, ReservedValueSupplier } from './log/frame-writer.ts'
export { Header } from './log/header.ts'
export { ADMIN_ACTION, BACK_PRESSURED, CLOSED, MAX_POSITION_EXCEEDED, NOT_CONNECTED } from './log/offer-result.ts'
export { ControlledAction } from './memory/controlled-action.ts'
export type { ControlledFragmentHandler, FragmentHandler } from './log/term-reader.ts'
export { CountersReader } from './memory/counters-reader.ts'
export { MessageIterator } from './messages.ts'
export type { Message, MessagesOptions } from './messages.ts'
export type { DirectoryDriverHandle, DriverHandle, EmbeddedDriverHandle } from './protocol/embedded.ts'
export { Publication } from './publication.ts'
export { Subscription } from './subscription.ts'
export type { ImageHandler } from './subscription.ts'
export { TypedPublication, dispatchTo } from './typed.ts'
export type { Dispatcher, HeaderEncoderClass, MessageEncoder, MessageEncoderClass } from './typed.ts'
export type { WaitOptions } from './wait.ts'
