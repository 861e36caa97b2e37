import { readFileSync, statSync } from 'node:fs'
import type { Stats } from 'node:fs'
import { identityOf } from '../../client/files/mapped-file.ts'
import { AtomicBuffer, REGION_ALIGNMENT } from '../../client/memory/atomic-buffer.ts'
import { Cnc } from '../../client/memory/cnc.ts'
import { readErrorLog } from '../../client/memory/error-log.ts'
import { ManyToOneRingBuffer } from '../../client/memory/many-to-one-ring-buffer.ts'
import { GodwitError } from '../../codegen/runtime/index.ts'
import { isoTime } from '../tools/iso-time.ts'

/** What a CnC file tells of the driver that made it. */
export interface LeftDriver {
  /** `active`: it lives, or is just starting; `unknown`: the file is none that this version understands. */
  readonly state: 'active' | 'dead' | 'unknown'
  /** For people: why it is taken to be so. */
  readonly reason: string
  /** As `fileIdentity`. */
  readonly identity: string
  /** Its error log as text; empty when nothing went wrong. */
  readonly errors: string
}

/**
 * Looks at the CnC file of a directory, without mapping it. Undefined when there is none.
 *
 * @param timeoutMs a driver that gave no sign of life for longer is dead
 */
export function inspectDriver(path: string, timeoutMs: number, nowMs: number): LeftDriver | undefined {
  const stat = statSync(path, { throwIfNoEntry: false })
  if (stat === undefined) return undefined
  const left = (state: LeftDriver['state'], reason: string, errors = ''): LeftDriver =>
    ({ state, reason, identity: identityOf(stat), errors })
  if (!stat.isFile()) return left('unknown', 'it is no regular file')
  try {
    const cnc = readCnc(path)
    const heartbeatMs = new ManyToOneRingBuffer(cnc.toDriver).consumerHeartbeatMs()
    const ageMs = nowMs - heartbeatMs
    if (heartbeatMs > 0 && ageMs <= timeoutMs) {
      return left('active', `process ${cnc.pid()} gave a sign of life ${Math.max(0, Math.round(ageMs))} ms ago`)
    }
    return left('dead', heartbeatMs > 0 ? `no sign of life for ${ageMs} ms` : 'it was closed', errorText(cnc))
  } catch (error) {
    if (isUnfinished(stat, error)) {
      const ageMs = nowMs - stat.mtimeMs
      if (ageMs <= timeoutMs) return left('active', 'another driver is starting there')
      return left('dead', 'a driver did not finish its start')
    }
    return left('unknown', error instanceof Error ? error.message : String(error))
  }
}

/** Whether somebody who made the file has not written its header yet. */
function isUnfinished({ size }: Stats, error: unknown): boolean {
  return size === 0 || (error instanceof GodwitError && error.code === 'ERR_GODWIT_CNC_NOT_READY')
}

function readCnc(path: string): Cnc {
  const { buffer, byteOffset, byteLength } = readFileSync(path)
  const whole = byteLength - (byteLength % REGION_ALIGNMENT)
  // Short files come from a pool, at any offset.
  return Cnc.attach(new AtomicBuffer(buffer.slice(byteOffset, byteOffset + whole)))
}

function errorText(cnc: Cnc): string {
  const entries: string[] = []
  readErrorLog(cnc.errorLog, ({ observationCount, firstObservationMs, lastObservationMs, text }) => {
    const [first, last] = [firstObservationMs, lastObservationMs].map(isoTime)
    entries.push(`${observationCount} times from ${first} to ${last}:\n${text}\n`)
  })
  return entries.join('\n')
}
