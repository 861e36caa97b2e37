import {
  computeTermCount,
  MTU_MAX_LENGTH,
  POSITION_LIMIT,
  TERM_MAX_LENGTH,
  TERM_MIN_LENGTH,
} from '../../../client/log/log-buffer-descriptor.ts'
import type { ChannelUri } from '../../../client/protocol/channel-uri.ts'
import { formatSize, quoteText } from '../../../client/protocol/text-values.ts'
import { FRAME_ALIGNMENT } from '../../../schemas/descriptors.ts'
import { ErrorCode } from '../../../schemas/generated/aeron.commands/index.ts'
import { DriverError } from '../driver-error.ts'
import type { DriverSettings } from '../driver-settings.ts'
import { ChannelParameters, invalidParameter, unsupportedParameter } from './channel-parameters.ts'
import { RESEND_MAX, STREAM_MTU_MIN_LENGTH } from './limits.ts'
import { checkLaterFeatures, readSocketParams, readUntetheredParams } from './shared-params.ts'
import type { SocketParams, UntetheredParams } from './shared-params.ts'

/** Where a publication begins, when its channel says so. */
export interface StartPosition {
  readonly initialTermId: number
  readonly termId: number
  readonly termOffset: number
}

/** How a publication is to be: its channel, completed from the settings and checked. */
export interface PublicationParams extends SocketParams, UntetheredParams {
  readonly termLength: number
  readonly mtuLength: number
  /** How far the publisher may be ahead; a multiple of the frame alignment, at most half a term. */
  readonly windowLength: number
  /** Undefined: a random initial term id, and its beginning. */
  readonly start: StartPosition | undefined
  /** Undefined: the driver chooses one. */
  readonly sessionId: number | undefined
  readonly lingerTimeoutNs: number
  readonly isSparse: boolean
  readonly isEosSignalled: boolean
  readonly maxResend: number
  /** What of the above the channel itself says: a publication to be shared must agree in that. */
  readonly given: {
    readonly termLength: boolean
    readonly mtuLength: boolean
  }
}

const POSITION_KEYS = ['init-term-id', 'term-id', 'term-offset'] as const

/**
 * @param streamId of the command; the channel may repeat it
 * @throws DriverError INVALID_CHANNEL or NOT_SUPPORTED that names the parameter, its value and what is allowed
 */
export function parsePublicationParams(
  uri: ChannelUri,
  settings: DriverSettings,
  streamId: number,
): PublicationParams {
  const isIpc = uri.media === 'ipc'
  if (uri.isSpy) {
    const text = quoteText(uri.toString())
    throw new DriverError(ErrorCode.INVALID_CHANNEL, `channel ${text}: spies are subscriptions, none can publish`)
  }
  const parameters = new ChannelParameters(uri)
  checkLaterFeatures(parameters)
  checkResponseCorrelationId(parameters)
  parameters.unused('channel-snd-ts-offset')
  parameters.onlyBoolean('ssc', settings.spiesSimulateConnection, false)
  checkStreamId(parameters, streamId)

  const termLength = readTermLength(parameters, isIpc ? settings.ipcTermBufferLength : settings.termBufferLength)
  const mtuLength = readMtuLength(parameters, isIpc ? settings.ipcMtuLength : settings.mtuLength)
  const sockets = readSocketParams(parameters)
  if (!isIpc) checkMtuFitsSendBuffer(mtuLength, sockets.socketSndbufLength || settings.socketSoSndbuf)
  const window = isIpc ? settings.ipcPublicationTermWindowLength : settings.publicationTermWindowLength
  return {
    ...sockets,
    ...readUntetheredParams(parameters, settings),
    termLength,
    mtuLength,
    windowLength: readWindowLength(parameters, window, mtuLength, termLength),
    start: readStart(parameters, termLength),
    sessionId: readSessionId(parameters),
    lingerTimeoutNs: parameters.durationNs('linger', settings.publicationLingerTimeoutNs),
    isSparse: parameters.boolean('sparse', settings.termBufferSparseFile),
    isEosSignalled: parameters.boolean('eos', true),
    maxResend: parameters.integerInRange('max-resend', settings.maxResend, 1, RESEND_MAX),
    given: { termLength: uri.get('term-length') !== undefined, mtuLength: uri.get('mtu') !== undefined },
  }
}

