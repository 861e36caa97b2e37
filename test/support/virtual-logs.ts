import type { LogSource } from '../../client/conductor/log-source.ts'
import { LogBuffers } from '../../client/log/log-buffers.ts'
import { DriverError } from '../../driver/core/driver-error.ts'
import type { LogRegion, LogStore, NewLog } from '../../driver/core/log-store.ts'
import { ErrorCode } from '../../schemas/generated/aeron.commands/index.ts'

/** What all logs of a driver may take together. */
const CAPACITY: number = 256 * 1024 * 1024

/** Bytes in front of and behind each log that nobody may write. */
const GUARD_LENGTH = 4096
const GUARD_BYTE = 0xa5

interface VirtualRegion extends LogRegion {
  readonly memory: SharedArrayBuffer
}

/** Logs of a virtual driver, between guards, and the way clients get them. */
export class VirtualLogs implements LogStore {
  private readonly regions = new Map<string, VirtualRegion>()
  private readonly announced = new Map<number, Set<string>>()
  private mapped = 0

  create({ kind, registrationId, byteLength }: Omit<NewLog, 'isSparse'>): VirtualRegion {
    const name = `${kind}s/${registrationId}.logbuffer`
    if (this.mapped + byteLength > CAPACITY) {
      throw new DriverError(ErrorCode.STORAGE_SPACE, `no space for ${byteLength} bytes`)
    }
    if (this.regions.has(name)) throw new Error(`${name} exists`)
    const memory = new SharedArrayBuffer(byteLength + 2 * GUARD_LENGTH)
    for (const guard of guardsOf(memory)) guard.fill(GUARD_BYTE)
    const region = { name, memory, byteOffset: GUARD_LENGTH, byteLength }
    this.regions.set(name, region)
    this.mapped += byteLength
    return region
  }

  announce(clientId: number, { name }: LogRegion): void {
    let names = this.announced.get(clientId)
    if (names === undefined) this.announced.set(clientId, (names = new Set()))
    names.add(name)
  }

  free({ name, byteLength }: LogRegion): boolean {
    const region = this.regions.get(name)
    if (region === undefined) throw new Error(`${name} was freed before`)
    this.regions.delete(name)
    checkGuards(name, region.memory)
    this.mapped -= byteLength
    return true
  }

  bytesMapped(): number {
    return this.mapped
  }

  /** Throws if somebody has written outside of a log. */
  checkGuards(): void {
    for (const { name, memory } of this.regions.values()) checkGuards(name, memory)
  }

  /** The logs as one client sees them: those that were announced to it. */
  source(): LogSource {
    let clientId = -1
    return {
      bind: (id) => {
        clientId = id
      },
      open: (name) => {
        const region = this.regions.get(name)
        if (region === undefined || this.announced.get(clientId)?.has(name) !== true) {
          throw new Error(`${name} was not announced to client ${clientId}`)
        }
        return new LogBuffers(region.memory, region.byteOffset, region.byteLength)
      },
      release: () => undefined,
      close: () => void this.announced.delete(clientId),
    }
  }
}

function guardsOf(memory: ArrayBufferLike): readonly Uint8Array[] {
  return [new Uint8Array(memory, 0, GUARD_LENGTH), new Uint8Array(memory, memory.byteLength - GUARD_LENGTH)]
}

function checkGuards(name: string, memory: ArrayBufferLike): void {
  for (const guard of guardsOf(memory)) {
    if (guard.some((byte) => byte !== GUARD_BYTE)) throw new Error(`something was written outside of ${name}`)
  }
}
