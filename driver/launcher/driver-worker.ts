import { Worker } from 'node:worker_threads'
import type { TransferListItem } from 'node:worker_threads'
import { GodwitError } from '../../codegen/runtime/index.ts'
import { allocateSocketTable, closeLeftSockets } from '../media/native/socket-table.ts'
import type { ThreadPlan } from './driver-thread.ts'
import type { WorkerMessage } from './worker.ts'

/** How long a thread may take to start, and to close its sockets and end. */
const START_TIMEOUT_MS = 10_000
const CLOSE_TIMEOUT_MS = 5_000

/**
 * A worker thread of a driver, seen from the thread that started it. It keeps the process alive while it starts and
 * while it ends, not in between.
 */
export class DriverWorker {
  /** Resolves when the agents are there. */
  readonly ready: Promise<void>
  /** Resolves when the thread is gone, with what killed it unless it ended by itself. */
  readonly ended: Promise<GodwitError | undefined>
  private readonly worker: Worker
  private readonly names: string
  private failure: GodwitError | undefined

  constructor(plan: ThreadPlan, warn: (message: string) => void) {
    const file = import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js'
    const sockets = allocateSocketTable()
    this.names = plan.roles.join(', ')
    this.worker = new Worker(new URL(file, import.meta.url), {
      name: `godwit ${this.names}`,
      workerData: { ...plan, sockets },
      ...workerFlags(process.execArgv),
      transferList: Object.values(plan.links).map(({ port }) => port as TransferListItem),
    })
    let becomeReady: (() => void) | undefined
    const started = new Promise<void>((resolve) => (becomeReady = resolve))
    this.worker.on('message', (message: WorkerMessage) => {
      if (message.type === 'ready') becomeReady?.()
      else if (message.type === 'warning') warn(message.message)
      else this.failure ??= this.died(message.message, message.code)
    })
    this.worker.on('error', (error) => (this.failure ??= this.died(error.message, undefined, error)))
    this.ended = new Promise((resolve) => this.worker.once('exit', () => {
      closeLeftSockets(sockets)
      resolve(this.failure)
    }))
    this.ready = this.start(started)
    // Whoever launches gives up at the first failure, and then asks no other thread.
    this.ready.catch(() => undefined)
  }

  /** Waits for the end, which the control word has asked for already; in the end by force. */
  async close(): Promise<void> {
    this.worker.ref()
    const timer = setTimeout(() => void this.worker.terminate(), CLOSE_TIMEOUT_MS)
    await this.ended
    clearTimeout(timer)
  }

  private async start(started: Promise<void>): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    const limit = new Promise<never>((_resolve, reject) => {
      const what = `did not start within ${START_TIMEOUT_MS} ms: the machine may be overloaded`
      timer = setTimeout(() => reject(this.died(what)), START_TIMEOUT_MS)
    })
    const end = this.ended.then((failure) => {
      throw failure ?? this.died('ended before it was ready')
    })
    try {
      await Promise.race([started, end, limit])
    } finally {
      clearTimeout(timer)
      // What happens from now on is told by `ended`.
      end.catch(() => undefined)
    }
    this.worker.unref()
  }

  private died(what: string, code: string = 'ERR_GODWIT_DRIVER_DIED', cause?: unknown): GodwitError {
    return new GodwitError(code, `driver thread (${this.names}): ${what}; launch the driver again`, { cause })
  }
}

/**
 * Flags of Node for a thread: those of the program, unless it is a text on the command line. The flag that says what
 * language that is in would keep threads from starting, and lists of flags may hold none that are for whole processes.
 */
export function workerFlags(flags: readonly string[]): { readonly execArgv?: string[] } {
  if (!flags.some((flag) => flag.startsWith('--input-type'))) return {}
  return { execArgv: flags.filter((flag) => flag.startsWith('--experimental-')) }
}
