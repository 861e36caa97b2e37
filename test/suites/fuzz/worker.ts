/** Thread of the suite: runs case after case until its time is up, and says before each which one it is. */
import { parentPort, workerData } from 'node:worker_threads'
import { CodecTarget } from './codec-target.ts'
import type { WorkerMessage, WorkerOrder } from './protocol.ts'
import { MAX_FINDINGS, SCHEMA_TARGET } from './protocol.ts'
import { SchemaTarget } from './schema-target.ts'

interface Target {
  readonly name: string
  run(index: number): void
}

/** The clock is read once in so many cases. */
const CASES_PER_LOOK = 16

// Most cases end in errors, whose stacks would take most of the time.
Error.stackTraceLimit = 0

const { budgetMs, progress, codecs } = workerData as WorkerOrder
const place = new Int32Array(progress)

function say(message: WorkerMessage): void {
  parentPort?.postMessage(message)
}

async function makeTargets(): Promise<readonly Target[]> {
  if (codecs.length > 0) return Promise.all(codecs.map((built) => CodecTarget.load(built)))
  const schemas = new SchemaTarget()
  return [{
    name: SCHEMA_TARGET,
    run: (index): void => {
      if (schemas.run(index).accepted !== undefined) say({ kind: 'accepted', index })
    },
  }]
}

const targets = await makeTargets()
const startMs = performance.now()
const findings = targets.map(() => 0)
let executions = 0
for (let index = 0; index % CASES_PER_LOOK !== 0 || performance.now() - startMs <= budgetMs; index++) {
  targets.forEach((target, number) => {
    if ((findings[number] ?? 0) >= MAX_FINDINGS) return
    Atomics.store(place, 0, number)
    Atomics.store(place, 1, index)
    executions++
    try {
      target.run(index)
    } catch (error) {
      findings[number] = (findings[number] ?? 0) + 1
      say({ kind: 'finding', target: target.name, index, text: error instanceof Error ? error.message : String(error) })
    }
  })
}
say({ kind: 'done', executions, elapsedMs: performance.now() - startMs })
