import type { Loss } from './protocol.ts'
import type { Timing } from './settings.ts'

/** Of the time that a client may be silent: after that long a pause, its last sign of life may be too old. */
const EXCUSABLE_SHARE = 0.5

/** How a client ends that was silent for too long. */
export const GIVEN_UP: readonly string[] = ['ERR_GODWIT_CLIENT_TIMEOUT', 'ERR_GODWIT_CONDUCTOR_SERVICE_TIMEOUT']
/** How a client ends whose driver is gone. */
export const DRIVER_GONE = 'ERR_GODWIT_DRIVER_TIMEOUT'
/** Of the driver timeout: where one process pauses for so long, an answer that takes five turns may miss it. */
const SLOW_SHARE = 0.1
const NO_ANSWER = 'ERR_GODWIT_REGISTRATION_TIMEOUT'

/** What can become of a client that joins while it is given up. */
export const NOT_JOINED: readonly string[] = [
  NO_ANSWER, 'ERR_GODWIT_LOG_UNKNOWN', 'ERR_GODWIT_CLOSED', DRIVER_GONE, ...GIVEN_UP,
]
/** The driver has just lost the last that used a socket. */
export const SOCKET_CLOSES = 'RESOURCE_TEMPORARILY_UNAVAILABLE'
/** What a driver may say of clients that it has given up. */
const EXPECTED_ERROR =
  /^client \d+ (?:was given up while its command was under way|has no (?:publication|subscription|counter) with .*)$/

/** Before each error in a log that was saved. */
const TIMES = /^\d+ times from .*:$/

/** Whether a client was closed because the machine did not let it run. */
export function isOwnFault({ code, stallMs }: Loss, { clientLivenessMs }: Timing): boolean {
  return GIVEN_UP.includes(code) && stallMs >= EXCUSABLE_SHARE * clientLivenessMs
}

/**
 * Whether a client got no answer in time because its command had to wait for one thread after the other.
 *
 * @param stallMs the longest of all processes that take part
 */
export function isSlowAnswer({ code }: Loss, stallMs: number, { driverTimeoutMs }: Timing): boolean {
  return code === NO_ANSWER && stallMs >= SLOW_SHARE * driverTimeoutMs
}

/** Whether a driver should not have had that error. */
export function isUnexpected(error: string): boolean {
  return !EXPECTED_ERROR.test(error)
}

/** Unexpected errors in a log that a driver has saved of the one before it. */
export function unexpectedErrors(text: string): readonly string[] {
  return text.split('\n').filter((line) => line !== '' && !TIMES.test(line) && isUnexpected(line))
}
