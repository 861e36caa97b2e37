import { BroadcastChannel, receiveMessageOnPort } from 'node:worker_threads'
import type { MessagePort } from 'node:worker_threads'
import { GodwitError } from '../../codegen/runtime/index.ts'
import { LogBuffers } from '../log/log-buffers.ts'
import { WAKE_LENGTH } from '../protocol/embedded.ts'
import type { DriverHandle, EmbeddedDriverHandle, EmbeddedLogMessage } from '../protocol/embedded.ts'
import type { LogSource } from './log-source.ts'

/** Logs that came and were not opened yet: beyond this, the oldest is dropped. */
const PENDING_LOGS_MAX = 1024

/** How long a log may wait to be opened: the message that names it comes right behind it, if at all. */
const PENDING_LINGER_NS = 3_000_000_000

interface PendingLog {
  readonly message: EmbeddedLogMessage
  /** When it was first seen here; 0 before. */
  seenNs: number
}

/**
 * Logs of a driver in the same process: they come through a BroadcastChannel, ahead of the response that names them.
 *
 * A thread that spins runs no event handlers, so messages are also taken by hand, when a log is wanted.
 */
export class EmbeddedLogs implements LogSource {
  readonly #channel: BroadcastChannel
  readonly #pending: Map<string, PendingLog> = new Map()
  #clientId: number = NO_CLIENT

  constructor(handle: EmbeddedDriverHandle) {
    this.#channel = new BroadcastChannel(handle.logChannel)
    this.#channel.onmessage = (event: unknown): void => this.#accept((event as { readonly data: unknown }).data)
    this.#channel.unref()
  }

  bind(clientId: number): void {
    this.#clientId = clientId
  }

  open(name: string): LogBuffers {
    this.#drain()
    const message = this.#pending.get(name)?.message
    if (message === undefined) {
      throw new GodwitError('ERR_GODWIT_LOG_UNKNOWN', `the driver names a log ${name} that it did not hand over`)
    }
    this.#pending.delete(name)
    return new LogBuffers(message.memory, message.byteOffset, message.byteLength)
  }

  /** Takes what came for others, too, or it would pile up in a thread that spins. */
  onTime(nowNs: number): void {
    this.#drain()
    for (const [name, log] of this.#pending) {
      if (log.seenNs === 0) log.seenNs = nowNs
      else if (nowNs > log.seenNs + PENDING_LINGER_NS) this.#pending.delete(name)
    }
  }

  /** Memory of the process is freed when nobody refers to it. */
  release(name: string): void {
    this.#pending.delete(name)
  }

  close(): void {
    this.#channel.onmessage = () => undefined
    this.#channel.close()
    this.#pending.clear()
  }

  #drain(): void {
    for (;;) {
      // A BroadcastChannel is accepted too, which the types do not say.
      const received = receiveMessageOnPort(this.#channel as unknown as MessagePort) as
        { readonly message: unknown } | undefined
      if (received === undefined) return
      this.#accept(received.message)
    }
  }

  #accept(message: unknown): void {
    if (!isLogMessage(message) || message.clientId !== this.#clientId) return
    this.#pending.set(message.name, { message, seenNs: 0 })
    if (this.#pending.size > PENDING_LOGS_MAX) {
      for (const oldest of this.#pending.keys()) {
        this.#pending.delete(oldest)
        break
      }
    }
  }
}

const NO_CLIENT = -1

/** The handle of a driver that a value is, or has. */
export function handleOf(value: unknown): DriverHandle | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  if (isHandle(value)) return value
  const { handle } = value as { readonly handle?: unknown }
  return isHandle(handle) ? handle : undefined
}

function isHandle(value: unknown): value is DriverHandle {
  if (typeof value !== 'object' || value === null) return false
  const { kind, cnc, logChannel, dir, wake } = value as Readonly<Record<string, unknown>>
  if (wake !== undefined && !(wake instanceof SharedArrayBuffer && wake.byteLength >= WAKE_LENGTH)) return false
  if (kind === 'godwit-directory-driver') return typeof dir === 'string'
  return kind === 'godwit-embedded-driver' && cnc instanceof SharedArrayBuffer && typeof logChannel === 'string'
}

function isLogMessage(value: unknown): value is EmbeddedLogMessage {
  if (typeof value !== 'object' || value === null) return false
  const { clientId, name, memory } = value as Partial<Record<keyof EmbeddedLogMessage, unknown>>
  return typeof clientId === 'number' && typeof name === 'string' && memory instanceof SharedArrayBuffer
}
