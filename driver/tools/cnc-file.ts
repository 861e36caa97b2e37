import { join } from 'node:path'
import { CNC_FILE } from '../../client/files/directory-layout.ts'
import { Cnc, CNC_HEADER_LENGTH } from '../../client/memory/cnc.ts'
import { counterMetadataOffset, counterCapacity, counterValueOffset } from '../../client/memory/counter-records.ts'
import { CountersReader } from '../../client/memory/counters-reader.ts'
import { errorRecordLength, readErrorLog } from '../../client/memory/error-log.ts'
import type { ErrorObservation } from '../../client/memory/error-log.ts'
import { ManyToOneRingBuffer, RING_BUFFER_TRAILER_LENGTH } from '../../client/memory/many-to-one-ring-buffer.ts'
import { GodwitError } from '../../codegen/runtime/index.ts'
import { ERROR_LOG_RECORD_ALIGNMENT } from '../../schemas/descriptors.ts'
import {
  CounterMetadataDecoder,
  CounterMetadataMeta,
  CounterState,
  ErrorLogRecordDecoder,
} from '../../schemas/generated/aeron.memory/index.ts'
import { DriverFile } from './driver-file.ts'

/** A driver without a sign of life for longer is dead. Drivers show one every second. */
const DRIVER_TIMEOUT_MS = 10_000

/** Metadata records that are read at a time. */
const COUNTERS_AT_A_TIME = 128

/** Whether a driver lives: `closed` is a clean end, and what a snapshot says. */
export type Liveness = 'starting' | 'alive' | 'closed' | 'dead'

/** Who wrote a CnC file, and when. All numbers may be hostile. */
export interface DriverIdentity {
  readonly directory: string
  readonly cncVersion: number
  readonly pid: number
  readonly startTimestampMs: number
  readonly liveness: Liveness
  /** Time since the driver's last sign of life; undefined when it gave none, or closed. */
  readonly heartbeatAgeMs: number | undefined
  /** When this was read; epoch time. */
  readonly timestampMs: number
}

export interface CountersOfDriver {
  readonly driver: DriverIdentity
  readonly counters: CountersReader
}

export interface ErrorsOfDriver {
  readonly driver: DriverIdentity
  readonly errors: readonly ErrorObservation[]
  /** Offset behind which the error log cannot be read; undefined when all of it was. */
  readonly damagedAt: number | undefined
}

/**
 * Reads the counters from the directory of a driver, alive or dead.
 *
 * @throws GodwitError ERR_GODWIT_TOOL_DIRECTORY, ERR_GODWIT_TOOL_FILE, or what Cnc.attach throws for a file that is
 * none of a driver
 */
export function readCounters(directory: string): CountersOfDriver {
  return useCnc(directory, (file, cnc, driver) => {
    const count = loadMetadata(file, cnc)
    if (count > 0) file.load(cnc.countersValues.bytes.byteOffset, counterValueOffset(count))
    return { driver, counters: new CountersReader(cnc.countersMetadata, cnc.countersValues) }
  })
}

/**
 * Reads the error log from the directory of a driver, alive or dead.
 *
 * @param sinceMs epoch time; errors that were last seen earlier are left out
 * @throws GodwitError as `readCounters`
 */
export function readErrors(directory: string, sinceMs: number = -Infinity): ErrorsOfDriver {
  return useCnc(directory, (file, cnc, driver) => {
    const damagedAt = file.loadRecords(
      cnc.errorLog, ErrorLogRecordDecoder.BLOCK_LENGTH, ERROR_LOG_RECORD_ALIGNMENT,
      (offset) => errorRecordLength(cnc.errorLog, offset),
    )
    const errors: ErrorObservation[] = []
    readErrorLog(cnc.errorLog, (error) => errors.push(error), sinceMs)
    return { driver, errors, damagedAt }
  })
}

function useCnc<T>(directory: string, body: (file: DriverFile, cnc: Cnc, driver: DriverIdentity) => T): T {
  return DriverFile.use(join(directory, CNC_FILE), (file) => {
    const { memory } = file
    file.load(0, Math.min(CNC_HEADER_LENGTH, memory.byteLength))
    try {
      const cnc = Cnc.attach(memory)
      return body(file, cnc, identify(directory, file, cnc))
    } catch (cause) {
      throw named(file.path, cause)
    }
  })
}

function identify(directory: string, file: DriverFile, cnc: Cnc): DriverIdentity {
  const ring = new ManyToOneRingBuffer(cnc.toDriver)
  file.load(cnc.toDriver.bytes.byteOffset + ring.capacity, RING_BUFFER_TRAILER_LENGTH)
  const timestampMs = Date.now()
  const heartbeatMs = ring.consumerHeartbeatMs()
  const liveness = livenessOf(heartbeatMs, timestampMs)
  return {
    directory,
    cncVersion: cnc.version(),
    pid: cnc.pid(),
    startTimestampMs: cnc.startTimestampMs(),
    liveness,
    heartbeatAgeMs: heartbeatMs > 0 ? Math.max(0, timestampMs - heartbeatMs) : undefined,
    timestampMs,
  }
}

function livenessOf(heartbeatMs: number, nowMs: number): Liveness {
  if (heartbeatMs === 0) return 'starting'
  if (heartbeatMs < 0) return 'closed'
  return nowMs - heartbeatMs > DRIVER_TIMEOUT_MS ? 'dead' : 'alive'
}

/** Reads metadata up to the first record that was never used; returns the number of records in front of it. */
function loadMetadata(file: DriverFile, { countersMetadata, countersValues }: Cnc): number {
  const capacity = counterCapacity(countersMetadata, countersValues)
  for (let id = 0; id < capacity; id++) {
    if (id % COUNTERS_AT_A_TIME === 0) {
      const records = Math.min(COUNTERS_AT_A_TIME, capacity - id)
      const start = countersMetadata.bytes.byteOffset + counterMetadataOffset(id)
      file.load(start, records * CounterMetadataDecoder.BLOCK_LENGTH)
    }
    const state = countersMetadata.loadInt32(counterMetadataOffset(id) + CounterMetadataMeta.fields.state.offset)
    if (state === CounterState.UNUSED) return id
  }
  return capacity
}

/** The same error, with the path of the file in front. */
function named(path: string, cause: unknown): unknown {
  if (!(cause instanceof GodwitError) || cause.message.startsWith(path)) return cause
  const isDamaged = cause.code === 'ERR_GODWIT_CNC_LENGTH' || cause.code === 'ERR_GODWIT_BUFFER_CAPACITY'
  const advice = isDamaged ? ': the file is damaged, not complete yet, or none of a driver' : ''
  return new GodwitError(cause.code, `${path}: ${cause.message}${advice}`, { cause })
}
