import { readFileSync } from 'node:fs'
import { concludeDriverSettings } from '../core/driver-settings.ts'
import type { DriverEnvironment, DriverOptions, DriverSettings } from '../core/driver-settings.ts'
import { SETTINGS } from '../core/settings-table.ts'

const MS = 1_000_000
const WINDOW_LENGTH = 512 * 1024
const SOCKET_BUFFER_LIMIT_FILE = '/proc/sys/net/core/rmem_max'

/**
 * Commands come and go: their driver looks at its states more often than one that stays, so that the end of a stream is
 * known at both sides within a part of a second.
 */
const QUICK: Partial<DriverOptions> = {
  threadingMode: 'SHARED',
  timerIntervalNs: 20 * MS,
  rcvStatusMessageTimeoutNs: 50 * MS,
}

/** Settings of the driver that a command has for itself: what the environment says counts more. */
export function embeddedSettings(environment: DriverEnvironment): DriverSettings {
  const settings = concludeDriverSettings({}, environment, QUICK)
  const isChosen = (['rcvInitialWindowLength', 'socketSoRcvbuf'] as const)
    .some((name) => settings[name] !== SETTINGS[name].byDefault)
  if (isChosen || socketBufferMax() < WINDOW_LENGTH) return settings
  return { ...settings, rcvInitialWindowLength: WINDOW_LENGTH, socketSoRcvbuf: WINDOW_LENGTH }
}

/** Longest receive buffer that the system gives; 0 where it does not say. */
function socketBufferMax(): number {
  try {
    return Number(readFileSync(SOCKET_BUFFER_LIMIT_FILE, 'utf8'))
  } catch {
    return 0
  }
}
