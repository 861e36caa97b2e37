import { TERM_MAX_LENGTH } from '../../../client/log/log-buffer-descriptor.ts'
import type { ChannelUri } from '../../../client/protocol/channel-uri.ts'
import { quoteText } from '../../../client/protocol/text-values.ts'
import { ErrorCode } from '../../../schemas/generated/aeron.commands/index.ts'
import { DriverError } from '../driver-error.ts'
import type { DriverSettings } from '../driver-settings.ts'
import { ChannelParameters, invalidParameter, unsupportedParameter } from './channel-parameters.ts'
import { NAK_DELAY_MIN_NS, STREAM_MTU_MIN_LENGTH } from './limits.ts'
import { checkLaterFeatures, readSocketParams, readUntetheredParams } from './shared-params.ts'
import type { SocketParams, UntetheredParams } from './shared-params.ts'

/** How a subscription is to be: its channel, completed from the settings and checked. */
export interface SubscriptionParams extends SocketParams, UntetheredParams {
  /** The one session that is wanted; undefined: all. */
  readonly sessionId: number | undefined
  /** Whether gaps are asked for; false: they are filled. */
  readonly isReliable: boolean
  readonly isRejoin: boolean
  readonly isSparse: boolean
  /** Bytes; an image has this or half a term, whichever is less. */
  readonly receiverWindowLength: number
  readonly nakDelayNs: number
  /** Sent in status messages; undefined: none. */
  readonly groupTag: bigint | undefined
}

const RECEIVER_WINDOW_MAX = TERM_MAX_LENGTH / 2

/** @throws DriverError INVALID_CHANNEL or NOT_SUPPORTED that names the parameter, its value and what is allowed */
export function parseSubscriptionParams(uri: ChannelUri, settings: DriverSettings): SubscriptionParams {
  if (uri.isSpy) {
    const text = quoteText(uri.toString())
    throw new DriverError(ErrorCode.NOT_SUPPORTED, `channel ${text}: aeron-spy is not supported by this driver yet`)
  }
  const parameters = new ChannelParameters(uri)
  checkLaterFeatures(parameters)
  parameters.unused('media-rcv-ts-offset')
  parameters.unused('channel-rcv-ts-offset')
  parameters.onlyBoolean('tether', settings.tetherSubscriptions, true)
  checkGroup(parameters, settings)
  checkCongestionControl(uri)
  const sockets = readSocketParams(parameters)
  const receiverWindowLength = readReceiverWindow(parameters, settings)
  if (uri.media === 'udp') {
    checkWindowFitsReceiveBuffer(receiverWindowLength, sockets.socketRcvbufLength || settings.socketSoRcvbuf)
  }
  return {
    ...sockets,
    ...readUntetheredParams(parameters, settings),
    sessionId: parameters.integer32('session-id'),
    isReliable: parameters.boolean('reliable', settings.reliableStream),
    isRejoin: parameters.boolean('rejoin', settings.rejoinStream),
    isSparse: parameters.boolean('sparse', settings.termBufferSparseFile),
    receiverWindowLength,
    nakDelayNs: parameters.durationNs('nak-delay', settings.nakUnicastDelayNs, NAK_DELAY_MIN_NS),
    groupTag: parameters.integer64('gtag') ?? settings.receiverGroupTag,
  }
}

function checkGroup(parameters: ChannelParameters, settings: DriverSettings): void {
  const text = parameters.uri.get('group')
  if (text === 'infer') return
  if (text !== undefined && text !== 'true' && text !== 'false') {
    throw invalidParameter('group', text, 'infer, true or false are allowed')
  }
  parameters.onlyBoolean('group', settings.receiverGroupConsideration === 'FORCE_TRUE', false)
}

function checkCongestionControl(uri: ChannelUri): void {
  const name = uri.get('cc')
  if (name === undefined || name === 'static') return
  if (name === 'cubic') throw unsupportedParameter('cc', name)
  throw invalidParameter('cc', name, 'static or cubic are allowed')
}

function readReceiverWindow(parameters: ChannelParameters, settings: DriverSettings): number {
  return parameters.size('rcv-wnd', settings.rcvInitialWindowLength, STREAM_MTU_MIN_LENGTH, RECEIVER_WINDOW_MAX)
}

function checkWindowFitsReceiveBuffer(windowLength: number, receiveBufferLength: number): void {
  if (receiveBufferLength === 0 || windowLength <= receiveBufferLength) return
  const message = `rcv-wnd=${windowLength} is invalid: at most so-rcvbuf, which is ${receiveBufferLength}, is allowed`
  throw new DriverError(ErrorCode.INVALID_CHANNEL, message)
}
