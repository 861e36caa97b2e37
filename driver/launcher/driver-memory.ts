import { AtomicBuffer } from '../../client/memory/atomic-buffer.ts'
import { Cnc, cncLength } from '../../client/memory/cnc.ts'
import { WAKE_LENGTH } from '../../client/protocol/embedded.ts'
import { GodwitError } from '../../codegen/runtime/index.ts'
import type { DriverSettings } from '../core/driver-settings.ts'
import { cncLengthsOf } from '../core/settings-rules.ts'
import { allocateFaultMemory } from '../media/faulty-media.ts'
import type { FaultMemory } from '../media/faulty-media.ts'

export type AgentRole = 'conductor' | 'sender' | 'receiver'

export const ROLES: readonly AgentRole[] = ['conductor', 'sender', 'receiver']

/** What all threads of a driver share. Plain data. */
export interface DriverMemory {
  readonly cnc: SharedArrayBuffer
  readonly lossReport: SharedArrayBuffer
  readonly faults: FaultMemory
  /** Control word of the runners, and how many of them rest. */
  readonly control: SharedArrayBuffer
  /** Epoch time. */
  readonly startTimestampMs: number
  readonly pid: number
}

/** @throws GodwitError ERR_GODWIT_SETTINGS when there is no memory for buffers of that length */
export function allocateDriverMemory(settings: DriverSettings, startTimestampMs: number, pid: number): DriverMemory {
  return {
    cnc: allocate('the CnC region', cncLength(cncLengthsOf(settings))),
    lossReport: allocate('the loss report', settings.lossReportBufferLength),
    faults: allocateFaultMemory(),
    control: new SharedArrayBuffer(WAKE_LENGTH),
    startTimestampMs,
    pid,
  }
}

function allocate(what: string, byteLength: number): SharedArrayBuffer {
  try {
    return new SharedArrayBuffer(byteLength)
  } catch (cause) {
    const advice = 'set shorter buffers, those for counters first'
    throw new GodwitError('ERR_GODWIT_SETTINGS', `no memory for ${what} of ${byteLength} bytes: ${advice}`, { cause })
  }
}

/**
 * The CnC region as a thread of the driver sees it. It is laid out anew each time, always with the same: nobody can
 * attach to it before the conductor says that it is ready.
 */
export function openCnc({ cnc, startTimestampMs, pid }: DriverMemory, settings: DriverSettings): Cnc {
  const { clientLivenessTimeoutNs } = settings
  return Cnc.create(new AtomicBuffer(cnc), cncLengthsOf(settings), { clientLivenessTimeoutNs, startTimestampMs, pid })
}
