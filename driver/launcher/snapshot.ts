import { randomUUID } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { CNC_FILE, LOSS_REPORT_FILE } from '../../client/files/directory-layout.ts'
import { AtomicBuffer } from '../../client/memory/atomic-buffer.ts'
import { Cnc } from '../../client/memory/cnc.ts'
import { GodwitError } from '../../codegen/runtime/index.ts'
import { RingBufferTrailerDecoder, RingBufferTrailerMeta } from '../../schemas/generated/aeron.memory/index.ts'
import { readIdentity } from '../tools/cnc-file.ts'

/** For the user of the driver alone. */
const DIRECTORY_MODE = 0o700
const FILE_MODE = 0o600

/** Files have holes where there are so many: most of a CnC region is unused. */
const ZEROES = Buffer.alloc(64 * 1024)

/** What the heartbeat of a driver says that has closed: no client is to wait for a snapshot to answer. */
const HEARTBEAT_CLOSED_MS = -1n

/**
 * Writes the memory of a driver into a directory as the files that tools read. A reader sees the files of this time or of
 * the last, never half of one.
 *
 * @param directory made when it is not there
 * @throws GodwitError ERR_GODWIT_SNAPSHOT when a driver uses the directory, or it cannot be written
 */
export async function writeSnapshot(
  directory: string, cncMemory: SharedArrayBuffer, lossReportMemory: SharedArrayBuffer,
): Promise<void> {
  try {
    await mkdir(directory, { recursive: true, mode: DIRECTORY_MODE })
    refuseDirectoryInUse(directory)
    await replaceFile(join(directory, LOSS_REPORT_FILE), (file) => writeMemory(file, lossReportMemory))
    await replaceFile(join(directory, CNC_FILE), async (file) => {
      await writeMemory(file, cncMemory)
      await writeClosed(file, cncMemory)
    })
  } catch (cause) {
    if (cause instanceof GodwitError) throw cause
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw snapshotError(`cannot write into ${directory}: ${reason}`, cause)
  }
}

/** What is there may be replaced only when it is sure that nobody uses it. */
function refuseDirectoryInUse(directory: string): void {
  let reason: string
  try {
    const { liveness, pid } = readIdentity(directory)
    if (liveness === 'closed' || liveness === 'dead') return
    reason = `a driver (pid ${pid}) uses it`
  } catch (error) {
    if (!(error instanceof GodwitError)) throw error
    if (error.code === 'ERR_GODWIT_TOOL_DIRECTORY') return
    reason = `its ${CNC_FILE} is none of a driver that has ended (${error.message})`
  }
  throw snapshotError(`${directory} is not for snapshots: ${reason}; take another directory`)
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
