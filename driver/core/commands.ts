/** Commands between agents: plain data that can be cloned into another thread. */
import type { ErrorCode } from '../../schemas/generated/aeron.commands/index.ts'
import type { LogRegion } from './log-store.ts'
import type { SocketAddress, TransportOptions } from './media.ts'

/** What the sender needs to know of a publication. */
export interface SenderPublicationParams {
  readonly registrationId: number
  readonly endpointId: number
  readonly sessionId: number
  readonly streamId: number
  readonly log: LogRegion
  /** Memory of a PublicationState. */
  readonly state: SharedArrayBuffer
  readonly senderPositionId: number
  readonly senderLimitId: number
  readonly senderBackPressureEventsId: number
  readonly naksReceivedId: number
  /** Where the stream begins; sender position and limit start there. */
  readonly startPosition: number
  readonly mtuLength: number
  readonly isEosSignalled: boolean
  readonly maxResend: number
  /** Destination of all frames; undefined when the endpoint's transport is connected. */
  readonly destination?: SocketAddress
}

/** What the receiver needs to know of an image. */
export interface ReceiverImageParams {
  readonly correlationId: number
  readonly endpointId: number
  readonly sessionId: number
  readonly streamId: number
  readonly initialTermId: number
  readonly joinPosition: number
  readonly mtuLength: number
  readonly log: LogRegion
  /** Memory of an ImageState. */
  readonly state: SharedArrayBuffer
  readonly receiverHwmId: number
  readonly naksSentId: number
  readonly isReliable: boolean
  /** Receiver window to begin with. */
  readonly windowLength: number
  /** Where status messages and NAKs go. */
  readonly controlAddress: SocketAddress
}

export type SenderCommand =
  | { readonly type: 'addSendEndpoint'; readonly endpointId: number; readonly options: TransportOptions }
  | { readonly type: 'removeSendEndpoint'; readonly endpointId: number }
  | { readonly type: 'addPublication'; readonly publication: SenderPublicationParams }
  | { readonly type: 'removePublication'; readonly registrationId: number }

export type ReceiverCommand =
  | {
      readonly type: 'addReceiveEndpoint'
      readonly endpointId: number
      readonly receiverId: bigint
      readonly groupTag?: bigint
      readonly options: TransportOptions
    }
  | { readonly type: 'removeReceiveEndpoint'; readonly endpointId: number }
  /** Without a session id: all sessions of the stream. Counted: the same interest may be added more than once. */
  | {
      readonly type: 'addInterest' | 'removeInterest'
      readonly endpointId: number
      readonly streamId: number
      readonly sessionId?: number
    }
  | { readonly type: 'addImage'; readonly image: ReceiverImageParams }
  | { readonly type: 'removeImage'; readonly correlationId: number }
  | { readonly type: 'rejectImage'; readonly correlationId: number; readonly reason: string }
  /** The image that `createImage` asked for could not be made; a later SETUP may try again. */
  | {
      readonly type: 'imageNotCreated' | 'removeCoolDown'
      readonly endpointId: number
      readonly streamId: number
      readonly sessionId: number
    }

/** Replies and requests of sender and receiver. */
export type ConductorCommand =
  | {
      readonly type: 'endpointOpened'
      readonly endpointId: number
      readonly localAddress: SocketAddress
      readonly sendBufferLength: number
      readonly receiveBufferLength: number
    }
  | { readonly type: 'endpointFailed'; readonly endpointId: number; readonly message: string }
  | { readonly type: 'endpointClosed'; readonly endpointId: number }
  | { readonly type: 'publicationReleased'; readonly registrationId: number }
  | { readonly type: 'imageReleased'; readonly correlationId: number }
  | {
      readonly type: 'createImage'
      readonly endpointId: number
      readonly sessionId: number
      readonly streamId: number
      readonly initialTermId: number
      readonly activeTermId: number
      readonly termOffset: number
      readonly termLength: number
      readonly mtuLength: number
      readonly setupFlags: number
      readonly sourceAddress: SocketAddress
      readonly controlAddress: SocketAddress
    }
  /** An ERR frame of a receiver, for the publisher's clients. */
  | {
      readonly type: 'publicationError'
      readonly registrationId: number
      readonly errorCode: number
      readonly text: string
      readonly receiverId: bigint
      /** -1 when the frame has none. */
      readonly groupTag: bigint
      readonly sourceAddress: SocketAddress
    }
  /** For the error log. */
  | { readonly type: 'error'; readonly errorCode: ErrorCode; readonly message: string }
