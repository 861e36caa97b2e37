import { GodwitError } from '../../codegen/runtime/index.ts'
import { align } from '../../schemas/descriptors.ts'
import { CncHeaderDecoder, CncHeaderMeta } from '../../schemas/generated/aeron.memory/index.ts'
import { AtomicBuffer, REGION_ALIGNMENT } from './atomic-buffer.ts'

const HEADER = CncHeaderMeta.fields
/** Bytes in front of the sections. */
export const CNC_HEADER_LENGTH: number = CncHeaderDecoder.BLOCK_LENGTH

/** Version of the layout, 0.2.0: major << 16 | minor << 8 | patch. */
export const CNC_VERSION = 0x000200

/** Lengths are 32-bit. */
const CNC_LENGTH_MAX = 0x7fff_ffff

const MAJOR_SHIFT = 16

/** Lengths in bytes of the sections of a CnC region, trailers included, in the order in which they lie there. */
export interface CncLengths {
  readonly toDriver: number
  readonly toClients: number
  readonly countersMetadata: number
  readonly countersValues: number
  readonly errorLog: number
  /** The region's length is a multiple of this power of two. */
  readonly pageSize: number
}

export interface CncMeta {
  readonly clientLivenessTimeoutNs: number
  /** Epoch time. */
  readonly startTimestampMs: number
  readonly pid: number
}

/**
 * Length in bytes of a CnC region with such sections.
 *
 * @throws GodwitError ERR_GODWIT_CNC_LENGTH when a length is not a positive multiple of 8, the page size no power of
 * two, or the whole too long
 */
export function cncLength(lengths: CncLengths): number {
  const { pageSize } = lengths
  if (!(pageSize > 0 && pageSize <= CNC_LENGTH_MAX && (pageSize & (pageSize - 1)) === 0)) {
    throw lengthError(`page size ${pageSize} is not a power of two`)
  }
  const length = align(sectionsEnd(lengths), pageSize)
  if (length > CNC_LENGTH_MAX) throw lengthError(`${length} bytes are more than ${CNC_LENGTH_MAX}`)
  return length
}

/**
 * The command and control region, through which clients and tools meet a driver.
 *
 * ```
 *  +--------+-----------+------------+-------------------+-----------------+-----------+---------+
 *  | header | to driver | to clients | counters metadata | counters values | error log | to page |
 *  +--------+-----------+------------+-------------------+-----------------+-----------+---------+
 * ```
 */
export class Cnc {
  readonly lengths: CncLengths
  /** Ring buffer with its trailer. */
  readonly toDriver: AtomicBuffer
  /** Broadcast buffer with its trailer. */
  readonly toClients: AtomicBuffer
  readonly countersMetadata: AtomicBuffer
  readonly countersValues: AtomicBuffer
  readonly errorLog: AtomicBuffer
  readonly #memory: AtomicBuffer

  private constructor(memory: AtomicBuffer, lengths: CncLengths) {
    const end = sectionsEnd(lengths)
    if (end > memory.byteLength) {
      throw lengthError(`sections end at ${end}, behind the region of ${memory.byteLength} bytes`)
    }
    let offset = memory.bytes.byteOffset + CNC_HEADER_LENGTH
    const section = (length: number): AtomicBuffer => {
      const buffer = new AtomicBuffer(memory.bytes.buffer, offset, length)
      offset += length
      return buffer
    }
    this.#memory = memory
    this.lengths = lengths
    this.toDriver = section(lengths.toDriver)
    this.toClients = section(lengths.toClients)
    this.countersMetadata = section(lengths.countersMetadata)
    this.countersValues = section(lengths.countersValues)
    this.errorLog = section(lengths.errorLog)
  }