function checkResponseCorrelationId(parameters: ChannelParameters): void {
  const key = 'response-correlation-id'
  const text = parameters.uri.get(key)
  if (text === undefined) return
  const id = text === 'prototype' ? 0n : parameters.integer64(key)
  if (id === undefined || id < -1n) throw invalidParameter(key, text, '-1 or more, or prototype, is allowed')
  if (id !== -1n) throw unsupportedParameter(key, text)
}

function checkStreamId(parameters: ChannelParameters, streamId: number): void {
  const text = parameters.uri.get('stream-id')
  if (text === undefined || parameters.integer32('stream-id') === streamId) return
  throw invalidParameter('stream-id', text, `the publication is added for stream ${streamId}, both must be equal`)
}

function readSessionId(parameters: ChannelParameters): number | undefined {
  const text = parameters.uri.get('session-id')
  if (text?.startsWith('tag:') === true) throw unsupportedParameter('session-id', text)
  return parameters.integer32('session-id')
}

function readTermLength(parameters: ChannelParameters, byDefault: number): number {
  const termLength = parameters.size('term-length', byDefault, TERM_MIN_LENGTH, TERM_MAX_LENGTH)
  if (Number.isInteger(Math.log2(termLength))) return termLength
  const allowed = `a power of two from ${formatSize(TERM_MIN_LENGTH)} to ${formatSize(TERM_MAX_LENGTH)} is needed`
  throw invalidParameter('term-length', parameters.uri.get('term-length') ?? '', allowed)
}

function readMtuLength(parameters: ChannelParameters, byDefault: number): number {
  const mtuLength = parameters.size('mtu', byDefault, STREAM_MTU_MIN_LENGTH, MTU_MAX_LENGTH)
  if (mtuLength % FRAME_ALIGNMENT === 0) return mtuLength
  const allowed = `a multiple of ${FRAME_ALIGNMENT} from ${STREAM_MTU_MIN_LENGTH} to ${MTU_MAX_LENGTH} is needed`
  throw invalidParameter('mtu', parameters.uri.get('mtu') ?? '', allowed)
}

function checkMtuFitsSendBuffer(mtuLength: number, sendBufferLength: number): void {
  if (sendBufferLength === 0 || mtuLength <= sendBufferLength) return
  const message = `mtu=${mtuLength} is invalid: at most so-sndbuf, which is ${sendBufferLength}, is allowed`
  throw new DriverError(ErrorCode.INVALID_CHANNEL, message)
}

function readWindowLength(
  parameters: ChannelParameters,
  setting: number,
  mtuLength: number,
  termLength: number,
): number {
  const max = termLength / 2
  const byDefault = setting === 0 ? max : Math.min(setting, max)
  const windowLength = parameters.size('pub-wnd', byDefault, mtuLength, max)
  return windowLength - (windowLength % FRAME_ALIGNMENT)
}

function readStart(parameters: ChannelParameters, termLength: number): StartPosition | undefined {
  const { uri } = parameters
  const missing = POSITION_KEYS.filter((key) => uri.get(key) === undefined)
  if (missing.length === POSITION_KEYS.length) return undefined
  if (missing.length > 0) {
    const message = `${missing.join(' and ')} missing: ${POSITION_KEYS.join(', ')} are needed together`
    throw new DriverError(ErrorCode.INVALID_CHANNEL, message)
  }
  const initialTermId = parameters.integer32('init-term-id') ?? 0
  const termId = parameters.integer32('term-id') ?? 0
  const termOffset = parameters.integerInRange('term-offset', 0, 0, termLength)
  const termCount = computeTermCount(termId, initialTermId)
  const wrong = (key: string, allowed: string): DriverError => invalidParameter(key, uri.get(key) ?? '', allowed)
  if (termOffset % FRAME_ALIGNMENT !== 0) {
    throw wrong('term-offset', `a multiple of ${FRAME_ALIGNMENT} up to ${termLength} is needed`)
  }
  if (termCount < 0) {
    throw wrong('term-id', `at most 2^31 - 1 terms after init-term-id, which is ${initialTermId}, are allowed`)
  }
  // Not as a sum, which would be rounded down to the limit.
  if (termOffset > POSITION_LIMIT - termCount * termLength) {
    throw wrong('term-id', `the position that it makes with init-term-id=${initialTermId} is above 2^58`)
  }
  return { initialTermId, termId, termOffset }
}
