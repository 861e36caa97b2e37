import type { Random } from '../../support/random.ts'
import type { LaunchOptions } from './protocol.ts'

export const CLIENT_LIVENESS_MS = 200
export const DRIVER_TIMEOUT_MS = 500
const UNBLOCK_MS = 400
const MS = 1e6

/** What clients publish to and subscribe to, all of it; the endpoint differs. */
export const STREAMS = [
  { channel: 'aeron:ipc', streamId: 101, isExclusive: true },
  { channel: 'aeron:ipc', streamId: 102, isExclusive: false },
  { channel: 'aeron:udp?endpoint=127.0.0.1:PORT', streamId: 103, isExclusive: true },
  { channel: 'aeron:udp?endpoint=127.0.0.1:PORT', streamId: 104, isExclusive: false },
] as const

/** A driver that gives up in fractions of a second, and keeps nothing for long. */
export function launchOptions(dir: string, random: Random): LaunchOptions {
  return {
    dir,
    threadingMode: random.pick(['SHARED', 'DEDICATED', 'SHARED_NETWORK']),
    media: random.pick(['auto', 'auto', 'auto', 'dgram']),
    dirDeleteOnShutdown: random.bool(),
    timerIntervalNs: 20 * MS,
    clientLivenessTimeoutNs: CLIENT_LIVENESS_MS * MS,
    driverTimeoutMs: DRIVER_TIMEOUT_MS,
    publicationUnblockTimeoutNs: UNBLOCK_MS * MS,
    publicationLingerTimeoutNs: 100 * MS,
    imageLivenessTimeoutNs: 700 * MS,
    rcvStatusMessageTimeoutNs: 50 * MS,
    termBufferLength: 1 << 16,
    ipcTermBufferLength: 1 << 16,
    countersBufferLength: 1 << 20,
    lossReportBufferLength: 1 << 16,
    lowFileStoreWarningThreshold: 0,
  }
}
