import { randomUUID } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { CNC_FILE, LOSS_REPORT_FILE } from '../../client/files/directory-layout.ts'
import { AtomicBuffer } from '../../client/memory/atomic-buffer.ts'
import { Cnc } from '../../client/memory/cnc.ts'
import { GodwitError } from '../../codegen/runtime/index.ts'
import { RingBufferTrailerDecoder, RingBufferTrailerMeta } from '../../schemas/generated/aeron.memory/index.ts'
import type { DriverFiles } from './driver-memory.ts'
import { inspectDriver } from './left-driver.ts'

/** For the user of the driver alone. */
const DIRECTORY_MODE = 0o700
const FILE_MODE = 0o600

/** Files have holes where there are so many: most of a CnC region is unused. */
const ZEROES = Buffer.alloc(64 * 1024)

/** What the heartbeat of a driver says that has closed: no client is to wait for a snapshot to answer. */
const HEARTBEAT_CLOSED_MS = -1n

/**
 * Writes the memory of a driver into a directory as the files that tools read. A reader sees the files of this time or
 * of the last, never half of one.
 *
 * @param directory made when it is not there
 * @param timeoutMs another driver that gave no sign of life there for longer is gone
 * @throws GodwitError ERR_GODWIT_SNAPSHOT when a driver uses the directory, it cannot be written, or the driver itself
 * has files
 */
export async function writeSnapshot(directory: string, memory: DriverFiles, timeoutMs: number): Promise<void> {
  const { cnc, lossReport } = memory
  if (!(cnc instanceof SharedArrayBuffer && lossReport instanceof SharedArrayBuffer)) {
    throw snapshotError('this driver has a directory of its own: tools read it there, while it runs and after its end')
  }
  try {
    await mkdir(directory, { recursive: true, mode: DIRECTORY_MODE })
    refuseDirectoryInUse(directory, timeoutMs)
    await replaceFile(join(directory, LOSS_REPORT_FILE), (file) => writeMemory(file, lossReport))
    await replaceFile(join(directory, CNC_FILE), async (file) => {
      await writeMemory(file, cnc)
      await writeClosed(file, cnc)
    })
  } catch (cause) {
    if (cause instanceof GodwitError) throw cause
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw snapshotError(`cannot write into ${directory}: ${reason}`, cause)
  }
}

/** What is there may be replaced only when it is sure that nobody uses it. */
function refuseDirectoryInUse(directory: string, timeoutMs: number): void {
  const left = inspectDriver(join(directory, CNC_FILE), timeoutMs, Date.now())
  if (left === undefined || left.state === 'dead') return
  const what = left.state === 'active' ? 'a driver uses it' : `its ${CNC_FILE} is not understood`
  throw snapshotError(`${directory} is not for snapshots, ${what} (${left.reason}): take another directory`)
}

/** Writes beside the file and then takes its place. */
async function replaceFile(path: string, write: (file: FileHandle) => Promise<void>): Promise<void> {
  const beside = `${path}.${randomUUID()}`
  try {
    const file = await open(beside, 'wx', FILE_MODE)
    try {
      await write(file)
    } finally {
      await file.close()
    }
    await rename(beside, path)
  } catch (error) {
    await rm(beside, { force: true })
    throw error
  }
}

async function writeMemory(file: FileHandle, memory: SharedArrayBuffer): Promise<void> {
  await file.truncate(memory.byteLength)
  for (let offset = 0; offset < memory.byteLength; offset += ZEROES.length) {
    const length = Math.min(ZEROES.length, memory.byteLength - offset)
    // A copy: the driver goes on writing.
    const block = new Uint8Array(memory, offset, length).slice()
    if (ZEROES.compare(block, 0, length, 0, length) !== 0) await writeAll(file, block, offset)
  }
}

async function writeClosed(file: FileHandle, memory: SharedArrayBuffer): Promise<void> {
  const { toDriver } = Cnc.attach(new AtomicBuffer(memory))
  const trailerOffset = toDriver.bytes.byteOffset + toDriver.byteLength - RingBufferTrailerDecoder.BLOCK_LENGTH
  const heartbeat = Buffer.alloc(BigInt64Array.BYTES_PER_ELEMENT)
  heartbeat.writeBigInt64LE(HEARTBEAT_CLOSED_MS)
  await writeAll(file, heartbeat, trailerOffset + RingBufferTrailerMeta.fields.consumerHeartbeatMs.offset)
}

async function writeAll(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  let done = 0
  while (done < bytes.byteLength) {
    const { bytesWritten } = await file.write(bytes, done, bytes.byteLength - done, position + done)
    done += bytesWritten
  }
}

function snapshotError(message: string, cause?: unknown): GodwitError {
  return new GodwitError('ERR_GODWIT_SNAPSHOT', `snapshot: ${message}`, { cause })
}
