import { totalmem } from 'node:os'
import { BroadcastChannel } from 'node:worker_threads'
import { logFilePath } from '../../client/files/directory-layout.ts'
import type { EmbeddedLogMessage } from '../../client/protocol/embedded.ts'
import { ErrorCode } from '../../schemas/generated/aeron.commands/index.ts'
import { DriverError } from '../core/driver-error.ts'
import type { LogRegion, LogStore, NewLog } from '../core/log-store.ts'

export interface EmbeddedLogOptions {
  /** What the names of logs begin with, as if they were files. */
  readonly directory: string
  readonly logChannel: string
  /** Bytes of all logs together at most; Infinity when nobody looks. */
  readonly bytesMax: number
  /** Fewer bytes left give a warning, once for each time that they become fewer. */
  readonly lowBytes: number
  readonly warn: (message: string) => void
  /** Default: memory of the process. */
  readonly allocate?: (byteLength: number) => SharedArrayBuffer
}

/**
 * Bytes that the memory of the machine, or of the container, has. Logs take it only as they are used, so that what is
 * free now says little: but logs that are longer together than all there is must end the process one day.
 */
export function memoryBytes(): number {
  const { constrainedMemory } = process as { constrainedMemory?: () => number | undefined }
  const limit = constrainedMemory?.() ?? 0
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem()
}

/** Logs in memory of the process. Clients get them through a BroadcastChannel; who does not refer to one lets it go. */
export class EmbeddedLogStore implements LogStore {
  private readonly options: EmbeddedLogOptions
  private readonly allocate: (byteLength: number) => SharedArrayBuffer
  private readonly channel: BroadcastChannel
  private readonly lengths = new Map<string, number>()
  private mapped = 0
  private isLow = false

  constructor(options: EmbeddedLogOptions) {
    this.options = options
    this.allocate = options.allocate ?? ((byteLength) => new SharedArrayBuffer(byteLength))
    this.channel = new BroadcastChannel(options.logChannel)
    this.channel.unref()
  }

  create({ kind, registrationId, byteLength }: NewLog): LogRegion {
    const name = logFilePath(this.options.directory, kind, registrationId)
    const memory = this.memoryFor(name, byteLength)
    this.lengths.set(name, byteLength)
    this.mapped += byteLength
    this.warnIfLow()
    return { name, memory, byteOffset: 0, byteLength }
  }

  announce(clientId: number, { name, memory, byteOffset, byteLength }: LogRegion): void {
    const message = { clientId, name, memory, byteOffset, byteLength } as EmbeddedLogMessage
    this.channel.postMessage(message)
  }

  free({ name }: LogRegion): boolean {
    this.mapped -= this.lengths.get(name) ?? 0
    this.lengths.delete(name)
    this.isLow &&= this.bytesLeft() < this.options.lowBytes
    return true
  }

  bytesMapped(): number {
    return this.mapped
  }

  close(): void {
    this.channel.close()
  }
  private bytesLeft(): number {
    return this.options.bytesMax - this.mapped
  }

  private memoryFor(name: string, byteLength: number): SharedArrayBuffer {
    if (byteLength > this.bytesLeft()) {
      throw noMemory(name, byteLength, `logs take ${this.mapped} of ${this.options.bytesMax} bytes`)
    }
    try {
      return this.allocate(byteLength)
    } catch (error) {
      throw noMemory(name, byteLength, 'the system gives none', error)
    }
  }

  private warnIfLow(): void {
    if (this.isLow || this.bytesLeft() >= this.options.lowBytes) return
    this.isLow = true
    this.options.warn(
      `less than ${this.options.lowBytes} bytes of memory are left for logs: use shorter terms, or close publications`,
    )
  }
}

function noMemory(name: string, byteLength: number, reason: string, cause?: unknown): DriverError {
  const what = `no memory for ${name} of ${byteLength} bytes, ${reason}`
  const advice = 'use shorter terms, or close publications and subscriptions'
  return new DriverError(ErrorCode.STORAGE_SPACE, `${what}: ${advice}`, { cause })
}
