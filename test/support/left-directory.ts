import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { CNC_FILE } from '../../client/files/directory-layout.ts'
import { MappedFile } from '../../client/files/mapped-file.ts'
import { Cnc, cncLength } from '../../client/memory/cnc.ts'
import { DistinctErrorLog } from '../../client/memory/error-log.ts'
import { ManyToOneRingBuffer } from '../../client/memory/many-to-one-ring-buffer.ts'
import { concludeDriverSettings } from '../../driver/core/driver-settings.ts'
import type { DriverSettings } from '../../driver/core/driver-settings.ts'
import { cncLengthsOf } from '../../driver/core/settings-rules.ts'

/** As small as they may be, and with a driver timeout of a second. */
export const SMALL_SETTINGS: DriverSettings = concludeDriverSettings(
  { countersBufferLength: 1024 * 1024, termBufferLength: 65_536, ipcTermBufferLength: 65_536, driverTimeoutMs: 1_000 },
  {},
)

export interface LeftOptions {
  /** Of the last sign of life; -1: it was closed. */
  readonly heartbeatMs: number
  readonly pid?: number
  readonly errors?: readonly string[]
  /** Whether the driver got as far as telling clients that it is ready. */
  readonly isReady?: boolean
}

/** Makes a directory as a driver leaves it. */
export function leaveDirectory(path: string, options: LeftOptions): void {
  const { heartbeatMs, pid = 4711, errors = [], isReady = true } = options
  mkdirSync(path, { recursive: true })
  const lengths = cncLengthsOf(SMALL_SETTINGS)
  const byteLength = cncLength(lengths)
  const file = MappedFile.create(join(path, CNC_FILE), { byteLength, mode: 0o600, isSparse: true })
  const meta = { clientLivenessTimeoutNs: 1e9, startTimestampMs: Date.now(), pid }
  const cnc = Cnc.create(file.buffer(), lengths, meta)
  new ManyToOneRingBuffer(cnc.toDriver).setConsumerHeartbeatMs(heartbeatMs)
  const log = new DistinctErrorLog(cnc.errorLog, Date.now)
  for (const text of errors) log.record(7, text)
  if (isReady) cnc.signalReady()
  file.close()
}
