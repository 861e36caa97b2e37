import type { DriverSettings } from '../driver-settings.ts'
import type { ChannelParameters } from './channel-parameters.ts'
import { invalidParameter } from './channel-parameters.ts'

/** Sizes of socket buffers that a channel asks for; 0: what the settings say. */
export interface SocketParams {
  readonly socketSndbufLength: number
  readonly socketRcvbufLength: number
}

/** How subscriptions that may be left behind are treated. */
export interface UntetheredParams {
  readonly untetheredWindowLimitTimeoutNs: number
  readonly untetheredLingerTimeoutNs: number
  readonly untetheredRestingTimeoutNs: number
}

const INT32_MAX = 2 ** 31 - 1
const CONTROL_MODES = ['manual', 'dynamic', 'response']

/** Refuses what publications and subscriptions cannot have, or cannot have yet. */
export function checkLaterFeatures(parameters: ChannelParameters): void {
  const mode = parameters.uri.get('control-mode')
  if (mode !== undefined && !CONTROL_MODES.includes(mode)) {
    throw invalidParameter('control-mode', mode, `${CONTROL_MODES.join(', ')} are allowed`)
  }
  parameters.unused('control-mode')
  parameters.unused('tags')
  parameters.onlyBoolean('ats', false, false)
  if (parameters.uri.media === 'udp') {
    parameters.unused('control')
    // It says nothing about a unicast channel, but it must be a number.
    parameters.integerInRange('ttl', 0, 0, INT32_MAX)
  }
}

export function readSocketParams(parameters: ChannelParameters): SocketParams {
  return {
    socketSndbufLength: parameters.size('so-sndbuf', 0, 0, INT32_MAX),
    socketRcvbufLength: parameters.size('so-rcvbuf', 0, 0, INT32_MAX),
  }
}

export function readUntetheredParams(parameters: ChannelParameters, settings: DriverSettings): UntetheredParams {
  const read = (key: string, byDefault: number): number => {
    const timeoutNs = parameters.durationNs(key, byDefault)
    if (timeoutNs > settings.timerIntervalNs) return timeoutNs
    const allowed = `it must be above the timer interval, ${settings.timerIntervalNs} ns`
    throw invalidParameter(key, parameters.uri.get(key) ?? '', allowed)
  }
  const windowLimitTimeoutNs = read('untethered-window-limit-timeout', settings.untetheredWindowLimitTimeoutNs)
  // A channel that sets the window limit alone means both: the linger timeout follows it unless somebody sets it.
  const isLingerSet = settings.untetheredLingerTimeoutNs !== settings.untetheredWindowLimitTimeoutNs
  const lingerTimeoutNs = isLingerSet ? settings.untetheredLingerTimeoutNs : windowLimitTimeoutNs
  return {
    untetheredWindowLimitTimeoutNs: windowLimitTimeoutNs,
    untetheredLingerTimeoutNs: read('untethered-linger-timeout', lingerTimeoutNs),
    untetheredRestingTimeoutNs: read('untethered-resting-timeout', settings.untetheredRestingTimeoutNs),
  }
}
