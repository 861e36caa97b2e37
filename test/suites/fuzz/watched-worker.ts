import { Worker } from 'node:worker_threads'
import type { BuiltCodecs } from '../../support/hostile/codec-sets.ts'
import type { WorkerMessage, WorkerOrder } from './protocol.ts'
import { SCHEMA_TARGET } from './protocol.ts'

/** A case that takes longer hangs. */
const CASE_LIMIT_MS = 20_000
const LOOK_INTERVAL_MS = 500
const MAX_HEAP_MB = 2048

export interface Finding {
  readonly target: string
  readonly index: number
  readonly text: string
}

export interface WorkerResult {
  readonly findings: readonly Finding[]
  /** Cases of the schema target whose schemas were accepted. */
  readonly accepted: readonly number[]
  readonly executions: number
  readonly perSecond: number
}

/** Runs cases in a thread; one that hangs, eats the memory or brings the thread down is a finding like others. */
export function runWorker(codecs: readonly BuiltCodecs[], budgetMs: number): Promise<WorkerResult> {
  const progress = new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT)
  const place = new Int32Array(progress)
  const order: WorkerOrder = { budgetMs, progress, codecs }
  const worker = new Worker(new URL('./worker.js', import.meta.url), {
    workerData: order,
    resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB },
  })
  const findings: Finding[] = []
  const accepted: number[] = []
  let done: { readonly executions: number; readonly elapsedMs: number } | undefined
  return new Promise((resolve) => {
    const complain = (text: string): void => {
      const target = codecs[place[0] ?? 0]?.name ?? SCHEMA_TARGET
      findings.push({ target, index: place[1] ?? 0, text })
    }
    let last = ''
    let lastMs = performance.now()
    const timer = setInterval(() => {
      const now = place.join()
      if (now !== last) {
        last = now
        lastMs = performance.now()
      } else if (done === undefined && performance.now() - lastMs > CASE_LIMIT_MS) {
        complain(`takes longer than ${CASE_LIMIT_MS} ms`)
        done = { executions: 0, elapsedMs: 0 }
        void worker.terminate()
      }
    }, LOOK_INTERVAL_MS)
    worker.on('message', (message: WorkerMessage) => {
      if (message.kind === 'finding') findings.push(message)
      else if (message.kind === 'accepted') accepted.push(message.index)
      else done = message
    })
    worker.on('error', (error) => complain(`brought its thread down: ${String(error)}`))
    worker.on('exit', () => {
      clearInterval(timer)
      const { executions, elapsedMs } = done ?? { executions: 0, elapsedMs: 0 }
      resolve({ findings, accepted, executions, perSecond: elapsedMs === 0 ? 0 : executions / (elapsedMs / 1000) })
    })
  })
}
