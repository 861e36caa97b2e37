import { MappedFile } from '../../client/files/mapped-file.ts'
import type { AtomicBuffer } from '../../client/memory/atomic-buffer.ts'
import type { LogMapper, LogRegion } from '../core/log-store.ts'

interface MappedLog {
  readonly file: MappedFile
  readonly buffer: AtomicBuffer
  users: number
}

/** Logs in files, as the agents of one thread share them: each is mapped once, and until the last agent lets go. */
export class MappedLogs implements LogMapper {
  private readonly logs = new Map<string, MappedLog>()

  /** Takes a file that was made in this thread, for the agents that map it next. */
  adopt(file: MappedFile): void {
    this.logs.set(file.path, { file, buffer: file.buffer(), users: 0 })
  }

  map({ name, byteLength }: LogRegion): AtomicBuffer {
    if (!this.logs.has(name)) this.adopt(MappedFile.open(name, byteLength))
    const log = this.logs.get(name)!
    log.users++
    return log.buffer
  }

  unmap({ name }: LogRegion): void {
    const log = this.logs.get(name)
    if (log === undefined) return
    log.users--
    if (log.users > 0) return
    this.logs.delete(name)
    log.file.close()
  }

  close(): void {
    for (const { file } of this.logs.values()) file.close()
    this.logs.clear()
  }
}
