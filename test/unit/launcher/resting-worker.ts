/** A runner whose only agent never has work, and whose rest is long. */
import { workerData } from 'node:worker_threads'
import { AgentRunner } from '../../../driver/launcher/agent-runner.ts'

const LONG_REST_NS = 60e9

const { control, cycles } = workerData as { readonly control: Int32Array; readonly cycles: Int32Array }

await new AgentRunner({
  agents: [{
    roleName: 'idle',
    doWork: () => {
      Atomics.add(cycles, 0, 1)
      Atomics.notify(cycles, 0)
      return 0
    },
    nextDeadlineNs: () => Infinity,
    close: () => undefined,
  }],
  control,
  nowNs: () => 0,
  makeIdleStrategy: (park) => ({ name: 'long', idle: () => park(LONG_REST_NS), reset: () => undefined }),
  needsEventLoop: () => false,
  onError: () => undefined,
}).run()
