import { Worker } from 'node:worker_threads'
import type { ThreadOrder, ThreadReport } from './thread-protocol.ts'

const THREAD_MODULE = new URL(import.meta.url.endsWith('.ts') ? './thread.ts' : './thread.js', import.meta.url)

/** A thread of the main job, as the thread that leads sees it. */
export class JobThread {
  /** Rejects when the thread fails, or ends before it has reported `done`. */
  readonly failure: Promise<never>
  readonly #role: string
  readonly #worker: Worker
  readonly #ended: Promise<unknown>
  readonly #reports: ThreadReport[] = []
  #isDone: boolean = false
  #wake: () => void = () => undefined

  constructor(order: ThreadOrder) {
    this.#role = order.role
    this.#worker = new Worker(THREAD_MODULE, { workerData: order })
    this.#ended = new Promise((resolve) => this.#worker.once('exit', resolve))
    this.failure = new Promise((_resolve, reject) => {
      this.#worker.on('message', (report: ThreadReport) => {
        if (report.kind === 'failed') return reject(new Error(`${this.#role}: ${report.message}`))
        if (report.kind === 'done') this.#isDone = true
        this.#reports.push(report)
        this.#wake()
      })
      this.#worker.once('error', reject)
      this.#worker.once('exit', (code) => {
        if (!this.#isDone) reject(new Error(`the ${this.#role} ended with exit code ${code}`))
      })
    })
    this.failure.catch(() => undefined)
  }

  /** The next report, which must be of that kind. */
  async report<K extends ThreadReport['kind']>(kind: K): Promise<Extract<ThreadReport, { kind: K }>> {
    while (this.#reports.length === 0) await new Promise<void>((resolve) => void (this.#wake = resolve))
    const report = this.#reports.shift()!
    if (report.kind !== kind) throw new Error(`the ${this.#role} reports ${report.kind} instead of ${kind}`)
    return report as Extract<ThreadReport, { kind: K }>
  }

  /** Resolves when the thread has ended by itself. */
  async end(): Promise<void> {
    await this.#ended
  }

  /** Ends the thread, whatever it is doing. */
  async terminate(): Promise<void> {
    await this.#worker.terminate()
  }
}
