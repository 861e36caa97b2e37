import { readdirSync, readFileSync } from 'node:fs'

/** What a thread has used so far. */
export interface ThreadUsage {
  readonly cpuNs: number
  /** How often it gave the processor away by itself: each is a wait that began. */
  readonly waits: number
}

/** All threads of a process by their ids; undefined where the system does not tell. */
export function readThreads(pid: number | 'self' = 'self'): ReadonlyMap<number, ThreadUsage> | undefined {
  try {
    const tasks = `/proc/${pid}/task`
    const threads = new Map<number, ThreadUsage>()
    for (const id of readdirSync(tasks)) {
      const usage = readThread(`${tasks}/${id}`)
      if (usage !== undefined) threads.set(Number(id), usage)
    }
    return threads.size === 0 ? undefined : threads
  } catch {
    return undefined
  }
}

/** What the calling thread has used so far; undefined where the system does not tell. */
export function readOwnThread(): ThreadUsage | undefined {
  return readThread('/proc/thread-self')
}

function readThread(folder: string): ThreadUsage | undefined {
  try {
    const cpuNs = Number(readFileSync(`${folder}/schedstat`, 'utf8').split(' ', 1)[0])
    const waits = /^voluntary_ctxt_switches:\s*(\d+)$/m.exec(readFileSync(`${folder}/status`, 'utf8'))?.[1]
    return waits === undefined ? undefined : { cpuNs, waits: Number(waits) }
  } catch {
    // It has ended meanwhile, or there is no such file.
    return undefined
  }
}