  /**
   * Lays out a region of zeroes. Clients wait until `signalReady`.
   *
   * @param memory of `cncLength(lengths)` bytes
   * @throws GodwitError ERR_GODWIT_CNC_LENGTH
   */
  static create(memory: AtomicBuffer, lengths: CncLengths, meta: CncMeta): Cnc {
    const length = cncLength(lengths)
    if (memory.byteLength < length) throw lengthError(`${memory.byteLength} bytes of memory, ${length} are needed`)
    const { view } = memory
    view.setInt32(HEADER.toDriverBufferLength.offset, lengths.toDriver, true)
    view.setInt32(HEADER.toClientsBufferLength.offset, lengths.toClients, true)
    view.setInt32(HEADER.countersMetadataBufferLength.offset, lengths.countersMetadata, true)
    view.setInt32(HEADER.countersValuesBufferLength.offset, lengths.countersValues, true)
    view.setInt32(HEADER.errorLogBufferLength.offset, lengths.errorLog, true)
    memory.storeInt64(HEADER.clientLivenessTimeoutNs.offset, meta.clientLivenessTimeoutNs)
    memory.storeInt64(HEADER.startTimestampMs.offset, meta.startTimestampMs)
    memory.storeInt64(HEADER.pid.offset, meta.pid)
    view.setInt32(HEADER.filePageSize.offset, lengths.pageSize, true)
    return new Cnc(memory, lengths)
  }

  /**
   * Attaches to a region that a driver made.
   *
   * @param memory may be hostile
   * @throws GodwitError ERR_GODWIT_CNC_NOT_READY while the driver has not finished it: try again;
   * ERR_GODWIT_CNC_VERSION when its major version is another one; ERR_GODWIT_CNC_LENGTH when its sections are not as
   * they must be, or do not lie within the memory
   */
  static attach(memory: AtomicBuffer): Cnc {
    if (memory.byteLength < CNC_HEADER_LENGTH) {
      throw lengthError(`${memory.byteLength} bytes are fewer than the header of ${CNC_HEADER_LENGTH}`)
    }
    const version = memory.loadInt32(HEADER.cncVersion.offset)
    if (version === 0) {
      throw new GodwitError('ERR_GODWIT_CNC_NOT_READY', 'the driver has not finished its CnC region: try again soon')
    }
    if (version >> MAJOR_SHIFT !== CNC_VERSION >> MAJOR_SHIFT) {
      throw new GodwitError(
        'ERR_GODWIT_CNC_VERSION',
        `CnC version ${formatCncVersion(version)} is not compatible with ${formatCncVersion(CNC_VERSION)}: use a ` +
          'driver and clients of the same major version',
      )
    }
    const { view } = memory
    return new Cnc(memory, {
      toDriver: view.getInt32(HEADER.toDriverBufferLength.offset, true),
      toClients: view.getInt32(HEADER.toClientsBufferLength.offset, true),
      countersMetadata: view.getInt32(HEADER.countersMetadataBufferLength.offset, true),
      countersValues: view.getInt32(HEADER.countersValuesBufferLength.offset, true),
      errorLog: view.getInt32(HEADER.errorLogBufferLength.offset, true),
      pageSize: view.getInt32(HEADER.filePageSize.offset, true),
    })
  }

  /** Tells clients that everything is there: the driver's last step. */
  signalReady(): void {
    this.#memory.storeInt32(HEADER.cncVersion.offset, CNC_VERSION)
  }

  /** 0 until `signalReady`. */
  version(): number {
    return this.#memory.loadInt32(HEADER.cncVersion.offset)
  }

  /** Time after which the driver gives up a silent client. */
  clientLivenessTimeoutNs(): number {
    return this.#memory.loadInt64(HEADER.clientLivenessTimeoutNs.offset)
  }

  /** Epoch time at which the driver started. */
  startTimestampMs(): number {
    return this.#memory.loadInt64(HEADER.startTimestampMs.offset)
  }

  /** Process of the driver. */
  pid(): number {
    return this.#memory.loadInt64(HEADER.pid.offset)
  }
}

/** Where the last section ends. The lengths may be hostile. */
function sectionsEnd(lengths: CncLengths): number {
  const { toDriver, toClients, countersMetadata, countersValues, errorLog } = lengths
  const sections = { toDriver, toClients, countersMetadata, countersValues, errorLog }
  let end = CNC_HEADER_LENGTH
  for (const [name, length] of Object.entries(sections)) {
    if (!(length > 0 && length % REGION_ALIGNMENT === 0)) {
      throw lengthError(`${name}: ${length} bytes are not a positive multiple of ${REGION_ALIGNMENT}`)
    }
    end += length
  }
  return end
}

function lengthError(what: string): GodwitError {
  return new GodwitError('ERR_GODWIT_CNC_LENGTH', `CnC region: ${what}`)
}

/** Such as `0.2.0`. */
export function formatCncVersion(version: number): string {
  return `${version >> MAJOR_SHIFT}.${(version >> 8) & 0xff}.${version & 0xff}`
}
