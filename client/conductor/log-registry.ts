import type { LogBuffers } from '../log/log-buffers.ts'
import type { LogSource, SourceFinding } from './log-source.ts'

interface OpenLog {
  readonly buffers: LogBuffers
  users: number
  /** When it is released; Infinity while in use. */
  releaseNs: number
}

/** Logs by name, shared by publications and images of a client, and kept for a while after their last use. */
export class LogRegistry {
  readonly #source: LogSource
  readonly #lingerNs: number
  readonly #logs: Map<string, OpenLog> = new Map()

  constructor(source: LogSource, lingerNs: number) {
    this.#source = source
    this.#lingerNs = lingerNs
  }

  /** @throws GodwitError as `LogSource.open` */
  acquire(name: string): LogBuffers {
    const known = this.#logs.get(name)
    if (known !== undefined) {
      known.users++
      known.releaseNs = Infinity
      return known.buffers
    }
    const buffers = this.#source.open(name)
    this.#logs.set(name, { buffers, users: 1, releaseNs: Infinity })
    return buffers
  }

  /** One use less; a thread or a handler may still look at the memory for the linger time. */
  release(name: string, nowNs: number): void {
    const log = this.#logs.get(name)
    if (log === undefined || log.users === 0) return
    log.users--
    if (log.users === 0) log.releaseNs = nowNs + this.#lingerNs
  }

  /** Gives back the logs whose linger time is over. Returns how many. */
  onTime(nowNs: number): number {
    this.#source.onTime?.(nowNs)
    let released = 0
    for (const [name, { releaseNs }] of this.#logs) {
      if (releaseNs > nowNs) continue
      this.#logs.delete(name)
      this.#source.release(name)
      released++
    }
    return released
  }

  /** As `LogSource.check`. */
  check(): SourceFinding | undefined {
    return this.#source.check?.()
  }

  close(): void {
    for (const name of this.#logs.keys()) this.#source.release(name)
    this.#logs.clear()
    this.#source.close()
  }
}
