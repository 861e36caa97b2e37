import type { Random } from '../../support/random.ts'
import type { LaunchOptions } from './protocol.ts'

const MS = 1e6

/** What clients publish to and subscribe to, all of it; the endpoint differs. */
export const STREAMS = [
  { channel: 'aeron:ipc', streamId: 101, isExclusive: true },
  { channel: 'aeron:ipc', streamId: 102, isExclusive: false },
  { channel: 'aeron:udp?endpoint=127.0.0.1:PORT', streamId: 103, isExclusive: true },
  { channel: 'aeron:udp?endpoint=127.0.0.1:PORT', streamId: 104, isExclusive: false },
] as const

/** How soon everybody gives everybody up. */
export interface Timing {
  readonly clientLivenessMs: number
  readonly driverTimeoutMs: number
  /** How long what must come may take on a machine that is busy. */
  readonly settleLimitMs: number
  readonly settings: Partial<LaunchOptions>
}

/** Fractions of a second, and nothing is kept for long. */
export const SHORT: Timing = {
  clientLivenessMs: 200,
  driverTimeoutMs: 500,
  settleLimitMs: 20_000,
  settings: {
    timerIntervalNs: 20 * MS,
    clientLivenessTimeoutNs: 200 * MS,
    driverTimeoutMs: 500,
    publicationUnblockTimeoutNs: 400 * MS,
    publicationLingerTimeoutNs: 100 * MS,
    imageLivenessTimeoutNs: 700 * MS,
    rcvStatusMessageTimeoutNs: 50 * MS,
  },
}

/** As users have it that set nothing. */
export const DEFAULT: Timing = {
  clientLivenessMs: 10_000,
  driverTimeoutMs: 10_000,
  settleLimitMs: 60_000,
  settings: {},
}

/** Options of a driver that takes little memory. */
export function launchOptions(dir: string, { settings }: Timing, random: Random): LaunchOptions {
  return {
    dir,
    threadingMode: random.pick(['SHARED', 'DEDICATED', 'SHARED_NETWORK']),
    media: random.pick(['auto', 'auto', 'auto', 'dgram']),
    dirDeleteOnShutdown: random.bool(),
    termBufferLength: 1 << 16,
    ipcTermBufferLength: 1 << 16,
    countersBufferLength: 1 << 20,
    lossReportBufferLength: 1 << 16,
    lowFileStoreWarningThreshold: 0,
    ...settings,
  }
}
