import { setTimeout as delay } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { spreadOf } from '../../../perf/idle/spread.ts'
import { readThreads } from '../../../perf/idle/thread-usage.ts'

/** Rests for a millisecond again and again, and does nothing in between. */
const THREAD = `
const { parentPort, workerData } = require('node:worker_threads')
parentPort.postMessage('resting')
for (const word = new Int32Array(workerData); Atomics.load(word, 0) === 0;) Atomics.wait(word, 0, 0, 1)
`

const WINDOWS = 5
const WINDOW_MS = 1000

/**
 * Percent of a core that resting takes on this machine, in the best of several windows: most of what a driver takes
 * that has nothing to do. Undefined where the system does not tell.
 */
export async function measureResting(): Promise<number | undefined> {
  const others = new Set(readThreads()?.keys() ?? [])
  const isOver = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)
  const thread = new Worker(THREAD, { eval: true, workerData: isOver })
  try {
    await new Promise((resolve) => thread.once('message', resolve))
    const sample = (): { readonly ms: number; readonly cpuNs: number } => {
      const added = [...(readThreads() ?? [])].filter(([id]) => !others.has(id))
      return { ms: performance.now(), cpuNs: added.reduce((sum, [, { cpuNs }]) => sum + cpuNs, 0) }
    }
    const percents: number[] = []
    for (let last = sample(); percents.length < WINDOWS;) {
      await delay(WINDOW_MS)
      const next = sample()
      percents.push((next.cpuNs - last.cpuNs) / (next.ms - last.ms) / 1e4)
      last = next
    }
    return others.size === 0 ? undefined : spreadOf(percents).min
  } finally {
    Atomics.store(new Int32Array(isOver), 0, 1)
    await new Promise((resolve) => thread.once('exit', resolve))
  }
}
