/** What runs in each worker thread of a driver. */
import { parentPort, workerData } from 'node:worker_threads'
import { GodwitError } from '../../codegen/runtime/index.ts'
import { AgentRunner } from './agent-runner.ts'
import { createThread, monotonicNs } from './driver-thread.ts'
import type { ThreadPlan } from './driver-thread.ts'
import { makeIdleStrategy } from './idle-strategies.ts'

/** What a worker tells the thread that started it. */
export type WorkerMessage =
  | { readonly type: 'ready' }
  | { readonly type: 'warning'; readonly message: string }
  | { readonly type: 'failed'; readonly code: string | undefined; readonly message: string }

async function main(plan: ThreadPlan): Promise<void> {
  let runner: AgentRunner | undefined
  const thread = createThread(plan, (message) => tell({ type: 'warning', message }), () => runner?.wake())
  runner = new AgentRunner({
    agents: thread.agents,
    control: new Int32Array(plan.memory.control),
    nowNs: monotonicNs,
    makeIdleStrategy: (park) => makeIdleStrategy(plan.roles, plan.settings, park),
    needsEventLoop: () => thread.needsEventLoop(),
    onError: (agent, error) => thread.onError(agent, error),
  })
  tell({ type: 'ready' })
  try {
    await runner.run()
  } finally {
    thread.close()
  }
}

function tell(message: WorkerMessage): void {
  parentPort?.postMessage(message)
}

try {
  await main(workerData as ThreadPlan)
} catch (error) {
  const code = error instanceof GodwitError ? error.code : undefined
  tell({ type: 'failed', code, message: error instanceof Error ? (error.stack ?? error.message) : String(error) })
}
