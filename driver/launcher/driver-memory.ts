import { MappedFile } from '../../client/files/mapped-file.ts'
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

/** A file that each thread maps for itself. */
export interface FileRegion {
  readonly path: string
  readonly byteLength: number
  /** As `fileIdentity`: another driver may have taken the path. */
  readonly identity: string
}

/** What all threads of a driver share. Plain data. */
export interface DriverMemory {
  readonly cnc: SharedArrayBuffer | FileRegion
  readonly lossReport: SharedArrayBuffer | FileRegion
  readonly faults: FaultMemory
  /** Control word of the runners, and how many of them rest. */
  readonly control: SharedArrayBuffer
  /** Epoch time. */
  readonly startTimestampMs: number
  readonly pid: number
}

/** The regions of a driver as one thread has them. */
export interface OpenMemory {
  readonly cnc: Cnc
  readonly lossReport: AtomicBuffer
  /** Lets go of files. */
  close(): void
}

/** What a driver in files has there; one in memory of the process has neither. */
export type DriverFiles = Pick<DriverMemory, 'cnc' | 'lossReport'>

/** @throws GodwitError ERR_GODWIT_SETTINGS when there is no memory for buffers of that length */
export function allocateDriverMemory(
  settings: DriverSettings, startTimestampMs: number, pid: number, files?: DriverFiles,
): DriverMemory {
  return {
    cnc: files?.cnc ?? allocate('the CnC region', cncLength(cncLengthsOf(settings))),
    lossReport: files?.lossReport ?? allocate('the loss report', settings.lossReportBufferLength),
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
 * The regions as a thread of the driver sees them. The CnC region is laid out anew each time, always with the same:
 * nobody can attach to it before the conductor says that it is ready.
 *
 * @throws GodwitError as `MappedFile.open`; ERR_GODWIT_DIRECTORY when another driver has the directory by now
 */
export function openMemory(memory: DriverMemory, settings: DriverSettings): OpenMemory {
  const files: MappedFile[] = []
  const open = (region: SharedArrayBuffer | FileRegion): AtomicBuffer => {
    if (region instanceof SharedArrayBuffer) return new AtomicBuffer(region)
    const file = MappedFile.open(region.path, region.byteLength)
    files.push(file)
    if (file.identity !== region.identity) {
      const what = `${region.path}: another driver has taken the directory of this one while it started`
      throw new GodwitError('ERR_GODWIT_DIRECTORY', what)
    }
    return file.buffer()
  }
  const { startTimestampMs, pid } = memory
  const { clientLivenessTimeoutNs } = settings
  return {
    cnc: Cnc.create(open(memory.cnc), cncLengthsOf(settings), { clientLivenessTimeoutNs, startTimestampMs, pid }),
    lossReport: open(memory.lossReport),
    close: () => {
      for (const file of files) file.close()
    },
  }
}

/** Whether others find the driver in a directory. */
export function isInFiles({ cnc }: DriverMemory): boolean {
  return !(cnc instanceof SharedArrayBuffer)
}
