import { BroadcastChannel } from 'node:worker_threads'
import type { EmbeddedLogMessage } from '../../client/protocol/embedded.ts'
import { ErrorCode } from '../../schemas/generated/aeron.commands/index.ts'
import { DriverError } from '../core/driver-error.ts'
import type { LogRegion, LogStore } from '../core/log-store.ts'

const FOLDERS = { publication: 'publications', image: 'images' } as const

/** Logs in memory of the process. Clients get them through a BroadcastChannel; who does not refer to one lets it go. */
export class EmbeddedLogStore implements LogStore {
  private readonly directory: string
  private readonly channel: BroadcastChannel
  private readonly lengths = new Map<string, number>()
  private mapped = 0

  /** @param directory what the names of logs begin with, as if they were files */
  constructor(directory: string, logChannel: string) {
    this.directory = directory
    this.channel = new BroadcastChannel(logChannel)
    this.channel.unref()
  }

  create(kind: 'publication' | 'image', registrationId: number, byteLength: number): LogRegion {
    const name = `${this.directory}/${FOLDERS[kind]}/${registrationId}.logbuffer`
    const memory = allocate(name, byteLength)
    this.lengths.set(name, byteLength)
    this.mapped += byteLength
    return { name, memory, byteOffset: 0, byteLength }
  }

  announce(clientId: number, { name, memory, byteOffset, byteLength }: LogRegion): void {
    const message = { clientId, name, memory, byteOffset, byteLength } as EmbeddedLogMessage
    this.channel.postMessage(message)
  }

  free({ name }: LogRegion): boolean {
    this.mapped -= this.lengths.get(name) ?? 0
    this.lengths.delete(name)
    return true
  }

  bytesMapped(): number {
    return this.mapped
  }

  close(): void {
    this.channel.close()
  }
}

function allocate(name: string, byteLength: number): SharedArrayBuffer {
  try {
    return new SharedArrayBuffer(byteLength)
  } catch (error) {
    throw new DriverError(
      ErrorCode.STORAGE_SPACE,
      `no memory for ${name} of ${byteLength} bytes: use shorter terms, or close publications and subscriptions`,
      { cause: error },
    )
  }
}
