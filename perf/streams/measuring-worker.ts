import { Worker } from 'node:worker_threads'
import { GodwitError } from '../../codegen/runtime/index.ts'
import type { Role, ThreadCommand, ThreadOrder, ThreadReport } from './thread-protocol.ts'

/** A measuring thread, as the thread that leads the run sees it. */
export class MeasuringWorker {
  readonly role: Role
  /** Rejects when the thread fails or ends. */
  readonly failure: Promise<never>
  readonly #worker: Worker
  readonly #reports: ThreadReport[] = []
  #wake: () => void = () => undefined

  constructor(module: URL, order: ThreadOrder) {
    this.role = order.role
    this.#worker = new Worker(module, {
      workerData: order,
      transferList: order.agents?.transferList ?? [],
    })
    this.failure = new Promise((_resolve, reject) => {
      this.#worker.on('message', (report: ThreadReport) => {
        if (report.kind === 'failed') return reject(new GodwitError(report.code, report.message))
        this.#reports.push(report)
        this.#wake()
      })
      this.#worker.on('error', reject)
      this.#worker.once('exit', (code) => {
        // The last report may come in the same turn, with nobody awake yet to read it.
        if (this.#reports.at(-1)?.kind !== 'closed') reject(new Error(`the ${this.role} ended with exit code ${code}`))
      })
    })
    this.failure.catch(() => undefined)
  }

  tell(command: ThreadCommand): void {
    this.#worker.postMessage(command)
  }

  /** The next report, which must be of that kind. */
  async report<K extends ThreadReport['kind']>(kind: K): Promise<Extract<ThreadReport, { kind: K }>> {
    while (this.#reports.length === 0) await new Promise<void>((resolve) => void (this.#wake = resolve))
    const report = this.#reports.shift()!
    if (report.kind !== kind) throw new Error(`the ${this.role} reports ${report.kind} instead of ${kind}`)
    return report as Extract<ThreadReport, { kind: K }>
  }

  /** Lets the thread close its client and end by itself; one that runs agents ends after the driver. */
  async close(): Promise<void> {
    this.tell({ kind: 'close' })
    await Promise.race([this.report('closed'), this.failure])
  }

  /** Ends the thread, whatever it is doing. */
  async terminate(): Promise<void> {
    await this.#worker.terminate()
  }
}
